//! `compare worthwhile`: the smallest pieces of work that repay handing them over.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::compare::{AS_CARGO, assert_contains};
use crate::{
    cells::text,
    family::{Family, Ran},
    patience::{PATIENCE, wait_until},
    programs,
    suite::{Test, tests},
};

/// All of these tests.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = tests!("compare", Shared:
        a_price_list_that_is_none_is_refused,
        on_one_core_nothing_can_repay,
        a_program_that_cannot_measure_is_reported,
        ctrl_c_ends_the_program_that_measures,
    );
    // These look at what was measured.
    tests.extend(tests!("compare", Alone:
        the_smallest_piece_is_predicted_and_measured_for_each_approach,
        where_the_prices_are_the_same_the_measurement_tells_the_difference,
    ));
    tests
}

/// A command that measures with this program. It is there already, so this very program takes cargo's
/// place.
fn command(measurer: &Path, arguments: &[&str]) -> Command {
    let built = json!({ "target": { "name": "cost-of-a-task" }, "executable": measurer });
    let mut command = Command::new(programs::path("compare"));
    command
        .arg("worthwhile")
        .args(arguments)
        .current_dir(programs::workspace().root())
        .stdin(Stdio::null())
        .env("CARGO", env::current_exe().expect("this program has a path"))
        .env(AS_CARGO, format!("{built}\n"));
    command
}

fn run(arguments: &[&str]) -> Ran {
    Ran::of(&mut command(programs::path("cost-of-a-task"), arguments))
}

fn approach<'a>(json: &'a Value, name: &str) -> &'a Value {
    let approaches = json["approaches"].as_array().expect("it is a list");
    let found = approaches.iter().find(|approach| approach["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is missing in {json}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn the_smallest_piece_is_predicted_and_measured_for_each_approach() {
    let ran = run(&["--runs", "2", "--json"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let json = ran.json();
    let cores = number(&json["machine"]["cores"]);
    for name in ["rayon", "tokio", "smol", "async-std", "thread", "process"] {
        let approach = approach(&json, name);
        let cost = number(&approach["cost_ns"]["value"]);
        let predicted = number(&approach["predicted_ns"]["value"]);
        assert!(cost > 0.0, "{approach}");
        assert!((predicted / cost - cores / (cores - 1.0)).abs() < 1e-6, "{approach}");
        assert!((number(&approach["nearly_free_ns"]) / cost - 10.0).abs() < 1e-6, "{approach}");
        let sweep = approach["sweep"].as_array().expect("it is a list");
        assert_eq!(sweep.len(), 7, "{approach}");
        assert!(sweep.iter().all(|step| number(&step["piece_ns"]) > 0.0), "{approach}");
    }
    // Where a gain begins: before the first piece, or not until the last, if it is not in between.
    let begin = |name: &str| {
        let approach = approach(&json, name);
        let sweep = approach["sweep"].as_array().expect("it is a list");
        let [first, .., last] = &sweep[..] else { panic!("{approach}") };
        approach["measured_ns"]["value"].as_f64().unwrap_or_else(|| {
            let wins = number(&last["speed_up"]["value"]) > 1.0;
            number(&(if wins { first } else { last })["piece_ns"])
        })
    };
    assert!(0.0 < begin("rayon") && begin("rayon") < begin("thread"), "{json}");
    let predicted = |name: &str| number(&approach(&json, name)["predicted_ns"]["value"]);
    assert!(predicted("thread") > 2.0 * predicted("rayon"), "{json}");
    assert!(predicted("process") > 2.0 * predicted("thread"), "{json}");
    let sentences = json["sentences"].as_array().expect("it is a list");
    assert!(!sentences.is_empty(), "{json}");
}

/// The prices say that a rayon job costs as much as a thread. The same pieces are measured of both then,
/// so what they show is not what the prices say.
fn where_the_prices_are_the_same_the_measurement_tells_the_difference() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("prices.json");
    let price = |kind: &str| {
        json!({ "kind": kind, "price": "create", "size": 100, "samples": [10_000.0],
            "estimate": { "value": 10_000.0, "low": 9_000.0, "high": 11_000.0 } })
    };
    let prices = json!({ "version": 1, "prices": [price("thread"), price("rayon")] });
    fs::write(&file, prices.to_string()).expect("the folder is ours");
    let ran = run(&["--prices", text(&file), "--runs", "9", "--json"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(json["approaches"].as_array().map(Vec::len), Some(2), "{json}");
    // Of small pieces, since there the cost matters most: 2.5 to 20 µs.
    let gain = |name: &str| {
        let gains = (0..4).map(|place| &approach(&json, name)["sweep"][place]["speed_up"]["value"]);
        gains.map(|gain| number(gain).ln()).sum::<f64>() / 4.0
    };
    assert!(gain("rayon") > gain("thread") + 2_f64.ln(), "{json}");

    let ran = run(&["--prices", text(&file), "--runs", "2"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_contains(&ran.stdout, "The smallest piece of work that repays handing it over, on ");
    for line in ran.stdout.lines().filter(|line| line.starts_with(['r', 't'])) {
        assert!(line.chars().count() <= 80, "{line}");
        assert_contains(line, "10.0 µs");
    }
}

fn a_price_list_that_is_none_is_refused() {
    run(&["--prices", "/nonexistent/prices"]).refused(1, "cannot read /nonexistent/prices");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("prices.json");
    for (prices, complaint) in [
        ("[]", "is no output of cost-of-a-task --json"),
        ("{\"prices\":[]}", "the prices tell of none of these"),
    ] {
        fs::write(&file, prices).expect("the folder is ours");
        let ran = run(&["--prices", text(&file), "--json"]);
        ran.refused(1, complaint);
    }
}

fn on_one_core_nothing_can_repay() {
    let on_one_core = |arguments: &[&str]| {
        let here = command(Path::new("/nonexistent/program"), arguments);
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(here.get_program()).args(here.get_args());
        Ran::of(command.current_dir(programs::workspace().root()))
    };
    let ran = on_one_core(&[]);
    let line =
        "On one core no piece of work repays handing it over: w/1 + s is never less than w.\n";
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(0), line, ""));
    let json = on_one_core(&["--json"]).json();
    assert_eq!((&json["machine"]["cores"], &json["approaches"]), (&json!(1), &json!([])));
}

fn a_program_that_cannot_measure_is_reported() {
    for (program, complaint) in [
        ("/nonexistent/program", "cannot measure the prices: it cannot be run"),
        ("/bin/false", "cannot measure the prices: exit status: 1"),
        ("/bin/echo", "cannot measure the prices: its prices cannot be read"),
    ] {
        Ran::of(&mut command(Path::new(program), &["--json"])).refused(1, complaint);
    }
}

fn ctrl_c_ends_the_program_that_measures() {
    let mut family =
        Family::spawn(&mut command(programs::path("cost-of-a-task"), &["--runs", "1000"]));
    wait_until("something is measured", || family.living("MEANWHILE_WORKER=").len() == 1);
    family.signal("-INT");
    assert!(family.ends_within(PATIENCE), "{:?} live on", family.living(""));
    let ran = family.end();
    let too_soon = "interrupted before a round was complete\n";
    assert_eq!((ran.status, &*ran.stderr), (Some(130), too_soon));
}
