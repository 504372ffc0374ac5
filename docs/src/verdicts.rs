//! The claims with their verdicts, as the program `claims` has recorded them.

use anyhow::{Result, bail};
use claims::{Judged, Recorded, Verdict, report, results::PLACE};

use crate::{links::relative, ratios};

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
    let marked = linked(claim, page);
    let ratios: Vec<String> =
        claim.ratios.iter().map(|ratio| ratios::sentence(ratio, claim)).collect();
    let mut quotation = format!("> {}\n>\n> {marked}: {}.", claim.says, ratios.join("; "));
    if let Some(because) = because(claim) {
        quotation += &format!(" {because}");
    }
    Ok(quotation + "\n")
}

/// All claims in Markdown, each with a line for each of its ratios, or how to measure them.
#[must_use]
pub fn list(record: Option<&Recorded>) -> String {
    let Some(Recorded { machine, claims, .. }) = record else { return NOTHING.into() };
    let mut list = format!("Measured on {machine}; the raw data are in `{PLACE}`.\n\n");
    list += &format!("{}\n", report::summary(claims));
    let failing: Vec<&Judged> =
        claims.iter().filter(|claim| claim.verdict != Verdict::Holds).collect();
    if !failing.is_empty() {
        list += "\nThose that do not hold here:\n\n";
    }
    for Judged { id, says, verdict, .. } in &failing {
        list += &format!("- {}: [{says}](#{id})\n", marked(*verdict, &shown(*verdict)));
    }
    for claim in claims {
        let Judged { id, says, why, verdict, ratios, .. } = claim;
        let class = class(*verdict);
        let badge = marked(*verdict, &shown(*verdict));
        list +=
            &format!("\n<div class=\"claim {class}\" id=\"{id}\">\n\n{badge} **{says}** {why}\n\n");
        for ratio in ratios {
            let symbol = marked(ratio.verdict, symbol(ratio.verdict));
            list += &format!("- {symbol} {}\n", ratios::sentence(ratio, claim));
        }
        if let Some(because) = because(claim) {
            list += &format!("\n{because}\n");
        }
        list += "\n</div>\n";
    }
    list
}

/// The text of the page `page` with the claims that a README lists, each of which is a line with
/// bare numbers there, in the words of the book.
#[must_use]
pub fn reworded(record: &Recorded, text: &str, page: &str) -> String {
    let mut reworded = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let claim = record.claims.iter().find(|claim| report::item(claim) == line);
        let Some(claim) = claim else {
            reworded += line;
            continue;
        };
        reworded += &format!("- {} {}\n", linked(claim, page), claim.says);
        for ratio in &claim.ratios {
            let symbol = marked(ratio.verdict, symbol(ratio.verdict));
            reworded += &format!("    - {symbol} {}\n", ratios::sentence(ratio, claim));
        }
        if let Some(because) = because(claim) {
            reworded += &format!("    - {because}\n");
        }
    }
    reworded
}

/// A claim's verdict, leading to where all of it is said.
fn linked(claim: &Judged, page: &str) -> String {
    let Judged { id, verdict, .. } = claim;
    marked(*verdict, &format!("[{}]({}#{id})", shown(*verdict), relative(page, LIST)))
}

/// Why a claim that does not hold has the verdict that it has, in a sentence.
fn because(claim: &Judged) -> Option<String> {
    let which = |verdict| claim.ratios.iter().filter(move |ratio| ratio.verdict == verdict);
    let count = which(claim.verdict).count();
    let of = match (count, claim.ratios.len()) {
        (_, 1) => "The interval".to_owned(),
        (count, all) if count == all => "Each of the intervals".to_owned(),
        (1, all) => format!("One of the {all} intervals"),
        (count, all) => format!("{count} of the {all} intervals"),
    };
    let is_plural = !of.starts_with("The") && !of.starts_with("Each") && !of.starts_with("One");
    let verb = if is_plural { "lie" } else { "lies" };
    let source = which(claim.verdict).next().map(|ratio| ratio.source.as_str()).unwrap_or_default();
    Some(match claim.verdict {
        Verdict::Holds => return None,
        Verdict::Refuted => format!("{of} {verb} wholly on the wrong side of the threshold."),
        Verdict::Inconclusive => {
            format!("{of} {verb} on both sides of the threshold, so this run cannot tell.")
        }
        Verdict::NotMeasured => format!("Not measured: {source}."),
        Verdict::NotJudged => format!("Not judged, because {source}."),
        Verdict::TooFewCores => format!("Left out on this machine: it {source}."),
    })
}

/// A verdict with its symbol, which tells it without colours.
fn shown(verdict: Verdict) -> String {
    format!("{} {verdict}", symbol(verdict))
}

fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✓",
        Verdict::Refuted => "✗",
        Verdict::Inconclusive => "?",
        Verdict::NotMeasured | Verdict::NotJudged | Verdict::TooFewCores => "–",
    }
}

/// What the style sheet calls it.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Refuted => "refuted",
        Verdict::Inconclusive => "inconclusive",
        Verdict::NotMeasured | Verdict::NotJudged | Verdict::TooFewCores => "open",
    }
}

/// A text in a verdict's colour.
fn marked(verdict: Verdict, text: &str) -> String {
    format!("<span class=\"claim-verdict {}\">{text}</span>", class(verdict))
}

#[cfg(test)]
mod tests {
    use claims::JudgedRatio;
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
                of: "http/sequential/limit=1".into(),
                to: "http/tokio/limit=50".into(),
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
            "> Tokio | gains.\n>\n> <span class=\"claim-verdict holds\">\
             [✓ holds](../claims.md#http-tokio)</span>: \
             tokio is 44.4 [43.0, 46.0] times as fast as sequential (needs at least 40).\n"
        );
        let refuted = quote(Some(&record()), "primes-async", "a.md").expect("it is there");
        assert!(refuted.contains("[✗ refuted](claims.md#primes-async)"), "{refuted}");
        assert!(
            refuted.ends_with("The interval lies wholly on the wrong side of the threshold.\n"),
            "{refuted}"
        );
    }

    #[test]
    fn a_sentence_says_how_many_ratios_decide() {
        let mut claim = record().claims.remove(0);
        assert_eq!(because(&claim), None);
        claim.verdict = Verdict::Inconclusive;
        claim.ratios[0].verdict = Verdict::Inconclusive;
        let mut other = claim.ratios[0].clone();
        other.verdict = Verdict::Holds;
        claim.ratios.push(other);
        let one =
            "One of the 2 intervals lies on both sides of the threshold, so this run cannot tell.";
        assert_eq!(because(&claim).as_deref(), Some(one));
        claim.verdict = Verdict::NotMeasured;
        claim.ratios[1].verdict = Verdict::NotMeasured;
        assert_eq!(because(&claim).as_deref(), Some("Not measured: 8 blocks."));
    }

    #[test]
    fn what_a_readme_says_of_a_claim_is_said_in_words() {
        let record = record();
        let item = report::item(&record.claims[0]);
        let text = format!("Before.\n{item}- **holds**, `other`: it.\n");
        assert_eq!(
            reworded(&record, &text, "a/b.md"),
            "Before.\n- <span class=\"claim-verdict holds\">[✓ holds](../claims.md#http-tokio)</span> \
             Tokio | gains.\n    - <span class=\"claim-verdict holds\">✓</span> tokio is \
             44.4 [43.0, 46.0] times as fast as sequential (needs at least 40)\n\
             - **holds**, `other`: it.\n"
        );
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
            "2 claims: 1 hold, 1 refuted.",
            "- <span class=\"claim-verdict refuted\">✗ refuted</span>: [Async gains.](#primes-async)",
            "<div class=\"claim holds\" id=\"http-tokio\">\n\n\
             <span class=\"claim-verdict holds\">✓ holds</span> **Tokio | gains.** It waits.\n",
            "- <span class=\"claim-verdict holds\">✓</span> tokio is 44.4 [43.0, 46.0] times",
        ] {
            assert!(shown.contains(part), "{part} is missing in: {shown}");
        }
        assert_eq!(list(None), NOTHING);
    }
}
