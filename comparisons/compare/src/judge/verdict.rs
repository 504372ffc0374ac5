//! The table in words. Every sentence comes from the figures: nothing here knows what a row does,
//! or what an approach should be good at.

use figures::{
    statistics::{self, Estimate},
    words::{self, count, list, percent},
};
use workspace::{Side, python::is_python};

use super::{
    comparison::{Comparison, Version},
    limits::nanos,
};

/// Work that waits for more than this share of its time is called I/O-bound.
const MOSTLY_WAITING: f64 = 0.5;

/// A version that is certainly slower than the fastest by this factor needs an explanation.
const FAR_BEHIND: f64 = 1.5;

/// A CPU time above sequential by this factor is named as the reason.
const COSTLY: f64 = 1.5;

/// CPU time beyond that of sequential explains nothing if it is less than this share of the wall
/// time.
const NOTABLE: f64 = 0.1;

/// A version whose share of the limit is above this has not come there by chance.
const BEYOND: f64 = 1.1;

/// CPU time below that of sequential by this factor lets a version go beyond the limit.
const CHEAP: f64 = 0.9;

/// A version whose CPU time is no more than this many times its wall time has used one core.
const ONE_CORE: f64 = 1.15;

/// Says which kind of work it is, which version won, and which didn't gain and why.
#[must_use]
pub(crate) fn sentences(comparison: &Comparison, cores: usize) -> Vec<String> {
    let Some(verdict) = Verdict::new(comparison, cores) else {
        return vec![without_baseline(comparison)];
    };
    if verdict.noise.is_infinite() {
        // The control was there in a single round, so it sets no bound to the noise.
        let too_few =
            "Two rounds are too few to tell a difference from noise: run more (--runs 5).";
        return vec![verdict.kind(), too_few.into()];
    }
    [
        Some(verdict.kind()),
        verdict.winner(),
        verdict.beyond_limit(),
        verdict.laggards(),
        verdict.threads_not_async(),
        (comparison.rounds == 1).then(|| {
            "This was a single round: run more (--runs 5) to tell a difference from chance.".into()
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Sequential has failed, so the little that can be said.
fn without_baseline(comparison: &Comparison) -> String {
    let fastest = comparison.ranked().first().map_or_else(String::new, |version| {
        format!(" Among the versions that agree, {} was the fastest.", version.approach.label())
    });
    format!("Sequential gave no result, so there is nothing to compare with.{fastest}")
}

/// The figures that the sentences are drawn from.
struct Verdict<'a> {
    side: Side,
    /// All versions that can be ranked, with their speed-ups, the fastest first.
    ranked: Vec<(&'a Version, Estimate)>,
    baseline: &'a Version,
    /// Sequential's share of waiting.
    waiting: Option<f64>,
    units: usize,
    /// The most units that could have been in flight at the same time.
    limit: u64,
    workers: usize,
    /// The cores that compute.
    cores: usize,
    /// The factor by which a version may differ from itself here, as the control shows.
    noise: f64,
}

/// Why a version is not faster, as far as its figures tell.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Why {
    /// It had few units in flight, so few waits overlapped.
    FewInFlight(u64),
    /// There was nothing to share the computing with.
    OneCore,
    /// It computed on one core, though there were more.
    UsedOneCore,
    /// It spent that many times the CPU time of sequential.
    Costly(f64),
    /// The figures do not tell.
    Unknown,
}

/// How far a version is behind.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lag {
    /// Slower than sequential.
    Slower,
    /// As fast as sequential, for all that can be measured.
    NoGain,
    /// Faster than sequential, and far behind the fastest.
    Little,
}

impl<'a> Verdict<'a> {
    /// `None` if sequential has no figures.
    fn new(comparison: &'a Comparison, cores: usize) -> Option<Self> {
        let job = comparison.job.as_ref()?;
        let baseline = comparison.baseline()?;
        let ranked = comparison
            .ranked()
            .into_iter()
            .filter_map(|version| Some((version, version.speed_up?)))
            .collect();
        Some(Self {
            side: comparison.side,
            ranked,
            baseline,
            waiting: baseline.waiting,
            units: job.units,
            limit: job.limit.min(job.units) as u64,
            workers: job.workers,
            cores: cores.min(job.workers),
            noise: comparison.noise(),
        })
    }

    fn waits(&self) -> bool {
        self.waiting.is_some_and(|waiting| waiting > MOSTLY_WAITING)
    }

    fn kind(&self) -> String {
        match self.waiting {
            None => "This system doesn't say how long sequential waits.".into(),
            Some(waiting) if self.waits() => format!(
                "This work is I/O-bound: sequential spends {} of its time waiting, so overlapping \
                 the waits can help.",
                percent(waiting)
            ),
            Some(waiting) => format!(
                "This work is CPU-bound: sequential spends {} of its time computing, so using more \
                 cores can help.",
                percent(1.0 - waiting)
            ),
        }
    }

    fn winner(&self) -> Option<String> {
        let (best, speed_up) = *self.ranked.first()?;
        if speed_up.low <= self.noise {
            return Some(format!(
                "No version is measurably faster than sequential. The closest is {}, {} times as \
                 fast.",
                best.approach.label(),
                words::estimate(speed_up)
            ));
        }
        let share = best
            .share_of_limit
            .map_or_else(String::new, |share| format!(", at {} of the limit", percent(share)));
        let equals: Vec<&str> = self.ranked[1..]
            .iter()
            // A difference as small as that between a version and itself is none.
            .filter(|(version, _)| slower(version, best).is_none_or(|by| by.low <= self.noise))
            .map(|(version, _)| version.approach.label())
            .collect();
        let equals = match equals.len() {
            0 => String::new(),
            1 => format!(" {} shows no measurable difference from it.", equals[0]),
            _ => format!(" {} show no measurable difference from it.", list(&equals)),
        };
        Some(format!(
            "The fastest is {}, {} times as fast as sequential{share}.{equals}",
            best.approach.label(),
            words::estimate(speed_up)
        ))
    }

    /// Why the fastest is beyond the limit, if it is and the figures tell.
    fn beyond_limit(&self) -> Option<String> {
        let (best, _) = *self.ranked.first()?;
        let (cpu, baseline) = best.cpu_ns.zip(self.baseline.cpu_ns)?;
        let is_explained = best.share_of_limit? > BEYOND && cpu < CHEAP * baseline;
        let each = |cpu_ns: f64| words::duration_ns(nanos(cpu_ns / 1e9 / self.units as f64));
        is_explained.then(|| {
            format!(
                "It can be beyond the limit because it computes less: {} for a unit, where sequential \
                 computes for {}.",
                each(cpu),
                each(baseline)
            )
        })
    }

    /// The versions that gained little or nothing, and why, grouped by reason.
    fn laggards(&self) -> Option<String> {
        let (best, _) = *self.ranked.first()?;
        if self.ranked.iter().any(|(_, speed_up)| speed_up.high.is_infinite()) {
            // From a single round, nobody knows who gained.
            return None;
        }
        let mut groups: Vec<(Lag, Why, Vec<String>)> = Vec::new();
        // What sequential Rust costs gives no reason for what Python gains or doesn't.
        let ours = || self.ranked.iter().filter(|(version, _)| !is_python(&version.approach));
        for (version, speed_up) in ours() {
            let Some(lag) = self.lag(version, *speed_up, best) else { continue };
            let why = self.why(version);
            let name = format!("{} ({})", version.approach.label(), words::estimate(*speed_up));
            match groups.iter_mut().find(|group| (group.0, group.1) == (lag, why)) {
                Some((.., names)) => names.push(name),
                None => groups.push((lag, why, vec![name])),
            }
        }
        if groups.is_empty() {
            let which =
                if ours().count() == self.ranked.len() { "version" } else { "Rust version" };
            return (ours().count() > 1).then(|| format!("Every {which} gains."));
        }
        let clauses: Vec<String> = groups
            .iter()
            .map(|(lag, why, names)| {
                let what = match (lag, names.len()) {
                    (Lag::Slower, 1) => "is slower than sequential",
                    (Lag::Slower, _) => "are slower than sequential",
                    (Lag::NoGain, 1) => "shows no measurable gain",
                    (Lag::NoGain, _) => "show no measurable gain",
                    (Lag::Little, 1) => "gains far less",
                    (Lag::Little, _) => "gain far less",
                };
                format!("{} {what}: {}.", list(names), self.in_words(*why, names.len()))
            })
            .collect();
        Some(clauses.join(" "))
    }

    /// How far a version is behind, if it is: beyond the noise, and surely.
    fn lag(&self, version: &Version, speed_up: Estimate, best: &Version) -> Option<Lag> {
        if speed_up.high < 1.0 / self.noise {
            Some(Lag::Slower)
        } else if speed_up.low <= self.noise {
            Some(Lag::NoGain)
        } else if slower(version, best).is_some_and(|by| by.low > FAR_BEHIND) {
            Some(Lag::Little)
        } else {
            None
        }
    }

    fn why(&self, version: &Version) -> Why {
        if self.waits()
            && let Some(peak) = version.peak_in_flight
            && (1..=self.limit / 2).contains(&peak)
        {
            return Why::FewInFlight(peak);
        }
        let cpu = version.cpu_ns;
        if !self.waits() && self.cores == 1 {
            return Why::OneCore;
        }
        if let Some((cpu, baseline)) = cpu.zip(self.baseline.cpu_ns)
            && cpu > COSTLY * baseline
            && baseline > 0.0
            && version.mean_wall_ns.is_some_and(|wall| cpu - baseline > NOTABLE * wall)
        {
            // One digit, so that versions with about the same cost are grouped.
            return Why::Costly((cpu / baseline * 10.0).round() / 10.0);
        }
        if !self.waits()
            && let Some((cpu, wall)) = cpu.zip(version.mean_wall_ns)
            && cpu < ONE_CORE * wall
        {
            return Why::UsedOneCore;
        }
        Why::Unknown
    }

    /// The reason of one version, or of several that share it.
    fn in_words(&self, why: Why, versions: usize) -> String {
        let several = versions > 1;
        match why {
            Why::FewInFlight(peak) if peak == self.workers as u64 => format!(
                "with {}, only {peak} of the {} allowed waits overlapped",
                count(self.workers, "worker"),
                self.limit
            ),
            Why::FewInFlight(peak) => {
                format!("only {peak} of the {} allowed waits overlapped", self.limit)
            }
            Why::OneCore => "there is only one core to compute with".into(),
            Why::UsedOneCore => format!(
                "{} only one of the {}",
                if several { "they used" } else { "it used" },
                count(self.cores, "core")
            ),
            Why::Costly(times) => format!(
                "{} {times} times the CPU time of sequential, so starting workers and handing out \
                 work eats up the gain",
                if several { "they use" } else { "it uses" }
            ),
            Why::Unknown => "these figures don't show why".into(),
        }
    }

    /// A gain from the threads of a pool is not a gain from async.
    fn threads_not_async(&self) -> Option<String> {
        // In a row that is expected to wait, the threads that a task waits in may be as many as are
        // in flight, so there --workers 1 would not show it.
        if self.side == Side::Io || self.waits() || self.waiting.is_none() || self.cores < 2 {
            return None;
        }
        let gained: Vec<&str> = self
            .ranked
            .iter()
            .filter(|(version, speed_up)| version.approach.is_async() && speed_up.low > self.noise)
            .map(|(version, _)| version.approach.label())
            .collect();
        let gain = match gained.len() {
            0 => return None,
            1 => "gains from the threads of its runtime",
            _ => "gain from the threads of their runtimes",
        };
        Some(format!("{} {gain}, not from async: --workers 1 shows it.", list(&gained)))
    }
}

/// How many times as long a version takes as another, by the rounds that both took part in.
fn slower(version: &Version, other: &Version) -> Option<Estimate> {
    let rounds = version.wall_ns.len().min(other.wall_ns.len());
    let walls = |version: &Version| -> Vec<f64> {
        version.wall_ns[..rounds].iter().map(|&nanos| nanos as f64).collect()
    };
    statistics::paired_ratio(&walls(version), &walls(other))
}

#[cfg(test)]
mod tests {
    use figures::statistics::Estimate;

    use workspace::{Approach, Side, run::Fault};

    use crate::{
        judge::comparison::{Comparison, Control, tests::compare},
        samples::{history, runs},
    };

    /// What is said of it on two cores.
    fn sentences(comparison: &Comparison) -> Vec<String> {
        super::sentences(comparison, 2)
    }

    #[test]
    fn waits_that_overlap_and_waits_that_do_not() {
        let comparison = compare(
            Side::Io,
            vec![
                runs("sequential", &[5000, 5000, 5000], 100, 1),
                runs("rayon", &[2500, 2510, 2490], 100, 2),
                runs("tokio", &[104, 103, 105], 40, 50),
                runs("async-std", &[104, 105, 103], 40, 50),
                runs("processes", &[220, 230, 240], 400, 50),
            ],
        );
        assert_eq!(
            sentences(&comparison),
            [
                "This work is I/O-bound: sequential spends 98 % of its time waiting, so overlapping \
                 the waits can help.",
                "The fastest is tokio, 48.1 [46.9, 49.2] times as fast as sequential, at 96 % of \
                 the limit. async-std (discontinued) shows no measurable difference from it.",
                "processes (21.8 [19.5, 24.2]) gains far less: it uses 4 times the CPU time of \
                 sequential, so starting workers and handing out work eats up the gain. rayon \
                 (2.00 [1.98, 2.02]) gains far less: with 2 workers, only 2 of the 50 allowed \
                 waits overlapped.",
            ]
        );
    }

    #[test]
    fn what_computes_less_may_be_beyond_the_limit() {
        let told = |cpu_ms| {
            let histories = vec![
                runs("sequential", &[2000, 2000, 2000], 900, 1),
                runs("smol", &[250, 252, 251], cpu_ms, 50),
            ];
            sentences(&compare(Side::Io, histories)).get(2).cloned()
        };
        assert_eq!(
            told(240).as_deref(),
            Some(
                "It can be beyond the limit because it computes less: 2.40 ms for a unit, where \
                 sequential computes for 9.00 ms."
            )
        );
        // What has used as much has no such reason.
        assert_eq!(told(890), None);
    }

    #[test]
    fn a_difference_within_the_noise_is_no_difference() {
        let mut comparison = compare(
            Side::Io,
            vec![
                runs("sequential", &[5000, 5000], 100, 1),
                runs("tokio", &[100, 100], 40, 50),
                runs("smol", &[104, 104], 40, 50),
            ],
        );
        let told = |comparison: &_| {
            super::sentences(comparison, 2)[1].contains("no measurable difference")
        };
        assert!(!told(&comparison));
        let ratio = Estimate { value: 1.01, low: 0.95, high: 1.02 };
        comparison.control = Some(Control { approach: Approach::new("tokio"), ratio });
        assert!(told(&comparison));
    }

    #[test]
    fn computing_on_two_cores() {
        let comparison = compare(
            Side::Cpu,
            vec![
                runs("sequential", &[1000, 1000, 1000], 997, 1),
                runs("threads", &[505, 504, 506], 1000, 2),
                runs("tokio", &[510, 505, 512], 1000, 2),
                runs("smol", &[1000, 1010, 990], 1000, 1),
                runs("processes", &[1500, 1510, 1490], 2900, 2),
            ],
        );
        assert_eq!(
            sentences(&comparison),
            [
                "This work is CPU-bound: sequential spends 99.7 % of its time computing, so using \
                 more cores can help.",
                "The fastest is threads, 1.98 [1.97, 1.99] times as fast as sequential, at 99 % \
                 of the limit. tokio shows no measurable difference from it.",
                "smol (1.00 [0.98, 1.03]) shows no measurable gain: it used only one of the 2 \
                 cores. processes (0.67 [0.66, 0.68]) is slower than sequential: it uses 2.9 times \
                 the CPU time of sequential, so starting workers and handing out work eats up the \
                 gain.",
                "tokio gains from the threads of its runtime, not from async: --workers 1 shows \
                 it.",
            ]
        );
    }

    #[test]
    fn with_one_worker_nothing_gains_and_async_is_not_praised() {
        let one = |approach, walls: &[u64]| {
            let mut history = runs(approach, walls, 1000, 1);
            history.reports.iter_mut().for_each(|report| report.workers = 1);
            history
        };
        let comparison = compare(
            Side::Cpu,
            vec![
                one("sequential", &[1000, 1010, 1000]),
                one("tokio", &[1005, 1000, 1010]),
                one("smol", &[1000, 1012, 1001]),
            ],
        );
        assert_eq!(
            sentences(&comparison)[1..],
            [
                "No version is measurably faster than sequential. The closest is smol, 1.00 \
                 [1.00, 1.00] times as fast.",
                "smol (1.00 [1.00, 1.00]) and tokio (1.00 [0.97, 1.02]) show no measurable gain: \
                 there is only one core to compute with.",
            ]
        );
    }

    #[test]
    fn wrong_versions_are_not_mentioned_among_the_winners() {
        let mut wrong = runs("threads", &[1, 1, 1], 1, 2);
        wrong.reports[0].answer = 7.into();
        let comparison = compare(
            Side::Cpu,
            vec![runs("sequential", &[10, 10, 10], 10, 1), wrong, runs("rayon", &[5, 5, 5], 10, 2)],
        );
        assert!(sentences(&comparison)[1].starts_with("The fastest is rayon"));
        assert!(!sentences(&comparison).join(" ").to_lowercase().contains("threads ("));
    }

    #[test]
    fn without_sequential_there_is_one_sentence() {
        let mut sequential = history("sequential", Vec::new());
        sequential.fault = Some((1, Fault::Crashed("exit status: 101".into())));
        let comparison = compare(
            Side::Cpu,
            vec![sequential, runs("threads", &[7], 10, 2), runs("smol", &[5], 10, 2)],
        );
        assert_eq!(
            sentences(&comparison),
            ["Sequential gave no result, so there is nothing to compare with. Among the versions \
              that agree, smol was the fastest."]
        );
    }

    #[test]
    fn a_single_round_is_called_one() {
        let comparison = compare(
            Side::Cpu,
            vec![runs("sequential", &[10], 10, 1), runs("threads", &[5], 10, 2)],
        );
        let sentences = sentences(&comparison);
        let last = sentences.last().expect("there are sentences");
        assert!(last.starts_with("This was a single round"), "{last}");
        assert!(!sentences.join(" ").contains("no measurable gain"), "{sentences:?}");
    }

    #[test]
    fn two_rounds_are_called_too_few() {
        let mut comparison = compare(
            Side::Cpu,
            vec![runs("sequential", &[10, 10], 10, 1), runs("threads", &[5, 5], 10, 2)],
        );
        let ratio = Estimate { value: 1.0, low: 0.0, high: f64::INFINITY };
        comparison.control =
            Some(Control { approach: comparison.versions[1].approach.clone(), ratio });
        let sentences = sentences(&comparison);
        assert_eq!(sentences.len(), 2, "{sentences:?}");
        assert!(sentences[1].starts_with("Two rounds are too few"), "{sentences:?}");
    }

    #[test]
    fn a_cost_that_is_next_to_nothing_is_no_reason() {
        let comparison = compare(
            Side::Io,
            vec![runs("sequential", &[5000; 3], 1, 1), runs("smol", &[5000; 3], 20, 50)],
        );
        let text = sentences(&comparison).join(" ");
        assert!(text.contains("these figures don't show why"), "{text}");
    }

    #[test]
    fn what_the_figures_do_not_tell_is_said_so() {
        let comparison = compare(
            Side::Io,
            vec![runs("sequential", &[5000; 3], 100, 1), runs("smol", &[5000; 3], 100, 50)],
        );
        let text = sentences(&comparison).join(" ");
        assert!(
            text.contains(
                "smol (1.00 [1.00, 1.00]) shows no measurable gain: these figures don't show why."
            ),
            "{text}"
        );
    }
}
