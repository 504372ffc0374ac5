//! Checks what goes on at the same time, on a runtime with a single thread.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use ex_10::{Limits, run_all};
use tokio::{runtime::Builder, task, time};
use watch::{Gauge, Patience, within_deadline};

/// More units under way than may compute.
const LIMITS: Limits = Limits { in_flight: 8, workers: 2 };

/// Drives a future on a runtime that runs its tasks on this thread and no other.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime without I/O can be made").block_on(future)
}

/// A wait that gives its thread to others once.
async fn wait(input: u64) -> u64 {
    task::yield_now().await;
    input + 1
}

#[test]
fn a_neighbour_goes_on_while_a_unit_computes() {
    within_deadline(|| {
        let (turns, had) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let compute = {
            let (turns, had) = (turns.clone(), had.clone());
            let patience = Arc::new(Patience::new());
            move |page| {
                // It computes until the neighbour has had three turns meanwhile.
                let before = turns.load(SeqCst);
                patience.wait_until(|| turns.load(SeqCst) >= before + 3);
                had.fetch_max(turns.load(SeqCst) - before, SeqCst);
                page
            }
        };
        block_on(async {
            let neighbour = tokio::spawn(async move {
                loop {
                    turns.fetch_add(1, SeqCst);
                    time::sleep(Duration::from_millis(1)).await;
                }
            });
            run_all((0..8).collect(), LIMITS, wait, compute).await;
            neighbour.abort();
        });
        let had = had.load(SeqCst);
        assert!(had >= 3, "the neighbour had {had} turns while a unit was computing; wanted: 3");
    });
}

#[test]
fn as_many_units_as_there_are_workers_compute() {
    within_deadline(|| {
        let gauge = Arc::new(Gauge::wanting(LIMITS.workers));
        let compute = {
            let gauge = gauge.clone();
            move |page| {
                let _inside = gauge.enter();
                gauge.hold();
                page
            }
        };
        block_on(run_all((0..24).collect(), LIMITS, wait, compute));
        gauge.check("unit", "computing");
        assert_eq!(gauge.entered(), 24, "how many units have computed");
    });
}

#[test]
fn as_many_units_as_the_limit_wait() {
    within_deadline(|| {
        let gauge = Gauge::wanting(LIMITS.in_flight);
        let wait = async |input| {
            let _inside = gauge.enter();
            while !gauge.is_open() {
                time::sleep(Duration::from_millis(1)).await;
            }
            input
        };
        block_on(run_all((0..24).collect(), LIMITS, wait, |page| page));
        gauge.check("unit", "waiting");
    });
}

#[test]
fn answers_come_in_input_order() {
    within_deadline(|| {
        for (number, in_flight, workers) in [(20, 8, 2), (3, 8, 4), (5, 1, 1), (0, 4, 2)] {
            let wanted: Vec<u64> = (0..number).map(|input| (input + 1) * 10).collect();
            let inputs = (0..number).collect();
            let answers =
                block_on(run_all(inputs, Limits { in_flight, workers }, wait, |page| page * 10));
            assert_eq!(answers, wanted, "{number} units");
        }
    });
}
