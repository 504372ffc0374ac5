//! A lock across an await: five customers on one thread, and the mutex around the tickets.
//!
//! ```sh
//! cargo run --release -p lock-across-await
//! ```

mod async_mutex;
mod job;
mod owner;
mod right;
#[cfg(test)]
mod tests;
mod wrong;

use std::{process::ExitCode, sync::Arc, time::Duration};

use job::{ORDERS, TICKETS, Till, block_on};
use pair::{Choice, Stage, seconds};

const ABOUT: &str = "\
Five customers want one of four tickets; one thread serves them all, and a payment takes 50 ms.
First each holds the mutex around the tickets while awaiting the payment, then only before it.";

/// Every way that ends has ended long before.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    pair::show(ABOUT, "customer", |stage| {
        stage.ask(
            "All hold a std Mutex while they await their payment. How long do five customers take?",
            ["as long as one payment", "as long as four payments", "forever"],
        );
        let wrong = way(stage, "wrong: lock, await, unlock", |till| {
            block_on(wrong::sell_all(ORDERS, till))
        });
        let right = way(stage, "right: lock, unlock, await", |till| {
            block_on(right::sell_all(ORDERS, till))
        });
        if stage.wants_only(&[
            ("wrong-unpaid", (TICKETS - wrong.paid) as f64),
            ("right-paid", right.paid as f64),
        ]) {
            return Ok(());
        }
        let async_mutex = way(stage, "also: an async mutex, held", |till| {
            block_on(async_mutex::sell_all(ORDERS, till))
        });
        let owner =
            way(stage, "also: a task that owns", |till| block_on(owner::sell_all(ORDERS, till)));

        let head = ["", "wall", "payments made", "most at once"].map(str::to_owned);
        let ways = [&wrong, &right, &async_mutex, &owner].map(Outcome::row);
        stage.contrast(&[&[head], &ways[..]].concat());
        let confirmed = match (wrong.wall, wrong.most_at_once) {
            (None, _) => Choice::C,
            (Some(_), 1) => Choice::B,
            (Some(_), _) => Choice::A,
        };
        stage.conclude(
            confirmed,
            &format!(
                "With the lock held, {} of {TICKETS} payments came to an end: the next `lock` blocks \
                 the only thread,\nand a payment can end only on that thread. With the lock \
                 released, {} were made at the same time.",
                wrong.paid, right.most_at_once
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
    paid: usize,
    most_at_once: usize,
}

/// Serves all customers in one way.
fn way(
    stage: &mut Stage,
    label: &str,
    sell_all: impl FnOnce(&Till) -> Vec<bool> + Send + 'static,
) -> Outcome {
    let till = Arc::new(Till::default());
    let shared = Arc::clone(&till);
    let ran = stage.run_within(label, PATIENCE, move || sell_all(&shared));
    Outcome {
        label: label.split_once(": ").map_or(label, |(_, way)| way).to_owned(),
        wall: ran.value.map(|_| ran.wall),
        paid: till.paid(),
        most_at_once: till.most_at_once(),
    }
}

impl Outcome {
    fn row(&self) -> [String; 4] {
        [
            self.label.clone(),
            self.wall.map_or_else(|| "never ended".to_owned(), seconds),
            self.paid.to_string(),
            self.most_at_once.to_string(),
        ]
    }
}
