//! The row primes.

pub(super) mod timely;

use std::sync::LazyLock;

use primes_workload::KNOWN;
use serde_json::json;

use super::computing;
use crate::{
    cells::Cells,
    contract::{self, Contract, Input, LostWorker},
    suite::{Test, tests},
};

static PRIMES: LazyLock<Cells> = LazyLock::new(|| Cells::of("primes"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &PRIMES,
    unit: "segment",
    runs_of_a_unit: 1,
    // A segment has some 8 million numbers, so these are 13.
    quick: || Input::of(&["--below", "100000000"]),
    empty: || Input::of(&["--below", "0"]),
    single: || Input::of(&["--below", "1"]),
    wide: || Input::of(&["--below", "1000000000"]),
    lasting: || Input::of(&["--below", "6000000000"]),
    endless: || Input::of(&["--below", "1000000000000"]),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--below", "-1"], 2, "-1"),
        (&["--below", "many"], 2, "many"),
        (&["--below", "1000000000001"], 2, "1000000000001"),
        (&["--latency", "1s"], 2, "--latency"),
    ],
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(tests!("primes", Shared:
        every_cell_finds_the_primes_below_a_billion,
        every_cell_finds_the_known_numbers_of_primes,
        small_and_empty_ranges_agree,
        any_number_of_workers_agrees,
        memory_does_not_grow_with_the_range,
    ));
    tests.extend(computing::tests(&CONTRACT));
    tests.extend(contract::tests(&CONTRACT));
    tests
}

fn every_cell_finds_the_primes_below_a_billion() {
    assert_eq!(PRIMES.agreed(&[]), json!({ "primes": 50_847_534 }));
}

fn every_cell_finds_the_known_numbers_of_primes() {
    for (power, primes) in &KNOWN[..=8] {
        let below = (power + 1).to_string();
        assert_eq!(PRIMES.agreed(&["--below", &below]), json!({ "primes": primes }));
    }
}

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

fn any_number_of_workers_agrees() {
    for workers in ["3", "16"] {
        let answer = PRIMES.agreed(&["--below", "100000000", "--workers", workers]);
        assert_eq!(answer, json!({ "primes": 5_761_455 }), "{workers} workers");
    }
}

fn memory_does_not_grow_with_the_range() {
    let peak = |below| {
        let ran = PRIMES.run("sequential", &["--json", "--below", below]);
        ran.json()["peak_rss_bytes"].as_u64().expect("it is known on Linux")
    };
    let (small, large) = (peak("100000000"), peak("2000000000"));
    assert!(large < 64 << 20, "{large} bytes");
    assert!(large < small + (4 << 20), "{small} bytes, then {large}");
}
