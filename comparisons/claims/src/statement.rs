//! What is claimed: the contents of `benches/claims.toml`.
//!
//! Its first lines describe the format. What a name of a measurement may be is said at
//! [`Quantity`], and [`Threshold`] tells what a claim may demand of a ratio.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::formula::{Formula, FormulaError};

/// Where the claims stand, below the root of the workspace.
pub const PLACE: &str = "benches/claims.toml";

/// All claims, and the tables that the READMEs show.
#[derive(Clone, Debug)]
pub struct Claims {
    /// The claims, in their order.
    pub claims: Vec<Claim>,
    /// The tables, in their order.
    pub tables: Vec<Table>,
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
    /// What the names in its formulas stand for.
    pub numbers: BTreeMap<String, f64>,
    /// The ratios that it speaks of. It holds if it holds for every one.
    pub ratios: Vec<Ratio>,
    /// What each of the ratios has to be.
    pub threshold: Threshold,
}

/// How many times as large one quantity is as another.
#[derive(Clone, Debug)]
pub struct Ratio {
    /// The numerator.
    pub of: Quantity,
    /// The denominator. If it has the name of the numerator, the ratio is a control: it compares
    /// one measurement with another of the same thing.
    pub to: String,
    /// Whether the times count for each unit of what criterion calls throughput (a page, a
    /// number): then the two may have done different amounts of work.
    pub per_unit: bool,
}

/// What can stand in a ratio.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// Something measured, by its name:
    ///
    /// - `http/tokio/limit=20`: the time of the benchmark that criterion knows by this name, in
    ///   which `workers=P` stands for as many workers as this process may use cores;
    /// - `cost/…`: a figure of `cost-of-a-task`, see [`crate::cost`].
    Measured(String),
    /// A time in seconds that a formula gives.
    Limit(Formula),
}

/// What is demanded of a ratio.
#[derive(Clone, Debug, PartialEq)]
pub enum Threshold {
    /// It is as much or more.
    AtLeast(Formula),
    /// It is as much or less.
    AtMost(Formula),
    /// It is 1, but for this share: between 1/(1 + share) and 1 + share.
    Within(Formula),
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
    /// A formula of a claim has no value.
    #[error("{}: the claim {id}: {source}", path.display())]
    Formula {
        /// Which file.
        path: PathBuf,
        /// The claim.
        id: String,
        /// Why.
        source: FormulaError,
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
        let File { claims, tables } = toml::from_str(&text)
            .map_err(|source| StatementError::Malformed { path: path(), source })?;
        let mut ids = BTreeSet::new();
        for claim in &claims {
            if !ids.insert(&claim.id) {
                return Err(StatementError::Twice { path: path(), id: claim.id.clone() });
            }
            // Whether a formula has a value does not depend on the machine, except for the cores.
            claim.check(2).map_err(|source| StatementError::Formula {
                path: path(),
                id: claim.id.clone(),
                source,
            })?;
        }
        Ok(Self { claims, tables })
    }

    /// The claim of that name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }
}

impl Claim {
    /// What the names in its formulas stand for, on a machine with as many cores.
    #[must_use]
    pub fn numbers(&self, cores: usize) -> BTreeMap<String, f64> {
        let mut numbers = self.numbers.clone();
        numbers.insert("P".into(), cores as f64);
        numbers
    }

    /// The names of all that has to be measured for it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.ratios.iter().flat_map(|ratio| {
            let of = match &ratio.of {
                Quantity::Measured(name) => Some(&**name),
                Quantity::Limit(_) => None,
            };
            of.into_iter().chain([&*ratio.to])
        })
    }

    fn check(&self, cores: usize) -> Result<(), FormulaError> {
        let numbers = self.numbers(cores);
        self.threshold.formula().value(&numbers)?;
        for ratio in &self.ratios {
            if let Quantity::Limit(formula) = &ratio.of {
                formula.value(&numbers)?;
            }
        }
        Ok(())
    }
}

impl Ratio {
    /// Whether it compares a thing with itself.
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.of == Quantity::Measured(self.to.clone())
    }
}

impl Threshold {
    /// The formula that it contains.
    #[must_use]
    pub const fn formula(&self) -> &Formula {
        match self {
            Self::AtLeast(formula) | Self::AtMost(formula) | Self::Within(formula) => formula,
        }
    }
}

/// A benchmark's name on a machine with as many cores: `workers=P` is the largest number of
/// workers that is measured there.
#[must_use]
pub fn on_cores(name: &str, cores: usize) -> String {
    match name.strip_suffix("=P") {
        Some(start) => format!("{start}={cores}"),
        None => name.to_owned(),
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "claim")]
    claims: Vec<Claim>,
    #[serde(default, rename = "table")]
    tables: Vec<Table>,
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
    #[serde(default)]
    numbers: BTreeMap<String, f64>,
    ratios: Vec<WrittenRatio>,
    at_least: Option<Formula>,
    at_most: Option<Formula>,
    within: Option<Formula>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenRatio {
    of: Option<String>,
    limit: Option<Formula>,
    to: String,
    #[serde(default)]
    per_unit: bool,
}

const fn one() -> usize {
    1
}

impl TryFrom<Written> for Claim {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { id, says, why, needs, needs_cores, numbers, .. } = written;
        let threshold = match (written.at_least, written.at_most, written.within) {
            (Some(formula), None, None) => Threshold::AtLeast(formula),
            (None, Some(formula), None) => Threshold::AtMost(formula),
            (None, None, Some(formula)) => Threshold::Within(formula),
            _ => return Err(format!("{id} needs one of at-least, at-most and within")),
        };
        if written.ratios.is_empty() {
            return Err(format!("{id} speaks of no ratio"));
        }
        let ratio = |ratio: WrittenRatio| {
            let of = match (ratio.of, ratio.limit) {
                (Some(name), None) => Quantity::Measured(name),
                (None, Some(formula)) => Quantity::Limit(formula),
                _ => return Err(format!("a ratio of {id} needs either of or limit")),
            };
            Ok(Ratio { of, to: ratio.to, per_unit: ratio.per_unit })
        };
        let ratios = written.ratios.into_iter().map(ratio).collect::<Result<_, _>>()?;
        Ok(Self { id, says, why, needs, needs_cores, numbers, ratios, threshold })
    }
}
