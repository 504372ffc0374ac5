//! Checks which units start, end and are reported when a run is stopped.

use std::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};

use ex_11::{
    Outcome::{self, Done, Failed, NotStarted},
    run_all,
};
use watch::{Gauge, Patience, amount_was, within_deadline};

/// How many units are running when the run is stopped.
const LIMIT: usize = 3;

fn units(number: usize) -> Vec<String> {
    (0..number).map(|index| format!("unit {index}")).collect()
}

/// Runs 20 units, and stops when as many as the limit are running: the first one fails or, if
/// `fails` is false, ends well after it has set the flag, as a Ctrl-C handler does. The others that
/// are running end well after that. Returns the outcomes, and how many units were started.
fn run_and_stop(fails: bool) -> (Vec<Outcome>, usize) {
    let (gauge, patience) = (Gauge::wanting(LIMIT), Patience::new());
    let stop = AtomicBool::new(false);
    let outcomes = run_all(&units(20), LIMIT, &stop, |unit| {
        let _inside = gauge.enter();
        gauge.hold();
        if unit == "unit 0" {
            if fails {
                return Err("the disk is full".to_owned());
            }
            stop.store(true, Relaxed);
        }
        patience.wait_until(|| stop.load(Relaxed));
        Ok(unit.to_uppercase())
    });
    gauge.check("unit", "running");
    assert!(stop.into_inner(), "the first failure did not set `stop`");
    assert_eq!(gauge.inside(), 0, "how many units were still running at the end");
    (outcomes, gauge.entered())
}

#[test]
fn no_unit_starts_after_the_first_failure() {
    within_deadline(|| {
        let late = run_and_stop(true).1.saturating_sub(LIMIT);
        let seen = amount_was(late, "unit");
        assert!(late == 0, "{seen} started after the first failure; wanted: none");
    });
}

#[test]
fn what_was_running_at_the_failure_is_reported() {
    within_deadline(|| {
        let (outcomes, _) = run_and_stop(true);
        assert_eq!(outcomes.len(), 20, "how many outcomes there are of 20 units");
        assert_eq!(outcomes[0], Failed("the disk is full".to_owned()), "the outcome of unit 0");
        let done = outcomes[1..LIMIT].iter().filter(|it| matches!(it, Done(_))).count();
        assert!(done == 2, "of 2 units that ended well, {done} were reported as Done");
        assert_eq!(outcomes[1..LIMIT], ["UNIT 1", "UNIT 2"].map(|text| Done(text.to_owned())));
        assert!(outcomes[LIMIT..].iter().all(|it| *it == NotStarted), "{outcomes:?}");
    });
}

#[test]
fn a_stop_from_outside_does_the_same() {
    within_deadline(|| {
        let (outcomes, started) = run_and_stop(false);
        let done = outcomes.iter().filter(|it| matches!(it, Done(_))).count();
        assert!(done == LIMIT, "of 3 units that were running, {done} were reported as Done");
        let late = amount_was(started.saturating_sub(LIMIT), "unit");
        assert!(started == LIMIT, "{late} started after the stop; wanted: none");
    });
}

#[test]
fn nothing_starts_after_a_stop() {
    within_deadline(|| {
        let started = AtomicUsize::new(0);
        let outcomes = run_all(&units(5), 2, &AtomicBool::new(true), |unit| {
            started.fetch_add(1, SeqCst);
            Ok(unit.to_owned())
        });
        let started = started.into_inner();
        let seen = amount_was(started, "unit");
        assert!(started == 0, "{seen} started after a stop that came first; wanted: none");
        assert_eq!(outcomes, vec![NotStarted; 5], "the outcomes");
    });
}

#[test]
fn without_a_stop_all_units_are_done() {
    within_deadline(|| {
        for (number, limit) in [(20, 3), (2, 8), (0, 2)] {
            let run = |unit: &str| Ok(unit.to_uppercase());
            let outcomes = run_all(&units(number), limit, &AtomicBool::new(false), run);
            let wanted: Vec<_> = units(number).iter().map(|it| Done(it.to_uppercase())).collect();
            assert_eq!(outcomes, wanted, "{number} units, {limit} at a time");
        }
    });
}
