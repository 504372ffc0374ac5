//! All cells of `sort` give the same answers, and handle what goes wrong in the same way.

use std::{
    fs,
    path::Path,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use trial::{Family, Row};

static SORT: LazyLock<Row> = LazyLock::new(|| Row::build("sort"));

/// So many numbers are eight runs, which are merged three times.
const EIGHT_RUNS: &str = "1000000";

#[test]
fn every_cell_sorts_the_default() {
    assert_sorted(&SORT.agreed(&[]), 8_000_000);
}

#[test]
fn every_pattern_is_sorted_with_both_merges() {
    for pattern in ["random", "sorted", "reversed", "few-distinct"] {
        let sorted = |merge| {
            let arguments = ["--len", EIGHT_RUNS, "--pattern", pattern, "--merge", merge];
            SORT.agreed(&arguments)
        };
        let parallel = sorted("parallel");
        assert_sorted(&parallel, 1_000_000);
        assert_eq!(sorted("serial"), parallel, "{pattern}");
    }
}

#[test]
fn none_one_and_what_just_fits_a_run() {
    for len in [0, 1, 2, 131_072, 131_073, 262_145] {
        assert_sorted(&SORT.agreed(&["--len", &len.to_string()]), len);
    }
    assert_eq!(SORT.agreed(&["--len", "0"])["digest"], "00000000");
}

#[test]
fn any_number_of_workers_agrees() {
    let expected = SORT.agreed(&["--len", EIGHT_RUNS, "--workers", "2"]);
    for workers in ["1", "3", "8", "50"] {
        let answer = SORT.agreed(&["--len", EIGHT_RUNS, "--workers", workers]);
        assert_eq!(answer, expected, "{workers} workers");
    }
}

#[test]
fn the_seed_makes_the_numbers() {
    let digest = |seed| SORT.agreed(&["--len", "1000", "--seed", seed])["digest"].clone();
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
}

#[test]
fn the_limits_are_obeyed_and_reached() {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    for approach in SORT.approaches() {
        for (arguments, expected) in
            [(["--workers", "3"], 3), (["--workers", "1"], 1), (["--limit", "2"], cores.min(2))]
        {
            let arguments = [&["--json", "--len", "4000000"], &arguments[..]].concat();
            let peak = SORT.run(approach, &arguments).json()["peak_in_flight"].clone();
            let expected = if approach == "sequential" { 1 } else { expected };
            assert_eq!(peak, expected, "{approach} {arguments:?}");
        }
    }
}

#[test]
fn lines_are_sorted_by_their_bytes_and_equal_ones_keep_their_order() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [one, two, out] = ["one", "two", "out"].map(|name| folder.path().join(name));
    // Many of them are equal, and the answer tells whether those have kept their order.
    let mut rng = fastrand::Rng::with_seed(4);
    let mut lines: Vec<Vec<u8>> = (0..300_000).map(|_| line(&mut rng)).collect();
    let (first, second) = lines.split_at(100_000);
    write(&one, &text_of(first));
    write(&two, &text_of(second));
    let answer = SORT.agreed(&[text(&one), text(&two)]);
    assert_sorted(&answer, 300_000);

    lines.sort();
    let expected = text_of(&lines);
    for approach in SORT.approaches() {
        let ran = SORT.run(approach, &["--json", "--out", text(&out), text(&one), text(&two)]);
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        assert!(fs::read(&out).expect("it was written") == expected, "{approach}");
    }
}

#[test]
fn numbers_are_written_one_a_line() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let out = folder.path().join("out");
    let ran = SORT.run("rayon", &["--len", "300000", "--out", text(&out)]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let written = fs::read_to_string(&out).expect("it was written");
    let numbers: Vec<u64> =
        written.lines().map(|line| line.parse().expect("it is a number")).collect();
    assert_eq!(numbers.len(), 300_000);
    assert!(numbers.is_sorted());
}

#[test]
fn files_without_a_line_and_with_odd_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("file");
    for (contents, lines) in [("", 0), ("\n", 1), ("b\r\na", 2), ("\n\nx\0\n\n", 4)] {
        write(&file, contents.as_bytes());
        assert_sorted(&SORT.agreed(&[text(&file)]), lines);
    }
    // The last line of the first file ends with the file, although nothing else says so.
    write(&file, b"b\na");
    assert_sorted(&SORT.agreed(&[text(&file), text(&file)]), 4);
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    SORT.refused(&["--len", "-1"], 2, "-1");
    SORT.refused(&["--len", "many"], 2, "many");
    SORT.refused(&["--pattern", "odd"], 2, "odd");
    SORT.refused(&["--merge", "never"], 2, "never");
    SORT.refused(&["--workers", "0"], 2, "--workers");
    SORT.refused(&["--limit", "0"], 2, "--limit");
    SORT.refused(&["--latency", "1s"], 2, "--latency");
    SORT.refused(&["--len", "5", "/etc/passwd"], 2, "--len");
    SORT.refused(&["--len", "100000000000"], 1, "no room for 100000000000 numbers");
    SORT.refused(&["--len", "18446744073709551615"], 1, "18446744073709551615");
    SORT.refused(&["/nonexistent"], 1, "/nonexistent");
    SORT.refused(&[text(folder.path())], 1, text(folder.path()));
    SORT.refused(&["/dev/zero"], 1, "/dev/zero");
    SORT.refused(&["--len", "5", "--out", "/nonexistent/out"], 1, "/nonexistent/out");
    SORT.refused(&["--len", "5", "--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn what_cannot_be_written_is_a_failure() {
    for approach in SORT.approaches() {
        let ran = SORT.run(approach, &["--json", "--len", "100000", "--out", "/dev/full"]);
        assert_eq!(ran.status, Some(1), "{approach}: {}", ran.stderr);
        assert_sorted(&ran.json()["answer"], 100_000);
        assert_eq!(ran.json()["failures"][0]["unit"], "/dev/full", "{approach}");
        assert_eq!(ran.stderr.lines().count(), 1, "{approach}: {}", ran.stderr);
    }
}

#[test]
fn the_timeline_and_the_trace_show_every_piece() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    // Eight runs, and three merges of them, each in eight parts; or seven merges as a whole.
    for (merge, pieces) in [("parallel", 32), ("serial", 15)] {
        for approach in SORT.approaches() {
            let arguments =
                ["--len", EIGHT_RUNS, "--merge", merge, "--timeline", "--trace", text(&file)];
            let ran = SORT.run(approach, &arguments);
            assert_eq!(ran.status, Some(0), "{}", ran.stderr);
            let total = format!("of {pieces} pieces");
            assert!(ran.stdout.contains(&total), "{approach}: {}", ran.stdout);
            let trace = fs::read(&file).expect("the trace was written");
            let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
            let events = trace["traceEvents"].as_array().expect("it has events");
            let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
            assert_eq!((of_kind("b"), of_kind("e")), (pieces, pieces), "{approach}");
        }
    }
}

#[test]
fn a_killed_worker_costs_nothing_but_time() {
    let arguments = ["--json", "--len", LONG, "--workers", "2"];
    let expected = SORT.run("threads", &arguments).json();
    let family = SORT.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 2, PATIENCE), 2);
    Family::signal(family.living(WORKER)[0], "-KILL");
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"], expected["answer"]);
}

#[test]
fn ctrl_c_ends_everything_within_a_second() {
    for approach in SORT.approaches() {
        let mut family = SORT.start(approach, &["--len", LONG, "--workers", "2"]);
        let parent = family.parent().id();
        // It has made the numbers, 8 bytes each, and is about to sort them.
        let start = Instant::now();
        while memory(parent) < 85_000 {
            assert!(start.elapsed() < PATIENCE, "{approach} makes no numbers");
            thread::sleep(Duration::from_millis(1));
        }
        Family::signal(parent, "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!(ran.status, Some(130), "{approach}: {}", ran.stderr);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", "interrupted\n"), "{approach}");
    }
}

#[test]
fn nobody_outlives_a_parent_that_is_killed() {
    let mut family = SORT.start("processes", &["--len", LONG, "--workers", "3"]);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    Family::signal(family.parent().id(), "-KILL");
    assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0);
    assert_eq!(family.end().status, None);
}

/// So many numbers take long enough to sort for something to happen meanwhile.
const LONG: &str = "10000000";
/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long processes may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn assert_sorted(answer: &Value, items: usize) {
    let digest = &answer["digest"];
    let expected = json!({ "items": items, "sorted": true, "permutation": true, "digest": digest });
    assert_eq!(*answer, expected);
}

/// A line of up to four letters out of three, which may be no UTF-8.
fn line(rng: &mut fastrand::Rng) -> Vec<u8> {
    let len = rng.usize(..5);
    (0..len).map(|_| *rng.choice(b"a\xff\r").expect("there are three")).collect()
}

/// What a file with these lines holds.
fn text_of(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
}

/// The memory that a process has resident, in units of 1,024 bytes.
fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder for temporary files is UTF-8")
}

fn write(path: &Path, contents: &[u8]) {
    fs::write(path, contents).expect("a temporary file can be written");
}
