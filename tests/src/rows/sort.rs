//! The row sort.

use std::{fs, path::Path, sync::LazyLock};

use serde_json::{Value, json};

use super::computing;
use crate::{
    cells::{Cells, text},
    contract::{self, Contract, Input, LostWorker},
    family::Ran,
    suite::{Pace, Test, tests, tests_of_each},
};

static SORT: LazyLock<Cells> = LazyLock::new(|| Cells::of("sort"));

/// So many numbers are cut into eight runs, which are merged three times.
const EIGHT_RUNS: &str = "600000";

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &SORT,
    unit: "piece",
    runs_of_a_unit: 1,
    // Four runs, and two merges of them, each in four parts.
    quick: || Input::of(&["--len", "300000"]),
    empty: || Input::of(&["--len", "0"]),
    single: || Input::of(&["--len", "1"]),
    wide: || Input::of(&["--len", "4000000"]),
    lasting: || Input::of(&["--len", "12000000"]),
    // Half a second at least. More numbers would take more memory, which takes the system a while
    // to get back.
    endless: || Input::of(&["--len", "12000000"]),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--len", "-1"], 2, "-1"),
        (&["--len", "many"], 2, "many"),
        (&["--pattern", "odd"], 2, "odd"),
        (&["--merge", "never"], 2, "never"),
        (&["--latency", "1s"], 2, "--latency"),
        (&["--len", "5", "/etc/passwd"], 2, "--len"),
        (&["--len", "100000000000"], 1, "no room for 100,000,000,000 numbers"),
        (&["--len", "18446744073709551615"], 1, "18,446,744,073,709,551,615"),
        (&["/nonexistent"], 1, "/nonexistent"),
        (&["/dev"], 1, "/dev: it is no regular file"),
        (&["/dev/zero"], 1, "/dev/zero"),
        (&["--len", "5", "--out", "/nonexistent/out"], 1, "/nonexistent/out"),
    ],
});

/// The same, with merges that one worker does as a whole: eight runs and seven merges.
static SERIAL_MERGES: LazyLock<Contract> = LazyLock::new(|| Contract {
    quick: || Input::of(&["--len", EIGHT_RUNS, "--merge", "serial"]),
    ..*CONTRACT
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = tests!("sort", Shared:
        every_cell_sorts_the_default,
        every_pattern_is_sorted_with_both_merges,
        none_one_and_what_just_fits_a_run,
        any_number_of_workers_agrees,
        the_seed_makes_the_numbers,
        a_merge_has_as_many_pieces_as_runs_or_one,
        lines_are_sorted_by_their_bytes_and_equal_ones_keep_their_order,
        numbers_are_written_one_a_line,
        files_without_a_line_and_with_odd_ends,
        lines_longer_than_a_pipe_holds,
    );
    tests.extend(tests_of_each!(SORT, Shared:
        what_cannot_be_written_is_a_failure,
        a_job_that_fails_leaves_the_file_as_it_was,
    ));
    for approach in SORT.row().cells.iter().map(|cell| &cell.approach) {
        let name = format!("sort::{}::timeline_and_trace_of_serial_merges", approach.name());
        let test = || contract::timeline_and_trace(&SERIAL_MERGES, approach);
        tests.push(Test::new(name, Pace::Shared, test));
    }
    tests.extend(computing::tests(&CONTRACT));
    tests.extend(contract::tests(&CONTRACT));
    tests
}

fn every_cell_sorts_the_default() {
    assert_sorted(&SORT.agreed(&[]), 8_000_000);
}

fn every_pattern_is_sorted_with_both_merges() {
    for pattern in ["random", "sorted", "reversed", "few-distinct"] {
        let sorted = |merge| {
            let arguments = ["--len", EIGHT_RUNS, "--pattern", pattern, "--merge", merge];
            SORT.agreed(&arguments)
        };
        let parallel = sorted("parallel");
        assert_sorted(&parallel, 600_000);
        assert_eq!(sorted("serial"), parallel, "{pattern}");
    }
}

fn none_one_and_what_just_fits_a_run() {
    for len in [0, 1, 2, 131_072, 131_073, 262_145] {
        assert_sorted(&SORT.agreed(&["--len", &len.to_string()]), len);
    }
    assert_eq!(SORT.agreed(&["--len", "0"])["digest"], "00000000");
}

fn any_number_of_workers_agrees() {
    let expected = SORT.agreed(&["--len", EIGHT_RUNS, "--workers", "2"]);
    for workers in ["1", "3", "8", "50"] {
        let answer = SORT.agreed(&["--len", EIGHT_RUNS, "--workers", workers]);
        assert_eq!(answer, expected, "{workers} workers");
    }
}

fn the_seed_makes_the_numbers() {
    let digest = |seed| SORT.agreed(&["--len", "1000", "--seed", seed])["digest"].clone();
    assert_ne!(digest("1"), digest("2"));
}

fn a_merge_has_as_many_pieces_as_runs_or_one() {
    // Eight runs, and three merges of them, each in eight parts; or seven merges as a whole.
    for (merge, pieces) in [("parallel", 32), ("serial", 15)] {
        let ran = SORT.run("sequential", &["--json", "--len", EIGHT_RUNS, "--merge", merge]);
        assert_eq!(ran.json()["units"], pieces, "{merge}");
    }
}

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

fn files_without_a_line_and_with_odd_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = |name: usize, contents: &str| {
        let path = folder.path().join(name.to_string());
        write(&path, contents.as_bytes());
        path
    };
    for (contents, lines) in [("", 0), ("\n", 1), ("b\r\na", 2), ("\n\nx\0\n\n", 4)] {
        assert_sorted(&SORT.agreed(&[text(&file(lines, contents))]), lines);
    }
    // The last line of the first file ends with the file, although nothing else says so.
    let file = file(5, "b\na");
    assert_sorted(&SORT.agreed(&[text(&file), text(&file)]), 4);
}

fn lines_longer_than_a_pipe_holds() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("file");
    // Several runs of empty lines, and some lines that are longer than everything else together.
    let mut lines = vec![Vec::new(); 300_000];
    for (index, letter) in [(299_999, b'a'), (150_000, b'b'), (0, b'c'), (7, b'b')] {
        lines[index] = vec![letter; 3_000_000];
    }
    write(&file, &text_of(&lines));
    for merge in ["parallel", "serial"] {
        assert_sorted(&SORT.agreed(&["--merge", merge, "--workers", "3", text(&file)]), 300_000);
    }
}

fn a_job_that_fails_leaves_the_file_as_it_was(approach: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [there, absent] = ["there", "absent"].map(|name| folder.path().join(name));
    write(&there, b"what it held");
    for out in [&there, &absent] {
        let mut command = SORT.command(approach, &["--len", "300000", "--out", text(out)]);
        let ran = Ran::of(command.env("MEANWHILE_PANIC", "0"));
        assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    }
    assert_eq!(fs::read(&there).expect("it is still there"), b"what it held");
    assert!(!absent.exists());
}

fn what_cannot_be_written_is_a_failure(approach: &str) {
    let ran = SORT.run(approach, &["--json", "--len", "100000", "--out", "/dev/full"]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert_sorted(&ran.json()["answer"], 100_000);
    assert_eq!(ran.json()["failures"][0]["unit"], "/dev/full");
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

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

fn write(path: &Path, contents: &[u8]) {
    fs::write(path, contents).expect("a temporary file can be written");
}
