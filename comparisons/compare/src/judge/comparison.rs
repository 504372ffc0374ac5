//! The figures of one row, computed from all of its runs.

use figures::{
    statistics::{self, CONFIDENCE, Estimate},
    words::shortened,
};
use harness::meter::Usage;
use serde::Serialize;
use serde_json::Value;
use workspace::{
    Approach, Side,
    run::{Fault, Report},
};

use super::{
    conditions::{self, Warning},
    limits::{Bounds, Job},
};
use crate::run::{answers, history::History, rounds::Rounds};

/// The results of one row; `--json` prints them as they are.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    /// Its name.
    pub(crate) row: String,
    /// The side that it stands on.
    pub(crate) side: Side,
    /// The flags that every version was given.
    pub(crate) flags: Vec<String>,
    /// How many rounds there were.
    pub(crate) rounds: usize,
    /// The job of all versions; `None` if none of them got far enough to report it.
    #[serde(flatten)]
    pub(crate) job: Option<Description>,
    /// One version against itself.
    pub(crate) control: Option<Control>,
    /// The theoretical limits; `None` if sequential has no figures to draw them from.
    #[serde(flatten)]
    pub(crate) bounds: Option<Bounds>,
    /// The versions, in the order of the columns.
    pub(crate) versions: Vec<Version>,
    /// What may have spoilt the measurement.
    pub(crate) warnings: Vec<Warning>,
}

/// The job of all versions of a row.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Description {
    /// The job in one line, in the words of the versions other than sequential.
    pub(crate) headline: String,
    /// Their input.
    pub(crate) input: Value,
    /// How many units of work there were.
    pub(crate) units: usize,
    /// The most units in flight at the same time; sequential keeps to one.
    pub(crate) limit: usize,
    /// The most threads or processes that compute; sequential keeps to one.
    pub(crate) workers: usize,
    /// The answer of every ranked version.
    pub(crate) answer: Value,
    /// How many units failed.
    pub(crate) failures: usize,
}

/// One version against itself.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Control {
    /// Which version.
    pub(crate) approach: Approach,
    /// How many times as long it took the second time.
    pub(crate) ratio: Estimate,
}

/// The outcome of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Its answer is right, each time.
    Ok,
    /// Its answer differs from the others.
    Wrong,
    /// It ended in a way that no version should.
    Crashed,
    /// It did not end in time.
    Hung,
}

/// The figures of one version. Wall-clock times are geometric means, and so are ratios, so that a
/// ratio is the quotient of the times; the rest are medians of its runs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Version {
    /// Its approach.
    pub(crate) approach: Approach,
    /// Its outcome. Only right versions are compared and ranked.
    pub(crate) status: Status,
    /// What is wrong with it, unless all is well.
    pub(crate) reason: Option<String>,
    /// The wall-clock time of each of its runs, in nanoseconds.
    pub(crate) wall_ns: Vec<u64>,
    /// Their geometric mean, in nanoseconds.
    pub(crate) mean_wall_ns: Option<f64>,
    /// How many times as fast as sequential it is.
    pub(crate) speed_up: Option<Estimate>,
    /// How near to the theoretical limit it comes: 1 is at it.
    pub(crate) share_of_limit: Option<f64>,
    /// User and system CPU time, in nanoseconds.
    pub(crate) cpu_ns: Option<f64>,
    /// The share of the time in which the cores that it may use had nothing to compute.
    pub(crate) waiting: Option<f64>,
    /// Peak memory, in bytes.
    pub(crate) peak_rss_bytes: Option<f64>,
    /// The most threads at the same time.
    pub(crate) threads: Option<f64>,
    /// Context switches, voluntary and not.
    pub(crate) switches: Option<f64>,
    /// The most units in flight at the same time, in any of its runs.
    pub(crate) peak_in_flight: Option<u64>,
}

impl Description {
    /// The job that `reference` did, within the limits that the versions obeyed.
    fn new(reference: &Report, histories: &[History]) -> Self {
        let reports = || histories.iter().flat_map(|history| &history.reports);
        let largest = |limit: fn(&Report) -> usize| {
            reports().map(limit).max().unwrap_or_else(|| limit(reference))
        };
        let concurrent = reports().find(|report| !report.approach.is_baseline());
        Self {
            headline: concurrent.unwrap_or(reference).headline.clone(),
            input: reference.input.clone(),
            units: reference.units,
            limit: largest(|report| report.limit),
            workers: largest(|report| report.workers),
            answer: reference.answer.clone(),
            failures: reference.failures.len(),
        }
    }
}

impl Comparison {
    /// Computes the figures. `cores` is the number of cores that may be used.
    #[must_use]
    pub(crate) fn draw(
        row: &str,
        side: Side,
        flags: &[String],
        measured: &Rounds,
        cores: usize,
    ) -> Self {
        let reference = answers::reference(&measured.histories);
        let job = reference.map(|report| Description::new(report, &measured.histories));
        let judged: Vec<(&History, Judgement)> =
            measured.histories.iter().map(|history| (history, judge(history, reference))).collect();
        let baseline = judged
            .iter()
            .find(|(history, judgement)| {
                history.cell.approach.is_baseline() && judgement.status == Status::Ok
            })
            .map(|(history, _)| *history);
        let bounds = baseline
            .zip(job.as_ref())
            .and_then(|(baseline, job)| job_of(baseline, job, cores)?.bounds(side));
        let versions = judged
            .into_iter()
            .map(|(history, judgement)| figures(history, judgement, baseline, bounds.as_ref()))
            .collect();
        let control = measured
            .control_ratio()
            .map(|(cell, ratio)| Control { approach: cell.approach.clone(), ratio });

        Self {
            row: row.to_owned(),
            side,
            flags: flags.to_vec(),
            rounds: measured.number,
            job,
            control,
            bounds,
            versions,
            warnings: conditions::warnings(&measured.conditions),
        }
    }

    /// Whether every version came to the same answer in all of its runs.
    #[must_use]
    pub(crate) fn all_right(&self) -> bool {
        self.versions.iter().all(|version| version.status == Status::Ok)
    }

    /// The factor by which a version may differ from itself here, as the control shows. No smaller
    /// difference is one.
    #[must_use]
    pub(crate) fn noise(&self) -> f64 {
        let control = self.control.as_ref();
        control.map_or(1.0, |it| it.ratio.high.max(it.ratio.low.recip()).max(1.0))
    }

    /// The figures of sequential, if they are right.
    #[must_use]
    pub(crate) fn baseline(&self) -> Option<&Version> {
        self.versions
            .iter()
            .find(|version| version.approach.is_baseline() && version.status == Status::Ok)
    }

    /// The versions other than sequential that can be ranked, the fastest first.
    #[must_use]
    pub(crate) fn ranked(&self) -> Vec<&Version> {
        let mut ranked: Vec<&Version> = self
            .versions
            .iter()
            .filter(|version| version.status == Status::Ok && !version.approach.is_baseline())
            .collect();
        // Without sequential there is no speed-up, and the shorter time is all that is left.
        let speed = |version: &Version| match version.speed_up {
            Some(speed_up) => speed_up.value,
            None => 1.0 / version.mean_wall_ns.unwrap_or(f64::INFINITY),
        };
        ranked.sort_by(|a, b| speed(b).total_cmp(&speed(a)));
        ranked
    }
}

struct Judgement {
    status: Status,
    reason: Option<String>,
}

fn judge(history: &History, reference: Option<&Report>) -> Judgement {
    let contradiction =
        reference.and_then(|reference| answers::contradiction(reference, &history.reports));
    let (status, reason) = match (&history.fault, contradiction) {
        (Some((round, fault)), _) => {
            let status = match fault {
                Fault::Hung { .. } => Status::Hung,
                Fault::Crashed(_) | Fault::Interrupted => Status::Crashed,
            };
            (status, Some(format!("in round {round}: {fault}")))
        }
        (None, Some(contradiction)) => (Status::Wrong, Some(contradiction)),
        (None, None) => (Status::Ok, None),
    };
    Judgement { status, reason: reason.map(|reason| shortened(&reason)) }
}

/// The job as sequential's medians show it; `None` where its CPU time is not known.
fn job_of(baseline: &History, job: &Description, cores: usize) -> Option<Job> {
    let cpu = median(baseline, |report| Some(report.usage.cpu()?.as_secs_f64()))?;
    Some(Job {
        units: job.units,
        wall: std::time::Duration::from_secs_f64(mean(&baseline.walls())?),
        cpu: std::time::Duration::from_secs_f64(cpu),
        in_flight: job.limit,
        cores: job.workers.min(cores),
    })
}

fn figures(
    history: &History,
    Judgement { status, reason }: Judgement,
    baseline: Option<&History>,
    bounds: Option<&Bounds>,
) -> Version {
    let walls = history.walls();
    let wall = mean(&walls);
    let compared = if status == Status::Ok { baseline } else { None };
    let of_usage = |figure: fn(&Usage) -> Option<u64>| {
        median(history, |report| figure(&report.usage).map(|figure| figure as f64))
    };
    Version {
        approach: history.cell.approach.clone(),
        status,
        reason,
        wall_ns: history.reports.iter().map(|report| report.usage.wall_ns).collect(),
        mean_wall_ns: wall.map(|wall| (wall * 1e9).round()),
        speed_up: compared.and_then(|baseline| statistics::paired_ratio(&baseline.walls(), &walls)),
        share_of_limit: bounds
            .filter(|_| status == Status::Ok)
            .zip(wall)
            .map(|(bounds, wall)| bounds.share(wall)),
        cpu_ns: of_usage(|usage| Some(usage.cpu_user_ns? + usage.cpu_system_ns?)),
        waiting: median(history, Report::waiting),
        peak_rss_bytes: of_usage(|usage| usage.peak_rss_bytes),
        threads: of_usage(|usage| usage.threads),
        switches: of_usage(|usage| Some(usage.voluntary_switches? + usage.involuntary_switches?)),
        peak_in_flight: history.reports.iter().map(|report| report.usage.peak_in_flight).max(),
    }
}

/// The geometric mean of some times.
fn mean(walls: &[f64]) -> Option<f64> {
    statistics::geometric_mean(walls, CONFIDENCE).map(|mean| mean.value)
}

/// The median of a figure over all runs; `None` if one of them does not tell it.
fn median(history: &History, figure: impl Fn(&Report) -> Option<f64>) -> Option<f64> {
    let figures: Option<Vec<f64>> = history.reports.iter().map(figure).collect();
    statistics::median(&figures?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        run::conditions::Conditions,
        samples::{history, runs},
    };

    pub(crate) fn compare(side: Side, histories: Vec<History>) -> Comparison {
        let number = histories.iter().map(|history| history.reports.len()).max().unwrap_or(0);
        let measured =
            Rounds { number, histories, control: None, conditions: Conditions::default() };
        Comparison::draw("row", side, &[], &measured, 2)
    }

    #[test]
    fn times_and_speed_ups_are_geometric_means_that_fit_together() {
        let comparison = compare(
            Side::Io,
            vec![
                runs("sequential", &[5000, 5100, 4900], 200, 1),
                runs("tokio", &[125, 255, 98], 150, 50),
            ],
        );
        let tokio = &comparison.versions[1];
        // The geometric mean of 125, 255 and 98.
        assert_eq!(tokio.mean_wall_ns, Some(146_181_391.0));
        assert_eq!(tokio.wall_ns, [125_000_000, 255_000_000, 98_000_000]);
        assert_eq!(tokio.cpu_ns, Some(150e6));
        assert_eq!(tokio.peak_in_flight, Some(50));
        // The geometric mean of 40, 20 and 50.
        let speed_up = tokio.speed_up.expect("sequential is there to compare with");
        assert!((speed_up.value - 34.199_518_933_533_94).abs() < 1e-9, "{speed_up:?}");
        // Three rounds that differ so much tell little.
        assert!(speed_up.low < 15.0 && speed_up.high > 80.0, "{speed_up:?}");
        // The speed-up, the times and the share of the limit fit together. The limit is
        // max(0.2 s/2, 5 s/50, 50 ms), where sequential takes 4.9993 s.
        let [wall, sequential] =
            [tokio, &comparison.versions[0]].map(|version| version.mean_wall_ns.expect("it ran"));
        assert!((speed_up.value - sequential / wall).abs() < 1e-6);
        let share = tokio.share_of_limit.expect("the limit is known");
        assert!((share - sequential / 50.0 / wall).abs() < 1e-3, "{share}");
        let sequential = comparison.baseline().expect("it is right");
        assert!((sequential.waiting.expect("CPU time is known") - 0.96).abs() < 1e-9);
        assert!(comparison.all_right());
    }

    #[test]
    fn a_wrong_version_is_neither_compared_nor_ranked() {
        let mut rayon = runs("rayon", &[1, 1], 1, 2);
        rayon.reports[1].answer = 41.into();
        let comparison = compare(
            Side::Cpu,
            vec![runs("sequential", &[10, 10], 10, 1), rayon, runs("threads", &[5, 5], 10, 2)],
        );
        let rayon = &comparison.versions[1];
        assert_eq!(rayon.status, Status::Wrong);
        assert_eq!(rayon.reason.as_deref(), Some("its answer is 41 instead of 42"));
        assert_eq!((rayon.speed_up, rayon.share_of_limit), (None, None));
        let ranked: Vec<&str> =
            comparison.ranked().iter().map(|version| version.approach.name()).collect();
        assert_eq!(ranked, ["threads"]);
        assert!(!comparison.all_right());
    }

    #[test]
    fn without_sequential_nothing_is_compared_but_the_rest_is_shown() {
        let mut sequential = history("sequential", vec![]);
        sequential.fault = Some((1, Fault::Crashed("signal: 6 (SIGABRT)".into())));
        let comparison = compare(
            Side::Cpu,
            vec![sequential, runs("threads", &[7, 7], 10, 2), runs("tokio", &[5, 5], 10, 2)],
        );
        assert_eq!(comparison.versions[0].status, Status::Crashed);
        assert_eq!(
            comparison.versions[0].reason.as_deref(),
            Some("in round 1: signal: 6 (SIGABRT)")
        );
        assert!(comparison.bounds.is_none());
        let ranked: Vec<&str> =
            comparison.ranked().iter().map(|version| version.approach.name()).collect();
        assert_eq!(ranked, ["tokio", "threads"]);
    }

    #[test]
    fn a_figure_that_the_system_does_not_tell_stays_unknown() {
        let mut threads = runs("threads", &[5, 5], 10, 2);
        threads.reports[0].usage.cpu_user_ns = None;
        let comparison = compare(Side::Cpu, vec![runs("sequential", &[10, 10], 10, 1), threads]);
        assert_eq!(comparison.versions[1].cpu_ns, None);
        assert_eq!(comparison.versions[1].waiting, None);
        assert!(comparison.versions[1].speed_up.is_some());
    }
}
