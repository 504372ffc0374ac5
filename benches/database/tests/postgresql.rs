//! The cells of `database` against a real PostgreSQL, which this test starts for itself, in a
//! temporary directory and on a port of its own, and stops again. Where its programs are not
//! installed, the test says so and is skipped.

use std::{
    env, fs, io,
    net::TcpListener,
    os::unix::fs::{MetadataExt, chown},
    panic,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use postgres::{Client, NoTls};
use serde_json::Value;
use tempfile::TempDir;
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
    server.assert_clean();
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
    server.assert_clean();
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
    server.assert_clean();
}

fn a_lock_of_somebody_else_is_waited_for(row: &Row, server: &Server) {
    for approach in ["sequential", "crossbeam", "tokio", "smol"] {
        let url = server.url("postgres");
        let arguments = ["--json", "--transfers", "2000", "--timeout", "20ms", "--url", &url];
        let family = row.start(approach, &[&arguments[..], &["--retries", "10000"]].concat());
        let schema = server.wait_for_schema();
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
    server.assert_clean();
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
    server.assert_clean();
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
    server.assert_clean();
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
    server.assert_clean();
}

fn ctrl_c_leaves_nothing_behind(row: &Row, server: &Server) {
    for approach in row.approaches() {
        let url = server.url("postgres");
        let mut family = row.start(approach, &["--transfers", "1000000", "--url", &url]);
        let schema = server.wait_for_schema();
        let history = format!("SELECT count(*) > 0 FROM {schema}.history");
        wait_until("transfers", || {
            server.client().query_one(&history, &[]).is_ok_and(|row| row.get(0))
        });
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!((ran.status, &*ran.stderr), (Some(130), "interrupted\n"), "{approach}");
        server.assert_clean();
    }
}

fn a_server_that_goes_away_loses_no_money(row: &Row, server: &Server) {
    let url = server.url("postgres");
    for approach in row.approaches() {
        let arguments = ["--json", "--transfers", "20000", "--limit", "4", "--url", &url];
        let family = row.start(approach, &arguments);
        let schema = server.wait_for_schema();
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
        server.assert_clean();
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

/// PostgreSQL's own programs, and as whom to run them.
struct Programs {
    folder: PathBuf,
    /// PostgreSQL refuses to run as root, so root needs another user's numbers for it.
    user: Option<(u32, u32)>,
}

impl Programs {
    fn find() -> Result<Self> {
        let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .map(|version| version.path().join("bin"))
            .collect();
        // Debian keeps them apart by version; the newest is tried first.
        folders.sort();
        folders.reverse();
        folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
        let folder = folders.into_iter().find(|folder| {
            ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
        });
        let folder =
            folder.context("PostgreSQL is not installed: there are no initdb and pg_ctl")?;
        let root = fs::metadata("/proc/self").context("nobody knows who runs this")?.uid() == 0;
        let user = if root { Some(other_user()?) } else { None };
        Ok(Self { folder, user })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let program = self.folder.join(program);
        let mut command = match self.user {
            None => Command::new(&program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
                command.arg("--clear-groups").arg(&program);
                command
            }
        };
        // A server that kept our stdout would keep whoever reads it waiting.
        let log = tempfile::tempfile()?;
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .status()
            .with_context(|| format!("cannot run {}", program.display()))?;
        if !status.success() {
            let mut text = String::new();
            let mut log = log;
            io::Seek::rewind(&mut log)?;
            io::Read::read_to_string(&mut log, &mut text)?;
            bail!("{} {arguments:?}: {status}\n{text}", program.display());
        }
        Ok(())
    }
}

/// The numbers of a user without rights, and of their group.
fn other_user() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").context("nobody knows what users there are")?;
    let numbers = |name: &str| {
        let mut fields =
            users.lines().find(|line| line.starts_with(&format!("{name}:")))?.split(':');
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ensure!(
        Command::new("setpriv").arg("--version").output().is_ok(),
        "this is root, and there is no setpriv"
    );
    numbers("postgres").or_else(|| numbers("nobody")).context("there is no user but root")
}

/// A server of our own. It is stopped when this is dropped.
struct Server {
    programs: Programs,
    port: u16,
    folder: TempDir,
}

impl Server {
    fn start(programs: Programs) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("meanwhile-postgresql-").tempdir()?;
        if let Some((user, group)) = programs.user {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let server = Self { programs, port: free_port(), folder };
        let data = server.data();
        let arguments =
            ["-D", &data, "-U", "meanwhile", "--auth=trust", "--encoding=UTF8", "--no-locale"];
        server.programs.run("initdb", &arguments)?;
        server.resume()?;
        Ok(server)
    }

    /// Starts the server, after [`Self::stop`] or for the first time.
    fn resume(&self) -> Result<()> {
        let data = self.data();
        let log = self.path("log");
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", self.port);
        self.programs.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-o", &options, "start"])
    }

    /// Has the server end at once, as if its machine had lost its power.
    fn stop(&self) {
        let stopped =
            self.programs.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
        stopped.expect("a server that runs can be stopped");
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn path(&self, name: &str) -> String {
        let path: &Path = self.folder.path();
        path.join(name).to_str().expect("temporary folders have names in UTF-8").into()
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://meanwhile@127.0.0.1:{}/{database}", self.port)
    }

    fn client(&self) -> Client {
        Client::connect(&self.url("postgres"), NoTls).expect("the server is there")
    }

    fn ask(&self, sql: &str) {
        self.client().batch_execute(sql).expect("the server does it");
    }

    fn schemas(&self) -> Vec<String> {
        let sql = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'meanwhile%'";
        let rows = self.client().query(sql, &[]).expect("the server knows");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Waits until a program has made its tables.
    fn wait_for_schema(&self) -> String {
        let mut schema = None;
        wait_until("tables", || {
            schema = self.schemas().pop();
            schema.is_some()
        });
        schema.expect("it was waited for")
    }

    /// That no program has left anything behind.
    fn assert_clean(&self) {
        assert_eq!(self.schemas(), [""; 0]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}
