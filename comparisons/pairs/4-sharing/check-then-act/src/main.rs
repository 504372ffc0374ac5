//! Check then act: every access is locked, and the decision is wrong all the same.
//!
//! ```sh
//! cargo run --release -p check-then-act
//! ```

mod account;
mod balance;
mod entry;
mod fetch_update;
mod load_store;
mod meeting;
mod race;
mod right;
#[cfg(test)]
mod tests;
mod wrong;

use std::process::ExitCode;

use account::{AMOUNT, OPENING};
use balance::Balance;
use pair::{Choice, Stage};
use race::Withdraw;

const ABOUT: &str = "\
Two threads withdraw 80 each from an account with 100; a mutex guards the balance.
The second comes when the first has checked the balance and has not changed it yet.";

/// The accounts where nobody arranges for the two to meet.
const ACCOUNTS: u32 = 100_000;

fn main() -> ExitCode {
    pair::show(ABOUT, "withdrawal", |stage| {
        stage.ask(
            "Every access is locked. How does it end?",
            [
                "one is paid, 20 are left",
                "both are paid, -60 are left",
                "both are paid, 20 are left",
            ],
        );
        let wrong = run(stage, "wrong: lock, check, lock, act", wrong::withdraw);
        let load_store = run(stage, "wrong, too: atomic load, atomic store", load_store::withdraw);
        let right = run(stage, "right: lock, check, act", right::withdraw);
        if stage.wants_only(&[("wrong-paid", wrong.paid as f64), ("right-paid", right.paid as f64)])
        {
            return Ok(());
        }
        let fetch_update = run(stage, "also: fetch_update", fetch_update::withdraw);
        let entry = run(stage, "also: the entry of a map", entry::withdraw);

        let by_chance = format!("paid twice by chance, of {ACCOUNTS}");
        stage.contrast(&[
            ["", "paid", "left", "paid + left", &by_chance].map(str::to_owned),
            wrong.row("lock, check, lock, act"),
            load_store.row("atomic load, atomic store"),
            right.row("lock, check, act"),
            fetch_update.row("fetch_update"),
            entry.row("the entry of a map"),
        ]);
        let confirmed = match (wrong.paid, wrong.left) {
            (AMOUNT, _) => Choice::A,
            (_, ..0) => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "Of {OPENING} on the account, {} were paid out. Both had checked the balance before \
                 either\nchanged it: the mutex guards each access, and nothing guards the time \
                 between the two.",
                wrong.paid
            ),
        );
        Ok(())
    })
}

/// How one way ended.
struct Ended {
    paid: i64,
    left: i64,
    paid_twice_by_chance: usize,
}

fn run<B: Balance>(stage: &mut Stage, label: &str, withdraw: Withdraw<B>) -> Ended {
    let (paid, left) = stage.run(label, || race::staged(withdraw)).value;
    Ended { paid, left, paid_twice_by_chance: race::by_chance(ACCOUNTS, withdraw) }
}

impl Ended {
    fn row(&self, label: &str) -> [String; 5] {
        [
            label.to_owned(),
            self.paid.to_string(),
            self.left.to_string(),
            (self.paid + self.left).to_string(),
            self.paid_twice_by_chance.to_string(),
        ]
    }
}
