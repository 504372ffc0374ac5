//! Who is right: versions whose answers differ are not ranked.

use workspace::run::Report;

use super::history::History;

/// The report whose answer counts as right: sequential's, since it is the simplest version. If
/// sequential has none, the answer of most versions, and among equals the first.
#[must_use]
pub(crate) fn reference(histories: &[History]) -> Option<&Report> {
    let firsts: Vec<&Report> =
        histories.iter().filter_map(|history| history.reports.first()).collect();
    if let Some(baseline) = firsts.iter().find(|report| report.approach.is_baseline()) {
        return Some(baseline);
    }
    let supporters =
        |report: &Report| firsts.iter().filter(|other| other.agrees_with(report)).count();
    // Of several greatest, `max_by_key` takes the last; reversed, that is the first.
    firsts.iter().rev().max_by_key(|report| supporters(report)).copied()
}

/// A version's wrong answer, in one line; `None` if it gives the right one in all of its runs.
#[must_use]
pub(crate) fn contradiction(reference: &Report, reports: &[Report]) -> Option<String> {
    let wrong = reports.iter().find(|report| !report.agrees_with(reference))?;
    Some(if wrong.answer == reference.answer {
        format!("other units failed: {} instead of {}", failures(wrong), failures(reference))
    } else {
        format!("its answer is {} instead of {}", wrong.answer, reference.answer)
    })
}

fn failures(report: &Report) -> String {
    match &report.failures[..] {
        [] => "none".into(),
        [only] => format!("({only})"),
        [first, ..] => format!("{} ({first}, …)", report.failures.len()),
    }
}

#[cfg(test)]
mod tests {
    use harness::Failure;

    use super::*;
    use crate::samples::{history, report};

    fn answers(pairs: &[(&str, u32)]) -> Vec<History> {
        pairs
            .iter()
            .map(|(approach, answer)| {
                let mut report = report(approach, 10);
                report.answer = (*answer).into();
                history(approach, vec![report])
            })
            .collect()
    }

    #[test]
    fn sequential_is_right_even_if_it_stands_alone() {
        let histories = answers(&[("threads", 7), ("sequential", 8), ("tokio", 7)]);
        assert_eq!(reference(&histories).map(|report| &report.answer), Some(&8.into()));
    }

    #[test]
    fn without_sequential_the_majority_is_right_and_among_equals_the_first() {
        let histories = answers(&[("threads", 7), ("tokio", 8), ("smol", 8)]);
        assert_eq!(reference(&histories).map(|report| &report.answer), Some(&8.into()));
        let histories = answers(&[("threads", 7), ("tokio", 8)]);
        assert_eq!(reference(&histories).map(|report| &report.answer), Some(&7.into()));
        assert!(reference(&[]).is_none());
    }

    #[test]
    fn answers_and_failures_must_both_be_the_same() {
        let right = report("sequential", 10);
        assert_eq!(contradiction(&right, &[right.clone(), right.clone()]), None);

        let mut other = right.clone();
        other.answer = 43.into();
        let text = contradiction(&right, &[right.clone(), other]).expect("the answers differ");
        assert_eq!(text, "its answer is 43 instead of 42");

        let mut failed = right.clone();
        failed.failures = vec![Failure { unit: "/7".into(), reason: "status 500".into() }];
        let text = contradiction(&right, &[failed]).expect("the failures differ");
        assert_eq!(text, "other units failed: (/7: status 500) instead of none");
    }
}
