//! The program `compare`, on a workspace of fake cells: what they report is made up, so that the
//! figures are known beforehand and nothing takes any time.

use std::{
    collections::BTreeSet,
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::fake_python;
use crate::{
    family::{Family, Ran, wait_for_thread_of},
    patience::{PATIENCE, wait_until},
    programs,
    suite::{Test, tests},
};

/// All tests of the program.
pub(super) fn tests() -> Vec<Test> {
    tests!("compare", Shared:
        what_is_wrong_or_crashes_or_hangs_is_reported_beside_what_is_right,
        json_is_one_line_with_the_figures_of_the_table,
        versions_that_agree_are_ranked_and_all_is_well,
        what_was_just_run_is_not_proposed,
        nothing_is_coloured_in_a_pipe,
        units_that_fail_in_every_version_are_no_disagreement,
        only_the_named_versions_run_and_sequential,
        a_cell_that_reports_as_another_is_found_out,
        a_single_round_says_what_it_cannot_tell,
        the_input_is_cleared_away_at_the_end,
        wrong_usage_is_one_line_that_names_it_and_exit_2,
        input_that_cannot_be_prepared_ends_with_its_reason,
        input_that_takes_too_long_is_given_up,
        outside_of_a_workspace_it_says_so,
        a_cell_does_not_outlive_a_kill_of_compare,
        the_list_names_every_row_with_its_question_and_its_versions,
        two_versions_stand_side_by_side_or_one_below_the_other,
        a_race_tells_who_came_in_first_and_how_close_a_prediction_was,
        programs_of_ones_own_are_compared_whatever_they_are,
        programs_of_ones_own_that_fail_or_hang_are_reported,
        a_program_of_ones_own_does_not_outlive_compare,
        timelines_of_all_versions_go_by_one_clock,
        a_race_is_drawn_as_a_picture,
        a_race_is_of_one_row,
        no_round_at_all_is_refused,
        what_cannot_be_written_is_refused_before_anything_is_measured,
    )
}

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

/// How long a fake cell may take, all of which answer at once but for those that hang.
pub(super) const DEADLINE: &str = "10s";

/// What all fake cells are compiled from. A cell knows who it is by the name of its package.
const SOURCE: &str = r##"
use std::{
    env, fs,
    io::{Read, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// What no version should do.
fn do_mischief(what: &str) {
    let sleep = || { let mut sleep = Command::new("sleep"); sleep.arg("600"); sleep };
    match what {
        "" => {}
        "rubbish" => {
            std::io::stdout().write_all(b"\x1b[2J\xff{]\0").unwrap();
            std::process::exit(0);
        }
        "silence" => std::process::exit(0),
        "abort" => std::process::abort(),
        "flood" => {
            let line = [b'x'; 65_536];
            (0..1_000).for_each(|_| std::io::stderr().write_all(&line).unwrap());
        }
        "stubborn" => {
            let script = "trap '' TERM INT; while :; do sleep 1; done";
            panic!("{}", Command::new("sh").args(["-c", script]).exec());
        }
        "sleeps" => thread::sleep(Duration::from_secs(600)),
        "leaves a child" => drop(sleep().stdout(Stdio::null()).stderr(Stdio::null()).spawn()),
        "leaves its stdout" => drop(sleep().stderr(Stdio::null()).spawn()),
        file if Path::new(file).exists() => {
            fs::write(format!("{file}.again"), "").unwrap();
            do_mischief("stubborn");
        }
        file => fs::write(file, "").unwrap(),
    }
}

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
    // In one word or, from a sweep, in two.
    let mischief = arguments.iter().find_map(|argument| argument.strip_prefix("--mischief="));
    let two_words = arguments.iter().position(|argument| argument == "--mischief");
    let mischief = mischief.or(two_words.map(|place| &*arguments[place + 1]));
    if approach == "tokio" {
        do_mischief(mischief.unwrap_or_default());
    }
    let at_most = arguments.iter().position(|argument| argument == "--limit");
    let at_most: u64 = at_most.map_or(50, |place| arguments[place + 1].parse().unwrap());
    let (wall_ms, cpu_ms, peak) = match package {
        "good-sequential" => (5000, 100, 1),
        "good-rayon" => (2500, 100, 2),
        "good-tokio" => (5000 / at_most + 2, 40, at_most),
        "good-async-std" => (103, 40, 50),
        "broken-smol" => panic!("the smoke came out"),
        "broken-processes" => {
            thread::sleep(Duration::from_secs(600));
            (0, 0, 0)
        }
        _ => (1000, 1000, 2),
    };
    if let Some(place) = arguments.iter().position(|argument| argument == "--trace") {
        let trace = r#"{"traceEvents":[
            {"name":"page 0","cat":"unit","ph":"b","ts":0,"pid":7,"tid":0,"id":0},
            {"name":"page 0","cat":"running","ph":"X","ts":50000,"dur":50000,"pid":7,"tid":0},
            {"name":"page 0","cat":"unit","ph":"e","ts":100000,"pid":7,"tid":0,"id":0},
            {"name":"thread_name","cat":"__metadata","ph":"M","ts":0,"pid":7,"tid":0,
             "args":{"name":"worker 0"}}]}"#;
        let many = env::var("FAKE_UNITS").map(|units| many(units.parse().unwrap(), wall_ms, peak));
        let trace = many.as_deref().unwrap_or(trace);
        std::fs::write(&arguments[place + 1], trace).unwrap();
    }
    let (limit, workers) = if approach == "sequential" { (1, 1) } else { (at_most, 2) };
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

// The trace of so many units, `peak` at a time, which run at their beginning and at their end. In
// between they wait, and are ready for the last tenth of the time.
fn many(units: u64, wall_ms: u64, peak: u64) -> String {
    let length = wall_ms * 1000 * peak / units;
    let mut trace = String::from(r#"{"traceEvents":["#);
    for unit in 0..units {
        let begin = unit / peak * length + unit % peak;
        let of = format!(r#""name":"page {unit}","pid":7,"tid":{},"id":{unit}"#, unit % 2);
        let (last, end) = (begin + length - 60, begin + length - 30);
        trace += &format!(r#"{{{of},"ph":"b","ts":{begin}}},{{{of},"ph":"X","ts":{begin},"dur":30}},"#);
        let (woken, waits) = (last - length / 10, begin + 30);
        for (name, from, to) in [("waiting for the answer", waits, woken), ("ready", woken, last)] {
            let of = format!(r#""name":"{name}","pid":7,"tid":{},"id":{unit}"#, unit % 2);
            trace += &format!(r#"{{{of},"ph":"b","ts":{from}}},{{{of},"ph":"e","ts":{to}}},"#);
        }
        trace += &format!(r#"{{{of},"ph":"X","ts":{last},"dur":30}},{{{of},"ph":"e","ts":{end}}},"#);
    }
    for thread in 0..2 {
        trace += &format!(
            r#"{{"name":"thread_name","ph":"M","ts":0,"pid":7,"tid":{thread},"args":{{"name":"worker {thread}"}}}},"#
        );
    }
    trace.pop();
    trace + "]}"
}
"##;

/// The fake workspace, which lies where cargo lets tests keep such things between two runs: then
/// its cells are compiled once and not every time.
pub(super) static WORKSPACE: LazyLock<PathBuf> = LazyLock::new(|| {
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
        write(&root.join(cell).join("src/lib.rs"), &format!("//! What {name} teaches.\n"));
    }
    write(&root.join("examples-io/good/README.md"), "# good: be good\n");
    fake_python::write(&root, write);
    // Now, so that whoever looks at the time finds all of them compiled.
    let mut cargo = workspace::cargo::command();
    cargo.args(["build", "--quiet", "--release", "--offline"]).current_dir(&root);
    let built = Ran::of(cargo.env("CARGO_TARGET_DIR", root.join("target")));
    assert_eq!(built.status, Some(0), "{}", built.stderr);
    root
});

/// Writes the file unless it is there as it should be; cargo would compile it anew.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a file lies in a folder"))
        .expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}

pub(super) fn compare(arguments: &[&str]) -> Ran {
    Ran::of(&mut command(arguments))
}

pub(super) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(programs::path("compare"));
    command
        .args(arguments)
        .current_dir(&*WORKSPACE)
        .env("CARGO_TARGET_DIR", WORKSPACE.join("target"))
        .env("CARGO_NET_OFFLINE", "true");
    command
}

fn last_line(ran: &Ran) -> &str {
    ran.stderr.lines().last().unwrap_or_default()
}

pub(super) fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "{part:?} is missing in:\n{text}");
}

fn versions_that_agree_are_ranked_and_all_is_well() {
    let ran = compare(&["good", "--runs", "3"]);
    let text = &ran.stdout;
    assert_eq!(ran.status, Some(0), "{text}");
    assert_contains(text, "good · 100 pages, at most 50 in flight");
    assert_contains(text, "3 rounds; noise: tokio against itself 1.00 [1.00, 1.00]");
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

fn the_list_names_every_row_with_its_question_and_its_versions() {
    let ran = compare(&["list"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    for part in [
        "Programs that wait (examples-io)",
        "  good        be good\n              sequential, rayon, tokio, async-std\n",
        "Programs that compute (examples-cpu)",
        "  broken ",
    ] {
        assert_contains(&ran.stdout, part);
    }
}

fn two_versions_stand_side_by_side_or_one_below_the_other() {
    let ran = compare(&["diff", "good", "sequential", "tokio"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_contains(
        &ran.stdout,
        "//! What good-sequential teaches. | //! What good-tokio teaches.\n",
    );
    let ran = compare(&["diff", "good", "sequential", "tokio", "--unified", "--whole"]);
    assert_contains(&ran.stdout, "\n-//! What good-sequential teaches.\n+//! What good-tokio");
    assert_contains(&ran.stdout, "+name = \"good-tokio\"\n");
    let known = "known are sequential, rayon, tokio, async-std";
    compare(&["diff", "good", "sequential", "tokyo"]).refused(2, known);
    compare(&["diff", "bad", "sequential", "tokio"]).refused(2, "there is no row called \"bad\"");
}

fn a_race_tells_who_came_in_first_and_how_close_a_prediction_was() {
    let ran = compare(&["race", "good", "--runs", "2"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_contains(&ran.stdout, " 1. tokio                         102 ms\n 2. async-std");
    assert_contains(&ran.stdout, "\ntokio is 49.0 times as fast as sequential.\n");
    // What limits the result is said here, too: how busy the machine was, and what failed.
    assert!(ran.stdout.starts_with("Using "), "{}", ran.stdout);
    let ran = compare(&["race", "broken", "--only", "sequential,threads,smol", "--runs", "1"]);
    assert_eq!(ran.status, Some(1), "{}", ran.stdout);
    assert_contains(&ran.stdout, "\n- smol crashed: in round 1: exit status: 101");

    let mut command = command(&["race", "good", "--runs", "1", "--predict"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a program that was built can be started");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    stdin.write_all(b"rayon 98\n").expect("the program reads");
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    let judged = "You predicted rayon, which came in as number 3; your speed-up of 98.0 is off by a \
                  factor of 2.00.";
    assert_contains(&ran.stdout, judged);
    let ran = compare(&["race", "good", "--slow", "0"]);
    assert_eq!(ran.status, Some(2));
    assert_contains(&ran.stderr, "'--slow <N>': it must lie between");
}

fn programs_of_ones_own_are_compared_whatever_they_are() {
    let commands = ["--command", "long=sleep 0.4", "--command", "short=sh -c 'sleep 0.1'"];
    let arguments = [&commands[..], &["--runs", "3", "--warmup", "1", "--json"]].concat();
    let ran = compare(&arguments);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let json = ran.json();
    let programs = json["programs"].as_array().expect("it is a list");
    let names: Vec<&Value> = programs.iter().map(|program| &program["name"]).collect();
    assert_eq!(names, ["long", "short"]);
    assert_eq!(programs[1]["wall_ns"].as_array().map(Vec::len), Some(3));
    // Both only wait, so they take hardly any CPU time, however busy the machine is.
    assert!(programs[0]["cores"].as_f64().is_some_and(|cores| cores < 0.5), "{json}");
    let ratio = programs[1]["speed_up"]["value"].as_f64().expect("it is a number");
    assert!((1.5..4.5).contains(&ratio), "{json}");

    // A program that computes in a process of its own is counted, too.
    let loops = "busy=sh -c 'sh -c \"i=0; while [ \\$i -lt 200000 ]; do i=\\$((i+1)); done\"'";
    let commands = ["--command", "idle=sleep 0.01", "--command", loops];
    let json = compare(&[&commands[..], &["--runs", "2", "--json"]].concat()).json();
    let cpu = |place: usize| json["programs"][place]["cpu_ns"].as_f64().expect("it is a number");
    assert!(cpu(1) > 5.0 * cpu(0), "{json}");
}

fn programs_of_ones_own_that_fail_or_hang_are_reported() {
    let ran = compare(&[
        "--runs",
        "2",
        "--deadline",
        "5s",
        "--command",
        "good=true",
        "--command",
        "bad=sh -c 'echo the reason >&2; exit 3'",
        "--command",
        "gone=no-such-program",
        "--command",
        "stuck=sleep 600",
    ]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    // The sentences are wrapped.
    let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "bad failed: in round 1: exit status: 3; its last words: the reason",
        "gone failed: in round 1: cannot start no-such-program",
        "stuck failed: in round 1: no end after 5s (--deadline), so it was killed",
    ] {
        assert_contains(&text, part);
    }
    for (arguments, complaint) in [
        (&["--command", "a=true"][..], "at least twice"),
        (&["--command", "a=true", "--command", "a=false"], "two programs are called \"a\""),
        (&["--command", "a=true", "--command", "b=sh 'x"], "a quote is not closed"),
    ] {
        let ran = compare(arguments);
        assert_eq!(ran.status, Some(2), "{}", ran.stderr);
        assert_contains(&ran.stderr, complaint);
    }
}

fn a_program_of_ones_own_does_not_outlive_compare() {
    for signal in ["-KILL", "-TERM", "-INT"] {
        let commands = ["--command", "a=sleep 600", "--command", "b=sh -c 'sleep 600 & sleep 600'"];
        let mut family = Family::spawn(&mut command(&commands));
        // compare, the process that watches, and the program, whichever is first.
        wait_until("the program runs", || family.living("").len() >= 3);
        family.signal(signal);
        wait_until("nobody lives on", || family.living("").is_empty());
    }
}

fn timelines_of_all_versions_go_by_one_clock() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    let path = file.to_str().expect("the folder for temporary files is UTF-8");
    let ran = compare(&["good", "--runs", "1", "--timeline", "--trace", path]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let (_, timelines) =
        ran.stdout.split_once("One clock for all: 100.0 ms").expect("there are some");
    // It waits for the first half of the time, and runs in the second.
    let (waits, runs) = ("·".repeat(39), "█".repeat(39));
    for version in ["tokio · 102 ms", "rayon · 2.50 s", "async-std (discontinued) · 103 ms"] {
        let at = format!("\n{version}\npage 0               {waits}▒{runs}\n");
        assert_contains(timelines, &at);
    }
    assert_contains(timelines, "\ncomputing, 0 to 1    ");
    // Sequential's picture would leave no room for the others.
    assert!(!timelines.contains("\nsequential ·"), "{timelines}");
    let trace: Value =
        serde_json::from_slice(&fs::read(&file).expect("it was written")).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("it is a list");
    let of = |name: &str| events.iter().filter(|event| event["name"] == name).count();
    assert_eq!((of("process_name"), of("page 0")), (3, 9));
    let ids: BTreeSet<u64> = events.iter().filter_map(|event| event["id"].as_u64()).collect();
    assert_eq!(ids.len(), 3, "the first page of each version is a unit of its own: {ids:?}");
}

fn what_cannot_be_written_is_refused_before_anything_is_measured() {
    for (flag, what) in [
        ("--trace", "cannot write /nonexistent/it"),
        ("--svg", "cannot write /nonexistent/it"),
        ("--timeline-data", "cannot write /nonexistent/it"),
        // Nobody may make a folder there.
        ("--html", "cannot make /proc/nonexistent/it"),
    ] {
        let path = what.split_once('/').map(|(_, path)| format!("/{path}")).expect("it is a path");
        compare(&["good", flag, &path]).refused(1, what);
    }
}

fn a_race_is_of_one_row() {
    compare(&["race", "all"]).refused(2, "a race is of one row, so name it");
}

fn no_round_at_all_is_refused() {
    let ran = compare(&["good", "--runs", "0"]);
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
    assert_contains(&ran.stderr, "it must be at least 1");
}

fn what_was_just_run_is_not_proposed() {
    let hint = "-- good -- --limit 10\n";
    for (limit, proposed) in [("10", false), ("100", true)] {
        let ran = compare(&["good", "--runs", "1", "--", "--limit", limit]);
        assert_eq!(ran.stdout.contains(hint), proposed, "{}", ran.stdout);
    }
}

fn nothing_is_coloured_in_a_pipe() {
    assert!(!compare(&["good", "--runs", "1"]).stdout.contains('\u{1b}'));
}

fn what_is_wrong_or_crashes_or_hangs_is_reported_beside_what_is_right() {
    let mut command = command(&["broken", "--runs", "7", "--deadline", DEADLINE]);
    let start = Instant::now();
    let ran = Ran::of(&mut command);
    let text = &ran.stdout;
    assert_eq!(ran.status, Some(1), "{text}");
    // The one that hangs is given up after 10 s, and not tried again in each of the 7 rounds.
    assert!(start.elapsed() < Duration::from_secs(70));
    assert_contains(text, "rayon is wrong: its answer is 41 instead of 42");
    assert_contains(text, "smol crashed: in round 1: exit status: 101");
    assert_contains(text, "the smoke came out");
    assert_contains(text, "processes hung: in round 1: no end after 10s");
    assert_contains(text, "\nthreads  ");
    for (name, state) in [("rayon ", "wrong"), ("smol ", "crashed"), ("processes ", "hung")] {
        let line = text.lines().find(|line| line.starts_with(name) && line.contains(state));
        assert!(line.is_some(), "{name} must be shown as {state}:\n{text}");
    }
    assert!(!text.contains("fastest is rayon"), "{text}");
}

fn json_is_one_line_with_the_figures_of_the_table() {
    let ran = compare(&["good", "broken", "--runs", "2", "--deadline", DEADLINE, "--json"]);
    assert_eq!(ran.status, Some(1));
    let json = ran.json();
    assert_eq!(json["version"], 2);
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
    assert_eq!(tokio["wall_ns"], json!([102_000_000, 102_000_000]));
    assert!((tokio["speed_up"]["value"].as_f64().expect("a number") - 49.02).abs() < 0.01);
    assert!((tokio["share_of_limit"].as_f64().expect("a number") - 0.980).abs() < 0.001);
    assert!(good["sentences"].as_array().is_some_and(|sentences| !sentences.is_empty()));

    let broken = &json["rows"][1];
    let states = [("sequential", "ok"), ("rayon", "wrong"), ("smol", "crashed")];
    for (approach, state) in states.into_iter().chain([("processes", "hung")]) {
        assert_eq!(version(broken, approach)["status"], state, "{approach}");
    }
}

fn units_that_fail_in_every_version_are_no_disagreement() {
    let ran = compare(&["good", "--runs", "1", "--", "--faults"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stdout);
    assert_contains(&ran.stdout, "All versions agree: 42; 1 of the units failed.");
}

fn only_the_named_versions_run_and_sequential() {
    let ran = compare(&["good", "--only", "rayon", "--runs", "1", "--json"]);
    assert_eq!(ran.status, Some(0));
    let json = ran.json();
    let versions = json["rows"][0]["versions"].as_array().expect("a row has versions");
    let approaches: Vec<&Value> = versions.iter().map(|version| &version["approach"]).collect();
    assert_eq!(approaches, ["sequential", "rayon"]);
}

fn a_cell_that_reports_as_another_is_found_out() {
    let ran = compare(&["impostor", "--runs", "1"]);
    assert_eq!(ran.status, Some(1));
    assert_contains(&ran.stdout, "it reports as impostor-smol, which it is not");
}

fn a_single_round_says_what_it_cannot_tell() {
    let ran = compare(&["good", "--runs", "1"]);
    assert_contains(&ran.stdout, "1 round; noise not measured");
    assert_contains(&ran.stdout, "This was a single round");
}

fn the_input_is_cleared_away_at_the_end() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("cleared");
    let ran = Ran::of(command(&["good", "--runs", "1"]).env("FAKE_CLEARED", &file));
    assert_eq!(ran.status, Some(0));
    assert!(file.exists(), "whoever holds the input must end by the end of its stdin");
}

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
        let ran = compare(arguments);
        assert_eq!(ran.status, Some(2), "{arguments:?}");
        assert_eq!(last_line(&ran), line);
        assert_eq!(ran.stdout, "");
    }
    assert_eq!(compare(&["good", "--runs", "0"]).status, Some(2));
    assert_eq!(compare(&["good", "--deadline", "soon"]).status, Some(2));
}

fn input_that_cannot_be_prepared_ends_with_its_reason() {
    let ran = compare(&["lost"]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(
        last_line(&ran),
        "error: lost-sequential cannot prepare the input: no more sites (exit status: 1)"
    );
}

fn input_that_takes_too_long_is_given_up() {
    let mut command = command(&["stuck", "--deadline", "300ms"]);
    let start = Instant::now();
    let ran = Ran::of(&mut command);
    assert_eq!(ran.status, Some(1));
    assert_eq!(last_line(&ran), "error: stuck-sequential has not prepared the input within 300ms");
    assert!(start.elapsed() < PATIENCE);
}

fn outside_of_a_workspace_it_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(programs::path("compare"));
    let ran = Ran::of(command.current_dir(folder.path()).env_remove("CARGO_MANIFEST_DIR"));
    assert_eq!(ran.status, Some(1));
    assert_contains(last_line(&ran), "found no workspace with examples-io or examples-cpu");
}

/// Here the cells are real, since a cell's end is the harness's business. They are the ones that
/// were built for the tests: compare asks cargo for them, whose place this very program takes.
fn a_cell_does_not_outlive_a_kill_of_compare() {
    let this_program = env::current_exe().expect("this program has a path");
    let built = ["sleep-sequential", "sleep-threads"].map(|name| {
        let built = json!({ "target": { "name": name }, "executable": programs::path(name) });
        format!("{built}\n")
    });
    let arguments = ["sleep", "--only", "threads", "--deadline", "1h", "--", "--latency", "1h"];
    let mut command = Command::new(programs::path("compare"));
    command.args(arguments).current_dir(programs::workspace().root()).stdin(Stdio::null());
    let mut family =
        Family::spawn(command.env("CARGO", this_program).env(AS_CARGO, built.concat()));

    // The first of the two is at work; beside it the input is held.
    family.wait_for(CELL, 1);
    wait_for_thread_of(family.living(CELL)[0], "meter");
    family.signal("-KILL");
    assert!(family.ends_within(PATIENCE), "{:?} live on", family.living(""));
}

/// What a cell has in its environment that compare has started to run it.
const CELL: &str = "MEANWHILE_PARENT=";

/// The environment variable that has this program stand in for cargo: it holds what to print.
pub(super) const AS_CARGO: &str = "MEANWHILE_TEST_AS_CARGO";

/// Stands in for cargo in a process that was started to; in every other, returns at once.
pub(super) fn serve() {
    if let Ok(messages) = env::var(AS_CARGO) {
        print!("{messages}");
        process::exit(0);
    }
}

fn a_race_is_drawn_as_a_picture() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("race.svg");
    let file = path.to_str().expect("its name is Unicode");
    let ran = compare(&["good", "--runs", "2", "--only", "tokio,rayon", "--svg", file]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let svg = fs::read_to_string(&path).expect("it is written");
    assert_contains(&svg, ">good: tokio is 49.0 times as fast as sequential</title>");
    assert_contains(&svg, "102 ms · 49.0 times as fast");
    assert_contains(&svg, "Measured in 2 rounds on ");
    assert_contains(&svg, "a page is done");
    // Each fake has recorded the end of one unit, also sequential.
    assert_eq!(svg.matches("class=\"units\"").count(), 3, "{svg}");

    compare(&["good", "stuck", "--svg", file]).refused(2, "--svg draws one row, so name it");
}
