//! Rows, and what the manifests say.

use std::{collections::BTreeSet, path::Path};

use toml::{Table, Value};
use workspace::COLUMNS;

use super::{
    files::normalised,
    small::Small,
    tree::{Package, Tree},
};
use crate::suite::{Test, tests};

/// The sections of a manifest that hold dependencies.
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every row has the eight columns, what they share, and its lesson.
pub(super) fn rows_are_complete(tree: &Tree) -> Vec<String> {
    let mut breaches = Vec::new();
    for row in tree.rows() {
        let parts = COLUMNS.iter().map(|column| column.name).chain(["workload"]);
        for part in parts.filter(|part| !row.join(part).is_dir()) {
            breaches.push(format!("{} has no {part}", tree.shown(&row)));
        }
        if !row.join("README.md").is_file() {
            breaches.push(format!("{} has no README.md", tree.shown(&row)));
        }
    }
    breaches
}

/// The package in `examples-io/http/tokio` is `http-tokio`, that in `benches/http` `bench-http`,
/// that in `docs` `book`, and that in `support/harness` `harness`.
pub(super) fn names_agree_with_paths(tree: &Tree) -> Vec<String> {
    let wrong = tree.packages().iter().filter_map(|package| {
        let (path, name) = (tree.folder(package), &package.name);
        let expected = match path.split('/').collect::<Vec<_>>()[..] {
            ["docs"] => "book".to_owned(),
            ["benches", row] => format!("bench-{row}"),
            [_, row, cell] => format!("{row}-{cell}"),
            [.., last] => last.to_owned(),
            [] => return None,
        };
        (*name != expected).then(|| format!("{path} is called {name}, not {expected}"))
    });
    wrong.collect()
}

/// Every member takes the lints of the workspace; without these two lines it takes none, and
/// nothing tells.
pub(super) fn members_inherit_the_lints(tree: &Tree) -> Vec<String> {
    let without = tree.packages().iter().filter(|package| {
        let manifest = Tree::manifest(package);
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        lints != Some(&Value::Boolean(true))
    });
    without
        .map(|package| format!("{} has no [lints] workspace = true", tree.manifest_path(package)))
        .collect()
}

/// Every dependency is inherited: its version and its features stand in the root's manifest. Cells
/// and workloads are not named there, so whoever needs one says where it is. Only of our own
/// packages a member may choose features, since they are not built for others.
pub(super) fn members_inherit_their_dependencies(tree: &Tree) -> Vec<String> {
    let ours: BTreeSet<&str> = tree.packages().iter().map(|package| &*package.name).collect();
    let of_rows: BTreeSet<String> = tree.of_rows().map(|package| tree.folder(package)).collect();
    let mut breaches = Vec::new();
    for package in tree.packages() {
        let folder = tree.folder(package);
        for (name, dependency) in dependencies(&Tree::manifest(package)) {
            let keys = dependency.as_table().into_iter().flat_map(Table::keys);
            let keys: BTreeSet<&str> = keys.map(String::as_str).collect();
            let is_inherited = match dependency.get("path").and_then(Value::as_str) {
                Some(path) => {
                    let folder = normalised(&Path::new(&folder).join(path));
                    keys.is_subset(&["path", "features", "optional"].into())
                        && of_rows.contains(&*folder.to_string_lossy())
                }
                None => {
                    dependency.get("workspace") == Some(&Value::Boolean(true))
                        && keys.is_subset(&["workspace", "features", "optional"].into())
                        && (ours.contains(&*name) || !keys.contains("features"))
                }
            };
            if !is_inherited {
                let manifest = tree.manifest_path(package);
                breaches.push(format!("{manifest}: the dependency {name} is not inherited"));
            }
        }
    }
    breaches
}

/// All dependencies of a manifest, those for some systems alone among them.
fn dependencies(manifest: &Table) -> Vec<(String, Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let sections = targets.chain([manifest]).flat_map(|table| {
        DEPENDENCIES.iter().filter_map(|section| table.get(*section)?.as_table())
    });
    sections.flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// No line of the root's manifest is about a single cell or workload: a new one needs its folder,
/// and nothing else.
pub(super) fn the_root_names_no_cell(tree: &Tree) -> Vec<String> {
    let mut words = BTreeSet::new();
    collect_words(&Value::Table(tree.root_manifest()), &mut words);
    let is_named =
        |package: &&Package| words.contains(&package.name) || words.contains(&tree.folder(package));
    tree.of_rows()
        .filter(is_named)
        .map(|package| format!("Cargo.toml names {}", package.name))
        .collect()
}

/// All keys and all texts of a manifest.
fn collect_words(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            words.insert(text.trim_start_matches("./").trim_end_matches('/').to_owned());
        }
        Value::Array(values) => values.iter().for_each(|value| collect_words(value, words)),
        Value::Table(table) => {
            for (key, value) in table {
                words.insert(key.clone());
                collect_words(value, words);
            }
        }
        _ => {}
    }
}

/// The mistakes that these rules find.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared:
        a_row_without_a_column_or_its_lesson_is_incomplete,
        a_copied_folder_has_a_name_twice,
        a_member_may_lack_lints,
        a_member_may_declare_a_dependency_anew,
        the_root_may_name_a_cell,
    )
}

fn a_row_without_a_column_or_its_lesson_is_incomplete() {
    let small = Small::new();
    small.remove("examples-io/http/rayon");
    small.remove("examples-io/http/workload");
    small.remove("examples-io/http/README.md");
    small.write("examples-cpu/life/README.md", "");
    let breaches = small.breaches(rows_are_complete);
    assert_eq!(
        breaches[..3],
        [
            "examples-io/http has no rayon",
            "examples-io/http has no workload",
            "examples-io/http has no README.md"
        ]
    );
    assert_eq!(breaches.len(), 3 + 9, "life has a README.md and nothing else");
    assert_eq!(Small::new().breaches(rows_are_complete), [""; 0]);
}

fn a_copied_folder_has_a_name_twice() {
    let small = Small::new();
    small.member("examples-io/http/actors", "http-echo", "");
    small.member("comparisons/race", "racing", "");
    small.member("benches/primes", "primes", "");
    small.member("support/cluster", "support-cluster", "");
    small.replace("docs/Cargo.toml", "\"book\"", "\"docs\"");
    small.replace("tests/Cargo.toml", "\"tests\"", "\"tests-of-all\"");
    small.breaks(
        names_agree_with_paths,
        &[
            "benches/primes is called primes, not bench-primes",
            "comparisons/race is called racing, not race",
            "docs is called docs, not book",
            "examples-io/http/actors is called http-echo, not http-actors",
            "support/cluster is called support-cluster, not cluster",
            "tests is called tests-of-all, not tests",
        ],
    );
}

fn a_member_may_lack_lints() {
    let small = Small::new();
    small.replace("benches/http/Cargo.toml", "[lints]\nworkspace = true\n", "");
    small.replace("examples-io/http/smol/Cargo.toml", "[lints]\n", "[lints.rust]\n");
    small.replace("examples-io/http/smol/Cargo.toml", "\nworkspace = true\n\n[dep", "\n[dep");
    small.breaks(
        members_inherit_the_lints,
        &[
            "benches/http/Cargo.toml has no [lints] workspace = true",
            "examples-io/http/smol/Cargo.toml has no [lints] workspace = true",
        ],
    );
}

fn a_member_may_declare_a_dependency_anew() {
    let small = Small::new();
    let manifest = "benches/http/Cargo.toml";
    // The first three are all right: a cell, our own package with a feature, and a choice that
    // changes no dependency.
    small.append(
        manifest,
        "http-tokio = { path = \"../../examples-io/http/tokio\" }\n\
         harness = { workspace = true, features = [\"async\"] }\n\
         log = { workspace = true, optional = true }\n\
         smol = \"2\"\ncompare = { path = \"../../comparisons/compare\" }\n\
         http-smol = { path = \"../../examples-io/http/smol\", version = \"1\" }\n\n\
         [dependencies.tokio]\nversion = \"1\"\n\n\
         [features]\nasync = []\n\n\
         [target.'cfg(windows)'.build-dependencies]\nnix = { workspace = true, features = [] }\n",
    );
    small.breaks(
        members_inherit_their_dependencies,
        &[
            "benches/http/Cargo.toml: the dependency nix is not inherited",
            "benches/http/Cargo.toml: the dependency compare is not inherited",
            "benches/http/Cargo.toml: the dependency http-smol is not inherited",
            "benches/http/Cargo.toml: the dependency smol is not inherited",
            "benches/http/Cargo.toml: the dependency tokio is not inherited",
        ],
    );
}

fn the_root_may_name_a_cell() {
    let small = Small::new();
    small.append("Cargo.toml", "http-smol = { path = \"examples-io/http/smol\" }\n");
    small.append("Cargo.toml", "\n[profile.dev.package.http-tokio]\nopt-level = 3\n");
    small.replace(
        "Cargo.toml",
        "resolver",
        "default-members = [\"./examples-io/http/rayon/\", \"support/harness\"]\nresolver",
    );
    small.breaks(
        the_root_names_no_cell,
        &[
            "Cargo.toml names http-rayon",
            "Cargo.toml names http-smol",
            "Cargo.toml names http-tokio",
        ],
    );
}
