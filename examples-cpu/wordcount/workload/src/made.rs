//! The text that the example makes for itself, or copies from stdin.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use fastrand::Rng;
use harness::{capacity, interrupt::remove_on_interrupt, words::bytes};
use tempfile::TempDir;

/// How many different words a long text has.
const VOCABULARY: usize = 30_000;
/// The most frequent words have one syllable, this many times as many have two, and so on.
const PER_SYLLABLE: usize = 30;
/// Lines are broken after this many bytes.
const LINE: usize = 72;

const ONSETS: [&str; 20] = [
    "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "ch",
    "pl", "",
];
const VOWELS: [&str; 6] = ["a", "e", "i", "o", "u", "ea"];
/// Now and then a letter that is not ASCII, as most languages have some.
const OTHERS: [&str; 6] = ["é", "ä", "ö", "å", "ø", "я"];
const CODAS: [&str; 10] = ["", "", "", "", "n", "r", "s", "t", "l", "m"];

/// A text in a temporary folder, which is removed when this is dropped.
#[derive(Debug)]
pub struct Made {
    path: PathBuf,
    folder: TempDir,
}

impl Made {
    /// Writes a text of this many bytes, in made-up words, all generated from the seed.
    ///
    /// # Errors
    /// It cannot be written, or there is no room for it.
    pub fn write(bytes: u64, seed: u64) -> Result<Self> {
        let made = Self::begin()?;
        check_room(made.folder.path(), bytes)?;
        let write = || write(&made.path, bytes, &mut Rng::with_seed(seed));
        write().with_context(|| format!("cannot write {}", made.path.display()))?;
        Ok(made)
    }

    /// Copies a text that can be read only once, from its beginning, such as the data from a pipe.
    /// The copy can be read by several workers at several places.
    ///
    /// # Errors
    /// It cannot be read, or not be written.
    pub fn copy(from: &mut impl Read) -> Result<Self> {
        let made = Self::begin()?;
        let mut copy = || io::copy(from, &mut File::create(&made.path)?);
        copy().with_context(|| format!("cannot copy it to {}", made.path.display()))?;
        Ok(made)
    }

    fn begin() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("meanwhile-wordcount-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        remove_on_interrupt(folder.path());
        Ok(Self { path: folder.path().join("text"), folder })
    }

    /// Where the text is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn write(path: &Path, bytes: u64, rng: &mut Rng) -> io::Result<()> {
    let vocabulary = vocabulary(rng);
    let mut file = BufWriter::new(File::create(path)?);
    let mut left = bytes;
    let mut line = String::new();
    let mut capital = true;
    while left > 0 {
        line.clear();
        while line.len() < LINE {
            let word = &vocabulary[rank(rng)];
            let mut letters = word.chars();
            if capital && let Some(first) = letters.next() {
                line.extend(first.to_uppercase());
            }
            line += letters.as_str();
            capital = rng.u8(..12) == 0;
            line += match rng.u8(..12) {
                _ if capital => ". ",
                0 => ", ",
                _ => " ",
            };
        }
        line.pop();
        line.push('\n');
        // The last line is cut to size, if need be in the middle of a character.
        let length = usize::try_from(left).map_or(line.len(), |left| left.min(line.len()));
        file.write_all(&line.as_bytes()[..length])?;
        left -= length as u64;
    }
    file.flush()
}

/// The place of a word in the vocabulary, of which the first ones come up most often: the `n`-th
/// about `1 / n` times as often as the first (Zipf, *Human Behavior and the Principle of Least
/// Effort*, 1949). If the logarithm of a number is evenly distributed, the number is in that way.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it lies between 1 and the size of the vocabulary"
)]
fn rank(rng: &mut Rng) -> usize {
    ((VOCABULARY as f64).ln() * rng.f64()).exp() as usize - 1
}

/// Makes up words, all of them different, and the more frequent ones shorter.
fn vocabulary(rng: &mut Rng) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut words = Vec::with_capacity(VOCABULARY);
    while words.len() < VOCABULARY {
        let syllables = 1 + words.len().max(1).ilog(PER_SYLLABLE);
        let word: String = (0..syllables).map(|_| syllable(rng)).collect();
        if seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn syllable(rng: &mut Rng) -> String {
    let vowels = if rng.u8(..60) == 0 { OTHERS } else { VOWELS };
    let [onset, vowel, coda] = [&ONSETS[..], &vowels, &CODAS].map(|parts| rng.choice(parts));
    [onset, vowel, coda].into_iter().flatten().copied().collect()
}

/// Checks that the text fits on the disk, before any of it is written.
fn check_room(folder: &Path, needed: u64) -> Result<()> {
    // If the free space isn't known, writing will tell.
    let Some(room) = capacity::room_on_disk(folder) else { return Ok(()) };
    anyhow::ensure!(
        needed <= room,
        "a text of {} has no room in {}, where {} are left",
        bytes(needed),
        folder.display(),
        bytes(room)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(bytes: u64, seed: u64) -> Vec<u8> {
        let made = Made::write(bytes, seed).expect("a text can be made");
        std::fs::read(made.path()).expect("it can be read")
    }

    #[test]
    fn the_text_has_the_size_and_follows_from_the_seed() {
        for bytes in [0, 1, 2, 71, 72, 100, 10_000] {
            assert_eq!(made(bytes, 0).len() as u64, bytes);
        }
        assert_eq!(made(1000, 7), made(1000, 7));
        assert_ne!(made(1000, 7), made(1000, 8));
    }

    #[test]
    fn words_are_as_frequent_as_zipf_says() {
        let mut rng = Rng::with_seed(0);
        let mut times = vec![0_u32; VOCABULARY];
        (0..1_000_000).for_each(|_| times[rank(&mut rng)] += 1);
        // ln((n + 1) / n) / ln(30,000) of a million.
        for (rank, expected) in [(0, 67_237), (1, 39_332), (9, 9_245), (99, 965)] {
            let drawn = times[rank];
            assert!(drawn.abs_diff(expected) < expected / 5, "{rank}: {drawn}");
        }
    }
}
