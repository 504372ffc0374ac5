//! A shared counter: correct, and slower with every worker.
//!
//! ```sh
//! cargo run --release -p shared-counter
//! ```

mod atomic;
mod neighbours;
mod padded;
mod right;
#[cfg(test)]
mod tests;
mod workers;
mod wrong;

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use pair::{Choice, Stage, seconds};

const ABOUT: &str = "\
Ten million increments, done by one worker and then shared among a worker per core.
First they share one counter, at last each has its own and the counts are added at the end.";

const INCREMENTS: u64 = 10_000_000;

/// More workers than that would show the same.
const MOST_WORKERS: usize = 8;

fn main() -> ExitCode {
    pair::show(ABOUT, "worker", |stage| {
        let workers = thread::available_parallelism()?.get().clamp(2, MOST_WORKERS);

        stage.ask(
            "The counter is behind a mutex. Instead of one worker, there is one per core. The time",
            ["shrinks: they share the work", "stays about the same", "grows"],
        );
        let wrong = Cost::of(stage, "wrong: one mutex", workers, wrong::count);
        if stage.wants_only(&[
            ("alone", wrong.alone.as_secs_f64()),
            ("together", wrong.together.as_secs_f64()),
        ]) {
            return Ok(());
        }
        let mut run = |label, count| Cost::of(stage, label, workers, count);
        let atomic = run("wrong, too: one atomic", atomic::count);
        let neighbours = run("wrong, too: an atomic per worker, side by side", neighbours::count);
        let padded = run("also: an atomic per worker, padded", padded::count);
        let right = run("right: a local count per worker", right::count);

        let row = |label: &str, cost: &Cost| cost.row(label, &right);
        stage.contrast(&[
            ["", "1 worker", &format!("{workers} workers"), "an increment", "right = 1"]
                .map(str::to_owned),
            row("one mutex", &wrong),
            row("one atomic", &atomic),
            row("atomics, side by side", &neighbours),
            row("atomics, padded", &padded),
            row("a local count", &right),
        ]);
        let growth = wrong.together.as_secs_f64() / wrong.alone.as_secs_f64();
        let confirmed = match growth {
            ..0.75 => Choice::A,
            0.75..1.25 => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "With {workers} workers, the mutex took {growth:.1} times as long as with one: the cores \
                 take turns at the\ncounter's cache line. Local counts took 1/{:.0} of that time, \
                 since they share nothing.",
                wrong.together.as_secs_f64() / right.together.as_secs_f64()
            ),
        );
        Ok(())
    })
}

/// How long one way took for all increments.
struct Cost {
    alone: Duration,
    together: Duration,
    /// How long a worker was at one increment, with all of them at work.
    increment: f64,
}

impl Cost {
    fn of(stage: &mut Stage, label: &str, workers: usize, count: fn(usize, u64) -> u64) -> Self {
        let start = Instant::now();
        let counted = count(1, INCREMENTS);
        let alone = start.elapsed();
        let each = INCREMENTS / workers as u64;
        let ran = stage.run(label, || count(workers, each));
        assert_eq!((counted, ran.value), (INCREMENTS, each * workers as u64), "it counts right");
        let increment = ran.wall.as_secs_f64() * 1e9 / each as f64;
        Self { alone, together: ran.wall, increment }
    }

    fn row(&self, label: &str, right: &Self) -> [String; 5] {
        [
            label.to_owned(),
            seconds(self.alone),
            seconds(self.together),
            format!("{:.1} ns", self.increment),
            format!("{:.1}", self.together.as_secs_f64() / right.together.as_secs_f64()),
        ]
    }
}
