//! The contract that every cell of every row keeps, whatever its approach. A row describes itself
//! once, and each of its cells goes through all of these checks.

use std::{
    collections::BTreeSet,
    fs,
    io::pipe,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use workspace::{Approach, Workers};

use crate::{
    cells::{Cells, children, text},
    family::{Family, Ran, WORKER, write_as},
    suite::{
        Pace::{self, Alone, Shared},
        Test,
    },
};

/// What a row says of itself.
#[derive(Clone, Copy)]
pub(crate) struct Contract {
    /// Its cells.
    pub(crate) cells: &'static Cells,
    /// What one unit of work is called.
    pub(crate) unit: &'static str,
    /// How often a unit runs at least, between one wait and the next.
    pub(crate) runs_of_a_unit: usize,
    /// Some units of work that are done in a moment.
    pub(crate) quick: fn() -> Input,
    /// No unit of work at all.
    pub(crate) empty: fn() -> Input,
    /// One unit of work.
    pub(crate) single: fn() -> Input,
    /// Units that are long enough for three of them to be in flight at once.
    pub(crate) wide: fn() -> Input,
    /// Work that three worker processes do for a second or more.
    pub(crate) lasting: fn() -> Input,
    /// Work that is not done before something happens to it.
    pub(crate) endless: fn() -> Input,
    /// What becomes of a run that loses a worker process.
    pub(crate) lost_worker: LostWorker,
    /// Whether a worker's answers come through its stdout, where a test can add to them.
    pub(crate) answers_by_stdout: bool,
    /// The thread that a cell's process has from the moment on at which the job begins, and all that
    /// it needs stands: the meter, unless others have to come first.
    pub(crate) at_work: &'static str,
    /// Arguments that are wrong, with the exit status and a part of what is said of them.
    pub(crate) refused: &'static [(&'static [&'static str], i32, &'static str)],
}

/// What becomes of a run that loses a worker process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LostWorker {
    /// Another one takes its place.
    Replaced,
    /// The run ends with an error: what the worker knew is gone.
    Fatal,
}

/// What a cell works on: arguments, and files that are there as long as this.
pub(crate) struct Input {
    arguments: Vec<String>,
    _files: Option<TempDir>,
}

impl Input {
    /// What the cells make for themselves from these arguments.
    pub(crate) fn of(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { arguments, _files: None }
    }

    /// Files that `make` makes in a folder; it returns the arguments that name them.
    pub(crate) fn in_folder(make: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { arguments: make(folder.path()), _files: Some(folder) }
    }

    /// The arguments, and some more.
    pub(crate) fn with<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        self.arguments.iter().map(String::as_str).chain(more.iter().copied()).collect()
    }
}

/// A check that one cell goes through.
type Check = fn(&Contract, &Approach);

/// All checks, with what they need of the machine.
const CHECKS: [(&str, Pace, Check); 19] = [
    ("same_answer", Shared, same_answer),
    ("empty_input", Shared, empty_input),
    ("single_unit", Shared, single_unit),
    ("one_worker", Shared, one_worker),
    ("one_in_flight", Shared, one_in_flight),
    ("limit_kept_and_reached", Shared, limit_kept_and_reached),
    ("json", Shared, json_has_its_fields),
    ("timeline_and_trace", Shared, timeline_and_trace),
    ("wrong_usage", Shared, wrong_usage),
    ("closed_stdout", Shared, closed_stdout),
    ("closed_stderr", Shared, closed_stderr),
    ("nothing_left_behind", Shared, nothing_left_behind),
    ("a_unit_panics", Shared, a_unit_panics),
    ("few_open_files", Shared, few_open_files),
    ("terminated", Shared, terminated),
    ("ctrl_c", Alone, ctrl_c),
    ("parent_killed", Alone, parent_killed),
    ("worker_killed", Shared, worker_killed),
    ("worker_writes_rubbish", Shared, worker_writes_rubbish),
];

/// The checks that only cells with worker processes go through.
const OF_PROCESSES: [&str; 2] = ["worker_killed", "worker_writes_rubbish"];

/// All checks of all cells of a row.
pub(crate) fn tests(contract: &'static Contract) -> Vec<Test> {
    let row = contract.cells.row();
    let mut tests = Vec::new();
    for approach in row.cells.iter().map(|cell| &cell.approach) {
        for (name, pace, check) in CHECKS {
            let processes = approach.workers() == Some(Workers::Processes);
            if OF_PROCESSES.contains(&name) && !processes
                || name == "worker_writes_rubbish" && !contract.answers_by_stdout
            {
                continue;
            }
            let name = format!("{}::{}::{name}", row.name, approach.name());
            tests.push(Test::new(name, pace, move || check(contract, approach)));
        }
    }
    tests
}

/// Whether a worker numbers its units by itself, as one of a server does.
fn numbers_its_units(contract: &Contract, approach: &Approach) -> bool {
    approach.workers() == Some(Workers::Processes) && !contract.answers_by_stdout
}

fn same_answer(contract: &Contract, approach: &Approach) {
    agrees(contract, approach, contract.quick, &[]);
}

fn empty_input(contract: &Contract, approach: &Approach) {
    agrees(contract, approach, contract.empty, &[]);
}

fn single_unit(contract: &Contract, approach: &Approach) {
    agrees(contract, approach, contract.single, &[]);
}

fn one_worker(contract: &Contract, approach: &Approach) {
    agrees(contract, approach, contract.quick, &["--workers", "1"]);
}

fn one_in_flight(contract: &Contract, approach: &Approach) {
    agrees(contract, approach, contract.quick, &["--limit", "1"]);
}

/// The answer and the failures are sequential's, to the letter.
fn agrees(contract: &Contract, approach: &Approach, input: fn() -> Input, more: &[&str]) {
    contract.cells.agrees(approach.name(), &input().with(more));
}

/// No more than the limit are in flight at once, and no fewer.
fn limit_kept_and_reached(contract: &Contract, approach: &Approach) {
    let input = (contract.wide)();
    let arguments = input.with(&["--json", "--limit", "3", "--workers", "3"]);
    let ran = contract.cells.run(approach.name(), &arguments).json();
    let expected = if approach.is_baseline() { 1 } else { 3 };
    assert_eq!(ran["limit"], expected);
    assert_eq!(ran["peak_in_flight"], expected);
}

/// What `--json` prints has the fields of the design, and no others.
fn json_has_its_fields(contract: &Contract, approach: &Approach) {
    const TEXTS: [&str; 3] = ["workload", "approach", "headline"];
    const NUMBERS: [&str; 12] = [
        "version",
        "units",
        "limit",
        "workers",
        "wall_ns",
        "cpu_user_ns",
        "cpu_system_ns",
        "peak_rss_bytes",
        "threads",
        "voluntary_switches",
        "involuntary_switches",
        "peak_in_flight",
    ];
    let input = (contract.quick)();
    let ran = contract.cells.run(approach.name(), &input.with(&["--json"])).json();
    let fields: BTreeSet<&str> =
        ran.as_object().expect("it is an object").keys().map(String::as_str).collect();
    let mut expected: BTreeSet<&str> = TEXTS.into_iter().chain(NUMBERS).collect();
    expected.extend(["input", "answer", "failures"]);
    if fields.contains("figures") {
        expected.insert("figures");
    }
    // How long the start of the workers took, where the harness's pool has started some.
    let pool = approach.workers() == Some(Workers::Processes) && contract.answers_by_stdout;
    if pool {
        expected.insert("start_ns");
        let times = ["start_ns", "wall_ns"].map(|name| ran[name].as_u64());
        assert!(times[0] > Some(0) && times[0] < times[1], "{times:?}");
    }
    assert_eq!(fields, expected);
    assert_eq!((&ran["version"], &ran["workload"]), (&json!(1), &json!(contract.cells.row().name)));
    assert_eq!(ran["approach"], approach.name());
    for name in TEXTS {
        assert!(ran[name].is_string(), "{name} is {}", ran[name]);
    }
    for name in NUMBERS {
        assert!(ran[name].is_u64(), "{name} is {}", ran[name]);
    }
    for name in ["units", "wall_ns", "peak_rss_bytes", "threads", "peak_in_flight"] {
        assert!(ran[name].as_u64() > Some(0), "{name} is {}", ran[name]);
    }
    assert!(ran["failures"].is_array() && ran["input"].is_object() && !ran["answer"].is_null());
}

/// The timeline and the trace show every unit, from its begin to its end.
pub(crate) fn timeline_and_trace(contract: &Contract, approach: &Approach) {
    let folder = temporary();
    let file = folder.path().join("trace.json");
    let input = (contract.quick)();
    let more = ["--json", "--workers", "2", "--limit", "4", "--timeline", "--trace", text(&file)];
    let ran = contract.cells.run(approach.name(), &input.with(&more));
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let units = ran.json()["units"].as_u64().expect("it is a number");

    let drawn = format!(" of {units} {}s\n", contract.unit);
    assert!(ran.stderr.contains(&drawn), "{drawn:?} is not in: {}", ran.stderr);

    let trace = fs::read(&file).expect("the trace was written");
    let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("it has events");
    let of_kind = |kind: &str| -> Vec<String> {
        let of_kind = events.iter().filter(|event| event["ph"] == kind);
        let names = of_kind.map(|event| event["name"].as_str().unwrap_or_default());
        // Other events tell in which states a unit was meanwhile.
        let is_unit = |name: &&str| name.starts_with(&format!("{} ", contract.unit));
        let mut names: Vec<String> = names.filter(is_unit).map(String::from).collect();
        names.sort();
        names
    };
    let mut all: Vec<String> = (0..units).map(|unit| format!("{} {unit}", contract.unit)).collect();
    all.sort();
    let (begun, ended) = (of_kind("b"), of_kind("e"));
    assert_eq!(begun, ended, "the units that begin and those that end");
    if numbers_its_units(contract, approach) {
        // Each worker numbers its own units, out of the way of the others.
        let names: BTreeSet<&String> = begun.iter().collect();
        assert_eq!((begun.len(), names.len()), (all.len(), all.len()), "{begun:?}");
    } else {
        assert_eq!(begun, all, "the units that begin");
    }
    let runs = of_kind("X").len();
    assert!(runs >= all.len() * contract.runs_of_a_unit, "{units} units run {runs} times");
}

/// Wrong arguments get one line that names them, and a status of 1 or 2.
fn wrong_usage(contract: &Contract, approach: &Approach) {
    let of_all: [(&[&str], i32, &str); 5] = [
        (&["--limit", "0"], 2, "--limit"),
        (&["--workers", "0"], 2, "--workers"),
        (&["--workers", "none"], 2, "none"),
        (&["--no-such-flag"], 2, "--no-such-flag"),
        (&["--trace", "/nonexistent/trace"], 1, "/nonexistent/trace"),
    ];
    for (arguments, status, complaint) in of_all.iter().chain(contract.refused) {
        contract.cells.run(approach.name(), arguments).refused(*status, complaint);
    }
}

/// Whoever reads the report may have seen enough: that is no failure, and no panic.
fn closed_stdout(contract: &Contract, approach: &Approach) {
    let input = (contract.quick)();
    for format in [&[][..], &["--json"], &["--timeline"]] {
        let (reader, writer) = pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = contract.cells.command(approach.name(), &input.with(format));
        let output = command.stdin(Stdio::null()).stdout(writer).output();
        let ran = Ran::from(output.expect("a program that was built can be started"));
        assert_eq!((ran.status, &*ran.stderr), (Some(0), ""), "{format:?}");
    }
}

/// That nobody hears what it says on stderr changes neither a run's report nor its status.
fn closed_stderr(contract: &Contract, approach: &Approach) {
    let input = (contract.quick)();
    let report = input.with(&["--json", "--timeline"]);
    for (arguments, status, lines) in [(&report[..], 0, 1), (&["--limit", "0"], 2, 0)] {
        let (reader, writer) = pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = contract.cells.command(approach.name(), arguments);
        let output = command.stdin(Stdio::null()).stderr(writer).output();
        let ran = Ran::from(output.expect("a program that was built can be started"));
        assert_eq!((ran.status, ran.stdout.lines().count()), (Some(status), lines));
    }
}

/// If a unit of work panics, the program says so and fails; it does not wait for ever. Where workers
/// number their units, a panic costs a client its connection. It comes again, as another unit.
fn a_unit_panics(contract: &Contract, approach: &Approach) {
    let folder = temporary();
    let comes_again = numbers_its_units(contract, approach);
    // With one worker nobody is left to do the rest, with three there are others that may wait.
    for at_once in ["1", "3"] {
        let input = (contract.wide)();
        let arguments = input.with(&["--json", "--limit", at_once, "--workers", at_once]);
        let mut command = contract.cells.command(approach.name(), &arguments);
        command.env("MEANWHILE_PANIC", "0").env("TMPDIR", folder.path());
        let ran = Family::spawn(command.stdin(Stdio::null())).end();
        assert_eq!(ran.status, Some((!comes_again).into()), "{at_once}: {}", ran.stderr);
        let said = ran.stderr.contains("unit 0 panics, as MEANWHILE_PANIC asks");
        assert!(said, "{at_once}: {}", ran.stderr);
        assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
    }
}

/// A program that may open next to no files says so if they do not suffice. It does not wait for
/// ever, nor panic, and nothing is left of what it has made.
fn few_open_files(contract: &Contract, approach: &Approach) {
    let (input, folder) = ((contract.quick)(), temporary());
    for files in [5, 12, 13, 14, 16, 20] {
        let mut command = Command::new("sh");
        let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
        command.args(["-c", &script]).arg(contract.cells.program(approach.name()));
        command.args(input.with(&["--json"])).env("TMPDIR", folder.path()).stdin(Stdio::null());
        let ran = Family::spawn(&mut command).end();
        let failed = !ran.stderr.is_empty();
        assert_eq!(ran.status, Some(failed.into()), "{files}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{files}: {}", ran.stderr);
        assert!(children(folder.path()).is_empty(), "{files}: {:?}", children(folder.path()));
    }
}

/// What a run makes for itself is gone at its end.
fn nothing_left_behind(contract: &Contract, approach: &Approach) {
    let (input, folder) = ((contract.quick)(), temporary());
    let mut command = contract.cells.command(approach.name(), &input.with(&[]));
    let ran = Ran::of(command.env("TMPDIR", folder.path()));
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
}

/// A run that is asked to end does so in good order.
fn terminated(contract: &Contract, approach: &Approach) {
    let (input, folder) = ((contract.endless)(), temporary());
    let mut family = under_way(contract, approach, &input, &folder);
    family.signal("-TERM");
    ended_in_good_order(family, &folder);
}

/// Ctrl-C ends a run in good order, within a second.
fn ctrl_c(contract: &Contract, approach: &Approach) {
    let (input, folder) = ((contract.endless)(), temporary());
    let mut family = under_way(contract, approach, &input, &folder);
    family.signal("-INT");
    assert!(family.ends_within(Duration::from_secs(1)), "it goes on after Ctrl-C");
    ended_in_good_order(family, &folder);
}

fn ended_in_good_order(family: Family, folder: &TempDir) {
    let ran = family.end();
    assert_eq!(
        (ran.status, &*ran.stdout, &*ran.stderr),
        (Some(130), "", "interrupted\n"),
        "status, stdout and stderr"
    );
    assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
}

/// Nobody outlives a parent that is killed: neither workers nor helpers.
fn parent_killed(contract: &Contract, approach: &Approach) {
    let (input, folder) = ((contract.endless)(), temporary());
    let mut family = under_way(contract, approach, &input, &folder);
    family.signal("-KILL");
    assert!(family.ends_within(Duration::from_secs(1)), "{:?} live on", family.living(""));
    assert_eq!(family.end().status, None);
}

/// A worker that is killed costs nothing but time, or ends the run with a reason.
fn worker_killed(contract: &Contract, approach: &Approach) {
    lose_a_worker(contract, approach, "signal: 9", |family| {
        crate::family::signal(family.living(WORKER)[0], "-KILL");
    });
}

/// A worker that writes what is no answer is replaced, or ends the run with a reason.
fn worker_writes_rubbish(contract: &Contract, approach: &Approach) {
    lose_a_worker(contract, approach, "an invalid answer", |family| {
        write_as(family.living(WORKER)[0], b"hello, I am no frame\n");
    });
}

fn lose_a_worker(
    contract: &Contract,
    approach: &Approach,
    reason: &str,
    lose: impl FnOnce(&Family),
) {
    let (input, folder) = ((contract.lasting)(), temporary());
    let expected = match contract.lost_worker {
        LostWorker::Replaced => Some(contract.cells.expected(&input.with(&[]))),
        LostWorker::Fatal => None,
    };
    let family = under_way(contract, approach, &input, &folder);
    lose(&family);
    let ran = family.end();
    match expected {
        Some((answer, failures)) => {
            assert_eq!(ran.status, Some(0), "{}", ran.stderr);
            let json = ran.json();
            assert_eq!((&json["answer"], &json["failures"]), (answer, failures));
        }
        None => ran.refused(1, reason),
    }
}

/// Starts a cell with three workers, and waits until it is at work.
fn under_way(contract: &Contract, approach: &Approach, input: &Input, folder: &TempDir) -> Family {
    let arguments = input.with(&["--json", "--limit", "3", "--workers", "3"]);
    let mut command = contract.cells.command(approach.name(), &arguments);
    let mut family = Family::spawn(command.env("TMPDIR", folder.path()).stdin(Stdio::null()));
    family.wait_for_thread(contract.at_work);
    if approach.workers() == Some(Workers::Processes) {
        family.wait_for(WORKER, 3);
    }
    family
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}
