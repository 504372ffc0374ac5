//! Processes are told to stop by a closed pipe or a signal, or are killed.

use std::{
    io::{self, BufRead, BufReader},
    path::Path,
    process::Child,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pair::Unit;

use crate::{child, job::WORKERS, spawn};

/// How a process is stopped.
#[derive(Clone, Copy)]
pub(crate) enum By {
    ClosedPipe,
    Signal(Signal),
}

/// Has workers write files, and stops them. Returns how long that took.
pub(crate) fn run(folder: &Path, by: By, in_place: bool) -> io::Result<Duration> {
    let spawn = |worker| Ok((spawn::spawn(folder, worker, in_place)?, Unit::begin(worker)));
    let mut workers = (0..WORKERS).map(spawn).collect::<io::Result<Vec<(Child, Unit)>>>()?;
    for (worker, _) in &mut workers {
        let lines = BufReader::new(worker.stdout.take().expect("it is a pipe")).lines();
        lines.map_while(Result::ok).find(|line| line.ends_with(child::BUSY));
    }
    let told = Instant::now();
    for (worker, _) in &mut workers {
        match by {
            By::ClosedPipe => drop(worker.stdin.take()),
            By::Signal(signal) => kill(Pid::from_raw(worker.id().cast_signed()), signal)?,
        }
    }
    for (mut worker, unit) in workers {
        // It also keeps the child from staying as a zombie.
        worker.wait()?;
        drop(unit);
    }
    Ok(told.elapsed())
}
