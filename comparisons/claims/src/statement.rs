//! What is claimed: the contents of `benches/claims.toml`.
//!
//! Its first lines describe the format. What a name of a measurement may be is said at
//! [`Quantity`], and [`Threshold`] tells what a claim may demand of a ratio.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// Where the claims stand, below the root of the workspace.
pub const PLACE: &str = "benches/claims.toml";

/// All claims, and the tables that the READMEs show.
#[derive(Clone, Debug)]
pub struct Claims {
    /// The claims, in their order.
    pub claims: Vec<Claim>,
    /// The tables, in their order.
    pub tables: Vec<Table>,
    /// The controls of the rows that have no table.
    pub controls: Vec<Control>,
}

/// One sentence that measurements can prove or refute.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", try_from = "Written")]
pub struct Claim {
    /// What others call it by.
    pub id: String,
    /// The sentence.
    pub says: String,
    /// Why it should be so, in one line.
    pub why: String,
    /// What has to be there for it to be measured, if that is not a matter of course.
    pub needs: Option<String>,
    /// On fewer cores it says nothing.
    pub needs_cores: usize,
    /// The ratios that it speaks of. It holds if it holds for every one.
    pub ratios: Vec<Ratio>,
    /// What each of the ratios has to be.
    pub threshold: Threshold,
}

/// How many times as large one quantity is as another.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    /// The numerator.
    pub of: Quantity,
    /// The denominator. If it is the numerator, the ratio is a control: it compares one measurement
    /// with another of the same thing.
    pub to: Quantity,
    /// Whether the times count for each unit of what criterion calls throughput (a page, a
    /// number): then the two may have done different amounts of work.
    pub per_unit: bool,
}

/// What can stand in a ratio.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = "a quantity is the name of a measurement, a number, or { N = …, L = …, K = … }"
)]
pub enum Quantity {
    /// Something measured, by its name:
    ///
    /// - `http/tokio/limit=20`: the time of the benchmark that criterion knows by this name, in
    ///   which `workers=P` stands for as many workers as this process may use cores;
    /// - `http/tokio/limit=20#in-flight`: another [`Metric`] of it;
    /// - `python/…` and `pairs/…`: a program and no function, see [`crate::commands`];
    /// - `cost/…`: a figure of `cost-of-a-task`, see [`crate::cost`].
    Measured(String),
    /// A number.
    Number(f64),
    /// A time that no measurement can beat.
    Limit(Limit),
}

/// What is measured of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric<'a> {
    /// Wall-clock time.
    Time,
    /// CPU time.
    Computing,
    /// CPU time to wall-clock time: how many cores it used on average.
    Cores,
    /// The most units of work in flight at once.
    InFlight,
    /// The most memory resident.
    Memory,
    /// How often a thread was switched to another, of its own accord or not.
    Switches,
    /// What it tells of itself under this name.
    Named(&'a str),
}

/// The least time that N waits of length L take when K of them overlap: N·L/K.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many waits there are.
    #[serde(rename = "N")]
    pub waits: f64,
    /// How long each of them is, in seconds.
    #[serde(rename = "L")]
    pub latency: f64,
    /// How many of them overlap.
    #[serde(rename = "K")]
    pub in_flight: f64,
}

/// What is demanded of a ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// It is as much or more.
    AtLeast(Bound),
    /// It is as much or less.
    AtMost(Bound),
    /// It is 1, but for this share: between 1/(1 + share) and 1 + share.
    Within(Bound),
    /// It is just that, each time it is measured: nothing that noise could touch.
    Exactly(Bound),
}

/// How much a threshold demands.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(
    deny_unknown_fields,
    untagged,
    expecting = "a threshold is a number, or { factor = …, of = … }, of \"P\", \"capacity\" or { K = … }"
)]
pub enum Bound {
    /// The same everywhere.
    Number(f64),
    /// In proportion to what can happen at the same time.
    Multiple {
        /// How many times as much.
        factor: f64,
        /// As what.
        of: Base,
    },
}

/// How much can happen at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub enum Base {
    /// As much as there are cores.
    P,
    /// As much as the cores could do together while it was measured, against one of them: see
    /// [`figures::canary::Canary::capacity`].
    #[serde(rename = "capacity")]
    Capacity,
    /// As much as a benchmark keeps in flight.
    K(f64),
}

/// The table of a row's cells that READMEs show.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The row.
    pub row: String,
    /// The benchmark that the speed-up is counted from.
    pub baseline: String,
    /// The parameter at which the other cells are shown, such as `limit=20`.
    pub at: String,
    /// The benchmark that is measured twice in each block and compared with itself. If it seems to
    /// differ, nothing that is measured in the row is judged.
    pub control: String,
    /// What else is shown, below the cells.
    #[serde(default)]
    pub also: Vec<Also>,
}

/// A line of a table that is no cell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// The benchmark.
    pub benchmark: String,
    /// What it is called in the table.
    pub label: String,
    /// The benchmark that its speed-up is counted from, if that isn't the table's.
    pub baseline: Option<String>,
}

/// What is measured twice in each block of a row that has no table, and compared with itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The row.
    pub row: String,
    /// The benchmark, or a figure of it.
    pub measured: String,
}

/// Why the claims cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not TOML, or says something that is not understood.
    #[error("{}: {}", path.display(), source.to_string().trim_end())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        source: toml::de::Error,
    },
    /// Two claims have one id.
    #[error("{}: two claims are called {id}", path.display())]
    Twice {
        /// Which file.
        path: PathBuf,
        /// The id.
        id: String,
    },
}

impl Claims {
    /// Reads the claims from a file.
    ///
    /// # Errors
    /// The file cannot be read, or says something that is not understood.
    pub fn read(path: &Path) -> Result<Self, StatementError> {
        let path = || path.to_path_buf();
        let text = fs::read_to_string(path())
            .map_err(|source| StatementError::Unreadable { path: path(), source })?;
        let File { claims, tables, controls } = toml::from_str(&text)
            .map_err(|source| StatementError::Malformed { path: path(), source })?;
        let mut ids = BTreeSet::new();
        for claim in &claims {
            if !ids.insert(&claim.id) {
                return Err(StatementError::Twice { path: path(), id: claim.id.clone() });
            }
        }
        Ok(Self { claims, tables, controls })
    }

    /// The claim of that name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// What is measured twice in each block of a row; `None` if nothing is.
    #[must_use]
    pub fn control(&self, row: &str) -> Option<&str> {
        let tables = self.tables.iter().map(|table| (&*table.row, &*table.control));
        let others = self.controls.iter().map(|control| (&*control.row, &*control.measured));
        tables.chain(others).find(|(of, _)| *of == row).map(|(_, control)| control)
    }
}

impl Claim {
    /// The names of all that has to be measured for it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.ratios.iter().flat_map(Ratio::names)
    }
}

impl Ratio {
    /// Whether it compares a thing with itself.
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.of == self.to
    }

    /// The names of the benchmarks, or the costs, that have to be measured for it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.of, &self.to].into_iter().filter_map(|quantity| match quantity {
            Quantity::Measured(name) => Some(split(name).0),
            Quantity::Number(_) | Quantity::Limit(_) => None,
        })
    }
}

impl Threshold {
    /// How much it demands.
    #[must_use]
    pub const fn bound(self) -> Bound {
        match self {
            Self::AtLeast(bound)
            | Self::AtMost(bound)
            | Self::Within(bound)
            | Self::Exactly(bound) => bound,
        }
    }
}

impl Bound {
    /// What it comes to on a machine with as many cores. Of the capacity it is the factor alone:
    /// what is compared with it is divided by the capacity of the same moment.
    #[must_use]
    pub const fn value(self, cores: usize) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Multiple { factor, of: Base::P } => factor * cores as f64,
            Self::Multiple { factor, of: Base::Capacity } => factor,
            Self::Multiple { factor, of: Base::K(in_flight) } => factor * in_flight,
        }
    }
}

impl Limit {
    /// The time in seconds.
    #[must_use]
    pub const fn seconds(self) -> f64 {
        self.waits * self.latency / self.in_flight
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Multiple { factor, of: Base::P } => write!(f, "{factor} * P"),
            Self::Multiple { factor, of: Base::Capacity } => {
                write!(f, "{factor} * the capacity of the cores")
            }
            Self::Multiple { factor, of: Base::K(_) } => write!(f, "{factor} * K"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("N * L / K")
    }
}

/// A benchmark's name on a machine with as many cores: `workers=P` is the largest number of
/// workers that is measured there.
#[must_use]
pub fn on_cores(name: &str, cores: usize) -> String {
    let (benchmark, metric) = name.split_once('#').map_or((name, None), |(a, b)| (a, Some(b)));
    let mut name = match benchmark.strip_suffix("=P") {
        Some(start) => format!("{start}={cores}"),
        None => benchmark.to_owned(),
    };
    if let Some(metric) = metric {
        name += &format!("#{metric}");
    }
    name
}

/// The benchmark and what is measured of it, in a name such as `http/tokio/limit=20#in-flight`. A
/// word that stands for nothing else names a figure of the benchmark's own. Of what is counted, the whole
/// name says what it is: `syscalls/http/threads/tasks=20#clone`.
#[must_use]
pub fn split(name: &str) -> (&str, Metric<'_>) {
    let parts = name.split_once('#').filter(|_| !name.starts_with("syscalls/"));
    let Some((benchmark, word)) = parts else { return (name, Metric::Time) };
    let metric = match word {
        "computing" => Metric::Computing,
        "cores" => Metric::Cores,
        "in-flight" => Metric::InFlight,
        "memory" => Metric::Memory,
        "switches" => Metric::Switches,
        named => Metric::Named(named),
    };
    (benchmark, metric)
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "claim")]
    claims: Vec<Claim>,
    #[serde(default, rename = "table")]
    tables: Vec<Table>,
    #[serde(default, rename = "control")]
    controls: Vec<Control>,
}

/// A claim as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    id: String,
    says: String,
    why: String,
    needs: Option<String>,
    #[serde(default = "one")]
    needs_cores: usize,
    ratios: Vec<WrittenRatio>,
    at_least: Option<Bound>,
    at_most: Option<Bound>,
    within: Option<Bound>,
    exactly: Option<Bound>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenRatio {
    of: Quantity,
    to: Quantity,
    #[serde(default)]
    per_unit: bool,
}

const fn one() -> usize {
    1
}

impl TryFrom<Written> for Claim {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { id, says, why, needs, needs_cores, .. } = written;
        let thresholds = [
            written.at_least.map(Threshold::AtLeast),
            written.at_most.map(Threshold::AtMost),
            written.within.map(Threshold::Within),
            written.exactly.map(Threshold::Exactly),
        ];
        let thresholds: Vec<Threshold> = thresholds.into_iter().flatten().collect();
        let [threshold] = thresholds[..] else {
            return Err(format!("{id} needs one of at-least, at-most, within and exactly"));
        };
        // If it is positive for one core, it is for more.
        positive(threshold.bound().value(1)).map_err(|no| format!("the threshold of {id} {no}"))?;
        if written.ratios.is_empty() {
            return Err(format!("{id} speaks of no ratio"));
        }
        let ratio = |WrittenRatio { of, to, per_unit }| {
            for quantity in [&of, &to] {
                let known = match quantity {
                    Quantity::Measured(_) => continue,
                    Quantity::Number(number) => *number,
                    Quantity::Limit(limit) => limit.seconds(),
                };
                positive(known).map_err(|no| format!("a quantity of {id} {no}"))?;
            }
            Ok(Ratio { of, to, per_unit })
        };
        let ratios = written.ratios.into_iter().map(ratio).collect::<Result<_, String>>()?;
        Ok(Self { id, says, why, needs, needs_cores, ratios, threshold })
    }
}

/// No ratio and no time is anything but a positive number; the error says what it is instead.
fn positive(value: f64) -> Result<(), String> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(format!("comes to {value}, which is no positive number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A claim with that threshold, about that limit.
    fn claim(threshold: &str, limit: &str) -> Result<Claim, toml::de::Error> {
        toml::from_str(&format!(
            "id = 'a'\nsays = ''\nwhy = ''\nat-least = {threshold}\n\
             ratios = [{{ of = {limit}, to = 'b' }}]"
        ))
    }

    #[test]
    fn a_threshold_is_a_number_or_in_proportion_to_the_cores_or_to_what_is_in_flight() {
        for (written, cores, value, shown) in [
            ("2", 4, 2.0, "2"),
            ("1.05", 4, 1.05, "1.05"),
            ("{ factor = 0.9, of = 'P' }", 4, 3.6, "0.9 * P"),
            ("{ factor = 0.8, of = { K = 20 } }", 4, 16.0, "0.8 * K"),
            ("{ factor = 0.9, of = 'capacity' }", 4, 0.9, "0.9 * the capacity of the cores"),
        ] {
            let claim = claim(written, "{ N = 1, L = 1, K = 1 }").expect(written);
            let bound = claim.threshold.bound();
            assert!((bound.value(cores) - value).abs() < 1e-12, "{written}: {bound:?}");
            assert_eq!(bound.to_string(), shown);
        }
    }

    #[test]
    fn a_name_may_say_what_is_measured() {
        for (name, benchmark, metric) in [
            ("a/b/limit=20", "a/b/limit=20", Metric::Time),
            ("a/b/limit=20#in-flight", "a/b/limit=20", Metric::InFlight),
            ("a/b/limit=20#switches", "a/b/limit=20", Metric::Switches),
            ("a/b/limit=20#beauty", "a/b/limit=20", Metric::Named("beauty")),
            ("syscalls/a/b/limit=20#read", "syscalls/a/b/limit=20#read", Metric::Time),
        ] {
            assert_eq!(split(name), (benchmark, metric));
        }
        assert_eq!(on_cores("a/b/workers=P#cores", 4), "a/b/workers=4#cores");
        assert_eq!(on_cores("a/b/workers=P", 4), "a/b/workers=4");
    }

    #[test]
    fn a_limit_is_the_time_of_waits_that_overlap() {
        let claim = claim("1", "{ N = 100, L = 0.05, K = 20 }").expect("all is given");
        let Quantity::Limit(limit) = claim.ratios[0].of else { panic!("{claim:?}") };
        assert!((limit.seconds() - 0.25).abs() < 1e-12, "{limit:?}");
    }

    #[test]
    fn what_comes_to_no_positive_number_is_refused() {
        for (threshold, limit, reason) in [
            ("-1", "{ N = 1, L = 1, K = 1 }", "the threshold of a comes to -1"),
            (
                "{ factor = 0, of = 'P' }",
                "{ N = 1, L = 1, K = 1 }",
                "the threshold of a comes to 0",
            ),
            ("1", "{ N = 1, L = 1, K = 0 }", "a quantity of a comes to inf"),
            ("1", "{ N = 1, L = 1 }", "a quantity is the name of a measurement, a number, or"),
        ] {
            let error = claim(threshold, limit).expect_err(reason).to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
