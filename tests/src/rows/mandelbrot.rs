//! The row mandelbrot.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::BufReader,
    path::Path,
    sync::LazyLock,
};

use serde_json::{Value, json};

use super::computing;
use crate::{
    cells::{Cells, text},
    contract::{self, Contract, Input, LostWorker},
    family::{Family, WORKER, signal},
    patience::wait_until,
    suite::{Test, tests, tests_of_each},
};

static MANDELBROT: LazyLock<Cells> = LazyLock::new(|| Cells::of("mandelbrot"));

/// What worker processes do for a second or so.
const LASTING: [&str; 6] = ["--width", "800", "--height", "600", "--iterations", "30000"];

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &MANDELBROT,
    unit: "row",
    runs_of_a_unit: 1,
    quick: || Input::of(&["--width", "90", "--height", "12"]),
    // There is no picture without a pixel. This one is done after a single step.
    empty: || Input::of(&["--width", "1", "--height", "1", "--iterations", "1"]),
    single: || Input::of(&["--width", "1", "--height", "1"]),
    wide: || {
        // A row takes longer than the system leaves a core to one thread before it turns to the next.
        let size = ["--width", "40", "--height", "30", "--iterations", "2000000"];
        Input::of(&[&["--region", "seahorses"], &size[..]].concat())
    },
    lasting: || Input::of(&LASTING),
    endless: || Input::of(&["--iterations", "4000000000"]),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--width", "0"], 2, "--width"),
        (&["--height", "-3"], 2, "-3"),
        (&["--width", "1000001"], 2, "1000001"),
        (&["--height", "tall"], 2, "tall"),
        (&["--iterations", "0"], 2, "--iterations"),
        (&["--iterations", "4294967296"], 2, "4294967296"),
        (&["--region", "atlantis"], 2, "atlantis"),
        (&["--split", "fair"], 2, "fair"),
        (&["--tint", "workers"], 2, "--out"),
        (&["--latency", "1s"], 2, "--latency"),
        (&["--out", "/nonexistent/a.png"], 1, "/nonexistent/a.png"),
        (&["--out", "/"], 1, "cannot write /"),
        // A picture beyond the memory.
        (&["--width", "1000000", "--height", "1000000"], 1, "no room for 1,000,000,000,000 pixels"),
    ],
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = tests!("mandelbrot", Shared:
        a_row_whose_workers_are_killed_is_a_failure_and_the_rest_still_comes,
        the_rows_of_a_killed_worker_are_still_its_own,
        every_cell_renders_the_default_picture,
        every_cell_renders_every_region,
        the_smallest_pictures_agree,
        any_number_of_workers_and_either_split_agree,
        every_cell_writes_the_same_picture,
        bands_differ_in_what_they_cost,
        the_tint_tells_the_workers_apart,
    );
    tests.extend(tests_of_each!(MANDELBROT, Shared:
        the_figures_tell_who_did_how_much,
        a_picture_that_cannot_be_written_is_a_failure_that_names_it,
    ));
    tests.extend(computing::tests(&CONTRACT));
    tests.extend(contract::tests(&CONTRACT));
    tests
}

fn every_cell_renders_the_default_picture() {
    let answer = MANDELBROT.agreed(&[]);
    assert_eq!(answer["rows"], 1200);
    // Arithmetic on floating-point numbers is the same on all processors, so this is, too.
    assert_eq!(answer["digest"], "11f9b61e");
}

fn every_cell_renders_every_region() {
    let mut digests = HashSet::new();
    for region in ["whole", "north", "seahorses", "spirals", "copy"] {
        let arguments = ["--region", region, "--width", "161", "--height", "120"];
        let answer = MANDELBROT.agreed(&arguments);
        assert_eq!(answer["rows"], 120, "{region}");
        digests.insert(answer["digest"].to_string());
    }
    assert_eq!(digests.len(), 5);
}

fn the_smallest_pictures_agree() {
    let answer = MANDELBROT.agreed(&["--width", "1", "--height", "1", "--region", "whole"]);
    // The only pixel is the middle of the region, which lies inside.
    assert_eq!((&answer["inside"], &answer["iterations"]), (&json!(1), &json!(1000)));
    let answer = MANDELBROT.agreed(&["--width", "1", "--height", "50"]);
    assert_eq!(answer["rows"], 50);
    let answer = MANDELBROT.agreed(&["--width", "50", "--height", "1"]);
    assert_eq!(answer["rows"], 1);
    // What has not been iterated further than to the first member of the sequence has not escaped.
    let answer = MANDELBROT.agreed(&["--width", "20", "--height", "3", "--iterations", "1"]);
    assert_eq!((&answer["inside"], &answer["iterations"]), (&json!(60), &json!(60)));
}

fn any_number_of_workers_and_either_split_agree() {
    let size = ["--width", "200", "--height", "30"];
    let expected = MANDELBROT.agreed(&size);
    for workers in ["1", "3", "7", "30", "40"] {
        for split in ["bands", "counter"] {
            let arguments = [&size[..], &["--workers", workers, "--split", split]].concat();
            assert_eq!(MANDELBROT.agreed(&arguments), expected, "{workers} workers, {split}");
        }
    }
}

fn the_figures_tell_who_did_how_much(approach: &str) {
    for workers in ["1", "2", "3"] {
        let size = ["--json", "--width", "800", "--height", "600", "--workers", workers];
        let json = MANDELBROT.run(approach, &size).json();
        let shares = shares(&json);
        let rows: u64 = shares.iter().map(|&(rows, _)| rows).sum();
        let iterations: u64 = shares.iter().map(|&(_, iterations)| iterations).sum();
        assert_eq!(rows, 600, "{workers} workers");
        assert_eq!(json["answer"]["iterations"], iterations, "{workers} workers");
        // A sequential cell has one worker, whatever it is told.
        let most = json["workers"].as_u64().expect("it is a number");
        assert!(shares.len() as u64 <= most, "{shares:?} of {workers} workers");
    }
}

fn bands_differ_in_what_they_cost() {
    let shares = shares(
        &MANDELBROT.run("threads", &["--json", "--split", "bands", "--workers", "2"]).json(),
    );
    assert_eq!((shares[0].0, shares[1].0), (600, 600));
    // The northern half of the picture costs far less than the southern one.
    assert!(shares[1].1 > 3 * shares[0].1, "{shares:?}");
}

/// The rows and the iterations of each worker.
fn shares(json: &Value) -> Vec<(u64, u64)> {
    let shares = json["figures"].as_array().expect("the workers are listed");
    let number = |share: &Value, name| share[name].as_u64().expect("it is a number");
    shares.iter().map(|share| (number(share, "rows"), number(share, "iterations"))).collect()
}

fn every_cell_writes_the_same_picture() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut pictures = HashSet::new();
    for approach in MANDELBROT.approaches() {
        let path = folder.path().join(approach).with_extension("png");
        // An older file, and a longer one, is replaced.
        fs::write(&path, vec![0; 1 << 20]).expect("a temporary file can be written");
        let arguments = ["--width", "200", "--height", "150", "--out", text(&path)];
        let ran = MANDELBROT.run(approach, &arguments);
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        pictures.insert(fs::read(&path).expect("it was written"));
    }
    assert_eq!(pictures.len(), 1);
}

fn the_tint_tells_the_workers_apart() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("a.png");
    let colours = |approach| {
        let size = ["--iterations", "1", "--width", "3", "--height", "400", "--workers", "2"];
        let arguments = ["--split", "bands", "--tint", "workers", "--out", text(&path)];
        let arguments = [&size[..], &arguments].concat();
        let ran = MANDELBROT.run(approach, &arguments);
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        // With one iteration everything is inside, and a row has the colour of its worker alone.
        let pixels = pixels(&path);
        pixels.chunks(3).map(|row| row[0]).collect::<Vec<_>>()
    };
    let one: HashSet<_> = colours("sequential").into_iter().collect();
    assert_eq!(one.len(), 1);
    let rows = colours("threads");
    assert!(rows[..200].iter().all(|row| *row == rows[0]));
    assert!(rows[200..].iter().all(|row| *row == rows[399]));
    assert_ne!(rows[0], rows[399]);
}

/// The pixels of a picture, row by row.
fn pixels(path: &Path) -> Vec<[u8; 3]> {
    let file = BufReader::new(File::open(path).expect("it was written"));
    let mut reader = png::Decoder::new(file).read_info().expect("it is a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("it is small")];
    reader.next_frame(&mut bytes).expect("it has a picture");
    bytes.as_chunks().0.to_vec()
}

fn a_picture_that_cannot_be_written_is_a_failure_that_names_it(approach: &str) {
    // Whatever is written there, the device is full.
    let arguments = ["--json", "--width", "40", "--height", "30", "--out", "/dev/full"];
    let ran = MANDELBROT.run(approach, &arguments);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"]["rows"], 30);
    assert_eq!(ran.json()["failures"][0]["unit"], "/dev/full");
    assert!(ran.stderr.starts_with("failed: /dev/full: "), "{}", ran.stderr);
}

fn the_rows_of_a_killed_worker_are_still_its_own() {
    let arguments = [&LASTING[..], &["--json", "--workers", "2"]].concat();
    let family = MANDELBROT.start("processes", &arguments);
    family.wait_for(WORKER, 2);
    signal(computing(&family), "-KILL");
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    // Its rows before that are there, and those of the one that took its place.
    let shares = shares(&ran.json());
    assert_eq!(shares.len(), 3, "{shares:?}");
    assert_eq!(shares.iter().map(|&(rows, _)| rows).sum::<u64>(), 600);
}

fn a_row_whose_workers_are_killed_is_a_failure_and_the_rest_still_comes() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("a.png");
    // The first row and the last escape at once, and the one between them takes a long time.
    let arguments = ["--json", "--region", "whole", "--width", "1", "--height", "3"];
    let arguments = [&arguments[..], &["--iterations", "4294967295", "--workers", "1"]].concat();
    let family = MANDELBROT.start("processes", &[&arguments[..], &["--out", text(&path)]].concat());
    for _ in 0..2 {
        let worker = computing(&family);
        signal(worker, "-KILL");
        wait_until("it is gone", || !family.living(WORKER).contains(&worker));
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let json = ran.json();
    assert_eq!((&json["answer"]["rows"], &json["answer"]["inside"]), (&json!(2), &json!(0)));
    assert_eq!(json["failures"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["failures"][0]["unit"], "row 1");
    assert!(ran.stderr.starts_with("failed: row 1: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("ended before it answered"), "{}", ran.stderr);
    // The missing row is grey, and the others are not.
    let pixels = pixels(&path);
    assert_eq!(pixels[1], [128; 3]);
    assert_eq!(pixels[0], pixels[2]);
    assert_ne!(pixels[0], pixels[1]);
}

/// Waits for a worker process that has been busy for a while, and returns its number.
fn computing(family: &Family) -> u32 {
    let ticks = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // What follows the name, which ends with a parenthesis; there, user time is the twelfth.
        let fields = stat.rsplit(") ").next().unwrap_or_default();
        fields.split(' ').nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
    };
    // A tick is a hundredth of a second, and to start takes fewer of them.
    let busy = || family.living(WORKER).into_iter().find(|pid| ticks(pid) >= 20);
    wait_until("somebody computes", || busy().is_some());
    busy().expect("it was busy a moment ago, and does not end by itself")
}
