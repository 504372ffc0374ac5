//! Checks the order in which the jobs take their steps.

use std::cell::{Cell, RefCell};

use ex_01::{Job, Progress, run};
use watch::{Threads, within_deadline};

/// A job that notes each of its steps under its name.
fn job<'a>(
    name: char,
    steps: usize,
    order: &'a RefCell<Vec<String>>,
    threads: &'a Threads,
) -> Job<'a> {
    let mut taken = 0;
    Box::new(move || {
        taken += 1;
        assert!(taken <= steps, "{name} was called again after its last step");
        threads.note();
        order.borrow_mut().push(format!("{name}{taken}"));
        if taken < steps { Progress::More } else { Progress::Done }
    })
}

/// The order in which jobs with so many steps each take them.
fn order(steps: &[(char, usize)]) -> String {
    let (order, threads) = (RefCell::default(), Threads::default());
    run(steps.iter().map(|&(name, steps)| job(name, steps, &order, &threads)).collect());
    assert!(threads.count() <= 1, "the steps ran on {} threads; wanted: one", threads.count());
    order.take().join(" ")
}

#[test]
fn the_jobs_take_turns() {
    within_deadline(|| {
        for (steps, wanted) in [
            (&[('A', 3), ('B', 2)][..], "A1 B1 A2 B2 A3"),
            (&[('A', 1), ('B', 3), ('C', 2)], "A1 B1 C1 B2 C2 B3"),
            (&[('A', 2)], "A1 A2"),
            (&[], ""),
        ] {
            let seen = order(steps);
            assert!(seen == wanted, "the order of the steps was {seen}; wanted: {wanted}");
        }
    });
}

#[test]
fn a_job_may_wait_for_another() {
    within_deadline(|| {
        let (is_ready, looks) = (Cell::new(false), Cell::new(0));
        let waits: Job = Box::new(|| {
            looks.set(looks.get() + 1);
            assert!(looks.get() <= 10, "the first job took 10 steps, and the second took none");
            if is_ready.get() { Progress::Done } else { Progress::More }
        });
        let brings: Job = Box::new(|| {
            is_ready.set(true);
            Progress::Done
        });
        run(vec![waits, brings]);
        assert_eq!(looks.get(), 2, "how often the first job looked");
    });
}
