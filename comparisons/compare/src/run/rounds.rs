//! Measures in rounds: each runs every version once, in a new order, so that a slow spell of the
//! machine affects them all equally.

use std::time::{Duration, Instant};

use fastrand::Rng;
use figures::statistics::{self, Estimate};
use serde::{Deserialize, Serialize};
use workspace::{
    Cell,
    run::{Fault, Report},
};

use super::{
    answers,
    conditions::{Conditions, Observer},
    history::History,
    progress::{Clock, Progress},
};

/// The number of rounds, if the user doesn't say: at least so many…
pub(super) const FEWEST: usize = 5;
/// …at most so many…
const MOST: usize = 10;
/// …and in between as many as fit into this time, because short runs are noisy.
const TIME: Duration = Duration::from_secs(30);

/// One version against itself: its difference is the machine's noise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Control {
    /// Which version, by its place among the histories.
    pub(crate) of: usize,
    /// The reports of its second run in each round, from the second round on.
    pub(crate) reports: Vec<Report>,
}

/// The results of all rounds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rounds {
    /// How many were complete.
    pub(crate) number: usize,
    /// The history of each version, in the order in which they were given.
    pub(crate) histories: Vec<History>,
    /// The control; there is none in a single round, or if no version survived the first.
    pub(crate) control: Option<Control>,
    /// What the machine did meanwhile.
    #[serde(default)]
    pub(crate) conditions: Conditions,
}

impl Rounds {
    /// Forgets what came after so many rounds.
    fn end_after(&mut self, rounds: usize) {
        self.histories.iter_mut().for_each(|history| history.end_after(rounds));
        if let Some(control) = &mut self.control {
            // It has no turn in the first.
            control.reports.truncate(rounds.saturating_sub(1));
        }
        self.control.take_if(|control| control.reports.is_empty());
    }

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

/// Runs each cell once in every round, by calling `run` with it and how far the rounds are. The
/// order follows from a fixed seed. After each round, `save` is called with all that there is. If a
/// run is interrupted, its round does not count, and there is no other.
///
/// There are as many rounds as `wanted`, or else as many as fit into the time above, judging by the
/// first. From the second round on, the version that was fastest in the first takes part twice.
/// The process `server` holds the input of all versions.
pub(crate) fn measure(
    cells: &[Cell],
    wanted: Option<usize>,
    server: Option<u32>,
    mut run: impl FnMut(&Cell, Progress) -> Result<Report, Fault>,
    mut save: impl FnMut(&Rounds),
) -> Rounds {
    let histories = cells
        .iter()
        .map(|cell| History { cell: cell.clone(), reports: Vec::new(), fault: None })
        .collect();
    let conditions = Conditions::default();
    let mut measured = Rounds { number: 0, histories, control: None, conditions };
    let mut observer = Observer::new(server);
    let mut random = Rng::with_seed(0);
    let start = Instant::now();
    let mut clock = Clock::start();
    // How many there are to be is known from the second on.
    let mut number = wanted;
    for round in 1.. {
        if number.is_some_and(|number| round > number) {
            break;
        }
        let mut turns: Vec<Turn> = (0..cells.len()).map(Turn::Version).collect();
        turns.extend(measured.control.as_ref().map(|_| Turn::Control));
        random.shuffle(&mut turns);
        let length = turns.len();
        for (place_in_round, turn) in turns.into_iter().enumerate() {
            let progress = clock.next(round, number, place_in_round, length);
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
            let outcome = observer.watch(
                history.cell.approach.label(),
                || run(&history.cell, progress),
                |outcome| Some((&outcome.as_ref().ok()?.usage, &[])),
            );
            match (outcome, control) {
                (Err(Fault::Interrupted), _) => {
                    measured.end_after(round - 1);
                    return measured;
                }
                (Ok(report), Some(control)) => control.reports.push(report),
                // A fault of the control is a fault of the version: it is the same program.
                (outcome, _) => history.note(round, outcome),
            }
        }
        if round == 1 {
            let of = fastest(&measured.histories);
            measured.control = of.map(|of| Control { of, reports: Vec::new() });
            number = wanted.or_else(|| Some(that_fit(start.elapsed())));
        }
        measured.number = round;
        measured.conditions = observer.conditions().clone();
        save(&measured);
    }
    // Without a second round the control has never had a turn.
    measured.control.take_if(|control| control.reports.is_empty());
    measured
}

/// How many rounds of this length there should be.
pub(super) fn that_fit(round: Duration) -> usize {
    let fit = TIME.as_nanos().checked_div(round.as_nanos()).unwrap_or(u128::MAX);
    usize::try_from(fit).unwrap_or(usize::MAX).clamp(FEWEST, MOST)
}

/// The version that was fastest in the first round, among those with the right answer: a version
/// that doesn't do its work could be arbitrarily fast.
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
        let mut saved = Vec::new();
        let run = |cell: &Cell, progress: Progress| {
            let name = cell.approach.name();
            runs[progress.round - 1].push(name.to_owned());
            Ok(report(name, if name == "threads" { 10 } else { 50 }))
        };
        let measured = measure(&cells, Some(4), None, run, |rounds| saved.push(rounds.number));
        assert_eq!(saved, [1, 2, 3, 4]);
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
        let run = |cell: &Cell, _| {
            if cell.approach.is_baseline() {
                return Ok(report("sequential", 10));
            }
            runs += 1;
            Err(Fault::Crashed("exit status: 101".into()))
        };
        let measured = measure(&cells, Some(3), None, run, |_| ());
        assert_eq!(runs, 1);
        assert_eq!(measured.histories[0].reports.len(), 3);
        assert!(matches!(measured.histories[1].fault, Some((1, Fault::Crashed(_)))));
    }

    #[test]
    fn of_a_round_that_is_interrupted_nothing_counts() {
        let cells = ["sequential", "smol", "tokio"].map(cell);
        for complete in [0, 1, 2] {
            let mut runs = 0;
            // The last run of the round is the one that is interrupted; before it one crashes.
            let last = [3, 7, 11][complete];
            let run = |cell: &Cell, _| {
                runs += 1;
                match last - runs {
                    0 => Err(Fault::Interrupted),
                    1 => Err(Fault::Crashed("exit status: 101".into())),
                    _ => Ok(report(cell.approach.name(), 10)),
                }
            };
            let measured = measure(&cells, Some(9), None, run, |_| ());
            assert_eq!((measured.number, runs), (complete, last));
            for history in &measured.histories {
                assert_eq!((history.reports.len(), &history.fault), (complete, &None));
            }
            let control = measured.control.map(|control| control.reports.len());
            assert_eq!(control, (complete == 2).then_some(1));
        }
    }

    #[test]
    fn a_wrong_version_is_no_control_however_fast_it_is() {
        let cells = ["sequential", "rayon"].map(cell);
        let run = |cell: &Cell, _| {
            let name = cell.approach.name();
            let mut report = report(name, if name == "rayon" { 1 } else { 9 });
            report.answer = name.into();
            Ok(report)
        };
        let measured = measure(&cells, Some(2), None, run, |_| ());
        let (of, _) = measured.control_ratio().expect("there is a control");
        assert_eq!(of.approach.name(), "sequential");
    }

    #[test]
    fn a_single_round_has_no_control() {
        let run = |_: &Cell, _| Ok(report("sequential", 10));
        let measured = measure(&[cell("sequential")], Some(1), None, run, |_| ());
        assert!(measured.control.is_none() && measured.control_ratio().is_none());
    }

    #[test]
    fn short_rounds_are_many_and_long_ones_few() {
        assert_eq!(that_fit(Duration::ZERO), MOST);
        assert_eq!(that_fit(Duration::from_millis(3_500)), 8);
        assert_eq!(that_fit(Duration::from_secs(9)), FEWEST);
        let mut runs = 0;
        let run = |_: &Cell, _| {
            runs += 1;
            Ok(report("sequential", 1))
        };
        let measured = measure(&[cell("sequential")], None, None, run, |_| ());
        // The control takes part in all rounds but the first.
        assert_eq!((measured.number, runs), (MOST, 2 * MOST - 1));
    }
}
