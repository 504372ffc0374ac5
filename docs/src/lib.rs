//! Makes the book: [mdBook](https://rust-lang.github.io/mdBook/) with a preprocessor of our own
//! compiled in.
//!
//! ```sh
//! cargo run --release -p book
//! cargo run --release -p book -- serve
//! ```
//!
//! The chapters in `docs/chapters` are written by hand. The way of the rest: [`rows`] finds the
//! rows and makes a chapter of each README and a page of each cell, [`pairs`] does so for the pairs,
//! [`links`] leads what they link to into the book, [`directives`] replaces lines such as
//! `{{#item http/tokio fetch_all}}` by what they name ([`source`], [`lesson`], [`versus`],
//! [`verdicts`] in the words of [`ratios`], [`measured`], [`outputs`], [`chart`], [`timeline`],
//! [`limits`]), [`quiz`] makes forms of questions, [`glossary`] links terms to their definitions,
//! [`preprocessor`] is where mdBook calls all of them, [`build`] calls mdBook and adds the
//! [`slides`], [`navigation`] finishes the pages that it has rendered, and [`serve`] shows the
//! result to a browser.

pub mod build;
pub mod chart;
pub mod directives;
pub mod glossary;
pub mod lesson;
pub mod limits;
pub mod links;
pub mod measured;
pub mod navigation;
pub mod outputs;
pub mod pairs;
pub mod preprocessor;
pub mod quiz;
pub mod ratios;
pub mod rows;
pub mod serve;
pub mod slides;
pub mod source;
pub mod timeline;
pub mod verdicts;
pub mod versus;

/// The Rust in the chapters, so that it is compiled and run as doc-tests.
#[cfg(doctest)]
mod chapters {
    macro_rules! chapters {
        ($($name:ident: $file:literal,)*) => {
            $(#[doc = include_str!(concat!("../chapters/", $file))] mod $name {})*
        };
    }

    chapters! {
        what_is_concurrency: "what-is-concurrency.md",
        waiting_or_computing: "waiting-or-computing.md",
        overlapping_waits_with_threads: "overlapping-waits-with-threads.md",
        overlapping_waits_with_async: "overlapping-waits-with-async.md",
        one_thread: "one-thread.md",
        using_all_cores: "using-all-cores.md",
        processes: "processes.md",
        sharing: "sharing.md",
        channels: "channels.md",
        waiting_and_computing: "waiting-and-computing.md",
        stopping: "stopping.md",
        choosing: "choosing.md",
        teaching: "teaching.md",
        how_to_read: "how-to-read-the-examples.md",
        all_versions: "all-versions.md",
        compare: "compare.md",
        play_with_the_limits: "play-with-the-limits.md",
        cost_of_a_task: "cost-of-a-task.md",
        from_python: "coming-from-python.md",
        from_async_std: "from-async-std-to-smol.md",
        how_we_measure: "how-we-measure.md",
        claims: "claims.md",
        glossary: "glossary.md",
    }
}
