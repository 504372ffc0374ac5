//! How many pieces the work is cut into, and that small ones cost more.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::runtime::{Builder, Runtime};

use crate::{job, prices::of_a_number, rayon_decides, right, wrong};

const NUMBERS: Range<usize> = 0..200;
const CHUNK: usize = 64;

fn runtime() -> Runtime {
    Builder::new_multi_thread().build().expect("its threads can be started")
}

#[test]
fn only_the_wrong_way_starts_something_for_each_number() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    fn counted(numbers: Range<usize>) -> u64 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        job::add_up(numbers)
    }

    let (sum, runtime) = (job::add_up(NUMBERS), runtime());
    let pieces = |result| {
        assert_eq!(result, sum);
        CALLS.swap(0, Ordering::Relaxed)
    };
    assert_eq!(pieces(wrong::in_threads(NUMBERS, counted)), 200);
    assert_eq!(pieces(wrong::in_jobs(NUMBERS, counted)), 200);
    assert_eq!(pieces(runtime.block_on(wrong::in_tasks(NUMBERS, counted))), 200);
    // The last of them has eight numbers.
    assert_eq!(pieces(right::in_threads(NUMBERS, CHUNK, counted)), 4);
    assert_eq!(pieces(right::in_jobs(NUMBERS, CHUNK, counted)), 4);
    assert_eq!(pieces(runtime.block_on(right::in_tasks(NUMBERS, CHUNK, counted))), 4);
    assert_eq!(rayon_decides::in_jobs(NUMBERS, job::add_up), sum);
}

#[test]
fn something_for_each_number_costs_several_times_as_much() {
    let (work, runtime) = (job::add_up, runtime());
    let costs_more =
        |wrong: f64, right: f64| assert!(wrong > 2.0 * right, "{wrong} ns, {right} ns");
    costs_more(
        of_a_number(1, 500, |all| wrong::in_threads(all, work)),
        of_a_number(1_000, 500, |all| right::in_threads(all, 1_000, work)),
    );
    costs_more(
        of_a_number(1, usize::MAX, |all| runtime.block_on(wrong::in_tasks(all, work))),
        of_a_number(1_000, usize::MAX, |all| runtime.block_on(right::in_tasks(all, 1_000, work))),
    );
    costs_more(
        of_a_number(1, usize::MAX, |all| wrong::in_jobs(all, work)),
        of_a_number(1_000, usize::MAX, |all| right::in_jobs(all, 1_000, work)),
    );
}
