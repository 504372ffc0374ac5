//! The pairs: each has the same form, prints what its README says that it prints, and what a
//! compiler is said to refuse is refused.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use claims::statement::{self, Claims, Quantity};
use syn::Item;
use workspace::pairs::Pair;

use crate::{
    family::Ran,
    programs,
    suite::{Pace::Alone, Pace::Shared, Test},
};

/// A way is to be seen at a glance.
const MOST_LINES: usize = 50;

/// The headings of every README.
const HEADINGS: [&str; 4] =
    ["## What happens", "## Why", "## How to notice it", "## Where else it bites"];

/// The folder of a pair that holds what a compiler or clippy refuses.
const REFUSED: &str = "refused";

/// All tests of the pairs.
pub(crate) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for pair in programs::pairs() {
        let mut test = |check, pace, run: fn(&Pair)| {
            tests
                .push(Test::new(format!("pairs::{}::{check}", pair.name), pace, move || run(pair)));
        };
        test("has_the_form", Shared, has_the_form);
        // Most of them show a contrast in time, which a busy machine blurs.
        test("readme_shows_what_it_prints", Alone, readme_shows_what_it_prints);
        test(
            "prints_the_figures_that_claims_speak_of",
            Shared,
            prints_the_figures_that_claims_speak_of,
        );
        if !files(&pair.folder.join(REFUSED), "rs").is_empty() {
            test("the_tools_refuse_it", Shared, refused);
        }
    }
    tests.push(Test::new("pairs::list_and_run", Alone, list_and_run));
    if cfg!(target_os = "linux") {
        let name = "pairs::a_prediction_is_asked_for_at_a_terminal";
        tests.push(Test::new(name, Alone, a_prediction_is_asked_for_at_a_terminal));
    }
    tests
}

/// The wrong and the right way have the same functions in the same order, each is short, and the
/// README has its headings.
fn has_the_form(pair: &Pair) {
    let [wrong, right] = ["wrong", "right"].map(|way| pair.folder.join(format!("src/{way}.rs")));
    assert_eq!(functions(&wrong), functions(&right), "{}", pair.name);
    for file in files(&pair.folder.join("src"), "rs") {
        let name = file.file_stem().expect("it has a name").to_string_lossy();
        if !["main", "tests"].contains(&&*name) {
            let lines = text(&file).lines().count();
            assert!(lines < MOST_LINES, "{} has {lines} lines", file.display());
        }
    }
    let readme = text(&pair.folder.join("README.md"));
    let places: Vec<Option<usize>> = HEADINGS.iter().map(|heading| readme.find(heading)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{HEADINGS:?}: {places:?}");
}

/// The names of the functions that a file offers to its siblings, in their order.
fn functions(file: &Path) -> Vec<String> {
    let items = syn::parse_file(&text(file)).expect("it compiles").items;
    let functions = items.into_iter().filter_map(|item| match item {
        Item::Fn(function) if !matches!(function.vis, syn::Visibility::Inherited) => {
            Some(function.sig.ident.to_string())
        }
        _ => None,
    });
    functions.collect()
}

/// But for its figures and its lanes, the program prints what the README shows.
fn readme_shows_what_it_prints(pair: &Pair) {
    let readme = text(&pair.folder.join("README.md"));
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    let shown = shown.expect("the README shows what the program prints");
    let ran = Ran::of(Command::new(programs::path(&pair.name)).arg("--no-ask"));
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""), "{}", ran.stdout);
    assert_eq!(shape(&ran.stdout), shape(shown));
    Ran::of(Command::new(programs::path(&pair.name)).arg("--ask")).refused(2, "--ask");
}

/// The lines without what differs from run to run: figures, how wide they are, and drawings.
fn shape(output: &str) -> Vec<String> {
    let is_drawn = |line: &&str| {
        line.contains("0 to ") || line.contains("threads that ran any") || {
            let lane = line.trim_end().chars().last();
            !line.starts_with("timeline") && lane.is_some_and(|last| "█▒○·".contains(last))
        }
    };
    let lines = output.lines().map(str::trim_end);
    let lines = lines.filter(|line| !line.is_empty() && !is_drawn(line));
    // Drawings from before ready was told apart have no sign for it.
    lines.map(|line| words(&line.replace(" ○ ready,", "")).join(" ")).collect()
}

fn words(line: &str) -> Vec<String> {
    let word = |word: &str| {
        let mut shape = String::new();
        for letter in word.chars() {
            match letter {
                '0'..='9' | '.' | ',' if shape.ends_with('#') => {}
                '0'..='9' => shape.push('#'),
                other => shape.push(other),
            }
        }
        shape
    };
    line.split_whitespace().map(word).collect()
}

/// Each file in that folder begins with who refuses it, and with what words:
/// `//! rustc: future cannot be sent between threads safely`.
fn refused(pair: &Pair) {
    for file in files(&pair.folder.join(REFUSED), "rs") {
        let source = text(&file);
        let first = source.lines().next().and_then(|line| line.strip_prefix("//! "));
        let (tool, message) = first.and_then(|line| line.split_once(": ")).expect("it says who");
        let mut command = match tool {
            "rustc" => Command::new("rustc"),
            "clippy" => {
                let mut clippy = Command::new("clippy-driver");
                clippy.args(["-D", "clippy::all"]);
                clippy
            }
            other => panic!("{}: what is {other}?", file.display()),
        };
        let out = tempfile::tempdir().expect("a temporary folder can be made");
        command.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata"]);
        let ran = Ran::of(command.arg("--out-dir").arg(out.path()).arg(&file));
        assert_eq!(ran.status, Some(1), "{} is not refused", file.display());
        assert!(ran.stderr.contains(message), "{}: {}", file.display(), ran.stderr);
    }
}

/// With `--json` it prints figures and nothing else, each is spoken of by a claim, and no claim speaks
/// of another.
fn prints_the_figures_that_claims_speak_of(pair: &Pair) {
    let claims = Claims::read(&programs::workspace().root().join(statement::PLACE));
    let claims = claims.unwrap_or_else(|error| panic!("{error}"));
    let ratios = claims.claims.iter().flat_map(|claim| &claim.ratios);
    let quantities = ratios.flat_map(|ratio| [&ratio.of, &ratio.to]);
    let named: BTreeSet<&str> = quantities
        .filter_map(|quantity| match quantity {
            Quantity::Measured(name) => name.strip_prefix("pairs/")?.split_once('#'),
            _ => None,
        })
        .filter_map(|(name, figure)| (name == pair.name).then_some(figure))
        .collect();
    let ran = Ran::of(Command::new(programs::path(&pair.name)).arg("--json"));
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""), "{}", ran.stdout);
    let json = ran.json();
    let figures = json["figures"].as_object().expect("there are figures");
    let printed: BTreeSet<&str> = figures.keys().map(String::as_str).collect();
    assert_eq!(printed, named, "{}", statement::PLACE);
    for (name, figure) in figures {
        assert!(figure.as_f64().is_some_and(|figure| figure > 0.0), "{name}: {figure}");
    }
}

fn list_and_run() {
    let list = Ran::of(&mut Command::new(programs::path("pairs")));
    assert_eq!(list.status, Some(0));
    for pair in programs::pairs() {
        assert!(list.stdout.contains(&format!("\n  {}\n", pair.name)), "{}", list.stdout);
    }
    Ran::of(Command::new(programs::path("pairs")).arg("no-such-pair")).refused(1, "no-such-pair");
}

/// `script` gives the program a terminal, and types what it reads from its own stdin.
fn a_prediction_is_asked_for_at_a_terminal() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let typed = folder.path().join("typed");
    fs::write(&typed, "perhaps\nc\n").expect("a file can be written");
    let program = programs::path("await-in-a-loop").display().to_string();
    let typed = fs::File::open(&typed).expect("it has just been written");
    let mut script = Command::new("script");
    let output = script.args(["-qec", &program, "/dev/null"]).stdin(typed).output();
    let ran = Ran::from(output.expect("every Debian has it"));
    assert_eq!(ran.status, Some(0), "{}", ran.stdout);
    for (asked, times) in [("Your prediction (A, B or C", 1), ("A, B or C:\r\n", 1)] {
        assert_eq!(ran.stdout.matches(asked).count(), times, "{asked}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("You predicted C, and it is C: about 20 times"), "{}", ran.stdout);
}

/// The files of a kind in a folder, by name; none if the folder is not there.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .collect();
    files.sort();
    files
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
