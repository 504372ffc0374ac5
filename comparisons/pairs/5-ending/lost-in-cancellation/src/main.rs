//! Lost in cancellation: a race drops a message that is half read.
//!
//! ```sh
//! cargo run --release -p lost-in-cancellation
//! ```

mod again;
mod clock;
mod everywhere;
mod job;
mod marks;
mod pinned;
mod reader;
mod right;
mod run;
mod runtime;
mod sink;
mod source;
#[cfg(test)]
mod tests;
mod wrong;

use std::process::ExitCode;

use clock::Clock;
use everywhere::{Total, everywhere};
use job::MESSAGES;
use pair::{Choice, Stage};
use run::{Arrived, run};
use runtime::{RUNTIMES, Runtime};
use sink::Sink;
use source::Source;

const ABOUT: &str = "\
A relay reads 5 messages of 8 bytes and writes them on; 2 bytes move after each wait of 2 ms. A tick
interrupts the relay once, at wait 14: message 1 has been read, and 2 of its bytes are written.";

/// Where the tick comes in the runs that are drawn.
const TICK_AT: usize = 14;

/// How one way has done.
struct Tried {
    /// With the tick that is drawn.
    drawn: Arrived,
    /// With a tick at every wait, on each runtime.
    everywhere: [Total; 3],
}

fn main() -> ExitCode {
    pair::show(ABOUT, "message", |stage| {
        stage.ask(
            "How many of the 5 messages can the receiver make sense of?",
            [
                "all 5: a dropped read leaves its bytes in the wire",
                "4: one is lost",
                "only the first",
            ],
        );
        let wrong = try_out(stage, "wrong: the race drops it all", wrong::relay);
        let right = try_out(stage, "right: what has been done stays outside", right::relay);
        if stage.wants_only(&[
            ("wrong-whole", wrong.drawn.whole as f64),
            ("right-whole", right.drawn.whole as f64),
        ]) {
            return Ok(());
        }
        let pinned = try_out(stage, "also: the same future goes on", pinned::relay);
        let reader = try_out(stage, "also: a reader that nobody races", reader::relay);
        let again = try_out(stage, "wrong, too: writes again from the start", again::relay);

        let head = ["", "messages", "ticks that harm", "bytes: tokio", "async-std", "smol"];
        stage.contrast(&[
            head.map(str::to_owned),
            row("one future does it all", &wrong),
            row("progress kept outside", &right),
            row("the same future goes on", &pinned),
            row("a reader of its own", &reader),
            row("writes again from the start", &again),
        ]);
        let confirmed = match wrong.drawn.whole {
            MESSAGES => Choice::A,
            whole if whole + 1 == MESSAGES => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "Dropped once, the future took {} bytes with it, and every later message is out of \
                 step.\nThe bytes were in a local variable: whoever drops a future drops those.",
                wrong.drawn.lost
            ),
        );
        Ok(())
    })
}

/// Runs a way once to be seen, and then with a tick at each of its waits, on each runtime.
fn try_out(
    stage: &mut Stage,
    label: &str,
    relay: impl AsyncFn(&mut Source, &mut Sink, &Clock) -> usize,
) -> Tried {
    let drawn = stage.run(label, || run(Runtime::Tokio, Runtime::timer(), TICK_AT, &relay)).value;
    Tried { drawn, everywhere: RUNTIMES.map(|runtime| everywhere(runtime, &relay)) }
}

fn row(label: &str, tried: &Tried) -> [String; 6] {
    let sum = |of: fn(&Total) -> usize| tried.everywhere.iter().map(of).sum::<usize>();
    let harm = format!("{} of {}", sum(|total| total.damaging), sum(|total| total.waits));
    let [tokio, async_std, smol] = tried.everywhere.each_ref().map(bytes);
    let whole = format!("{} of {MESSAGES}", tried.drawn.whole);
    [label.to_owned(), whole, harm, tokio, async_std, smol]
}

/// The bytes that went wrong.
fn bytes(total: &Total) -> String {
    match (total.lost, total.doubled) {
        (0, 0) => "all well".to_owned(),
        (lost, 0) => format!("{lost} lost"),
        (0, doubled) => format!("{doubled} twice"),
        (lost, doubled) => format!("{lost} lost, {doubled} twice"),
    }
}
