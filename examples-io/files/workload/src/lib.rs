//! The row `files` without its concurrency: the list of files, how to read one, the example's own
//! tree, and how to make files cold.

mod checksum;
mod cold;
mod shown;
mod tree;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use harness::{
    Answer, Failure, Kind, Limits, Plan, Row, Shared,
    words::{grouped, plural},
};
use serde_json::json;

pub use checksum::{CHUNK, Checksum, Fault, Outcome, Sum, checksum, open};
#[cfg(unix)]
pub use checksum::{check_regular, open_flags};
use shown::shown;
pub use tree::{Entry, List, Tree, TreeOptions};

/// The most files that the example's own tree may have.
const MOST_FILES: u64 = 1_000_000;
/// The largest average size that they may have: 1 GiB.
const MOST_BYTES: u64 = 1 << 30;

/// Checksums every file of the example's own tree, or of a tree that you name.
#[derive(Args, Debug)]
pub struct Files {
    /// Checksum the files of this folder instead of the example's own
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,
    /// The number of files in the example's own tree
    #[arg(long, value_name = "N", default_value_t = 2000, help_heading = "Example's own tree",
          value_parser = clap::value_parser!(u64).range(..=MOST_FILES))]
    tasks: u64,
    /// The average size of a file, in bytes (the largest are 16 times as large)
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, help_heading = "Example's own tree",
          value_parser = clap::value_parser!(u64).range(..=MOST_BYTES))]
    size: u64,
    /// First evict the files from the page cache, so that reading waits for the disk
    #[arg(long)]
    cold: bool,
    /// In *tokio*, *async-std* (discontinued) and *smol*, read with the runtime's own files, which
    /// await each chunk; other approaches ignore this
    #[arg(long)]
    by_chunks: bool,
}

/// The files of a run.
#[derive(Debug)]
pub struct Input {
    /// The files, in path order.
    pub entries: Vec<Entry>,
    /// Whether the async cells await each chunk of a file.
    pub by_chunks: bool,
    /// The folder that contains them.
    root: PathBuf,
    /// The folders that could not be read, with the reason.
    unreadable: Vec<(PathBuf, String)>,
    /// The size of all files together, in bytes.
    bytes: u64,
    /// The example's own tree. It is removed when this is dropped.
    tree: Option<Tree>,
}

impl Row for Files {
    const NAME: &'static str = "files";
    const UNIT: &'static str = "file";
    type Input = Input;
    type Output = Vec<Outcome>;

    fn kind(&self) -> Kind {
        Kind::Waits { limit: 16 }
    }

    fn prepare(&self, shared: &Shared) -> Result<Input> {
        let (root, tree) = if let Some(dir) = &self.dir {
            (dir.clone(), None)
        } else {
            let options = TreeOptions { seed: shared.seed, files: self.tasks, average: self.size };
            let tree = Tree::make(&options)?;
            (tree.root().to_owned(), Some(tree))
        };
        let List { entries, unreadable, bytes } = List::of(&root)?;
        if self.cold {
            cold::evict(&entries)?;
        }
        Ok(Input { entries, by_chunks: self.by_chunks, root, unreadable, bytes, tree })
    }

    fn plan(&self, input: &Input, limits: Limits) -> Plan {
        let units = input.entries.len();
        let cold = if self.cold { ", cold" } else { "" };
        Plan {
            headline: format!(
                "{}, {}{cold}, at most {} in flight",
                plural(units, "file"),
                harness::words::bytes(input.bytes),
                grouped(limits.in_flight)
            ),
            input: json!({ "files": units, "bytes": input.bytes, "cold": self.cold }),
            units: Some(units),
            lower_bound: None,
        }
    }

    fn answer(&self, input: &Input, output: Vec<Outcome>) -> Answer {
        let (mut files, mut bytes) = (0, 0);
        let mut digest = Sum::default();
        let mut failed: Vec<(&Path, String)> = Vec::new();
        for (path, reason) in &input.unreadable {
            failed.push((path, reason.clone()));
        }
        for (entry, outcome) in input.entries.iter().zip(&output) {
            match outcome {
                Ok(checksum) => {
                    files += 1;
                    bytes += checksum.bytes;
                    // The name counts, too, but not the place of the tree.
                    let name = entry.path.strip_prefix(&input.root).unwrap_or(&entry.path);
                    digest.add(name.as_os_str().as_encoded_bytes());
                    digest.add(&checksum.bytes.to_le_bytes());
                    digest.add(&checksum.crc.to_le_bytes());
                }
                Err(fault) => failed.push((&entry.path, fault.to_string())),
            }
        }
        failed.sort_by_key(|&(path, _)| path);
        let failures: Vec<Failure> = failed
            .into_iter()
            .map(|(path, reason)| Failure { unit: shown(path), reason })
            .collect();
        let digest = format!("{:08x}", digest.finish().crc);
        Answer {
            line: format!(
                "read {}, {} failed, {}, digest {digest}",
                plural(files, "file"),
                grouped(failures.len()),
                harness::words::bytes(bytes)
            ),
            json: json!({ "files": files, "bytes": bytes, "digest": digest }),
            failures,
            figures: None,
        }
    }

    fn held(&self, input: &Input) -> Vec<String> {
        // The user's own tree is among the arguments already.
        input.tree.iter().flat_map(|tree| ["--dir".into(), shown(tree.root())]).collect()
    }
}
