//! Lock order: two transfers in opposite directions, and the locks of two accounts.
//!
//! ```sh
//! cargo run --release -p lock-order
//! ```

mod bank;
mod job;
mod one_lock;
mod right;
#[cfg(test)]
mod tests;
mod try_lock;
mod wrong;

use std::{
    process::ExitCode,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use bank::Bank;
use job::{BALANCES, Transfer, both};
use pair::{Choice, Stage, seconds};

const ABOUT: &str = "\
Two transfers in opposite directions begin at the same moment, each on a thread of its own.
Each locks the account that pays, then the one that is paid; then both lock in one order.";

/// Every way that ends has ended long before.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    pair::show(ABOUT, "transfer", |stage| {
        stage.ask(
            "Each thread holds one lock and asks for the other's. What does `lock` do?",
            [
                "it lets one of them pass, then the other",
                "it fails in one of them, by an error or a panic",
                "it waits in both of them, forever",
            ],
        );
        let accounts = || Bank::new(BALANCES);
        let wrong = way(stage, "wrong: payer first", accounts(), wrong::transfer);
        let right = way(stage, "right: lower account first", accounts(), right::transfer);
        if stage.wants_only(&[
            ("wrong-undone", (2 - wrong.done) as f64),
            ("right-done", right.done as f64),
        ]) {
            return Ok(());
        }
        let try_lock = way(stage, "also: give back and try again", accounts(), try_lock::transfer);
        let all = Bank::new([BALANCES]);
        let one_lock = way(stage, "also: one lock for both", all, one_lock::transfer);

        let head = ["", "wall", "transfers done", "locks given back"].map(str::to_owned);
        let ways = [&wrong, &right, &try_lock, &one_lock].map(Outcome::row);
        stage.contrast(&[&[head], &ways[..]].concat());
        let confirmed = match (wrong.wall, wrong.done) {
            (None, _) => Choice::C,
            (Some(_), 2) => Choice::A,
            (Some(_), _) => Choice::B,
        };
        stage.conclude(
            confirmed,
            &format!(
                "In two orders, {} of 2 transfers were done, and in one order {}: there a thread that \
                 waits\nfor a lock never holds one that comes later in the order.",
                wrong.done, right.done
            ),
        );
        Ok(())
    })
}

/// What became of one way.
struct Outcome {
    label: String,
    /// How long it took; nothing if it did not end.
    wall: Option<Duration>,
    done: usize,
    given_back: usize,
}

/// Has both transfers made in one way.
fn way<T: Default + Send + 'static>(
    stage: &mut Stage,
    label: &str,
    bank: Bank<T>,
    transfer: Transfer<T>,
) -> Outcome {
    let bank = Arc::new(bank);
    let shared = Arc::clone(&bank);
    let ran = stage.run_within(label, PATIENCE, move || both(&shared, transfer));
    Outcome {
        label: label.split_once(": ").map_or(label, |(_, way)| way).to_owned(),
        wall: ran.value.map(|()| ran.wall),
        done: bank.done.load(Relaxed),
        given_back: bank.refused.load(Relaxed),
    }
}

impl Outcome {
    fn row(&self) -> [String; 4] {
        [
            self.label.clone(),
            self.wall.map_or_else(|| "never ended".to_owned(), seconds),
            self.done.to_string(),
            self.given_back.to_string(),
        ]
    }
}
