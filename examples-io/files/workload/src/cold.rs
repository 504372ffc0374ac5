//! Makes files cold: evicts their contents from the system's page cache, so that reading them means
//! waiting for the disk.
//!
//! `posix_fadvise` with `POSIX_FADV_DONTNEED` asks the kernel to drop a file's pages. It keeps
//! pages that
//! - are dirty (changed but not yet written), so they are written to the disk first;
//! - some process has mapped into its memory, such as a running program;
//! - are being read or written at that moment;
//! - have no disk behind them, as in a tmpfs; this is refused below, since nothing would be
//!   evicted.
//!
//! Only the contents are evicted: names and sizes stay in the kernel's memory, and the disk or the
//! host of a virtual machine has its own cache.

use anyhow::Result;

use crate::tree::Entry;

/// Evicts the files from the page cache.
///
/// A file that cannot be opened is skipped here; the run will report it.
#[cfg(target_os = "linux")]
pub(crate) fn evict(entries: &[Entry]) -> Result<()> {
    use std::{collections::HashSet, fs::File, os::unix::fs::MetadataExt};

    use anyhow::{Context, ensure};
    use nix::{
        fcntl::{PosixFadviseAdvice::POSIX_FADV_DONTNEED, posix_fadvise},
        sys::statfs::{TMPFS_MAGIC, fstatfs},
        unistd::syncfs,
    };

    use crate::shown::shown;

    let mut synced = HashSet::new();
    for entry in entries {
        let Ok(file) = File::open(&entry.path) else { continue };
        let failed = || format!("cannot evict {} from the page cache", shown(&entry.path));
        // One call per file system writes all dirty pages together. A call per file would wait for
        // the disk each time.
        if synced.insert(file.metadata().with_context(failed)?.dev()) {
            ensure!(
                fstatfs(&file).with_context(failed)?.filesystem_type() != TMPFS_MAGIC,
                "{} lies in memory (tmpfs), where nothing can be evicted; the example's own tree \
                 is made in the folder that TMPDIR names",
                shown(&entry.path)
            );
            syncfs(&file).with_context(failed)?;
        }
        // Length 0 means: to the end of the file.
        posix_fadvise(&file, 0, 0, POSIX_FADV_DONTNEED).with_context(failed)?;
    }
    Ok(())
}

/// Other systems have no such call.
#[cfg(not(target_os = "linux"))]
pub(crate) fn evict(_: &[Entry]) -> Result<()> {
    anyhow::bail!("--cold works on Linux only")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{fs, thread, time::Duration};

    use super::*;
    use crate::{List, Tree, TreeOptions, checksum};

    /// How many bytes this process has had fetched from a disk (proc(5), `/proc/pid/io`).
    fn fetched() -> u64 {
        let io = fs::read_to_string("/proc/thread-self/io").expect("Linux counts what is read");
        let line = io.lines().find_map(|line| line.strip_prefix("read_bytes: "));
        line.expect("it counts these too").parse().expect("it is a number")
    }

    #[test]
    fn evicted_files_come_from_the_disk_and_others_do_not() {
        let tree = Tree::make(&TreeOptions { seed: 0, files: 20, average: 100_000 });
        let tree = tree.expect("a tree can be made");
        let list = List::of(tree.root()).expect("it can be listed");
        let read = || {
            let before = fetched();
            assert!(list.entries.iter().all(|entry| checksum(entry).is_ok()));
            fetched() - before
        };
        assert_eq!(read(), 0, "what was just written is in the cache");
        match evict(&list.entries) {
            Err(error) if error.to_string().contains("tmpfs") => {
                eprintln!("skipped: {error}");
                return;
            }
            result => result.expect("files can be evicted"),
        }
        // Pages may be in use for a moment longer; there is no way to wait for that.
        thread::sleep(Duration::from_millis(50));
        let fetched = read();
        assert!(fetched * 10 > list.bytes * 9, "{fetched} of {} bytes", list.bytes);
        assert_eq!(read(), 0, "what was just read is in the cache");
    }
}
