//! Checksums files with async through `io_uring`, on the runtime compio.
//!
//! ```sh
//! cargo run --release -p files-io-uring
//! cargo run --release -p files-io-uring -- --cold --workers 1
//! ```
//!
//! Unlike *sequential*, it tells the kernel which files to open and which parts of them to read,
//! and goes on; the kernel says what is done. So a task can wait for a file as it does for a
//! socket, and one thread holds as many files in flight as the limit allows, without a pool.

#[cfg(not(target_os = "linux"))]
use anyhow::Result;
#[cfg(target_os = "linux")]
pub use ring::checksum_all;

/// Elsewhere there is no `io_uring`.
#[cfg(not(target_os = "linux"))]
pub fn checksum_all(
    _: &[files_workload::Entry],
    _: harness::Limits,
) -> Result<Vec<files_workload::Outcome>> {
    anyhow::bail!("io_uring is a part of Linux, and of no other system")
}

#[cfg(target_os = "linux")]
mod ring {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use anyhow::{Context, Result};
    use compio::{
        BufResult,
        fs::OpenOptions,
        io::AsyncReadAt,
        runtime::{ResumeUnwind, Runtime, spawn},
    };
    use files_workload::{CHUNK, Entry, Fault, Outcome, Sum, open_flags};
    use harness::{Limits, unit::Unit};

    /// Checksums all files, at most `limits.in_flight` at a time.
    pub fn checksum_all(entries: &[Entry], limits: Limits) -> Result<Vec<Outcome>> {
        let in_flight = limits.in_flight.min(entries.len());
        let workers = limits.workers.min(in_flight);
        // A task may outlive the function that spawns it, so it cannot borrow the entries.
        let (entries, next) = (Arc::<[Entry]>::from(entries), AtomicUsize::new(0));
        let next = Arc::new(next);
        let mut done = Vec::with_capacity(entries.len());
        // The kernel does the waiting, but a checksum needs a core, so there is a thread for each.
        // A ring belongs to one thread; the files in flight are shared out among them.
        thread::scope(|scope| {
            let threads: Vec<_> = (0..workers)
                .map(|worker| {
                    let tasks = in_flight / workers + usize::from(worker < in_flight % workers);
                    let (entries, next) = (entries.clone(), next.clone());
                    thread::Builder::new().spawn_scoped(scope, move || {
                        let ring = Runtime::new().context("cannot use io_uring here")?;
                        anyhow::Ok(ring.block_on(take_turns(entries, next, tasks)))
                    })
                })
                .collect::<std::io::Result<_>>()
                .context("cannot start so many threads")?;
            for thread in threads {
                done.extend(thread.join().expect("no reading panics")?);
            }
            anyhow::Ok(())
        })?;
        // They came in as the tasks finished them; the results go out in input order.
        done.sort_unstable_by_key(|&(index, _)| index);
        Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// Has as many tasks as files may be in flight read one file after the other.
    async fn take_turns(
        entries: Arc<[Entry]>,
        next: Arc<AtomicUsize>,
        tasks: usize,
    ) -> Vec<(usize, Outcome)> {
        let read = || {
            let (entries, next) = (entries.clone(), next.clone());
            spawn(async move {
                let mut done = Vec::new();
                // Every task takes the next file that none has taken yet, in whatever thread.
                while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = Unit::begin(entry.index).drive(checksum(entry)).await;
                    done.push((entry.index, outcome));
                }
                done
            })
        };
        let tasks: Vec<_> = (0..tasks).map(|_| read()).collect();
        let mut done = Vec::new();
        for task in tasks {
            done.extend(task.await.resume_unwind().expect("nobody cancels a task"));
        }
        done
    }

    async fn checksum(entry: &Entry) -> Outcome {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(open_flags());
        let file = options.open(&entry.path).await.map_err(Fault::open)?;
        if !file.metadata().await.map_err(Fault::open)?.is_file() {
            return Err(Fault::Replaced);
        }
        let mut sum = Sum::default();
        let mut chunk = Vec::with_capacity(CHUNK);
        loop {
            // The kernel writes into the chunk while the task waits, so until then it is the
            // kernel's: the call takes it, and gives it back with the result.
            chunk.clear();
            let position = sum.bytes();
            let BufResult(read, returned) = file.read_at(chunk, position).await;
            chunk = returned;
            match read.map_err(Fault::read)? {
                0 => return Ok(sum.finish()),
                read => sum.add(&chunk[..read]),
            }
        }
    }
}
