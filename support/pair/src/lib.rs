//! What every pair of a wrong and a right way shares: it says what is about to run, asks for a
//! prediction, runs both ways, and shows what each of them did.
//!
//! The ways themselves are in the pair's own `wrong.rs` and `right.rs`. They mark what should show
//! in the timeline as a [`Unit`].

mod figures;
mod guess;
mod output;
mod table;
mod usage;

use std::{
    error::Error,
    process::ExitCode,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

pub use guess::Choice;
use guess::Guess;
use output::say;
pub use timeline::unit::{self, Unit};

/// The most lanes of a timeline.
const LANES: usize = 5;

/// One showing of a pair.
#[derive(Debug)]
pub struct Stage {
    /// What one unit of work is called.
    unit: &'static str,
    asks: bool,
    /// Whether it prints figures in JSON, and nothing else.
    json: bool,
    guess: Option<Guess>,
}

/// What became of one way.
#[derive(Debug)]
pub struct Ran<T> {
    /// What it returned.
    pub value: T,
    /// How long it took.
    pub wall: Duration,
    /// The most units that were in flight at once.
    pub peak_in_flight: usize,
}

/// Shows a pair as a program: `about` says in two lines what is about to run, `unit` is what one
/// unit of work is called in the timeline, and `show` asks, runs and concludes.
///
/// `--no-ask` runs both ways without a question, and `--json` prints nothing but figures (see
/// [`Stage::wants_only`]). The exit status is 0, 1 if `show` fails, and 2 if the arguments are wrong.
pub fn show(
    about: &str,
    unit: &'static str,
    show: impl FnOnce(&mut Stage) -> Result<(), Box<dyn Error>>,
) -> ExitCode {
    let (no_ask, json) = match usage::read() {
        Ok(usage::Usage::Show { no_ask, json }) => (no_ask, json),
        Ok(usage::Usage::Help) => {
            say(&usage::help(about));
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            output::complain(&format!("error: {error}; try --help"));
            return ExitCode::from(2);
        }
    };
    if !json {
        say(about);
        timeline::record();
    }
    let asks = !no_ask && !json && guess::somebody_is_there();
    let mut stage = Stage { unit, asks, json, guess: None };
    match show(&mut stage) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

impl Stage {
    /// Asks for a prediction, if there is a terminal to ask at.
    pub fn ask(&mut self, question: &'static str, choices: [&'static str; 3]) {
        if self.asks {
            self.guess = guess::ask(question, choices);
        }
    }

    /// Runs one way to its end, and draws what it did.
    pub fn run<T>(&mut self, label: &str, way: impl FnOnce() -> T) -> Ran<T> {
        self.begin(label);
        let start = Instant::now();
        let value = way();
        self.end(start, value)
    }

    /// Runs one way on a thread of its own, and waits no longer for it than that: a deadlock is not
    /// the end of the program. `None` if it has not ended; its threads then stay as they are.
    pub fn run_within<T: Send + 'static>(
        &mut self,
        label: &str,
        patience: Duration,
        way: impl FnOnce() -> T + Send + 'static,
    ) -> Ran<Option<T>> {
        self.begin(label);
        let start = Instant::now();
        let value = within(patience, way);
        if value.is_none() && !self.json {
            say(&format!("It has not ended after {}, and is left alone.", seconds(patience)));
        }
        self.end(start, value)
    }

    fn begin(&self, label: &str) {
        if !self.json {
            say(&format!("\n== {label}"));
            // What an earlier way left behind is not this one's.
            drop(timeline::take_events());
        }
        unit::forget_peak();
    }

    fn end<T>(&self, start: Instant, value: T) -> Ran<T> {
        let wall = start.elapsed();
        if !self.json {
            let recorded = timeline::recorded().until_now();
            say(recorded.draw_lanes(self.unit, LANES).trim_end());
        }
        Ran { value, wall, peak_in_flight: unit::peak() }
    }

    /// Whether the figures that tell both ways apart are all that was asked for, with `--json`. Then
    /// this has printed them, and there is nothing left to do.
    #[must_use]
    pub fn wants_only(&self, figures: &[(&str, f64)]) -> bool {
        if self.json {
            say(&figures::json(figures));
        }
        self.json
    }

    /// Shows what was measured as a table, whose first row is its head.
    pub fn contrast<const COLUMNS: usize>(&mut self, rows: &[[String; COLUMNS]]) {
        say("");
        say(&table::aligned(rows));
    }

    /// Says which choice the measurement confirms, beside the reader's own, and why it is so.
    pub fn conclude(&mut self, confirmed: Choice, why: &str) {
        say("");
        if let Some(guess) = &self.guess {
            say(&guess.beside(confirmed));
        }
        say(why);
    }
}

/// Runs something on a thread of its own. `None` if it has not ended after this time; then it is
/// left alone.
///
/// # Panics
/// It panicked.
pub fn within<T: Send + 'static>(
    patience: Duration,
    run: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    // Whoever waits may have given up by then.
    let thread = thread::spawn(move || drop(sender.send(run())));
    match receiver.recv_timeout(patience) {
        Ok(value) => Some(value),
        Err(mpsc::RecvTimeoutError::Timeout) => None,
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("what has ended without a panic has sent its value"),
        },
    }
}

/// A duration as these programs print it: `0.050 s`.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_given_up() {
        assert_eq!(within(Duration::from_millis(10), || thread::sleep(Duration::MAX)), None);
        assert_eq!(within(Duration::from_mins(1), || 7), Some(7));
    }

    #[test]
    #[should_panic(expected = "it has failed")]
    fn a_panic_is_passed_on() {
        let _ = within(Duration::from_mins(1), || panic!("it has failed"));
    }
}
