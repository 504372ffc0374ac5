//! A task that reads and tasks that tick, on smol.

use std::io;

use smol::Timer;

use crate::{
    file::SlowFile,
    meanwhile::Meanwhile,
    times::{NEIGHBOURS, TICK},
};

/// Runs a reader, and some tasks beside it. Returns how often these ticked.
pub(crate) fn run<R>(read: fn(SlowFile) -> R) -> io::Result<usize>
where
    R: Future<Output = io::Result<String>> + Send + 'static,
{
    let meanwhile = Meanwhile::beside(1);
    // smol has one thread for tasks, unless SMOL_THREADS says otherwise.
    smol::block_on(async {
        let tick = |i| smol::spawn(meanwhile.clone().tick(1 + i, || Timer::after(TICK)));
        let neighbours: Vec<_> = (0..NEIGHBOURS).map(tick).collect();
        smol::spawn(read(SlowFile { task: 0, meanwhile: meanwhile.clone() })).await?;
        for neighbour in neighbours {
            neighbour.await;
        }
        Ok(meanwhile.ticks())
    })
}
