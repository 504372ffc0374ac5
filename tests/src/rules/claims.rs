//! The claims, the record and the pages of this workspace fit together: every claim can be read,
//! every claim that is quoted is made, and the tables have all of their rows and columns.

use std::{collections::BTreeSet, error::Error, fs, path::Path};

use claims::{
    Recorded,
    raw::Run,
    results::{self, PLACE, Shown, shown},
    statement::{self, Claim, Claims},
    update::{self, ALL, ALL_VERSIONS, ANSWERS, IN_SHORT, NOT_YET},
};
use workspace::{BASELINE, COLUMNS};

use super::files::{pages, read};
use crate::{
    programs::{self, workspace},
    suite::{Test, tests},
};

/// All tests of this.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared:
        every_claim_gives_its_reason_in_one_line,
        every_row_has_a_table_and_a_place_for_it,
        every_quoted_claim_is_made,
        every_program_that_a_claim_names_is_there,
        recorded_runs_are_whole_and_small,
        every_table_shows_what_is_recorded_with_all_rows_and_columns,
    )
}

fn claims() -> Claims {
    let claims = Claims::read(&workspace().root().join(statement::PLACE));
    claims.unwrap_or_else(|error| panic!("{error}: {:?}", error.source().map(ToString::to_string)))
}

/// What is recorded, if anything is.
fn record() -> Option<Recorded> {
    claims::recorded(workspace()).unwrap_or_else(|error| panic!("{error}"))
}

fn every_claim_gives_its_reason_in_one_line() {
    for claim in claims().claims {
        for text in [&claim.says, &claim.why] {
            assert!(text.ends_with('.') && !text.contains('\n'), "{}: {text}", claim.id);
        }
    }
}

fn every_row_has_a_table_and_a_place_for_it() {
    let (workspace, claims) = (workspace(), claims());
    let named = |path: &Path| -> Vec<String> {
        let regions = update::regions(&read(path));
        let regions = regions.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        regions.into_iter().map(|region| region.name).collect()
    };
    let headline = ["http", "primes"].map(|row| format!("{row}{IN_SHORT}"));
    let [http, primes] = &headline;
    assert_eq!(named(&workspace.root().join("README.md")), [http, primes, ANSWERS]);
    assert_eq!(named(&workspace.root().join(ALL_VERSIONS)), [ALL]);
    for row in workspace.rows() {
        let page = workspace.root().join(row.side.folder()).join(&row.name).join("README.md");
        assert_eq!(named(&page), [&*row.name], "{}", page.display());
        let has_table = claims.tables.iter().any(|table| table.row == row.name);
        assert!(has_table, "{} has no table in {}", row.name, statement::PLACE);
    }
}

fn every_quoted_claim_is_made() {
    let claims = claims();
    for page in pages(workspace().root()) {
        for quoted in read(&page).split("{{#claim ").skip(1) {
            let id = quoted.split("}}").next().unwrap_or_default().trim();
            // `{{#claim ID}}` stands for all of them where the form is described.
            assert!(id == "ID" || claims.get(id).is_some(), "{}: {id}", page.display());
        }
    }
}

fn every_program_that_a_claim_names_is_there() {
    let claims = claims();
    let names = claims.claims.iter().flat_map(Claim::names);
    let mut pairs: BTreeSet<&str> = programs::pairs().iter().map(|pair| &*pair.name).collect();
    let all = pairs.clone();
    for name in names {
        if let Some(pair) = name.strip_prefix("pairs/") {
            assert!(all.contains(pair), "there is no pair {pair}");
            pairs.remove(pair);
        } else if let Some(program) = name.strip_prefix("python/") {
            let path: Vec<&str> = program.split('/').take(2).collect();
            let path = format!("comparisons/python/{}.py", path.join("/"));
            assert!(workspace().root().join(&path).is_file(), "there is no {path}");
        }
    }
    assert!(pairs.is_empty(), "no claim is about {pairs:?}");
}

/// The raw data are a part of every clone, so there must not be much of them.
fn recorded_runs_are_whole_and_small() {
    let folder = results::folder(workspace().root());
    let mut size = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let run = Run::read(&entry.path()).unwrap_or_else(|error| panic!("{error}"));
        assert!(run.end.is_some(), "{} was cut short", run.id);
        assert_eq!(run.header.dirty, Some(false), "{} is not of a commit", run.id);
        size += entry.metadata().map_or(0, |metadata| metadata.len());
    }
    assert!(size < 2 << 20, "the runs in {PLACE} take {size} bytes");
}

fn every_table_shows_what_is_recorded_with_all_rows_and_columns() {
    let (workspace, claims, recorded) = (workspace(), claims(), record());
    for page in update::pages(workspace) {
        for update::Region { name, text } in
            update::regions(&read(&page)).expect("the test above has looked at the regions")
        {
            let expected = update::region(&name, workspace, recorded.as_ref());
            assert_eq!(
                text,
                expected,
                "{}: cargo run --release -p claims -- --update",
                page.display()
            );
            if text == NOT_YET {
                continue;
            }
            if name.ends_with(IN_SHORT) {
                for column in COLUMNS {
                    assert!(text.contains(&format!("\n| {} |", column.label)), "{name}");
                }
            } else if name == ANSWERS {
                for row in workspace.rows() {
                    assert!(text.contains(&format!("\n| [{}]", row.name)), "{}", row.name);
                }
            } else if name == ALL {
                for row in workspace.rows() {
                    assert!(
                        text.contains(&format!("\n| [{}]", row.name)),
                        "{} is missing",
                        row.name
                    );
                }
                for column in COLUMNS.iter().filter(|column| *column != BASELINE) {
                    assert!(text.contains(column.label), "{} is missing", column.name);
                }
            } else {
                let table = claims.tables.iter().find(|table| table.row == name);
                let table = table.expect("what has a region has a table");
                for Shown { label, .. } in shown(table, workspace) {
                    assert!(text.contains(&format!("\n| {label} |")), "{name}: no {label}");
                }
            }
        }
    }
}
