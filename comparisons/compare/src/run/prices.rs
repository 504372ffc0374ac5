//! Asks `cost-of-a-task` what it costs to hand work over, and how long pieces of work take that are
//! handed over.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use figures::statistics::Estimate;
use serde::Deserialize;
use workspace::run::{Fault, output_of};

/// The program that measures prices.
pub(crate) const PROGRAM: &str = "cost-of-a-task";

/// What it calls a plain loop.
const LOOP: &str = "call";

/// How long it may take for one answer.
const DEADLINE: Duration = Duration::from_mins(20);

/// What it prints with `--json`, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Prices {
    prices: Vec<Figure>,
}

#[derive(Debug, Deserialize)]
struct Figure {
    kind: String,
    price: String,
    size: u64,
    estimate: Estimate,
    samples: Vec<f64>,
}

impl Prices {
    /// Has the program measure what it costs to create these and to join them.
    ///
    /// # Errors
    /// It fails, or prints something else.
    pub(crate) fn measure(program: &Path, kinds: &[&str]) -> Result<Self, Fault> {
        ask(program, &["--only", &kinds.join(","), "--prices", "create", "--quick"])
    }

    /// Has the program measure how long pieces of these sizes, in nanoseconds, take in a loop and
    /// handed over, in so many rounds.
    ///
    /// # Errors
    /// It fails, or prints something else.
    pub(crate) fn measure_pieces(
        program: &Path,
        kind: &str,
        pieces: &[u64],
        rounds: usize,
    ) -> Result<Self, Fault> {
        let pieces: Vec<String> = pieces.iter().map(|piece| format!("{piece}ns")).collect();
        let only = [LOOP, kind].join(",");
        let (pieces, rounds) = (pieces.join(","), rounds.to_string());
        let arguments = ["--only", &only, "--prices", "work", "--pieces", &pieces];
        ask(program, &[&arguments[..], &["--samples", &rounds, "--quick"]].concat())
    }

    /// Reads a price list from a file that the program has printed with `--json`.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        let prices = serde_json::from_str(&text);
        prices.with_context(|| format!("{} is no output of {PROGRAM} --json", path.display()))
    }

    /// What it costs to create one of this kind and to join it, where as many as possible are created
    /// before the first is joined.
    #[must_use]
    pub(crate) fn to_create(&self, kind: &str) -> Option<Estimate> {
        let figures = self.prices.iter().filter(|figure| figure.price == "create");
        let figures = figures.filter(|figure| figure.kind == kind);
        figures.max_by_key(|figure| figure.size).map(|figure| figure.estimate)
    }

    /// The samples of a piece in a loop, and handed over.
    #[must_use]
    pub(crate) fn of_piece(&self, kind: &str, piece: u64) -> Option<(&[f64], &[f64])> {
        let of = |kind: &str| {
            let mut figures = self.prices.iter().filter(|figure| figure.price == "work");
            let found = figures.find(|figure| (&*figure.kind, figure.size) == (kind, piece));
            found.map(|figure| &figure.samples[..])
        };
        Some((of(LOOP)?, of(kind)?))
    }
}

fn ask(program: &Path, arguments: &[&str]) -> Result<Prices, Fault> {
    let arguments: Vec<String> =
        arguments.iter().chain(&["--json"]).map(ToString::to_string).collect();
    let output = output_of(program, &arguments, DEADLINE)?;
    serde_json::from_str(&output)
        .map_err(|error| Fault::Crashed(format!("its prices cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_found_by_kind_and_piece() {
        let figure = |kind: &str, price: &str, size: usize, value: f64| {
            serde_json::json!({ "kind": kind, "price": price, "size": size, "unit": "ns",
                "estimate": { "value": value, "low": value, "high": value }, "samples": [value] })
        };
        let json = serde_json::json!({ "version": 1, "prices": [
            figure("rayon", "create", 1, 200.0),
            figure("rayon", "create", 1_000, 300.0),
            figure("thread", "create", 1, 70_000.0),
            figure("call", "work", 500, 501.0),
            figure("rayon", "work", 500, 800.0),
        ]});
        let prices: Prices = serde_json::from_value(json).expect("these are prices");
        assert_eq!(prices.to_create("rayon").map(|cost| cost.value), Some(300.0));
        assert_eq!(prices.to_create("thread").map(|cost| cost.value), Some(70_000.0));
        assert!(prices.to_create("smol").is_none());
        assert_eq!(prices.of_piece("rayon", 500), Some((&[501.0][..], &[800.0][..])));
        assert_eq!(prices.of_piece("rayon", 501), None);
    }

    #[test]
    fn a_file_that_holds_no_prices_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("prices.json");
        let refused = || Prices::read(&path).expect_err("it holds none").to_string();
        assert!(refused().starts_with("cannot read "), "{}", refused());
        fs::write(&path, "{}").expect("the folder is ours");
        assert!(refused().ends_with("is no output of cost-of-a-task --json"), "{}", refused());
    }
}
