//! The raw data of a run, as `--run` writes it and as the tables and verdicts are drawn from it: a
//! file with a line of JSON for each thing that happened, in the order in which it did. The README of
//! this package describes the lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use figures::{calls::Calls, canary::Canary, machine::Machine};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::Protocol;

/// The version of the format. All earlier ones can be read, too. In version 1 nothing but instructions
/// was counted, and nobody looked how many workers did the work.
pub const VERSION: u32 = 2;

/// The ending of the files' names.
const ENDING: &str = "jsonl";

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub enum Line {
    /// The first: what is measured, where and how.
    Run(Box<Header>),
    /// What `cost-of-a-task` has printed.
    Cost {
        /// Its JSON.
        printed: Value,
    },
    /// What is counted and not timed; see [`crate::counts`].
    #[serde(alias = "instructions")]
    Count {
        /// The name of the figure.
        name: String,
        /// The count; `None` if there is none.
        count: Option<u64>,
        /// Why there is none.
        fault: Option<String>,
    },
    /// The calls of a benchmark in a block.
    Turn(Box<Turn>),
    /// A benchmark that failed. It has no turn in later blocks.
    Fault {
        /// In which block; 0 if there was none of its row, since nothing in it can be measured.
        block: usize,
        /// Which benchmark.
        benchmark: String,
        /// Why, in words.
        reason: String,
    },
    /// The end of a block, and whether it counts.
    Block(Block),
    /// The last: the run has come to its end.
    End(End),
}

/// What is measured, where and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// When it began, as in `2026-01-31T12:00:00Z`.
    pub begun: String,
    /// The command.
    pub command: String,
    /// The rules.
    pub protocol: Protocol,
    /// What the order of the benchmarks in each block was drawn from.
    pub seed: u64,
    /// The commit of what was measured; `None` outside of a git checkout.
    pub commit: Option<String>,
    /// Whether files had been changed since that commit.
    pub dirty: Option<bool>,
    /// By their paths, what git calls the contents of the files that decide on what is measured.
    pub files: BTreeMap<String, String>,
    /// The compiler.
    pub rustc: String,
    /// The Python, where programs in it were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// The kernel's release.
    pub kernel: Option<String>,
    /// The machine.
    pub machine: Machine,
    /// How long the canary takes here when nothing else is going on.
    pub calibrated: Canary,
}

/// The calls of a benchmark in a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// In which block, counted from 1.
    pub block: usize,
    /// At which place in the block, counted from 1.
    pub position: usize,
    /// Which benchmark.
    pub benchmark: String,
    /// Whether it had a turn in this block before: then it is the control, with which that one is
    /// compared.
    pub again: bool,
    /// What the calls took.
    pub calls: Calls,
}

/// The end of a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Which one, counted from 1.
    pub block: usize,
    /// Of which row.
    pub row: String,
    /// Why it does not count; `None` if it does.
    pub rejected: Option<String>,
    /// The share of the time of all cores that the host took away.
    pub stolen: Option<f64>,
    /// The share of the time of all cores that other programs computed.
    pub others: Option<f64>,
    /// The share of it that the kernel's own threads computed; `None` in runs from before they were told
    /// apart, in which they are among the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<f64>,
    /// The canaries before it and after it.
    pub canaries: [Canary; 2],
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// When it ended.
    pub ended: String,
    /// By row, how many blocks were planned, accepted and rejected.
    pub rows: BTreeMap<String, Counts>,
}

/// What became of the blocks of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many had to be accepted.
    pub planned: usize,
    /// How many were.
    pub accepted: usize,
    /// How many were not.
    pub rejected: usize,
}

/// A run, read from its file.
#[derive(Clone, Debug)]
pub struct Run {
    /// The file's name without its ending.
    pub id: String,
    /// What was measured, where and how.
    pub header: Header,
    /// What `cost-of-a-task` printed, if it ran.
    pub cost: Option<Value>,
    /// By their names, what was counted, or why there is no count.
    pub counts: BTreeMap<String, Result<u64, String>>,
    /// The blocks with their turns, in their order.
    pub blocks: Vec<(Block, Vec<Turn>)>,
    /// By the names of benchmarks that failed, why.
    pub faults: BTreeMap<String, String>,
    /// What became of it; `None` if it did not come to its end.
    pub end: Option<End>,
}

/// Why there is no run to quote.
#[derive(Debug, thiserror::Error)]
pub enum RawError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("{}, line {number}: {reason}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Which line, counted from 1.
        number: usize,
        /// Why.
        reason: String,
    },
}

impl Run {
    /// Reads a run from its file.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours.
    pub fn read(path: &Path) -> Result<Self, RawError> {
        let text = fs::read_to_string(path)
            .map_err(|source| RawError::Unreadable { path: path.into(), source })?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&id, &text).map_err(|(number, reason)| RawError::Malformed {
            path: path.into(),
            number,
            reason,
        })
    }

    /// Reads a run from the text of its file. The error says in which line what is wrong.
    fn parse(id: &str, text: &str) -> Result<Self, (usize, String)> {
        let mut lines = (1..).zip(text.lines()).map(|(number, line)| {
            let line = serde_json::from_str(line).map_err(|error| (number, error.to_string()))?;
            Ok((number, line))
        });
        let header = match lines.next().transpose()? {
            Some((_, Line::Run(header))) if (1..=VERSION).contains(&header.version) => *header,
            Some((_, Line::Run(header))) => {
                return Err((
                    1,
                    format!("this is version {}, not {VERSION} or older", header.version),
                ));
            }
            _ => return Err((1, "a run begins with what is measured, where and how".into())),
        };
        let mut run = Self {
            id: id.into(),
            header,
            cost: None,
            counts: BTreeMap::new(),
            blocks: Vec::new(),
            faults: BTreeMap::new(),
            end: None,
        };
        let mut turns = Vec::new();
        for line in lines {
            match line? {
                (_, Line::Cost { printed }) => run.cost = Some(printed),
                (_, Line::Count { name, count, fault }) => {
                    let count = count.ok_or_else(|| fault.unwrap_or_default());
                    run.counts.insert(name, count);
                }
                (_, Line::Turn(turn)) => turns.push(*turn),
                (_, Line::Fault { benchmark, reason, .. }) => {
                    run.faults.insert(benchmark, reason);
                }
                (_, Line::Block(block)) => run.blocks.push((block, std::mem::take(&mut turns))),
                (_, Line::End(end)) => run.end = Some(end),
                (number, Line::Run(_)) => return Err((number, "a second run begins".into())),
            }
        }
        Ok(run)
    }

    /// The rows that have blocks.
    #[must_use]
    pub fn rows(&self) -> BTreeSet<&str> {
        self.blocks.iter().map(|(block, _)| &*block.row).collect()
    }

    /// Whether as many blocks of a row count as were planned.
    #[must_use]
    pub fn is_whole(&self, row: &str) -> bool {
        self.accepted(row).count() == self.header.protocol.blocks
    }

    /// The blocks of a row that count.
    pub fn accepted<'a>(&'a self, row: &'a str) -> impl Iterator<Item = &'a (Block, Vec<Turn>)> {
        self.blocks.iter().filter(move |(block, _)| block.row == row && block.rejected.is_none())
    }
}

/// The runs in a folder, the newest first. Runs are called by the time of their beginning.
///
/// # Errors
/// A file cannot be read, or is none of ours.
pub fn all(folder: &Path) -> Result<Vec<Run>, RawError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == ENDING));
    paths.sort_unstable();
    paths.iter().rev().map(|path| Run::read(path)).collect()
}

/// Where the run that began at this time is kept, in a folder.
#[must_use]
pub fn path(folder: &Path, begun: &str) -> PathBuf {
    // A colon is nothing that every system has in the names of its files.
    folder.join(begun.replace(':', "")).with_added_extension(ENDING)
}
