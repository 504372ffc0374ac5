//! The cells of `database` against a real PostgreSQL, which this test starts for itself, in a
//! temporary directory and on a port of its own, and stops again. Where its programs are not
//! installed, the test says so and is skipped.

use std::{
    panic,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use bench_database::{Programs, Server, free_port};
use serde_json::Value;
use trial::{Family, Row};

type Check = fn(&Row, &Server);

const CHECKS: &[(&str, Check)] = &[
    ("all_cells_come_to_the_same_books", all_cells_come_to_the_same_books),
    ("the_limits_are_obeyed_and_reached", the_limits_are_obeyed_and_reached),
    ("serializable_transactions_are_tried_again", serializable_transactions_are_tried_again),
    ("a_lock_of_somebody_else_is_waited_for", a_lock_of_somebody_else_is_waited_for),
    ("more_connections_than_the_server_takes", more_connections_than_the_server_takes),
    ("what_cannot_be_used_is_refused_in_one_line", what_cannot_be_used_is_refused_in_one_line),
    ("killed_workers_cost_nothing_but_time", killed_workers_cost_nothing_but_time),
    ("ctrl_c_leaves_nothing_behind", ctrl_c_leaves_nothing_behind),
    ("a_server_that_goes_away_loses_no_money", a_server_that_goes_away_loses_no_money),
];

fn main() -> ExitCode {
    let programs = match Programs::find() {
        Ok(programs) => programs,
        Err(reason) => {
            println!("\ntest postgresql ... ignored, {reason}");
            println!("\ntest result: ok. 0 passed; 0 failed; {} ignored\n", CHECKS.len());
            return ExitCode::SUCCESS;
        }
    };
    let row = Row::build("database");
    let server = Server::start(programs).expect("a server that is installed can be started");
    println!("\nrunning {} tests", CHECKS.len());
    let mut failed = 0;
    for (name, check) in CHECKS {
        let passed = panic::catch_unwind(|| check(&row, &server)).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    let (passed, result) = (CHECKS.len() - failed, if failed == 0 { "ok" } else { "FAILED" });
    println!("\ntest result: {result}. {passed} passed; {failed} failed; 0 ignored\n");
    ExitCode::from(u8::from(failed > 0))
}

fn all_cells_come_to_the_same_books(row: &Row, server: &Server) {
    for arguments in [
        &["--transfers", "0"][..],
        &["--transfers", "1"],
        &["--transfers", "200"],
        &["--transfers", "100", "--batch", "7"],
        &["--transfers", "60", "--limit", "1"],
        &["--transfers", "60", "--workers", "1", "--accounts", "2"],
        &["--transfers", "60", "--isolation", "serializable"],
    ] {
        let answer = row.agreed(&[&["--url", &server.url("postgres")], arguments].concat());
        // SQLite's transactions are serializable whatever they are asked to be.
        assert_eq!(answer, row.agreed(arguments), "PostgreSQL and SQLite differ: {arguments:?}");
    }
    assert_clean(server);
}

fn the_limits_are_obeyed_and_reached(row: &Row, server: &Server) {
    // The user may have as many connections as the cells are to make, and one more for what has
    // not quite ended yet.
    server.ask("CREATE ROLE limited LOGIN CONNECTION LIMIT 9");
    server.ask("GRANT CREATE ON DATABASE postgres TO limited");
    let url = server.url("postgres").replace("//meanwhile@", "//limited@");
    for approach in row.approaches() {
        // rayon holds as many in flight as its pool has threads, so there are as many workers.
        let arguments = ["--json", "--transfers", "300", "--limit", "8", "--workers", "8"];
        let ran = row.run(approach, &[&arguments[..], &["--url", &url]].concat());
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        let json = ran.json();
        let expected = if approach == "sequential" { 1 } else { 8 };
        assert_eq!(json["peak_in_flight"], expected, "{approach}");
        // Had there been more connections than the limit, some would have had to wait.
        assert_eq!(json["figures"]["retries"], 0, "{approach}");
    }
    assert_clean(server);
}

fn serializable_transactions_are_tried_again(row: &Row, server: &Server) {
    let (plain, mut retries) = (["--json", "--transfers", "300", "--accounts", "3"], 0);
    let expected = row.run("sequential", &plain).json();
    let url = server.url("postgres");
    let level = ["--isolation", "serializable", "--retries", "1000", "--limit", "4", "--url", &url];
    for approach in ["threads", "tokio", "smol", "async-std", "processes"] {
        let ran = row.run(approach, &[&plain[..], &level].concat());
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        let json = ran.json();
        assert_eq!(json["answer"], expected["answer"], "{approach}");
        let count = json["figures"]["retries"].as_u64().expect("it is a number");
        assert!(count > 0, "{approach} was never asked to try again");
        retries += count;
    }
    assert!(retries > 0);
    assert_clean(server);
}

fn a_lock_of_somebody_else_is_waited_for(row: &Row, server: &Server) {
    for approach in ["sequential", "crossbeam", "tokio", "smol"] {
        let url = server.url("postgres");
        let arguments = ["--json", "--transfers", "2000", "--timeout", "20ms", "--url", &url];
        let family = row.start(approach, &[&arguments[..], &["--retries", "10000"]].concat());
        let schema = wait_for_schema(server);
        let mut client = server.client();
        client
            .batch_execute(&format!("BEGIN; SELECT * FROM {schema}.accounts FOR UPDATE"))
            .expect("the accounts can be locked");
        thread::sleep(Duration::from_millis(300));
        drop(client);
        let ran = family.end();
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        let retries = ran.json()["figures"]["retries"].as_u64().expect("it is a number");
        assert!(retries > 0, "{approach} was never told that the accounts are locked");
    }
    assert_clean(server);
}

fn more_connections_than_the_server_takes(row: &Row, server: &Server) {
    server.ask("CREATE ROLE few LOGIN CONNECTION LIMIT 3");
    server.ask("GRANT CREATE ON DATABASE postgres TO few");
    let url = server.url("postgres").replace("//meanwhile@", "//few@");
    let expected = row.run("sequential", &["--json", "--transfers", "200"]).json();
    for approach in ["threads", "tokio"] {
        let arguments = ["--json", "--transfers", "200", "--limit", "8", "--url", &url];
        // What finds no connection waits for one, as long as it has patience.
        let ran = row.run(approach, &[&arguments[..], &["--retries", "10000"]].concat());
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        assert_eq!(ran.json()["answer"], expected["answer"], "{approach}");
        let ran = row.run(approach, &[&arguments[..], &["--retries", "0"]].concat());
        assert_eq!(ran.status, Some(1), "{approach}");
        let reason = "given up after 1 attempts: cannot connect for now: too many connections";
        assert!(ran.stderr.contains(reason), "{approach}: {}", ran.stderr);
        assert!(!ran.stderr.contains("the books"), "{approach}: {}", ran.stderr);
    }
    assert_clean(server);
}

fn what_cannot_be_used_is_refused_in_one_line(row: &Row, server: &Server) {
    row.refused(&["--url", &server.url("nowhere")], 1, "database \"nowhere\" does not exist");
    server.ask("CREATE ROLE visitor LOGIN");
    let visitor = server.url("postgres").replace("//meanwhile@", "//visitor@");
    row.refused(&["--url", &visitor], 1, "permission denied for database postgres");
    let stranger = server.url("postgres").replace("//meanwhile@", "//stranger@");
    row.refused(&["--url", &stranger], 1, "role \"stranger\" does not exist");
    let closed = format!("postgres://meanwhile:secret@127.0.0.1:{}/postgres", free_port());
    row.refused(&["--url", &closed], 1, "onnection refused");
    assert!(!row.run("tokio", &["--url", &closed]).stderr.contains("secret"));
    assert_clean(server);
}

fn killed_workers_cost_nothing_but_time(row: &Row, server: &Server) {
    let url = server.url("postgres");
    let arguments = ["--json", "--transfers", "2000", "--limit", "3", "--url", &url];
    let expected = row.run("sequential", &arguments[..3]).json();
    for pause in [0, 30, 70] {
        let family = row.start("processes", &arguments);
        assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
        thread::sleep(Duration::from_millis(pause));
        for worker in family.living(WORKER) {
            Family::signal(worker, "-KILL");
        }
        let ran = family.end();
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert_eq!(ran.json()["answer"], expected["answer"]);
    }
    assert_clean(server);
}

fn ctrl_c_leaves_nothing_behind(row: &Row, server: &Server) {
    for approach in row.approaches() {
        let url = server.url("postgres");
        let mut family = row.start(approach, &["--transfers", "1000000", "--url", &url]);
        let schema = wait_for_schema(server);
        let history = format!("SELECT count(*) > 0 FROM {schema}.history");
        wait_until("transfers", || {
            server.client().query_one(&history, &[]).is_ok_and(|row| row.get(0))
        });
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!((ran.status, &*ran.stderr), (Some(130), "interrupted\n"), "{approach}");
        assert_clean(server);
    }
}

fn a_server_that_goes_away_loses_no_money(row: &Row, server: &Server) {
    let url = server.url("postgres");
    for approach in row.approaches() {
        let arguments = ["--json", "--transfers", "20000", "--limit", "4", "--url", &url];
        let family = row.start(approach, &arguments);
        let schema = wait_for_schema(server);
        let history = format!("SELECT count(*) > 20 FROM {schema}.history");
        wait_until("transfers", || {
            server.client().query_one(&history, &[]).is_ok_and(|row| row.get(0))
        });
        server.stop();
        let ran = family.end();
        assert_eq!(ran.status, Some(1), "{approach}");
        let warning = format!("warning: what is called {schema} is left in PostgreSQL");
        assert!(ran.stderr.contains(&warning), "{approach}: {}", ran.stderr);
        let json = ran.json();
        let failures = json["failures"].as_array().expect("it is a list");
        let reasons: Vec<&str> = failures.iter().filter_map(|f| f["reason"].as_str()).collect();
        for reason in ["the connection was lost", "cannot connect: "] {
            assert!(reasons.iter().any(|r| r.starts_with(reason)), "{approach}: no {reason}");
        }
        assert_eq!(failures.last().map(|failure| &failure["unit"]), Some(&"the books".into()));
        assert_eq!(json["answer"]["money"], Value::Null);

        // What it said is done is in the history, all money is there, and a new run is as usual.
        server.resume().expect("it can be started again");
        let mut client = server.client();
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
        let (said, entries) =
            (&json["answer"]["done"], number("SELECT count(*) FROM SCHEMA.history"));
        let said = said.as_i64().expect("it is a number");
        // Of each of the connections, the last commit may have been done and not heard of.
        assert!((said..=said + 4).contains(&entries), "{approach}: {said} done, {entries} found");
        server.ask(&format!("DROP SCHEMA {schema} CASCADE"));

        let again = row.run(approach, &["--json", "--transfers", "50", "--url", &url]);
        assert_eq!(again.status, Some(0), "{approach}: {}", again.stderr);
        assert_clean(server);
    }
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long something may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "there are no {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a program has made its tables.
fn wait_for_schema(server: &Server) -> String {
    let mut schema = None;
    wait_until("tables", || {
        schema = server.schemas().pop();
        schema.is_some()
    });
    schema.expect("it was waited for")
}

/// That no program has left anything behind.
fn assert_clean(server: &Server) {
    assert_eq!(server.schemas(), [""; 0]);
}
