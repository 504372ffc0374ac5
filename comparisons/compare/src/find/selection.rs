//! Which rows and versions are to be compared.

use std::collections::BTreeSet;

use workspace::{Cell, Row, Workspace};

/// The rows that are compared if none is named: the one that waits and the one that computes.
pub(crate) const HEADLINE: [&str; 2] = ["http", "primes"];

/// The word for all rows.
const ALL: &str = "all";

/// A name that no row or version has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} called {name:?}; known are {known}")]
pub(crate) struct Unknown {
    what: &'static str,
    name: String,
    known: String,
}

impl Unknown {
    fn new(what: &'static str, name: &str, known: &[&str]) -> Self {
        let known = if known.is_empty() { "none".into() } else { known.join(", ") };
        Self { what, name: name.into(), known }
    }
}

/// The named rows of the workspace, each with its named versions. Without names, the headline in
/// the columns of the grid: cells beyond it may take long to build, and nobody has asked for them.
/// Sequential always takes part.
///
/// # Errors
/// A named row doesn't exist, or none of the chosen rows has a named version.
pub(crate) fn select(
    workspace: &Workspace,
    rows: &[String],
    only: &[String],
) -> Result<Vec<Row>, Unknown> {
    let mut selected = named(workspace.rows(), rows)?;
    if only.is_empty() {
        if rows.is_empty() {
            for row in &mut selected {
                row.cells.retain(|cell| cell.approach.column().is_some());
            }
        }
        return Ok(selected);
    }
    for name in only {
        if !selected.iter().flat_map(|row| &row.cells).any(|cell| cell.approach.name() == name) {
            let mut known = Vec::new();
            for cell in selected.iter().flat_map(|row| &row.cells) {
                if !known.contains(&cell.approach.name()) {
                    known.push(cell.approach.name());
                }
            }
            return Err(Unknown::new("version", name, &known));
        }
    }
    for row in &mut selected {
        row.cells.retain(|cell| {
            cell.approach.is_baseline() || only.iter().any(|name| cell.approach.name() == name)
        });
    }
    Ok(selected)
}

/// The version of a row that has this name.
///
/// # Errors
/// There is no such row, or it has no such version.
pub(crate) fn version<'a>(
    workspace: &'a Workspace,
    row: &str,
    name: &str,
) -> Result<&'a Cell, Unknown> {
    let rows = workspace.rows();
    let known = || rows.iter().map(|row| &*row.name).collect::<Vec<_>>();
    let found = rows.iter().find(|known| known.name == row);
    let found = found.ok_or_else(|| Unknown::new("row", row, &known()))?;
    let cell = found.cells.iter().find(|cell| cell.approach.name() == name);
    cell.ok_or_else(|| {
        let known: Vec<&str> = found.cells.iter().map(|cell| cell.approach.name()).collect();
        Unknown::new("version", name, &known)
    })
}

fn named(rows: &[Row], names: &[String]) -> Result<Vec<Row>, Unknown> {
    if names.iter().any(|name| name == ALL) {
        return Ok(rows.to_vec());
    }
    let headline = HEADLINE.map(str::to_owned);
    let names = if names.is_empty() { &headline[..] } else { names };
    let mut seen = BTreeSet::new();
    names
        .iter()
        .filter(|name| seen.insert(*name))
        .map(|name| {
            rows.iter().find(|row| row.name == *name).cloned().ok_or_else(|| {
                let known: Vec<&str> = rows.iter().map(|row| &*row.name).chain([ALL]).collect();
                Unknown::new("row", name, &known)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        for cell in [
            "examples-cpu/primes/sequential",
            "examples-cpu/primes/timely",
            "examples-io/files/sequential",
            "examples-io/http/sequential",
            "examples-io/http/tokio",
            "examples-io/http/smol",
        ] {
            let folder = tree.path().join(cell);
            fs::create_dir_all(&folder).expect("the folder can be made");
            fs::write(folder.join("Cargo.toml"), "").expect("the file can be written");
        }
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        (tree, workspace)
    }

    fn selected(rows: &[&str], only: &[&str]) -> Result<Vec<String>, String> {
        let (_tree, workspace) = workspace();
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        select(&workspace, &owned(rows), &owned(only))
            .map(|rows| rows.iter().flat_map(|row| row.cells.iter().map(Cell::package)).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn without_names_it_is_the_headline_within_the_grid() {
        let packages = ["http-sequential", "http-tokio", "http-smol", "primes-sequential"];
        assert_eq!(selected(&[], &[]), Ok(packages.map(String::from).to_vec()));
        let packages = ["http-sequential", "primes-sequential", "primes-timely"];
        assert_eq!(selected(&[], &["timely"]), Ok(packages.map(String::from).to_vec()));
    }

    #[test]
    fn rows_come_as_they_are_named_and_once() {
        let packages = ["primes-sequential", "primes-timely", "files-sequential"];
        assert_eq!(
            selected(&["primes", "files", "primes"], &[]),
            Ok(packages.map(String::from).to_vec())
        );
        assert_eq!(selected(&["all"], &[]).map(|packages| packages.len()), Ok(6));
    }

    #[test]
    fn sequential_takes_part_though_it_is_not_named() {
        let packages = ["http-sequential", "http-tokio", "primes-sequential"];
        assert_eq!(selected(&[], &["tokio"]), Ok(packages.map(String::from).to_vec()));
    }

    #[test]
    fn unknown_names_are_named_with_the_known_ones() {
        assert_eq!(
            selected(&["htpp"], &[]),
            Err("there is no row called \"htpp\"; known are files, http, primes, all".into())
        );
        assert_eq!(
            selected(&["http"], &["timely"]),
            Err("there is no version called \"timely\"; known are sequential, tokio, smol".into())
        );
    }
}
