//! Checks how many fetches are in flight, and what comes of them.

use std::{future::Future, time::Duration};

use ex_04::{Page, fetch_all};
use tokio::{runtime::Builder, task, time};
use watch::{Gauge, Threads, within_deadline};

fn urls(number: usize) -> Vec<String> {
    (0..number).map(|index| format!("/{index}")).collect()
}

/// What comes of a URL: every third page is missing.
fn page(url: &str) -> Page {
    let number: usize = url[1..].parse().expect("it is one of ours");
    if number % 3 == 2 { Err(format!("{url} is missing")) } else { Ok(format!("page {number}")) }
}

/// Drives a future on a runtime that has this thread and no other.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime without I/O can be made").block_on(future)
}

#[test]
fn as_many_waits_as_the_limit_are_in_flight_on_one_thread() {
    within_deadline(|| {
        let (gauge, threads) = (Gauge::wanting(8), Threads::default());
        let urls = urls(40);
        block_on(fetch_all(&urls, 8, async |url: String| {
            let _inside = gauge.enter();
            while !gauge.is_open() {
                threads.note();
                time::sleep(Duration::from_millis(1)).await;
            }
            page(&url)
        }));
        gauge.check("wait", "in flight");
        assert_eq!(gauge.entered(), 40, "how many pages were fetched");
        assert_eq!(threads.count(), 1, "how many threads polled the fetches");
    });
}

#[test]
fn pages_and_failures_come_in_input_order() {
    within_deadline(|| {
        for (number, limit) in [(16, 4), (3, 8), (5, 1), (0, 4)] {
            let urls = urls(number);
            let wanted: Vec<Page> = urls.iter().map(|url| page(url)).collect();
            let fetch = async |url: String| {
                // The later pages come first.
                let number: usize = url[1..].parse().expect("it is one of ours");
                for _ in number..16 {
                    task::yield_now().await;
                }
                page(&url)
            };
            let pages = block_on(fetch_all(&urls, limit, fetch));
            assert_eq!(pages, wanted, "{number} pages, {limit} at a time");
        }
    });
}
