//! Where each version begins to win, stops winning, and breaks, along the values of a flag.
//!
//! A version wins where it is surely faster than sequential: the whole 95 % interval of its speed-up
//! is beyond 1, and beyond the noise that the control shows.

use figures::{statistics::Estimate, words};
use serde::Serialize;

use super::comparison::{Comparison, Status, Version};

/// The results of a row at each value of a flag; `--json` prints them as they are.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Swept {
    /// The flag, without its hyphens.
    pub(crate) flag: String,
    /// The comparisons, in the order of the values.
    pub(crate) steps: Vec<Step>,
}

/// The results of a row at one value.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    /// The value, as it was written.
    pub(crate) value: String,
    /// What was measured with it.
    pub(crate) comparison: Comparison,
}

/// How a version does at one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It is surely faster than sequential.
    Wins(Estimate),
    /// There is no measurable difference from sequential.
    Even(Estimate),
    /// It is surely slower than sequential.
    Loses(Estimate),
    /// It crashed, hung, or gave a wrong answer.
    Breaks(Status),
    /// Sequential or the version itself was not measured, so there is nothing to compare.
    Unknown,
}

/// A value at which the outcome of a version changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Crossing {
    /// The value, as it was written.
    pub(crate) value: String,
    /// The change.
    pub(crate) what: Change,
    /// The reason, if it breaks.
    pub(crate) reason: Option<String>,
}

/// How an outcome changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// The version begins to win.
    Wins,
    /// It won and still runs, and no longer wins, or not surely.
    Stops,
    /// It no longer comes to an end with the right answer.
    Breaks,
}

/// All crossings of one version, as `--json` prints them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Crossings {
    approach: String,
    crossings: Vec<Crossing>,
}

impl Outcome {
    /// The speed-up, where there is one.
    #[must_use]
    pub(crate) fn speed_up(self) -> Option<Estimate> {
        match self {
            Self::Wins(speed_up) | Self::Even(speed_up) | Self::Loses(speed_up) => Some(speed_up),
            Self::Breaks(_) | Self::Unknown => None,
        }
    }
}

impl Step {
    /// How many times as fast as sequential a version could be at best.
    #[must_use]
    pub(crate) fn at_best(&self) -> Option<f64> {
        let baseline = self.comparison.baseline()?;
        Some(self.comparison.bounds.as_ref()?.share(baseline.mean_wall_ns? / 1e9).recip())
    }

    fn version(&self, name: &str) -> Option<&Version> {
        self.comparison.versions.iter().find(|version| version.approach.name() == name)
    }

    fn outcome(&self, name: &str) -> Outcome {
        let noise = self.comparison.noise();
        match self.version(name).map(|version| (version.status, version.speed_up)) {
            Some((Status::Ok, Some(speed_up))) if speed_up.low > noise => Outcome::Wins(speed_up),
            Some((Status::Ok, Some(speed_up))) if speed_up.high < noise.recip() => {
                Outcome::Loses(speed_up)
            }
            Some((Status::Ok, Some(speed_up))) => Outcome::Even(speed_up),
            Some((Status::Ok, None)) | None => Outcome::Unknown,
            Some((broken, _)) => Outcome::Breaks(broken),
        }
    }
}

impl Swept {
    /// The names and labels of the versions other than sequential.
    #[must_use]
    pub(crate) fn versions(&self) -> Vec<(String, String)> {
        let first = self.steps.first();
        let versions = first.into_iter().flat_map(|step| &step.comparison.versions);
        versions
            .map(|version| &version.approach)
            .filter(|approach| !approach.is_baseline())
            .map(|approach| (approach.name().to_owned(), approach.label().to_owned()))
            .collect()
    }

    /// The outcome of a version at each value.
    #[must_use]
    pub(crate) fn along(&self, name: &str) -> Vec<Outcome> {
        self.steps.iter().map(|step| step.outcome(name)).collect()
    }

    /// How many rounds there were for each value, at least.
    #[must_use]
    pub(crate) fn rounds(&self) -> usize {
        self.steps.iter().map(|step| step.comparison.rounds).min().unwrap_or_default()
    }

    /// Where a version begins to win, stops winning, and breaks.
    #[must_use]
    pub(crate) fn crossings(&self, name: &str) -> Vec<Crossing> {
        let mut crossings = Vec::new();
        let (mut wins, mut is_broken) = (false, false);
        for (step, outcome) in self.steps.iter().zip(self.along(name)) {
            let what = match outcome {
                Outcome::Wins(_) if !wins => Some(Change::Wins),
                Outcome::Even(_) | Outcome::Loses(_) if wins => Some(Change::Stops),
                Outcome::Breaks(_) if !is_broken => Some(Change::Breaks),
                _ => None,
            };
            // A value without any comparison changes nothing.
            if outcome != Outcome::Unknown {
                wins = matches!(outcome, Outcome::Wins(_));
                is_broken = matches!(outcome, Outcome::Breaks(_));
            }
            let reason = step.version(name).and_then(|version| version.reason.clone());
            let crossing = |what| Crossing { value: step.value.clone(), what, reason };
            crossings.extend(what.map(crossing));
        }
        crossings
    }

    /// The crossings of all versions.
    #[must_use]
    pub(crate) fn all_crossings(&self) -> Vec<Crossings> {
        let versions = self.versions().into_iter().map(|(name, _)| name);
        versions
            .map(|approach| Crossings { crossings: self.crossings(&approach), approach })
            .collect()
    }

    /// The crossings of a version, a clause for each.
    #[must_use]
    pub(crate) fn clauses(&self, name: &str) -> Vec<String> {
        let along = self.along(name);
        let crossings = self.crossings(name).into_iter();
        crossings
            .map(|Crossing { value, what, reason }| {
                let place = self.steps.iter().position(|step| step.value == value).unwrap_or(0);
                match what {
                    Change::Wins => self.win(&along, place),
                    Change::Stops if matches!(along[place], Outcome::Loses(_)) => {
                        format!("stops winning at {}", self.at(&value))
                    }
                    // It may still be faster, but chance alone would explain as much.
                    Change::Stops => format!("no longer measurably wins at {}", self.at(&value)),
                    Change::Breaks => {
                        let reason = reason.unwrap_or_default();
                        format!("{} at {} ({reason})", verb(along[place]), self.at(&value))
                    }
                }
            })
            .collect()
    }

    /// From which value to which a version wins that begins to win at this place.
    fn win(&self, along: &[Outcome], first: usize) -> String {
        let still = |outcome: &&Outcome| matches!(outcome, Outcome::Wins(_) | Outcome::Unknown);
        let mut last = first + along[first..].iter().take_while(still).count() - 1;
        while along[last] == Outcome::Unknown {
            last -= 1;
        }
        let from = self.at(&self.steps[first].value);
        if last == first {
            format!("wins at {from}")
        } else if last + 1 == along.len() {
            format!("wins from {from} on")
        } else {
            format!("wins from {from} to {}", self.steps[last].value)
        }
    }

    /// `limit = 4`.
    fn at(&self, value: &str) -> String {
        format!("{} = {value}", self.flag)
    }

    /// A sentence for each version, and for the values at which there is nothing to compare with.
    #[must_use]
    pub(crate) fn sentences(&self) -> Vec<String> {
        let too_few =
            "Fewer than three rounds can't tell a difference from noise: run more (--runs 5).";
        let too_few = (self.rounds() < 3).then(|| too_few.to_owned());
        let versions = self.versions().into_iter();
        let sentences = versions.map(|(name, label)| self.sentence(&name, &label));
        too_few.into_iter().chain(sentences).chain(self.without_baseline()).collect()
    }

    fn sentence(&self, name: &str, label: &str) -> String {
        let along = self.along(name);
        let speed_ups = self.steps.iter().zip(&along).filter_map(|(step, outcome)| {
            let speed_up = outcome.speed_up()?;
            Some((self.at(&step.value), speed_up))
        });
        let speed_ups: Vec<(String, Estimate)> = speed_ups.collect();
        // Of equals, the first.
        let best = speed_ups.iter().rev().max_by(|a, b| a.1.value.total_cmp(&b.1.value));
        let most = best.map(|(at, speed_up)| format!("{} at {at}", words::estimate(*speed_up)));
        let mut clauses = self.clauses(name);
        let wins = along.iter().any(|outcome| matches!(outcome, Outcome::Wins(_)));
        if most.is_some() && !wins {
            clauses.insert(0, "shows no measurable gain at any value".into());
        } else if clauses.is_empty() {
            clauses.push("was not compared at any value".into());
        }
        let best = most.map_or_else(String::new, |most| format!("; its best is {most}"));
        format!("{label} {}{best}.", clauses.join("; it "))
    }

    /// Sequential has given no result at some values.
    fn without_baseline(&self) -> Option<String> {
        let values = self.steps.iter().filter(|step| step.comparison.baseline().is_none());
        let values: Vec<String> = values.map(|step| self.at(&step.value)).collect();
        (!values.is_empty()).then(|| {
            format!(
                "Sequential gave no result, so there is nothing to compare with, at {}.",
                words::list(&values)
            )
        })
    }
}

/// What a version does that breaks.
fn verb(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Breaks(Status::Wrong) => "is wrong",
        Outcome::Breaks(Status::Hung) => "hangs",
        _ => "breaks",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use workspace::{Approach, Side, run::Fault};

    use super::*;
    use crate::{
        judge::comparison::{Control, tests::compare},
        samples::{history, runs},
    };

    /// A step at which sequential took a second in each round, and as many units may be in flight as
    /// the value says. Versions without times crashed.
    pub(crate) fn step(value: &str, versions: &[(&str, &[u64])]) -> Step {
        let versions = versions.iter().map(|(name, walls)| {
            let mut history = runs(name, walls, 10, 2);
            let limit = value.parse().expect("the value is a limit");
            history.reports.iter_mut().for_each(|report| report.limit = limit);
            if walls.is_empty() {
                history.fault = Some((1, Fault::Crashed("cannot start a thread".into())));
            }
            history
        });
        let sequential = runs("sequential", &[1000, 1000, 1000], 10, 1);
        let histories = std::iter::once(sequential).chain(versions).collect();
        Step { value: value.into(), comparison: compare(Side::Io, histories) }
    }

    pub(crate) fn swept(steps: Vec<Step>) -> Swept {
        Swept { flag: "limit".into(), steps }
    }

    /// tokio wins from the second value on. threads wins once, then loses, and then breaks.
    pub(crate) fn example() -> Swept {
        let step = |value, tokio: u64, threads: &[u64]| {
            step(value, &[("tokio", &[tokio; 3]), ("threads", threads)])
        };
        swept(vec![
            step("1", 1000, &[1000; 3]),
            step("2", 500, &[500; 3]),
            step("4", 250, &[1100; 3]),
            step("8", 500, &[]),
        ])
    }

    fn changes(swept: &Swept, name: &str) -> Vec<(String, Change)> {
        let crossings = swept.crossings(name).into_iter();
        crossings.map(|crossing| (crossing.value, crossing.what)).collect()
    }

    #[test]
    fn a_sentence_tells_where_a_version_wins_stops_and_breaks() {
        assert_eq!(
            example().sentences(),
            [
                "tokio wins from limit = 2 on; its best is 4.00 [4.00, 4.00] at limit = 4.",
                "threads wins at limit = 2; it stops winning at limit = 4; it breaks at limit = 8 \
                 (in round 1: cannot start a thread); its best is 2.00 [2.00, 2.00] at limit = 2."
            ]
        );
    }

    #[test]
    fn a_crossing_is_where_the_outcome_changes_and_nowhere_else() {
        let at = |value: &str, change| (value.to_owned(), change);
        assert_eq!(changes(&example(), "tokio"), [at("2", Change::Wins)]);
        assert_eq!(
            changes(&example(), "threads"),
            [at("2", Change::Wins), at("4", Change::Stops), at("8", Change::Breaks)]
        );
        let reason = example().crossings("threads")[2].reason.clone();
        assert_eq!(reason.as_deref(), Some("in round 1: cannot start a thread"));
        // Twice broken is one crossing, and so is each of two wins.
        let walls: [&[u64]; 6] = [&[500; 3], &[500; 3], &[], &[], &[250; 3], &[250; 3]];
        let values = ["1", "2", "3", "4", "5", "6"];
        let steps = values.iter().zip(walls).map(|(value, walls)| step(value, &[("smol", walls)]));
        let swept = swept(steps.collect());
        assert_eq!(
            changes(&swept, "smol"),
            [at("1", Change::Wins), at("3", Change::Breaks), at("5", Change::Wins)]
        );
        assert_eq!(
            swept.clauses("smol"),
            [
                "wins from limit = 1 to 2",
                "breaks at limit = 3 (in round 1: cannot start a thread)",
                "wins from limit = 5 on"
            ]
        );
    }

    #[test]
    fn what_may_be_chance_is_no_win() {
        // On average 1.25 times as fast, in rounds that differ too much to tell.
        let noisy = swept(vec![
            step("1", &[("smol", &[500, 1300, 800])]),
            step("2", &[("smol", &[1200, 450, 950])]),
        ]);
        assert!(noisy.along("smol").iter().all(|it| matches!(it, Outcome::Even(_))));
        assert_eq!(changes(&noisy, "smol"), []);
        let text = noisy.sentences().concat();
        assert!(text.starts_with("smol shows no measurable gain at any value; its best"), "{text}");
    }

    #[test]
    fn a_win_that_becomes_uncertain_is_not_called_a_loss() {
        let at = |last: &[u64]| {
            let steps = vec![step("1", &[("smol", &[500; 3])]), step("2", &[("smol", last)])];
            swept(steps).clauses("smol").remove(1)
        };
        assert_eq!(at(&[1500, 1510, 1490]), "stops winning at limit = 2");
        assert_eq!(at(&[200, 1500, 700]), "no longer measurably wins at limit = 2");
    }

    #[test]
    fn a_difference_within_the_noise_of_the_control_is_no_win() {
        let mut swept = swept(vec![step("1", &[("smol", &[950; 3])])]);
        assert!(matches!(swept.along("smol")[..], [Outcome::Wins(_)]));
        let ratio = Estimate { value: 1.01, low: 0.9, high: 1.02 };
        let control = Control { approach: Approach::new("smol"), ratio };
        swept.steps[0].comparison.control = Some(control);
        assert!(matches!(swept.along("smol")[..], [Outcome::Even(_)]));
    }

    #[test]
    fn without_sequential_nothing_wins_or_stops() {
        let mut swept = example();
        let mut sequential = history("sequential", Vec::new());
        sequential.fault = Some((1, Fault::Crashed("no end".into())));
        let histories = vec![sequential, runs("tokio", &[9, 9], 1, 2)];
        swept.steps[2].comparison = compare(Side::Io, histories);
        assert_eq!(swept.along("tokio")[2], Outcome::Unknown);
        assert_eq!(changes(&swept, "tokio"), [("2".to_owned(), Change::Wins)]);
        assert_eq!(swept.steps[2].at_best(), None);
        let last = swept.sentences().pop();
        assert!(last.is_some_and(|text| text.ends_with("with, at limit = 4.")));
    }

    #[test]
    fn the_theoretical_curve_is_that_of_the_limit_at_each_value() {
        // With K of the units in flight, all of them take a K-th of sequential's time at best.
        for (step, expected) in example().steps.iter().zip([1.0, 2.0, 4.0, 8.0]) {
            let at_best = step.at_best().expect("sequential was measured");
            assert!((at_best - expected).abs() < 1e-6, "{at_best} is not {expected}");
        }
    }
}
