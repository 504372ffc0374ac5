//! The claims with their verdicts, as the program `claims` has recorded them.

use anyhow::{Result, bail};
use claims::{Judged, Recorded, results::PLACE};
use figures::words;

use crate::links::relative;

/// The page that lists them.
const LIST: &str = "claims.md";

/// What stands in the book while nothing is recorded.
const NOTHING: &str = "Nothing has been recorded yet. `cargo run --release -p claims -- --run` \
                       measures what the claims need, and says of each whether it holds on your \
                       machine.\n";

/// A claim as a quotation in Markdown, for the page `page`, with its verdict, whatever that is.
///
/// # Errors
/// There is no such claim.
pub fn quote(record: Option<&Recorded>, id: &str, page: &str) -> Result<String> {
    let Some(record) = record else { return Ok(format!("> {NOTHING}")) };
    let Some(claim) = record.claim(id) else { bail!("{PLACE} has no claim {id}") };
    let Judged { says, verdict, .. } = claim;
    let list = relative(page, LIST);
    Ok(format!("> {says}\n>\n> *[{verdict}]({list}): {}*\n", measured(claim)))
}

/// All claims as a table in Markdown, or how to measure them.
#[must_use]
pub fn list(record: Option<&Recorded>) -> String {
    let Some(Recorded { machine, claims, .. }) = record else { return NOTHING.into() };
    let mut table = format!(
        "Measured on {machine}; the raw data are in `{PLACE}`.\n\n\
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
    let ratios = claim.ratios.iter();
    let ratios = ratios.map(|ratio| ratio.ratio.map_or_else(|| "–".into(), words::estimate));
    ratios.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use claims::{JudgedRatio, Verdict};
    use figures::{machine::Machine, statistics::Estimate};

    use super::*;

    fn record() -> Recorded {
        let claim = |id: &str, says: &str, verdict, ratio| Judged {
            id: id.into(),
            says: says.into(),
            why: "It waits.".into(),
            verdict,
            threshold: "at least 40".into(),
            ratios: vec![JudgedRatio {
                of: "a".into(),
                to: "b".into(),
                verdict,
                ratio,
                of_capacity: None,
                source: "8 blocks".into(),
            }],
        };
        let ratio = Estimate { value: 44.44, low: 43.0, high: 46.0 };
        Recorded {
            machine: Machine { cores: 2, processor: None, system: "linux".into() },
            claims: vec![
                claim("http-tokio", "Tokio | gains.", Verdict::Holds, Some(ratio)),
                claim("primes-async", "Async gains.", Verdict::Refuted, None),
            ],
            tables: Vec::new(),
        }
    }

    #[test]
    fn a_claim_is_quoted_with_its_verdict_and_its_figures() {
        let quotation = quote(Some(&record()), "http-tokio", "a/b.md").expect("it is there");
        assert_eq!(
            quotation,
            "> Tokio | gains.\n>\n> *[holds](../claims.md): 44.4 [43.0, 46.0]*\n"
        );
        let refuted = quote(Some(&record()), "primes-async", "a.md").expect("it is there");
        assert!(refuted.contains("*[refuted](claims.md)"), "{refuted}");
    }

    #[test]
    fn a_claim_that_is_not_there_is_an_error() {
        let error = quote(Some(&record()), "other", "a.md").expect_err("there is no such claim");
        assert_eq!(error.to_string(), "benches/runs has no claim other");
        assert_eq!(quote(None, "other", "a.md").expect("nothing is there"), format!("> {NOTHING}"));
    }

    #[test]
    fn the_list_shows_every_claim_or_how_to_measure_them() {
        let shown = list(Some(&record()));
        for part in [
            "Measured on 2 cores, linux; the raw data are in `benches/runs`.",
            "| **Tokio \\| gains.** It waits. | holds | 44.4 [43.0, 46.0] | at least 40 |\n",
            "| **Async gains.** It waits. | refuted | – | at least 40 |\n",
        ] {
            assert!(shown.contains(part), "{part} is missing in: {shown}");
        }
        assert_eq!(list(None), NOTHING);
    }
}
