//! The row http: pages that come from its own site.

mod web;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    sync::LazyLock,
};

use serde_json::Value;

use crate::{
    cells::Cells,
    contract::{self, Contract, Input, LostWorker},
    family::Ran,
    suite::{Pace::Shared, Test, tests},
};

static HTTP: LazyLock<Cells> = LazyLock::new(|| Cells::of("http"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &HTTP,
    unit: "page",
    // Before it waits for its answer, and after.
    runs_of_a_unit: 2,
    quick: || Input::of(&["--tasks", "12", "--latency", "2ms"]),
    empty: || Input::of(&["--tasks", "0"]),
    single: || Input::of(&["--tasks", "1", "--latency", "1ms"]),
    wide: || Input::of(&["--tasks", "24", "--latency", "40ms"]),
    lasting: || Input::of(&["--tasks", "15", "--latency", "200ms"]),
    endless: || Input::of(&["--tasks", "8", "--latency", "1h", "--timeout", "2h"]),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--tasks", "-1"], 2, "-1"),
        (&["--tasks", "99999999999"], 2, "99999999999"),
        (&["--latency", "5"], 2, "50ms"),
        (&["--faults", "1.5"], 2, "1.5"),
        (&["no-url"], 2, "no-url"),
        (&["ftp://localhost/"], 2, "ftp://localhost/"),
        (&["http://"], 2, "http://"),
        (&["--urls", "/nonexistent/list"], 1, "/nonexistent/list"),
        (&["--ca", "/nonexistent/ca", "https://localhost/"], 1, "/nonexistent/ca"),
        (&["--ca", "/dev/null", "https://localhost/"], 1, "/dev/null"),
    ],
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(tests!("http", Shared:
        empty_and_large_pages,
        the_digest_tells_the_order_the_seed_and_the_size,
        faults_and_retries_agree,
        each_kind_of_fault_is_listed_with_its_reason,
        the_server_never_sees_more_in_flight_than_the_limit_and_no_fewer,
        rayon_overlaps_only_as_many_waits_as_its_pool_has_threads,
        the_site_holds_ten_thousand_connections,
        the_sites_cost_is_not_the_clients,
        memory_grows_with_what_is_in_flight_and_hardly_with_the_pages,
        a_request_in_flight_holds_little_memory,
        one_task_holds_as_many_in_flight_on_a_single_thread,
        more_workers_than_the_system_gives_is_an_error_that_says_so,
    ));
    for approach in ["tokio", "async-std", "smol", "one-task"] {
        let name = format!("http::{approach}::pages_are_ready_while_the_only_thread_computes");
        let test = move || pages_are_ready_while_the_only_thread_computes(approach);
        tests.push(Test::new(name, Shared, test));
    }
    tests.extend(tests!("http", Alone: a_site_without_latency_answers_at_once));
    tests.extend(web::tests());
    tests.extend(contract::tests(&CONTRACT));
    tests
}

/// All answers arrive at about the same time, and one thread reads them one after the other. So
/// most pages are ready for a while, after they have waited for their answer.
fn pages_are_ready_while_the_only_thread_computes(approach: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    let path = file.to_str().expect("the folder for temporary files is UTF-8");
    let input = ["--tasks", "20", "--size", "300000", "--latency", "1s", "--workers", "1"];
    let ran = HTTP.run(approach, &[&input[..], &["--json", "--trace", path]].concat());
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let trace = fs::read(&file).expect("the trace was written");
    let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("it has events");
    // Since when each page is in the state of this name, and how long they all were, in microseconds.
    let longest = |name: &str| -> BTreeMap<u64, f64> {
        let (mut since, mut longest) = (BTreeMap::new(), BTreeMap::new());
        for event in events.iter().filter(|event| event["name"] == name) {
            let page = event["id"].as_u64().expect("a state belongs to a page");
            let at = event["ts"].as_f64().expect("it has a time");
            if event["ph"] == "b" {
                since.insert(page, at);
            } else {
                let took = at - since.remove(&page).expect("it ends after it has begun");
                let longest: &mut f64 = longest.entry(page).or_default();
                *longest = longest.max(took);
            }
        }
        longest
    };
    let (answers, ready) = (longest("waiting for the answer"), longest("ready"));
    assert_eq!(answers.len(), 20, "each page waits for its answer: {answers:?}");
    let latency = 1_000_000.0;
    assert!(answers.values().all(|took| *took > 0.5 * latency), "{answers:?}");
    let total: f64 = ready.values().sum();
    assert!(ready.len() > 10 && total > 0.0, "{ready:?}");
    // It is not the wait for the server that is taken for it, which is far longer on any machine.
    assert!(total < answers.values().sum(), "{ready:?} {answers:?}");
}

fn empty_and_large_pages() {
    for size in ["0", "1", "300000"] {
        let answer = HTTP.agreed(&["--tasks", "10", "--latency", "1ms", "--size", size]);
        assert_eq!(answer["bytes"], 10 * size.parse::<u64>().expect("it is a number"));
    }
}

fn the_digest_tells_the_order_the_seed_and_the_size() {
    let digest = |arguments: &[&str]| {
        let arguments = [&["--json", "--latency", "1ms", "--tasks", "5"], arguments].concat();
        HTTP.run("tokio", &arguments).json()["answer"]["digest"].clone()
    };
    assert_eq!(digest(&[]), digest(&["--jitter", "20ms"]));
    assert_ne!(digest(&[]), digest(&["--seed", "1"]));
    assert_ne!(digest(&[]), digest(&["--size", "10239"]));
}

fn faults_and_retries_agree() {
    // Which pages fail is certain only if a busy machine answers the others in time. Few are never
    // answered, so that so long a wait for them can be afforded.
    let faulty = ["--tasks", "16", "--latency", "2ms", "--faults", "0.4", "--timeout", "5s"];
    let retried = HTTP.agreed(&[&faulty[..], &["--retries", "1"]].concat());
    let alone = HTTP.agreed(&[&faulty[..], &["--retries", "0"]].concat());
    let pages = |answer: &Value| answer["pages"].as_u64().expect("it is a number");
    assert!((1..16).contains(&pages(&alone)), "{alone}");
    assert!(pages(&retried) > pages(&alone), "{retried} {alone}");
}

fn each_kind_of_fault_is_listed_with_its_reason() {
    let ran = HTTP.run(
        "smol",
        &[
            "--tasks",
            "60",
            "--latency",
            "1ms",
            "--faults",
            "1",
            "--timeout",
            "1s",
            "--retries",
            "0",
        ],
    );
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.stderr.lines().count(), 60);
    for reason in ["no answer within 1s", "status 500", "closed before the answer was complete"] {
        assert!(ran.stderr.contains(reason), "{reason} is not in {}", ran.stderr);
    }
}

fn the_server_never_sees_more_in_flight_than_the_limit_and_no_fewer() {
    for approach in HTTP.approaches() {
        let site = HTTP.prepare(&["--latency", "40ms"]);
        let site: Vec<&str> = site.arguments().iter().map(String::as_str).collect();
        // rayon holds as many in flight as its pool has threads, so there are as many workers.
        let arguments = ["--json", "--tasks", "64", "--limit", "8", "--workers", "8"];
        let ran = HTTP.run(approach, &[&arguments[..], &site].concat());
        let stats = stats(site[1]);
        let expected = if approach == "sequential" { 1 } else { 8 };
        assert_eq!(stats["peak_in_flight"], expected, "{approach}");
        assert_eq!(ran.json()["peak_in_flight"], expected, "{approach}");
        assert_eq!(stats["requests"], 64, "{approach}");
        // Connections are kept: beside the one that asks for the figures, no more than in flight.
        let connections = stats["connections"].as_u64().expect("it is a number") - 1;
        assert!(connections <= expected, "{approach} made {connections} connections");
    }
}

fn rayon_overlaps_only_as_many_waits_as_its_pool_has_threads() {
    let ran = HTTP.run("rayon", &["--json", "--tasks", "20", "--latency", "5ms", "--workers", "2"]);
    assert_eq!(ran.json()["peak_in_flight"], 2);
}

fn the_site_holds_ten_thousand_connections() {
    // Long enough for the last connection to be made before the first answer comes, also where
    // other work goes on.
    let site = HTTP.prepare(&["--latency", "20s", "--size", "100"]);
    let site: Vec<&str> = site.arguments().iter().map(String::as_str).collect();
    let arguments = ["--json", "--tasks", "10000", "--limit", "10000", "--timeout", "60s"];
    let ran = HTTP.run("tokio", &[&arguments[..], &site].concat());
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"]["pages"], 10_000);
    assert_eq!(ran.json()["peak_in_flight"], 10_000);
    let stats = stats(site[1]);
    assert_eq!(stats["peak_in_flight"], 10_000);
    assert_eq!(stats["requests"], 10_000);
}

fn the_sites_cost_is_not_the_clients() {
    // With pages of 4 MB the site, which makes them, computes more than a client that reads them.
    let arguments = ["--json", "--tasks", "30", "--latency", "1ms", "--limit", "1"];
    let ran = HTTP.run("sequential", &[&arguments[..], &["--size", "4000000"]].concat());
    let json = ran.json();
    assert_eq!(json["answer"]["bytes"], 120_000_000);
    // One page alone is held by the site; the client reads it through a small buffer.
    let memory = json["peak_rss_bytes"].as_u64().expect("it is known on Linux");
    assert!(memory < 20_000_000, "{memory} bytes");
    assert_eq!(json["threads"], 1);
}

fn memory_grows_with_what_is_in_flight_and_hardly_with_the_pages() {
    for approach in HTTP.approaches() {
        // The list of pages and that of the results are there for each page, in some 200 bytes. What
        // 20 processes take together differs by a few per cent from run to run.
        let [few, many] = ["1000", "9000"].map(|tasks| memory(approach, tasks, "20"));
        assert!(many < few + few / 20 + 8_000 * 500, "{approach}: {few} and {many} bytes");
    }
}

fn a_request_in_flight_holds_little_memory() {
    for approach in HTTP.approaches().filter(|&approach| approach != "processes") {
        // ureq's own buffers alone would take 256 KiB.
        let [one, fifty] = ["1", "50"].map(|limit| memory(approach, "500", limit));
        assert!(fifty < one + 49 * 200_000, "{approach}: {one} and {fifty} bytes");
    }
}

/// The most memory that a cell takes, in bytes.
fn memory(approach: &str, tasks: &str, limit: &str) -> u64 {
    let arguments = ["--json", "--latency", "0ms", "--tasks", tasks, "--limit", limit];
    let json = HTTP.run(approach, &arguments).json();
    json["peak_rss_bytes"].as_u64().expect("it is known on Linux")
}

fn one_task_holds_as_many_in_flight_on_a_single_thread() {
    let json = HTTP.run("one-task", &["--json", "--tasks", "60", "--limit", "30"]).json();
    assert_eq!((&json["peak_in_flight"], &json["threads"]), (&30.into(), &1.into()));
}

fn a_site_without_latency_answers_at_once() {
    // A timer of tokio's rings after a millisecond at the earliest.
    let wall = |latency| {
        let ran = HTTP.run("sequential", &["--json", "--tasks", "1000", "--latency", latency]);
        ran.json()["wall_ns"].as_u64().expect("it is a number")
    };
    let [none, some] = ["0ms", "1ms"].map(wall);
    assert!(none < some / 2, "{none} ns without latency, {some} ns with some");
}

fn more_workers_than_the_system_gives_is_an_error_that_says_so() {
    let program = HTTP.program("processes").display();
    // Every worker needs two pipes, so 64 open files are not enough for 100 of them.
    let script = format!("ulimit -n 64; exec {program} --tasks 100 --limit 100 --latency 1ms");
    let ran = Ran::of(Command::new("sh").args(["-c", &script]));
    ran.refused(1, "cannot start worker process");
    ran.refused(1, "Too many open files");
}

/// What the site has counted.
fn stats(site: &str) -> Value {
    let mut connection = TcpStream::connect(site).expect("the site is there");
    connection
        .write_all(b"GET /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("the site takes requests");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the site answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a head and a body");
    serde_json::from_str(body).expect("the figures are JSON")
}
