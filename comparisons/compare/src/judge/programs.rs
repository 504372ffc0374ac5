//! The results of the user's own programs.

use figures::{
    statistics::{self, CONFIDENCE, Estimate},
    words::{self, percent, shortened},
};
use harness::meter::Usage;
use serde::Serialize;

use super::conditions::{self, Warning};
use crate::run::programs::{Tried, Tries};

/// The results of some programs, each against the first; `--json` prints them as they are.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Programs {
    /// How many rounds there were.
    pub(crate) rounds: usize,
    /// How many times as long the first took the second time in a round.
    pub(crate) control: Option<Estimate>,
    /// The programs, in the order in which they were named.
    #[serde(rename = "programs")]
    pub(crate) each: Vec<Program>,
    /// What may have spoilt the measurement, apart from noise.
    pub(crate) warnings: Vec<Warning>,
}

/// The figures of one program. Wall-clock times are geometric means, as ratios are; the rest are
/// medians of its runs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Program {
    /// What it is called.
    pub(crate) name: String,
    /// What went wrong, if anything did. Then it is not compared.
    pub(crate) fault: Option<String>,
    /// The wall-clock time of each of its runs, in nanoseconds.
    pub(crate) wall_ns: Vec<u64>,
    /// Their geometric mean, in nanoseconds.
    pub(crate) mean_wall_ns: Option<f64>,
    /// How many times as fast as the first program it is.
    pub(crate) speed_up: Option<Estimate>,
    /// User and system CPU time of all of its processes, in nanoseconds.
    pub(crate) cpu_ns: Option<f64>,
    /// How many cores it used on average.
    pub(crate) cores: Option<f64>,
    /// The most memory that one of its processes had resident, in bytes.
    pub(crate) peak_rss_bytes: Option<f64>,
    /// Context switches, voluntary and not.
    pub(crate) switches: Option<f64>,
}

impl Programs {
    /// Draws the figures together.
    #[must_use]
    pub(crate) fn draw(tries: &Tries) -> Self {
        let baseline = tries.programs.first().filter(|first| first.fault.is_none());
        let control = baseline
            .filter(|_| tries.control.fault.is_none())
            .and_then(|first| statistics::paired_ratio(&tries.control.walls(), &first.walls()));
        let programs = tries.programs.iter().map(|tried| program(tried, baseline)).collect();
        let warnings = conditions::warnings(&tries.conditions);
        Self { rounds: tries.rounds, control, each: programs, warnings }
    }

    /// Whether all programs came to their end.
    #[must_use]
    pub(crate) fn all_right(&self) -> bool {
        self.each.iter().all(|program| program.fault.is_none())
    }

    /// What the figures show, a sentence for each program but the first.
    #[must_use]
    pub(crate) fn sentences(&self) -> Vec<String> {
        let Some((first, others)) = self.each.split_first() else { return Vec::new() };
        // Where the first seems to differ from itself, a difference as small means nothing.
        let noise = self.control.map_or(1.0, |control| control.value.max(control.value.recip()));
        others
            .iter()
            .filter_map(|other| {
                let ratio = other.speed_up?;
                let words = words::estimate(ratio);
                let (name, first) = (&other.name, &first.name);
                Some(if ratio.low > noise {
                    format!("{name} is {words} times as fast as {first}.")
                } else if ratio.high < noise.recip() {
                    let inverse = words::estimate(ratio.inverse());
                    format!("{name} takes {inverse} times as long as {first}.")
                } else {
                    format!("No measurable difference between {name} and {first}: {words}.")
                })
            })
            .collect()
    }

    /// What is to be minded about the measurement, in words.
    #[must_use]
    pub(crate) fn notes(&self) -> Vec<String> {
        const NOISY: f64 = 1.05;
        let noisy = |control: &Estimate| control.high > NOISY || control.low < NOISY.recip();
        self.control
            .filter(noisy)
            .map(|_| {
                format!(
                    "The machine is noisy: the first program may differ from itself by more than \
                     {}. More rounds help (--runs).",
                    percent(NOISY - 1.0)
                )
            })
            .into_iter()
            .chain(self.warnings.iter().map(ToString::to_string))
            .collect()
    }
}

fn program(tried: &Tried, baseline: Option<&Tried>) -> Program {
    let walls = tried.walls();
    let median = |figure: fn(&Usage) -> Option<f64>| {
        let figures: Option<Vec<f64>> = tried.usages.iter().map(figure).collect();
        statistics::median(&figures?)
    };
    let fault = tried.fault.as_ref().map(|(round, fault)| match round {
        0 => format!("in a warm-up: {fault}"),
        round => format!("in round {round}: {fault}"),
    });
    let compared = baseline.filter(|_| fault.is_none());
    Program {
        name: tried.name.clone(),
        fault: fault.map(|fault| shortened(&fault)),
        wall_ns: tried.usages.iter().map(|usage| usage.wall_ns).collect(),
        mean_wall_ns: statistics::geometric_mean(&walls, CONFIDENCE)
            .map(|mean| (mean.value * 1e9).round()),
        speed_up: compared.and_then(|baseline| statistics::paired_ratio(&baseline.walls(), &walls)),
        cpu_ns: median(|usage| Some(usage.cpu()?.as_nanos() as f64)),
        cores: median(|usage| Some(usage.cpu()?.as_secs_f64() / usage.wall().as_secs_f64())),
        peak_rss_bytes: median(|usage| Some(usage.peak_rss_bytes? as f64)),
        switches: median(|usage| {
            Some((usage.voluntary_switches? + usage.involuntary_switches?) as f64)
        }),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use workspace::run::Fault;

    use super::*;
    use crate::run::conditions::Conditions;

    fn tried(name: &str, walls: &[u64]) -> Tried {
        let usage = |wall: &u64| Usage {
            wall_ns: wall * 1_000_000,
            cpu_user_ns: Some(wall * 500_000),
            cpu_system_ns: Some(0),
            ..Usage::default()
        };
        Tried { name: name.into(), usages: walls.iter().map(usage).collect(), fault: None }
    }

    pub(crate) fn example() -> Programs {
        let mut crashed = tried("D", &[]);
        crashed.fault = Some((1, Fault::Crashed("exit status: 3".into())));
        Programs::draw(&Tries {
            rounds: 5,
            programs: vec![
                tried("A", &[100, 101, 99, 100, 102]),
                tried("B", &[50, 51, 49, 50, 52]),
                tried("C", &[101, 99, 100, 102, 100]),
                crashed,
            ],
            control: tried("A", &[101, 100, 99, 101, 101]),
            conditions: Conditions::default(),
        })
    }

    #[test]
    fn a_sentence_says_what_differs_and_what_does_not() {
        let sentences = example().sentences();
        assert_eq!(sentences.len(), 2, "{sentences:?}");
        assert!(sentences[0].starts_with("B is 1.99 ["), "{sentences:?}");
        assert!(sentences[0].ends_with("] times as fast as A."), "{sentences:?}");
        let same = "No measurable difference between C and A: 1.00 [";
        assert!(sentences[1].starts_with(same), "{sentences:?}");
    }

    #[test]
    fn what_fails_is_not_compared() {
        let programs = example();
        assert!(!programs.all_right());
        let crashed = &programs.each[3];
        assert_eq!(crashed.fault.as_deref(), Some("in round 1: exit status: 3"));
        assert_eq!(crashed.speed_up, None);
        assert_eq!(programs.each[0].cores, Some(0.5));
    }
}
