//! Dropped handle: some runtimes let the task go on, others cancel it.
//!
//! ```sh
//! cargo run --release -p dropped-handle
//! ```

mod detached;
mod job;
mod right;
mod set;
#[cfg(test)]
mod tests;
mod with_async_std;
mod with_tokio;
mod wrong;

use std::{io, process::ExitCode, time::Duration};

use job::Disk;
use pair::{Choice, Ran, seconds};
use tokio::runtime::{Builder, Runtime};

const ABOUT: &str = "\
Five tasks each write a record, which takes 200 ms. The function that spawned them returns after
50 ms and drops their handles, unless it awaits them. The program stays until no task is left.";

const RECORDS: usize = 5;
const LATENCY: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    pair::show(ABOUT, "record", |stage| {
        let tokio = runtime()?;
        let short = runtime()?;

        stage.ask(
            "smol, async-std and tokio drop five handles each. How many of 15 records are written?",
            [
                "all 15: a handle only serves to wait",
                "10: one of the runtimes cancels its tasks",
                "none: nobody awaits the tasks",
            ],
        );
        let wrong = stage.run("wrong: smol, handles dropped", || {
            count(LATENCY, |disk| smol::block_on(wrong::save_all(RECORDS, disk)))
        });
        let right = stage.run("right: smol, handles awaited", || {
            count(LATENCY, |disk| smol::block_on(right::save_all(RECORDS, disk)))
        });
        if stage.wants_only(&[
            ("wrong-cancelled", (RECORDS - wrong.value) as f64),
            ("right-written", right.value as f64),
        ]) {
            return Ok(());
        }
        let detached = stage.run("also: smol, tasks detached", || {
            count(LATENCY, |disk| smol::block_on(detached::save_all(RECORDS, disk)))
        });
        let on_async_std = stage.run("differs: async-std, handles dropped", || {
            let save_all =
                |disk| async_std::task::block_on(with_async_std::save_all(RECORDS, disk));
            count(LATENCY, save_all)
        });
        let on_tokio = stage.run("differs: tokio, handles dropped", || {
            count(LATENCY, |disk| tokio.block_on(with_tokio::save_all(RECORDS, disk)))
        });
        let set = stage.run("wrong, too: tokio, set dropped", || {
            count(LATENCY, |disk| tokio.block_on(set::save_all(RECORDS, disk)))
        });
        let ended = stage.run("wrong, too: tokio, runtime dropped", || {
            count(LATENCY, |disk| {
                short.block_on(with_tokio::save_all(RECORDS, disk));
                // So does the end of `main`.
                drop(short);
            })
        });

        stage.contrast(&[
            ["", "wall", "written", "cancelled"].map(str::to_owned),
            row("smol, handles dropped", &wrong),
            row("smol, handles awaited", &right),
            row("smol, tasks detached", &detached),
            row("async-std, handles dropped", &on_async_std),
            row("tokio, handles dropped", &on_tokio),
            row("tokio, set dropped", &set),
            row("tokio, runtime dropped", &ended),
        ]);
        let confirmed = match (wrong.value + on_async_std.value + on_tokio.value) / RECORDS {
            0 => Choice::C,
            1 | 2 => Choice::B,
            _ => Choice::A,
        };
        stage.conclude(
            confirmed,
            &format!(
                "smol wrote {}, async-std {} and tokio {}: smol's handle owns its task, and the \
                 others' only watch it.",
                wrong.value, on_async_std.value, on_tokio.value
            ),
        );
        Ok(())
    })
}

/// A runtime of tokio with one thread, beside the one that starts it.
fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).build()
}

/// How many records are written before no task is left that could write one.
fn count(latency: Duration, save_all: impl FnOnce(Disk)) -> usize {
    let (disk, log) = Disk::new(latency);
    save_all(disk);
    log.iter().count()
}

fn row(label: &str, ran: &Ran<usize>) -> [String; 4] {
    let cancelled = RECORDS - ran.value;
    [label.to_owned(), seconds(ran.wall), ran.value.to_string(), cancelled.to_string()]
}
