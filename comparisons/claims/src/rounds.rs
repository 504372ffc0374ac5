//! What `--run` has measured, in rounds: each ran every benchmark once. A run is kept as a file of
//! JSON, so that a later call judges it without measuring again.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use figures::machine::Machine;
use serde::{Deserialize, Serialize};

use crate::{criterion::Work, date, files};

/// The folder, in that of what is kept, with a file for each run.
const FOLDER: &str = "rounds";

/// What the name of a benchmark's second measurement in a round ends with.
const AGAIN: &str = " again";

/// What the rounds of one run have brought.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// When it began, in seconds since 1970.
    pub date: u64,
    /// The machine that it ran on.
    pub machine: Machine,
    /// How much an iteration of a benchmark does.
    pub work: BTreeMap<String, Work>,
    /// The time of an iteration in nanoseconds, by round and by the name of the benchmark.
    pub rounds: Vec<BTreeMap<String, f64>>,
    /// What went wrong with a benchmark. It was not run again.
    pub faults: BTreeMap<String, String>,
}

impl Run {
    /// A run that begins now.
    #[must_use]
    pub fn begin(machine: Machine) -> Self {
        Self {
            date: date::now(),
            machine,
            work: BTreeMap::new(),
            rounds: Vec::new(),
            faults: BTreeMap::new(),
        }
    }

    /// The times of a benchmark, by round.
    #[must_use]
    pub fn times(&self, name: &str) -> Vec<Option<f64>> {
        self.rounds.iter().map(|round| round.get(name).copied()).collect()
    }

    /// Writes it below `kept`, in place of what was written after an earlier round.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, kept: &Path) -> Result<()> {
        let file = kept.join(FOLDER).join(format!("{}.json", self.date));
        files::keep(&file, &serde_json::to_string(self)?)
    }
}

/// The runs that were kept, or why one cannot be read.
#[must_use]
pub fn kept(kept: &Path) -> Vec<Result<Run, String>> {
    let Ok(entries) = fs::read_dir(kept.join(FOLDER)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    paths.iter().map(|path| files::json(path)).collect()
}

/// The name under which the second measurement of a benchmark in a round is kept, with which a
/// control compares the first.
#[must_use]
pub fn again(name: &str) -> String {
    format!("{name}{AGAIN}")
}

/// The benchmark that was measured under a name, for the first time or the second.
#[must_use]
pub fn benchmark(name: &str) -> &str {
    name.strip_suffix(AGAIN).unwrap_or(name)
}
