//! Where each version begins to gain, gains most, and breaks, along the values of a flag.

use figures::words;
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
    pub(crate) fn along(&self, name: &str) -> Vec<(&str, Option<&Version>)> {
        self.steps.iter().map(|step| (&*step.value, step.version(name))).collect()
    }

    /// A sentence for each version.
    #[must_use]
    pub(crate) fn sentences(&self) -> Vec<String> {
        let versions = self.versions().into_iter();
        versions.map(|(name, label)| self.sentence(&name, &label)).collect()
    }

    fn sentence(&self, name: &str, label: &str) -> String {
        let along = self.along(name);
        let at = |value: &str| format!("--{} {value}", self.flag);
        let gains = |version: &Version| {
            version.status == Status::Ok && version.speed_up.is_some_and(|it| it.low > 1.0)
        };
        let found = along.iter().find_map(|(value, version)| {
            version.filter(|version| gains(version)).map(|version| (*value, version))
        });
        let best = along
            .iter()
            .filter_map(|(value, version)| {
                let version = version.filter(|version| version.status == Status::Ok)?;
                Some((*value, version.speed_up?))
            })
            // Of equals, the first.
            .rev()
            .max_by(|a, b| a.1.value.total_cmp(&b.1.value));
        let mut text = match (found, best) {
            (Some((value, _)), Some((most, speed_up))) if value == most => {
                format!(
                    "{label} starts to gain at {}, and gains most there: {}",
                    at(value),
                    words::estimate(speed_up)
                )
            }
            (Some((value, version)), Some((most, speed_up))) => format!(
                "{label} starts to gain at {} ({}), and gains most at {}: {}",
                at(value),
                version.speed_up.map(words::estimate).unwrap_or_default(),
                at(most),
                words::estimate(speed_up)
            ),
            (None, Some((most, speed_up))) => format!(
                "{label} shows no measurable gain at any value; its best is {} at {}",
                words::estimate(speed_up),
                at(most)
            ),
            _ => format!("{label} never gave the right answer"),
        };
        // After the first gain there may be a value at which it is gone again.
        if let Some((first, _)) = found {
            let later = along.iter().skip_while(|(value, _)| *value != first);
            let lost = later.filter_map(|(value, version)| version.map(|it| (*value, it)));
            let lost = lost
                .filter(|(_, version)| version.status == Status::Ok)
                .find(|(_, version)| !gains(version));
            if let Some((value, _)) = lost {
                text += &format!("; it no longer gains at {}", at(value));
            }
        }
        let broken = along.iter().find_map(|(value, version)| {
            version.and_then(|version| Some((*value, version.reason.as_deref()?)))
        });
        if let Some((value, reason)) = broken {
            text += &format!("; it fails at {} ({reason})", at(value));
        }
        text + "."
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use workspace::{Side, run::Fault};

    use super::*;
    use crate::{
        judge::comparison::tests::compare,
        samples::{history, runs},
    };

    pub(crate) fn example() -> Swept {
        let step = |value: &str, tokio: u64, threads: Option<u64>| {
            let mut crashed = history("threads", Vec::new());
            crashed.fault = Some((1, Fault::Crashed("no room".into())));
            let threads =
                threads.map_or(crashed, |wall| runs("threads", &[wall, wall, wall], 10, 2));
            let comparison = compare(
                Side::Io,
                vec![
                    runs("sequential", &[1000, 1000, 1000], 10, 1),
                    runs("tokio", &[tokio, tokio, tokio], 10, 2),
                    threads,
                ],
            );
            Step { value: value.into(), comparison }
        };
        Swept {
            flag: "limit".into(),
            steps: vec![
                step("1", 1000, Some(1000)),
                step("2", 500, Some(500)),
                step("4", 250, Some(1100)),
                step("8", 500, None),
            ],
        }
    }

    #[test]
    fn a_sentence_tells_where_a_version_gains_first_and_most_and_where_it_fails() {
        assert_eq!(
            example().sentences(),
            [
                "tokio starts to gain at --limit 2 (2.00 [2.00, 2.00]), and gains most at --limit 4: \
                 4.00 [4.00, 4.00].",
                "threads starts to gain at --limit 2, and gains most there: 2.00 [2.00, 2.00]; it \
                 no longer gains at --limit 4; it fails at --limit 8 (in round 1: no room)."
            ]
        );
    }
}
