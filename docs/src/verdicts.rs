//! The claims with their verdicts, as the program `claims` has recorded them.

use std::{io, path::Path};

use anyhow::{Result, bail, ensure};
use claims::{Judged, Recorded, RecordedError, Verdict, results::PLACE};
use figures::statistics::Estimate;

use crate::links::relative;

/// The page that lists them.
const LIST: &str = "claims.md";

/// What stands in the book while nothing is recorded.
const NOTHING: &str = "Nothing has been recorded yet. `cargo run --release -p claims -- --run` \
                       measures what the claims need, and says of each whether it holds on your \
                       machine.\n";

/// Reads what is recorded below the workspace's root; `None` if there is no record.
///
/// # Errors
/// The record cannot be read, or is no record.
pub fn recorded(root: &Path) -> Result<Option<Recorded>> {
    match claims::recorded(&root.join(PLACE)) {
        Ok(record) => Ok(Some(record)),
        Err(RecordedError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// A claim as a quotation in Markdown, for the page `page`.
///
/// # Errors
/// There is no such claim, or it was not found to hold.
pub fn quote(record: Option<&Recorded>, id: &str, page: &str) -> Result<String> {
    let claim = record.and_then(|record| record.claim(id));
    let Some(claim) = claim else { bail!("{PLACE} has no claim {id}") };
    let Judged { says, verdict, .. } = claim;
    ensure!(*verdict == Verdict::Holds, "the claim {id} is {verdict} and must not be quoted");
    let list = relative(page, LIST);
    Ok(format!("> {says}\n>\n> *[{verdict}]({list}): {}*\n", measured(claim)))
}

/// All claims as a table in Markdown, or how to measure them.
#[must_use]
pub fn list(record: Option<&Recorded>) -> String {
    let Some(Recorded { machine, date, command, claims, .. }) = record else {
        return NOTHING.into();
    };
    let processor = machine.processor.as_deref().unwrap_or("processor not known");
    let (cores, system) = (machine.cores, &machine.system);
    let mut table = format!(
        "Measured on {cores} cores ({processor}, {system}) and recorded on {date} by `{command}`.\n\n\
         | claim | verdict | ratio [95 %] | threshold |\n|---|---|---|---|\n"
    );
    for claim in claims {
        // A bar would end the cell.
        let [says, why, threshold] =
            [&claim.says, &claim.why, &claim.threshold].map(|text| text.replace('|', "\\|"));
        let (verdict, measured) = (claim.verdict, measured(claim));
        table += &format!("| **{says}** {why} | {verdict} | {measured} | {threshold} |\n");
    }
    table
}

/// A claim's ratios with their intervals, in a line.
fn measured(claim: &Judged) -> String {
    let ratios = claim.ratios.iter().map(|ratio| match ratio.ratio {
        Some(Estimate { value, low, high }) => format!("{value:.2} [{low:.2}, {high:.2}]"),
        None => "–".into(),
    });
    ratios.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const RECORDED: &str = r#"{
        "version": 1, "machine": {"cores": 2, "processor": null, "system": "Linux"},
        "date": "2026-01-31", "command": "claims --record", "tables": [],
        "claims": [
            {"id": "http-tokio", "says": "Tokio | gains.", "why": "It waits.", "verdict": "holds",
             "threshold": "at least 40", "ratios": [
                {"of": "a", "to": "b", "verdict": "holds", "source": "criterion", "date": null,
                 "ratio": {"value": 44.44, "low": 43.0, "high": 46.0}}]},
            {"id": "primes-async", "says": "Async gains.", "why": "No.", "verdict": "not-measured",
             "threshold": "at least 2", "ratios": [
                {"of": "a", "to": "b", "verdict": "not-measured", "source": "", "date": null,
                 "ratio": null}]}
        ]
    }"#;

    fn record() -> Recorded {
        serde_json::from_str(RECORDED).expect("it is a record")
    }

    #[test]
    fn a_claim_that_holds_is_quoted_with_ratio_and_interval() {
        let quotation = quote(Some(&record()), "http-tokio", "a/b.md").expect("it holds");
        assert_eq!(
            quotation,
            "> Tokio | gains.\n>\n> *[holds](../claims.md): 44.44 [43.00, 46.00]*\n"
        );
    }

    #[test]
    fn a_claim_that_does_not_hold_or_is_not_there_is_an_error() {
        for (record, id, reason) in [
            (
                Some(record()),
                "primes-async",
                "the claim primes-async is not measured and must not be quoted",
            ),
            (Some(record()), "other", "benches/results.json has no claim other"),
            (None, "http-tokio", "benches/results.json has no claim http-tokio"),
        ] {
            let error = quote(record.as_ref(), id, "a.md").expect_err(id);
            assert_eq!(error.to_string(), reason);
        }
    }

    #[test]
    fn the_list_shows_every_claim_or_how_to_measure_them() {
        let shown = list(Some(&record()));
        for part in [
            "2 cores (processor not known, Linux) and recorded on 2026-01-31 by `claims --record`",
            "| **Tokio \\| gains.** It waits. | holds | 44.44 [43.00, 46.00] | at least 40 |\n",
            "| **Async gains.** No. | not measured | – | at least 2 |\n",
        ] {
            assert!(shown.contains(part), "{part} is missing in: {shown}");
        }
        assert_eq!(list(None), NOTHING);
    }

    #[test]
    fn no_record_is_none_and_a_broken_one_an_error() {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        assert!(recorded(root.path()).expect("there is none").is_none());
        fs::create_dir(root.path().join("benches")).expect("a folder can be made");
        fs::write(root.path().join(PLACE), "{").expect("the file can be written");
        let error = recorded(root.path()).expect_err("it is broken");
        assert!(error.to_string().ends_with("benches/results.json: this is no record of claims"));
    }
}
