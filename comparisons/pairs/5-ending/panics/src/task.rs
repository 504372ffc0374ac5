//! What a process does that this program has started.

use std::io::{self, Write};
use std::{process, sync::mpsc::Receiver, thread};

use nix::sys::resource::{Resource::RLIMIT_CORE, setrlimit};

use crate::work::{JOBS, PANICS, check, rest};
use crate::{child, job::jobs};

/// Does the task of this process, and returns whether it has one. Some tasks are to panic.
pub(crate) fn do_task() -> bool {
    let Some(task) = child::task() else { return false };
    // An abort is to leave no core file. Where that cannot be had, it leaves one.
    let _ = setrlimit(RLIMIT_CORE, 0, 0);
    match task.as_str() {
        "abort" => process::abort(),
        "main thread" => panic_on_the_main_thread(),
        "rayon::spawn" => panic_in_a_pool(),
        job => drop(job.parse().map(|index| rest(check(index)))),
    }
    true
}

/// Does one of the jobs on the main thread, which panics.
fn panic_on_the_main_thread() {
    let (mut jobs, finished) = jobs();
    let panics = jobs.swap_remove(PANICS);
    for job in jobs {
        thread::spawn(|| job.run(|index| rest(check(index))));
    }
    thread::spawn(|| print(finished));
    panics.run(check);
}

/// Spawns the jobs into a pool of rayon's that has no handler for panics.
fn panic_in_a_pool() {
    let (jobs, finished) = jobs();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(JOBS).build().expect("threads start");
    for job in jobs {
        pool.spawn(|| _ = job.run(|index| rest(check(index))));
    }
    print(finished);
}

/// Prints a line for each job that has finished. If nobody reads it, there is no use in it.
fn print(finished: Receiver<usize>) {
    let _ = finished.iter().try_for_each(|_| writeln!(io::stdout(), "{}", child::FINISHED));
}
