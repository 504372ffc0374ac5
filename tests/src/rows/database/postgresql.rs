//! The row database on a real PostgreSQL. All tests share a server, which is started for the first of
//! them and stopped after the last; each has a database of its own there.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, LazyLock},
    thread,
};

use postgres_server::{Client, Programs, Server};
use serde_json::Value;

use super::{DATABASE, ENDLESS, check_answer, interrupted_in_time, kill_workers, retries};
use crate::{
    family::Family,
    patience::wait_until,
    suite::{
        Pace::{Alone, Shared},
        Test,
    },
};

/// All tests on PostgreSQL. They are ignored where it is not installed.
pub(crate) fn tests() -> Vec<Test> {
    let hindrance = Programs::find().err().map(|reason| reason.to_string());
    // Every test has a share of it until it is over or left out. The last to go drops it, and that
    // stops it.
    let server = Arc::new(LazyLock::new(start as fn() -> Server));
    let mut tests =
        vec![Test::new(name("a_server_that_goes_away_loses_no_money"), Alone, goes_away)];
    for (index, (check, pace, run)) in CHECKS.into_iter().enumerate() {
        let server = server.clone();
        let test = move || run(&Database::new(&server, &format!("test_{index}")));
        tests.push(Test::new(name(check), pace, test));
    }
    tests.into_iter().map(|test| test.unless(hindrance.clone())).collect()
}

/// What is checked in a database.
type Check = fn(&Database);

const CHECKS: [(&str, crate::suite::Pace, Check); 14] = [
    ("a_lock_of_somebody_else_is_waited_for", Shared, a_lock_of_somebody_else_is_waited_for),
    ("serializable_transactions_are_tried_again", Shared, serializable),
    ("all_cells_come_to_the_same_books", Shared, all_cells_come_to_the_same_books),
    ("the_limits_are_obeyed_and_reached", Shared, the_limits_are_obeyed_and_reached),
    ("more_connections_than_the_server_takes", Shared, more_connections_than_the_server_takes),
    ("a_single_connection_is_enough", Shared, a_single_connection_is_enough),
    ("killed_workers_cost_nothing_but_time_after_1", Shared, |on| killed_workers(on, 1)),
    ("killed_workers_cost_nothing_but_time_after_100", Shared, |on| killed_workers(on, 100)),
    ("killed_workers_cost_nothing_but_time_after_400", Shared, |on| killed_workers(on, 400)),
    ("what_cannot_be_used_is_refused_in_one_line", Shared, refused),
    ("a_commit_that_nobody_heard_of_is_replayed", Shared, unheard_commits),
    ("lost_connections_cost_nothing_but_time", Shared, lost_connections),
    ("audits_see_all_the_money_while_transfers_are_made", Shared, audits),
    ("ctrl_c_leaves_nothing_behind", Alone, ctrl_c_leaves_nothing_behind),
];

fn name(check: &str) -> String {
    format!("database::postgresql::{check}")
}

fn start() -> Server {
    let programs = Programs::find().expect("the tests would be ignored otherwise");
    Server::start(programs).expect("a server that is installed can be started")
}

fn all_cells_come_to_the_same_books(database: &Database) {
    for arguments in [
        &["--transfers", "0"][..],
        &["--transfers", "1"],
        &["--transfers", "100"],
        &["--transfers", "50", "--batch", "7"],
        &["--transfers", "30", "--limit", "1"],
        &["--transfers", "30", "--workers", "1", "--accounts", "2"],
        &["--transfers", "30", "--isolation", "serializable"],
    ] {
        let answer = DATABASE.agreed(&[&["--url", &database.url()], arguments].concat());
        // SQLite's transactions are serializable whatever they are asked to be.
        let expected = &DATABASE.expected(arguments).0;
        assert_eq!(&answer, expected, "PostgreSQL and SQLite differ: {arguments:?}");
    }
    database.assert_clean();
}

fn the_limits_are_obeyed_and_reached(database: &Database) {
    // As many connections as the cells are to make, and one more for that which made the tables: the
    // server may still be closing it.
    let role = database.role("limited", 9);
    for cell in &DATABASE.row().cells {
        let approach = cell.approach.name();
        role.wait_for_its_connections_to_end();
        // rayon holds as many in flight as its pool has threads, so there are as many workers.
        let arguments = ["--json", "--transfers", "300", "--limit", "8", "--workers", "8"];
        let ran = DATABASE.run(approach, &[&arguments[..], &["--url", &role.url]].concat());
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        let json = ran.json();
        let expected = if cell.approach.is_baseline() { 1 } else { 8 };
        assert_eq!(json["peak_in_flight"], expected, "{approach}");
        // Had there been more connections than the limit, some would have had to wait.
        assert_eq!(json["figures"]["retries"], 0, "{approach}");
    }
    database.assert_clean();
}

fn serializable(database: &Database) {
    let plain = ["--transfers", "300", "--accounts", "3"];
    let level = ["--isolation", "serializable", "--retries", "1000", "--limit", "4"];
    let more = ["--json", "--workers", "4", "--url", &database.url()];
    for approach in DATABASE.approaches().skip(1) {
        let ran = DATABASE.run(approach, &[&plain[..], &level, &more].concat());
        check_answer(&ran, &plain);
        assert!(retries(&ran) > 0, "{approach} was never asked to try again");
    }
    database.assert_clean();
}

fn a_lock_of_somebody_else_is_waited_for(database: &Database) {
    database.ask(GATE);
    let mut client = database.client();
    for approach in DATABASE.approaches() {
        let mut gate = database.client();
        gate.batch_execute("SELECT pg_advisory_lock(1)").expect("nobody else is there");
        let arguments = ["--json", "--transfers", "50", "--accounts", "2", "--timeout", "20ms"];
        let more = ["--retries", "10000", "--url", &database.url()];
        let family = DATABASE.start(approach, &[&arguments[..], &more].concat());
        // Nothing can be committed for now, so there is time to take a lock.
        wait_until("a transaction at the gate", || {
            let sql =
                "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
            client.query_one(sql, &[]).expect("the server knows").get(0)
        });
        let schema = database.schemas().pop().expect("there is a transaction on its tables");
        let mut lock = database.client();
        let accounts = format!("BEGIN; SELECT * FROM {schema}.accounts ORDER BY id FOR UPDATE");
        lock.batch_execute(&accounts).expect("the accounts can be locked");
        drop(gate);
        let mut waiting = BTreeMap::<i32, BTreeSet<String>>::new();
        wait_until("a connection waits for the accounts in one transaction and the next", || {
            let sql = "SELECT pid, xact_start::text FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'
                       AND wait_event <> 'advisory' AND xact_start IS NOT NULL";
            for row in client.query(sql, &[]).expect("the server knows") {
                waiting.entry(row.get(0)).or_default().insert(row.get(1));
            }
            waiting.values().any(|transactions| transactions.len() > 1)
        });
        drop(lock);
        let ran = family.end();
        check_answer(&ran, &arguments[1..5]);
        assert!(retries(&ran) > 0, "{approach} was never told that the accounts are locked");
    }
    database.assert_clean();
}

/// Has every transaction wait, before it writes into a history, until nobody holds the lock 1.
const GATE: &str = "
    CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(1);
        RETURN NULL;
    END $$;
    CREATE FUNCTION build() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE made record;
    BEGIN
        FOR made IN SELECT object_identity FROM pg_event_trigger_ddl_commands()
                    WHERE object_type = 'table' AND object_identity LIKE '%.history'
        LOOP
            EXECUTE 'CREATE TRIGGER gate BEFORE INSERT ON ' || made.object_identity ||
                    ' EXECUTE FUNCTION public.pass()';
        END LOOP;
    END $$;
    CREATE EVENT TRIGGER gates ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
        EXECUTE FUNCTION build()";

fn more_connections_than_the_server_takes(database: &Database) {
    let role = database.role("few", 3);
    for approach in DATABASE.approaches().skip(1) {
        let arguments = ["--json", "--transfers", "200", "--limit", "8", "--workers", "8"];
        let arguments = [&arguments[..], &["--url", &role.url]].concat();
        // Whoever finds no connection waits for one, as long as it has patience.
        let ran = DATABASE.run(approach, &[&arguments[..], &["--retries", "10000"]].concat());
        check_answer(&ran, &arguments[1..3]);
        let ran = DATABASE.run(approach, &[&arguments[..], &["--retries", "0"]].concat());
        assert_eq!(ran.status, Some(1), "{approach}");
        let reason = "given up after 1 attempt: cannot connect for now: too many connections";
        assert!(ran.stderr.contains(reason), "{approach}: {}", ran.stderr);
        assert!(!ran.stderr.contains("the books"), "{approach}: {}", ran.stderr);
        assert!(!ran.stderr.contains("warning"), "{approach}: {}", ran.stderr);
    }
    database.assert_clean();
}

/// The tables are made, used, looked into and removed over one connection after the other, while the
/// server may still be closing the one before.
fn a_single_connection_is_enough(database: &Database) {
    let role = database.role("lone", 1);
    for _ in 0..3 {
        for approach in DATABASE.approaches() {
            let arguments = ["--json", "--transfers", "3", "--limit", "1", "--url", &role.url];
            let ran = DATABASE.run(approach, &arguments);
            check_answer(&ran, &arguments[1..3]);
            assert_eq!(ran.stderr, "", "{approach}");
        }
    }
    database.assert_clean();
}

fn refused(database: &Database) {
    let url = database.server.url("nowhere");
    DATABASE.refused(&["--url", &url], 1, "database \"nowhere\" does not exist");
    database.ask("CREATE ROLE visitor LOGIN");
    let complaint = format!("permission denied for database {}", database.name);
    DATABASE.refused(&["--url", &database.url_of("visitor")], 1, &complaint);
    let stranger = database.url_of("stranger");
    DATABASE.refused(&["--url", &stranger], 1, "role \"stranger\" does not exist");
    // Nobody listens on port 1, and the system hands it out to nobody.
    let closed = "postgres://meanwhile:secret@127.0.0.1:1/postgres";
    DATABASE.refused(&["--url", closed], 1, "onnection refused");
    assert!(!DATABASE.run("tokio", &["--url", closed]).stderr.contains("secret"));
    database.assert_clean();
}

/// Kills all workers as soon as so many transfers are in the history: in the midst of a transaction,
/// before it or after it. Each is done once all the same.
fn killed_workers(database: &Database, entries: i64) {
    let url = database.url();
    let arguments = ["--json", "--transfers", "2000", "--limit", "3", "--url", &url];
    let family = DATABASE.start("processes", &arguments);
    database.wait_for_transfers(entries);
    kill_workers(&family);
    check_answer(&family.end(), &arguments[1..3]);
    database.assert_clean();
}

/// Has the server end all connections of a program, again and again: every transfer is done once all
/// the same.
fn lost_connections(database: &Database) {
    let url = database.url();
    for approach in DATABASE.approaches() {
        let arguments = ["--json", "--transfers", "2000", "--limit", "3", "--url", &url];
        let family = DATABASE.start(approach, &arguments);
        for entries in [1, 100, 400] {
            database.wait_for_transfers(entries);
            database.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'meanwhile'",
            );
        }
        let ran = family.end();
        check_answer(&ran, &arguments[1..3]);
        assert!(retries(&ran) > 0, "{approach} has lost no connection");
        database.assert_clean();
    }
}

/// Has the connection end after the server has committed a transfer and before it could say so. The
/// account holds no more than half of what was taken, so deciding anew would refuse what is done.
fn unheard_commits(database: &Database) {
    let line = deaf_line(database.server.port());
    let url = database.url_over(line);
    for approach in DATABASE.approaches() {
        let arguments = ["--json", "--transfers", "1", "--accounts", "2", "--seed", "1"];
        let ran = DATABASE.run(approach, &[&arguments[..], &["--url", &url]].concat());
        check_answer(&ran, &arguments[1..]);
        assert_eq!((&ran.json()["answer"]["done"], retries(&ran)), (&1.into(), 1), "{approach}");
    }
    database.assert_clean();
}

/// A port where the server of that port is reached, until it has committed a transaction that writes
/// into the history: then the connection ends without its answer.
fn deaf_line(server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.expect("a program connects");
            let server = TcpStream::connect(("127.0.0.1", server)).expect("it runs");
            // Each ends with its connection.
            thread::spawn(move || until_commit(client, server));
        }
    });
    port
}

fn until_commit(mut client: TcpStream, mut server: TcpStream) {
    let (mut to_client, mut from_server) =
        (client.try_clone().expect("it is open"), server.try_clone().expect("it is open"));
    let answers = thread::spawn(move || {
        // It ends when one of the two hangs up, as it has to sometime.
        let _ = io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut message = [0; 16 * 1024];
    while let Ok(length @ 1..) = client.read(&mut message) {
        let said = String::from_utf8_lossy(&message[..length]);
        let commits = said.contains("EXECUTE append");
        if commits {
            // Nothing more comes to the client. The server goes on, and reads to the end.
            let _ = client.shutdown(Shutdown::Both);
        }
        if server.write_all(&message[..length]).is_err() || commits {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
    answers.join().expect("it does not panic");
}

fn audits(database: &Database) {
    let plain = ["--transfers", "200", "--reads", "100", "--limit", "4"];
    let answer = DATABASE.agreed(&[&["--url", &database.url()], &plain[..]].concat());
    assert_eq!(answer["audits"], 100);
    assert_eq!(&answer, &DATABASE.expected(&plain).0);
    database.assert_clean();
}

fn ctrl_c_leaves_nothing_behind(database: &Database) {
    for approach in DATABASE.approaches() {
        let arguments = ["--transfers", ENDLESS, "--url", &database.url()];
        let mut family = DATABASE.start(approach, &arguments);
        database.wait_for_transfers(1);
        family.signal("-INT");
        assert_eq!(interrupted_in_time(family), "");
        database.assert_clean();
    }
}

fn goes_away() {
    // All others would miss theirs.
    let server = start();
    let database = Database::new(&server, "test");
    for approach in DATABASE.approaches() {
        let url = database.url();
        let start = |more: [&str; 4]| {
            DATABASE
                .start(approach, &[&["--json", "--limit", "4", "--url", &url], &more[..]].concat())
        };
        comes_back(start(["--transfers", "2000", "--retries", "1000"]), &database);
        loses_no_money(approach, start(["--transfers", "20000", "--retries", "3"]), &database);
        let ran =
            DATABASE.run(approach, &["--json", "--transfers", "50", "--url", &database.url()]);
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        database.assert_clean();
    }
}

/// Has the server start anew under a program that makes 2,000 transfers: it notices nothing but the
/// time that this takes.
fn comes_back(family: Family, database: &Database) {
    database.wait_for_transfers(20);
    database.server.stop().expect("it runs");
    database.server.resume().expect("it can be started again");
    let ran = family.end();
    check_answer(&ran, &["--transfers", "2000"]);
    assert!(retries(&ran) > 0, "it was never without the server");
    database.assert_clean();
}

/// Has the server go away from a program that makes 20,000 transfers, four at a time, and come back
/// when the program has ended.
fn loses_no_money(approach: &str, family: Family, database: &Database) {
    let schema = database.wait_for_transfers(20);
    database.server.stop().expect("it runs");
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{approach}: {}", ran.stderr);
    let warning = format!("warning: {schema} was left in PostgreSQL");
    assert!(ran.stderr.contains(&warning), "{approach}: {}", ran.stderr);
    let json = ran.json();
    let failures = json["failures"].as_array().expect("it is a list");
    let reasons: Vec<&str> = failures.iter().filter_map(|f| f["reason"].as_str()).collect();
    for reason in ["given up after 4 attempts: cannot connect: ", "cannot connect: "] {
        assert!(reasons.iter().any(|r| r.starts_with(reason)), "{approach}: no {reason}");
    }
    assert_eq!(failures.last().map(|failure| &failure["unit"]), Some(&"the books".into()));
    assert_eq!(json["answer"]["money"], Value::Null);

    // What it said is done is in the history, and all money is there.
    database.server.resume().expect("it can be started again");
    let mut client = database.client();
    let mut number = |sql: &str| {
        let row = client.query_one(&sql.replace("SCHEMA", &schema), &[]);
        row.expect("the tables are there").get::<_, i64>(0)
    };
    let money = number("SELECT sum(balance)::bigint FROM SCHEMA.accounts");
    assert_eq!(money, 100 * 20_000 * 100, "{approach}");
    let moved = "SELECT count(*) FROM SCHEMA.accounts AS a WHERE balance <> 2000000
                 + (SELECT coalesce(sum(amount), 0) FROM SCHEMA.history WHERE credited = a.id)
                 - (SELECT coalesce(sum(amount), 0) FROM SCHEMA.history WHERE debited = a.id)";
    assert_eq!(number(moved), 0, "{approach}: balances and history differ");
    let said = json["answer"]["done"].as_i64().expect("it is a number");
    let entries = number("SELECT count(*) FROM SCHEMA.history");
    // Of each of the connections, the last commit may have been done and not heard of.
    assert!((said..=said + 4).contains(&entries), "{approach}: {said} done, {entries} found");
    database.ask(&format!("DROP SCHEMA {schema} CASCADE"));
}

/// A database of a test's own.
struct Database<'a> {
    server: &'a Server,
    name: &'a str,
}

impl<'a> Database<'a> {
    fn new(server: &'a Server, name: &'a str) -> Self {
        let made = server.client("postgres").batch_execute(&format!("CREATE DATABASE {name}"));
        made.expect("the server makes databases");
        Self { server, name }
    }

    fn url(&self) -> String {
        self.server.url(self.name)
    }

    /// The URL over another port.
    fn url_over(&self, port: u16) -> String {
        self.url().replace(&format!(":{}/", self.server.port()), &format!(":{port}/"))
    }

    /// The URL for somebody else than its owner.
    fn url_of(&self, role: &str) -> String {
        self.url().replace("//meanwhile@", &format!("//{role}@"))
    }

    fn client(&self) -> Client {
        self.server.client(self.name)
    }

    /// Has the server do something here.
    fn ask(&self, sql: &str) {
        self.client().batch_execute(sql).expect("the server does it");
    }

    /// Somebody who may make tables here, over so many connections at a time.
    fn role(&self, name: &str, connections: usize) -> Role<'_> {
        self.ask(&format!("CREATE ROLE {name} LOGIN CONNECTION LIMIT {connections}"));
        self.ask(&format!("GRANT CREATE ON DATABASE {} TO {name}", self.name));
        Role { name: name.into(), url: self.url_of(name), database: self }
    }

    /// The schemas that programs have made.
    fn schemas(&self) -> Vec<String> {
        let sql = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'meanwhile%'";
        let rows = self.client().query(sql, &[]).expect("the server knows");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Waits until a program has done so many transfers, and returns the name of its schema.
    fn wait_for_transfers(&self, number: i64) -> String {
        let mut client = self.client();
        let mut done = |schema: &String| {
            let sql = format!("SELECT count(*) >= $1 FROM {schema}.history");
            client.query_one(&sql, &[&number]).is_ok_and(|row| row.get(0))
        };
        let mut schema = None;
        wait_until("transfers", || {
            schema = self.schemas().pop();
            schema.as_ref().is_some_and(&mut done)
        });
        schema.expect("it was waited for")
    }

    /// That no program has left anything behind.
    fn assert_clean(&self) {
        assert_eq!(self.schemas(), [""; 0]);
    }
}

/// Somebody who is not the owner of a database.
struct Role<'a> {
    name: String,
    url: String,
    database: &'a Database<'a>,
}

impl Role<'_> {
    /// Waits until the server has closed all connections of this role.
    fn wait_for_its_connections_to_end(&self) {
        let mut client = self.database.client();
        let sql = "SELECT count(*) = 0 FROM pg_stat_activity WHERE usename::text = $1";
        wait_until("its connections are closed", || {
            client.query_one(sql, &[&self.name]).expect("the server knows").get(0)
        });
    }
}
