//! The row database, on SQLite. What concerns PostgreSQL is in its own file.

pub(super) mod postgresql;

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;
use workspace::{Approach, Workers};

use crate::{
    cells::{Cells, children},
    contract::{self, Contract, Input, LostWorker},
    family::{Family, Ran, WORKER, signal, sleeps},
    patience::{PATIENCE, wait_until},
    programs,
    suite::{Pace::Shared, Test, tests, tests_of_each},
};

static DATABASE: LazyLock<Cells> = LazyLock::new(|| Cells::of("database"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &DATABASE,
    unit: "transaction",
    // Before it waits for the database, and after.
    runs_of_a_unit: 2,
    quick: || Input::of(&["--transfers", "24", "--batch", "2"]),
    empty: || Input::of(&["--transfers", "0"]),
    single: || Input::of(&["--transfers", "1", "--accounts", "2"]),
    wide: || Input::of(&["--transfers", "400"]),
    lasting: || Input::of(&["--transfers", "3000"]),
    endless: || Input::of(&["--transfers", ENDLESS]),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--transfers", "-1"], 2, "-1"),
        (&["--transfers", "1000001"], 2, "1000001"),
        (&["--accounts", "1"], 2, "--accounts"),
        (&["--batch", "0"], 2, "--batch"),
        (&["--timeout", "5"], 2, "50ms"),
        (&["--below", "100"], 2, "--below"),
        (&["--isolation", "none"], 2, "none"),
        (&["--url", "mysql://localhost/"], 2, "mysql://localhost/"),
        (&["--url", "sqlite:"], 2, "names no file"),
        (&["--url", "postgres://a@b/c?sslmode=require"], 2, "TLS"),
        (&["--url", "sqlite:/nonexistent/file"], 1, "/nonexistent/file"),
        (&["--url", "sqlite:/dev/null"], 1, "/dev/null"),
        (&["--url", "sqlite:/"], 1, "SQLite's file /"),
    ],
});

/// So many transfers that they take minutes.
const ENDLESS: &str = "300000";

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(tests_of_each!(DATABASE, Shared:
        a_lock_that_somebody_else_holds_is_waited_for_and_counted,
        a_lock_that_is_held_for_too_long_fails_the_transactions,
    ));
    for entries in [1, 100, 400] {
        let name = "database::processes::killed_workers_cost_nothing_but_time_after";
        let test = move || killed_workers_cost_nothing_but_time(entries);
        tests.push(Test::new(format!("{name}_{entries}"), Shared, test));
    }
    tests.extend(tests!("database", Shared:
        the_answer_counts_the_transfers_and_the_money,
        what_changes_nothing_in_the_books,
        the_digest_tells_the_seed_and_not_the_run,
        each_transaction_is_a_unit_of_work,
        a_file_of_the_users_is_left_as_it_was,
        a_file_that_is_no_database_is_refused_and_left_alone,
        retries_are_shown_apart_from_the_answer,
        one_connection_fails_nobody_where_a_fight_makes_them_wait,
        a_group_gives_the_same_answer,
        audits_see_all_the_money_while_transfers_are_made,
        groups_are_for_one_connection_to_sqlite,
        more_in_flight_than_the_machine_holds_is_refused_before_it_begins,
    ));
    let hindrance = other_user().err();
    tests.extend(DATABASE.approaches().map(|approach| {
        let name = format!("database::{approach}::few_threads_are_enough_or_too_few");
        let test = move || few_threads_are_enough_or_too_few(approach);
        Test::new(name, Shared, test).unless(hindrance.clone())
    }));
    tests.extend(tests_of_each!(DATABASE, Alone:
        ctrl_c_in_the_midst_of_transfers_leaves_no_file,
        ctrl_c_leaves_a_file_of_the_users_as_it_was,
    ));
    tests.extend(contract::tests(&CONTRACT));
    tests
}

fn the_answer_counts_the_transfers_and_the_money() {
    let number = |answer: &Value, name: &str| answer[name].as_u64().expect("it is a number");
    for transfers in [0, 1, 7, 300] {
        let answer = DATABASE.agreed(&["--transfers", &transfers.to_string(), "--accounts", "20"]);
        assert_eq!(number(&answer, "done") + number(&answer, "refused"), transfers);
        // An account is opened with 100 for every transfer, if there is any.
        assert_eq!(number(&answer, "money"), 20 * transfers.max(1) * 100);
        if transfers == 300 {
            assert!((10..60).contains(&number(&answer, "refused")), "{answer}");
        }
    }
}

fn what_changes_nothing_in_the_books() {
    let expected = DATABASE.agreed(&["--transfers", "100"]);
    for changed in [
        ["--batch", "7"],
        ["--batch", "100"],
        ["--batch", "1000000"],
        ["--limit", "1"],
        ["--workers", "1"],
    ] {
        assert_eq!(DATABASE.agreed(&[&["--transfers", "100"], &changed[..]].concat()), expected);
    }
}

fn the_digest_tells_the_seed_and_not_the_run() {
    let digest = |seed| {
        let arguments = ["--json", "--transfers", "50", "--seed", seed];
        DATABASE.run("smol", &arguments).json()["answer"]["digest"].clone()
    };
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
}

fn each_transaction_is_a_unit_of_work() {
    for (batch, units) in [("1", 40), ("7", 6)] {
        let arguments = ["--json", "--transfers", "40", "--batch", batch];
        assert_eq!(DATABASE.run("threads", &arguments).json()["units"], units);
    }
}

fn a_file_of_the_users_is_left_as_it_was() {
    let folder = temporary();
    let file = user_file(&folder, "delete");
    let answer = DATABASE.agreed(&["--url", &url(&file), "--transfers", "40"]);
    assert_eq!(answer, DATABASE.agreed(&["--transfers", "40"]));
    assert_users(&file, "delete");
    assert_eq!(children(folder.path()), [file]);
}

fn a_lock_that_somebody_else_holds_is_waited_for_and_counted(approach: &str) {
    let folder = temporary();
    let file = user_file(&folder, "wal");
    let (family, lock) = locked_out(approach, &file, &["--timeout", "5ms", "--retries", "10000"]);
    // A connection that finds the file locked sleeps three times for 5 ms altogether before it
    // says so, and once more before it is tried again. The meter sleeps too, but much longer.
    let all_sleeps = || family.living("").into_iter().map(sleeps).sum::<u64>();
    let before = all_sleeps();
    wait_until("the file is found locked", || all_sleeps() > before + 40);
    drop(lock);
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(retries(&ran) > 0, "it was never told that the file is locked");
    assert_users(&file, "wal");
}

fn a_lock_that_is_held_for_too_long_fails_the_transactions(approach: &str) {
    let folder = temporary();
    let file = user_file(&folder, "wal");
    let (mut family, lock) = locked_out(approach, &file, &["--timeout", "1ms", "--retries", "1"]);
    // The program reports before it removes its tables, for which it needs the lock.
    let mut line = String::new();
    let stdout = family.parent().stdout.as_mut().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("it prints a line");
    drop(lock);
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let json: Value = serde_json::from_str(&line).expect("it is JSON");
    let reason = "given up after 2 attempts: database is locked";
    assert_eq!(json["failures"][0]["reason"], reason);
    assert!(!ran.stderr.contains("the books"), "{}", ran.stderr);
    assert_users(&file, "wal");
}

fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    fs::write(&file, "this is not a database, but a text of more than a few words\n".repeat(100))
        .expect("it can be written");
    let before = fs::read(&file).expect("it can be read");
    DATABASE.refused(&["--url", &url(file.path())], 1, "file is not a database");
    assert_eq!(fs::read(&file).expect("it can be read"), before);
}

fn ctrl_c_in_the_midst_of_transfers_leaves_no_file(approach: &str) {
    let folder = temporary();
    let mut command = DATABASE.command(approach, &["--transfers", ENDLESS, "--limit", "4"]);
    command.env("TMPDIR", folder.path()).stdin(Stdio::null());
    let mut family = Family::spawn(&mut command);
    wait_until("transfers", || done_in(folder.path()) > 20);
    family.signal("-INT");
    assert_eq!(interrupted_in_time(family), "");
    assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
}

fn ctrl_c_leaves_a_file_of_the_users_as_it_was(approach: &str) {
    for mode in ["wal", "delete"] {
        // A busy disk may not let go of the tables in the time that there is. Then the user is told,
        // and it succeeds another time.
        let succeeds = (0..5).any(|_| {
            let folder = temporary();
            let file = user_file(&folder, mode);
            let arguments = ["--url", &url(&file), "--transfers", ENDLESS, "--limit", "4"];
            let mut family = DATABASE.start(approach, &arguments);
            wait_until("our tables", || tables(&file).len() == 3);
            family.wait_for_job();
            if Approach::new(approach).workers() == Some(Workers::Processes) {
                family.wait_for(WORKER, 4);
            }
            family.signal("-INT");
            let told = interrupted_in_time(family).contains("is left in");
            if !told {
                assert_users(&file, mode);
            }
            !told
        });
        assert!(succeeds, "the tables are always left");
    }
}

/// Checks that Ctrl-C has ended a program within a second, and returns what it said besides.
fn interrupted_in_time(family: Family) -> String {
    assert!(family.ends_within(Duration::from_secs(1)), "it goes on after Ctrl-C");
    let ran = family.end();
    assert_eq!((ran.status, &*ran.stdout), (Some(130), ""));
    let (interrupted, others): (Vec<&str>, Vec<&str>) =
        ran.stderr.lines().partition(|&line| line == "interrupted");
    assert_eq!(interrupted.len(), 1, "{}", ran.stderr);
    others.join("\n")
}

/// Kills all workers as soon as so many transfers are in the history: in the midst of a transaction,
/// before it or after it. Each is done once all the same.
fn killed_workers_cost_nothing_but_time(entries: i64) {
    let arguments = ["--json", "--transfers", "2000", "--limit", "3"];
    let folder = temporary();
    let mut command = DATABASE.command("processes", &arguments);
    let family = Family::spawn(command.env("TMPDIR", folder.path()).stdin(Stdio::null()));
    wait_until("transfers", || done_in(folder.path()) >= entries);
    kill_workers(&family);
    check_answer(&family.end(), &arguments[1..]);
}

/// Kills all workers that a program has.
fn kill_workers(family: &Family) {
    family.wait_for(WORKER, 3);
    for worker in family.living(WORKER) {
        signal(worker, "-KILL");
    }
}

/// Checks that nothing failed, and that the answer is what *sequential* answers in SQLite.
fn check_answer(ran: &Ran, arguments: &[&str]) {
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"], DATABASE.expected(arguments).0);
}

fn retries_are_shown_apart_from_the_answer() {
    let json = DATABASE.run("threads", &["--json", "--transfers", "20"]).json();
    assert_eq!(json["figures"], json!({ "retries": 0 }));
    assert_eq!(json["answer"].get("retries"), None);
}

/// How often transactions were tried again.
fn retries(ran: &Ran) -> u64 {
    ran.json()["figures"]["retries"].as_u64().expect("it is a number")
}

/// A short timeout tells a fight by its retries. Where the cell's own lock comes first, nobody meets
/// the file locked.
fn one_connection_fails_nobody_where_a_fight_makes_them_wait() {
    let plain = ["--transfers", "2000"];
    let more = ["--limit", "8", "--workers", "8", "--timeout", "1ms", "--retries", "1000000"];
    for approach in DATABASE.approaches().skip(1) {
        let run = |connections: &[&str]| {
            let ran =
                DATABASE.run(approach, &[&["--json"], &plain[..], &more, connections].concat());
            check_answer(&ran, &plain);
            retries(&ran)
        };
        assert_eq!(run(&[]), 0, "{approach}");
        assert!(run(&["--connections", "8"]) > 0, "{approach} has not fought");
    }
}

fn a_group_gives_the_same_answer() {
    for approach in ["threads", "tokio"] {
        for arguments in [
            &["--transfers", "0"][..],
            &["--transfers", "1"],
            &["--transfers", "300"],
            &["--transfers", "300", "--batch", "7", "--limit", "3", "--workers", "1"],
            &["--transfers", "50", "--reads", "50"],
        ] {
            DATABASE.agrees(approach, &[arguments, &["--grouped"]].concat());
        }
        let arguments = ["--transfers", "100", "--limit", "3", "--grouped"];
        let mut command = DATABASE.command(approach, &arguments);
        let ran = Ran::of(command.env("MEANWHILE_PANIC", "1"));
        assert_eq!(ran.status, Some(1), "{approach}: {}", ran.stderr);
        assert!(ran.stderr.contains("unit 1 panics"), "{approach}: {}", ran.stderr);
    }
}

fn groups_are_for_one_connection_to_sqlite() {
    DATABASE.refused(&["--grouped", "--connections", "2"], 2, "--connections");
    let url = "postgres://nobody@127.0.0.1:1/nothing";
    DATABASE.refused(&["--grouped", "--url", url], 1, "--grouped is for SQLite");
}

fn more_in_flight_than_the_machine_holds_is_refused_before_it_begins() {
    let arguments = ["--transfers", "1000000", "--limit", "1000000"];
    for (approach, what) in
        [("threads", "threads"), ("crossbeam", "threads"), ("processes", "worker processes")]
    {
        let complaint = format!("no room for 1,000,000 {what}: ");
        DATABASE.run(approach, &arguments).refused(1, &complaint);
    }
}

fn audits_see_all_the_money_while_transfers_are_made() {
    let plain = ["--transfers", "200", "--reads", "100"];
    for connections in ["1", "4"] {
        let arguments = [&plain[..], &["--limit", "4", "--connections", connections]].concat();
        assert_eq!(DATABASE.agreed(&arguments)["audits"], 100);
    }
    assert_eq!(DATABASE.agreed(&["--transfers", "0", "--reads", "100"])["audits"], 100);
}

/// A user without any process, whose threads can be counted. Only root may become somebody else.
fn other_user() -> Result<u32, String> {
    let user = 61_000 + std::process::id() % 1_000;
    let tried = Command::new("setpriv").args([format!("--reuid={user}"), "true".into()]).output();
    let became = tried.is_ok_and(|output| output.status.success());
    if became { Ok(user) } else { Err("only root can become a user without processes".into()) }
}

/// With any number of threads a program ends, having done its job or having said why not.
fn few_threads_are_enough_or_too_few(approach: &str) {
    // The approaches run side by side, so each is another user.
    let place = DATABASE.approaches().position(|other| other == approach).expect("it is one");
    let user =
        other_user().expect("it would be ignored") + 1_000 * u32::try_from(place).unwrap_or(0);
    let folder = temporary();
    let program = programs::within_reach_of_all(DATABASE.program(approach), folder.path());
    chown(folder.path(), Some(user), None).expect("root may do that");
    let mut done = 0;
    for threads in 1..=24 {
        let mut command = Command::new("setpriv");
        command.args([&*format!("--reuid={user}"), "--clear-groups", "prlimit"]);
        command.arg(format!("--nproc={threads}")).arg(&program);
        command.args(["--json", "--transfers", "50", "--limit", "4", "--workers", "2"]);
        let family = Family::spawn(command.env("TMPDIR", folder.path()).stdin(Stdio::null()));
        assert!(family.ends_within(PATIENCE), "with {threads} threads it waits for ever");
        let ran = family.end();
        if ran.status == Some(0) {
            done += 1;
        } else {
            assert_eq!(ran.status, Some(1), "{threads}: {}", ran.stderr);
            assert_ne!(ran.stderr, "", "with {threads} threads it says nothing");
        }
    }
    assert!(done > 0, "not even 24 threads are enough");
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

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

/// How many transfers are done, in the file that a program has made for itself in this folder.
fn done_in(folder: &Path) -> i64 {
    let done = |folder: PathBuf| {
        // It is not to be made by this.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = Connection::open_with_flags(folder.join("accounts.sqlite"), flags).ok()?;
        connection.busy_timeout(PATIENCE).ok()?;
        done(&connection)
    };
    children(folder).pop().and_then(done).unwrap_or(0)
}

/// How many transfers are in the history; `None` if there is no history.
fn done(connection: &Connection) -> Option<i64> {
    let sql = "SELECT name FROM sqlite_master WHERE name LIKE 'meanwhile%history'";
    let history: String = connection.query_row(sql, [], |row| row.get(0)).ok()?;
    connection.query_row(&format!("SELECT count(*) FROM {history}"), [], |row| row.get(0)).ok()
}

/// Starts a program that makes transfers in the user's file, and keeps it from writing there while
/// there are transfers to be made, for as long as the connection lives.
fn locked_out(approach: &str, file: &Path, arguments: &[&str]) -> (Family, Connection) {
    // Where this test gets no chance to take the lock before all are made, there must be more.
    for transfers in ["1000", "10000", "100000"] {
        let (url, transfers) = (url(file), ["--transfers", transfers]);
        let fixed = ["--json", "--url", &url, "--limit", "4"];
        let family = DATABASE.start(approach, &[&fixed[..], &transfers, arguments].concat());
        wait_until("our tables", || tables(file).len() == 3 || family.living("").is_empty());
        let mut connection = Connection::open(file).expect("it is still there");
        // The program leaves the lock free for short moments only, so it takes many attempts.
        let insist = |_| {
            thread::sleep(Duration::from_micros(20));
            true
        };
        connection.busy_handler(Some(insist)).expect("it is a function");
        connection.execute_batch("BEGIN IMMEDIATE").expect("nobody holds the lock for long");
        let expected = DATABASE.expected(&transfers).0["done"].as_i64();
        if done(&connection).is_some_and(|done| Some(done) < expected) {
            return (family, connection);
        }
        drop(connection);
        family.end();
    }
    panic!("{approach} makes all transfers before anybody can take the lock");
}
