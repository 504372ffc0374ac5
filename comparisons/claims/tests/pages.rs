//! The claims, the record and the pages of this workspace fit together: every claim can be read,
//! every claim that is quoted is made, and the tables have all of their rows and columns.

use std::{
    fs,
    path::{Path, PathBuf},
};

use claims::{
    Recorded, RecordedError, recorded,
    results::{self, approaches},
    statement::{self, Claims},
    update::{self, ALL, NOT_YET},
};
use compare::{
    text,
    workspace::{BASELINE, COLUMNS, Workspace},
};

fn workspace() -> Workspace {
    Workspace::find().expect("this test lies in the workspace")
}

fn claims() -> Claims {
    Claims::read(&workspace().root().join(statement::PLACE)).expect("the claims can be read")
}

/// What is recorded, if anything is.
fn record() -> Option<Recorded> {
    match recorded(&workspace().root().join(results::PLACE)) {
        Ok(recorded) => Some(recorded),
        Err(RecordedError::Unreadable { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

/// All pages below a folder, but for what cargo has made.
fn all_pages(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            pages.extend(all_pages(&path));
        } else if name.ends_with(".md") {
            pages.push(path);
        }
    }
    pages
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_claim_gives_its_reason_in_one_line() {
    for claim in claims().claims {
        for text in [&claim.says, &claim.why] {
            assert!(text.ends_with('.') && !text.contains('\n'), "{}: {text}", claim.id);
        }
    }
}

#[test]
fn every_row_has_a_table_and_a_place_for_it() {
    let (workspace, claims) = (workspace(), claims());
    let named = |path: &Path| -> Vec<String> {
        let regions = update::regions(&read(path));
        let regions = regions.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        regions.into_iter().map(|region| region.name).collect()
    };
    assert_eq!(named(&workspace.root().join("README.md")), [ALL]);
    for row in workspace.rows() {
        let page = workspace.root().join(row.side.folder()).join(&row.name).join("README.md");
        assert_eq!(named(&page), [&*row.name], "{}", page.display());
        let has_table = claims.tables.iter().any(|table| table.row == row.name);
        assert!(has_table, "{} has no table in {}", row.name, statement::PLACE);
    }
}

#[test]
fn every_quoted_claim_is_made() {
    let claims = claims();
    for page in all_pages(workspace().root()) {
        for quoted in read(&page).split("{{#claim ").skip(1) {
            let id = quoted.split("}}").next().unwrap_or_default().trim();
            // `{{#claim ID}}` stands for all of them where the form is described.
            assert!(id == "ID" || claims.get(id).is_some(), "{}: {id}", page.display());
        }
    }
    if let Some(recorded) = record() {
        assert_eq!(recorded.stale(&claims), [""; 0], "record anew");
    }
}

#[test]
fn every_table_shows_what_is_recorded_with_all_rows_and_columns() {
    let (workspace, claims, recorded) = (workspace(), claims(), record());
    for page in update::pages(&workspace) {
        for update::Region { name, text } in
            update::regions(&read(&page)).expect("the test above has looked at the regions")
        {
            let expected = update::region(&name, &workspace, recorded.as_ref());
            assert_eq!(
                text,
                expected,
                "{}: cargo run --release -p claims -- --update",
                page.display()
            );
            if text == NOT_YET {
                continue;
            }
            if name == ALL {
                for row in workspace.rows() {
                    assert!(text.contains(&format!("\n| {}", row.name)), "{} is missing", row.name);
                }
                for column in COLUMNS.iter().filter(|column| **column != BASELINE) {
                    assert!(text.contains(text::label(column)), "{column} is missing");
                }
            } else {
                let table = claims.tables.iter().find(|table| table.row == name);
                let table = table.expect("what has a region has a table");
                for (approach, _) in approaches(table, &workspace) {
                    let line = format!("\n| {} |", text::label(&approach));
                    assert!(text.contains(&line), "{name}: {approach} is missing");
                }
            }
        }
    }
}
