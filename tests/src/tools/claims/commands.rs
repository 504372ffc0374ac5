//! Claims about programs: versions in Python, and pairs of a wrong and a right way.

use std::{os::unix::fs::symlink, path::Path};

use serde_json::{Value, json};

use super::workspace::{Workspace, cores};
use crate::{
    family::Ran,
    programs,
    suite::{Test, tests},
    tools::python::PYTHON,
};

/// All tests of this.
pub(super) fn tests() -> Vec<Test> {
    let python = tests!("claims", Shared:
        programs_are_run_in_blocks_and_report_their_figures,
        a_python_without_the_lock_is_not_measured,
    );
    let missing = PYTHON.as_ref().err().cloned();
    let mut tests: Vec<Test> =
        python.into_iter().map(|test| test.unless(missing.clone())).collect();
    tests.extend(tests!("claims", Shared:
        programs_are_judged_by_the_figures_that_they_report,
        a_row_without_a_table_has_a_control,
        rows_of_programs_can_be_chosen,
        without_a_python_its_claims_are_not_measured,
    ));
    tests
}

const PYTHON_CLAIM: &str = r#"
[[claim]]
id = "python"
says = "Threads of Python's are twice as fast."
why = "It is made up."
needs = "python3"
ratios = [{ of = "python/primes/sequential/below=1000", to = "python/primes/threading/below=1000,workers=P" }]
at-least = 2
"#;

const PAIR_CLAIM: &str = r#"
[[claim]]
id = "pair"
says = "Twice as much is paid."
why = "Nothing guards the time between the check and the act."
ratios = [{ of = "pairs/check-then-act#wrong-paid", to = "pairs/check-then-act#right-paid" }]
exactly = 2
"#;

/// The CRC-32 of `{"primes":168}`, which is the answer for those below 1,000.
const ANSWER: &str = "1030fbb1";

const RUN: &str = "target/claims/runs/2026-01-31T120000Z.jsonl";

/// A run of four blocks, with one turn of the control again in each, in which both rows of programs
/// were measured. `again` is how many times as long the control took the second time.
fn ran(workspace: &Workspace, wrong: f64, again: u64) {
    workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 4]);
    let canary = json!({"alone_ns": 800, "together_ns": 1000, "cores": 2});
    let calls = |wall_ns: u64, figures: Value| {
        json!({"job": "", "work": null, "answer": "", "wall_ns": [wall_ns], "user_ns": [],
            "system_ns": [], "voluntary_switches": [], "involuntary_switches": [], "faults": [],
            "in_flight": [], "memory_bytes": [], "figures": figures})
    };
    let threading = format!("python/primes/threading/below=1000,workers={}", cores());
    let figures = json!({"wrong-paid": [wrong], "right-paid": [80.0]});
    let mut lines = Vec::new();
    for block in 5..9 {
        for (row, benchmark, again, calls) in [
            ("python", "python/primes/sequential/below=1000", false, calls(3000, json!({}))),
            ("python", &threading, false, calls(1000, json!({}))),
            ("python", &threading, true, calls(1000 * again, json!({}))),
            ("pairs", "pairs/check-then-act", false, calls(5000, figures.clone())),
        ] {
            // A row's blocks are its own.
            let block = if row == "python" { block } else { block + 4 };
            lines.push(
                json!({"line": "turn", "block": block, "position": 1, "benchmark": benchmark,
                "again": again, "calls": calls}),
            );
            if again || row == "pairs" {
                lines.push(json!({"line": "block", "block": block, "row": row, "rejected": null,
                    "stolen": 0.0, "others": 0.0, "canaries": [canary, canary]}));
            }
        }
    }
    let more: String = lines.iter().map(|line| format!("{line}\n")).collect();
    workspace.write(RUN, &(workspace.read(RUN) + &more));
}

fn programs_are_judged_by_the_figures_that_they_report() {
    let workspace = Workspace::new(PYTHON_CLAIM);
    ran(&workspace, 160.0, 1);
    let (_, verdict, ratio) = workspace.judge_run();
    assert_eq!(verdict, "holds");
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
    for (wrong, verdict) in [(160.0, "holds"), (80.0, "refuted"), (0.0, "refuted")] {
        let workspace = Workspace::new(PAIR_CLAIM);
        ran(&workspace, wrong, 1);
        let (_, judged, ratio) = workspace.judge_run();
        assert_eq!(judged, verdict);
        assert!((ratio - wrong / 80.0).abs() < 1e-9, "{ratio}");
    }
    let workspace = Workspace::new(&PAIR_CLAIM.replace("#wrong-paid", "#wrong-lost"));
    ran(&workspace, 160.0, 1);
    let text = workspace.run(&[]).stdout;
    assert!(text.contains("not measured · pair"), "{text}");
    assert!(text.contains("the run has not measured pairs/check-then-act#wrong-lost"), "{text}");
}

fn a_row_without_a_table_has_a_control() {
    let control = "[[control]]\nrow = \"python\"\n\
                   measured = \"python/primes/threading/below=1000,workers=P\"\n";
    let workspace = Workspace::new(&[PYTHON_CLAIM, control].concat());
    for (again, verdict) in [(1, "holds"), (2, "not-judged")] {
        ran(&workspace, 160.0, again);
        assert_eq!(workspace.judge_run().1, verdict);
    }
}

fn rows_of_programs_can_be_chosen() {
    let controls: String = ["python", "pairs"]
        .map(|row| format!("[[control]]\nrow = \"{row}\"\nmeasured = \"{row}/a\"\n"))
        .concat();
    let other = PAIR_CLAIM.replace("\"pair\"", "\"other\"").replace("pairs/", "http/");
    let workspace = Workspace::new(&[&other, PYTHON_CLAIM, PAIR_CLAIM, &controls].concat());
    for (row, id) in [("python", "python"), ("pairs", "pair")] {
        let (_, claims) = workspace.judge(&["--only", row]);
        let ids: Vec<&Value> = claims.iter().map(|claim| &claim["id"]).collect();
        assert_eq!(ids, [id]);
    }
}

/// Nothing can be found in the only folder where programs are looked for.
fn without_a_python_its_claims_are_not_measured() {
    let workspace = Workspace::new(PYTHON_CLAIM);
    let ran = Ran::of(workspace.command(&["--run"]).env("PATH", workspace.path("benches")));
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    let reason = "there is no python3 on the PATH (it needs python3)";
    assert!(ran.stdout.contains("not measured · python"), "{}", ran.stdout);
    assert!(ran.stdout.contains(reason), "{}", ran.stdout);
    let (_, run) = workspace.only_run();
    let lines: Vec<&Value> = run.iter().map(|line| &line["line"]).collect();
    assert_eq!(lines, ["run", "fault", "fault", "end"]);
}

fn a_python_without_the_lock_is_not_measured() {
    let workspace = Workspace::new(PYTHON_CLAIM);
    workspace.write(
        "comparisons/python/meanwhile.py",
        "print('{\"name\":\"python3.14t\",\"version\":\"3.14.0\",\"gil\":false,\"program\":\"p\"}')",
    );
    let ran = workspace.run(&["--run"]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("python3 has no global interpreter lock"), "{}", ran.stdout);
}

/// In a workspace whose packages start the programs that are built already. Tests run side by side,
/// so the machine may be too busy for blocks to be accepted, and the claims then are not measured.
fn programs_are_run_in_blocks_and_report_their_figures() {
    let workspace = Workspace::new(&[PYTHON_CLAIM, PAIR_CLAIM].concat());
    workspace.write("Cargo.toml", "[workspace]\nmembers = [\"fake/*\"]\nresolver = \"3\"\n");
    for package in ["primes-sequential", "check-then-act"] {
        stand_in(&workspace, package, programs::path(package));
    }
    let folder = workspace.path("comparisons/python");
    std::fs::create_dir_all(workspace.path("comparisons")).expect("the folder can be made");
    let python = programs::workspace().root().join("comparisons/python");
    symlink(python, folder).expect("a link can be made");

    let ran = Ran::of(workspace.command(&["--run"]).env("PYTHONDONTWRITEBYTECODE", "1"));
    let (path, run) = workspace.only_run();
    let is_of = |line: &&Value, kind: &str| line["line"] == kind;
    let faults: Vec<&Value> = run.iter().filter(|line| is_of(line, "fault")).collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert!(run[0]["python"].as_str().is_some_and(|version| version.starts_with("3.")), "{path}");
    let turns: Vec<&Value> = run.iter().filter(|line| is_of(line, "turn")).collect();
    let of = |name: &str| {
        let turns = turns.iter().filter(|turn| turn["benchmark"] == name);
        turns.map(|turn| &turn["calls"]).collect::<Vec<_>>()
    };
    let threading = of(&format!("python/primes/threading/below=1000,workers={}", cores()));
    let sequential = of("python/primes/sequential/below=1000");
    let pair = of("pairs/check-then-act");
    let blocks =
        |row: &str| run.iter().filter(|line| is_of(line, "block") && line["row"] == row).count();
    assert!(blocks("python") > 0 && blocks("pairs") > 0, "{path}: {}", ran.stderr);
    assert_eq!([threading.len(), sequential.len()], [blocks("python"); 2]);
    assert_eq!(pair.len(), blocks("pairs"));
    for calls in [threading, sequential].concat() {
        assert_eq!(calls["wall_ns"].as_array().map(Vec::len), Some(1), "{calls}");
        assert_eq!(calls["answer"], ANSWER, "{calls}");
        assert_eq!(calls["in_flight"], json!([1]), "there is one segment: {calls}");
    }
    for calls in pair {
        assert_eq!(calls["figures"], json!({"wrong-paid": [160.0], "right-paid": [80.0]}));
        assert!(calls["wall_ns"][0].as_u64().is_some_and(|wall| wall > 0), "{calls}");
    }
    if run.last().is_some_and(|line| line["line"] == "end") && blocks("pairs") == 8 {
        assert!(ran.stdout.contains("holds · pair"), "{}", ran.stdout);
    }
}

/// A package whose program becomes another as soon as it is started.
fn stand_in(workspace: &Workspace, package: &str, program: &Path) {
    let folder = format!("fake/{package}");
    let program = program.to_str().expect("its path is Unicode");
    workspace.write(
        &format!("{folder}/Cargo.toml"),
        &format!("[package]\nname = \"{package}\"\nedition = \"2024\"\n"),
    );
    workspace.write(
        &format!("{folder}/src/main.rs"),
        &format!(
            "use std::os::unix::process::CommandExt;\n\
             fn main() {{\n    \
                 let mut command = std::process::Command::new({program:?});\n    \
                 panic!(\"{{}}\", command.args(std::env::args().skip(1)).exec());\n\
             }}\n"
        ),
    );
}
