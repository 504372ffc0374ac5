//! Price lists that were measured before: what `--json` has printed, also within a run that the
//! program `claims` has recorded.

use figures::machine::Load;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    price::Point,
    results::Results,
    sampling::{Sampled, Stopped},
};

/// The version of the JSON that is understood here.
const VERSION: u32 = 1;

/// What of the JSON matters: the rest follows from it.
#[derive(Deserialize)]
struct Printed {
    version: u32,
    machine: Machine,
    prices: Vec<Figure>,
    left_out: Vec<LeftOut>,
}

#[derive(Deserialize)]
struct Machine {
    cores: usize,
    free_cores: Option<f64>,
}

#[derive(Deserialize)]
struct Figure {
    #[serde(flatten)]
    point: Point,
    samples: Vec<f64>,
}

#[derive(Deserialize)]
struct LeftOut {
    #[serde(flatten)]
    point: Point,
    reason: String,
    failed: bool,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// No line of the file is such a list.
    #[error("it holds no price list that --json has printed")]
    Missing,
    /// It is the list of another version of this program.
    #[error("its price list has version {0}, not {VERSION}")]
    Version(u32),
    /// It is none.
    #[error("its price list cannot be read: {0}")]
    Json(#[from] serde_json::Error),
}

/// Reads a price list: a file that holds nothing else, or one with a line of JSON for each thing
/// that was measured, as those in `benches/runs`.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn read(text: &str) -> Result<Results, RecordedError> {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let list = lines.map(|mut line| match line["line"].as_str() {
        Some("cost") => line["printed"].take(),
        _ => line,
    });
    let list = list.into_iter().find(|list| list.get("prices").is_some());
    let printed = Printed::deserialize(list.ok_or(RecordedError::Missing)?)?;
    if printed.version != VERSION {
        return Err(RecordedError::Version(printed.version));
    }
    let mut sampled: Vec<Sampled> = printed
        .prices
        .into_iter()
        .map(|Figure { point, samples }| Sampled { point, samples, stopped: None })
        .collect();
    for LeftOut { point, reason, failed } in printed.left_out {
        let stopped = Some(if failed { Stopped::Failed(reason) } else { Stopped::Limit(reason) });
        match sampled.iter_mut().find(|sampled| sampled.point == point) {
            Some(begun) => begun.stopped = stopped,
            None => sampled.push(Sampled { point, samples: Vec::new(), stopped }),
        }
    }
    // In the order in which they are listed, whatever order they were asked for in.
    sampled.sort_by_key(|sampled| sampled.point);
    let Machine { cores, free_cores } = printed.machine;
    Ok(Results::draw(Load { cores, free_cores }, &sampled))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{chart, results::tests::example};

    #[test]
    fn a_list_is_read_as_it_was_printed() {
        let example = example();
        let printed = serde_json::to_string(&example).expect("it can be printed");
        let run = format!("{{\"line\":\"run\"}}\n{{\"line\":\"cost\",\"printed\":{printed}}}\n");
        for text in [&printed, &run] {
            let read = read(text).expect("it is a price list");
            let [read, example] = [&read, &example].map(|results| {
                let mut json = serde_json::to_value(results).expect("it can be printed");
                // The example is not in the order of the list.
                let prices = json["prices"].as_array_mut().expect("it is a list");
                prices.sort_by_key(ToString::to_string);
                json
            });
            assert_eq!(read, example);
        }
    }

    #[test]
    fn what_is_no_list_is_refused_in_words() {
        for (text, reason) in [
            ("", "it holds no price list"),
            ("{\"line\":\"run\"}\nno JSON\n", "it holds no price list"),
            ("{\"prices\":[]}", "its price list cannot be read: missing field"),
            (
                "{\"version\":9,\"machine\":{\"cores\":1},\"prices\":[],\"left_out\":[]}",
                "its price list has version 9, not 1",
            ),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }

    #[test]
    fn the_picture_in_the_readme_is_that_of_the_newest_recorded_run() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let runs = fs::read_dir(folder.join("../../benches/runs")).expect("there are runs");
        let mut runs: Vec<_> = runs.map(|run| run.expect("it can be read").path()).collect();
        // They are called by the time of their beginning.
        runs.sort();
        let newest = runs.iter().rev().find_map(|run| {
            let text = fs::read_to_string(run).expect("it can be read");
            Some((run, read(&text).ok()?))
        });
        let (run, results) = newest.expect("a run holds a price list");
        let picture = fs::read_to_string(folder.join("prices.svg")).expect("there is a picture");
        assert!(
            picture == chart::draw(&results),
            "prices.svg is out of date: cargo run --release -p cost-of-a-task -- --from {} --svg \
             comparisons/cost-of-a-task/prices.svg",
            run.display()
        );
    }
}
