//! Await in a loop: twenty waits one after the other, or all at once.
//!
//! ```sh
//! cargo run --release -p await-in-a-loop
//! ```

mod job;
mod lazy;
mod right;
mod set;
mod stream;
#[cfg(test)]
mod tests;
mod wrong;

use std::process::ExitCode;

use pair::{Choice, Ran, seconds};

const ABOUT: &str = "\
Twenty pages are fetched by one task on one thread; each takes 50 ms to come.
First a loop awaits each page, then the same futures are joined and awaited together.";

const PAGES: usize = 20;

fn main() -> ExitCode {
    pair::show(ABOUT, "page", |stage| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;

        stage.ask(
            "How many times as fast are the joined futures?",
            ["just as fast: there is one thread", "about twice as fast", "about 20 times as fast"],
        );
        let wrong =
            stage.run("wrong: await in a loop", || runtime.block_on(wrong::fetch_all(PAGES)));
        let right =
            stage.run("right: join, then await", || runtime.block_on(right::fetch_all(PAGES)));
        if stage
            .wants_only(&[("wrong", wrong.wall.as_secs_f64()), ("right", right.wall.as_secs_f64())])
        {
            return Ok(());
        }
        let set = stage.run("also: a set of tasks", || runtime.block_on(set::fetch_all(PAGES)));
        let stream =
            stage.run("also: a stream, 5 in flight", || runtime.block_on(stream::fetch_all(PAGES)));
        let lazy =
            stage.run("wrong, too: no await at all", || runtime.block_on(lazy::fetch_all(PAGES)));

        stage.contrast(&[
            ["", "wall", "most in flight", "pages"].map(str::to_owned),
            row("await in a loop", &wrong),
            row("join, then await", &right),
            row("a set of tasks", &set),
            row("a stream, 5 in flight", &stream),
            row("no await at all", &lazy),
        ]);
        let ratio = wrong.wall.as_secs_f64() / right.wall.as_secs_f64();
        let confirmed = match ratio {
            ..1.5 => Choice::A,
            1.5..5.0 => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "Joined, they took 1/{ratio:.1} of the time: a future does nothing until it is \
                 polled,\nand the loop does not poll the next page before it has the last one."
            ),
        );
        Ok(())
    })
}

fn row(label: &str, ran: &Ran<Vec<usize>>) -> [String; 4] {
    [
        label.to_owned(),
        seconds(ran.wall),
        ran.peak_in_flight.to_string(),
        ran.value.len().to_string(),
    ]
}
