//! The row `primes` without its concurrency: the sieve, its segments, and the answer.

mod sieve;

use anyhow::Result;
use clap::Args;
use harness::{
    Answer, Kind, Limits, Plan, Row, Shared,
    words::{grouped, plural},
};
use serde_json::json;

pub use sieve::{Buffer, KNOWN, MOST, Sieve};

/// Counts the primes below a number.
#[derive(Args, Debug)]
pub struct Primes {
    /// Count the primes below this number, at most 10^12
    #[arg(long, value_name = "N", default_value_t = 1_000_000_000,
          value_parser = clap::value_parser!(u64).range(..=MOST))]
    below: u64,
}

impl Row for Primes {
    const NAME: &'static str = "primes";
    const UNIT: &'static str = "segment";
    /// Primes are counted below this number.
    type Input = u64;
    /// How many there are.
    type Output = u64;

    fn kind(&self) -> Kind {
        Kind::Computes
    }

    fn prepare(&self, _: &Shared) -> Result<u64> {
        Ok(self.below)
    }

    fn plan(&self, &below: &u64, limits: Limits) -> Plan {
        let units = Sieve::new(below).segments().len();
        let Limits { workers, .. } = limits;
        Plan {
            headline: format!(
                "the primes below {}, {} for {}",
                grouped(below),
                plural(units, "segment"),
                plural(workers, "worker")
            ),
            input: json!({ "below": below }),
            units: Some(units),
            lower_bound: None,
        }
    }

    fn answer(&self, _: &u64, primes: u64) -> Answer {
        Answer {
            line: format!("counted {}", plural(primes, "prime")),
            json: json!({ "primes": primes }),
            failures: Vec::new(),
            figures: None,
        }
    }
}
