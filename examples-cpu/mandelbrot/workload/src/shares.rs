//! How much of the work each worker did.

use std::collections::HashMap;

use harness::{Figures, words::plural};
use serde_json::json;

use crate::view::{Outcome, Worker};

/// How many workers are listed one by one for people.
const LISTED: usize = 8;

/// How much each worker did, in the order in which their first rows lie in the picture.
#[derive(Debug, Default)]
pub(crate) struct Shares(Vec<Share>);

#[derive(Clone, Debug, Default, PartialEq)]
struct Share {
    rows: usize,
    iterations: u64,
}

/// The workers' numbers, from 0, in the order in which their first rows lie in the picture.
pub(crate) fn numbers(outcomes: &[Outcome]) -> HashMap<Worker, usize> {
    let mut numbers = HashMap::new();
    for row in outcomes.iter().flatten() {
        let next = numbers.len();
        numbers.entry(row.worker).or_insert(next);
    }
    numbers
}

impl Shares {
    pub(crate) fn of(outcomes: &[Outcome]) -> Self {
        let numbers = numbers(outcomes);
        let mut shares = vec![Share::default(); numbers.len()];
        for row in outcomes.iter().flatten() {
            let share = &mut shares[numbers[&row.worker]];
            share.rows += 1;
            share.iterations += row.iterations();
        }
        Self(shares)
    }

    pub(crate) fn figures(&self) -> Figures {
        let Self(shares) = self;
        let all: u64 = shares.iter().map(|share| share.iterations).sum();
        let listed: Vec<String> = (shares.iter().take(LISTED))
            .map(|Share { rows, iterations }| {
                let percent = 100.0 * *iterations as f64 / all.max(1) as f64;
                format!("{} and {percent:.0} % of the iterations", plural(*rows, "row"))
            })
            .collect();
        let more = shares.len().saturating_sub(LISTED);
        let more = if more > 0 { format!(", {more} more") } else { String::new() };
        Figures {
            line: format!("by worker: {}{more}", listed.join(", ")),
            json: shares
                .iter()
                .map(|Share { rows, iterations }| json!({ "rows": rows, "iterations": iterations }))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::view::Rendered;

    #[test]
    fn workers_are_told_in_the_order_of_the_picture() {
        let here = Worker::current();
        let there = thread::spawn(Worker::current).join().expect("it does not panic");
        let row = |worker, count| Ok(Rendered { counts: vec![count; 10], worker });
        let outcomes = [row(there, 1), row(here, 5), row(there, 4)];
        let figures = Shares::of(&outcomes).figures();
        assert_eq!(
            figures.line,
            "by worker: 2 rows and 50 % of the iterations, 1 row and 50 % of the iterations"
        );
        assert_eq!(
            figures.json,
            json!([{ "rows": 2, "iterations": 50 }, { "rows": 1, "iterations": 50 }])
        );
    }
}
