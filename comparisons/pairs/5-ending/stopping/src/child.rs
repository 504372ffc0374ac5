//! A process that writes files until it is told to stop.

use std::{
    io::{self, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use crate::{file, job::jobs, spawn};

/// What it says when it is in the middle of a file.
pub(crate) const BUSY: &str = "busy";

/// Is a worker, if this process was started as one.
pub(crate) fn be_one() -> Option<io::Result<()>> {
    spawn::worker().map(write_files)
}

fn write_files(worker: usize) -> io::Result<()> {
    static STOP: AtomicBool = AtomicBool::new(false);
    // This handler of SIGTERM and Ctrl-C runs on a thread of its own.
    ctrlc::set_handler(|| STOP.store(true, Relaxed)).map_err(io::Error::other)?;
    // The pipe also ends when the parent has died without a word.
    thread::spawn(|| {
        // An error is an end, too.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        STOP.store(true, Relaxed);
    });
    let (mut jobs, busy) = jobs(Path::new("."));
    let job = jobs.swap_remove(worker);
    thread::spawn(move || busy.iter().try_for_each(|()| writeln!(io::stdout(), "{BUSY}")));
    let write = if spawn::writes_in_place() { file::write_in_place } else { file::write };
    let mut number = 0;
    while !STOP.load(Relaxed) {
        write(&job, number, number)?;
        number += 1;
    }
    Ok(())
}
