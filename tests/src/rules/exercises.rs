//! The exercises are a workspace of their own, which keeps the rules of this one.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{
    circles::no_file_imports_another_in_a_circle,
    files::read,
    manifests::{
        members_inherit_the_lints, members_inherit_their_dependencies, names_agree_with_paths,
    },
    small::Small,
    targets::{doctests_run_where_there_are_any, unit_tests_run_where_there_are_any},
    tree::{Rule, Tree, this_workspace},
};
use crate::suite::{Test, tests};

/// The rules that hold for any workspace, whether it has rows or not.
const RULES: [Rule; 6] = [
    names_agree_with_paths,
    members_inherit_the_lints,
    members_inherit_their_dependencies,
    unit_tests_run_where_there_are_any,
    doctests_run_where_there_are_any,
    no_file_imports_another_in_a_circle,
];

/// What this is about, and the mistakes that the rules find.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared:
        exercises_keep_the_rules,
        exercises_have_the_settings_of_the_workspace,
        exercises_need_no_other_crates,
        exercises_may_differ_from_the_workspace,
    )
}

fn exercises() -> Tree {
    this_workspace().exercises().expect("there are exercises")
}

fn exercises_keep_the_rules() {
    let breaches: Vec<String> = RULES.iter().flat_map(|rule| rule(&exercises())).collect();
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

fn exercises_have_the_settings_of_the_workspace() {
    assert_eq!(other_settings(this_workspace(), &exercises()), [""; 0]);
}

/// Whoever has what this workspace is built of can build them without the internet.
fn exercises_need_no_other_crates() {
    assert_eq!(other_crates(this_workspace(), &exercises()), [""; 0]);
}

/// The settings of one workspace that the other does not have.
fn other_settings(tree: &Tree, exercises: &Tree) -> Vec<String> {
    let [ours, theirs] = [tree, exercises].map(|tree| {
        let manifest = tree.root_manifest();
        manifest.get("workspace").and_then(Value::as_table).cloned().unwrap_or_default()
    });
    let sections = ["resolver", "package", "lints"].into_iter();
    let differ = sections.filter(|&section| ours.get(section) != theirs.get(section));
    differ.map(|section| format!("exercises/Cargo.toml has another {section}")).collect()
}

/// The crates that one workspace is built of, and the other not.
fn other_crates(tree: &Tree, exercises: &Tree) -> Vec<String> {
    let [ours, theirs] = [tree, exercises].map(|tree| {
        let lock: Table = read(&tree.root().join("Cargo.lock")).parse().expect("cargo wrote it");
        let packages = lock.get("package").and_then(Value::as_array).cloned().unwrap_or_default();
        let bought = packages.into_iter().filter(|package| package.get("source").is_some());
        let named = bought.map(|package| {
            let part = |name| package.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{} {} {}", part("name"), part("version"), part("checksum"))
        });
        named.collect::<BTreeSet<String>>()
    });
    theirs.difference(&ours).map(|package| format!("only the exercises need {package}")).collect()
}

fn exercises_may_differ_from_the_workspace() {
    let lock = "[[package]]\nname = \"http\"\nversion = \"1.0.0\"\nsource = \"registry\"\n";
    let small = Small::new();
    small.write("Cargo.lock", lock);
    small.write(
        "exercises/Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"ex-*\"]\n\n\
         [workspace.package]\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
         [workspace.lints.rust]\nunsafe_code = \"warn\"\n",
    );
    small.write("exercises/Cargo.lock", &lock.replace("1.0.0", "0.9.0"));
    small.write("exercises/ex-01/Cargo.toml", "[package]\nname = \"ex-02\"\n");
    small.write("exercises/ex-01/src/lib.rs", "");
    let tree = small.tree();
    let exercises = tree.exercises().expect("they were written");
    assert_eq!(
        other_settings(&tree, &exercises),
        ["exercises/Cargo.toml has another package", "exercises/Cargo.toml has another lints"]
    );
    assert_eq!(other_crates(&tree, &exercises), ["only the exercises need http 0.9.0 "]);
    assert_eq!(names_agree_with_paths(&exercises), ["ex-01 is called ex-02, not ex-01"]);
    assert_eq!(
        members_inherit_the_lints(&exercises),
        ["ex-01/Cargo.toml has no [lints] workspace = true"]
    );
}
