//! Which handles end their tasks when they are dropped.

use std::time::Duration;

use crate::{RECORDS, count, detached, right, runtime, set, with_async_std, with_tokio, wrong};

/// The disk is far slower than the answer.
const SLOW: Duration = Duration::from_secs(5);
const FAST: Duration = Duration::from_millis(100);

#[test]
fn smol_cancels_what_is_dropped() {
    assert_eq!(count(SLOW, |disk| smol::block_on(wrong::save_all(RECORDS, disk))), 0);
    assert_eq!(count(FAST, |disk| smol::block_on(right::save_all(RECORDS, disk))), RECORDS);
    assert_eq!(count(FAST, |disk| smol::block_on(detached::save_all(RECORDS, disk))), RECORDS);
}

#[test]
fn async_std_lets_go_on_what_is_dropped() {
    let save_all = |disk| async_std::task::block_on(with_async_std::save_all(RECORDS, disk));
    assert_eq!(count(FAST, save_all), RECORDS);
}

#[test]
fn tokio_lets_tasks_go_on_but_neither_those_of_a_set_nor_those_of_a_dropped_runtime() {
    let runtime = runtime().expect("there is memory for it");
    let dropped = with_tokio::save_all;
    assert_eq!(count(FAST, |disk| runtime.block_on(dropped(RECORDS, disk))), RECORDS);
    assert_eq!(count(SLOW, |disk| runtime.block_on(set::save_all(RECORDS, disk))), 0);
    assert_eq!(
        count(SLOW, move |disk| {
            runtime.block_on(dropped(RECORDS, disk));
            drop(runtime);
        }),
        0
    );
}
