//! The verdicts as people read them: on a terminal, and in a page of Markdown.

use figures::words;
use harness::approach::labelled;

use crate::verdict::{Judged, JudgedRatio, Verdict};

/// A claim on a terminal: its verdict and its sentence, its ratios, and why it should be so.
#[must_use]
pub fn block(judged: &Judged) -> String {
    let Judged { id, says, why, verdict, threshold, ratios } = judged;
    let mut block = format!("{verdict} · {id}: {says}\n");
    for ratio in ratios {
        block += &format!("    {}\n", line(ratio, threshold));
    }
    block + &format!("    Why: {why}\n")
}

/// A ratio in one line.
fn line(ratio: &JudgedRatio, threshold: &str) -> String {
    let JudgedRatio { of, to, verdict, ratio, of_capacity, source } = ratio;
    let of_to = format!("{} : {}", labelled(of), labelled(to));
    let Some(estimate) = ratio else { return format!("{of_to}: {verdict}; {source}") };
    let capacity = of_capacity.map_or_else(String::new, |share| {
        format!(", {} of the capacity of the cores", words::estimate(share))
    });
    let estimate = words::estimate(*estimate);
    format!("{of_to} = {estimate}{capacity}, should be {threshold}: {verdict} ({source})")
}

/// How many claims have which verdict, in one line.
#[must_use]
pub fn summary(judged: &[Judged]) -> String {
    let count = |verdict| judged.iter().filter(|judged| judged.verdict == verdict).count();
    let all = [
        (Verdict::Holds, "hold"),
        (Verdict::Refuted, "refuted"),
        (Verdict::Inconclusive, "inconclusive"),
        (Verdict::NotMeasured, "not measured"),
        (Verdict::NotJudged, "not judged, since a control failed"),
        (Verdict::TooFewCores, "left out, since they need more cores"),
    ];
    let parts: Vec<String> = all
        .into_iter()
        .map(|(verdict, words)| (count(verdict), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    format!("{}: {}.", words::count(judged.len(), "claim"), parts.join(", "))
}

/// All claims as a table of Markdown, a line for each ratio.
#[must_use]
pub fn markdown(judged: &[Judged]) -> String {
    let mut page = String::from(
        "| claim | verdict | ratio | measured [95 %] | should be |\n|---|---|---|---|---|\n",
    );
    for claim in judged {
        for (place, ratio) in claim.ratios.iter().enumerate() {
            let (says, verdict) = match place {
                0 => (cell(&claim.says), format!("**{}**", claim.verdict)),
                _ => (String::new(), String::new()),
            };
            let measured = match ratio.ratio {
                Some(estimate) => words::estimate(estimate),
                None => ratio.verdict.to_string(),
            };
            page += &format!(
                "| {says} | {verdict} | {} : {} | {measured} | {} |\n",
                cell(&labelled(&ratio.of)),
                cell(&labelled(&ratio.to)),
                claim.threshold
            );
        }
    }
    page
}

/// A claim as one item of a list of Markdown, with its verdict, its name and its ratios.
#[must_use]
pub fn item(judged: &Judged) -> String {
    let Judged { id, says, verdict, threshold, ratios, .. } = judged;
    let measured: Vec<String> =
        ratios.iter().filter_map(|ratio| ratio.ratio).map(words::estimate).collect();
    let figures = if measured.is_empty() {
        String::new()
    } else {
        format!(" {}, should be {threshold}", measured.join("; "))
    };
    format!("- **{verdict}**, `{id}`: {says}{figures}\n")
}

/// A text that can stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
