//! The time to create one and to join it, with or without a piece of work for it.

use std::{hint::black_box, io, process::ExitStatus, thread, time::Duration};

use anyhow::{Context, Result, ensure};
use futures_util::future::join_all;
use harness::capacity;
use rayon::ThreadPoolBuilder;

use super::{
    piece::Piece,
    runtime::{AsyncStd, Runtime, Smol, Tokio},
    stopwatch::time_of_one,
    threads::{SMALL_STACK, workers},
};
use crate::{price::Kind, roles};

/// The time for one, in nanoseconds, where `at_once` of them are created before the first is
/// joined. Each does its piece of work. Where that is nothing, what is measured is all that is around
/// the work: the compiler does not know that there is none.
pub(super) fn time(kind: Kind, at_once: usize, piece: Piece, batch: Duration) -> Result<f64> {
    let round = match kind {
        Kind::Call => of_calls(at_once, piece, batch),
        Kind::TokioJoinAll => of_join_all::<Tokio>(at_once, piece, batch),
        Kind::AsyncStdJoinAll => of_join_all::<AsyncStd>(at_once, piece, batch),
        Kind::SmolJoinAll => of_join_all::<Smol>(at_once, piece, batch),
        Kind::Tokio => of_tasks::<Tokio>(at_once, piece, batch),
        Kind::AsyncStd => of_tasks::<AsyncStd>(at_once, piece, batch),
        Kind::Smol => of_tasks::<Smol>(at_once, piece, batch),
        Kind::Rayon => of_jobs(at_once, piece, batch),
        Kind::Thread => of_threads(at_once, thread::Builder::new, piece, batch),
        Kind::SmallThread => {
            of_threads(at_once, || thread::Builder::new().stack_size(SMALL_STACK), piece, batch)
        }
        Kind::Crossbeam => of_scoped_threads(at_once, piece, batch),
        Kind::Process => of_processes(at_once, piece, batch),
    };
    Ok(round? / at_once as f64)
}

/// A plain loop, in which nothing is handed to anybody.
fn of_calls(at_once: usize, piece: Piece, batch: Duration) -> Result<f64> {
    time_of_one(batch, |rounds| {
        for _ in 0..rounds * at_once {
            black_box(call(black_box(piece)));
        }
        Ok(())
    })
}

/// A function that the compiler may not put in the place of its call.
#[inline(never)]
fn call(piece: Piece) -> u64 {
    piece.work()
}

fn of_tasks<R: Runtime>(at_once: usize, piece: Piece, batch: Duration) -> Result<f64> {
    R::start()?;
    time_of_one(batch, |rounds| {
        R::run(async move {
            let mut tasks = Vec::with_capacity(at_once);
            for _ in 0..rounds {
                tasks.extend((0..at_once).map(|_| R::spawn(async move { piece.work() })));
                for task in tasks.drain(..) {
                    task.await;
                }
            }
        });
        Ok(())
    })
}

/// Futures that are no tasks: the task that joins them polls them itself, one after the other.
fn of_join_all<R: Runtime>(at_once: usize, piece: Piece, batch: Duration) -> Result<f64> {
    R::start()?;
    time_of_one(batch, |rounds| {
        R::run(async move {
            for _ in 0..rounds {
                join_all((0..at_once).map(|_| async move { piece.work() })).await;
            }
        });
        Ok(())
    })
}

fn of_jobs(at_once: usize, piece: Piece, batch: Duration) -> Result<f64> {
    let pool = ThreadPoolBuilder::new().num_threads(workers()).build()?;
    time_of_one(batch, |rounds| {
        // Inside the pool, for the reason that is given for tasks.
        pool.install(|| {
            for _ in 0..rounds {
                rayon::scope(|scope| {
                    for _ in 0..at_once {
                        scope.spawn(move |_| {
                            piece.work();
                        });
                    }
                });
            }
        });
        Ok(())
    })
}

fn of_threads(
    at_once: usize,
    builder: impl Fn() -> thread::Builder,
    piece: Piece,
    batch: Duration,
) -> Result<f64> {
    capacity::for_threads(at_once)?;
    let mut threads = Vec::with_capacity(at_once);
    time_of_one(batch, |rounds| {
        for _ in 0..rounds {
            for _ in 0..at_once {
                let thread = builder().spawn(move || piece.work());
                threads.push(thread.context("cannot start a thread")?);
            }
            for thread in threads.drain(..) {
                thread.join().expect("a thread that only computes does not panic");
            }
        }
        Ok(())
    })
}

fn of_scoped_threads(at_once: usize, piece: Piece, batch: Duration) -> Result<f64> {
    capacity::for_threads(at_once)?;
    time_of_one(batch, |rounds| {
        for _ in 0..rounds {
            // The scope joins its threads when it ends.
            let scope = crossbeam_utils::thread::scope(|scope| {
                for _ in 0..at_once {
                    scope.builder().spawn(move |_| piece.work())?;
                }
                io::Result::Ok(())
            });
            scope
                .expect("a thread that only computes does not panic")
                .context("cannot start a thread")?;
        }
        Ok(())
    })
}

fn of_processes(at_once: usize, piece: Piece, batch: Duration) -> Result<f64> {
    capacity::for_processes(at_once)?;
    let mut command = roles::command_that_works(piece)?;
    let mut processes = Vec::with_capacity(at_once);
    time_of_one(batch, |rounds| {
        for _ in 0..rounds {
            for _ in 0..at_once {
                processes.push(command.spawn().context("cannot start a process")?);
            }
            for mut process in processes.drain(..) {
                let status: ExitStatus = process.wait()?;
                ensure!(status.success(), "a process that only computes ended with {status}");
            }
        }
        Ok(())
    })
}
