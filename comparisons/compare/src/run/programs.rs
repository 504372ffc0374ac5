//! Runs programs that the user names, in rounds in which each has its turn.

use std::time::{Duration, Instant};

use fastrand::Rng;
use harness::meter::Usage;
use workspace::run::Fault;

use super::rounds;
use crate::find::programs::Named;

/// What became of a program.
#[derive(Debug)]
pub(crate) struct Tried {
    /// What it is called.
    pub(crate) name: String,
    /// What each of its runs cost, in the order of the rounds, until something went wrong.
    pub(crate) usages: Vec<Usage>,
    /// What went wrong, and in which round, from 1. It was not run again.
    pub(crate) fault: Option<(usize, Fault)>,
}

/// All that the rounds brought.
#[derive(Debug)]
pub(crate) struct Tries {
    /// How many rounds there were.
    pub(crate) rounds: usize,
    /// The programs, in the order in which they were named.
    pub(crate) programs: Vec<Tried>,
    /// The first of them once more: what it differs by from itself is noise.
    pub(crate) control: Tried,
}

/// Runs each program once in every round, and the first of them twice; before that, `warmup` times
/// without counting. `run` is called with a program and returns what it cost.
pub(crate) fn measure(
    programs: &[Named],
    wanted: Option<usize>,
    warmup: usize,
    mut run: impl FnMut(&Named, &str) -> Result<Usage, Fault>,
) -> Tries {
    let begin =
        |program: &Named| Tried { name: program.name.clone(), usages: Vec::new(), fault: None };
    let mut tries: Vec<Tried> = programs.iter().map(begin).collect();
    // The control comes last.
    tries.push(begin(&programs[0]));
    for time in 1..=warmup {
        for (program, this) in programs.iter().zip(&mut tries) {
            if this.fault.is_none() {
                let outcome = run(program, &format!("warm-up {time}"));
                this.fault = outcome.err().map(|fault| (0, fault));
            }
        }
    }
    let mut random = Rng::with_seed(0);
    let start = Instant::now();
    let (mut round, mut number) = (0, wanted.unwrap_or(rounds::FEWEST));
    while round < number {
        round += 1;
        let mut turns: Vec<usize> = (0..tries.len()).collect();
        random.shuffle(&mut turns);
        for place in turns {
            let program = programs.get(place).unwrap_or(&programs[0]);
            let this = &mut tries[place];
            if this.fault.is_some() {
                continue;
            }
            match run(program, &format!("round {round}")) {
                Ok(usage) => this.usages.push(usage),
                Err(fault) => this.fault = Some((round, fault)),
            }
        }
        if round == 1 {
            number = wanted.unwrap_or_else(|| rounds::that_fit(start.elapsed()));
        }
    }
    let control = tries.pop().expect("it was pushed");
    Tries { rounds: round, programs: tries, control }
}

impl Tried {
    /// The wall-clock times of its runs, in seconds.
    #[must_use]
    pub(crate) fn walls(&self) -> Vec<f64> {
        self.usages.iter().map(|usage| usage.wall().as_secs_f64()).collect()
    }
}

/// Runs one program once, with what it cost.
#[cfg(target_os = "linux")]
pub(crate) fn run(words: &[String], deadline: Duration) -> Result<Usage, Fault> {
    workspace::watch::run(words, deadline)
}

/// Elsewhere nobody tells what all processes of a program have cost.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_: &[String], _: Duration) -> Result<Usage, Fault> {
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
        let tries = measure(&[named("a"), named("b")], Some(3), 1, |program, _| {
            ran.push(program.name.clone());
            Ok(Usage::default())
        });
        assert_eq!(ran[..2], ["a", "b"], "the warm-up");
        let count = |name: &str| ran.iter().filter(|ran| *ran == name).count();
        assert_eq!((count("a"), count("b")), (1 + 6, 1 + 3));
        let runs: Vec<usize> = tries.programs.iter().map(|tried| tried.usages.len()).collect();
        assert_eq!((runs, tries.control.usages.len()), (vec![3, 3], 3));
    }

    #[test]
    fn what_fails_is_not_run_again() {
        let mut ran = 0;
        let tries = measure(&[named("a"), named("b")], Some(5), 0, |program, _| {
            if program.name == "a" {
                return Ok(Usage::default());
            }
            ran += 1;
            if ran == 2 { Err(Fault::Crashed("no".into())) } else { Ok(Usage::default()) }
        });
        assert_eq!(ran, 2);
        let fault = tries.programs[1].fault.as_ref().expect("it has failed");
        assert_eq!(fault.0, 2);
    }
}
