//! All cells of `primes` give the same answers, and handle what goes wrong in the same way.

use std::{sync::LazyLock, time::Duration};

use primes_workload::KNOWN;
use serde_json::json;
use trial::{Family, Row};

static PRIMES: LazyLock<Row> = LazyLock::new(|| Row::build("primes"));

#[test]
fn every_cell_finds_the_known_numbers_of_primes() {
    for (power, primes) in &KNOWN[..=8] {
        let below = (power + 1).to_string();
        assert_eq!(PRIMES.agreed(&["--below", &below]), json!({ "primes": primes }));
    }
}

#[test]
fn every_cell_finds_the_primes_below_a_billion() {
    assert_eq!(PRIMES.agreed(&[]), json!({ "primes": 50_847_534 }));
}

#[test]
fn small_and_empty_ranges_agree() {
    for (below, primes) in
        [("0", 0), ("1", 0), ("2", 0), ("3", 1), ("31", 10), ("7864321", 531_252)]
    {
        assert_eq!(
            PRIMES.agreed(&["--below", below]),
            json!({ "primes": primes }),
            "below {below}"
        );
    }
}

#[test]
fn any_number_of_workers_agrees() {
    for workers in ["1", "3", "16"] {
        let answer = PRIMES.agreed(&["--below", "100000000", "--workers", workers]);
        assert_eq!(answer, json!({ "primes": 5_761_455 }), "{workers} workers");
    }
}

#[test]
fn the_limits_are_obeyed_and_reached() {
    for approach in PRIMES.approaches() {
        for (arguments, expected) in
            [(["--workers", "3"], 3), (["--workers", "1"], 1), (["--limit", "2"], cores().min(2))]
        {
            let arguments = [&["--json", "--below", "400000000"], &arguments[..]].concat();
            let peak = PRIMES.run(approach, &arguments).json()["peak_in_flight"].clone();
            let expected = if approach == "sequential" { 1 } else { expected };
            assert_eq!(peak, expected, "{approach} {arguments:?}");
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    PRIMES.refused(&["--below", "-1"], 2, "-1");
    PRIMES.refused(&["--below", "many"], 2, "many");
    PRIMES.refused(&["--below", "1000000000001"], 2, "1000000000001");
    PRIMES.refused(&["--workers", "0"], 2, "--workers");
    PRIMES.refused(&["--limit", "0"], 2, "--limit");
    PRIMES.refused(&["--latency", "1s"], 2, "--latency");
    PRIMES.refused(&["--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn memory_does_not_grow_with_the_range() {
    let peak = |below| {
        let ran = PRIMES.run("sequential", &["--json", "--below", below]);
        ran.json()["peak_rss_bytes"].as_u64().expect("it is known on Linux")
    };
    let (small, large) = (peak("100000000"), peak("2000000000"));
    assert!(large < 64 << 20, "{large} bytes");
    assert!(large < small + (4 << 20), "{small} bytes, then {large}");
}

#[test]
fn a_killed_worker_costs_nothing_but_time() {
    let family = PRIMES.start("processes", &["--json", "--below", "10000000000", "--workers", "2"]);
    assert_eq!(family.wait_for(WORKER, 2, PATIENCE), 2);
    let workers = family.living(WORKER);
    Family::signal(workers[0], "-KILL");
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"], json!({ "primes": 455_052_511 }));
}

#[test]
fn no_busy_worker_outlives_its_parent() {
    for signal in ["-KILL", "-TERM", "-INT"] {
        let mut family = PRIMES.start("processes", &["--below", "1000000000000", "--workers", "3"]);
        assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
        Family::signal(family.parent().id(), signal);
        assert_eq!(family.wait_for(WORKER, 0, Duration::from_secs(1)), 0, "after {signal}");
        let ran = family.end();
        let expected = if signal == "-KILL" { None } else { Some(130) };
        assert_eq!(ran.status, expected, "after {signal}: {}", ran.stderr);
    }
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long workers may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
