//! The versions in Python, as the programs that they are, and what `compare --python` makes of them.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Stdio},
    sync::LazyLock,
    thread,
};

use serde_json::Value;
use tempfile::TempDir;
use workspace::{Cell, prepared::PreparedInput, python::Interpreter};

use super::{compare, robust};
use crate::{
    cells::{children, text},
    family::{Family, Ran, signal},
    patience::{PATIENCE, wait_until},
    programs,
    suite::{Test, tests},
};

/// The rows that have versions in Python.
const ROWS: [&str; 3] = ["http", "primes", "sleep"];

/// All tests of the versions. Without a Python they are ignored.
pub(super) fn tests() -> Vec<Test> {
    let shared = tests!("python", Shared:
        versions_agree_with_rust_on_the_same_input,
        faults_and_redirects_and_odd_answers_are_those_of_rust,
        waits_overlap_up_to_the_limit_and_no_further,
        figures_are_of_the_process_and_its_workers,
        wrong_usage_is_one_line_that_names_it_and_exit_2,
        what_cannot_be_done_is_one_line_and_exit_1,
        a_report_is_for_people_unless_json_is_asked_for,
        a_version_ends_with_the_program_that_started_it,
        a_trace_has_the_life_of_every_unit,
        a_trace_that_cannot_be_written_is_one_line,
        a_worker_that_is_killed_ends_the_run_with_a_reason,
        compare_shows_python_beside_rust,
        compare_draws_the_timelines_of_python_beside_those_of_rust,
        compare_takes_a_free_threaded_python_as_versions_of_its_own,
        compare_says_why_a_version_takes_no_part,
        a_virtual_environment_is_not_left,
    );
    let alone = tests!("python", Alone: nobody_outlives_ctrl_c_or_a_kill);
    let missing = PYTHON.as_ref().err().cloned();
    let tests = shared.into_iter().chain(alone).map(|test| test.unless(missing.clone()));
    // This one is about a machine without Python, so it needs none.
    tests
        .chain(tests!("python", Shared: compare_says_in_one_line_that_there_is_no_python))
        .collect()
}

/// The usual Python.
pub(super) static PYTHON: LazyLock<Result<Interpreter, String>> = LazyLock::new(|| {
    let found = programs::workspace().interpreters().map_err(|error| error.to_string())?;
    found.into_iter().next().ok_or_else(|| "there is no Python".into())
});

fn python() -> &'static Interpreter {
    PYTHON.as_ref().expect("without a Python this test is ignored")
}

/// The versions of a row.
fn versions(row: &str) -> Vec<Cell> {
    let cells = programs::workspace().python_cells(row, python());
    let cells = cells.expect("the folder can be read");
    assert!(!cells.is_empty(), "{row} has no versions");
    cells
}

/// The version of a row that is in this file.
fn version(row: &str, file: &str) -> Cell {
    let name = format!("python {file}");
    let found = versions(row).into_iter().find(|cell| cell.approach.name() == name);
    found.unwrap_or_else(|| panic!("{row} has no {name}"))
}

fn command(cell: &Cell, arguments: &[&str]) -> Command {
    let mut command = cell.command(&python().program);
    // Another test copies the workspace, and no file should come or go meanwhile.
    command.args(arguments).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn run(cell: &Cell, arguments: &[&str]) -> Ran {
    Ran::of(&mut command(cell, arguments))
}

/// What a version reports, with the status that belongs to it.
fn report(cell: &Cell, arguments: &[&str]) -> Value {
    let ran = run(cell, &[&["--json"], arguments].concat());
    checked(cell.approach.name(), &ran)
}

fn rust(row: &str, arguments: &[&str]) -> Value {
    let mut command = Command::new(programs::path(&format!("{row}-sequential")));
    let ran = Ran::of(command.arg("--json").args(arguments));
    checked("sequential", &ran)
}

fn checked(name: &str, ran: &Ran) -> Value {
    assert!(matches!(ran.status, Some(0 | 1)), "{name}: {}", ran.stderr);
    let json = ran.json();
    let failed = json["failures"].as_array().is_some_and(|failures| !failures.is_empty());
    assert_eq!(ran.status, Some(failed.into()), "{name}: {}", ran.stderr);
    assert_eq!(json["approach"], name);
    json
}

fn number(json: &Value, field: &str) -> u64 {
    json[field].as_u64().unwrap_or_else(|| panic!("{field} is no number in {json}"))
}

/// Checks that every version of a row says the same as Rust about this input.
fn agree(row: &str, arguments: &[&str]) {
    let expected = rust(row, arguments);
    for cell in versions(row) {
        if cell.approach.name().ends_with(" naive") && row == "primes" {
            continue;
        }
        let found = report(&cell, arguments);
        for field in ["version", "workload", "input", "units", "answer", "failures"] {
            let name = cell.approach.name();
            assert_eq!(found[field], expected[field], "{field} of {name} {arguments:?}");
        }
        if cell.approach.name() == "python sequential" {
            for field in ["headline", "limit", "workers"] {
                assert_eq!(found[field], expected[field], "{field} {arguments:?}");
            }
        }
        // All that Rust reports is there, in kind.
        for (field, value) in expected.as_object().expect("it is an object") {
            assert_eq!(found[field].is_number(), value.is_number(), "{field} in {found}");
        }
    }
}

/// Has the site of the Rust versions answer, and adds its address to these arguments.
fn with_site<'a>(arguments: &[&'a str]) -> (PreparedInput, Vec<String>) {
    let owned: Vec<String> = arguments.iter().map(|&argument: &&'a str| argument.into()).collect();
    let site = PreparedInput::start(programs::path("http-sequential"), &owned, PATIENCE);
    let site = site.expect("the site can be started");
    let all = owned.into_iter().chain(site.arguments().iter().cloned()).collect();
    (site, all)
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

fn versions_agree_with_rust_on_the_same_input() {
    for below in ["0", "2", "3", "50", "1000", "7864321", "20000003"] {
        agree("primes", &["--below", below]);
    }
    let naive = report(&version("primes", "naive"), &["--below", "10000"]);
    assert_eq!(naive["answer"], rust("primes", &["--below", "10000"])["answer"]);

    for arguments in [
        &["--tasks", "0"][..],
        &["--tasks", "1", "--latency", "0ms"],
        &["--tasks", "20", "--latency", "1ms 500us", "--limit", "3"],
    ] {
        agree("sleep", arguments);
    }

    for arguments in [
        &["--tasks", "0"][..],
        &["--tasks", "20", "--latency", "5ms", "--size", "100000", "--jitter", "2ms"],
        &["--tasks", "5", "--size", "0", "--seed", "7", "--limit", "2", "--timeout", "1m 30s"],
    ] {
        let (_site, arguments) = with_site(arguments);
        agree("http", &borrowed(&arguments));
    }
}

fn faults_and_redirects_and_odd_answers_are_those_of_rust() {
    // Whatever never answers costs the whole timeout, and must not be taken for what is slow.
    let faulty = ["--tasks", "12", "--latency", "1ms", "--faults", "0.3", "--timeout", "3s"];
    let (_site, arguments) = with_site(&[&faulty[..], &["--retries", "1"]].concat());
    agree("http", &borrowed(&arguments));

    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || serve_oddly(&client));
        }
    });
    let urls: Vec<String> =
        ["plain", "chunked", "to-the-end", "near", "round", "missing", "nothing", "rubbish", "cut"]
            .map(|path| format!("http://127.0.0.1:{port}/{path}"))
            .to_vec();
    let arguments = [&["--retries", "0"], &borrowed(&urls)[..]].concat();
    agree("http", &arguments);
    let mut failed = Vec::new();
    let sequential = report(&version("http", "asyncio"), &arguments);
    for failure in sequential["failures"].as_array().expect("it is a list") {
        failed.push(failure["reason"].as_str().expect("it is a text").to_owned());
    }
    let cut = "the connection was closed before the answer was complete";
    let expected = ["more than 5 redirects", "status 404", "the answer is not valid HTTP", cut];
    assert_eq!(failed, expected);
}

/// Answers as real servers do, and as none should.
fn serve_oddly(client: &TcpStream) {
    let mut lines = BufReader::new(client).lines().map_while(Result::ok);
    while let Some(request) = lines.next() {
        while lines.next().is_some_and(|header| !header.is_empty()) {}
        let (answer, closes) = match request.split(' ').nth(1).unwrap_or_default() {
            "/plain" => ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain", false),
            "/chunked" => (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                 3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n",
                false,
            ),
            "/to-the-end" => ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", true),
            "/near" => {
                ("HTTP/1.1 302 Found\r\nLocation: plain\r\nContent-Length: 0\r\n\r\n", false)
            }
            "/round" => {
                ("HTTP/1.1 301 No\r\nLocation: /round\r\nContent-Length: 2\r\n\r\nno", false)
            }
            "/missing" => ("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnone", false),
            "/nothing" => ("HTTP/1.1 204 No Content\r\n\r\n", false),
            "/cut" => ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", true),
            _ => ("what is this?\r\n\r\n", true),
        };
        let mut client = client;
        if client.write_all(answer.as_bytes()).is_err() || closes {
            // The client may be gone, which is all right.
            let _ = client.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn waits_overlap_up_to_the_limit_and_no_further() {
    // Each wait is so long that the next ones begin meanwhile, however busy the machine is.
    let arguments = ["--tasks", "9", "--latency", "2s", "--limit", "7"];
    let (_site, with_site) = with_site(&arguments);
    for row in ["sleep", "http"] {
        let arguments = if row == "http" { borrowed(&with_site) } else { arguments.to_vec() };
        for (file, peak) in [("asyncio", 7), ("threading", 7), ("multiprocessing", 7)] {
            let json = report(&version(row, file), &arguments);
            assert_eq!(number(&json, "peak_in_flight"), peak, "{row} {file}: {json}");
            assert_eq!(number(&json, "limit"), 7);
        }
    }
    let short = ["--tasks", "3", "--latency", "1ms"];
    assert_eq!(number(&report(&version("sleep", "sequential"), &short), "peak_in_flight"), 1);
}

fn figures_are_of_the_process_and_its_workers() {
    let arguments = ["--below", "60000000", "--workers", "3"];
    let threads = |file| number(&report(&version("primes", file), &arguments), "threads");
    assert_eq!(["sequential", "asyncio", "threading"].map(threads), [1, 1, 4]);
    let pool = report(&version("primes", "multiprocessing"), &arguments);
    // Three workers, and the main thread with the two that feed them.
    assert_eq!(number(&pool, "threads"), 6, "{pool}");
    let start = number(&pool, "start_ns");
    assert!(start > 0 && start < number(&pool, "wall_ns"), "{pool}");
    // Three more Pythons are in memory, and they have done the computing.
    let alone = report(&version("primes", "sequential"), &arguments);
    assert!(number(&pool, "peak_rss_bytes") > 2 * number(&alone, "peak_rss_bytes"), "{pool}");
    assert!(2 * number(&pool, "cpu_user_ns") > number(&alone, "cpu_user_ns"), "{pool} {alone}");
    assert_eq!(alone.get("start_ns"), None);
}

fn wrong_usage_is_one_line_that_names_it_and_exit_2() {
    for row in ROWS {
        for cell in versions(row) {
            run(&cell, &["--limit", "0"]).refused(2, "--limit");
            run(&cell, &["--workers", "two"]).refused(2, "--workers");
            run(&cell, &["--nonsense"]).refused(2, "--nonsense");
        }
    }
    let refused = |row: &str, file: &str, arguments: &[&str], complaint: &str| {
        run(&version(row, file), arguments).refused(2, complaint);
    };
    refused("sleep", "asyncio", &["--latency", "5"], "50ms or 2s");
    refused("sleep", "asyncio", &["--latency", "200y"], "hundred years");
    refused("primes", "asyncio", &["--below", "1000000000001"], "--below");
    refused("primes", "naive", &["--below", "1000001"], "this version is for --below up to");
    refused("http", "asyncio", &["--faults", "2"], "between 0 and 1");
    refused("http", "asyncio", &["ftp://a/"], "ftp://a/");
    refused("http", "asyncio", &["http:///x"], "it names no host");
    refused("http", "asyncio", &["http://a/", "--urls", "x"], "do not go together");
}

fn what_cannot_be_done_is_one_line_and_exit_1() {
    let refused = |row: &str, file: &str, arguments: &[&str], complaint: &str| {
        run(&version(row, file), arguments).refused(1, complaint);
    };
    refused(
        "sleep",
        "asyncio",
        &["--tasks", "999999999999999"],
        "no room for 999,999,999,999,999 tasks",
    );
    refused("http", "threading", &["--urls", "/no/such/file"], "cannot read /no/such/file");
    refused("http", "sequential", &["--ca", "/no/such/file"], "/no/such/file");
    let mut without_cargo = command(&version("http", "sequential"), &[]);
    Ran::of(without_cargo.env("PATH", "")).refused(1, "cannot run cargo");
}

fn a_report_is_for_people_unless_json_is_asked_for() {
    let ran = run(&version("sleep", "threading"), &["--tasks", "3", "--latency", "1ms"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    for part in [
        "sleep · python threading  3 waits of 1ms each, at most 3 in flight\n",
        "completed 3 waits, 0 ended early\n",
        "global interpreter lock",
        "cargo run --release -p compare -- sleep --python\n",
    ] {
        assert!(ran.stdout.contains(part), "{part:?} is missing in {}", ran.stdout);
    }
    assert_eq!(ran.stderr, "");
}

/// The events of a trace: their name, their kind, the process and the thread, and from when to when
/// they last, in microseconds.
fn trace(cell: &Cell, arguments: &[&str]) -> Vec<(String, String, [u64; 2], [f64; 2])> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    report(cell, &[&["--trace", text(&file)], arguments].concat());
    let trace: Value =
        serde_json::from_slice(&fs::read(&file).expect("it was written")).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("it is a list");
    let event = |event: &Value| {
        let string = |field: &str| event[field].as_str().expect("it is a string").to_owned();
        let from = event["ts"].as_f64().expect("it is a number");
        let length = event["dur"].as_f64().unwrap_or_default();
        let place = [number(event, "pid"), number(event, "tid")];
        (string("name"), string("ph"), place, [from, from + length])
    };
    events.iter().map(event).collect()
}

fn a_trace_has_the_life_of_every_unit() {
    let (_site, pages) = with_site(&["--tasks", "6", "--latency", "5ms"]);
    for (row, unit, units, arguments) in [
        ("sleep", "wait", 6, vec!["--tasks", "6", "--latency", "5ms"]),
        ("http", "page", 6, borrowed(&pages)),
        ("primes", "segment", 3, vec!["--below", "20000000"]),
    ] {
        for file in ["sequential", "threading", "asyncio", "multiprocessing"] {
            let arguments = [&arguments[..], &["--limit", "3", "--workers", "3"]].concat();
            let events = trace(&version(row, file), &arguments);
            let mut processes = BTreeSet::new();
            for index in 0..units {
                let name = format!("{unit} {index}");
                let of = |kind: &str| {
                    let found = events.iter().filter(|it| it.0 == name && it.1 == kind);
                    found.map(|it| (it.2, it.3)).collect::<Vec<_>>()
                };
                let (begins, runs, ends) = (of("b"), of("X"), of("e"));
                assert_eq!((begins.len(), ends.len()), (1, 1), "{row} {file} {name}: {events:?}");
                // Whatever waits runs before and after it, and a segment is in one piece.
                let pieces = if row == "primes" { 1..=1 } else { 2..=99 };
                assert!(pieces.contains(&runs.len()), "{row} {file} {name}: {runs:?}");
                let (begin, end) = (begins[0].1[0], ends[0].1[0]);
                let times =
                    [begin].into_iter().chain(runs.iter().flat_map(|run| run.1)).chain([end]);
                assert!(times.collect::<Vec<_>>().is_sorted(), "{row} {file} {name}: {events:?}");
                processes.extend(runs.iter().map(|run| run.0[0]));
            }
            let count = |kind: &str| events.iter().filter(|it| it.1 == kind).count();
            assert_eq!(count("b"), units, "{row} {file}: {events:?}");
            // Every thread that ran a unit has a name.
            let threads: BTreeSet<[u64; 2]> = events.iter().map(|it| it.2).collect();
            assert_eq!(count("M"), threads.len(), "{row} {file}: {events:?}");
            let expected = if file == "multiprocessing" { 1..=3 } else { 1..=1 };
            assert!(expected.contains(&processes.len()), "{row} {file}: {processes:?}");
        }
    }
}

fn a_trace_that_cannot_be_written_is_one_line() {
    let arguments = ["--trace", "/nonexistent/trace", "--latency", "1ms"];
    run(&version("sleep", "asyncio"), &arguments).refused(1, "/nonexistent/trace");
}

fn a_version_ends_with_the_program_that_started_it() {
    // The first process is nobody's parent here, so whoever has started this one is gone.
    let mut orphan = command(&version("sleep", "asyncio"), &["--latency", "1h"]);
    let ran = Ran::of(orphan.env("MEANWHILE_PARENT", "1"));
    assert_eq!((ran.status, &*ran.stdout), (Some(1), ""));
}

/// Starts a version that has a lot to do, and waits until it is at work.
fn under_way(row: &str, file: &str, folder: &TempDir) -> Family {
    let arguments: &[&str] = match row {
        "primes" => &["--below", "1000000000000"],
        _ => &["--latency", "1h", "--tasks", "9"],
    };
    under_way_with(row, file, arguments, folder)
}

fn under_way_with(row: &str, file: &str, arguments: &[&str], folder: &TempDir) -> Family {
    let limits = ["--limit", "3", "--workers", "3"];
    let mut command = command(&version(row, file), &[arguments, &limits].concat());
    let mut family = Family::spawn(command.env("TMPDIR", folder.path()).stdin(Stdio::null()));
    let files = format!("/proc/{}/fd", family.parent().id());
    // The meter's file, which nobody can see, is open as long as the job is measured.
    wait_until("the job has begun", || {
        let targets = children(Path::new(&files)).into_iter().flat_map(fs::read_link);
        targets.into_iter().any(|target| target.to_string_lossy().ends_with(" (deleted)"))
    });
    if file == "multiprocessing" {
        // Each worker has a thread of ours once it has begun.
        let parent = family.parent().id();
        let threads = |pid: u32| children(Path::new(&format!("/proc/{pid}/task"))).len();
        wait_until("three workers have begun", || {
            let workers = family.living("").into_iter().filter(|&pid| pid != parent);
            workers.filter(|&pid| threads(pid) >= 2).count() >= 3
        });
    }
    family
}

fn nobody_outlives_ctrl_c_or_a_kill() {
    for row in ["sleep", "primes"] {
        for file in ["sequential", "threading", "asyncio", "multiprocessing"] {
            for (signal, status) in [("-INT", Some(130)), ("-TERM", Some(130)), ("-KILL", None)] {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                let mut family = under_way(row, file, &folder);
                family.signal(signal);
                assert!(
                    family.ends_within(PATIENCE),
                    "{row} {file} {signal}: {:?} live on",
                    family.living("")
                );
                let ran = family.end();
                assert_eq!((ran.status, &*ran.stdout), (status, ""), "{row} {file} {signal}");
                let said = if status.is_some() { "interrupted\n" } else { "" };
                assert_eq!(ran.stderr, said, "{row} {file} {signal}");
                // multiprocessing's own folder may be left by a kill, but nothing of ours.
                let left = children(folder.path());
                assert!(left.is_empty() || status.is_none(), "{left:?} is left");
            }
        }
    }
}

fn a_worker_that_is_killed_ends_the_run_with_a_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    // So many jobs that some are still being submitted, and fewer than that.
    for below in ["1000000000000", "20000000000"] {
        let arguments = ["--below", below];
        let mut family = under_way_with("primes", "multiprocessing", &arguments, &folder);
        let parent = family.parent().id();
        // The last that was started is a worker, with each way of starting them.
        let workers = family.living("").into_iter().filter(|&pid| pid != parent);
        signal(workers.max().expect("there are workers"), "-KILL");
        family.end().refused(1, "terminated abruptly");
    }
}

fn assert_contains(text: &str, part: &str) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(part), "{part:?} is missing in:\n{text}");
}

fn compare_shows_python_beside_rust() {
    let ran = Ran::of(&mut compare::command(&["good", "--python", "--runs", "3"]));
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    for part in [
        "python: Python 3.99.0, with a global interpreter lock, without aiohttp: /",
        // The table of all versions, where each is measured against Rust's sequential.
        "python 0.200 0.200–0.200 25.0 [25.0, 25.0]",
        // The table of the languages, where each is measured against its own.
        "version Rust Python 3.99.0 with a GIL sequential 5.00 s 6.00 s",
        "async 49.0 [49.0, 49.0] 30.0 [30.0, 30.0]",
        "threads – 20.0 [20.0, 20.0]",
        "- On one thread, Python 3.99.0 takes 1.20 [1.20, 1.20] times as long as Rust.",
        "- Async: Rust gains (49.0 [49.0, 49.0]); Python 3.99.0 gains (30.0 [30.0, 30.0]).",
    ] {
        assert_contains(&ran.stdout, part);
    }
    assert!(!ran.stdout.contains("python sequential ("), "{}", ran.stdout);
    let languages = |shown: &str| {
        let (_, below) = shown.split_once("in the same language").expect("there is the table");
        below.split("\nTry next").next().map(ToOwned::to_owned)
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let saving = |arguments| Ran::of(&mut robust::saving_in(folder.path(), arguments));
    let first = saving(&["good", "--python", "--runs", "3"]);
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    let again = saving(&["--again"]);
    assert_eq!(again.status, Some(0), "{}", again.stderr);
    assert_eq!(languages(&again.stdout), languages(&first.stdout));

    let ran = Ran::of(&mut compare::command(&["good", "--python", "--runs", "2", "--json"]));
    let row = &ran.json()["rows"][0];
    let names: Vec<&Value> = row["languages"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|language| &language["name"])
        .collect();
    assert_eq!(names, ["Rust", "Python 3.99.0"]);
    let found = row["versions"].as_array().expect("it is a list");
    assert!(found.iter().any(|version| version["approach"] == "python asyncio"), "{row}");

    // Without the flag, nothing is different.
    let ran = Ran::of(&mut compare::command(&["good", "--runs", "2", "--json"]));
    assert_eq!(ran.json()["rows"][0].get("languages"), None);
}

fn compare_draws_the_timelines_of_python_beside_those_of_rust() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let arguments =
        ["good", "--python", "--runs", "1", "--timeline", "--html", text(folder.path())];
    let ran = Ran::of(&mut compare::command(&arguments));
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let (_, timelines) = ran.stdout.split_once("One clock for all").expect("there are some");
    for part in ["\nrayon · 2.50 s\npage 0 ", "\npython asyncio · 200 ms\npage 0 ", "\nmain 0 "] {
        assert!(timelines.contains(part), "{part:?} is missing in {timelines}");
    }
    // What does one unit after the other would leave no room for the rest, in either language.
    assert!(!timelines.contains("sequential ·"), "{timelines}");
    let page = fs::read_to_string(folder.path().join("index.html")).expect("it was written");
    for part in [
        "\"label\":\"python sequential\"",
        "comparisons/python/good/asyncio.py",
        "from ..meanwhile import run",
    ] {
        assert!(page.contains(part), "{part:?} is missing in the page");
    }
}

fn compare_takes_a_free_threaded_python_as_versions_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let fake = folder.path().join("python3.14t");
    let script = format!(
        "#!/bin/sh\nFAKE_NAME=python3.14t FAKE_PROGRAM=\"$0\" exec {} \"$@\"\n",
        python().program.display()
    );
    fs::write(&fake, script).expect("the file can be written");
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([folder.path().into()].into_iter().chain(env::split_paths(&path)));
    let mut command = compare::command(&["good", "--python", "--runs", "3", "--only", "tokio"]);
    let ran = Ran::of(command.env("PATH", path.expect("they come from such a list")));
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    for part in [
        &*format!(
            "python3.14t: Python 3.99.0, without a global interpreter lock, without aiohttp: {}",
            text(&fake)
        ),
        "Python 3.99.0 Python 3.99.0t with a GIL without a GIL",
        "sequential 5.00 s 6.00 s 6.00 s",
        "; Python 3.99.0t gains (20.0 [20.0, 20.0]).",
    ] {
        assert_contains(&ran.stdout, part);
    }
}

fn compare_says_why_a_version_takes_no_part() {
    let ran = Ran::of(&mut compare::command(&["good", "impostor", "--python", "--runs", "1"]));
    assert_contains(&ran.stdout, "good: python naive takes no part: only for small ones.");
    assert_contains(&ran.stdout, "impostor has no versions in Python.");
}

fn a_virtual_environment_is_not_left() {
    // Like a virtual environment, whose Python is a link to that of the system.
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let link = folder.path().join("python3");
    symlink(&python().program, &link).expect("the folder is ours");
    let mut command = Command::new(&link);
    command.args(["-P", "-B", "-m", "comparisons.python.meanwhile"]);
    let ran = Ran::of(command.current_dir(programs::workspace().root()).env("PYTHONPATH", "."));
    assert_eq!(ran.json()["program"], text(&link), "{}", ran.stderr);
}

fn compare_says_in_one_line_that_there_is_no_python() {
    // What cargo itself needs is there, and nothing else.
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = env::var_os("PATH").unwrap_or_default();
    for name in ["cargo", "cc", "rustc"] {
        let found =
            env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
        let found = found.unwrap_or_else(|| panic!("there is no {name}"));
        symlink(found, folder.path().join(name)).expect("the folder is ours");
    }
    let mut command = compare::command(&["good", "--python", "--runs", "2"]);
    let ran = Ran::of(command.env("PATH", folder.path()));
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let line = "there is no python3 on the PATH, so only Rust is compared.";
    assert_eq!(ran.stdout.lines().filter(|said| *said == line).count(), 1, "{}", ran.stdout);
    assert!(!ran.stdout.contains("Python"), "{}", ran.stdout);
}
