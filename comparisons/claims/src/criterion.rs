//! What criterion has left behind: for each benchmark a folder with `new/benchmark.json`, which
//! names it, and `new/estimates.json`.
//!
//! The names of the folders are those of the benchmarks but for some characters, so a benchmark is
//! found by the name in its file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use figures::{calls::Work, statistics::Estimate};
use serde::Deserialize;
use serde_json::Value;

use crate::files::json;

/// The confidence of all intervals here, which is criterion's default too.
const CONFIDENCE: f64 = 0.95;

/// The benchmarks in a folder of criterion's.
#[derive(Debug, Default)]
pub struct Criterion {
    folder: PathBuf,
    benchmarks: BTreeMap<String, Benchmark>,
    /// The files that tell the names of benchmarks and cannot be read, each with the reason.
    pub broken: Vec<String>,
}

#[derive(Debug)]
struct Benchmark {
    folder: PathBuf,
    work: Option<Work>,
    measured: SystemTime,
}

/// The estimate of one benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Its median time in nanoseconds.
    pub time: Estimate,
    /// How much it does, if it says so.
    pub work: Option<Work>,
}

#[derive(Deserialize)]
struct BenchmarkFile {
    full_id: String,
    throughput: Option<Value>,
}

#[derive(Deserialize)]
struct EstimatesFile {
    median: EstimateFile,
}

#[derive(Deserialize)]
struct EstimateFile {
    confidence_interval: IntervalFile,
    point_estimate: f64,
}

#[derive(Deserialize)]
struct IntervalFile {
    confidence_level: f64,
    lower_bound: f64,
    upper_bound: f64,
}

impl Criterion {
    /// Looks for benchmarks below a folder, at any depth; there need not be such a folder.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let mut found = Self { folder: folder.into(), ..Self::default() };
        found.look_into(folder);
        found
    }

    fn look_into(&mut self, folder: &Path) {
        let file = folder.join("new/benchmark.json");
        if file.is_file() {
            self.note(folder, &file);
        }
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
            self.look_into(&entry.path());
        }
    }

    fn note(&mut self, folder: &Path, file: &Path) {
        let BenchmarkFile { full_id, throughput } = match json(file) {
            Ok(benchmark) => benchmark,
            Err(reason) => return self.broken.push(reason),
        };
        let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
        let measured = modified.unwrap_or(SystemTime::UNIX_EPOCH);
        let work = throughput.as_ref().and_then(work);
        let benchmark = Benchmark { folder: folder.into(), work, measured };
        // A benchmark that got another folder meanwhile has left its old one behind.
        if self.benchmarks.get(&full_id).is_none_or(|other| other.measured <= measured) {
            self.benchmarks.insert(full_id, benchmark);
        }
    }

    /// The median time of a benchmark. Unlike the mean it does not follow the few samples in which
    /// something else had the machine.
    ///
    /// # Errors
    /// It was not measured, or its file cannot be used; the error says so in words.
    pub fn time(&self, name: &str) -> Result<Measured, String> {
        let benchmark = self.benchmark(name)?;
        let path = benchmark.folder.join("new/estimates.json");
        let EstimatesFile { median } = json(&path)?;
        let interval = median.confidence_interval;
        let time = Estimate {
            value: median.point_estimate,
            low: interval.lower_bound,
            high: interval.upper_bound,
        };
        let sound = 0.0 < time.low && time.low <= time.value && time.value <= time.high;
        if !sound || !time.high.is_finite() {
            return Err(format!("{}: the median is no time with an interval", path.display()));
        }
        if (interval.confidence_level - CONFIDENCE).abs() > 1e-9 {
            return Err(format!(
                "{}: its interval is one of {} %, not of 95 %",
                path.display(),
                interval.confidence_level * 100.0
            ));
        }
        Ok(Measured { time, work: benchmark.work.clone() })
    }

    fn benchmark(&self, name: &str) -> Result<&Benchmark, String> {
        self.benchmarks
            .get(name)
            .ok_or_else(|| format!("there is no benchmark {name} in {}", self.folder.display()))
    }
}

/// What criterion writes as `{"Elements":100}`, or as both kinds in one object.
fn work(throughput: &Value) -> Option<Work> {
    let (unit, amount) = throughput.as_object()?.iter().next()?;
    let amount = amount.as_f64().or_else(|| amount.get("elements")?.as_f64())?;
    Some(Work { unit: unit.clone(), amount })
}
