//! The machine that something was measured on, as far as a reader has to know it.

use std::{env::consts, fmt, fs, num::NonZeroUsize, thread};

use compare::text::count;
use serde::{Deserialize, Serialize};

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// P: the cores that this process may use.
    pub cores: usize,
    /// What its processor calls itself; `None` where the system does not tell.
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
        Self {
            cores: thread::available_parallelism().map_or(1, NonZeroUsize::get),
            processor: model,
            system: consts::OS.into(),
        }
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
