//! Whether a waiting thread lets the others go on.

use std::{sync::mpsc, time::Duration};

use tokio::runtime::{Builder, Runtime};

use crate::{job, right, wrong};

/// More than enough for what ends.
const LONG: Duration = Duration::from_mins(1);
/// Enough for what never ends.
const SHORT: Duration = Duration::from_millis(300);

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("there is memory for it")
}

/// Computes in a pool with one of the two ways, and returns whether another task ran meanwhile.
/// The pool waits for that task, for as long as its patience lasts.
macro_rules! another_task_runs {
    ($way:ident, $patience:expr) => {
        runtime().block_on(async {
            let pool = job::pool().expect("two threads can be started");
            let (sender, receiver) = mpsc::channel();
            tokio::spawn(async move { sender.send(()).is_ok() });
            $way::in_pool(&pool, move || receiver.recv_timeout($patience).is_ok()).await
        })
    };
}

#[test]
fn waiting_in_install_stops_the_other_tasks() {
    assert!(!another_task_runs!(wrong, SHORT));
    assert!(another_task_runs!(right, LONG));
}

/// How many of two pictures are drawn, if it ends.
fn drawn(
    patience: Duration,
    draw_all: fn(&rayon::ThreadPool, &tokio::runtime::Handle, usize) -> Vec<u64>,
) -> Option<usize> {
    let pool = job::pool().expect("two threads can be started");
    pair::within(patience, move || draw_all(&pool, runtime().handle(), 2).len())
}

#[test]
fn waiting_in_the_pool_for_the_pool_never_ends() {
    assert_eq!(drawn(SHORT, wrong::draw_all), None);
    assert_eq!(drawn(LONG, right::draw_all), Some(2));
}
