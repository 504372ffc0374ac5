//! All cells of `sleep` give the same answers, obey the same limits, and handle what goes wrong in
//! the same way.

use std::{
    fs,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use trial::{Family, Row};

static SLEEP: LazyLock<Row> = LazyLock::new(|| Row::build("sleep"));

/// The approaches that hold as many waits at once as the limit allows, however few the cores.
const CONCURRENT: [&str; 6] = ["threads", "crossbeam", "tokio", "async-std", "smol", "processes"];

#[test]
fn all_cells_complete_their_waits() {
    let answer = SLEEP.agreed(&["--tasks", "40", "--latency", "5ms"]);
    assert_eq!(answer, json!({ "completed": 40, "early": 0 }));
}

#[test]
fn no_wait_one_wait_and_fewer_waits_than_the_limit() {
    for tasks in ["0", "1", "7"] {
        let answer = SLEEP.agreed(&["--tasks", tasks, "--limit", "20", "--latency", "1ms"]);
        assert_eq!(answer["completed"].to_string(), tasks);
    }
}

#[test]
fn one_worker_and_one_in_flight() {
    for arguments in [["--workers", "1"], ["--limit", "1"]] {
        let arguments = [&["--tasks", "20", "--latency", "1ms"], &arguments[..]].concat();
        assert_eq!(SLEEP.agreed(&arguments)["completed"], 20);
    }
}

#[test]
fn waits_of_no_time_and_of_odd_times_do_not_end_early() {
    for latency in ["0ms", "1ns", "999us", "1ms 1ns"] {
        let answer = SLEEP.agreed(&["--tasks", "50", "--latency", latency]);
        assert_eq!(answer, json!({ "completed": 50, "early": 0 }), "{latency}");
    }
}

#[test]
fn the_limit_is_obeyed_and_reached() {
    for approach in SLEEP.approaches() {
        // rayon holds as many in flight as its pool has threads, so there are as many workers.
        let arguments = ["--tasks", "64", "--limit", "8", "--workers", "8", "--latency", "40ms"];
        let json = SLEEP.run(approach, &[&["--json"], &arguments[..]].concat()).json();
        let expected = if approach == "sequential" { 1 } else { 8 };
        assert_eq!(json["peak_in_flight"], expected, "{approach}");
        assert_eq!(json["limit"], expected, "{approach}");
    }
}

#[test]
fn without_a_limit_all_wait_at_once() {
    for approach in CONCURRENT {
        let json = SLEEP.run(approach, &["--json", "--tasks", "30", "--latency", "500ms"]).json();
        assert_eq!(json["peak_in_flight"], 30, "{approach}");
        assert_eq!(json["limit"], 30, "{approach}");
    }
}

#[test]
fn a_limit_beyond_all_bounds_is_no_more_than_all() {
    let arguments = ["--tasks", "5", "--latency", "1ms", "--limit", "18446744073709551615"];
    assert_eq!(SLEEP.agreed(&arguments)["completed"], 5);
}

#[test]
fn waits_that_overlap_take_a_fraction_of_those_that_do_not() {
    let wall = |approach| {
        let ran = SLEEP.run(approach, &["--json", "--tasks", "20", "--latency", "100ms"]);
        ran.json()["wall_ns"].as_u64().expect("it is a number")
    };
    let sequential = wall("sequential");
    for approach in CONCURRENT {
        let concurrent = wall(approach);
        assert!(concurrent * 4 < sequential, "{approach}: {concurrent} ns of {sequential}");
    }
}

#[test]
fn rayon_overlaps_only_as_many_waits_as_its_pool_has_threads() {
    let arguments = ["--json", "--tasks", "20", "--latency", "5ms", "--workers", "3"];
    assert_eq!(SLEEP.run("rayon", &arguments).json()["peak_in_flight"], 3);
}

#[test]
fn thousands_of_threads_wait_at_once() {
    let ran = SLEEP.run("threads", &["--json", "--tasks", "2000", "--latency", "3s"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["peak_in_flight"], 2000);
    assert_eq!(ran.json()["threads"], 2001);
}

#[test]
fn a_task_takes_hundreds_of_bytes_and_no_thread() {
    for (approach, most) in [("tokio", 600), ("async-std", 600), ("smol", 400)] {
        let run = |tasks| {
            let arguments = ["--json", "--tasks", tasks, "--latency", "5s", "--workers", "2"];
            SLEEP.run(approach, &arguments).json()
        };
        let memory = |json: &Value| json["peak_rss_bytes"].as_u64().expect("it is known on Linux");
        let (none, many) = (run("0"), run("250000"));
        assert_eq!(many["answer"]["completed"], 250_000, "{approach}");
        let each = (memory(&many) - memory(&none)) / 250_000;
        assert!(each < most, "{approach}: {each} bytes");
        let threads = many["threads"].as_u64().expect("it is known on Linux");
        assert!(threads < 10, "{approach}: {threads} threads");
    }
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    SLEEP.refused(&["--tasks", "-1"], 2, "-1");
    SLEEP.refused(&["--tasks", "many"], 2, "many");
    SLEEP.refused(&["--tasks", "99999999999999999999"], 2, "99999999999999999999");
    SLEEP.refused(&["--limit", "0"], 2, "--limit");
    SLEEP.refused(&["--workers", "none"], 2, "none");
    SLEEP.refused(&["--latency", "5"], 2, "50ms");
    SLEEP.refused(&["--below", "100"], 2, "--below");
    SLEEP.refused(&["--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn what_is_beyond_the_machine_is_refused_before_it_begins() {
    SLEEP.refused(&["--tasks", "1000000000000"], 1, "no room for 1000000000000 tasks: ");
    for (approach, arguments, complaint) in [
        ("threads", ["--tasks", "1000000"], "no room for 1000000 threads: "),
        ("crossbeam", ["--tasks", "1000000"], "no room for 1000000 threads: "),
        ("processes", ["--tasks", "1000000"], "no room for 1000000 worker processes: "),
        ("rayon", ["--workers", "1000000"], "no room for 1000000 threads: "),
        ("tokio", ["--workers", "1000000"], "no room for 1000000 threads: "),
        ("async-std", ["--workers", "1000000"], "no room for 1000000 threads: "),
        ("smol", ["--workers", "1000000"], "no room for 1000000 threads: "),
    ] {
        let ran = SLEEP.run(approach, &arguments);
        assert_eq!((ran.status, &*ran.stdout), (Some(1), ""), "{approach}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{approach}: {}", ran.stderr);
        assert!(ran.stderr.contains(complaint), "{approach}: {}", ran.stderr);
    }
}

#[test]
fn the_timeline_and_the_trace_show_every_wait() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    for approach in SLEEP.approaches() {
        let arguments =
            ["--tasks", "12", "--latency", "2ms", "--limit", "4", "--timeline", "--trace"];
        let ran =
            SLEEP.run(approach, &[&arguments[..], &[file.to_str().expect("it is UTF-8")]].concat());
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("12 of 12 waits"), "{approach}: {}", ran.stdout);
        let trace = fs::read(&file).expect("the trace was written");
        let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
        let events = trace["traceEvents"].as_array().expect("it has events");
        let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
        assert_eq!((of_kind("b"), of_kind("e")), (12, 12), "{approach}");
        // Each task runs at least before its wait and after it.
        assert!(of_kind("X") >= 24, "{approach}: {}", of_kind("X"));
    }
}

#[test]
fn ctrl_c_ends_everything_within_a_second() {
    for approach in SLEEP.approaches() {
        let mut family = SLEEP.start(approach, &["--latency", "20s", "--limit", "4"]);
        let processes = if approach == "processes" { 5 } else { 1 };
        assert_eq!(family.wait_for("", processes, PATIENCE), processes, "{approach}");
        thread::sleep(Duration::from_millis(100));
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!(ran.status, Some(130), "{approach}: {}", ran.stderr);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", "interrupted\n"), "{approach}");
    }
}

#[test]
fn nobody_outlives_a_parent_that_is_killed() {
    let mut family = SLEEP.start("processes", &["--latency", "20s", "--tasks", "6"]);
    assert_eq!(family.wait_for(WORKER, 6, PATIENCE), 6);
    Family::signal(family.parent().id(), "-KILL");
    assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0);
    assert_eq!(family.end().status, None);
}

#[test]
fn a_killed_worker_costs_nothing_but_time() {
    let arguments = ["--json", "--latency", "300ms", "--limit", "3", "--tasks", "15"];
    let family = SLEEP.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    for worker in family.living(WORKER) {
        Family::signal(worker, "-KILL");
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"], json!({ "completed": 15, "early": 0 }));
}

#[test]
fn a_wait_whose_workers_are_killed_again_and_again_has_failed() {
    let family = SLEEP.start("processes", &["--json", "--latency", "20s", "--tasks", "1"]);
    let first = fresh_worker(&family, 0);
    Family::signal(first, "-KILL");
    Family::signal(fresh_worker(&family, first), "-KILL");
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(json["answer"], json!({ "completed": 0, "early": 0 }));
    assert_eq!(json["failures"][0]["unit"], "wait 0");
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("wait 0: ") && ran.stderr.contains("signal: 9"), "{}", ran.stderr);
}

/// Waits for a worker process other than this one.
fn fresh_worker(family: &Family, other: u32) -> u32 {
    let start = Instant::now();
    loop {
        if let Some(worker) = family.living(WORKER).into_iter().find(|&pid| pid != other) {
            return worker;
        }
        assert!(start.elapsed() < PATIENCE, "there is no worker");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long processes may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
