//! The program `cost-of-a-task`, as a user runs it.

use std::{fs, path::Path, sync::LazyLock, time::Duration};

use serde_json::{Value, json};

use crate::{
    cells::text,
    family::{Family, Ran},
    patience::wait_until,
    programs,
    suite::{Test, tests},
};

/// All tests of the program.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = tests!("cost-of-a-task", Shared:
        the_tables_show_our_figures_beside_the_published_ones,
        the_chart_has_a_dot_for_every_figure,
        only_what_is_asked_for_is_measured,
        pieces_of_work_are_measured_if_they_are_named,
        a_limit_of_the_system_is_told_and_the_point_left_out,
        wrong_arguments_are_refused_in_one_line,
        a_chart_that_cannot_be_written_is_refused_before_anything_is_measured,
        a_list_of_an_earlier_run_is_shown_without_measuring,
    );
    // The first five look at one price list. It is measured while nothing else runs, since two of
    // them compare its figures.
    tests.extend(tests!("cost-of-a-task", Alone:
        every_kind_is_created_and_held,
        every_ring_and_every_channel_is_measured,
        every_figure_has_its_samples_and_lies_within_its_interval,
        a_process_costs_more_than_a_thread_and_a_thread_more_than_a_task,
        the_memory_of_a_process_is_more_than_that_of_a_thread_and_that_more_than_that_of_a_task,
        ctrl_c_ends_everything_within_a_second,
        nobody_outlives_a_parent_that_is_killed,
    ));
    tests
}

/// What everything is measured of, by the names on the command line.
const KINDS: [&str; 12] = [
    "call",
    "tokio-join-all",
    "async-std-join-all",
    "smol-join-all",
    "tokio",
    "async-std",
    "smol",
    "rayon",
    "thread",
    "small-thread",
    "crossbeam",
    "process",
];

fn program() -> &'static Path {
    programs::path("cost-of-a-task")
}

fn start(arguments: &[&str]) -> Family {
    Family::start(program(), arguments)
}

fn run(arguments: &[&str]) -> Ran {
    start(arguments).end()
}

/// Runs it where no more than so many files may be open.
fn run_with_files(files: usize, arguments: &[&str]) -> Ran {
    let script = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
    let command = ["-c", &script, text(program())];
    Family::start(Path::new("sh"), &[&command, arguments].concat()).end()
}

/// The whole price list, measured once.
static PRICES: LazyLock<Value> = LazyLock::new(|| {
    let ran = run(&["--quick", "--json"]);
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""));
    ran.json()
});

fn figures(json: &Value) -> &[Value] {
    json["prices"].as_array().expect("there are prices")
}

/// The least of a point's samples, if it was measured. Tests run beside others, which spoils many
/// a sample; the least of them is the one that was spoilt least.
fn find(kind: &str, price: &str, size: usize) -> Option<f64> {
    let figure = figures(&PRICES).iter().find(|figure| {
        figure["kind"] == kind && figure["price"] == price && figure["size"] == size
    });
    let samples = figure?["samples"].as_array().expect("they are a list");
    samples.iter().filter_map(Value::as_f64).reduce(f64::min)
}

fn price(kind: &str, price: &str, size: usize) -> f64 {
    find(kind, price, size).unwrap_or_else(|| panic!("no {price} of {size}, {kind}"))
}

fn every_kind_is_created_and_held() {
    for kind in KINDS {
        // To await a single future is no join_all, and calls are not under way side by side.
        assert_eq!(find(kind, "create", 1).is_some(), !kind.ends_with("join-all"), "{kind}");
        let many = match kind {
            "process" => 20,
            "thread" | "small-thread" | "crossbeam" => 100,
            _ => 1_000,
        };
        assert_eq!(find(kind, "create", many).is_some(), kind != "call", "{kind}");
        assert!(find(kind, "memory", 100).is_some(), "{kind}");
        assert_eq!(find(kind, "memory", 1_000).is_some(), kind != "process", "{kind}");
    }
}

fn every_ring_and_every_channel_is_measured() {
    let over = |price, kinds: &[&str], sizes: &[usize]| {
        for kind in KINDS {
            for &size in sizes {
                let there = find(kind, price, size).is_some();
                assert_eq!(there, kinds.contains(&kind), "{price} of {size}, {kind}");
            }
        }
    };
    let rings = [2, 10, 100];
    over("switch-pipes", &["thread", "process", "tokio", "async-std", "smol"], &rings);
    over("switch-channels", &["thread", "crossbeam", "tokio", "async-std", "smol"], &rings);
    let channels = ["thread", "crossbeam", "process", "tokio", "async-std", "smol"];
    over("message", &channels, &[1, 2]);
}

fn every_figure_has_its_samples_and_lies_within_its_interval() {
    for figure in figures(&PRICES) {
        let end = |name: &str| figure["estimate"][name].as_f64().expect("it is a number");
        assert!(end("low") <= end("value") && end("value") <= end("high"), "{figure}");
        assert!(figure["samples"].as_array().is_some_and(|samples| samples.len() >= 2), "{figure}");
        let unit = if figure["price"] == "memory" { "bytes" } else { "ns" };
        assert_eq!(figure["unit"], unit);
    }
    assert_eq!(PRICES["version"], 1);
    assert_eq!(PRICES["left_out"], json!([]));
    for list in ["ratios", "published", "sources"] {
        assert!(PRICES[list].as_array().is_some_and(|list| !list.is_empty()), "{list}");
    }
}

fn a_process_costs_more_than_a_thread_and_a_thread_more_than_a_task() {
    // Many at once: to spawn a single task and to await it may have to wake a thread.
    let process = price("process", "create", 20);
    let thread = price("thread", "create", 100);
    assert!(process > 2.0 * thread, "{process} and {thread} ns");
    for kind in ["tokio", "async-std", "smol", "tokio-join-all", "rayon"] {
        let task = price(kind, "create", 1_000);
        assert!(thread > 2.0 * task, "{thread} and {task} ns, {kind}");
        let call = price("call", "create", 1);
        assert!(task > 2.0 * call, "{task} and {call} ns, {kind}");
    }
}

fn the_memory_of_a_process_is_more_than_that_of_a_thread_and_that_more_than_that_of_a_task() {
    let process = price("process", "memory", 100);
    let thread = price("thread", "memory", 1_000);
    assert!(process > 2.0 * thread, "{process} and {thread} bytes");
    for task in ["tokio", "async-std", "smol", "tokio-join-all", "rayon", "call"] {
        let task_memory = price(task, "memory", 1_000);
        assert!(thread > 2.0 * task_memory, "{thread} and {task_memory} bytes, {task}");
    }
}

fn only_what_is_asked_for_is_measured() {
    let arguments = ["--quick", "--json", "--only", "tokio,thread", "--prices", "create,message"];
    let json = run(&arguments).json();
    assert_eq!(figures(&json).len(), 2 * (2 + 2), "{json}");
    for figure in figures(&json) {
        assert!(["tokio", "thread"].map(Value::from).contains(&figure["kind"]), "{figure}");
        assert!(["create", "message"].map(Value::from).contains(&figure["price"]), "{figure}");
    }
}

fn pieces_of_work_are_measured_if_they_are_named() {
    let arguments = ["--quick", "--only", "call,rayon,process,tokio-join-all", "--prices", "work"];
    let more = ["--pieces", "1us,1ms", "--samples", "2"];
    let json = run(&[&arguments[..], &more, &["--json"]].concat()).json();
    // What is polled in place is handed to nobody.
    assert_eq!(figures(&json).len(), 3 * 2, "{json}");
    let least = |kind: &str, size: usize| {
        let figure = figures(&json)
            .iter()
            .find(|figure| (&figure["kind"], &figure["size"]) == (&kind.into(), &size.into()));
        let figure = figure.unwrap_or_else(|| panic!("{kind}, {size}: {json}"));
        assert_eq!(figure["samples"].as_array().map(Vec::len), Some(2), "{figure}");
        figure["estimate"]["low"].as_f64().expect("it is a number")
    };
    // The least of the samples is the one that others have disturbed least.
    assert!(least("call", 1_000_000) > 50.0 * least("call", 1_000), "{json}");
    assert!(least("process", 1_000) > 10.0 * least("call", 1_000), "{json}");
    let ran = run(&[&arguments[..], &more].concat());
    assert!(ran.stdout.contains("\nplain loop "), "{}", ran.stdout);
}

fn the_tables_show_our_figures_beside_the_published_ones() {
    let ran = run(&["--quick", "--only", "async-std,thread,process"]);
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""));
    for part in [
        "one at a time",
        "many together",
        "17.0 µs a, 66.0 µs b",
        "502 B c",
        "pipes, processes",
        "async-channel, async-std",
        "https://github.com/jimblandy/context-switch",
        " times as long to create and join as ",
    ] {
        assert!(ran.stdout.contains(part), "{part:?} is missing in:\n{}", ran.stdout);
    }
    let named = ran.stdout.matches("async-std").count();
    assert_eq!(ran.stdout.matches("(discontinued)").count(), named, "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "nothing is coloured in a pipe");
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 110, "{} columns: {line}", line.chars().count());
    }
}

fn the_chart_has_a_dot_for_every_figure() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("prices.svg");
    let ran = run(&["--quick", "--json", "--only", "smol,call", "--svg", text(&file)]);
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""));
    let picture = fs::read_to_string(&file).expect("the chart was written");
    let dots = picture.matches("<title>smol").count()
        + picture.matches("<title>function call").count()
        + picture.matches("<title>pipes, smol").count()
        + picture.matches("<title>channels, smol").count()
        + picture.matches("<title>async-channel, smol").count();
    assert_eq!(dots, figures(&ran.json()).len(), "{picture}");
}

fn a_limit_of_the_system_is_told_and_the_point_left_out() {
    let arguments = ["--quick", "--only", "thread,tokio", "--prices", "switch"];
    let ran = run_with_files(64, &arguments);
    assert_eq!((ran.status, &*ran.stderr), (Some(0), ""), "{}", ran.stdout);
    for kind in ["threads", "tokio tasks"] {
        let start = format!(
            "left out: a ring of 100, pipes, {kind}: no room for 200 open files: ulimit -n is 64, "
        );
        let lines = ran.stdout.lines().filter(|line| line.starts_with(&start)).count();
        assert_eq!(lines, 1, "{}", ran.stdout);
    }
    assert_eq!(ran.stdout.matches("left out").count(), 2, "{}", ran.stdout);

    let json = run_with_files(64, &[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(json["left_out"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(json["left_out"][0]["failed"], false);
    let left_out = |figure: &Value| figure["price"] == "switch-pipes" && figure["size"] == 100;
    assert!(!figures(&json).iter().any(left_out), "{json}");
}

fn wrong_arguments_are_refused_in_one_line() {
    for (arguments, complaint) in [
        (&["--only", "fibre"][..], "fibre"),
        (&["--only", "tokio,,smol"], "--only"),
        (&["--prices", "time"], "create, memory, switch, message"),
        (&["--svg"], "--svg"),
        (&["--pieces", "5h"], "it must lie between 1ns and 1s"),
        (&["--samples", "0"], "--samples"),
        (&["--slow"], "--slow"),
        (&["tokio"], "tokio"),
    ] {
        run(arguments).refused(2, complaint);
    }
}

fn a_chart_that_cannot_be_written_is_refused_before_anything_is_measured() {
    let ran = run(&["--svg", "/nonexistent/prices.svg"]);
    ran.refused(1, "cannot write /nonexistent/prices.svg");
}

fn ctrl_c_ends_everything_within_a_second() {
    let mut family = start_with_processes();
    family.signal("-INT");
    assert!(family.ends_within(Duration::from_secs(1)), "it goes on after Ctrl-C");
    let ran = family.end();
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(130), "", "interrupted\n"));
}

fn nobody_outlives_a_parent_that_is_killed() {
    let mut family = start_with_processes();
    family.signal("-KILL");
    assert!(family.ends_within(Duration::from_secs(1)), "{:?} live on", family.living(""));
    assert_eq!(family.end().status, None);
}

/// Starts a long measurement, and waits until some of the processes that it measures are there.
fn start_with_processes() -> Family {
    let family = start(&["--only", "process", "--prices", "switch,memory"]);
    wait_until("three processes", || family.living("MEANWHILE_COST_ROLE=").len() >= 3);
    family
}

fn a_list_of_an_earlier_run_is_shown_without_measuring() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let list = json!({
        "version": 1,
        "machine": {"cores": 9, "free_cores": null},
        "prices": [{"kind": "thread", "price": "create", "size": 1, "samples": [50_000.0, 50_000.0]}],
        "left_out": [],
    });
    let (from, svg) = (folder.path().join("list.json"), folder.path().join("prices.svg"));
    fs::write(&from, list.to_string()).expect("it can be written");
    let ran = run(&["--from", text(&from), "--svg", text(&svg)]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("A recorded run. Using 9 cores"), "{}", ran.stdout);
    assert!(ran.stdout.contains("50.0 µs"), "{}", ran.stdout);
    let svg = fs::read_to_string(&svg).expect("it is written");
    assert!(svg.contains("<title>std thread, 1: 50.0 µs"), "{svg}");

    fs::write(&from, "{}").expect("it can be written");
    run(&["--from", text(&from)]).refused(1, "list.json: it holds no price list");
    run(&["--from", text(&folder.path().join("none"))]).refused(1, "cannot use ");
    run(&["--from", text(&from), "--quick"]).refused(2, "--quick");
}
