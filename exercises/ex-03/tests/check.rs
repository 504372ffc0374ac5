//! Checks how many fetches are in flight, and what comes of them.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use ex_03::{Page, fetch_all};
use watch::{Gauge, Patience, within_deadline};

fn urls(number: usize) -> Vec<String> {
    (0..number).map(|index| format!("/{index}")).collect()
}

/// What comes of a URL: every third page is missing.
fn page(url: &str) -> Page {
    let number: usize = url[1..].parse().expect("it is one of ours");
    if number % 3 == 2 { Err(format!("{url} is missing")) } else { Ok(format!("page {number}")) }
}

#[test]
fn as_many_waits_as_the_limit_are_in_flight() {
    within_deadline(|| {
        let gauge = Gauge::wanting(4);
        fetch_all(&urls(16), 4, |url| {
            let _inside = gauge.enter();
            gauge.hold();
            page(url)
        });
        gauge.check("wait", "in flight");
        assert_eq!(gauge.entered(), 16, "how many pages were fetched");
    });
}

#[test]
fn a_slow_page_does_not_hold_up_the_others() {
    within_deadline(|| {
        let (ended, patience) = (AtomicUsize::new(0), Patience::new());
        let meanwhile = AtomicUsize::new(0);
        let urls = urls(16);
        let pages = fetch_all(&urls, 4, |url| {
            if url == "/0" {
                // This page comes when all others have come.
                patience.wait_until(|| ended.load(SeqCst) == 15);
                meanwhile.store(ended.load(SeqCst), SeqCst);
            }
            ended.fetch_add(1, SeqCst);
            page(url)
        });
        let meanwhile = meanwhile.into_inner();
        assert!(
            meanwhile == 15,
            "one page was slow, and {meanwhile} of the 15 others came meanwhile; wanted: all"
        );
        let wanted: Vec<Page> = urls.iter().map(|url| page(url)).collect();
        assert_eq!(pages, wanted, "pages in input order, though the first of them came last");
    });
}

#[test]
fn pages_and_failures_come_in_input_order() {
    within_deadline(|| {
        for (number, limit) in [(16, 4), (3, 8), (5, 1), (0, 4)] {
            let urls = urls(number);
            let wanted: Vec<Page> = urls.iter().map(|url| page(url)).collect();
            assert_eq!(fetch_all(&urls, limit, page), wanted, "{number} pages, {limit} at a time");
        }
    });
}
