//! The time of a switch: a token goes round a ring, and whoever has not got it waits.
//!
//! In a ring of k there are k links. The one that measures is a station of the ring itself, so that
//! k threads take part, or k tasks, or k processes. In a ring of two the token goes to and fro.

use std::{sync::mpsc, thread, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use harness::capacity;

use super::{
    link::{self, AsyncGive, AsyncTake, Give, Make, Take},
    runtime::{AsyncStd, Runtime, Smol, Tokio},
    stopwatch::time_of_one,
    threads::SMALL_STACK,
};
use crate::{
    price::Kind,
    roles::{self, Role},
};

/// What a broken ring means: a station has ended.
const BROKEN: &str = "the token got lost";

/// The time from one station to the next over pipes, in nanoseconds.
pub(super) fn time_over_pipes(kind: Kind, ring: usize, batch: Duration) -> Result<f64> {
    // Two ends for each.
    capacity::for_open_files(ring.saturating_mul(2))?;
    match kind {
        Kind::Thread => of_threads(ring, link::pipe, batch),
        Kind::Process => of_processes(ring, batch),
        Kind::Tokio => of_tasks::<Tokio, _, _>(ring, link::tokio_pipe, batch),
        Kind::AsyncStd => of_tasks::<AsyncStd, _, _>(ring, link::async_io_pipe, batch),
        Kind::Smol => of_tasks::<Smol, _, _>(ring, link::async_io_pipe, batch),
        other => bail!("no ring of pipes is made of a {}", other.one()),
    }
}

/// The time from one station to the next over channels that hold one token, in nanoseconds.
pub(super) fn time_over_channels(kind: Kind, ring: usize, batch: Duration) -> Result<f64> {
    match kind {
        Kind::Thread => of_threads(ring, || Ok(mpsc::sync_channel(1)), batch),
        Kind::Crossbeam => of_threads(ring, || Ok(crossbeam_channel::bounded(1)), batch),
        Kind::Tokio => of_tasks::<Tokio, _, _>(ring, || Ok(tokio::sync::mpsc::channel(1)), batch),
        Kind::AsyncStd => {
            of_tasks::<AsyncStd, _, _>(ring, || Ok(async_std::channel::bounded(1)), batch)
        }
        Kind::Smol => of_tasks::<Smol, _, _>(ring, || Ok(smol::channel::bounded(1)), batch),
        other => bail!("no ring of channels is made of a {}", other.one()),
    }
}

/// The links of a ring, taken apart: the end into which the one that measures gives the token, the
/// two ends of every other station, and the end from which the token comes back.
struct Ring<G, T> {
    first: G,
    stations: Vec<(T, G)>,
    last: T,
}

impl<G, T> Ring<G, T> {
    /// At least one link long.
    fn of(links: usize, make: Make<G, T>) -> Result<Self> {
        let (first, mut last) = make()?;
        let mut stations = Vec::with_capacity(links - 1);
        for _ in 1..links {
            let (give, take) = make()?;
            stations.push((last, give));
            last = take;
        }
        Ok(Self { first, stations, last })
    }
}

fn of_threads<G: Give, T: Take>(ring: usize, make: Make<G, T>, batch: Duration) -> Result<f64> {
    capacity::for_threads(ring)?;
    let Ring { mut first, stations, mut last } = Ring::of(ring, make)?;
    for (mut take, mut give) in stations {
        // A thread ends as soon as one of its neighbours has, and thus all do when `first` is
        // dropped. Nobody needs to wait for that.
        let station = move || while take.take() && give.give() {};
        let thread = thread::Builder::new().stack_size(SMALL_STACK).spawn(station);
        thread.context("cannot start a thread")?;
    }
    let round = time_of_one(batch, |rounds| {
        for _ in 0..rounds {
            ensure!(first.give() && last.take(), BROKEN);
        }
        Ok(())
    });
    Ok(round? / ring as f64)
}

fn of_processes(ring: usize, batch: Duration) -> Result<f64> {
    capacity::for_processes(ring)?;
    let Ring { mut first, stations, mut last } = Ring::of(ring, link::pipe)?;
    let mut processes = Vec::with_capacity(ring);
    for (take, give) in stations {
        // Here this process gives up its own copies of the two ends, so that a process which ends
        // is noticed by its neighbours.
        let process = roles::command(Role::HandOn)?.stdin(take).stdout(give).spawn();
        processes.push(process.context("cannot start a process")?);
    }
    let round = time_of_one(batch, |rounds| {
        for _ in 0..rounds {
            ensure!(first.give() && last.take(), BROKEN);
        }
        Ok(())
    });
    drop(first);
    for mut process in processes {
        process.wait()?;
    }
    Ok(round? / ring as f64)
}

fn of_tasks<R, G, T>(ring: usize, make: Make<G, T>, batch: Duration) -> Result<f64>
where
    R: Runtime,
    G: AsyncGive,
    T: AsyncTake,
{
    R::start()?;
    // In a task, since a pipe of tokio's is made where tokio runs.
    let Ring { first, stations, last } = R::run(async move { Ring::of(ring, make) })?;
    for (mut take, mut give) in stations {
        let station = R::spawn(async move { while take.take().await && give.give().await {} });
        // Where to drop a task's handle would cancel it, it is kept for good.
        std::mem::forget(station);
    }
    let mut ends = Some((first, last));
    let round = time_of_one(batch, |rounds| {
        let (mut first, mut last) = ends.take().context(BROKEN)?;
        ends = R::run(async move {
            for _ in 0..rounds {
                if !(first.give().await && last.take().await) {
                    return None;
                }
            }
            Some((first, last))
        });
        ends.is_some().then_some(()).context(BROKEN)
    });
    Ok(round? / ring as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_closes() {
        let Ring { mut first, mut stations, mut last } =
            Ring::of(3, || Ok(mpsc::sync_channel(1))).expect("channels can always be made");
        assert_eq!(stations.len(), 2);
        assert!(first.give());
        for (take, give) in &mut stations {
            assert!(take.take() && give.give());
        }
        assert!(last.take());
        drop(first);
        assert!(!stations[0].0.take(), "whoever has no neighbour is told");
    }
}
