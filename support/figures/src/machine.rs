//! The machine, as far as it matters for measurements: its cores, and how busy they are.

use std::{env::consts, fmt, fs, num::NonZeroUsize, thread, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{ticks::Ticks, words::count};

/// How long the machine is watched, to see how much of it is free.
const WATCHED: Duration = Duration::from_millis(300);

/// An idle system itself uses about this much of a core, and a short watch cannot measure less: in
/// 0.3 seconds, Linux counts 30 ticks a core.
const UNNOTICED: f64 = 0.15;

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// P: the cores that this process may use.
    pub cores: usize,
    /// The name of its processor; `None` where the system doesn't tell.
    pub processor: Option<String>,
    /// The operating system.
    pub system: String,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn here() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == "model name").then(|| value.trim().to_owned())
        });
        Self { cores: cores(), processor: model, system: consts::OS.into() }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&count(self.cores, "core"))?;
        if let Some(processor) = &self.processor {
            write!(f, ", {processor}")?;
        }
        write!(f, ", {}", self.system)
    }
}

/// How much of the machine there is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Load {
    /// The cores that this process may use.
    pub cores: usize,
    /// How many of them were idle, on average, just before the measurement; `None` where the system
    /// doesn't tell.
    pub free_cores: Option<f64>,
}

impl Load {
    /// Looks at the machine for a moment.
    #[must_use]
    pub fn look() -> Self {
        let cores = cores();
        let before = Ticks::now();
        thread::sleep(WATCHED);
        let spent = before.zip(Ticks::now()).and_then(|(before, after)| after.since(before));
        Self { cores, free_cores: spent.map(|spent| spent.idle * cores as f64) }
    }

    /// Warns if other programs are using the machine.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let free = self.free_cores?;
        (self.cores as f64 - free > UNNOTICED).then(|| {
            format!(
                "only {free:.1} of {} cores are idle, so versions that use several cores will look \
                 worse than they are",
                self.cores
            )
        })
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, free_cores } = *self;
        write!(f, "Using {}", count(cores, "core"))?;
        match free_cores {
            None => write!(f, "; this system doesn't say how many were idle at the start"),
            Some(free) if cores as f64 - free > UNNOTICED => {
                write!(f, ", {free:.1} of them idle at the start")
            }
            Some(_) => match cores {
                1 => write!(f, ", idle at the start"),
                2 => write!(f, ", both idle at the start"),
                _ => write!(f, ", all idle at the start"),
            },
        }
    }
}

/// The cores that this process may use.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_shares_the_machine_is_warned_of() {
        let load = |free| Load { cores: 2, free_cores: free };
        assert_eq!(load(Some(1.95)).warning(), None);
        assert_eq!(load(None).warning(), None);
        let warning = load(Some(0.7)).warning().expect("more than a core is taken");
        assert!(warning.contains("only 0.7 of 2 cores"), "{warning}");
    }

    #[test]
    fn a_load_reads_well() {
        let load = |cores, free_cores| Load { cores, free_cores }.to_string();
        assert_eq!(load(2, Some(1.95)), "Using 2 cores, both idle at the start");
        assert_eq!(load(2, Some(0.7)), "Using 2 cores, 0.7 of them idle at the start");
        assert_eq!(load(1, Some(1.0)), "Using 1 core, idle at the start");
        assert_eq!(load(8, Some(7.9)), "Using 8 cores, all idle at the start");
        assert_eq!(
            load(2, None),
            "Using 2 cores; this system doesn't say how many were idle at the start"
        );
    }
}
