//! What only the rows that compute have in common.

use std::thread;

use workspace::Approach;

use crate::{
    contract::{Contract, Input},
    suite::{Pace::Shared, Test},
};

/// The tests of a row that computes, for each of its cells.
pub(super) fn tests(contract: &'static Contract) -> Vec<Test> {
    let row = contract.cells.row();
    let test = |approach: &'static Approach| {
        let name = format!("{}::{}::either_limit_is_both", row.name, approach.name());
        Test::new(name, Shared, move || either_limit_is_both(contract, approach))
    };
    let mut tests: Vec<Test> = row.cells.iter().map(|cell| test(&cell.approach)).collect();
    let name = format!("{}::rayon::far_too_many_workers_are_refused", row.name);
    tests.push(Test::new(name, Shared, move || far_too_many_workers_are_refused(contract)));
    tests
}

/// Rayon's idle threads search each other for work: with 10,000 of them a run would not end, and
/// with 1,024 one of many steps takes minutes.
fn far_too_many_workers_are_refused(contract: &Contract) {
    for (workers, told) in [("10000", "10,000"), ("1024", "1,024")] {
        let ran = contract.cells.run("rayon", &(contract.quick)().with(&["--workers", workers]));
        assert_eq!(ran.status, Some(1), "{}", ran.stderr);
        let said = ran.stderr.contains(&format!("{told} threads that steal work"));
        assert!(said, "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    }
}

/// Whatever computes holds a core, so `--workers` and `--limit` are one limit: the lower of them.
fn either_limit_is_both(contract: &Contract, approach: &Approach) {
    let cores = thread::available_parallelism().map_or(1, usize::from) as u64;
    let peak = |input: Input, limits: &[&str], expected: u64| {
        let arguments = [&["--json"], limits].concat();
        let ran = contract.cells.run(approach.name(), &input.with(&arguments)).json();
        assert_eq!(ran["limit"], expected, "{limits:?}");
        assert_eq!(ran["workers"], expected, "{limits:?}");
        ran["peak_in_flight"].as_u64().expect("it is a number")
    };
    for (limits, expected) in [
        (&["--workers", "1"][..], 1),
        (&["--workers", "3"], 3),
        (&["--workers", "4", "--limit", "2"], 2),
    ] {
        let expected = if approach.is_baseline() { 1 } else { expected };
        assert!(peak((contract.quick)(), limits, expected) <= expected, "{limits:?}");
    }
    let expected = if approach.is_baseline() { 1 } else { cores.min(2) };
    assert_eq!(peak((contract.wide)(), &["--limit", "2"], expected), expected);
}
