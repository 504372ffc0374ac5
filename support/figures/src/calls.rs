//! The cost of single calls of a benchmark: how a program asks for them, and the answer. The
//! benchmarks make the calls, and `claims -- --run` asks for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The environment variable with what is [`Asked`] for, in JSON.
pub const VARIABLE: &str = "MEANWHILE_CALLS";

/// Which benchmark is to be called, and how often.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Its name, such as `http/tokio/limit=20`.
    pub benchmark: String,
    /// How many calls count. One more comes before them and doesn't.
    pub calls: usize,
}

/// The cost of the calls. Each list has an entry for each call, in order, or none if that is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// The arguments that describe the job.
    pub job: String,
    /// How much a call does, and of what: `Elements` or `Bytes`.
    pub work: Option<Work>,
    /// The CRC-32 of the answer, which is the same for all calls; otherwise they would have failed.
    pub answer: String,
    /// Wall-clock time, in nanoseconds.
    pub wall_ns: Vec<u64>,
    /// CPU time in the program's own code, in nanoseconds. Here and below, a worker process counts
    /// in the call in which it ended.
    pub user_ns: Vec<u64>,
    /// CPU time that the operating system spent for it, in nanoseconds.
    pub system_ns: Vec<u64>,
    /// How often a thread gave up its core because it had to wait.
    pub voluntary_switches: Vec<u64>,
    /// How often a thread was made to give up its core.
    pub involuntary_switches: Vec<u64>,
    /// The number of page faults.
    pub faults: Vec<u64>,
    /// The most units of work in flight at the same time.
    pub in_flight: Vec<u64>,
    /// On how many threads, or in how many worker processes, units of work were done. It is empty in
    /// runs in which nobody counted them.
    #[serde(default)]
    pub workers: Vec<u64>,
    /// The most memory that the benchmark's process had resident, in bytes.
    pub memory_bytes: Vec<u64>,
    /// What else it tells of itself, by names of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, Vec<f64>>,
}

/// How much a call of a benchmark does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Of what: `Elements` or `Bytes`.
    pub unit: String,
    /// How many.
    pub amount: f64,
}
