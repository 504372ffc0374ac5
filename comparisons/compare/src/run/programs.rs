//! Runs programs that the user names, in rounds in which all take turns.

use std::time::{Duration, Instant};

use fastrand::Rng;
use harness::meter::Usage;
use serde::{Deserialize, Serialize};
use workspace::{run::Fault, tree::Member};

use super::{
    conditions::{Conditions, Observer},
    progress::Clock,
    rounds,
};
use crate::find::programs::Named;

/// The history of a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tried {
    /// What it is called.
    pub(crate) name: String,
    /// The cost of each of its runs, in the order of the rounds, until something went wrong.
    pub(crate) usages: Vec<Usage>,
    /// What went wrong, and in which round, from 1. It was not run again.
    pub(crate) fault: Option<(usize, Fault)>,
}

/// The results of all rounds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tries {
    /// How many rounds were complete.
    pub(crate) rounds: usize,
    /// The programs, in the order in which they were named.
    pub(crate) programs: Vec<Tried>,
    /// The first of them once more: its difference from itself is noise.
    pub(crate) control: Tried,
    /// What the machine did meanwhile.
    #[serde(default)]
    pub(crate) conditions: Conditions,
}

/// What one run of a program has cost, and the processes that it consisted of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    usage: Usage,
    members: Vec<Member>,
}

/// Runs each program once in every round, and the first of them twice; before that, `warmup` times
/// without counting. `run` is called with a program and how far the rounds are, and returns its cost.
/// After each round, `save` is called with all that there is. If a run is interrupted, its round does
/// not count, and there is no other.
pub(crate) fn measure(
    programs: &[Named],
    wanted: Option<usize>,
    warmup: usize,
    mut run: impl FnMut(&Named, &str) -> Result<Cost, Fault>,
    mut save: impl FnMut(&Tries),
) -> Tries {
    let begin =
        |program: &Named| Tried { name: program.name.clone(), usages: Vec::new(), fault: None };
    let mut tries = Tries {
        rounds: 0,
        programs: programs.iter().map(begin).collect(),
        control: begin(&programs[0]),
        conditions: Conditions::default(),
    };
    let mut observer = Observer::new(None);
    for time in 1..=warmup {
        for (program, this) in programs.iter().zip(&mut tries.programs) {
            if this.fault.is_none() {
                let outcome = run(program, &format!("warm-up {time} of {warmup}"));
                if outcome == Err(Fault::Interrupted) {
                    return tries.end_after(0);
                }
                this.fault = outcome.err().map(|fault| (0, fault));
            }
        }
    }
    let mut random = Rng::with_seed(0);
    let start = Instant::now();
    let mut clock = Clock::start();
    // How many there are to be is known from the second on.
    let mut number = wanted;
    for round in 1.. {
        if number.is_some_and(|number| round > number) {
            break;
        }
        // The control comes after the last program.
        let mut turns: Vec<usize> = (0..=programs.len()).collect();
        random.shuffle(&mut turns);
        for (place_in_round, place) in turns.into_iter().enumerate() {
            let progress = clock.next(round, number, place_in_round, programs.len() + 1);
            let program = programs.get(place).unwrap_or(&programs[0]);
            let this = tries.programs.get_mut(place).unwrap_or(&mut tries.control);
            if this.fault.is_some() {
                continue;
            }
            let outcome = observer.watch(
                &program.name,
                || run(program, &progress.to_string()),
                |outcome| outcome.as_ref().ok().map(|cost| (&cost.usage, &*cost.members)),
            );
            match outcome {
                Ok(cost) => this.usages.push(cost.usage),
                Err(Fault::Interrupted) => return tries.end_after(round - 1),
                Err(fault) => this.fault = Some((round, fault)),
            }
        }
        if round == 1 {
            number = wanted.or_else(|| Some(rounds::that_fit(start.elapsed())));
        }
        tries.rounds = round;
        tries.conditions = observer.conditions().clone();
        save(&tries);
    }
    tries
}

impl Tries {
    /// Without what came after so many rounds.
    fn end_after(mut self, rounds: usize) -> Self {
        for tried in self.programs.iter_mut().chain([&mut self.control]) {
            tried.usages.truncate(rounds);
            tried.fault.take_if(|(round, _)| *round > rounds);
        }
        self
    }
}

impl Tried {
    /// The wall-clock times of its runs, in seconds.
    #[must_use]
    pub(crate) fn walls(&self) -> Vec<f64> {
        self.usages.iter().map(|usage| usage.wall().as_secs_f64()).collect()
    }
}

/// Runs one program once, and returns its cost.
#[cfg(target_os = "linux")]
pub(crate) fn run(words: &[String], deadline: Duration) -> Result<Cost, Fault> {
    let watched = workspace::watch::run(words, deadline)?;
    Ok(Cost { usage: watched.usage, members: watched.members })
}

/// Other systems don't say what all processes of a program have cost.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_: &[String], _: Duration) -> Result<Cost, Fault> {
    Err(Fault::Crashed("--command needs Linux".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Named {
        Named { name: name.into(), words: vec![name.into()] }
    }

    #[test]
    fn each_has_its_turn_in_every_round_and_the_first_two() {
        let mut ran = Vec::new();
        let run = |program: &Named, _: &str| {
            ran.push(program.name.clone());
            Ok(Cost::default())
        };
        let tries = measure(&[named("a"), named("b")], Some(3), 1, run, |_| ());
        assert_eq!(ran[..2], ["a", "b"], "the warm-up");
        let count = |name: &str| ran.iter().filter(|ran| *ran == name).count();
        assert_eq!((count("a"), count("b")), (1 + 6, 1 + 3));
        let runs: Vec<usize> = tries.programs.iter().map(|tried| tried.usages.len()).collect();
        assert_eq!((runs, tries.control.usages.len()), (vec![3, 3], 3));
    }

    #[test]
    fn what_fails_is_not_run_again() {
        let mut ran = 0;
        let run = |program: &Named, _: &str| {
            if program.name == "a" {
                return Ok(Cost::default());
            }
            ran += 1;
            if ran == 2 { Err(Fault::Crashed("no".into())) } else { Ok(Cost::default()) }
        };
        let tries = measure(&[named("a"), named("b")], Some(5), 0, run, |_| ());
        assert_eq!(ran, 2);
        let fault = tries.programs[1].fault.as_ref().expect("it has failed");
        assert_eq!(fault.0, 2);
    }

    #[test]
    fn of_a_round_that_is_interrupted_nothing_counts() {
        let mut runs = 0;
        let run = |_: &Named, _: &str| {
            runs += 1;
            match runs {
                5 => Err(Fault::Crashed("no".into())),
                6 => Err(Fault::Interrupted),
                _ => Ok(Cost::default()),
            }
        };
        let mut saved = 0;
        let tries = measure(&[named("a"), named("b")], None, 0, run, |_| saved += 1);
        assert_eq!((tries.rounds, saved), (1, 1));
        for tried in tries.programs.iter().chain([&tries.control]) {
            assert_eq!((tried.usages.len(), &tried.fault), (1, &None));
        }
    }
}
