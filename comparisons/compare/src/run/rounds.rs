//! Measures in rounds: each runs every version once, in an order of its own, so that whatever
//! changes on the machine meanwhile meets all of them alike.

use std::time::{Duration, Instant};

use fastrand::Rng;
use figures::statistics::{self, Estimate};

use workspace::{
    Cell,
    run::{Fault, Report},
};

use super::{answers, history::History};

/// How many rounds there are, if the user does not say: at least so many…
pub(super) const FEWEST: usize = 5;
/// …at most so many…
const MOST: usize = 10;
/// …and in between as many as fit into this time, since what is short is noisy.
const TIME: Duration = Duration::from_secs(30);

/// One version against itself: what it differs by is what the machine's noise makes of nothing.
#[derive(Debug)]
pub(crate) struct Control {
    /// Which version, by its place among the histories.
    pub(crate) of: usize,
    /// The reports of its second run in each round, from the second round on.
    pub(crate) reports: Vec<Report>,
}

/// All that the rounds brought.
#[derive(Debug)]
pub(crate) struct Rounds {
    /// How many there were.
    pub(crate) number: usize,
    /// What became of each version, in the order in which they were given.
    pub(crate) histories: Vec<History>,
    /// The control; there is none in a single round, nor if no version came through the first.
    pub(crate) control: Option<Control>,
}

impl Rounds {
    /// How many times as long the control took as the version that it repeats.
    #[must_use]
    pub(crate) fn control_ratio(&self) -> Option<(&Cell, Estimate)> {
        let control = self.control.as_ref()?;
        let history = &self.histories[control.of];
        let again: Vec<f64> =
            control.reports.iter().map(|report| report.usage.wall().as_secs_f64()).collect();
        // The first round chose the version because it was fast there. Counting that round would
        // make it look faster than itself.
        let walls: Vec<f64> = history.walls().into_iter().skip(1).take(again.len()).collect();
        Some((&history.cell, statistics::paired_ratio(&again[..walls.len()], &walls)?))
    }
}

/// A run that is due.
#[derive(Clone, Copy)]
enum Turn {
    /// The version at this place.
    Version(usize),
    /// The control.
    Control,
}

/// Runs each cell once in every round, by calling `run` with it and the number of the round. The
/// order follows from a fixed seed.
///
/// There are as many rounds as are `wanted`, or else as many as fit into a while, which the first
/// of them tells. From the second round on, the version that was fastest in the first takes part twice.
pub(crate) fn measure(
    cells: &[Cell],
    wanted: Option<usize>,
    mut run: impl FnMut(&Cell, usize) -> Result<Report, Fault>,
) -> Rounds {
    let histories = cells
        .iter()
        .map(|cell| History { cell: cell.clone(), reports: Vec::new(), fault: None })
        .collect();
    let mut measured = Rounds { number: wanted.unwrap_or(FEWEST), histories, control: None };
    let mut random = Rng::with_seed(0);
    let start = Instant::now();
    let mut round = 0;
    while round < measured.number {
        round += 1;
        let mut turns: Vec<Turn> = (0..cells.len()).map(Turn::Version).collect();
        turns.extend(measured.control.as_ref().map(|_| Turn::Control));
        random.shuffle(&mut turns);
        for turn in turns {
            let control = measured.control.as_mut();
            let (place, control) = match turn {
                Turn::Version(place) => (place, None),
                Turn::Control => {
                    let control = control.expect("its turn comes only if there is one");
                    (control.of, Some(control))
                }
            };
            let history = &mut measured.histories[place];
            if history.fault.is_some() {
                continue;
            }
            match (run(&history.cell, round), control) {
                (Ok(report), Some(control)) => control.reports.push(report),
                // A fault of the control is one of the version: it is the same program.
                (outcome, _) => history.note(round, outcome),
            }
        }
        if round == 1 {
            let of = fastest(&measured.histories);
            measured.control = of.map(|of| Control { of, reports: Vec::new() });
            measured.number = wanted.unwrap_or_else(|| that_fit(start.elapsed()));
        }
    }
    // Without a second round the control has never had a turn.
    measured.control = measured.control.filter(|control| !control.reports.is_empty());
    measured
}

/// How many rounds of this length there should be.
pub(super) fn that_fit(round: Duration) -> usize {
    let fit = TIME.as_nanos().checked_div(round.as_nanos()).unwrap_or(u128::MAX);
    usize::try_from(fit).unwrap_or(usize::MAX).clamp(FEWEST, MOST)
}

/// The version that was fastest in the first round, of those whose answer was right: one that
/// does not do its work could be as fast as it likes.
fn fastest(histories: &[History]) -> Option<usize> {
    let reference = answers::reference(histories)?;
    histories
        .iter()
        .enumerate()
        .filter_map(|(place, history)| Some((place, history.reports.first()?)))
        .filter(|(_, report)| report.agrees_with(reference))
        .min_by_key(|(_, report)| report.usage.wall_ns)
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{cell, report};

    #[test]
    fn every_round_runs_every_version_once_and_the_fastest_twice_from_the_second_on() {
        let cells = ["sequential", "threads", "tokio"].map(cell);
        let mut runs: Vec<Vec<String>> = vec![Vec::new(); 4];
        let measured = measure(&cells, Some(4), |cell, round| {
            let name = cell.approach.name();
            runs[round - 1].push(name.to_owned());
            Ok(report(name, if name == "threads" { 10 } else { 50 }))
        });
        let orders = runs.clone();
        for (round, run) in runs.iter_mut().enumerate() {
            run.sort();
            let expected: &[&str] = if round == 0 {
                &["sequential", "threads", "tokio"]
            } else {
                &["sequential", "threads", "threads", "tokio"]
            };
            assert_eq!(run, expected, "round {}", round + 1);
        }
        assert!(orders[1..].windows(2).any(|pair| pair[0] != pair[1]), "the order must change");
        let (of, ratio) = measured.control_ratio().expect("there is a control");
        assert_eq!(of.approach.name(), "threads");
        assert_eq!(ratio, Estimate { value: 1.0, low: 1.0, high: 1.0 });
    }

    #[test]
    fn a_version_that_crashed_is_not_run_again_and_the_others_are() {
        let cells = ["sequential", "smol"].map(cell);
        let mut runs = 0;
        let measured = measure(&cells, Some(3), |cell, _| {
            if cell.approach.is_baseline() {
                return Ok(report("sequential", 10));
            }
            runs += 1;
            Err(Fault::Crashed("exit status: 101".into()))
        });
        assert_eq!(runs, 1);
        assert_eq!(measured.histories[0].reports.len(), 3);
        assert!(matches!(measured.histories[1].fault, Some((1, Fault::Crashed(_)))));
    }

    #[test]
    fn a_wrong_version_is_no_control_however_fast_it_is() {
        let cells = ["sequential", "rayon"].map(cell);
        let measured = measure(&cells, Some(2), |cell, _| {
            let name = cell.approach.name();
            let mut report = report(name, if name == "rayon" { 1 } else { 9 });
            report.answer = name.into();
            Ok(report)
        });
        let (of, _) = measured.control_ratio().expect("there is a control");
        assert_eq!(of.approach.name(), "sequential");
    }

    #[test]
    fn a_single_round_has_no_control() {
        let measured = measure(&[cell("sequential")], Some(1), |_, _| Ok(report("sequential", 10)));
        assert!(measured.control.is_none() && measured.control_ratio().is_none());
    }

    #[test]
    fn short_rounds_are_many_and_long_ones_few() {
        assert_eq!(that_fit(Duration::ZERO), MOST);
        assert_eq!(that_fit(Duration::from_millis(3_500)), 8);
        assert_eq!(that_fit(Duration::from_secs(9)), FEWEST);
        let mut runs = 0;
        let measured = measure(&[cell("sequential")], None, |_, _| {
            runs += 1;
            Ok(report("sequential", 1))
        });
        // The control takes part in all rounds but the first.
        assert_eq!((measured.number, runs), (MOST, 2 * MOST - 1));
    }
}
