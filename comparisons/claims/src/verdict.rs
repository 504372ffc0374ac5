//! Whether a claim holds: its ratios and their intervals against its threshold.

use std::fmt;

use figures::statistics::Estimate;
use figures::words;
use serde::{Deserialize, Serialize};

use crate::{
    date,
    evidence::{Evidence, Found},
    statement::{Bound, Claim, Quantity, Ratio, Threshold},
};

/// What the measurements say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The whole 95 % interval lies where the claim wants it.
    Holds,
    /// The whole interval lies on the wrong side of the threshold.
    Refuted,
    /// The interval lies on both sides. This never counts as holding.
    Inconclusive,
    /// A figure is missing.
    NotMeasured,
    /// It speaks of machines with more cores than this one has, and nothing here can tell.
    TooFewCores,
}

/// A claim with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What others call it by.
    pub id: String,
    /// The sentence.
    pub says: String,
    /// Why it should be so.
    pub why: String,
    /// What the measurements say.
    pub verdict: Verdict,
    /// The threshold in words, such as `at least 1.8 (0.9 * P)`.
    pub threshold: String,
    /// The ratios, in the order of the claim.
    pub ratios: Vec<JudgedRatio>,
}

/// A ratio with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedRatio {
    /// The numerator: the name of a measurement, or a limit in seconds.
    pub of: String,
    /// The denominator.
    pub to: String,
    /// What the measurements say of this ratio alone.
    pub verdict: Verdict,
    /// How many times as large the numerator is; `None` if a figure is missing.
    pub ratio: Option<Estimate>,
    /// What it was drawn from, or else what is missing, in words.
    pub source: String,
    /// The day of the measurement, as in `2026-01-31`.
    pub date: Option<String>,
}

/// Where a ratio has to lie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Region {
    low: f64,
    high: f64,
}

impl Verdict {
    /// Of an interval: all of it has to be in the region, or out of it.
    fn of(estimate: Estimate, region: Region) -> Self {
        if region.low <= estimate.low && estimate.high <= region.high {
            Self::Holds
        } else if estimate.high < region.low || region.high < estimate.low {
            Self::Refuted
        } else {
            Self::Inconclusive
        }
    }

    /// Of a claim, from the verdicts on its ratios: it holds if all of them do, and is refuted if
    /// one of them is.
    fn of_all(verdicts: impl Iterator<Item = Self> + Clone) -> Self {
        [Self::Refuted, Self::NotMeasured, Self::Inconclusive]
            .into_iter()
            .find(|verdict| verdicts.clone().any(|other| other == *verdict))
            .unwrap_or(Self::Holds)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
            Self::NotMeasured => "not measured",
            Self::TooFewCores => "too few cores",
        })
    }
}

/// Judges a claim on a machine with as many cores.
#[must_use]
pub fn judge(claim: &Claim, evidence: &Evidence, cores: usize) -> Judged {
    let region = region(claim.threshold, cores);
    let judge_ratio = |ratio| {
        let found = if cores < claim.needs_cores {
            Err((Verdict::TooFewCores, format!("needs {} cores", claim.needs_cores)))
        } else {
            let missing = |reason| (Verdict::NotMeasured, missing(reason, claim));
            evidence.ratio(ratio).map_err(missing)
        };
        judge_ratio(ratio, found, region)
    };
    let ratios: Vec<JudgedRatio> = claim.ratios.iter().map(judge_ratio).collect();
    let verdict = if cores < claim.needs_cores {
        Verdict::TooFewCores
    } else {
        Verdict::of_all(ratios.iter().map(|ratio| ratio.verdict))
    };
    Judged {
        id: claim.id.clone(),
        says: claim.says.clone(),
        why: claim.why.clone(),
        verdict,
        threshold: threshold(claim.threshold, region),
        ratios,
    }
}

/// What is missing, with what the claim says it needs.
fn missing(reason: String, claim: &Claim) -> String {
    match &claim.needs {
        Some(needs) => format!("{reason} (it needs {needs})"),
        None => reason,
    }
}

fn judge_ratio(
    ratio: &Ratio,
    found: Result<Found, (Verdict, String)>,
    region: Region,
) -> JudgedRatio {
    let (verdict, estimate, source, date) = match found {
        Ok(Found { estimate, source, date }) => {
            let verdict = Verdict::of(estimate, region);
            (verdict, Some(estimate), source, Some(date::day(date)))
        }
        Err((verdict, reason)) => (verdict, None, reason, None),
    };
    let of = match &ratio.of {
        Quantity::Measured(name) => name.clone(),
        Quantity::Limit(limit) => format!("{limit} seconds"),
    };
    JudgedRatio { of, to: ratio.to.clone(), verdict, ratio: estimate, source, date }
}

fn region(threshold: Threshold, cores: usize) -> Region {
    let demanded = threshold.bound().value(cores);
    match threshold {
        Threshold::AtLeast(_) => Region { low: demanded, high: f64::INFINITY },
        Threshold::AtMost(_) => Region { low: 0.0, high: demanded },
        Threshold::Within(_) => Region { low: 1.0 / (1.0 + demanded), high: 1.0 + demanded },
    }
}

fn threshold(threshold: Threshold, region: Region) -> String {
    let [low, high] = [region.low, region.high].map(words::ratio);
    let text = match threshold {
        Threshold::AtLeast(_) => format!("at least {low}"),
        Threshold::AtMost(_) => format!("at most {high}"),
        Threshold::Within(_) => return format!("between {low} and {high}"),
    };
    match threshold.bound() {
        Bound::Number(_) => text,
        bound @ Bound::Multiple { .. } => format!("{text} ({bound})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(low: f64, high: f64, region: Region) -> Verdict {
        Verdict::of(Estimate { value: f64::midpoint(low, high), low, high }, region)
    }

    #[test]
    fn an_interval_holds_only_as_a_whole_and_is_refuted_only_as_a_whole() {
        let at_least = region(Threshold::AtLeast(Bound::Number(2.0)), 1);
        assert_eq!(of(2.0, 2.5, at_least), Verdict::Holds);
        assert_eq!(of(1.9, 2.5, at_least), Verdict::Inconclusive);
        assert_eq!(of(1.5, 1.9, at_least), Verdict::Refuted);

        let at_most = region(Threshold::AtMost(Bound::Number(2.0)), 1);
        assert_eq!(of(1.5, 2.0, at_most), Verdict::Holds);
        assert_eq!(of(1.5, 2.1, at_most), Verdict::Inconclusive);
        assert_eq!(of(2.1, 2.2, at_most), Verdict::Refuted);

        let within = region(Threshold::Within(Bound::Number(0.25)), 1);
        assert_eq!(of(0.8, 1.25, within), Verdict::Holds);
        assert_eq!(of(0.7, 1.0, within), Verdict::Inconclusive);
        assert_eq!(of(0.7, 1.4, within), Verdict::Inconclusive);
        assert_eq!(of(0.5, 0.7, within), Verdict::Refuted);
        assert_eq!(of(1.3, 1.4, within), Verdict::Refuted);
    }

    #[test]
    fn a_claim_holds_if_all_of_it_does_and_is_refuted_if_any_of_it_is() {
        use Verdict::{Holds, Inconclusive, NotMeasured, Refuted};
        for (ratios, verdict) in [
            (&[Holds, Holds][..], Holds),
            (&[Holds, Inconclusive], Inconclusive),
            (&[Inconclusive, NotMeasured, Holds], NotMeasured),
            (&[NotMeasured, Refuted, Holds], Refuted),
        ] {
            assert_eq!(Verdict::of_all(ratios.iter().copied()), verdict, "{ratios:?}");
        }
    }
}
