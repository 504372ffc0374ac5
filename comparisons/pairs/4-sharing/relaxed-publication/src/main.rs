//! Relaxed publication: a flag that is up before its data is there.
//!
//! ```sh
//! cargo run --release -p relaxed-publication
//! ```

mod explore;
mod fences;
mod half;
mod hardware;
mod message;
mod right;
#[cfg(test)]
mod tests;
mod wrong;

use std::{
    process::ExitCode,
    sync::atomic::Ordering::{Acquire, Relaxed, Release},
    time::Duration,
};

use message::{DATA, Message};
use pair::{Choice, Stage};

const ABOUT: &str = "\
One thread writes data and then raises a flag, another reads the flag and then the data.
Loom runs the executions that the memory model allows, then this processor tries for a second.";

/// How long this machine's processor tries, with each of two orderings.
const TIME: Duration = Duration::from_millis(500);

/// What a reader can see of the flag and the data. The last is how it should not be.
const OUTCOMES: [(bool, u32); 4] = [(false, 0), (false, DATA), (true, DATA), (true, 0)];

fn main() -> ExitCode {
    pair::show(ABOUT, "execution", |stage| {
        stage.ask(
            "All is Relaxed. Can the reader see the flag without the data?",
            [
                "no: the data is written first",
                "yes, and this processor does it now and then",
                "yes, but this processor does not do it in half a second",
            ],
        );
        let wrong = explore(stage, "wrong: Relaxed, Relaxed", wrong::publish, wrong::read);
        let half = explore(stage, "wrong, too: Release, Relaxed", half::publish, half::read);
        let right = explore(stage, "right: Release, Acquire", right::publish, right::read);
        let fences = explore(stage, "also: Relaxed with fences", fences::publish, fences::read);
        if stage.wants_only(&[
            ("wrong-early", count(&wrong, (true, 0)) as f64),
            ("right-executions", right.len() as f64),
            ("right-sound", (right.len() - count(&right, (true, 0))) as f64),
        ]) {
            return Ok(());
        }
        stage.contrast(&[
            [
                "executions found by loom",
                "no flag, no data",
                "no flag, data",
                "flag, data",
                "flag, no data",
            ]
            .map(str::to_owned),
            row("Relaxed, Relaxed", &wrong),
            row("Release, Relaxed", &half),
            row("Release, Acquire", &right),
            row("Relaxed with fences", &fences),
        ]);

        let relaxed = hardware::read(TIME, Relaxed, Relaxed);
        let released = hardware::read(TIME, Release, Acquire);
        let on_hardware = |label: &str, seen: &hardware::Seen| {
            [label.to_owned(), seen.new_flags.to_string(), seen.stale.to_string()]
        };
        stage.contrast(&[
            ["reads by this processor", "with a new flag", "flag, no data"].map(str::to_owned),
            on_hardware("Relaxed, Relaxed", &relaxed),
            on_hardware("Release, Acquire", &released),
        ]);

        let early = count(&wrong, (true, 0));
        let confirmed = match (early, relaxed.stale) {
            (0, _) => Choice::A,
            (_, 1..) => Choice::B,
            (_, 0) => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "With Relaxed, the reader saw the flag without the data in {early} of {} executions: \
                 Relaxed\norders the accesses to one atomic, and not those to two. This processor \
                 did it in {} of\n{} tries.",
                wrong.len(),
                relaxed.stale,
                relaxed.new_flags
            ),
        );
        Ok(())
    })
}

fn explore(
    stage: &mut Stage,
    label: &str,
    publish: fn(&Message),
    read: fn(&Message) -> (bool, u32),
) -> Vec<(bool, u32)> {
    stage.run(label, || explore::explore(publish, read)).value
}

/// In how many executions the reader saw this.
fn count(seen: &[(bool, u32)], outcome: (bool, u32)) -> usize {
    seen.iter().filter(|&&seen| seen == outcome).count()
}

fn row(label: &str, seen: &[(bool, u32)]) -> [String; 5] {
    let [before, between, after, early] = OUTCOMES.map(|outcome| count(seen, outcome).to_string());
    [label.to_owned(), before, between, after, early]
}
