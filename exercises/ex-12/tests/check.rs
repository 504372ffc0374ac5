//! Checks both limits, and what comes of the pages.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

use ex_12::{Limits, Loaded, load_all};
use watch::{Gauge, within_deadline};

/// More waits than cores.
const LIMITS: Limits = Limits { in_flight: 8, cores: 2 };

fn urls(number: usize) -> Vec<String> {
    (0..number).map(|index| format!("/{index}")).collect()
}

/// Fetches a URL: every fifth page is missing.
fn fetch(url: &str) -> Result<String, String> {
    let number: u64 = url[1..].parse().map_err(|_| format!("{url} is none of ours"))?;
    match number % 5 {
        4 => Err(format!("{url} is missing")),
        // No number is in this page.
        3 => Ok("???".to_owned()),
        _ => Ok((number * 7).to_string()),
    }
}

fn parse(page: &str) -> Loaded {
    page.parse().map_err(|_| format!("{page} is no number"))
}

#[test]
fn as_many_fetches_as_the_limit_are_in_flight() {
    within_deadline(|| {
        let gauge = Gauge::wanting(LIMITS.in_flight);
        let waits = |url: &str| {
            let _inside = gauge.enter();
            gauge.hold();
            fetch(url)
        };
        load_all(&urls(40), LIMITS, waits, parse);
        gauge.check("wait", "in flight");
        assert_eq!(gauge.entered(), 40, "how many pages were fetched");
    });
}

#[test]
fn no_more_pages_are_parsed_at_once_than_there_are_cores() {
    within_deadline(|| {
        let gauge = Gauge::wanting(LIMITS.cores);
        let computes = |page: &str| {
            let _inside = gauge.enter();
            gauge.hold();
            parse(page)
        };
        load_all(&urls(40), LIMITS, fetch, computes);
        gauge.check("page", "being parsed");
        assert_eq!(gauge.entered(), 32, "how many pages were parsed; the rest are missing");
    });
}

#[test]
fn results_come_in_input_order() {
    within_deadline(|| {
        for number in [40, 3, 0] {
            let urls = urls(number);
            let wanted: Vec<Loaded> =
                urls.iter().map(|url| fetch(url).and_then(|page| parse(&page))).collect();
            let begun = AtomicUsize::new(0);
            let waits = |url: &str| {
                // The first pages come last.
                let pause = 20_usize.saturating_sub(begun.fetch_add(1, SeqCst));
                thread::sleep(Duration::from_millis(pause as u64));
                fetch(url)
            };
            assert_eq!(load_all(&urls, LIMITS, waits, parse), wanted, "{number} pages");
        }
    });
}
