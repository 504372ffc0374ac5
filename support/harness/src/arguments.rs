//! The arguments that every cell shares, and parsers for the rows' own.

use std::{num::NonZeroUsize, path::PathBuf, thread};

use clap::Args;

use crate::limits::{Kind, Limits};

/// The arguments that every cell of every row takes.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of a command line")]
pub struct Shared {
    /// The most units of work in flight at the same time
    #[arg(long, value_name = "K", value_parser = at_least_one, help_heading = "Limits")]
    limit: Option<NonZeroUsize>,
    /// The most threads or processes that compute [default: one per core]
    #[arg(long, value_name = "W", value_parser = at_least_one, help_heading = "Limits")]
    workers: Option<NonZeroUsize>,
    /// Seed for all generated data
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Print one line of JSON instead of the report
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Draw a timeline of the units of work and the threads
    #[arg(long, help_heading = "Output")]
    pub timeline: bool,
    /// Write a trace file for Perfetto or Chrome's tracing page
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub trace: Option<PathBuf>,
    /// Hide the progress bar
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,
    /// Prepare the input, print the arguments for other processes to use it (as a JSON array), and
    /// keep it until stdin ends
    #[arg(long, hide = true)]
    pub hold: bool,
}

impl Shared {
    /// The limits for a row of this kind.
    pub(crate) fn limits(&self, kind: Kind) -> Limits {
        let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let workers = self.workers.map_or_else(cores, NonZeroUsize::get);
        let limit = self.limit.map(NonZeroUsize::get);
        match kind {
            Kind::Waits { limit: default } => {
                Limits { in_flight: limit.unwrap_or(default), workers }
            }
            // A computing unit holds a core, so here the two limits are one.
            Kind::Computes => {
                let workers = workers.min(limit.unwrap_or(workers));
                Limits { in_flight: workers, workers }
            }
        }
    }
}

/// Reads a number that must be at least 1.
///
/// # Errors
/// The text is no number, or 0.
pub fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    let number: usize = text.parse().map_err(|error| format!("{error}"))?;
    NonZeroUsize::new(number).ok_or_else(|| "it must be at least 1".into())
}

/// Reads a share, from 0 to 1.
///
/// # Errors
/// The text is no number, or the number is outside that range.
pub fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        Ok(_) => Err("it must lie between 0 and 1".into()),
        Err(error) => Err(format!("{error}")),
    }
}
