//! The row `wordcount` without its concurrency: the text and its pieces, what a word is, the counts
//! and how to merge them, and the answer.

mod counts;
mod made;
mod split;
mod text;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use harness::{
    Answer, Failure, Figures, Kind, Limits, Plan, Row, Shared,
    words::{grouped, plural},
};
use serde_json::json;

pub use counts::{Counts, Missed, share_of};
pub use made::Made;
pub use text::Text;

/// The largest text that a user may ask for: 1 EiB, which no disk holds.
const MOST_BYTES: u64 = 1 << 60;

/// Counts how often each word of a text occurs.
#[derive(Args, Debug)]
pub struct WordCount {
    /// Count the words of these files instead of the example's own text; one may be /dev/stdin
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The size of the example's own text, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20,
          value_parser = clap::value_parser!(u64).range(..=MOST_BYTES))]
    size: u64,
    /// The map that *threads* counts into (the other approaches ignore this)
    #[arg(long, value_enum, value_name = "WHOSE", default_value_t = Map::Own)]
    map: Map,
    /// Show this many of the most frequent words
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Output")]
    top: usize,
}

/// The map that *threads* counts into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Map {
    /// A map for each thread, merged at the end
    Own,
    /// One map behind one lock
    Shared,
    /// Many maps, each with a share of the words and its own lock
    Sharded,
}

/// The text of a run.
#[derive(Debug)]
pub struct Input {
    /// The text itself.
    pub text: Text,
    /// The map that *threads* counts into.
    pub map: Map,
    /// The example's own text, or the copy of stdin. It is removed when this is dropped.
    made: Option<Made>,
}

impl Row for WordCount {
    const NAME: &'static str = "wordcount";
    const UNIT: &'static str = "piece";
    type Input = Input;
    type Output = Counts;

    fn kind(&self) -> Kind {
        Kind::Computes
    }

    fn prepare(&self, shared: &Shared) -> Result<Input> {
        if !self.files.is_empty() {
            let mut files = self.files.clone();
            let made = copy_of_stdin(&mut files)?;
            return Ok(Input { text: Text::of(&files), map: self.map, made });
        }
        let made = Made::write(self.size, shared.seed)?;
        let text = Text::of(&[made.path().to_owned()]);
        Ok(Input { text, map: self.map, made: Some(made) })
    }

    fn plan(&self, Input { text, .. }: &Input, limits: Limits) -> Plan {
        let (files, units) = (text.files(), text.pieces().len());
        Plan {
            headline: format!(
                "{} in {}, {} for {}",
                harness::words::bytes(text.bytes()),
                plural(files, "file"),
                plural(units, "piece"),
                plural(limits.workers, "worker")
            ),
            input: json!({ "files": files, "bytes": text.bytes() }),
            units: Some(units),
            lower_bound: None,
        }
    }

    fn answer(&self, input: &Input, counts: Counts) -> Answer {
        let mut failures: Vec<Failure> = Vec::new();
        for missed in counts.missed() {
            let unit = shown(input.text.path(missed.piece));
            failures.push(Failure { unit, reason: missed.reason.clone() });
        }
        // The pieces of a file mostly fail for the same reason, which is reported once.
        failures.dedup();
        let (words, distinct) = (counts.total(), counts.distinct());
        let digest = format!("{:08x}", counts.digest());
        let mut line = format!(
            "counted {}, {}, digest {digest}",
            plural(words, "word"),
            plural(distinct, "different one")
        );
        if !failures.is_empty() {
            line += &format!(", {} failed", failures.len());
        }
        let json = json!({ "words": words, "distinct": distinct, "digest": digest });
        let top = counts.top(self.top);
        let lines = top.iter().map(|(word, count)| format!("{:>14}  {word}", grouped(*count)));
        let lines = lines.collect::<Vec<_>>().join("\n");
        let figures = Figures { line: lines, json: json!({ "top": top }) };
        Answer { line, json, failures, figures: (!top.is_empty()).then_some(figures) }
    }

    fn held(&self, input: &Input) -> Vec<String> {
        // The user's own files are among the arguments already. (A process that holds the input
        // needs its stdin for that, so no text comes from there.)
        input.made.iter().map(|made| made.path().display().to_string()).collect()
    }
}

/// If one of the files is stdin, and stdin is a pipe, replaces it by a copy of the data from the
/// pipe.
fn copy_of_stdin(files: &mut [PathBuf]) -> Result<Option<Made>> {
    let stdin = Path::new("/dev/stdin");
    let Some(file) = files.iter_mut().find(|file| *file == stdin) else { return Ok(None) };
    // A file can be opened again by its name, and read from several places.
    if fs::metadata(stdin).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let made = Made::copy(&mut io::stdin().lock()).context("cannot read /dev/stdin")?;
    made.path().clone_into(file);
    Ok(Some(made))
}

/// A path as people should see it: as it is, unless it isn't text or would upset a terminal.
fn shown(path: &std::path::Path) -> String {
    match path.to_str() {
        Some(text) if !text.contains(char::is_control) => text.into(),
        _ => path.as_os_str().as_encoded_bytes().escape_ascii().to_string(),
    }
}
