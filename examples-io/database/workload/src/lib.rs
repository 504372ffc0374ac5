//! The row `database` without its concurrency: the accounts and the transfers between them, how to
//! do one transaction in SQLite or PostgreSQL, and the check at the end that all money is there.

#[cfg(feature = "async")]
pub mod asynchronous;
mod attempts;
mod bank;
pub mod blocking;
mod books;
mod fault;
mod ledger;
mod place;
mod postgresql;
mod settings;
mod sql;
mod sqlite;

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use harness::{
    Answer, Failure, Figures, Kind, Limits, Plan, Row, Shared, duration,
    words::{grouped, plural},
};
use serde_json::{Value, json};

pub use attempts::{Outcome, Verdicts};
use bank::Bank;
use books::Counts;
pub use fault::Fault;
use ledger::Opening;
pub use ledger::{Batch, Transfer, Verdict};
use place::{Place, place};
pub use settings::{Isolation, Retries, Settings};

/// The most transfers that a run may make, so that the list of them fits in memory.
const MOST_TRANSFERS: i64 = 1_000_000;
/// The most accounts.
const MOST_ACCOUNTS: i64 = 1_000_000;
/// The longest time that both databases can be told to wait.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

/// Makes transfers between accounts, in transactions.
#[derive(Args, Debug)]
pub struct Database {
    /// The number of transfers
    #[arg(long, value_name = "N", default_value_t = 1_000,
          value_parser = clap::value_parser!(u32).range(..=MOST_TRANSFERS))]
    transfers: u32,
    /// The number of accounts
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(2..=MOST_ACCOUNTS))]
    accounts: u32,
    /// The number of transfers in each transaction
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=MOST_TRANSFERS))]
    batch: u32,
    /// The number of audits, in addition to the transfers; each adds up all balances and must find
    /// all the money
    #[arg(long, value_name = "N", default_value_t = 0,
          value_parser = clap::value_parser!(u32).range(..=MOST_TRANSFERS))]
    reads: u32,
    /// The database, `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME` [default: SQLite in a
    /// temporary file]
    #[arg(long, value_name = "URL", value_parser = place)]
    url: Option<Place>,
    /// How long a transaction waits for a lock before it starts over
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration::parse)]
    timeout: Duration,
    /// How often a transaction is retried if the database asks for it
    #[arg(long, value_name = "N", default_value_t = 20)]
    retries: u32,
    /// How PostgreSQL isolates transactions (SQLite's are always serializable)
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Isolation::ReadCommitted)]
    isolation: Isolation,
    /// The number of connections [default: one for each transaction in flight, but only one for
    /// transfers in SQLite, which has one writer]
    #[arg(long, value_name = "N")]
    connections: Option<NonZeroUsize>,
    /// In *threads* and *tokio*, hand all transactions to one writer, which commits all waiting
    /// ones together (SQLite only)
    #[arg(long, conflicts_with = "connections")]
    grouped: bool,
}

/// The transfers of a run, and where to make them.
#[derive(Debug)]
pub struct Input {
    /// The transactions, in order.
    pub batches: Vec<Batch>,
    /// How to do them.
    pub settings: Settings,
    /// Whether one writer commits all waiting transactions together, if the approach can.
    pub grouped: bool,
    /// The accounts. They are removed when this is dropped.
    bank: Bank,
    opening: Opening,
}

impl Row for Database {
    const NAME: &'static str = "database";
    const UNIT: &'static str = "transaction";
    type Input = Input;
    type Output = Vec<Outcome>;

    fn kind(&self) -> Kind {
        Kind::Waits { limit: 16 }
    }

    fn prepare(&self, shared: &Shared) -> Result<Input> {
        let opening = Opening::new(self.accounts, self.transfers);
        let transfers = opening.draw(self.transfers, shared.seed);
        let batches = ledger::batches(&transfers, self.batch as usize, self.reads as usize);
        let on_server = matches!(self.url, Some(Place::Postgres(_)));
        ensure!(
            !(self.grouped && on_server),
            "--grouped is for SQLite only; PostgreSQL groups commits by itself"
        );
        let (bank, settings) = Bank::open(self.url.as_ref(), opening, |place, run| Settings {
            place,
            run,
            timeout: self.timeout.min(LONGEST_TIMEOUT),
            retries: Retries { most: self.retries, seed: shared.seed },
            isolation: self.isolation,
            connections: self.connections.map(NonZeroUsize::get),
            writes: !transfers.is_empty(),
            money: opening.money(),
            ending: Arc::default(),
        })?;
        Ok(Input { batches, settings, grouped: self.grouped, bank, opening })
    }

    fn plan(&self, input: &Input, limits: Limits) -> Plan {
        let place = input.settings.place.name();
        let audits = match self.reads {
            0 => String::new(),
            reads => format!(" and {}", plural(reads, "audit")),
        };
        let headline = format!(
            "{}{audits} between {} accounts in {place}, {} per transaction, at most {} in flight",
            plural(self.transfers, "transfer"),
            grouped(self.accounts),
            grouped(self.batch),
            grouped(limits.in_flight)
        );
        let mut json = json!({
            "transfers": self.transfers,
            "accounts": self.accounts,
            "batch": self.batch,
            "reads": self.reads,
            "database": place,
        });
        if let Place::Postgres(_) = input.settings.place {
            let isolation = self.isolation.to_possible_value();
            json["isolation"] = isolation.map(|level| level.get_name().to_owned()).into();
        }
        Plan { headline, input: json, units: Some(input.batches.len()), lower_bound: None }
    }

    fn answer(&self, input: &Input, output: Vec<Outcome>) -> Answer {
        let counts = Counts::of(&output);
        let mut failures = Vec::new();
        let mut unknown = 0;
        for (batch, outcome) in input.batches.iter().zip(&output) {
            if let Err(fault) = &outcome.result {
                unknown += batch.transfers.len();
                failures.push(Failure { unit: name(batch), reason: fault.to_string() });
            }
        }
        // Checking the books is not measured.
        let (mut money, mut digest) = (Value::Null, Value::Null);
        match input.bank.books() {
            Ok(books) => {
                failures.extend(books.violations(input.opening, counts.done, unknown));
                (money, digest) = (books.money().into(), books.digest().into());
            }
            Err(fault) => {
                let reason = fault.to_string();
                failures.push(Failure { unit: "the books".into(), reason });
            }
        }
        Answer {
            line: format!(
                "did {}, refused {}, {} failed; money {} of {}, digest {}",
                plural(counts.done, "transfer"),
                grouped(counts.refused),
                grouped(failures.len()),
                money.as_u64().map_or_else(|| "unknown".into(), grouped),
                grouped(input.opening.money()),
                digest.as_str().unwrap_or("unknown"),
            ),
            json: json!({
                "done": counts.done,
                "refused": counts.refused,
                "audits": counts.audits,
                "money": money,
                "digest": digest,
            }),
            failures,
            figures: Some(Figures {
                line: format!("retried {}", plural(counts.retries, "time")),
                json: json!({ "retries": counts.retries }),
            }),
        }
    }
}

/// A transaction's name, for people.
fn name(batch: &Batch) -> String {
    match &batch.transfers[..] {
        [first, .., last] => format!("transfers {} to {}", first.number, last.number),
        [only] => format!("transfer {}", only.number),
        [] => format!("audit {}", batch.index),
    }
}
