//! The row `sort` without its concurrency: the items, how a merge sort cuts them into halves and
//! merges them again, and the answer.

mod item;
mod piece;
mod share;
mod shared_file;
mod store;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use harness::{Answer, Failure, Kind, Limits, Plan, Row, Shared, capacity, words::plural};
use serde_json::json;

pub use item::{Item, Line};
pub use piece::{Merge, Part, Piece, RUN};
pub use share::{Cut, Merged, Neighbours, Share};
pub use store::{Opening, Sorting, Step, Store};

/// The memory for a number in the cell that needs the most, in bytes: *processes* keeps it in the
/// input and in a copy, twice in the file, and twice in a worker.
const MEMORY_PER_NUMBER: usize = 48;
/// The same for a line, without its text: its number and its length or place, in each of these
/// copies, and in the file also its end.
const MEMORY_PER_LINE: usize = 200;
/// How often a text is in memory at the same time, in that same cell with two workers: once in the
/// input, twice in the file, once in the workers for each time that it is sorted or merged, and once
/// in the result.
const COPIES_OF_A_TEXT: usize = 6;

/// Sorts numbers, or the lines of files.
#[derive(Args, Debug)]
pub struct Sort {
    /// Sort the lines of these files (by their bytes) instead of numbers
    #[arg(value_name = "FILE", conflicts_with_all = ["len", "pattern"])]
    files: Vec<PathBuf>,
    /// How many numbers to sort
    #[arg(long, value_name = "N", default_value_t = 8_000_000)]
    len: usize,
    /// The order of the numbers at the start
    #[arg(long, value_enum, default_value_t)]
    pattern: Pattern,
    /// How two sorted halves are merged
    #[arg(long, value_enum, default_value_t)]
    merge: Merge,
    /// Write the sorted items to this file, one per line
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

/// The order of numbers.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Pattern {
    /// In random order
    #[default]
    Random,
    /// Already sorted
    Sorted,
    /// From the largest to the smallest
    Reversed,
    /// Random, with at most 16 different numbers
    FewDistinct,
}

/// Items of one kind or the other.
#[derive(Clone, Debug)]
pub enum Items {
    /// Numbers.
    Numbers(Vec<u64>),
    /// Lines of text.
    Lines(Vec<Line>),
}

impl From<Vec<u64>> for Items {
    fn from(numbers: Vec<u64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<Vec<Line>> for Items {
    fn from(lines: Vec<Line>) -> Self {
        Self::Lines(lines)
    }
}

impl Items {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Lines(lines) => lines.len(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Numbers(_) => u64::NAME,
            Self::Lines(_) => Line::NAME,
        }
    }
}

/// The items to sort, and how to merge them.
#[derive(Debug)]
pub struct Input {
    /// The items, in their original order.
    pub items: Items,
    /// How two sorted halves are merged.
    pub merge: Merge,
}

impl Row for Sort {
    const NAME: &'static str = "sort";
    const UNIT: &'static str = "piece";
    type Input = Input;
    type Output = Items;

    fn kind(&self) -> Kind {
        Kind::Computes
    }

    fn prepare(&self, shared: &Shared) -> Result<Input> {
        let items = if self.files.is_empty() {
            capacity::for_things(self.len, "number", MEMORY_PER_NUMBER)?;
            numbers(self.len, self.pattern, shared.seed).into()
        } else {
            lines(&self.files)?.into()
        };
        if let Some(out) = &self.out {
            capacity::for_writing(out)?;
        }
        Ok(Input { items, merge: self.merge })
    }

    fn plan(&self, input: &Input, limits: Limits) -> Plan {
        let place = piece::Place::whole(input.items.len(), self.merge);
        let pattern = match input.items {
            Items::Numbers(_) => format!("{}, ", value(self.pattern)),
            Items::Lines(_) => String::new(),
        };
        Plan {
            headline: format!(
                "{}, {pattern}{} for {}, {} merge",
                plural(input.items.len(), input.items.name()),
                plural(place.runs, "run"),
                plural(limits.workers, "worker"),
                value(self.merge),
            ),
            input: match input.items {
                Items::Numbers(_) => json!({
                    "len": input.items.len(),
                    "pattern": value(self.pattern),
                    "merge": self.merge
                }),
                Items::Lines(_) => json!({ "lines": input.items.len(), "merge": self.merge }),
            },
            units: Some(place.units()),
            lower_bound: None,
        }
    }

    fn answer(&self, input: &Input, output: Items) -> Answer {
        let order = match (&input.items, &output) {
            (Items::Numbers(input), Items::Numbers(output)) => Order::of(input, output),
            (Items::Lines(input), Items::Lines(output)) => Order::of(input, output),
            _ => unreachable!("numbers stay numbers, and lines stay lines"),
        };
        let mut failures = order.failures();
        if let Some(path) = &self.out {
            // The file keeps its old content until now, when there is something to replace it.
            let written = File::create(path).and_then(|file| match &output {
                Items::Numbers(numbers) => write(numbers, &file),
                Items::Lines(lines) => write(lines, &file),
            });
            failures.extend(written.err().map(|error| Failure {
                unit: path.display().to_string(),
                reason: format!("cannot write it: {error}"),
            }));
        }
        let Order { sorted, permutation, digest } = order;
        let (len, digest) = (output.len(), format!("{digest:08x}"));
        Answer {
            line: format!(
                "sorted {}{}, digest {digest}",
                plural(len, output.name()),
                if failures.is_empty() { ": in order, and the same as before" } else { "" },
            ),
            json: json!({
                "items": len,
                "sorted": sorted,
                "permutation": permutation,
                "digest": digest
            }),
            failures,
            figures: None,
        }
    }
}

/// Whether items are in order.
#[derive(Debug)]
struct Order {
    /// Each may come before the next one, and equal ones keep their order from the input.
    sorted: bool,
    /// They are those of the input.
    permutation: bool,
    /// The CRC-32 of them all, in their order.
    digest: u32,
}

impl Order {
    fn of<T: Item>(input: &[T], output: &[T]) -> Self {
        // A sum doesn't depend on the order, and two lists with the same sum of fingerprints are
        // almost certainly the same.
        let sum = |items: &[T]| {
            items.iter().fold(0_u64, |sum, item| sum.wrapping_add(item.fingerprint()))
        };
        let mut digest = crc32fast::Hasher::new();
        let mut bytes = Vec::new();
        for items in output.chunks(1024) {
            bytes.clear();
            for item in items {
                item.write(&mut bytes);
            }
            digest.update(&bytes);
        }
        Self {
            sorted: output.is_sorted_by(Item::precedes),
            permutation: input.len() == output.len() && sum(input) == sum(output),
            digest: digest.finalize(),
        }
    }

    fn failures(&self) -> Vec<Failure> {
        let checks = [
            (self.sorted, "they are not in order"),
            (self.permutation, "they are not those of the input"),
        ];
        let failed = checks.into_iter().filter(|(passed, _)| !passed);
        failed.map(|(_, reason)| Failure { unit: "items".into(), reason: reason.into() }).collect()
    }
}

/// Makes numbers up.
fn numbers(len: usize, pattern: Pattern, seed: u64) -> Vec<u64> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut numbers: Vec<u64> = match pattern {
        Pattern::FewDistinct => {
            let few: [u64; 16] = std::array::from_fn(|_| rng.u64(..));
            (0..len).map(|_| few[rng.usize(..few.len())]).collect()
        }
        _ => (0..len).map(|_| rng.u64(..)).collect(),
    };
    match pattern {
        Pattern::Random | Pattern::FewDistinct => {}
        Pattern::Sorted => numbers.sort_unstable(),
        Pattern::Reversed => numbers.sort_unstable_by(|one, other| other.cmp(one)),
    }
    numbers
}

/// Reads the lines of all files, one after the other.
fn lines(files: &[PathBuf]) -> Result<Vec<Line>> {
    let mut text = Vec::new();
    for path in files {
        let cannot_read = || format!("cannot read {}", path.display());
        let metadata = fs::metadata(path).with_context(cannot_read)?;
        // A folder has no lines, and a device may have no end.
        ensure!(metadata.is_file(), "{}: it is no regular file", cannot_read());
        let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        capacity::for_things(size, "byte", COPIES_OF_A_TEXT).with_context(cannot_read)?;
        File::open(path)
            .and_then(|mut file| file.read_to_end(&mut text))
            .with_context(cannot_read)?;
        if text.last().is_some_and(|&last| last != b'\n') {
            text.push(b'\n');
        }
    }
    let lines = text.split(|&byte| byte == b'\n').count();
    capacity::for_things(lines, "line", MEMORY_PER_LINE)?;
    Ok(Line::all(text))
}

/// Writes items to a file, one a line.
fn write<T: Item>(items: &[T], file: &File) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    let mut line = Vec::new();
    for item in items {
        line.clear();
        item.show(&mut line);
        line.push(b'\n');
        file.write_all(&line)?;
    }
    file.flush()
}

/// A value as it is written on the command line.
fn value(value: impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{item::tests::Card, *};

    #[test]
    fn what_a_seed_gives_never_changes() {
        let digest = |pattern| {
            let numbers = numbers(1000, pattern, 7);
            Order::of(&numbers, &numbers).digest
        };
        assert_eq!(digest(Pattern::Random), digest(Pattern::Random));
        assert_eq!(numbers(3, Pattern::Random, 0), numbers(3, Pattern::Random, 0));
        assert_ne!(numbers(3, Pattern::Random, 0), numbers(3, Pattern::Random, 1));
    }

    #[test]
    fn patterns_are_what_they_say() {
        let [random, sorted, reversed, few] =
            [Pattern::Random, Pattern::Sorted, Pattern::Reversed, Pattern::FewDistinct]
                .map(|pattern| numbers(1000, pattern, 3));
        let mut expected = random.clone();
        expected.sort_unstable();
        assert_eq!(sorted, expected);
        expected.reverse();
        assert_eq!(reversed, expected);
        let mut distinct = few;
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 16);
    }

    #[test]
    fn an_order_tells_what_is_wrong_with_it() {
        let cards = |cards: &[(u8, u32)]| {
            cards.iter().map(|&(rank, suit)| Card { rank, suit }).collect::<Vec<_>>()
        };
        let input = cards(&[(2, 0), (1, 1), (1, 2)]);
        let order = |output: &[(u8, u32)]| {
            let order = Order::of(&input, &cards(output));
            (order.sorted, order.permutation)
        };
        assert_eq!(order(&[(1, 1), (1, 2), (2, 0)]), (true, true));
        // These are sorted as well, but not as a stable sort does it.
        assert_eq!(order(&[(1, 2), (1, 1), (2, 0)]), (false, true));
        assert_eq!(order(&[(2, 0), (1, 1), (1, 2)]), (false, true));
        assert_eq!(order(&[(1, 1), (1, 1), (2, 0)]), (false, false));
        assert_eq!(order(&[(1, 1), (1, 2)]), (true, false));
    }
}
