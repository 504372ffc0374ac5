//! Checks what is counted, and what overlaps.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use ex_08::Cache;
use watch::{Gauge, Patience, within_deadline};

/// How many threads ask.
const THREADS: usize = 4;

/// How often each of them asks in a round.
const TIMES: usize = 10_000;

#[test]
fn all_calls_are_counted() {
    within_deadline(|| {
        // A race need not show in every round, least of all on one core. A right counter passes
        // all.
        for _ in 0..20 {
            let (cache, start) = (Cache::default(), Barrier::new(THREADS));
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        start.wait();
                        for _ in 0..TIMES {
                            cache.get("/", str::to_owned);
                        }
                    });
                }
            });
            let (asked, wanted) = (cache.asked(), (THREADS * TIMES) as u64);
            assert!(asked <= wanted, "{asked} calls were counted; wanted: {wanted}");
            assert!(asked == wanted, "{} of {wanted} calls were lost", wanted - asked);
        }
    });
}

#[test]
fn fetches_of_different_pages_overlap() {
    within_deadline(|| {
        let (cache, gauge) = (Cache::default(), Gauge::wanting(THREADS));
        thread::scope(|scope| {
            for index in 0..THREADS {
                let (cache, gauge) = (&cache, &gauge);
                scope.spawn(move || {
                    cache.get(&format!("/{index}"), |url| {
                        let _inside = gauge.enter();
                        gauge.hold();
                        url.to_owned()
                    })
                });
            }
        });
        gauge.check("fetch", "in flight");
    });
}

#[test]
fn a_page_that_is_there_is_not_fetched_again() {
    let (cache, fetched) = (Cache::default(), AtomicUsize::new(0));
    for url in ["/a", "/b", "/a", "/a", "/b"] {
        let text = cache.get(url, |url| {
            fetched.fetch_add(1, SeqCst);
            url.to_uppercase()
        });
        assert_eq!(text, url.to_uppercase(), "the text of {url}");
    }
    assert_eq!(fetched.into_inner(), 2, "how many fetches there were of 2 pages");
    assert_eq!(cache.asked(), 5, "how many calls were counted");
}

#[test]
fn all_get_the_same_text() {
    within_deadline(|| {
        let (cache, fetched, patience) = (Cache::default(), AtomicUsize::new(0), Patience::new());
        let mut texts: Vec<String> = thread::scope(|scope| {
            let ask = || {
                cache.get("/", |_| {
                    let number = fetched.fetch_add(1, SeqCst);
                    // Where fetches overlap, both are under way before either ends.
                    patience.wait_until(|| fetched.load(SeqCst) == 2);
                    format!("version {number}")
                })
            };
            let threads = [scope.spawn(ask), scope.spawn(ask)];
            threads.into_iter().map(|thread| thread.join().expect("no fetch panics")).collect()
        });
        texts.push(cache.get("/", |_| "version 2".to_owned()));
        assert!(texts.iter().all(|text| *text == texts[0]), "who asked got these texts: {texts:?}");
    });
}
