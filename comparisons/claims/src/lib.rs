//! Says which claims of this project the measurements prove, and which they refute.
//!
//! The way through it: [`statement`] reads `benches/claims.toml`; [`protocol`] holds the rules by which
//! [`blocks`] measures benchmarks and [`commands`], and [`raw`] what that writes down; [`criterion`],
//! [`cost`] and [`counts`] bring what other programs have measured or counted; [`evidence`] makes ratios of
//! it all, and [`verdict`] judges them;
//! [`results`] draws verdicts and tables from a run, [`report`] puts them into words, and [`update`]
//! writes them into the READMEs. Each imports only what comes before it.
//!
//! Whoever only quotes what was recorded, such as the book, needs no more than [`recorded`] and
//! [`Recorded::claim`].

mod date;
mod files;
mod orphans;

// The claims.
pub mod statement;

// What was measured.
pub mod cost;
pub mod counts;
pub mod criterion;
pub mod instructions;
pub mod paused;
pub mod protocol;
pub mod raw;
pub mod syscalls;

// Ratios, and verdicts on them.
pub mod evidence;
pub mod verdict;

// What is drawn from a run.
pub mod results;

// Measuring.
pub mod commands;

pub mod blocks;
pub mod needed;

// What people read.
pub mod report;
pub mod update;

pub use results::{Recorded, RecordedError, recorded};
pub use verdict::{Judged, JudgedRatio, Verdict};

/// Today, as in `2026-01-31` (UTC).
#[must_use]
pub fn today() -> String {
    date::day(date::now())
}
