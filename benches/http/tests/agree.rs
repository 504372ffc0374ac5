//! All cells of `http` give the same answers, obey the same limits, and handle what goes wrong in
//! the same way.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    sync::LazyLock,
    time::Duration,
};

use serde_json::{Value, json};
use trial::{Family, Row};

static HTTP: LazyLock<Row> = LazyLock::new(|| Row::build("http"));

#[test]
fn all_cells_fetch_the_same_pages() {
    let answer = HTTP.agreed(&["--tasks", "60", "--limit", "20", "--latency", "5ms"]);
    assert_eq!(answer["pages"], 60);
    assert_eq!(answer["bytes"], 60 * 10_240);
    assert_eq!(answer["statuses"], json!({ "200": 60 }));
}

#[test]
fn no_page_one_page_and_fewer_pages_than_the_limit() {
    for tasks in ["0", "1", "7"] {
        let answer = HTTP.agreed(&["--tasks", tasks, "--limit", "20", "--latency", "1ms"]);
        assert_eq!(answer["pages"].to_string(), tasks);
    }
}

#[test]
fn one_worker_and_one_in_flight() {
    for arguments in [["--workers", "1"], ["--limit", "1"]] {
        let answer =
            HTTP.agreed(&[&["--tasks", "20", "--latency", "1ms"], &arguments[..]].concat());
        assert_eq!(answer["pages"], 20);
    }
}

#[test]
fn empty_and_large_pages() {
    for size in ["0", "1", "300000"] {
        let answer = HTTP.agreed(&["--tasks", "10", "--latency", "1ms", "--size", size]);
        assert_eq!(answer["bytes"], 10 * size.parse::<u64>().expect("it is a number"));
    }
}

#[test]
fn the_digest_tells_the_order_the_seed_and_the_size() {
    let digest = |arguments: &[&str]| {
        let arguments = [&["--json", "--latency", "1ms", "--tasks", "5"], arguments].concat();
        HTTP.run("tokio", &arguments).json()["answer"]["digest"].clone()
    };
    assert_eq!(digest(&[]), digest(&["--jitter", "20ms"]));
    assert_ne!(digest(&[]), digest(&["--seed", "1"]));
    assert_ne!(digest(&[]), digest(&["--size", "10239"]));
}

#[test]
fn faults_and_retries_agree() {
    let faulty = ["--tasks", "40", "--latency", "2ms", "--faults", "0.4", "--timeout", "500ms"];
    let retried = HTTP.agreed(&[&faulty[..], &["--retries", "1"]].concat());
    let alone = HTTP.agreed(&[&faulty[..], &["--retries", "0"]].concat());
    let pages = |answer: &Value| answer["pages"].as_u64().expect("it is a number");
    assert!((1..40).contains(&pages(&alone)), "{alone}");
    assert!(pages(&retried) > pages(&alone), "{retried} {alone}");
}

#[test]
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
            "200ms",
            "--retries",
            "0",
        ],
    );
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.stderr.lines().count(), 60);
    for reason in ["no answer within 200ms", "status 500", "closed before the answer was complete"]
    {
        assert!(ran.stderr.contains(reason), "{reason} is not in {}", ran.stderr);
    }
}

#[test]
fn the_server_never_sees_more_in_flight_than_the_limit_and_no_fewer() {
    for approach in HTTP.approaches() {
        let site = HTTP.hold(&["--latency", "40ms"]);
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

#[test]
fn rayon_overlaps_only_as_many_waits_as_its_pool_has_threads() {
    let ran = HTTP.run("rayon", &["--json", "--tasks", "20", "--latency", "5ms", "--workers", "2"]);
    assert_eq!(ran.json()["peak_in_flight"], 2);
}

#[test]
fn the_site_holds_ten_thousand_connections() {
    // Long enough for the last connection to be made before the first answer comes, also where
    // other work goes on.
    let site = HTTP.hold(&["--latency", "20s", "--size", "100"]);
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

#[test]
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

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    HTTP.refused(&["--tasks", "-1"], 2, "-1");
    HTTP.refused(&["--tasks", "99999999999"], 2, "99999999999");
    HTTP.refused(&["--limit", "0"], 2, "--limit");
    HTTP.refused(&["--workers", "none"], 2, "none");
    HTTP.refused(&["--latency", "5"], 2, "50ms");
    HTTP.refused(&["--faults", "1.5"], 2, "1.5");
    HTTP.refused(&["--below", "100"], 2, "--below");
    HTTP.refused(&["no-url"], 2, "no-url");
    HTTP.refused(&["ftp://localhost/"], 2, "ftp://localhost/");
    HTTP.refused(&["http://"], 2, "http://");
    HTTP.refused(&["--urls", "/nonexistent/list"], 1, "/nonexistent/list");
    HTTP.refused(&["--ca", "/nonexistent/ca", "https://localhost/"], 1, "/nonexistent/ca");
    HTTP.refused(&["--ca", "/dev/null", "https://localhost/"], 1, "/dev/null");
    HTTP.refused(&["--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn more_workers_than_the_system_gives_is_an_error_that_says_so() {
    let program = HTTP.program("processes").display();
    // Every worker needs two pipes, so 64 open files are not enough for 100 of them.
    let script = format!("ulimit -n 64; exec {program} --tasks 100 --limit 100 --latency 1ms");
    let ran = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!((ran.status.code(), &*ran.stdout), (Some(1), &b""[..]), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("cannot start worker process"), "{stderr}");
    assert!(stderr.contains("Too many open files"), "{stderr}");
}

#[test]
fn the_timeline_and_the_trace_show_every_page() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    for approach in HTTP.approaches() {
        let arguments =
            ["--tasks", "12", "--latency", "2ms", "--limit", "4", "--timeline", "--trace"];
        let ran =
            HTTP.run(approach, &[&arguments[..], &[file.to_str().expect("it is UTF-8")]].concat());
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("12 of 12 pages"), "{approach}: {}", ran.stdout);
        let trace = std::fs::read(&file).expect("the trace was written");
        let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
        let events = trace["traceEvents"].as_array().expect("it has events");
        let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
        assert_eq!((of_kind("b"), of_kind("e")), (12, 12), "{approach}");
        // Each page runs at least before its wait and after it.
        assert!(of_kind("X") >= 24, "{approach}: {}", of_kind("X"));
    }
}

#[test]
fn ctrl_c_ends_everything_within_a_second() {
    for approach in HTTP.approaches() {
        let mut family =
            HTTP.start(approach, &["--latency", "20s", "--limit", "4", "--tasks", "8"]);
        assert_eq!(family.wait_for(SITE, 1, PATIENCE), 1, "{approach}");
        let workers = if approach == "processes" { 4 } else { 0 };
        assert_eq!(family.wait_for(WORKER, workers, PATIENCE), workers, "{approach}");
        std::thread::sleep(Duration::from_millis(100));
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!(ran.status, Some(130), "{approach}: {}", ran.stderr);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", "interrupted\n"), "{approach}");
    }
}

#[test]
fn nobody_outlives_a_parent_that_is_killed() {
    let mut family = HTTP.start("processes", &["--latency", "20s", "--limit", "6", "--tasks", "6"]);
    assert_eq!(family.wait_for(WORKER, 6, PATIENCE), 6);
    assert_eq!(family.wait_for(SITE, 1, PATIENCE), 1);
    Family::signal(family.parent().id(), "-KILL");
    assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0);
    assert_eq!(family.end().status, None);
}

#[test]
fn a_killed_worker_costs_nothing_but_time() {
    let arguments = ["--json", "--latency", "200ms", "--limit", "3", "--tasks", "15"];
    let expected = HTTP.run("sequential", &["--json", "--latency", "1ms", "--tasks", "15"]).json();
    let family = HTTP.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    for worker in family.living(WORKER) {
        Family::signal(worker, "-KILL");
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"], expected["answer"]);
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// What the site has.
const SITE: &str = "MEANWHILE_SITE=";
/// How long processes may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

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
