//! Says which claims of this project the measurements prove, and which they refute.
//!
//! The way through it: [`statement`] reads `benches/claims.toml`; [`criterion`], [`cost`] and
//! [`rounds`] bring what was measured; [`evidence`] makes ratios of it, and [`verdict`] judges them;
//! [`run`] measures in rounds until the verdicts stand; [`report`] puts them into words, [`results`]
//! records them, and [`update`] writes what was recorded into the READMEs. Each imports only what
//! comes before it.
//!
//! Whoever only quotes what was recorded, such as the book, needs no more than [`recorded`] and
//! [`Recorded::claim`].

mod date;
mod files;

// The claims.
pub mod statement;

// What was measured.
pub mod cost;
pub mod criterion;
pub mod rounds;

// Ratios, and verdicts on them.
pub mod evidence;
pub mod verdict;

// More rounds, until the verdicts stand.
pub mod run;

// What people read.
pub mod report;
pub mod results;
pub mod update;

pub use results::{Recorded, RecordedError, recorded};
pub use verdict::{Judged, JudgedRatio, Verdict};

/// Today, as in `2026-01-31` (UTC).
#[must_use]
pub fn today() -> String {
    date::day(date::now())
}
