//! Says which claims of this project the measurements prove, and which they refute.
//!
//! The way through it: [`statement`] reads `benches/claims.toml`, [`criterion`], [`cost`] and
//! [`rounds`] bring what was measured, [`evidence`] makes ratios of it, [`verdict`] judges them,
//! [`report`] puts the verdicts into words, [`results`] records them, and [`update`] writes what was
//! recorded into the READMEs.
//!
//! Whoever only quotes what was recorded, such as the book, needs [`recorded`]:
//!
//! ```no_run
//! # fn main() -> Result<(), claims::RecordedError> {
//! let recorded = claims::recorded("benches/results.json".as_ref())?;
//! if let Some(claim) = recorded.claim("http-async") {
//!     println!("{}: {}", claim.verdict, claim.says);
//! }
//! # Ok(())
//! # }
//! ```

pub mod cost;
pub mod criterion;
mod date;
pub mod evidence;
pub mod formula;
pub mod machine;
pub mod report;
pub mod results;
pub mod rounds;
pub mod statement;
pub mod update;
pub mod verdict;

pub use results::{Recorded, RecordedError, recorded};
pub use verdict::{Judged, JudgedRatio, Verdict};

/// Today, as in `2026-01-31` (UTC).
#[must_use]
pub fn today() -> String {
    date::day(date::now())
}
