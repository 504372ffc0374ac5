//! All cells of `database` come to the same books in SQLite, obey the same limits, and handle what
//! goes wrong in the same way. What concerns PostgreSQL is in `postgresql.rs`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use trial::{Family, Row};

static DATABASE: LazyLock<Row> = LazyLock::new(|| Row::build("database"));

#[test]
fn all_cells_come_to_the_same_books() {
    let answer = DATABASE.agreed(&["--transfers", "300"]);
    let number = |name: &str| answer[name].as_u64().expect("it is a number");
    assert_eq!(number("done") + number("refused"), 300);
    assert!((10..60).contains(&number("refused")), "{answer}");
    // An account is opened with 100 for every transfer.
    assert_eq!(number("money"), 100 * 300 * 100);
}

#[test]
fn no_transfer_one_transfer_and_fewer_than_the_limit() {
    for transfers in ["0", "1", "7"] {
        let answer = DATABASE.agreed(&["--transfers", transfers, "--accounts", "2"]);
        let number = |name: &str| answer[name].as_u64().expect("it is a number");
        assert_eq!((number("done") + number("refused")).to_string(), transfers);
    }
}

#[test]
fn one_worker_and_one_in_flight() {
    let expected = DATABASE.agreed(&["--transfers", "50"]);
    for arguments in [["--workers", "1"], ["--limit", "1"]] {
        let answer = DATABASE.agreed(&[&["--transfers", "50"], &arguments[..]].concat());
        assert_eq!(answer, expected);
    }
}

#[test]
fn the_size_of_a_transaction_changes_nothing_in_the_books() {
    let expected = DATABASE.agreed(&["--transfers", "100"]);
    for batch in ["7", "100", "1000000"] {
        assert_eq!(DATABASE.agreed(&["--transfers", "100", "--batch", batch]), expected);
    }
}

#[test]
fn the_digest_tells_the_seed_and_not_the_run() {
    let digest = |seed| {
        let arguments = ["--json", "--transfers", "50", "--seed", seed];
        DATABASE.run("smol", &arguments).json()["answer"]["digest"].clone()
    };
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
}

#[test]
fn the_limits_are_obeyed_and_reached() {
    for approach in DATABASE.approaches() {
        // rayon holds as many in flight as its pool has threads, so there are as many workers.
        let arguments = ["--json", "--transfers", "400", "--limit", "8", "--workers", "8"];
        let json = DATABASE.run(approach, &arguments).json();
        let expected = if approach == "sequential" { 1 } else { 8 };
        assert_eq!(json["peak_in_flight"], expected, "{approach}");
        assert_eq!(json["units"], 400, "{approach}");
    }
}

#[test]
fn a_file_of_the_users_is_left_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = user_file(&folder, "delete");
    let url = format!("sqlite:{}", file.display());
    let answer = DATABASE.agreed(&["--url", &url, "--transfers", "40"]);
    assert_eq!(answer, DATABASE.agreed(&["--transfers", "40"]));
    assert_users(&file, "delete");
    assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 1);
}

#[test]
fn a_lock_that_somebody_else_holds_is_waited_for_and_counted() {
    for approach in ["sequential", "threads", "tokio", "processes"] {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = user_file(&folder, "wal");
        let url = format!("sqlite:{}", file.display());
        let arguments = ["--transfers", "500", "--limit", "4", "--timeout", "5ms"];
        let arguments = [&["--json", "--url", &url, "--retries", "10000"], &arguments[..]].concat();
        let family = DATABASE.start(approach, &arguments);
        hold_the_lock(&file, Duration::from_millis(300));
        let ran = family.end();
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        let retries = ran.json()["figures"]["retries"].as_u64().expect("it is a number");
        assert!(retries > 0, "{approach} was never told that the file is locked");
        assert_users(&file, "wal");
    }
}

#[test]
fn a_lock_that_is_held_for_too_long_fails_the_transaction() {
    for approach in ["crossbeam", "smol"] {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = user_file(&folder, "wal");
        let url = format!("sqlite:{}", file.display());
        let arguments = ["--transfers", "500", "--limit", "4", "--timeout", "1ms"];
        let family = DATABASE.start(
            approach,
            &[&["--json", "--url", &url, "--retries", "1"], &arguments[..]].concat(),
        );
        hold_the_lock(&file, Duration::from_secs(2));
        let ran = family.end();
        assert_eq!(ran.status, Some(1), "{approach}: {}", ran.stderr);
        let failures = ran.json()["failures"].clone();
        let reason = "given up after 2 attempts: database is locked";
        assert_eq!(failures[0]["reason"], reason, "{approach}");
        assert!(!ran.stderr.contains("the books"), "{approach}: {}", ran.stderr);
        assert_users(&file, "wal");
    }
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    DATABASE.refused(&["--transfers", "-1"], 2, "-1");
    DATABASE.refused(&["--transfers", "1000001"], 2, "1000001");
    DATABASE.refused(&["--accounts", "1"], 2, "--accounts");
    DATABASE.refused(&["--batch", "0"], 2, "--batch");
    DATABASE.refused(&["--limit", "0"], 2, "--limit");
    DATABASE.refused(&["--workers", "none"], 2, "none");
    DATABASE.refused(&["--timeout", "5"], 2, "50ms");
    DATABASE.refused(&["--below", "100"], 2, "--below");
    DATABASE.refused(&["--isolation", "none"], 2, "none");
    DATABASE.refused(&["--url", "mysql://localhost/"], 2, "mysql://localhost/");
    DATABASE.refused(&["--url", "sqlite:"], 2, "names no file");
    DATABASE.refused(&["--url", "postgres://a@b/c?sslmode=require"], 2, "TLS");
    DATABASE.refused(&["--url", "sqlite:/nonexistent/file"], 1, "/nonexistent/file");
    DATABASE.refused(&["--url", "sqlite:/dev/null"], 1, "/dev/null");
    DATABASE.refused(&["--url", "sqlite:/"], 1, "SQLite's file /");
    DATABASE.refused(&["--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    fs::write(&file, "this is not a database, but a text of more than a few words\n".repeat(100))
        .expect("it can be written");
    let before = fs::read(&file).expect("it can be read");
    let url = format!("sqlite:{}", file.path().display());
    DATABASE.refused(&["--url", &url], 1, "file is not a database");
    assert_eq!(fs::read(&file).expect("it can be read"), before);
}

#[test]
fn the_timeline_and_the_trace_show_every_transaction() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    for approach in DATABASE.approaches() {
        let arguments = ["--transfers", "24", "--batch", "2", "--limit", "4", "--timeline"];
        let trace = ["--trace", file.to_str().expect("it is UTF-8")];
        let ran = DATABASE.run(approach, &[&arguments[..], &trace].concat());
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("12 of 12 transactions"), "{approach}: {}", ran.stdout);
        let trace = fs::read(&file).expect("the trace was written");
        let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
        let events = trace["traceEvents"].as_array().expect("it has events");
        let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
        assert_eq!((of_kind("b"), of_kind("e")), (12, 12), "{approach}");
        // Each transaction runs at least before its wait and after it.
        assert!(of_kind("X") >= 24, "{approach}: {}", of_kind("X"));
    }
}

#[test]
fn ctrl_c_ends_everything_within_a_second_and_leaves_no_file() {
    for approach in DATABASE.approaches() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let child = Command::new(DATABASE.program(approach))
            .args(["--transfers", "1000000", "--limit", "4"])
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let log = || {
            let folders = fs::read_dir(folder.path()).expect("it can be read").flatten();
            folders.map(|folder| folder.path().join("accounts.sqlite-wal")).next()
        };
        // By then there is a million of transfers to be made, and some of them are.
        wait_until("transfers", || {
            log().is_some_and(|log| log.metadata().is_ok_and(|log| log.len() > 100_000))
        });
        let start = Instant::now();
        Family::signal(child.id(), "-INT");
        let output = child.wait_with_output().expect("it can be waited for");
        assert!(start.elapsed() < Duration::from_secs(1), "{approach}: {:?}", start.elapsed());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*stderr), (Some(130), "interrupted\n"), "{approach}");
        let left = fs::read_dir(folder.path()).expect("it can be read").count();
        assert_eq!(left, 0, "{approach}");
    }
}

#[test]
fn ctrl_c_leaves_a_file_of_the_users_as_it_was() {
    for approach in ["sequential", "rayon", "async-std", "processes"] {
        let mode = if approach == "rayon" { "delete" } else { "wal" };
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = user_file(&folder, mode);
        let url = format!("sqlite:{}", file.display());
        let mut family = DATABASE.start(approach, &["--url", &url, "--transfers", "1000000"]);
        wait_until("our tables", || tables(&file).len() == 3);
        let workers = if approach == "processes" { 16 } else { 0 };
        assert_eq!(family.wait_for(WORKER, workers, PATIENCE), workers, "{approach}");
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!((ran.status, &*ran.stderr), (Some(130), "interrupted\n"), "{approach}");
        assert_users(&file, mode);
    }
}

#[test]
fn nobody_outlives_a_parent_that_is_killed() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let url = format!("sqlite:{}", user_file(&folder, "wal").display());
    let arguments = ["--transfers", "1000000", "--limit", "6", "--url", &url];
    let mut family = DATABASE.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 6, PATIENCE), 6);
    Family::signal(family.parent().id(), "-KILL");
    assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0);
    assert_eq!(family.end().status, None);
}

#[test]
fn killed_workers_cost_nothing_but_time() {
    let arguments = ["--json", "--transfers", "2000", "--limit", "3"];
    let expected = DATABASE.run("sequential", &arguments).json();
    // Killed in the midst of a transaction, before it or after it: each is done once all the same.
    for pause in [0, 30, 70] {
        let family = DATABASE.start("processes", &arguments);
        assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
        thread::sleep(Duration::from_millis(pause));
        for worker in family.living(WORKER) {
            Family::signal(worker, "-KILL");
        }
        let ran = family.end();
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert_eq!(ran.json()["answer"], expected["answer"]);
    }
}

#[test]
fn retries_are_shown_apart_from_the_answer() {
    let json = DATABASE.run("threads", &["--json", "--transfers", "20"]).json();
    assert_eq!(json["figures"], json!({ "retries": 0 }));
    assert_eq!(json["answer"].get("retries"), None);
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long processes may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file with a table that is none of ours.
fn user_file(folder: &TempDir, mode: &str) -> PathBuf {
    let file = folder.path().join("users.sqlite");
    let connection = Connection::open(&file).expect("a file can be made");
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = {mode};
             CREATE TABLE accounts (name TEXT); INSERT INTO accounts VALUES ('mine')"
        ))
        .expect("a table can be made");
    file
}

/// That nothing of the user's has changed, and nothing of ours is left.
fn assert_users(file: &Path, expected: &str) {
    assert_eq!(tables(file), ["accounts"]);
    let connection = Connection::open(file).expect("it is still there");
    let ask = |sql| connection.query_row(sql, [], |row| row.get(0));
    let text: rusqlite::Result<String> = ask("SELECT group_concat(name) FROM accounts");
    assert_eq!(text.as_deref(), Ok("mine"));
    let mode: rusqlite::Result<String> = ask("PRAGMA journal_mode");
    assert_eq!(mode.as_deref(), Ok(expected));
    let check: rusqlite::Result<String> = ask("PRAGMA integrity_check");
    assert_eq!(check.as_deref(), Ok("ok"));
}

fn tables(file: &Path) -> Vec<String> {
    let connection = Connection::open(file).expect("it is still there");
    connection.busy_timeout(PATIENCE).expect("it is short enough");
    let mut tables =
        connection.prepare("SELECT name FROM sqlite_master ORDER BY name").expect("it is there");
    let tables = tables.query_map([], |row| row.get(0)).expect("it can be read");
    tables.collect::<Result<_, _>>().expect("names are texts")
}

/// Waits until a program has made its tables in the file, and then keeps it from writing.
fn hold_the_lock(file: &Path, duration: Duration) {
    wait_until("our tables", || tables(file).len() == 3);
    let mut connection = Connection::open(file).expect("it is still there");
    // The program leaves the lock free for short moments only, so it takes many attempts.
    let insist = |_| {
        thread::sleep(Duration::from_micros(20));
        true
    };
    connection.busy_handler(Some(insist)).expect("it is a function");
    connection.execute_batch("BEGIN IMMEDIATE").expect("nobody holds the lock for so long");
    thread::sleep(duration);
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "there are no {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
