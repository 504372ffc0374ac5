//! Whether a claim holds: its ratios and their intervals against its threshold.

use std::fmt;

use figures::{
    statistics::{CONFIDENCE, Estimate},
    words,
};
use serde::{Deserialize, Serialize};

use crate::{
    evidence::{Evidence, Found, row},
    statement::{Base, Bound, Claim, Claims, Quantity, Ratio, Threshold},
};

/// A control has failed if even an interval of this confidence says that a benchmark differs from
/// itself. Of ten rows on a sound machine, one fails then in one case of twenty.
const CONTROL: f64 = 0.995;

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
    /// A benchmark of the row differs from itself, so nothing in the row can be told.
    NotJudged,
    /// It speaks of machines with more cores than this one has, and nothing here can tell.
    TooFewCores,
}

/// A claim with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgedRatio {
    /// The numerator: the name of a measurement, a number, or a limit in seconds.
    pub of: String,
    /// The denominator.
    pub to: String,
    /// What the measurements say of this ratio alone.
    pub verdict: Verdict,
    /// How many times as large the numerator is; `None` if a figure is missing.
    pub ratio: Option<Estimate>,
    /// What part of the parallel capacity of the machine the ratio is, where the threshold is one
    /// for the number of cores; `None` elsewhere, or if that was not measured.
    pub of_capacity: Option<Estimate>,
    /// What it was drawn from, or else what is missing, in words.
    pub source: String,
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
    /// one of them is. What is missing does not hide what is open.
    fn of_all(verdicts: impl Iterator<Item = Self> + Clone) -> Self {
        [Self::Refuted, Self::NotJudged, Self::Inconclusive, Self::NotMeasured]
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
            Self::NotJudged => "not judged",
            Self::TooFewCores => "too few cores",
        })
    }
}

/// Judges a claim on a machine with as many cores.
#[must_use]
pub fn judge(claim: &Claim, claims: &Claims, evidence: &Evidence, cores: usize) -> Judged {
    let region = region(claim.threshold, cores);
    let judge_ratio = |ratio: &Ratio| {
        let judged = if cores < claim.needs_cores {
            Err((Verdict::TooFewCores, format!("needs {} cores", claim.needs_cores)))
        } else if let Some(reason) = unsound(ratio, claims, evidence) {
            Err((Verdict::NotJudged, reason))
        } else {
            let missing = |reason| (Verdict::NotMeasured, missing(reason, claim));
            evidence.ratio(ratio).map_err(missing)
        };
        judge_ratio(ratio, judged, claim, region)
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

/// How what is the control of a row compares with itself.
///
/// # Errors
/// It was not measured; the error says in words what is missing.
pub fn control(measured: &str, evidence: &Evidence) -> Result<Found, String> {
    let control = Quantity::Measured(measured.to_owned());
    evidence.ratio(&Ratio { of: control.clone(), to: control, per_unit: false })
}

/// Why nothing can be told of a ratio: the control of its row has failed.
fn unsound(ratio: &Ratio, claims: &Claims, evidence: &Evidence) -> Option<String> {
    let measured = claims.control(row(ratio.names().next()?))?;
    // Where there is no control, the ratio itself says what is missing.
    let found = control(measured, evidence).ok()?;
    let Estimate { value, low, high } = found.estimate(CONTROL);
    (high < 1.0 || 1.0 < low)
        .then(|| format!("the control failed: {measured} took {value:.3} times as long as itself"))
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
    claim: &Claim,
    region: Region,
) -> JudgedRatio {
    let [of, to] = [&ratio.of, &ratio.to].map(|quantity| match quantity {
        Quantity::Measured(name) => name.clone(),
        Quantity::Number(number) => number.to_string(),
        Quantity::Limit(limit) => format!("{limit} seconds"),
    });
    let found = match found {
        Ok(found) => found,
        Err((verdict, source)) => {
            return JudgedRatio { of, to, verdict, ratio: None, of_capacity: None, source };
        }
    };
    let base = match claim.threshold.bound() {
        Bound::Multiple { of, .. } => Some(of),
        Bound::Number(_) => None,
    };
    let estimate = |confidence| match base {
        Some(Base::Capacity) => found.of_capacity(confidence),
        _ => Some(found.estimate(confidence)),
    };
    let Some(usual) = estimate(CONFIDENCE) else {
        let source = format!("{}, without the capacity of the cores", found.source);
        let verdict = Verdict::NotMeasured;
        return JudgedRatio { of, to, verdict, ratio: None, of_capacity: None, source };
    };
    // That all ratios hold by chance is no likelier than that one does. But that at least one seems
    // to be refuted by chance is likelier the more there are, so each has to be surer of it
    // (Bonferroni's correction).
    let sure = 1.0 - (1.0 - CONFIDENCE) / claim.ratios.len() as f64;
    let verdict = match claim.threshold {
        Threshold::Exactly(bound) => {
            let demanded = bound.value(1);
            let each = found.each().unwrap_or(std::slice::from_ref(&usual.value));
            let exact = each.iter().all(|ratio| (ratio - demanded).abs() < 1e-9 * demanded);
            if exact { Verdict::Holds } else { Verdict::Refuted }
        }
        _ => match Verdict::of(usual, region) {
            Verdict::Refuted => {
                let surer = estimate(sure).map(|estimate| Verdict::of(estimate, region));
                surer.unwrap_or(Verdict::Inconclusive)
            }
            verdict => verdict,
        },
    };
    let of_capacity = match base {
        Some(Base::P) => found.of_capacity(CONFIDENCE),
        _ => None,
    };
    JudgedRatio { of, to, verdict, ratio: Some(usual), of_capacity, source: found.source }
}

fn region(threshold: Threshold, cores: usize) -> Region {
    let demanded = threshold.bound().value(cores);
    match threshold {
        Threshold::AtLeast(_) => Region { low: demanded, high: f64::INFINITY },
        Threshold::AtMost(_) => Region { low: 0.0, high: demanded },
        Threshold::Within(_) => Region { low: 1.0 / (1.0 + demanded), high: 1.0 + demanded },
        Threshold::Exactly(_) => Region { low: demanded, high: demanded },
    }
}

fn threshold(threshold: Threshold, region: Region) -> String {
    let [low, high] = [region.low, region.high].map(words::ratio);
    let text = match threshold {
        Threshold::AtLeast(_) => format!("at least {low}"),
        Threshold::AtMost(_) => format!("at most {high}"),
        Threshold::Within(_) => return format!("between {low} and {high}"),
        Threshold::Exactly(_) => format!("exactly {}", region.low),
    };
    match threshold.bound() {
        Bound::Number(_) => text,
        bound @ Bound::Multiple { of: Base::Capacity, .. } => {
            text.replace(&low, &bound.to_string()).replace(&high, &bound.to_string())
        }
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
        use Verdict::{Holds, Inconclusive, NotJudged, NotMeasured, Refuted};
        for (ratios, verdict) in [
            (&[Holds, Holds][..], Holds),
            (&[Holds, Inconclusive], Inconclusive),
            (&[NotMeasured, Holds], NotMeasured),
            (&[Inconclusive, NotMeasured, Holds], Inconclusive),
            (&[Inconclusive, NotJudged, Holds], NotJudged),
            (&[NotMeasured, Refuted, Holds], Refuted),
        ] {
            assert_eq!(Verdict::of_all(ratios.iter().copied()), verdict, "{ratios:?}");
        }
    }
}
