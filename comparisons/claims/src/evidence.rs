//! Ratios of what was measured, with their 95 % intervals.
//!
//! There are two kinds of them:
//!
//! - *Paired*: both were measured in the same rounds, one soon after the other. The ratio is the
//!   geometric mean of the rounds' ratios, and its interval a bootstrap over the rounds
//!   ([`figures::statistics::paired_ratio`]). What slows the machine down for a while slows both,
//!   and cancels.
//! - *Unpaired*: criterion has measured both, some minutes apart. The ratio is that of the medians.
//!   For the interval, the distance from each median to the ends of its own interval is taken on
//!   the logarithms, and the distances of the two are added in quadrature, as the errors of
//!   independent measurements are (*Guide to the Expression of Uncertainty in Measurement*, JCGM
//!   100:2008, 5.1). This assumes that the errors are independent and, on the logarithms, about
//!   normal. It knows nothing of a machine that was slower while one of the two was measured, so
//!   such an interval is rather too narrow.
//!
//! The one that was measured last counts. A control compares the first half of a benchmark's
//! samples with the second, or two measurements of each round.

use std::path::Path;

use figures::statistics::{self, Estimate};

use crate::{
    cost::{self, Cost},
    criterion::{Criterion, Measured, Work},
    rounds::{self, Run},
    statement::{self, Quantity, Ratio},
};

/// All that was measured.
#[derive(Debug)]
pub struct Evidence {
    cores: usize,
    criterion: Criterion,
    /// The newest last.
    runs: Vec<Run>,
    cost: Result<(Cost, u64), String>,
    /// What could not be read, and why.
    pub warnings: Vec<String>,
}

/// An estimate and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The estimate.
    pub estimate: Estimate,
    /// What it was drawn from, in words: `16 rounds`, `criterion`.
    pub source: String,
    /// When it was measured, in seconds since 1970; the earlier of the two, if there are two.
    pub date: u64,
}

impl Evidence {
    /// Reads what criterion has left in its folder, and what `--run` has in that of what is kept.
    /// Runs with another number of cores than these are left aside.
    #[must_use]
    pub fn read(criterion: &Path, kept: &Path, cores: usize) -> Self {
        let criterion = Criterion::read(criterion);
        let mut warnings = criterion.broken.clone();
        let mut runs = Vec::new();
        for run in rounds::kept(kept) {
            match run {
                Ok(run) if run.machine.cores == cores => runs.push(run),
                Ok(_) => {}
                Err(reason) => warnings.push(reason),
            }
        }
        runs.sort_by_key(|run| run.date);
        Self { cores, criterion, runs, cost: Cost::kept(kept), warnings }
    }

    /// What a single run has measured, and `cost-of-a-task` at its beginning.
    #[must_use]
    pub fn of_run(run: Run, kept: &Path) -> Self {
        Self {
            cores: run.machine.cores,
            criterion: Criterion::default(),
            runs: vec![run],
            cost: Cost::kept(kept),
            warnings: Vec::new(),
        }
    }

    /// How many times as large the numerator is.
    ///
    /// # Errors
    /// It was not measured; the error says in words what is missing.
    pub fn ratio(&self, ratio: &Ratio) -> Result<Found, String> {
        let to = statement::on_cores(&ratio.to, self.cores);
        let of = match &ratio.of {
            Quantity::Measured(name) => statement::on_cores(name, self.cores),
            Quantity::Limit(limit) => {
                let found = self.time(&to)?;
                let nanos = exactly(limit.seconds() * 1e9);
                return Ok(Found { estimate: unpaired(nanos, found.estimate), ..found });
            }
        };
        if of.starts_with(cost::PREFIX) || to.starts_with(cost::PREFIX) {
            return self.ratio_of_costs(&of, &to);
        }
        if of == to {
            return newer(self.control_in_runs(&of), self.control_in_criterion(&of));
        }
        newer(
            self.ratio_in_runs(&of, &to, ratio.per_unit),
            self.ratio_in_criterion(&of, &to, ratio.per_unit),
        )
    }

    /// The time of a benchmark, in nanoseconds.
    ///
    /// # Errors
    /// It was not measured; the error says in words what is missing.
    pub fn time(&self, name: &str) -> Result<Found, String> {
        let name = statement::on_cores(name, self.cores);
        let in_runs = self.runs.iter().rev().find_map(|run| {
            let times: Vec<f64> = run.times(&name).into_iter().flatten().collect();
            let estimate = statistics::paired_ratio(&times, &vec![1.0; times.len()])?;
            Some(found(estimate, times.len(), run))
        });
        let in_criterion = self.criterion.time(&name).map(|measured| Found {
            estimate: measured.time,
            source: "criterion".into(),
            date: measured.date,
        });
        newer(in_runs.ok_or_else(|| self.fault(&name)), in_criterion)
    }

    fn ratio_in_runs(&self, of: &str, to: &str, per_unit: bool) -> Result<Found, String> {
        for run in self.runs.iter().rev() {
            let both = run.times(of).into_iter().zip(run.times(to));
            let (of_times, to_times): (Vec<f64>, Vec<f64>) =
                both.filter_map(|(of, to)| of.zip(to)).unzip();
            if let Some(estimate) = statistics::paired_ratio(&of_times, &to_times) {
                let scale = scale(run.work.get(of), run.work.get(to), per_unit)
                    .map_err(|reason| format!("{of} and {to}: {reason}"))?;
                return Ok(found(times(estimate, scale), of_times.len(), run));
            }
        }
        Err(self.fault(of) + &self.fault(to))
    }

    fn ratio_in_criterion(&self, of: &str, to: &str, per_unit: bool) -> Result<Found, String> {
        let of_time: Measured = self.criterion.time(of)?;
        let to_time: Measured = self.criterion.time(to)?;
        let scale = scale(of_time.work.as_ref(), to_time.work.as_ref(), per_unit)
            .map_err(|reason| format!("{of} and {to}: {reason}"))?;
        Ok(Found {
            estimate: times(unpaired(of_time.time, to_time.time), scale),
            source: "criterion".into(),
            date: of_time.date.min(to_time.date),
        })
    }

    fn control_in_runs(&self, name: &str) -> Result<Found, String> {
        let again = rounds::again(name);
        self.ratio_in_runs(&again, name, false)
    }

    fn control_in_criterion(&self, name: &str) -> Result<Found, String> {
        let (samples, date) = self.criterion.samples(name)?;
        let (first, second) = samples.split_at(samples.len() / 2);
        let estimate = statistics::paired_ratio(first, &second[..first.len()])
            .ok_or_else(|| format!("{name} has a single sample, which has no halves"))?;
        Ok(Found { estimate, source: "two halves of criterion's samples".into(), date })
    }

    fn ratio_of_costs(&self, of: &str, to: &str) -> Result<Found, String> {
        let (cost, date) = self.cost.as_ref().map_err(Clone::clone)?;
        let (of, to) = (cost.samples(of)?, cost.samples(to)?);
        let rounds = of.len().min(to.len());
        let estimate = statistics::paired_ratio(&of[..rounds], &to[..rounds])
            .expect("there are samples of both");
        Ok(Found { estimate, source: format!("cost-of-a-task, {rounds} rounds"), date: *date })
    }

    /// What went wrong with a benchmark in the last run that tried it; empty if nothing did.
    fn fault(&self, name: &str) -> String {
        let fault = self.runs.iter().rev().find_map(|run| run.faults.get(name));
        fault.map(|fault| format!("{name}: {fault}; ")).unwrap_or_default()
    }
}

/// Of two the one that was measured last; if there is neither, why.
fn newer(
    in_runs: Result<Found, String>,
    in_criterion: Result<Found, String>,
) -> Result<Found, String> {
    match (in_runs, in_criterion) {
        (Ok(run), Ok(criterion)) => Ok(if criterion.date > run.date { criterion } else { run }),
        (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
        // A fault says more than that there is nothing.
        (Err(fault), Err(missing)) => {
            Err(if fault.is_empty() { missing } else { fault.trim_end_matches("; ").into() })
        }
    }
}

fn found(estimate: Estimate, rounds: usize, run: &Run) -> Found {
    Found { estimate, source: format!("{rounds} rounds"), date: run.date }
}

/// By what the ratio of the times is multiplied: 1, or for times per unit what one has to do
/// against the other.
fn scale(of: Option<&Work>, to: Option<&Work>, per_unit: bool) -> Result<f64, String> {
    match (of, to) {
        (Some(of), Some(to)) if of.unit != to.unit && per_unit => {
            Err(format!("they count in {} and {}", of.unit, to.unit))
        }
        (Some(of), Some(to)) if per_unit => Ok(to.amount / of.amount),
        (_, _) if per_unit => Err("they do not say how much they do".into()),
        (Some(of), Some(to)) if of != to => Err(format!(
            "they do different amounts of work, {} {} and {} {}",
            of.amount, of.unit, to.amount, to.unit
        )),
        _ => Ok(1.0),
    }
}

/// The ratio of two independent estimates of positive quantities, as the module says.
fn unpaired(of: Estimate, to: Estimate) -> Estimate {
    let [of, to] = [of, to].map(|estimate| Estimate {
        value: estimate.value.ln(),
        low: estimate.low.ln(),
        high: estimate.high.ln(),
    });
    let value = of.value - to.value;
    let below = (of.value - of.low).hypot(to.high - to.value);
    let above = (of.high - of.value).hypot(to.value - to.low);
    Estimate { value: value.exp(), low: (value - below).exp(), high: (value + above).exp() }
}

const fn exactly(value: f64) -> Estimate {
    Estimate { value, low: value, high: value }
}

fn times(estimate: Estimate, scale: f64) -> Estimate {
    let Estimate { value, low, high } = estimate;
    Estimate { value: value * scale, low: low * scale, high: high * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_add_in_quadrature_on_the_logarithms() {
        let spread = |value: f64, by: f64| Estimate { value, low: value / by, high: value * by };
        let ratio = unpaired(spread(20.0, 0.3_f64.exp()), spread(2.0, 0.4_f64.exp()));
        assert!((ratio.value - 10.0).abs() < 1e-9);
        assert!((ratio.high / ratio.value - 0.5_f64.exp()).abs() < 1e-9);
        assert!((ratio.value / ratio.low - 0.5_f64.exp()).abs() < 1e-9);
        // What is known exactly adds nothing.
        let limit = unpaired(exactly(20.0), spread(2.0, 1.1));
        assert!((limit.high - 11.0).abs() < 1e-9);
    }

    #[test]
    fn different_amounts_of_work_are_compared_per_unit_or_not_at_all() {
        let work = |amount| Work { unit: "Elements".into(), amount };
        let (many, few) = (work(100.0), work(10.0));
        assert_eq!(scale(Some(&many), Some(&many), false), Ok(1.0));
        assert_eq!(scale(None, Some(&many), false), Ok(1.0));
        assert!(scale(Some(&many), Some(&few), false).is_err());
        assert_eq!(scale(Some(&many), Some(&few), true), Ok(0.1));
        assert!(scale(None, Some(&few), true).is_err());
    }
}
