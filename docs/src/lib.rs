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
//! [`verdicts`] in the words of [`ratios`], [`measured`]), [`quiz`] makes forms of questions,
//! [`glossary`] links terms to their definitions, [`preprocessor`] is where mdBook calls all of
//! them, [`build`] calls mdBook, [`navigation`] finishes the pages that it has rendered, and
//! [`serve`] shows the result to a browser.

pub mod build;
pub mod directives;
pub mod glossary;
pub mod lesson;
pub mod links;
pub mod measured;
pub mod navigation;
pub mod pairs;
pub mod preprocessor;
pub mod quiz;
pub mod ratios;
pub mod rows;
pub mod serve;
pub mod source;
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
        how_to_read: "how-to-read-the-examples.md",
        compare: "compare.md",
        cost_of_a_task: "cost-of-a-task.md",
        from_python: "coming-from-python.md",
        from_async_std: "from-async-std-to-smol.md",
        how_we_measure: "how-we-measure.md",
        claims: "claims.md",
        glossary: "glossary.md",
    }
}
