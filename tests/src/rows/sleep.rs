//! The row sleep.

use std::sync::LazyLock;

use serde_json::{Value, json};
use workspace::{Approach, Workers};

use crate::{
    cells::Cells,
    contract::{self, Contract, Input, LostWorker},
    family::{Family, WORKER, signal},
    patience::wait_until,
    suite::{Pace::Shared, Test, tests},
};

static SLEEP: LazyLock<Cells> = LazyLock::new(|| Cells::of("sleep"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &SLEEP,
    unit: "wait",
    // Before its wait, and after.
    runs_of_a_unit: 2,
    quick: || Input::of(&["--tasks", "12", "--latency", "2ms"]),
    empty: || Input::of(&["--tasks", "0"]),
    single: || Input::of(&["--tasks", "1", "--latency", "1ms"]),
    wide: || Input::of(&["--tasks", "24", "--latency", "40ms"]),
    lasting: || Input::of(&["--tasks", "15", "--latency", "300ms"]),
    endless: || Input::of(&["--tasks", "8", "--latency", "1h"]),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--tasks", "-1"], 2, "-1"),
        (&["--tasks", "many"], 2, "many"),
        (&["--tasks", "99999999999999999999"], 2, "99999999999999999999"),
        (&["--latency", "5"], 2, "50ms"),
    ],
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(tests!("sleep", Shared:
        waits_of_no_time_and_of_odd_times_do_not_end_early,
        without_a_limit_all_wait_at_once,
        a_limit_beyond_all_bounds_is_no_more_than_all,
        rayon_overlaps_only_as_many_waits_as_its_pool_has_threads,
        what_is_beyond_the_machine_is_refused_before_it_begins,
        a_wait_whose_workers_are_killed_again_and_again_has_failed,
    ));
    tests.extend(tests!("sleep", Alone:
        waits_that_overlap_take_a_fraction_of_those_that_do_not,
        thousands_of_threads_wait_at_once,
    ));
    for (approach, most) in [("tokio", 600), ("async-std", 600), ("smol", 450)] {
        let name = format!("sleep::{approach}::a_task_takes_hundreds_of_bytes_and_no_thread");
        let test = move || a_task_takes_hundreds_of_bytes_and_no_thread(approach, most);
        tests.push(Test::new(name, Shared, test));
    }
    tests.extend(contract::tests(&CONTRACT));
    tests
}

/// The approaches that hold as many waits at once as the limit allows, however few the cores.
fn concurrent() -> impl Iterator<Item = &'static str> {
    let cells = SLEEP.row().cells.iter().map(|cell| &cell.approach);
    let one_per_core = [Some(Workers::None), Some(Workers::Pool)];
    cells.filter(move |cell| !one_per_core.contains(&cell.workers())).map(Approach::name)
}

fn waits_of_no_time_and_of_odd_times_do_not_end_early() {
    for latency in ["0ms", "1ns", "999us", "1ms 1ns"] {
        let answer = SLEEP.agreed(&["--tasks", "50", "--latency", latency]);
        assert_eq!(answer, json!({ "completed": 50, "early": 0 }), "{latency}");
    }
}

fn without_a_limit_all_wait_at_once() {
    // They wait long enough for the last to begin before the first ends, on a busy machine, too.
    let arguments = ["--json", "--tasks", "30", "--latency", "3s"];
    let running: Vec<_> =
        concurrent().map(|approach| (approach, SLEEP.start(approach, &arguments))).collect();
    for (approach, family) in running {
        let json = family.end().json();
        assert_eq!(json["peak_in_flight"], 30, "{approach}");
        assert_eq!(json["limit"], 30, "{approach}");
    }
}

fn a_limit_beyond_all_bounds_is_no_more_than_all() {
    let arguments = ["--tasks", "5", "--latency", "1ms", "--limit", "18446744073709551615"];
    assert_eq!(SLEEP.agreed(&arguments)["completed"], 5);
    let arguments = ["--tasks", "0", "--limit", "18446744073709551615"];
    assert_eq!(SLEEP.agreed(&arguments)["completed"], 0);
}

fn waits_that_overlap_take_a_fraction_of_those_that_do_not() {
    let wall = |approach| {
        let ran = SLEEP.run(approach, &["--json", "--tasks", "20", "--latency", "100ms"]);
        ran.json()["wall_ns"].as_u64().expect("it is a number")
    };
    let sequential = wall("sequential");
    for approach in concurrent() {
        let concurrent = wall(approach);
        assert!(concurrent * 4 < sequential, "{approach}: {concurrent} ns of {sequential}");
    }
}

fn rayon_overlaps_only_as_many_waits_as_its_pool_has_threads() {
    let arguments = ["--json", "--tasks", "20", "--latency", "5ms", "--workers", "3"];
    assert_eq!(SLEEP.run("rayon", &arguments).json()["peak_in_flight"], 3);
}

fn thousands_of_threads_wait_at_once() {
    let ran = SLEEP.run("threads", &["--json", "--tasks", "2000", "--latency", "3s"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["peak_in_flight"], 2000);
    assert_eq!(ran.json()["threads"], 2001);
}

fn a_task_takes_hundreds_of_bytes_and_no_thread(approach: &str, most: u64) {
    let run = |tasks| {
        let arguments = ["--json", "--tasks", tasks, "--latency", "5s", "--workers", "2"];
        SLEEP.run(approach, &arguments).json()
    };
    let memory = |json: &Value| json["peak_rss_bytes"].as_u64().expect("it is known on Linux");
    let (none, many) = (run("0"), run("250000"));
    assert_eq!(many["answer"]["completed"], 250_000);
    let each = (memory(&many) - memory(&none)) / 250_000;
    assert!(each < most, "{each} bytes");
    let threads = many["threads"].as_u64().expect("it is known on Linux");
    assert!(threads < 10, "{threads} threads");
}

fn what_is_beyond_the_machine_is_refused_before_it_begins() {
    SLEEP.refused(&["--tasks", "1000000000000"], 1, "no room for 1,000,000,000,000 tasks: ");
    for (approach, arguments, complaint) in [
        ("threads", ["--tasks", "1000000"], "no room for 1,000,000 threads: "),
        ("crossbeam", ["--tasks", "1000000"], "no room for 1,000,000 threads: "),
        ("processes", ["--tasks", "1000000"], "no room for 1,000,000 worker processes: "),
        ("rayon", ["--workers", "1000000"], "no room for 1,000,000 threads: "),
        ("rayon", ["--workers", "2049"], "no room for 2,049 threads that steal work"),
        ("tokio", ["--workers", "1000000"], "no room for 1,000,000 threads: "),
        ("async-std", ["--workers", "1000000"], "no room for 1,000,000 threads: "),
        ("smol", ["--workers", "1000000"], "no room for 1,000,000 threads: "),
    ] {
        let ran = SLEEP.run(approach, &arguments);
        assert_eq!((ran.status, &*ran.stdout), (Some(1), ""), "{approach}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{approach}: {}", ran.stderr);
        assert!(ran.stderr.contains(complaint), "{approach}: {}", ran.stderr);
    }
}

fn a_wait_whose_workers_are_killed_again_and_again_has_failed() {
    let family = SLEEP.start("processes", &["--json", "--latency", "20s", "--tasks", "1"]);
    let first = fresh_worker(&family, 0);
    signal(first, "-KILL");
    signal(fresh_worker(&family, first), "-KILL");
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
    let fresh = || family.living(WORKER).into_iter().find(|&pid| pid != other);
    wait_until("a fresh worker", || fresh().is_some());
    fresh().expect("it was there a moment ago, and does not end by itself")
}
