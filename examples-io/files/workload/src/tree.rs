//! The example's own tree, and the list of files in any tree.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use fastrand::Rng;
use harness::{capacity, interrupt::remove_on_interrupt, words::bytes};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tempfile::TempDir;

use crate::shown::shown;

/// One regular file: the unit of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the input, from 0.
    pub index: usize,
    /// Where it is.
    #[serde(serialize_with = "send_path", deserialize_with = "receive_path")]
    pub path: PathBuf,
}

/// Serde sends a path only if it is UTF-8; this sends any name that the system allows.
fn send_path<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    path.as_os_str().serialize(to)
}

fn receive_path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    OsString::deserialize(from).map(PathBuf::from)
}

/// What is in a tree.
#[derive(Debug, Default)]
pub struct List {
    /// The regular files, in path order.
    pub entries: Vec<Entry>,
    /// The folders that cannot be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
    /// The size of all files together, in bytes.
    pub bytes: u64,
}

impl List {
    /// Lists the regular files below a folder. Links are not followed; pipes, sockets and devices
    /// are left out.
    ///
    /// # Errors
    /// The folder itself cannot be read. Unreadable folders below it are listed as such.
    pub fn of(root: &Path) -> Result<Self> {
        let mut list = Self::default();
        let mut paths = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            if let Err(error) = list.add(&folder, &mut paths, &mut folders) {
                if folder == root {
                    return Err(error).with_context(|| format!("cannot list {}", shown(root)));
                }
                list.unreadable.push((folder, format!("cannot list it: {error}")));
            }
        }
        paths.sort_unstable();
        let entries = paths.into_iter().enumerate();
        list.entries = entries.map(|(index, path)| Entry { index, path }).collect();
        Ok(list)
    }

    /// Adds the files and folders directly in a folder.
    fn add(
        &mut self,
        folder: &Path,
        paths: &mut Vec<PathBuf>,
        folders: &mut Vec<PathBuf>,
    ) -> std::io::Result<()> {
        for child in fs::read_dir(folder)? {
            let child = child?;
            let kind = child.file_type()?;
            if kind.is_dir() {
                folders.push(child.path());
            } else if kind.is_file() {
                // The size is only for the headline. If the file is gone by now, reading it will
                // report that.
                self.bytes += child.metadata().map_or(0, |metadata| metadata.len());
                paths.push(child.path());
            }
        }
        Ok(())
    }
}

/// The properties of the example's own tree.
#[derive(Clone, Copy, Debug)]
pub struct TreeOptions {
    /// The seed of the sizes and the contents.
    pub seed: u64,
    /// How many files it has.
    pub files: u64,
    /// The average size of a file, in bytes.
    pub average: u64,
}

/// The example's own tree, in a temporary folder that is removed when this is dropped.
#[derive(Debug)]
pub struct Tree(TempDir);

/// How much of a file is written at a time, in bytes.
const CHUNK: usize = 64 * 1024;
/// The files in one folder of the tree.
const PER_FOLDER: usize = 50;
/// The standard deviation of the logarithm of a file's size. With it the median is a third of the
/// mean, and a tenth of the files hold more than half of the bytes. Sizes on real disks spread
/// wider still (Agrawal, Bolosky, Douceur and Lorch, *A Five-Year Study of File-System Metadata*,
/// 2007), but then a tree of a few thousand files would be one or two large ones.
const SPREAD: f64 = 1.5;
/// The largest size, as a multiple of the average.
const LARGEST: u64 = 16;
/// One file in this many is empty.
const EMPTY: u64 = 50;

impl Tree {
    /// Makes a tree in the system's folder for temporary files.
    ///
    /// # Errors
    /// It cannot be written, or there is no room for it.
    pub fn make(options: &TreeOptions) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("meanwhile-files-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        remove_on_interrupt(folder.path());
        let mut rng = Rng::with_seed(options.seed);
        let sizes = sizes(options, &mut rng);
        check_room(folder.path(), sizes.iter().sum())?;
        let mut chunk = vec![0; CHUNK];
        for (number, files) in sizes.chunks(PER_FOLDER).enumerate() {
            let folder = folder.path().join(format!("{number:04}"));
            fs::create_dir(&folder).with_context(|| cannot_write(&folder))?;
            for (number, &size) in files.iter().enumerate() {
                let path = folder.join(format!("{number:02}"));
                write(&path, size, &mut chunk, &mut rng).with_context(|| cannot_write(&path))?;
            }
        }
        Ok(Self(folder))
    }

    /// The folder that it lies in.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.0.path()
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", shown(path))
}

fn write(path: &Path, size: u64, chunk: &mut [u8], rng: &mut Rng) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    let mut left = size;
    while left > 0 {
        let length = usize::try_from(left).map_or(chunk.len(), |left| left.min(chunk.len()));
        rng.fill(&mut chunk[..length]);
        file.write_all(&chunk[..length])?;
        left -= length as u64;
    }
    Ok(())
}

/// The sizes of the files: log-normal, as those on disks roughly are.
fn sizes(options: &TreeOptions, rng: &mut Rng) -> Vec<u64> {
    let drawn: Vec<f64> = (0..options.files)
        .map(|_| if rng.u64(..EMPTY) == 0 { 0.0 } else { (SPREAD * normal(rng)).exp() })
        .collect();
    // Scaled so that the average is the requested one, even for a few files.
    let total: f64 = drawn.iter().sum();
    let scale = (options.average * options.files) as f64 / total.max(f64::MIN_POSITIVE);
    let largest = options.average * LARGEST;
    drawn.into_iter().map(|size| whole(size * scale).min(largest)).collect()
}

/// A number from the standard normal distribution (Box and Muller, 1958).
fn normal(rng: &mut Rng) -> f64 {
    // 1 - f64() lies above 0, where the logarithm is finite.
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are positive, and the conversion saturates"
)]
fn whole(size: f64) -> u64 {
    size.round() as u64
}

/// Checks that the tree fits on the disk, before any of it is written.
fn check_room(folder: &Path, needed: u64) -> Result<()> {
    // If the room is unknown, writing will tell.
    let Some(room) = capacity::room_on_disk(folder) else { return Ok(()) };
    anyhow::ensure!(
        needed <= room,
        "the tree needs {}, and there are {} left for {}",
        bytes(needed),
        bytes(room),
        shown(folder)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64, files: u64, average: u64) -> Vec<u64> {
        sizes(&TreeOptions { seed, files, average }, &mut Rng::with_seed(seed))
    }

    #[test]
    fn the_sizes_spread_as_they_are_said_to() {
        let mut sizes = drawn(0, 2000, 65_536);
        sizes.sort_unstable();
        let total: u64 = sizes.iter().sum();
        assert!((115_000_000..=131_072_000).contains(&total), "{total}");
        assert_eq!(*sizes.first().expect("there are some"), 0);
        assert_eq!(*sizes.last().expect("there are some"), 1 << 20);
        let median = sizes[1000];
        assert!((16_000..28_000).contains(&median), "{median}");
        let largest: u64 = sizes[1800..].iter().sum();
        assert!(largest * 2 > total * 9 / 10, "{largest} of {total}");
    }

    #[test]
    fn few_files_and_empty_ones_are_drawn_too() {
        assert!(drawn(0, 0, 65_536).is_empty());
        assert_eq!(drawn(0, 10, 0), [0; 10]);
        for seed in 0..200 {
            let [size] = drawn(seed, 1, 1000)[..] else { panic!("one was asked for") };
            assert!(size == 0 || size == 1000, "{size}");
        }
    }

    #[test]
    fn the_seed_decides_what_is_in_the_tree() {
        let contents = |seed| {
            let options = TreeOptions { seed, files: 60, average: 100 };
            let tree = Tree::make(&options).expect("a tree can be made");
            let list = List::of(tree.root()).expect("it can be listed");
            assert_eq!(list.entries.len(), 60);
            assert!(list.entries.is_sorted_by(|a, b| a.path < b.path && a.index < b.index));
            let read = |entry: &Entry| fs::read(&entry.path).expect("it can be read");
            list.entries.iter().map(read).collect::<Vec<_>>()
        };
        assert_eq!(contents(1), contents(1));
        assert_ne!(contents(1), contents(2));
    }
}
