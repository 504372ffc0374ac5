//! What `claims` counts: by tools, on a workspace with a made-up cell that does what is to be counted, and
//! by tokio's paused clock, with the program as it is.

use std::{
    env,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::workspace::{TWICE, Workspace, cores};
use crate::{
    family::Ran,
    programs,
    suite::{Test, tests},
};

/// All tests of this.
pub(super) fn tests() -> Vec<Test> {
    tests!("claims", Shared:
        a_count_is_judged_without_an_interval_and_what_is_missing_is_named,
        counts_of_the_first_version_of_the_format_are_read,
        only_the_program_itself_is_watched,
        instructions_are_counted_whatever_else_runs,
        a_tool_that_fails_leaves_a_claim_unmeasured,
        waits_take_exactly_as_long_as_they_should_on_the_paused_clock,
        no_other_program_has_a_clock_that_can_be_paused,
    )
}

/// A claim that a cell makes exactly seven threads.
fn seven_threads() -> String {
    TWICE
        .replace("http/sequential/limit=1", "syscalls/http/threads/tasks=7#clone")
        .replace("to = \"http/tokio/limit=20\"", "to = 7")
        .replace("at-least = 2", "exactly = 1")
}

/// Adds these lines to a run that has counted nothing.
fn counted(workspace: &Workspace, lines: &[Value]) {
    workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 4]);
    let path = "target/claims/runs/2026-01-31T120000Z.jsonl";
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    workspace.write(path, &(workspace.read(path) + &lines));
}

fn a_count_is_judged_without_an_interval_and_what_is_missing_is_named() {
    let workspace = Workspace::new(&seven_threads());
    let line = |count: Value, fault: Value| {
        let name = "syscalls/http/threads/tasks=7#clone";
        json!({"line": "count", "name": name, "count": count, "fault": fault})
    };
    for (lines, verdict, said) in [
        (vec![line(json!(7), json!(null))], "holds", "1.00 [1.00, 1.00]"),
        (vec![line(json!(8), json!(null))], "refuted", "(strace)"),
        (vec![line(json!(null), json!("strace is away"))], "not-measured", "strace is away"),
        (vec![], "not-measured", "syscalls/http/threads/tasks=7#clone has not been counted yet"),
    ] {
        counted(&workspace, &lines);
        assert_eq!(workspace.judge_run().1, verdict);
        let text = workspace.run(&[]).stdout;
        assert!(text.contains(said), "{said} is missing in: {text}");
    }
}

fn counts_of_the_first_version_of_the_format_are_read() {
    let names = ["tokio", "sequential"].map(|cell| format!("instructions/http/{cell}/tasks=7"));
    let [of, to] = &names;
    let claim = TWICE.replace("http/sequential/limit=1", of).replace("http/tokio/limit=20", to);
    let workspace = Workspace::new(&claim);
    let line =
        |name, count| json!({"line": "instructions", "name": name, "count": count, "fault": null});
    counted(&workspace, &[line(of, 300), line(to, 100)]);
    let (_, verdict, ratio) = workspace.judge_run();
    assert_eq!(verdict, "holds");
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
}

/// A cell with seven threads. Those of the process that it starts are not its own, and neither is what
/// the meter's thread does.
const CELL: &str = r#"
use std::{env, process::Command, thread};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let threads = |number| for _ in 0..number {
        thread::spawn(|| ()).join().unwrap();
    };
    if arguments.is_empty() {
        return threads(30);
    }
    assert_eq!(arguments, ["--tasks", "7"]);
    // With the meter and the process, the five threads below are seven.
    let meter = thread::Builder::new().name("meter".into()).spawn(move || threads(10)).unwrap();
    meter.join().unwrap();
    threads(5);
    Command::new(env::current_exe().unwrap()).status().unwrap();
}
"#;

/// A cell that executes as many instructions more as it has tasks more.
const LOOP: &str = r"
fn main() {
    let tasks: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    for step in 0..tasks * 100_000 {
        std::hint::black_box(step);
    }
}
";

/// A workspace with this cell, and with this claim.
fn with_cell(cell: &str, claim: &str) -> Workspace {
    let workspace = Workspace::new(claim);
    for other in ["sequential", "tokio", "async-std"] {
        workspace.remove(&format!("examples-io/http/{other}"));
    }
    let manifest = "[package]\nname = \"http-threads\"\nedition = \"2024\"\n";
    workspace
        .write("Cargo.toml", "[workspace]\nmembers = [\"examples-io/*/*\"]\nresolver = \"3\"\n");
    workspace.write("examples-io/http/threads/Cargo.toml", manifest);
    workspace.write("examples-io/http/threads/src/main.rs", cell);
    workspace
}

fn only_the_program_itself_is_watched() {
    let workspace = with_cell(CELL, &seven_threads());
    assert_counted("strace", &workspace.run(&["--run"]));
}

/// The claim holds, or the tool that counts is not there, and that is said.
fn assert_counted(tool: &str, ran: &Ran) {
    let is_there = Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok();
    let missing = format!("not measured; {tool} cannot be started");
    let said = if is_there { "holds · twice" } else { &missing };
    assert!(ran.stdout.contains(said), "{}{}", ran.stdout, ran.stderr);
}

fn instructions_are_counted_whatever_else_runs() {
    let claim = TWICE
        .replace("http/sequential/limit=1", "instructions/http/threads/tasks=40")
        .replace("http/tokio/limit=20", "instructions/http/threads/tasks=20")
        .replace("at-least = 2", "at-least = 1.8");
    assert_counted("valgrind", &with_cell(LOOP, &claim).run(&["--run"]));
}

fn a_tool_that_fails_leaves_a_claim_unmeasured() {
    let workspace = with_cell(CELL, &seven_threads());
    workspace.write("bin/strace", "#!/bin/sh\necho 'strace: not permitted' >&2\nexit 1\n");
    let executable = PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(workspace.path("bin/strace"), executable).expect("it is ours");
    let path = env::var("PATH").expect("there is a path");
    let path = format!("{}:{path}", workspace.path("bin").display());
    let ran = Ran::of(workspace.command(&["--run"]).env("PATH", path));
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
    let reason = "not measured; strace failed (exit status: 1): strace: not permitted";
    assert!(ran.stdout.contains(reason), "{}", ran.stdout);
}

fn waits_take_exactly_as_long_as_they_should_on_the_paused_clock() {
    // As part of the workspace, so that tokio is the only crate that is built anew.
    let mut cargo = workspace::cargo::command();
    cargo.args(["build", "--locked", "--workspace", "--bin", "paused-clock"]);
    cargo.args(["--features", "paused-clock/test-util", "--target-dir"]).arg(programs::target());
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        cargo.arg("--release");
        "release"
    };
    let ran = Ran::of(cargo.current_dir(programs::workspace().root()));
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    for (tasks, limit, millis) in
        [(100, 1, 1_000), (100, 20, 50), (100, 30, 40), (100, 100, 10), (7, 1_000, 10), (0, 1, 0)]
    {
        let mut program = Command::new(programs::target().join(profile).join("paused-clock"));
        program.args(["--latency", "10ms", "--tasks", &tasks.to_string()]);
        let ran = Ran::of(program.args(["--limit", &limit.to_string()]));
        let nanos = format!("{}\n", millis * 1_000_000);
        assert_eq!((ran.status, ran.stdout), (Some(0), nanos), "{tasks}, {limit}: {}", ran.stderr);
    }
}

fn no_other_program_has_a_clock_that_can_be_paused() {
    let features = |more: &[&str]| {
        let mut cargo = workspace::cargo::command();
        cargo.args(["tree", "--locked", "--offline", "--workspace", "--edges", "features"]);
        let cargo = cargo.args(["--invert", "tokio"]).args(more);
        let ran = Ran::of(cargo.current_dir(programs::workspace().root()));
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let feature = "tokio feature \"test-util\"";
    let usual = features(&[]);
    assert!(!usual.contains(feature), "{usual}");
    assert!(features(&["--features", "paused-clock/test-util"]).contains(feature));
}
