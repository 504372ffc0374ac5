//! The approaches: the columns of the grid, in one table, and those beyond the grid.

use serde::{Deserialize, Serialize};

/// The facts about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, which is also the name of its folders.
    pub name: &'static str,
    /// The name for people: it always says if a runtime is discontinued.
    pub label: &'static str,
    /// Its workers.
    pub workers: Workers,
    /// Whether its cells are `async`.
    pub asynchronous: bool,
    /// Whether it is discontinued.
    pub discontinued: bool,
}

/// The workers of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// Only the thread that the program starts with.
    None,
    /// Threads. Each does one unit of work at a time.
    Threads,
    /// A pool of as many threads as `--workers` allows. Each does one unit at a time, so no more
    /// are ever in flight.
    Pool,
    /// The threads of a runtime. Each holds many waiting units.
    Runtime,
    /// Processes. Each does one unit of work at a time.
    Processes,
}

/// The columns of the grid, in the order in which they are shown.
pub const COLUMNS: [Column; 8] = [
    column("sequential", Workers::None),
    column("threads", Workers::Threads),
    column("crossbeam", Workers::Threads),
    column("rayon", Workers::Pool),
    Column { asynchronous: true, ..column("tokio", Workers::Runtime) },
    Column {
        label: "async-std (discontinued)",
        asynchronous: true,
        discontinued: true,
        ..column("async-std", Workers::Runtime)
    },
    Column { asynchronous: true, ..column("smol", Workers::Runtime) },
    column("processes", Workers::Processes),
];

/// The column that all others are measured against.
pub const BASELINE: &Column = &COLUMNS[0];

const fn column(name: &'static str, workers: Workers) -> Column {
    Column { name, label: name, workers, asynchronous: false, discontinued: false }
}

/// An approach, by its name: a column of the grid, or one beyond it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Approach(String);

impl Approach {
    /// The approach of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The approach of the cell in this package: for `http-async-std` it is `async-std`. `None` if
    /// the package is not a cell of the row.
    #[must_use]
    pub fn of_package(package: &str, row: &str) -> Option<Self> {
        package.strip_prefix(row)?.strip_prefix('-').map(Self::new)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Its name for people.
    #[must_use]
    pub fn label(&self) -> &str {
        self.column().map_or(&self.0, |column| column.label)
    }

    /// Its column; `None` if it is beyond the grid.
    #[must_use]
    pub fn column(&self) -> Option<&'static Column> {
        COLUMNS.iter().find(|column| column.name == self.0)
    }

    /// Whether all others are measured against it.
    #[must_use]
    pub fn is_baseline(&self) -> bool {
        self.column() == Some(BASELINE)
    }

    /// Whether it is async in the grid.
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.column().is_some_and(|column| column.asynchronous)
    }

    /// Its workers; `None` beyond the grid, where they are unknown.
    #[must_use]
    pub fn workers(&self) -> Option<Workers> {
        self.column().map(|column| column.workers)
    }
}

/// A text that may name an approach, such as the name of a benchmark, for people: it says if the
/// approach is discontinued.
#[must_use]
pub fn labelled(text: &str) -> String {
    let discontinued =
        COLUMNS.iter().any(|column| column.discontinued && text.contains(column.name));
    if discontinued { format!("{text} (discontinued)") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_discontinued_says_so() {
        for column in COLUMNS {
            assert!(column.label.starts_with(column.name));
            assert_eq!(column.label.contains("(discontinued)"), column.discontinued);
        }
    }

    #[test]
    fn a_text_that_names_what_is_discontinued_says_so() {
        assert_eq!(labelled("http/async-std/8"), "http/async-std/8 (discontinued)");
        assert_eq!(labelled("http/smol/8"), "http/smol/8");
    }

    #[test]
    fn a_package_has_the_name_of_its_row_and_its_approach() {
        let approach = |package, row| Approach::of_package(package, row);
        assert_eq!(approach("http-async-std", "http"), Some(Approach::new("async-std")));
        assert_eq!(approach("http-tokio", "primes"), None);
        assert_eq!(approach("https", "http"), None);
    }

    #[test]
    fn an_approach_beyond_the_grid_has_a_name_and_nothing_else() {
        let timely = Approach::new("timely");
        assert_eq!((timely.label(), timely.column(), timely.workers()), ("timely", None, None));
        assert!(!timely.is_async() && !timely.is_baseline());
        assert!(Approach::new("sequential").is_baseline());
    }
}
