//! The row life.

use std::{fs, process::Stdio, sync::LazyLock, time::Duration};

use serde_json::Value;

use super::computing;
use crate::{
    cells::{Cells, text},
    contract::{self, Contract, Input, LostWorker},
    family::{Family, Ran, WORKER},
    patience::wait_until,
    suite::{Test, tests},
};

static LIFE: LazyLock<Cells> = LazyLock::new(|| Cells::of("life"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &LIFE,
    unit: "step",
    runs_of_a_unit: 1,
    quick: || board(64, 64, 8),
    empty: || board(64, 64, 0),
    single: || board(1, 1, 1),
    // The workers wait for each other in every generation. A step of some milliseconds is long
    // enough for one that has to be woken, and so many of them for one that has to be found.
    wide: || board(32_768, 16_384, 24),
    // Steps that are long here too: what a test writes into a worker's pipe comes between answers.
    lasting: || board(16_384, 16_384, 1_000_000_000),
    endless: || board(500, 4096, 1_000_000_000),
    // Its workers keep what they work on.
    lost_worker: LostWorker::Fatal,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--width", "0"], 2, "--width"),
        (&["--height", "-1"], 2, "-1"),
        (&["--generations", "many"], 2, "many"),
        (&["--generations", "1000000001"], 2, "1000000001"),
        (&["--width", "100000", "--height", "100000"], 1, "100000 × 100000"),
        (&["--width", "1", "--height", "4294967295"], 1, "1 × 4294967295"),
        (&["--pattern", "/nonexistent/gun.rle"], 1, "/nonexistent/gun.rle"),
        (&["--pattern", "/"], 1, "/"),
        (&["--pattern", "glider", "--width", "2"], 1, "does not fit"),
        (&["--out", "/nonexistent/life.gif"], 1, "/nonexistent/life.gif"),
    ],
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = tests!("life", Shared:
        every_cell_evolves_the_same_board,
        the_smallest_boards_agree,
        any_number_of_workers_agrees,
        steps_over_several_generations_agree,
        threads_that_spin_agree,
        a_thread_that_panics_keeps_no_other_waiting,
        a_run_without_an_answer_leaves_the_file_as_it_was,
        a_glider_comes_back_to_its_start,
        an_r_pentomino_becomes_what_it_is_known_to_become,
        a_pattern_is_read_from_a_file,
        a_pattern_that_is_wrong_is_refused,
        every_cell_draws_the_same_picture,
        a_unit_is_a_step_of_a_band,
    );
    tests.extend(tests!("life", Alone: a_worker_that_goes_on_does_not_outlive_its_parent));
    tests.extend(computing::tests(&CONTRACT));
    tests.extend(contract::tests(&CONTRACT));
    tests
}

/// A worker has sent its edges, and goes on with an interior that takes it many seconds.
fn a_worker_that_goes_on_does_not_outlive_its_parent() {
    let board = ["--width", "16384", "--height", "16384", "--generations", "1000000000"];
    let more = ["--halo", "4000", "--limit", "2", "--workers", "2"];
    let mut family = LIFE.start("processes", &[&board[..], &more].concat());
    family.wait_for(WORKER, 2);
    // What comes before the interior takes a fraction of a second.
    wait_until("both compute their interior", || {
        family.living(WORKER).into_iter().all(|worker| ticks(worker) > 150)
    });
    family.signal("-KILL");
    assert!(family.ends_within(Duration::from_secs(1)), "{:?} live on", family.living(""));
    assert_eq!(family.end().status, None);
}

/// How long a process has computed in its own code, in hundredths of a second.
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name, in brackets, may hold anything; the time is the twelfth field after it.
    let after = stat.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

fn board(width: u32, height: u32, generations: u32) -> Input {
    let [width, height, generations] = [width, height, generations].map(|n| n.to_string());
    Input::of(&["--width", &width, "--height", &height, "--generations", &generations])
}

/// The answer for a board of this size, with `more` arguments.
fn agreed(width: &str, height: &str, generations: &str, more: &[&str]) -> Value {
    let size = ["--width", width, "--height", height, "--generations", generations];
    LIFE.agreed(&[&size[..], more].concat())
}

fn every_cell_evolves_the_same_board() {
    let answer = agreed("1000", "600", "300", &[]);
    assert!(answer["population"].as_u64().is_some_and(|cells| cells > 0), "{answer}");
    assert_ne!(agreed("1000", "600", "301", &[])["digest"], answer["digest"]);
    assert_ne!(agreed("1000", "600", "300", &["--seed", "1"])["digest"], answer["digest"]);
}

fn the_smallest_boards_agree() {
    for (width, height) in [("1", "1"), ("2", "2"), ("1", "100"), ("100", "1"), ("65", "3")] {
        for generations in ["0", "1", "7"] {
            let _ = agreed(width, height, generations, &["--workers", "4"]);
        }
    }
}

fn any_number_of_workers_agrees() {
    let answer = agreed("130", "37", "50", &[]);
    for workers in ["1", "3", "16", "100"] {
        assert_eq!(agreed("130", "37", "50", &["--workers", workers]), answer, "{workers}");
    }
}

fn steps_over_several_generations_agree() {
    let answer = agreed("130", "37", "50", &[]);
    // With 3 workers a band has 12 rows at least, with 16 it has 2.
    for (workers, halo) in [("1", "50"), ("3", "4"), ("3", "7"), ("3", "1000"), ("16", "2")] {
        let more = ["--workers", workers, "--halo", halo];
        assert_eq!(agreed("130", "37", "50", &more), answer, "{more:?}");
    }
    let ran = LIFE.run("crossbeam", &["--json", "--generations", "50", "--halo", "8"]).json();
    let bands = ran["workers"].as_u64().expect("it is a number");
    assert_eq!(ran["units"], 7 * bands, "there are six steps over 8 generations, and one over 2");
    LIFE.refused(&["--halo", "0"], 2, "--halo");
}

fn threads_that_spin_agree() {
    for more in [&["--workers", "1"][..], &["--workers", "3"], &["--workers", "3", "--halo", "5"]] {
        let size = ["--width", "130", "--height", "37", "--generations", "50"];
        LIFE.agrees("threads", &[&size[..], &["--barrier", "spin"], more].concat());
    }
}

fn a_thread_that_panics_keeps_no_other_waiting() {
    let size = ["--width", "640", "--height", "480", "--generations", "1000", "--workers", "3"];
    for (barrier, unit) in [("sleep", "0"), ("sleep", "301"), ("spin", "0"), ("spin", "301")] {
        let arguments = [&size[..], &["--barrier", barrier]].concat();
        let ran = with_panic("threads", unit, &arguments);
        assert_eq!(ran.status, Some(1), "{barrier}, {unit}: {}", ran.stderr);
        assert!(ran.stderr.contains(&format!("unit {unit} panics")), "{}", ran.stderr);
    }
}

fn a_run_without_an_answer_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("life.gif");
    fs::write(&file, "old").expect("it can be written");
    let ran = with_panic("sequential", "0", &["--generations", "10", "--out", text(&file)]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert_eq!(fs::read(&file).expect("it is there"), b"old");
}

/// Runs a cell whose unit with this index panics.
fn with_panic(approach: &str, unit: &str, arguments: &[&str]) -> Ran {
    let mut command = LIFE.command(approach, arguments);
    command.env("MEANWHILE_PANIC", unit).stdin(Stdio::null());
    Family::spawn(&mut command).end()
}

fn a_glider_comes_back_to_its_start() {
    let start = agreed("100", "100", "0", &["--pattern", "glider"]);
    assert_eq!(start["population"], 5);
    for generations in ["400", "800"] {
        let more = ["--pattern", "glider", "--workers", "3"];
        assert_eq!(agreed("100", "100", generations, &more), start);
    }
    let elsewhere = agreed("100", "100", "396", &["--pattern", "glider"]);
    assert_eq!(elsewhere["population"], 5);
    assert_ne!(elsewhere["digest"], start["digest"]);
}

fn an_r_pentomino_becomes_what_it_is_known_to_become() {
    // By then its gliders have not yet come round to the rest, on a board of this size.
    let answer = agreed("1600", "1600", "1103", &["--pattern", "r-pentomino"]);
    assert_eq!(answer["population"], 116);
}

fn a_pattern_is_read_from_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("glider.rle");
    fs::write(&file, "#N Glider\nx = 3, y = 3, rule = B3/S23\nbob$2bo$3o!\n")
        .expect("it can be written");
    let own = agreed("70", "50", "123", &["--pattern", text(&file)]);
    assert_eq!(own, agreed("70", "50", "123", &["--pattern", "glider"]));
}

fn a_pattern_that_is_wrong_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, bytes, complaint) in [
        ("rule.rle", &b"x = 3, y = 3, rule = B36/S23\nbob$2bo$3o!"[..], "B36/S23"),
        ("torn.rle", b"x = 3, y = 3\nbob$2bo$3o", "`!`"),
        ("binary.rle", b"\xff\xfe\0\0", "binary.rle"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("it can be written");
        LIFE.refused(&["--pattern", text(&file)], 1, complaint);
    }
}

fn every_cell_draws_the_same_picture() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let pictures = LIFE.approaches().map(|approach| {
        let file = folder.path().join(format!("{approach}.gif"));
        let arguments = ["--width", "90", "--height", "60", "--generations", "30", "--out"];
        let ran = LIFE.run(approach, &[&arguments[..], &[text(&file)]].concat());
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        fs::read(file).expect("it was written")
    });
    let pictures: Vec<Vec<u8>> = pictures.collect();
    assert!(pictures[0].starts_with(b"GIF89a"));
    assert!(pictures.iter().all(|picture| *picture == pictures[0]));
}

fn a_unit_is_a_step_of_a_band() {
    let arguments = ["--json", "--width", "64", "--height", "64", "--generations", "20"];
    let arguments = [&arguments[..], &["--workers", "3"]].concat();
    for approach in LIFE.row().cells.iter().map(|cell| &cell.approach) {
        let bands = if approach.is_baseline() { 1 } else { 3 };
        let ran = LIFE.run(approach.name(), &arguments).json();
        assert_eq!(ran["units"], 20 * bands, "{}", approach.name());
    }
}
