//! The two functions that the README opens with: here they are compiled and run.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use super::{files::read, tree::this_workspace};
use crate::suite::{Test, tests};

/// This file, from which the README has both functions.
const SOURCE: &str = include_str!("front.rs");
/// How many pages there are.
const PAGES: usize = 60;
/// How long each of them takes.
const LATENCY: Duration = Duration::from_millis(1);

/// All tests of this.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared: the_functions_in_the_readme_do_what_it_says)
}

fn the_functions_in_the_readme_do_what_it_says() {
    let readme = read(&this_workspace().root().join("README.md"));
    for module in ["mod sequential", "mod overlapped"] {
        let (_, module) = SOURCE.split_once(&format!("\n{module} {{\n")).expect("it is below");
        let (_, function) = module.split_once("    pub(super) ").expect("a function is public");
        let (function, _) = function.split_once("\n    }\n").expect("the function ends");
        let function: String = function
            .lines()
            .map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)))
            .collect();
        assert!(readme.contains(&(function.clone() + "}\n")), "README.md has not:\n{function}}}");
    }

    let addresses: Vec<String> = (0..PAGES).map(|index| format!("/{index}")).collect();
    let pages: Vec<Page> =
        addresses.iter().map(|address| Page { address: address.clone() }).collect();
    assert_eq!(sequential::fetch_all(&pages), addresses);
    assert_eq!(smol::block_on(overlapped::fetch_all(&pages)), addresses);
    assert_eq!(overlapped::PEAK.load(Ordering::Relaxed), 50);
}

/// A page is its address, and the answer a copy of it.
struct Page {
    address: String,
}

type Answer = String;

mod sequential {
    use super::{Answer, LATENCY, Page, thread};

    pub(super) fn fetch_all(pages: &[Page]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for page in pages {
            // The next request is not sent
            // before this answer is here.
            answers.push(fetch(page));
        }
        answers
    }

    fn fetch(page: &Page) -> Answer {
        thread::sleep(LATENCY);
        page.address.clone()
    }
}

mod overlapped {
    use futures_util::{StreamExt, stream};

    use super::{Answer, AtomicUsize, LATENCY, Ordering, Page};

    pub(super) async fn fetch_all(pages: &[Page]) -> Vec<Answer> {
        stream::iter(pages)
            .map(fetch)
            // Up to 50 requests wait
            // at the same time.
            .buffered(50)
            .collect()
            .await
    }

    static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
    /// The most requests that were in flight.
    pub(super) static PEAK: AtomicUsize = AtomicUsize::new(0);

    async fn fetch(page: &Page) -> Answer {
        let in_flight = IN_FLIGHT.fetch_add(1, Ordering::Relaxed) + 1;
        PEAK.fetch_max(in_flight, Ordering::Relaxed);
        smol::Timer::after(LATENCY).await;
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
        page.address.clone()
    }
}
