//! What the program `cost-of-a-task` has measured, for what criterion cannot: the memory of things
//! that wait, and things that are created and are no function that can be called again and again.
//!
//! A figure is called `cost/<price>/<kind>/<size>`, in the words of that program's `--json`:
//! `cost/create/thread/1` is the time to create one thread and join it, `cost/memory/tokio/100000`
//! the memory of one of 100,000 waiting tasks. What it prints is a part of a run.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// With what all names of these figures begin.
pub const PREFIX: &str = "cost/";

/// The version of the JSON that is understood here.
const VERSION: u32 = 1;

/// What the program has printed.
#[derive(Debug, Deserialize)]
pub struct Cost {
    version: u32,
    prices: Vec<Figure>,
}

#[derive(Debug, Deserialize)]
struct Figure {
    kind: String,
    price: String,
    size: usize,
    samples: Vec<f64>,
}

impl Cost {
    /// Reads what the program has printed.
    ///
    /// # Errors
    /// It is something else; the error says so in words.
    pub fn read(printed: &Value) -> Result<Self, String> {
        let cost = Self::deserialize(printed);
        let cost =
            cost.map_err(|error| format!("cost-of-a-task printed something else: {error}"))?;
        if cost.version != VERSION {
            return Err(format!("cost-of-a-task printed version {}, not {VERSION}", cost.version));
        }
        Ok(cost)
    }

    /// The samples of a figure, in the order of the rounds in which they were taken.
    ///
    /// # Errors
    /// There are none, or some are zero; the error says so in words.
    pub fn samples(&self, name: &str) -> Result<&[f64], String> {
        let figure = self
            .prices
            .iter()
            .find(|figure| figure.name() == name)
            .ok_or_else(|| format!("cost-of-a-task has not measured {name}"))?;
        if figure.samples.is_empty() || figure.samples.iter().any(|sample| *sample <= 0.0) {
            return Err(format!(
                "cost-of-a-task measured no difference between {name} and nothing"
            ));
        }
        Ok(&figure.samples)
    }
}

impl Figure {
    fn name(&self) -> String {
        format!("{PREFIX}{}/{}/{}", self.price, self.kind, self.size)
    }
}

/// The arguments with which the program measures all of these figures, and not much more.
pub(crate) fn arguments<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut kinds, mut prices) = (BTreeSet::new(), BTreeSet::new());
    for name in names.filter_map(|name| name.strip_prefix(PREFIX)) {
        let mut parts = name.split('/');
        // Both ways to pass a token round are one part of its price list.
        prices.extend(parts.next().and_then(|price| price.split('-').next()));
        kinds.extend(parts.next());
    }
    let list = |words: BTreeSet<&str>| words.into_iter().collect::<Vec<_>>().join(",");
    vec!["--json".into(), "--only".into(), list(kinds), "--prices".into(), list(prices)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_asked_for_what_the_names_need() {
        let names = ["cost/create/thread/1", "http/tokio/limit=20", "cost/switch-pipes/tokio/2"];
        assert_eq!(
            arguments(names.into_iter()),
            ["--json", "--only", "thread,tokio", "--prices", "create,switch"]
        );
    }
}
