//! The program `compare`, on a workspace of fake cells: what they report is made up, so that the
//! figures are known beforehand and nothing takes any time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
    time::{Duration, Instant},
};

use serde_json::Value;

/// The rows of the fake workspace and their cells.
const CELLS: [&str; 13] = [
    "examples-cpu/broken/processes",
    "examples-cpu/broken/rayon",
    "examples-cpu/broken/sequential",
    "examples-cpu/broken/smol",
    "examples-cpu/broken/threads",
    "examples-cpu/impostor/sequential",
    "examples-cpu/impostor/tokio",
    "examples-cpu/stuck/sequential",
    "examples-io/good/async-std",
    "examples-io/good/rayon",
    "examples-io/good/sequential",
    "examples-io/good/tokio",
    "examples-io/lost/sequential",
];

/// What all fake cells are compiled from. A cell knows who it is by the name of its package.
const SOURCE: &str = r##"
use std::{env, io::Read, thread, time::Duration};

fn main() {
    let package = env!("CARGO_PKG_NAME");
    let (row, approach) = package.split_once('-').unwrap();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if has("--bogus") {
        eprintln!("error: unexpected argument '--bogus'");
        std::process::exit(2);
    }
    if has("--hold") {
        if row == "lost" {
            eprintln!("no more sites");
            std::process::exit(1);
        }
        if row == "stuck" {
            thread::sleep(Duration::from_secs(600));
        }
        println!(r#"["--site","here"]"#);
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        // Tells the tests that the end of stdin was noticed and there was time to clear away.
        if let Some(file) = env::var_os("FAKE_CLEARED") {
            std::fs::write(file, "cleared").unwrap();
        }
        return;
    }
    assert!(has("--json") && has("--no-progress") && has("--site") && has("here"));
    let (wall_ms, cpu_ms, peak) = match package {
        "good-sequential" => (5000, 100, 1),
        "good-rayon" => (2500, 100, 2),
        "good-tokio" => (102, 40, 50),
        "good-async-std" => (103, 40, 50),
        "broken-smol" => panic!("the smoke came out"),
        "broken-processes" => {
            thread::sleep(Duration::from_secs(600));
            (0, 0, 0)
        }
        _ => (1000, 1000, 2),
    };
    let (limit, workers) = if approach == "sequential" { (1, 1) } else { (50, 2) };
    let answer = if package == "broken-rayon" { 41 } else { 42 };
    let approach = if package == "impostor-tokio" { "smol" } else { approach };
    let failures = if has("--faults") { r#"[{"unit":"/7","reason":"status 500"}]"# } else { "[]" };
    println!(
        r#"{{"version":1,"workload":"{row}","approach":"{approach}","headline":"100 pages, at most {limit} in flight","input":{{"pages":100}},
        "units":100,"limit":{limit},"workers":{workers},"answer":{answer},"failures":{failures},
        "wall_ns":{wall_ms}000000,"cpu_user_ns":{cpu_ms}000000,"cpu_system_ns":0,
        "peak_rss_bytes":6100000,"threads":2,"voluntary_switches":100,"involuntary_switches":5,
        "peak_in_flight":{peak}}}"#
    );
    if has("--faults") {
        std::process::exit(1);
    }
}
"##;

/// The fake workspace, which lies where cargo lets tests keep such things between two runs: then
/// its cells are compiled once and not every time.
static WORKSPACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fake-workspace");
    let members = CELLS.map(|cell| format!("{cell:?}")).join(", ");
    write(
        &root.join("Cargo.toml"),
        &format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{members}]\n\n[profile.release]\nopt-level = 0\n"
        ),
    );
    for cell in CELLS {
        let name = cell.split('/').skip(1).collect::<Vec<_>>().join("-");
        let manifest = format!("[package]\nname = {name:?}\nedition = \"2024\"\n");
        write(&root.join(cell).join("Cargo.toml"), &manifest);
        write(&root.join(cell).join("src/main.rs"), SOURCE);
    }
    root
});

/// Writes the file unless it is there as it should be; cargo would compile it anew.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a file lies in a folder"))
        .expect("the folder can be made");
    // Tests may run as processes of their own, all of which come here: none must see half a file.
    let own = path.with_extension(std::process::id().to_string());
    fs::write(&own, text).expect("the file can be written");
    fs::rename(own, path).expect("the file can be renamed");
}

fn compare(arguments: &[&str]) -> Output {
    command(arguments).output().expect("compare can be started")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command
        .args(arguments)
        .current_dir(&*WORKSPACE)
        .env("CARGO_TARGET_DIR", WORKSPACE.join("target"))
        .env("CARGO_NET_OFFLINE", "true");
    command
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).expect("the tables are text")
}

fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()
}

fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "{part:?} is missing in:\n{text}");
}

#[test]
fn versions_that_agree_are_ranked_and_all_is_well() {
    let output = compare(&["good", "--runs", "3"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_contains(text, "good · 100 pages, at most 50 in flight");
    assert_contains(text, "3 rounds; the noise here: tokio against itself 1.00 [1.00, 1.00]");
    let line = |name: &str| {
        let line = text.lines().position(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("{name} has no line in:\n{text}"))
    };
    assert!(line("sequential ") < line("tokio "));
    assert!(line("tokio ") < line("async-std "));
    assert!(line("async-std ") < line("rayon "));
    assert_contains(text, "49.0 [49.0, 49.0]");
    assert_contains(text, "The fastest is tokio, 49.0 [49.0, 49.0] times as fast as sequential");
    assert_contains(text, "max(N·C/P, N·(L+C)/K, L+C) = 100 ms");
    assert_contains(text, "cargo run --release -p compare -- good -- --limit 10");
}

#[test]
fn nothing_is_coloured_in_a_pipe() {
    assert!(!stdout(&compare(&["good", "--runs", "1"])).contains('\u{1b}'));
}

#[test]
fn what_is_wrong_or_crashes_or_hangs_is_reported_beside_what_is_right() {
    let start = Instant::now();
    let output = compare(&["broken", "--runs", "2", "--deadline", "3s"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    // The one that hangs is given up, and not tried again.
    assert!(start.elapsed() < Duration::from_mins(1));
    assert_contains(text, "rayon is wrong: its answer is 41 instead of 42");
    assert_contains(text, "smol crashed: in round 1: exit status: 101");
    assert_contains(text, "the smoke came out");
    assert_contains(text, "processes hung: in round 1: no end after 3s");
    assert_contains(text, "\nthreads  ");
    for (name, state) in [("rayon ", "wrong"), ("smol ", "crashed"), ("processes ", "hung")] {
        let line = text.lines().find(|line| line.starts_with(name) && line.contains(state));
        assert!(line.is_some(), "{name} must be shown as {state}:\n{text}");
    }
    assert!(!text.contains("fastest is rayon"), "{text}");
}

#[test]
fn json_is_one_line_with_the_figures_of_the_table() {
    let output = compare(&["good", "broken", "--runs", "2", "--deadline", "3s", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output).lines().count(), 1);
    let json: Value = serde_json::from_str(stdout(&output)).expect("it is JSON");
    assert_eq!(json["version"], 1);
    assert!(json["machine"]["cores"].as_u64().is_some_and(|cores| cores > 0));

    let good = &json["rows"][0];
    assert_eq!((&good["row"], &good["side"]), (&"good".into(), &"io".into()));
    assert_eq!((&good["rounds"], &good["units"]), (&2.into(), &100.into()));
    assert_eq!(good["bound_ns"], 100_000_000);
    assert_eq!(good["control"]["approach"], "tokio");
    let version = |row: &Value, approach: &str| {
        let versions = row["versions"].as_array().expect("a row has versions");
        let version = versions.iter().find(|version| version["approach"] == approach);
        version.cloned().unwrap_or_else(|| panic!("{approach} is missing"))
    };
    let tokio = version(good, "tokio");
    assert_eq!(tokio["status"], "ok");
    assert_eq!(tokio["wall_ns"], serde_json::json!([102_000_000, 102_000_000]));
    assert!((tokio["speed_up"]["value"].as_f64().expect("a number") - 49.02).abs() < 0.01);
    assert!((tokio["share_of_limit"].as_f64().expect("a number") - 0.980).abs() < 0.001);
    assert!(good["sentences"].as_array().is_some_and(|sentences| !sentences.is_empty()));

    let broken = &json["rows"][1];
    let states = [("sequential", "ok"), ("rayon", "wrong"), ("smol", "crashed")];
    for (approach, state) in states.into_iter().chain([("processes", "hung")]) {
        assert_eq!(version(broken, approach)["status"], state, "{approach}");
    }
}

#[test]
fn units_that_fail_in_every_version_are_no_disagreement() {
    let output = compare(&["good", "--runs", "1", "--", "--faults"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_contains(stdout(&output), "All versions agree: 42; 1 of the units failed.");
}

#[test]
fn only_the_named_versions_run_and_sequential() {
    let output = compare(&["good", "--only", "rayon", "--runs", "1", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let json: Value = serde_json::from_str(stdout(&output)).expect("it is JSON");
    let versions = json["rows"][0]["versions"].as_array().expect("a row has versions");
    let approaches: Vec<&Value> = versions.iter().map(|version| &version["approach"]).collect();
    assert_eq!(approaches, ["sequential", "rayon"]);
}

#[test]
fn a_cell_that_reports_as_another_is_found_out() {
    let output = compare(&["impostor", "--runs", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert_contains(stdout(&output), "it reports as impostor-smol, which it is not");
}

#[test]
fn a_single_round_says_what_it_cannot_tell() {
    let output = compare(&["good", "--runs", "1"]);
    assert_contains(stdout(&output), "1 round; without a second one, no control of the noise");
    assert_contains(stdout(&output), "This was a single round");
}

#[test]
fn the_input_is_cleared_away_at_the_end() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("cleared");
    let output = command(&["good", "--runs", "1"])
        .env("FAKE_CLEARED", &file)
        .output()
        .expect("compare can be started");
    assert_eq!(output.status.code(), Some(0));
    assert!(file.exists(), "whoever holds the input must end by the end of its stdin");
}

#[test]
fn wrong_usage_is_one_line_that_names_it_and_exit_2() {
    for (arguments, line) in [
        (
            &["htpp"][..],
            "error: there is no row called \"htpp\"; known are good, lost, broken, impostor, \
             stuck, all",
        ),
        (
            &["good", "--only", "tokyo"],
            "error: there is no version called \"tokyo\"; known are sequential, rayon, tokio, \
             async-std",
        ),
        (
            &["good", "--", "--bogus"],
            "error: good-sequential refuses these flags: unexpected argument '--bogus'",
        ),
    ] {
        let output = compare(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(last_line(&output), line);
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(compare(&["good", "--runs", "0"]).status.code(), Some(2));
    assert_eq!(compare(&["good", "--deadline", "soon"]).status.code(), Some(2));
}

#[test]
fn input_that_cannot_be_prepared_ends_with_its_reason() {
    let output = compare(&["lost"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        last_line(&output),
        "error: lost-sequential cannot prepare the input: no more sites (exit status: 1)"
    );
}

#[test]
fn input_that_takes_too_long_is_given_up() {
    let start = Instant::now();
    let output = compare(&["stuck", "--deadline", "300ms"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        last_line(&output),
        "error: stuck-sequential has not prepared the input within 300ms"
    );
    assert!(start.elapsed() < Duration::from_mins(1));
}

#[test]
fn outside_of_a_workspace_it_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .current_dir(folder.path())
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .expect("compare can be started");
    assert_eq!(output.status.code(), Some(1));
    assert_contains(&last_line(&output), "found no workspace with examples-io or examples-cpu");
}
