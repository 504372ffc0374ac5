//! Computing in async: a task that computes holds up the tasks beside it.
//!
//! ```sh
//! cargo run --release -p computing-in-async
//! ```

mod heartbeat;
mod pool;
mod primes;
mod right;
mod server;
#[cfg(test)]
mod tests;
mod wrong;
mod yielding;

use std::{error::Error, process::ExitCode, time::Duration};

use pair::{Choice, Stage};
use server::{Served, serve};

const ABOUT: &str = "\
A server with one thread has four connections that send a heartbeat every 10 ms. Another one, with
the number 0, has it count the primes below 1,000,000: in its task at first, then elsewhere.";

fn main() -> ExitCode {
    pair::show(ABOUT, "connection", |stage| {
        stage.ask(
            "How late is the worst heartbeat when the task counts by itself?",
            [
                "hardly: the runtime switches between tasks",
                "about half the time that counting takes: they share a thread",
                "about as long as counting takes",
            ],
        );
        let wrong = run(stage, "wrong: in the task", wrong::count_primes())?;
        let right = run(stage, "right: spawn_blocking", right::count_primes())?;
        let [worst, right_worst] = [&wrong, &right].map(|served| percentile(&served.late, 100));
        if stage.wants_only(&[("wrong", worst.as_secs_f64()), ("right", right_worst.as_secs_f64())])
        {
            return Ok(());
        }
        let pool = run(stage, "right, too: rayon's pool", pool::count_primes())?;
        let yielding = run(stage, "also: in the task, yielding", yielding::count_primes())?;

        let head = ["", "primes", "counting", "beats meanwhile", "median late", "99th", "worst"];
        stage.contrast(&[
            head.map(str::to_owned),
            row("in the task", &wrong),
            row("spawn_blocking", &right),
            row("rayon's pool", &pool),
            row("in the task, yielding", &yielding),
        ]);
        let confirmed = match worst.as_secs_f64() / wrong.took.as_secs_f64() {
            ..0.25 => Choice::A,
            0.25..0.75 => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "Counting took {}, and the worst heartbeat was {} late: a task keeps its\nthread \
                 until it awaits. With the counting on another thread, the worst was {} late.",
                milliseconds(wrong.took),
                milliseconds(worst),
                milliseconds(right_worst),
            ),
        );
        Ok(())
    })
}

fn run(
    stage: &mut Stage,
    label: &str,
    count: impl Future<Output = usize> + Send + 'static,
) -> Result<Served, Box<dyn Error>> {
    Ok(stage.run(label, || serve(count)).value?)
}

fn row(label: &str, served: &Served) -> [String; 7] {
    let late = |percent| milliseconds(percentile(&served.late, percent));
    let counts = [served.primes, served.meanwhile].map(|count| count.to_string());
    let [primes, meanwhile] = counts;
    let took = milliseconds(served.took);
    [label.to_owned(), primes, took, meanwhile, late(50), late(99), late(100)]
}

/// The smallest that at least so many percent do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}
