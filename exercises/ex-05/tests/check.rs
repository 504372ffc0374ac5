//! Checks that others go on while files are read, on a runtime with a single thread.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use ex_05::read_all;
use tokio::{runtime::Builder, time};
use watch::{Gauge, Patience, within_deadline};

fn files(number: usize) -> Vec<String> {
    (0..number).map(|index| format!("file {index}")).collect()
}

/// Drives a future on a runtime that runs its tasks on this thread and no other.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime without I/O can be made").block_on(future)
}

#[test]
fn a_neighbour_goes_on_while_files_are_read() {
    within_deadline(|| {
        let (turns, patience) = (Arc::new(AtomicUsize::new(0)), Arc::new(Patience::new()));
        let had = Arc::new(AtomicUsize::new(0));
        let read = {
            let (turns, had) = (turns.clone(), had.clone());
            move |file: &str| {
                // It blocks until the neighbour has had three turns meanwhile.
                let before = turns.load(SeqCst);
                patience.wait_until(|| turns.load(SeqCst) >= before + 3);
                had.fetch_max(turns.load(SeqCst) - before, SeqCst);
                file.to_uppercase()
            }
        };
        block_on(async {
            let neighbour = tokio::spawn(async move {
                loop {
                    turns.fetch_add(1, SeqCst);
                    time::sleep(Duration::from_millis(1)).await;
                }
            });
            read_all(files(8), 4, read).await;
            neighbour.abort();
        });
        let had = had.load(SeqCst);
        assert!(had >= 3, "the neighbour had {had} turns while a file was being read; wanted: 3");
    });
}

#[test]
fn as_many_reads_as_the_limit_are_in_flight() {
    within_deadline(|| {
        let gauge = Arc::new(Gauge::wanting(4));
        let read = {
            let gauge = gauge.clone();
            move |file: &str| {
                let _inside = gauge.enter();
                gauge.hold();
                file.to_uppercase()
            }
        };
        block_on(read_all(files(16), 4, read));
        gauge.check("read", "in flight");
        assert_eq!(gauge.entered(), 16, "how many files were read");
    });
}

#[test]
fn texts_come_in_input_order() {
    within_deadline(|| {
        for (number, limit) in [(16, 4), (3, 8), (5, 1), (0, 4)] {
            let wanted: Vec<String> = files(number).iter().map(|it| it.to_uppercase()).collect();
            let texts = block_on(read_all(files(number), limit, str::to_uppercase));
            assert_eq!(texts, wanted, "{number} files, {limit} at a time");
        }
    });
}
