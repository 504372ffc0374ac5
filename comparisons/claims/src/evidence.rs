//! Ratios of what was measured.
//!
//! There are two kinds of them:
//!
//! - *Paired*: `--run` has measured both in the same blocks, one soon after the other. Of several runs
//!   the newest counts in which the row is whole, and no other. Each accepted block gives a ratio, and the blocks together their geometric mean and its interval
//!   ([`figures::statistics::geometric_mean`]). What slows the machine down for a while slows both,
//!   and cancels.
//! - *One after the other*: criterion has measured both, some minutes apart. The ratio is that of the
//!   medians. For the interval, the distance from each median to the ends of its own interval is
//!   taken on the logarithms, and the distances of the two are added in quadrature, as the errors of
//!   independent measurements are (*Guide to the Expression of Uncertainty in Measurement*, JCGM
//!   100:2008, 5.1). This assumes that the errors are independent and, on the logarithms, about
//!   normal. It knows nothing of a machine that was slower while one of the two was measured, so
//!   such an interval is rather too narrow.

use figures::{
    calls::{Calls, Work},
    statistics::{self, CONFIDENCE, Estimate},
};

use crate::{
    cost::{self, Cost},
    counts,
    criterion::Criterion,
    raw::{Block, Run, Turn},
    statement::{self, Metric, Quantity, Ratio, split},
};

/// All that was measured.
#[derive(Debug)]
pub struct Evidence {
    cores: usize,
    source: Source,
}

/// Where figures come from.
#[derive(Debug)]
enum Source {
    /// The newest first.
    Runs(Vec<Run>, Result<Cost, String>),
    Criterion(Criterion),
}

/// A ratio and what it was drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    drawn: Drawn,
    /// In words: `8 blocks`, `criterion, one after the other`.
    pub source: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Drawn {
    /// The ratio of each block, and the capacity of the machine meanwhile.
    Blocks { ratios: Vec<f64>, capacities: Vec<f64> },
    /// A ratio with its 95 % interval.
    Apart(Estimate),
}

impl Found {
    /// The ratio with an interval of this confidence.
    #[must_use]
    pub fn estimate(&self, confidence: f64) -> Estimate {
        match &self.drawn {
            Drawn::Blocks { ratios, .. } => mean(ratios, confidence),
            Drawn::Apart(estimate) => widened(*estimate, confidence),
        }
    }

    /// The ratio divided by the parallel capacity that the machine had in the same blocks; `None` if
    /// that was not measured.
    #[must_use]
    pub fn of_capacity(&self, confidence: f64) -> Option<Estimate> {
        match &self.drawn {
            Drawn::Blocks { ratios, capacities } if ratios.len() == capacities.len() => {
                let shares: Vec<f64> = ratios
                    .iter()
                    .zip(capacities)
                    .map(|(ratio, capacity)| ratio / capacity)
                    .collect();
                Some(mean(&shares, confidence))
            }
            _ => None,
        }
    }

    /// The ratio of every single block; `None` if it was not measured in blocks.
    #[must_use]
    pub fn each(&self) -> Option<&[f64]> {
        match &self.drawn {
            Drawn::Blocks { ratios, .. } => Some(ratios),
            Drawn::Apart(_) => None,
        }
    }
}

impl Evidence {
    /// What some runs have measured, of which the newest comes first, on a machine with as many
    /// cores.
    #[must_use]
    pub fn of_runs(mut runs: Vec<Run>, cores: usize) -> Self {
        runs.retain(|run| run.header.machine.cores == cores);
        let cost = match runs.iter().find_map(|run| run.cost.as_ref()) {
            Some(printed) => Cost::read(printed),
            None => Err("cost-of-a-task has not run".into()),
        };
        Self { cores, source: Source::Runs(runs, cost) }
    }

    /// What criterion has measured.
    #[must_use]
    pub fn of_criterion(criterion: Criterion, cores: usize) -> Self {
        Self { cores, source: Source::Criterion(criterion) }
    }

    /// The run that counts for a row: the newest in which it is whole, or else the newest.
    #[must_use]
    pub fn run(&self, row: &str) -> Option<&Run> {
        let Source::Runs(runs, _) = &self.source else { return None };
        let whole = runs.iter().find(|run| run.is_whole(row));
        let begun = || runs.iter().find(|run| run.rows().contains(row));
        whole.or_else(begun).or(runs.first())
    }

    /// How many times as large the numerator is.
    ///
    /// # Errors
    /// It was not measured; the error says in words what is missing.
    pub fn ratio(&self, ratio: &Ratio) -> Result<Found, String> {
        let (of, to) = (self.on_cores(&ratio.of), self.on_cores(&ratio.to));
        let starts_with = |prefix| names(&of, &to).any(|name| name.starts_with(prefix));
        match &self.source {
            Source::Criterion(criterion) => ratio_in_criterion(criterion, &of, &to, ratio.per_unit),
            Source::Runs(_, cost) if starts_with(cost::PREFIX) => {
                ratio_of_costs(cost.as_ref().map_err(Clone::clone)?, &of, &to)
            }
            Source::Runs(runs, _)
                if names(&of, &to).any(|name| counts::counted_by(name).is_some()) =>
            {
                ratio_of_counts(runs, &of, &to)
            }
            Source::Runs(..) => {
                let row = row(names(&of, &to).next().ok_or("it speaks of nothing measured")?);
                let run = self.run(row).ok_or("nothing has been measured yet")?;
                ratio_in_run(run, row, &of, &to, ratio.per_unit)
            }
        }
    }

    /// The time of a benchmark, in nanoseconds.
    ///
    /// # Errors
    /// It was not measured; the error says in words what is missing.
    pub fn time(&self, name: &str) -> Result<Found, String> {
        let one = Quantity::Number(1.0);
        let name = Quantity::Measured(name.to_owned());
        self.ratio(&Ratio { of: name, to: one, per_unit: false })
    }

    /// What single calls of a benchmark took, in the accepted blocks of a run.
    #[must_use]
    pub fn calls(&self, name: &str) -> Vec<&Calls> {
        let name = statement::on_cores(name, self.cores);
        let row = row(&name);
        let blocks = self.run(row).into_iter().flat_map(|run| &run.blocks);
        let accepted = blocks.filter(|(block, _)| block.row == row && block.rejected.is_none());
        let turns = accepted.flat_map(|(_, turns)| turns);
        turns.filter(|turn| turn.benchmark == name).map(|turn| &turn.calls).collect()
    }

    /// The parallel capacity of the machine in the accepted blocks of a row.
    #[must_use]
    pub fn capacity(&self, row: &str) -> Option<Estimate> {
        let run = self.run(row)?;
        let capacities: Vec<f64> = run.accepted(row).map(|(block, _)| capacity(block)).collect();
        statistics::geometric_mean(&capacities, CONFIDENCE)
    }

    /// How many blocks of a row count.
    #[must_use]
    pub fn blocks(&self, row: &str) -> usize {
        self.run(row).map_or(0, |run| run.accepted(row).count())
    }

    /// The name with the number of cores in it.
    fn on_cores(&self, quantity: &Quantity) -> Quantity {
        match quantity {
            Quantity::Measured(name) => Quantity::Measured(statement::on_cores(name, self.cores)),
            other => other.clone(),
        }
    }
}

/// The row that a benchmark belongs to.
#[must_use]
pub fn row(name: &str) -> &str {
    name.split_once('/').map_or(name, |(row, _)| row)
}

/// The names of what is measured.
fn names<'a>(of: &'a Quantity, to: &'a Quantity) -> impl Iterator<Item = &'a str> {
    [of, to].into_iter().filter_map(|quantity| match quantity {
        Quantity::Measured(name) => Some(&**name),
        Quantity::Number(_) | Quantity::Limit(_) => None,
    })
}

fn ratio_in_run(
    run: &Run,
    row: &str,
    of: &Quantity,
    to: &Quantity,
    per_unit: bool,
) -> Result<Found, String> {
    for name in names(of, to) {
        let (benchmark, _) = split(name);
        if let Some(reason) = run.faults.get(benchmark) {
            return Err(format!("{benchmark}: {reason}"));
        }
    }
    complete(run, row)?;
    // Of a control, the second turn is the numerator.
    let control = of == to;
    let (mut ratios, mut capacities) = (Vec::new(), Vec::new());
    for (block, turns) in run.accepted(row) {
        let of = figure(of, turns, control)?;
        let to = figure(to, turns, false)?;
        let scale = scale(of.1, to.1, per_unit)?;
        ratios.push(of.0 / to.0 * scale);
        capacities.push(capacity(block));
    }
    // A program may report that it has counted none. All else that is zero is not known.
    let is_usable = |ratio: f64| ratio.is_finite() && (ratio > 0.0 || ratio == 0.0 && is_named(of));
    if let Some(unusable) = ratios.iter().find(|ratio| !is_usable(**ratio)) {
        return Err(format!("a block gives {unusable}, which isn't a positive ratio"));
    }
    let source = format!("{} blocks", ratios.len());
    Ok(Found { drawn: Drawn::Blocks { ratios, capacities }, source })
}

/// Whether it is a figure that a benchmark reports under a name of its own.
fn is_named(quantity: &Quantity) -> bool {
    matches!(quantity, Quantity::Measured(name) if matches!(split(name).1, Metric::Named(_)))
}

/// A row of which blocks are missing has not been measured.
fn complete(run: &Run, row: &str) -> Result<(), String> {
    let accepted = run.accepted(row).count();
    let planned = run.header.protocol.blocks;
    if accepted == planned {
        return Ok(());
    }
    let rejected = run.blocks.iter().filter(|(block, _)| block.row == row);
    let last = rejected.filter_map(|(block, _)| block.rejected.as_deref()).next_back();
    let reason =
        last.map_or_else(String::new, |reason| format!(" (of the last rejected: {reason})"));
    Err(match (accepted, &run.end) {
        (0, _) if reason.is_empty() => format!("the run has no blocks of {row}"),
        (_, None) => format!("the run was cut short, with {accepted} of {planned} blocks of {row}"),
        (_, Some(_)) => {
            format!("only {accepted} of {planned} blocks of {row} were accepted{reason}")
        }
    })
}

/// The figure of a block, and how much the benchmark does.
fn figure<'a>(
    quantity: &Quantity,
    turns: &'a [Turn],
    again: bool,
) -> Result<(f64, Option<&'a Work>), String> {
    let name = match quantity {
        Quantity::Measured(name) => name,
        Quantity::Number(number) => return Ok((*number, None)),
        Quantity::Limit(limit) => return Ok((limit.seconds() * 1e9, None)),
    };
    let (benchmark, metric) = split(name);
    let turn = turns.iter().find(|turn| turn.benchmark == benchmark && turn.again == again);
    let calls = &turn.ok_or_else(|| format!("the run has not measured {benchmark}"))?.calls;
    // How much a call does matters to the time that it takes, and not to what is counted meanwhile.
    let work = calls.work.as_ref().filter(|_| matches!(metric, Metric::Time | Metric::Computing));
    let value = value(calls, metric).ok_or_else(|| format!("the run has not measured {name}"))?;
    Ok((value, work))
}

/// A figure of some calls: the geometric mean, or the largest of what was counted. `None` if the calls
/// have no figure of that name.
fn value(calls: &Calls, metric: Metric<'_>) -> Option<f64> {
    let largest = |figures: &[u64]| figures.iter().copied().max().unwrap_or(0) as f64;
    let mean = |figures: Vec<f64>| {
        statistics::geometric_mean(&figures, CONFIDENCE).map_or(f64::NAN, |mean| mean.value)
    };
    let wall = || calls.wall_ns.iter().map(|&nanos| nanos as f64);
    let computing =
        || calls.user_ns.iter().zip(&calls.system_ns).map(|(user, system)| (user + system) as f64);
    let switches = || {
        let each = calls.voluntary_switches.iter().zip(&calls.involuntary_switches);
        // A call without any counts as one with one, since ratios are taken.
        each.map(|(voluntary, involuntary)| (voluntary + involuntary).max(1) as f64)
    };
    Some(match metric {
        Metric::Time => mean(wall().collect()),
        Metric::Computing => mean(computing().collect()),
        Metric::Cores => mean(computing().zip(wall()).map(|(cpu, wall)| cpu / wall).collect()),
        Metric::InFlight => largest(&calls.in_flight),
        Metric::Memory => largest(&calls.memory_bytes),
        Metric::Switches => mean(switches().collect()),
        Metric::Named(name) => mean(calls.figures.get(name)?.clone()),
    })
}

fn capacity(block: &Block) -> f64 {
    let [before, after] = block.canaries.map(|canary| canary.capacity());
    (before * after).sqrt()
}

fn ratio_in_criterion(
    criterion: &Criterion,
    of: &Quantity,
    to: &Quantity,
    per_unit: bool,
) -> Result<Found, String> {
    let time = |quantity: &Quantity| match quantity {
        Quantity::Measured(name) => {
            let (benchmark, metric) = split(name);
            let measured = criterion.time(benchmark)?;
            match metric {
                Metric::Time => Ok((measured.time, measured.work)),
                _ => Err(format!("criterion measures only the time of {benchmark}")),
            }
        }
        Quantity::Number(number) => Ok((exactly(*number), None)),
        Quantity::Limit(limit) => Ok((exactly(limit.seconds() * 1e9), None)),
    };
    if of == to {
        return Err("criterion measures nothing twice".into());
    }
    let ((of, of_work), (to, to_work)) = (time(of)?, time(to)?);
    let scale = scale(of_work.as_ref(), to_work.as_ref(), per_unit)?;
    Ok(Found {
        drawn: Drawn::Apart(apart(of, to).over(1.0 / scale)),
        source: "criterion, one after the other".into(),
    })
}

fn ratio_of_costs(cost: &Cost, of: &Quantity, to: &Quantity) -> Result<Found, String> {
    let (Quantity::Measured(of), Quantity::Measured(to)) = (of, to) else {
        return Err("a cost can only be compared with another cost".into());
    };
    let (of, to) = (cost.samples(of)?, cost.samples(to)?);
    let ratios: Vec<f64> = of.iter().zip(to).map(|(of, to)| of / to).collect();
    let source = format!("cost-of-a-task, {} rounds", ratios.len());
    Ok(Found { drawn: Drawn::Blocks { ratios, capacities: Vec::new() }, source })
}

/// The ratio of what the newest run has counted that knows of both. It has no error: there is one
/// count, and no noise touches it.
fn ratio_of_counts(runs: &[Run], of: &Quantity, to: &Quantity) -> Result<Found, String> {
    let is_in = |run: &&Run| names(of, to).all(|name| run.counts.contains_key(name));
    let run = runs.iter().find(is_in);
    let count = |quantity: &Quantity| match quantity {
        Quantity::Measured(name) => {
            let count = run.and_then(|run| run.counts.get(name));
            let count = count.ok_or_else(|| format!("{name} has not been counted yet"))?.clone();
            // None at all counts as one, since ratios are taken.
            count.map(|count| count.max(1) as f64)
        }
        Quantity::Number(number) => Ok(*number),
        // Times are counted in nanoseconds.
        Quantity::Limit(limit) => Ok(limit.seconds() * 1e9),
    };
    let ratio = exactly(count(of)? / count(to)?);
    let source = names(of, to).find_map(counts::counted_by).unwrap_or_default().to_owned();
    Ok(Found { drawn: Drawn::Apart(ratio), source })
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

fn mean(ratios: &[f64], confidence: f64) -> Estimate {
    if ratios.contains(&0.0) {
        return exactly(0.0);
    }
    statistics::geometric_mean(ratios, confidence).expect("nothing is found without a ratio")
}

/// The ratio of two independent estimates of positive quantities, as the module says.
fn apart(of: Estimate, to: Estimate) -> Estimate {
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

/// An estimate with a 95 % interval, with one of another confidence instead.
fn widened(estimate: Estimate, confidence: f64) -> Estimate {
    let factor = statistics::normal_quantile(confidence) / statistics::normal_quantile(CONFIDENCE);
    let Estimate { value, low, high } = estimate;
    let end = |end: f64| value * (end / value).powf(factor);
    Estimate { value, low: end(low), high: end(high) }
}

const fn exactly(value: f64) -> Estimate {
    Estimate { value, low: value, high: value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_add_in_quadrature_on_the_logarithms() {
        let spread = |value: f64, by: f64| Estimate { value, low: value / by, high: value * by };
        let ratio = apart(spread(20.0, 0.3_f64.exp()), spread(2.0, 0.4_f64.exp()));
        assert!((ratio.value - 10.0).abs() < 1e-9);
        assert!((ratio.high / ratio.value - 0.5_f64.exp()).abs() < 1e-9);
        assert!((ratio.value / ratio.low - 0.5_f64.exp()).abs() < 1e-9);
        // What is known exactly adds nothing.
        let limit = apart(exactly(20.0), spread(2.0, 1.1));
        assert!((limit.high - 11.0).abs() < 1e-9);
    }

    #[test]
    fn more_confidence_makes_an_interval_wider() {
        let estimate = Estimate { value: 2.0, low: 1.0, high: 4.0 };
        assert_eq!(widened(estimate, CONFIDENCE), estimate);
        // 99.9 % of a normal distribution lie within 3.29 standard deviations, 95 % within 1.96.
        let wide = widened(estimate, 0.999);
        assert!((wide.high - 2.0 * 2.0_f64.powf(3.2905 / 1.95996)).abs() < 1e-3, "{wide:?}");
        assert!((wide.low * wide.high - 4.0).abs() < 1e-9, "{wide:?}");
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

    #[test]
    fn times_are_means_and_counts_are_the_largest() {
        let calls = Calls {
            wall_ns: vec![100, 400],
            user_ns: vec![100, 300],
            system_ns: vec![100, 500],
            in_flight: vec![19, 20],
            ..Calls::default()
        };
        for (metric, expected) in
            [(Metric::Time, 200.0), (Metric::Cores, 2.0), (Metric::InFlight, 20.0)]
        {
            let value = value(&calls, metric).expect("it is measured of all");
            assert!((value - expected).abs() < 1e-9, "{metric:?}: {value}");
        }
    }
}
