//! The exercises: each fails for the reason that it states, and each solution passes, again and
//! again.
//!
//! Both are tried in copies of `exercises/`: one as it is, and one in which every exercise has its
//! solution. Each has a target folder of its own, since cargo takes a package of one copy for that of
//! the other: it knows a package by its place within its workspace. The copies stay, so that they
//! are built once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde::Deserialize;

use crate::{
    cells::{children, text},
    family::Ran,
    programs,
    suite::{Pace::Shared, Test},
};

/// How often each solution has to pass.
const TIMES: usize = 10;

/// The most lines in which an exercise says what to do.
const MOST_LINES: usize = 15;

/// What every exercise says, in this order.
const PARTS: [&str; 5] = ["- Page: ", "- Task: ", "- Checked: ", "- Fails with: ", "- Hint: "];

/// The programs that check the exercises, by their names.
#[derive(Debug)]
struct Built {
    as_they_are: BTreeMap<String, PathBuf>,
    solved: BTreeMap<String, PathBuf>,
}

static BUILT: OnceLock<Built> = OnceLock::new();

/// All tests of the exercises.
pub(crate) fn tests() -> Vec<Test> {
    let mut tests =
        vec![Test::new("exercises::list_is_not_too_wide", Shared, list_is_not_too_wide)];
    for name in names() {
        let mut test = |check, run: fn(&str)| {
            let name = name.clone();
            tests
                .push(Test::new(format!("exercises::{name}::{check}"), Shared, move || run(&name)));
        };
        test("says_what_to_do", says_what_to_do);
        test("fails_for_the_reason_it_states", fails_for_the_reason_it_states);
        test("solution_passes_again_and_again", solution_passes_again_and_again);
    }
    tests
}

/// Builds the exercises, with and without their solutions, if they are among these subjects.
pub(crate) fn build(subjects: &BTreeSet<&str>) {
    if !subjects.contains("exercises") {
        return;
    }
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exercises");
    let original = files(&folder());
    let mut solved = original.clone();
    for name in names() {
        let solution = original.get(&solution(&name)).cloned();
        let solution = solution.unwrap_or_else(|| panic!("{name} has no solution"));
        solved.insert(PathBuf::from(&name).join("src/lib.rs"), solution);
    }
    let [as_they_are, solved] =
        [("as-they-are", original), ("solved", solved)].map(|(copy, files)| {
            let copy = place.join(copy);
            write(&copy, &files);
            build_copy(&copy)
        });
    BUILT.set(Built { as_they_are, solved }).expect("they are built once");
}

/// It says in a few lines what to do, and the list of exercises leads to it.
fn says_what_to_do(name: &str) {
    let lines = documentation(name);
    assert!(lines.len() <= MOST_LINES, "{name} takes {} lines to say what to do", lines.len());
    let places = PARTS.map(|part| lines.iter().position(|line| line.starts_with(part)));
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{name}: {PARTS:?} {lines:?}"
    );
    assert!(fs::exists(folder().join(solution(name))).is_ok_and(|there| there), "{name}, solved");
    let link = format!("]({name}/src/lib.rs)");
    assert!(list().contains(&link), "the list does not lead to {name}");
}

/// The list of exercises can be read where a line has 100 columns.
fn list_is_not_too_wide() {
    let list = list();
    let wide: Vec<&str> = list.lines().filter(|line| line.chars().count() > 100).collect();
    assert!(wide.is_empty(), "too wide: {wide:#?}");
}

fn fails_for_the_reason_it_states(name: &str) {
    let ran = run(&built().as_they_are[name]);
    assert_eq!(ran.status, Some(101), "{name} has passed without being solved:\n{}", ran.stdout);
    let reasons = reasons(name);
    assert!(!reasons.is_empty(), "{name} does not say what it fails with");
    for reason in reasons {
        let is_told = [&ran.stdout, &ran.stderr].iter().any(|told| told.contains(&reason));
        assert!(is_told, "{name} does not fail with {reason:?}:\n{}{}", ran.stdout, ran.stderr);
    }
}

fn solution_passes_again_and_again(name: &str) {
    for time in 1..=TIMES {
        let ran = run(&built().solved[name]);
        let told = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.status, Some(0), "{name}, solved, has failed in run {time}:\n{told}");
    }
}

fn built() -> &'static Built {
    BUILT.get().expect("they are built before the first test")
}

/// Runs a program of tests as `cargo test` does, whatever the tests around it were told.
fn run(program: &Path) -> Ran {
    Ran::of(Command::new(program).env_remove("RUST_TEST_THREADS").env("RUST_BACKTRACE", "0"))
}

/// What an exercise says that it fails with.
fn reasons(name: &str) -> Vec<String> {
    let lines = documentation(name);
    let reasons = lines.iter().filter_map(|line| line.strip_prefix("- Fails with: "));
    reasons.map(|reason| reason.trim_matches('`').to_owned()).collect()
}

/// The documentation that an exercise opens with, line by line.
fn documentation(name: &str) -> Vec<String> {
    let text = read(&folder().join(name).join("src/lib.rs"));
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.trim().to_owned()).collect()
}

/// The page that lists all exercises.
fn list() -> String {
    read(&folder().join("README.md"))
}

/// The folder of all exercises.
fn folder() -> PathBuf {
    programs::workspace().root().join("exercises")
}

/// The names of all exercises, in their order.
fn names() -> Vec<String> {
    let folders = children(&folder()).into_iter().filter(|path| path.is_dir());
    let names = folders.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.filter(|name| name.starts_with("ex-")).collect();
    names.sort();
    names
}

/// Where the solution of an exercise is, from the folder of all exercises on.
fn solution(name: &str) -> PathBuf {
    format!("solutions/{name}.rs").into()
}

/// All files in a folder and below it by their paths from there on, but for what cargo has made.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for path in children(&inner) {
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.is_file() {
                let below = path.strip_prefix(folder).expect("it was found there").to_path_buf();
                files.insert(below, fs::read(&path).expect("it can be read"));
            }
        }
    }
    files
}

/// Writes these files into a folder, and removes all others there. Files that are there already
/// keep their age, by which cargo tells what it has to build again.
fn write(folder: &Path, wanted: &BTreeMap<PathBuf, Vec<u8>>) {
    fs::create_dir_all(folder).expect("cargo's folder is ours");
    let there = files(folder);
    for path in there.keys().filter(|path| !wanted.contains_key(*path)) {
        fs::remove_file(folder.join(path)).expect("it is ours");
    }
    for (path, content) in wanted.iter().filter(|(path, content)| there.get(*path) != Some(content))
    {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("it is ours");
        fs::write(&path, content).expect("it is ours");
    }
}

/// Has cargo build the tests of the exercises in a folder, and returns the program of each.
fn build_copy(folder: &Path) -> BTreeMap<String, PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        manifest_path: Option<PathBuf>,
        executable: Option<PathBuf>,
        target: Option<Target>,
    }
    #[derive(Deserialize)]
    struct Target {
        kind: Vec<String>,
    }

    let mut cargo = workspace::cargo::command();
    cargo.args(["test", "--workspace", "--no-run", "--quiet", "--offline", "--locked"]);
    cargo.args(["--message-format", "json", "--target-dir", text(&folder.join("target"))]);
    let ran = Ran::of(cargo.current_dir(folder));
    assert_eq!(ran.status, Some(0), "the exercises cannot be built:\n{}{}", ran.stdout, ran.stderr);
    let messages = ran.stdout.lines().map(|line| {
        serde_json::from_str::<Message>(line).expect("cargo prints what its book says")
    });
    let programs = messages.filter_map(|message| {
        let Message { manifest_path, executable, target } = message;
        let name = manifest_path?.parent()?.file_name()?.to_str()?.to_owned();
        target?.kind.contains(&"test".to_owned()).then_some((name, executable?))
    });
    programs.collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
