//! All cells of `mandelbrot` give the same answers, and handle what goes wrong in the same way.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::BufReader,
    path::Path,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use trial::{Family, Row};

static MANDELBROT: LazyLock<Row> = LazyLock::new(|| Row::build("mandelbrot"));

#[test]
fn every_cell_renders_the_default_picture() {
    let answer = MANDELBROT.agreed(&[]);
    assert_eq!(answer["rows"], 1200);
    // Arithmetic on floating-point numbers is the same on all processors, so this is, too.
    assert_eq!(answer["digest"], "11f9b61e");
}

#[test]
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

#[test]
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

#[test]
fn any_number_of_workers_and_either_split_agree() {
    let size = ["--width", "200", "--height", "30"];
    let expected = MANDELBROT.agreed(&size);
    for workers in ["1", "3", "7", "30", "40"] {
        for split in ["static", "counter"] {
            let arguments = [&size[..], &["--workers", workers, "--split", split]].concat();
            assert_eq!(MANDELBROT.agreed(&arguments), expected, "{workers} workers, {split}");
        }
    }
}

#[test]
fn the_limits_are_obeyed_and_reached() {
    for approach in MANDELBROT.approaches() {
        for (arguments, expected) in
            [(["--workers", "3"], 3), (["--workers", "1"], 1), (["--limit", "2"], cores().min(2))]
        {
            let arguments = [&["--json", "--iterations", "3000"], &arguments[..]].concat();
            let json = MANDELBROT.run(approach, &arguments).json();
            let expected = if approach == "sequential" { 1 } else { expected };
            assert_eq!(json["peak_in_flight"], expected, "{approach} {arguments:?}");
            assert!(shares(&json).len() <= expected, "{approach} {arguments:?}");
        }
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn the_figures_tell_who_did_how_much() {
    for approach in MANDELBROT.approaches() {
        let json = MANDELBROT.run(approach, &["--json", "--workers", "2"]).json();
        let shares = shares(&json);
        let rows: u64 = shares.iter().map(|&(rows, _)| rows).sum();
        let iterations: u64 = shares.iter().map(|&(_, iterations)| iterations).sum();
        assert_eq!(rows, 1200, "{approach}");
        assert_eq!(json["answer"]["iterations"], iterations, "{approach}");
        match approach {
            "sequential" => assert_eq!(shares.len(), 1),
            // The northern half of the picture costs far less than the southern one.
            "threads" => {
                assert_eq!((shares[0].0, shares[1].0), (600, 600));
                assert!(shares[1].1 > 3 * shares[0].1, "{shares:?}");
            }
            _ => {}
        }
    }
}

/// The rows and the iterations of each worker.
fn shares(json: &Value) -> Vec<(u64, u64)> {
    let shares = json["figures"].as_array().expect("the workers are listed");
    let number = |share: &Value, name| share[name].as_u64().expect("it is a number");
    shares.iter().map(|share| (number(share, "rows"), number(share, "iterations"))).collect()
}

#[test]
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

#[test]
fn the_tint_tells_the_workers_apart() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("a.png");
    let colours = |approach| {
        let arguments = ["--iterations", "1", "--width", "3", "--height", "400", "--workers", "2"];
        let arguments = [&arguments[..], &["--tint", "workers", "--out", text(&path)]].concat();
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

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    MANDELBROT.refused(&["--width", "0"], 2, "--width");
    MANDELBROT.refused(&["--height", "-3"], 2, "-3");
    MANDELBROT.refused(&["--width", "1000001"], 2, "1000001");
    MANDELBROT.refused(&["--height", "tall"], 2, "tall");
    MANDELBROT.refused(&["--iterations", "0"], 2, "--iterations");
    MANDELBROT.refused(&["--iterations", "4294967296"], 2, "4294967296");
    MANDELBROT.refused(&["--region", "atlantis"], 2, "atlantis");
    MANDELBROT.refused(&["--split", "fair"], 2, "fair");
    MANDELBROT.refused(&["--tint", "workers"], 2, "--out");
    MANDELBROT.refused(&["--workers", "0"], 2, "--workers");
    MANDELBROT.refused(&["--limit", "0"], 2, "--limit");
    MANDELBROT.refused(&["--latency", "1s"], 2, "--latency");
    MANDELBROT.refused(&["--out", "/nonexistent/a.png"], 1, "/nonexistent/a.png");
    MANDELBROT.refused(&["--out", "/"], 1, "cannot write /");
    MANDELBROT.refused(&["--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn a_picture_beyond_the_memory_is_refused_in_one_line() {
    let size = ["--width", "1000000", "--height", "1000000"];
    MANDELBROT.refused(&size, 1, "no room for 1000000000000 pixels");
}

#[test]
fn a_picture_that_cannot_be_written_is_a_failure_that_names_it() {
    // Whatever is written there, the device is full.
    let arguments = ["--json", "--width", "40", "--height", "30", "--out", "/dev/full"];
    for approach in MANDELBROT.approaches() {
        let ran = MANDELBROT.run(approach, &arguments);
        assert_eq!(ran.status, Some(1), "{approach}: {}", ran.stderr);
        assert_eq!(ran.json()["answer"]["rows"], 30, "{approach}");
        assert_eq!(ran.json()["failures"][0]["unit"], "/dev/full", "{approach}");
        assert!(ran.stderr.starts_with("failed: /dev/full: "), "{approach}: {}", ran.stderr);
    }
}

#[test]
fn the_timeline_and_the_trace_show_every_row() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    for approach in MANDELBROT.approaches() {
        let arguments = ["--width", "90", "--height", "12", "--timeline", "--trace", text(&file)];
        let ran = MANDELBROT.run(approach, &arguments);
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("12 of 12 rows"), "{approach}: {}", ran.stdout);
        let trace = fs::read(&file).expect("the trace was written");
        let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
        let events = trace["traceEvents"].as_array().expect("it has events");
        let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
        assert_eq!((of_kind("b"), of_kind("e")), (12, 12), "{approach}");
    }
}

#[test]
fn a_killed_worker_costs_nothing_but_time() {
    let size = ["--width", "800", "--height", "600"];
    let arguments = [&size[..], &["--json", "--iterations", "20000", "--workers", "2"]].concat();
    let expected = MANDELBROT.run("rayon", &arguments).json();
    let family = MANDELBROT.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 2, PATIENCE), 2);
    let workers = family.living(WORKER);
    Family::signal(workers[0], "-KILL");
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"], expected["answer"]);
    // Its rows before that are there, and those of the one that took its place.
    assert!(shares(&ran.json()).len() <= 3);
}

#[test]
fn a_row_whose_workers_are_killed_is_a_failure_and_the_rest_still_comes() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("a.png");
    // The first row and the last escape at once, and the one between them takes a long time.
    let arguments = ["--json", "--region", "whole", "--width", "1", "--height", "3"];
    let arguments = [&arguments[..], &["--iterations", "4294967295", "--workers", "1"]].concat();
    let family = MANDELBROT.start("processes", &[&arguments[..], &["--out", text(&path)]].concat());
    for _ in 0..2 {
        let worker = computing(&family, WORKER);
        Family::signal(worker, "-KILL");
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

/// Waits for a process with `variable` that has been busy for a while, and returns its number.
fn computing(family: &Family, variable: &str) -> u32 {
    let ticks = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // What follows the name, which ends with a parenthesis; there, user time is the twelfth.
        let fields = stat.rsplit(") ").next().unwrap_or_default();
        fields.split(' ').nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
    };
    // A tick is a hundredth of a second, and to start takes fewer of them.
    let busy = || family.living(variable).into_iter().find(|pid| ticks(pid) >= 20);
    wait_until("somebody computes", || busy().is_some());
    busy().expect("it was busy a moment ago, and does not end by itself")
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn nobody_outlives_ctrl_c_or_a_parent_that_is_killed() {
    for approach in MANDELBROT.approaches() {
        for signal in ["-KILL", "-TERM", "-INT"] {
            let mut family =
                MANDELBROT.start(approach, &["--iterations", "4000000000", "--workers", "3"]);
            let workers = if approach == "processes" { 3 } else { 0 };
            assert_eq!(family.wait_for(WORKER, workers, PATIENCE), workers, "{approach}");
            computing(&family, if workers > 0 { WORKER } else { "" });
            Family::signal(family.parent().id(), signal);
            assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach} {signal}");
            let ran = family.end();
            let expected = if signal == "-KILL" { None } else { Some(130) };
            assert_eq!(ran.status, expected, "{approach} {signal}: {}", ran.stderr);
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder for temporary files is UTF-8")
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long workers may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
