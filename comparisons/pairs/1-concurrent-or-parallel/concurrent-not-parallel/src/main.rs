//! Concurrent is not parallel: tasks on one thread wait together, and compute one by one.
//!
//! ```sh
//! cargo run --release -p concurrent-not-parallel
//! ```

mod gauge;
mod job;
mod joined;
mod right;
#[cfg(test)]
mod tests;
mod threads;
mod wrong;

use std::{error::Error, io, process::ExitCode};

use job::{COMPUTING, WAITING};
use pair::{Choice, Stage, seconds};

const ABOUT: &str = "\
Four requests each wait for 100 ms, then count primes. Each is a task of its own.
First all tasks are on one thread, then on two.";

const REQUESTS: usize = 4;

/// One way to answer all requests, and what was counted meanwhile.
struct Way {
    row: [String; 4],
    wall: f64,
    waiting: usize,
    computing: usize,
}

fn main() -> ExitCode {
    pair::show(ABOUT, "request", |stage| {
        stage.ask(
            "On one thread, what do the four tasks do at the same time?",
            ["nothing: one thread, one task", "they wait", "they wait and they compute"],
        );
        let wrong = run(stage, "wrong: tasks, one thread", wrong::answer_all)?;
        let right = run(stage, "right: tasks, two threads", right::answer_all)?;
        if stage.wants_only(&[
            ("wrong-waiting", wrong.waiting as f64),
            ("wrong-computing", wrong.computing as f64),
            ("right-computing", right.computing as f64),
        ]) {
            return Ok(());
        }
        let joined = run(stage, "wrong, too: one task, two threads", joined::answer_all)?;
        let threads = run(stage, "also: four plain threads", threads::answer_all)?;

        let head = ["", "wall", "most waiting", "most computing"].map(str::to_owned);
        let confirmed = match (wrong.waiting, wrong.computing) {
            (..=1, _) => Choice::A,
            (_, ..=1) => Choice::B,
            _ => Choice::C,
        };
        let why = format!(
            "On one thread, at most {} waited at the same time, and at most {} computed: a task \
             hands the thread\nover where it awaits, and nowhere else. On two threads, at most {} \
             computed, in {:.2} of the time.",
            wrong.waiting,
            wrong.computing,
            right.computing,
            right.wall / wrong.wall
        );
        stage.contrast(&[head, wrong.row, right.row, joined.row, threads.row]);
        stage.conclude(confirmed, &why);
        Ok(())
    })
}

fn run(
    stage: &mut Stage,
    label: &str,
    answer_all: fn(usize) -> io::Result<Vec<usize>>,
) -> Result<Way, Box<dyn Error>> {
    let ran = stage.run(label, || answer_all(REQUESTS));
    ran.value?;
    let (waiting, computing) = (WAITING.take_peak(), COMPUTING.take_peak());
    let (_, label) = label.split_once(": ").unwrap_or_default();
    let row = [label.to_owned(), seconds(ran.wall), waiting.to_string(), computing.to_string()];
    Ok(Way { row, wall: ran.wall.as_secs_f64(), waiting, computing })
}
