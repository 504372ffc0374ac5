//! Blocking in async: a read that blocks its thread stops the tasks beside it.
//!
//! ```sh
//! cargo run --release -p blocking-in-async
//! ```

mod file;
mod meanwhile;
mod right;
#[cfg(test)]
mod tests;
mod times;
mod with_async_std;
mod with_smol;
mod with_tokio;
mod wrong;

use std::{error::Error, io, process::ExitCode};

use pair::{Choice, Stage, seconds};
use times::{LATENCY, NEIGHBOURS, TICK};

const ABOUT: &str = "\
A task reads a file, which blocks for 200 ms. Beside it, three tasks tick every 10 ms. One thread
runs them all. First the task reads by itself, then on a thread for blocking calls.";

fn main() -> ExitCode {
    pair::show(ABOUT, "task", |stage| {
        let due = NEIGHBOURS * usize::try_from(LATENCY.as_millis() / TICK.as_millis())?;

        stage.ask(
            "60 ticks are due while tokio's task reads by itself. How many come?",
            ["about 60: the other tasks go on", "about 20: they take turns", "none"],
        );
        let (ticks, wrong) =
            run(stage, "wrong: tokio, in the task", || with_tokio::run(1, wrong::on_tokio))?;
        let (pool_ticks, right) =
            run(stage, "right: tokio, spawn_blocking", || with_tokio::run(1, right::on_tokio))?;
        if stage.wants_only(&[
            ("ticks-due", due as f64),
            ("wrong-missed", due.saturating_sub(ticks) as f64),
            ("right-came", pool_ticks as f64),
        ]) {
            return Ok(());
        }
        let (_, both) = run(stage, "wrong, too: tokio, two reads on two threads", || {
            with_tokio::run(2, wrong::on_tokio)
        })?;
        let (_, smol) = run(stage, "wrong: smol, in the task", || with_smol::run(wrong::on_smol))?;
        let (_, unblocked) = run(stage, "right: smol, unblock", || with_smol::run(right::on_smol))?;
        let (_, async_std) = run(stage, "wrong: async-std, in the task", || {
            with_async_std::run(wrong::on_async_std)
        })?;
        let (_, spawned) = run(stage, "right: async-std, spawn_blocking", || {
            with_async_std::run(right::on_async_std)
        })?;

        let head = ["", "wall", "ticks meanwhile"].map(str::to_owned);
        stage.contrast(&[head, wrong, right, both, smol, unblocked, async_std, spawned]);
        let confirmed = match ticks {
            0 => Choice::C,
            few if few < due * 2 / 3 => Choice::B,
            _ => Choice::A,
        };
        stage.conclude(
            confirmed,
            &format!(
                "{ticks} of about {due} ticks came, and {pool_ticks} when the read was on another \
                 thread: a task keeps its\nthread until it awaits, even while a blocking call only \
                 waits there."
            ),
        );
        Ok(())
    })
}

/// How often the neighbours ticked, and that as a row.
fn run(
    stage: &mut Stage,
    label: &str,
    way: impl FnOnce() -> io::Result<usize>,
) -> Result<(usize, [String; 3]), Box<dyn Error>> {
    let ran = stage.run(label, way);
    let ticks = ran.value?;
    let (_, label) = label.split_once(": ").unwrap_or_default();
    Ok((ticks, [label.to_owned(), seconds(ran.wall), ticks.to_string()]))
}
