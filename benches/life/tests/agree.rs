//! All cells of `life` give the same answers, and handle what goes wrong in the same way.

use std::{fs, sync::LazyLock, time::Duration};

use serde_json::Value;
use trial::{Family, Row};

static LIFE: LazyLock<Row> = LazyLock::new(|| Row::build("life"));

/// The answer for a board of this size, with `more` arguments.
fn agreed(width: &str, height: &str, generations: &str, more: &[&str]) -> Value {
    let size = ["--width", width, "--height", height, "--generations", generations];
    LIFE.agreed(&[&size[..], more].concat())
}

#[test]
fn every_cell_evolves_the_same_board() {
    let answer = agreed("1000", "600", "300", &[]);
    assert!(answer["population"].as_u64().is_some_and(|cells| cells > 0), "{answer}");
    assert_ne!(agreed("1000", "600", "301", &[])["digest"], answer["digest"]);
    assert_ne!(agreed("1000", "600", "300", &["--seed", "1"])["digest"], answer["digest"]);
}

#[test]
fn the_smallest_boards_agree() {
    for (width, height) in [("1", "1"), ("2", "2"), ("1", "100"), ("100", "1"), ("65", "3")] {
        for generations in ["0", "1", "7"] {
            let _ = agreed(width, height, generations, &["--workers", "4"]);
        }
    }
}

#[test]
fn any_number_of_workers_agrees() {
    let answer = agreed("130", "37", "50", &[]);
    for workers in ["1", "3", "16", "100"] {
        assert_eq!(agreed("130", "37", "50", &["--workers", workers]), answer, "{workers}");
    }
}

#[test]
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

#[test]
fn an_r_pentomino_becomes_what_it_is_known_to_become() {
    // By then its gliders have not yet come round to the rest, on a board of this size.
    let answer = agreed("1600", "1600", "1103", &["--pattern", "r-pentomino"]);
    assert_eq!(answer["population"], 116);
}

#[test]
fn a_pattern_is_read_from_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("glider.rle");
    fs::write(&file, "#N Glider\nx = 3, y = 3, rule = B3/S23\nbob$2bo$3o!\n")
        .expect("it can be written");
    let file = file.to_str().expect("its name is text");
    let own = agreed("70", "50", "123", &["--pattern", file]);
    assert_eq!(own, agreed("70", "50", "123", &["--pattern", "glider"]));
}

#[test]
fn every_cell_draws_the_same_picture() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let pictures = LIFE.approaches().map(|approach| {
        let file = folder.path().join(format!("{approach}.gif"));
        let arguments = ["--width", "90", "--height", "60", "--generations", "30", "--out"];
        let ran = LIFE.run(approach, &[&arguments[..], &[file.to_str().expect("text")]].concat());
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        fs::read(file).expect("it was written")
    });
    let pictures: Vec<Vec<u8>> = pictures.collect();
    assert!(pictures[0].starts_with(b"GIF89a"));
    assert!(pictures.iter().all(|picture| *picture == pictures[0]));
}

#[test]
fn the_limits_are_obeyed() {
    for approach in LIFE.approaches() {
        for (limit, most) in
            [(["--workers", "3"], 3), (["--workers", "1"], 1), (["--limit", "1"], 1)]
        {
            let size = ["--json", "--width", "2048", "--height", "2048", "--generations", "100"];
            let ran = LIFE.run(approach, &[&size[..], &limit].concat()).json();
            let peak = ran["peak_in_flight"].as_u64().expect("it is a number");
            let most = if approach == "sequential" { 1 } else { most };
            // As many as there are workers are reached in the most cases, but nothing makes sure
            // that bands which need some 100 µs are ever at work at the same time.
            assert!((1..=most).contains(&peak), "{approach} {limit:?}: {peak}");
            assert_eq!(ran["units"], 100 * most, "{approach} {limit:?}");
        }
    }
}

#[test]
fn the_trace_holds_every_step() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for approach in LIFE.approaches() {
        let file = folder.path().join(approach);
        let size = ["--width", "64", "--height", "64", "--generations", "20", "--workers", "2"];
        let trace = ["--trace", file.to_str().expect("its name is text")];
        let ran = LIFE.run(approach, &[&size[..], &trace].concat());
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        let trace: Value =
            serde_json::from_slice(&fs::read(&file).expect("it was written")).expect("it is JSON");
        let text = trace.to_string();
        let steps = if approach == "sequential" { 20 } else { 40 };
        for step in 0..steps {
            assert!(text.contains(&format!("\"step {step}\"")), "{approach}: step {step}");
        }
        assert!(!text.contains(&format!("\"step {steps}\"")), "{approach}");
    }
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    LIFE.refused(&["--width", "0"], 2, "--width");
    LIFE.refused(&["--height", "-1"], 2, "-1");
    LIFE.refused(&["--generations", "many"], 2, "many");
    LIFE.refused(&["--generations", "1000000001"], 2, "1000000001");
    LIFE.refused(&["--workers", "0"], 2, "--workers");
    LIFE.refused(&["--limit", "0"], 2, "--limit");
    LIFE.refused(&["--width", "100000", "--height", "100000"], 1, "100000 × 100000");
    LIFE.refused(&["--width", "1", "--height", "4294967295"], 1, "1 × 4294967295");
    LIFE.refused(&["--pattern", "/nonexistent/gun.rle"], 1, "/nonexistent/gun.rle");
    LIFE.refused(&["--pattern", "/"], 1, "/");
    LIFE.refused(&["--pattern", "glider", "--width", "2"], 1, "does not fit");
    LIFE.refused(&["--out", "/nonexistent/life.gif"], 1, "/nonexistent/life.gif");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, bytes, complaint) in [
        ("rule.rle", &b"x = 3, y = 3, rule = B36/S23\nbob$2bo$3o!"[..], "B36/S23"),
        ("torn.rle", b"x = 3, y = 3\nbob$2bo$3o", "`!`"),
        ("binary.rle", b"\xff\xfe\0\0", "binary.rle"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("it can be written");
        LIFE.refused(&["--pattern", file.to_str().expect("its name is text")], 1, complaint);
    }
}

#[test]
fn a_killed_worker_is_told_and_ends_the_run() {
    let family = LIFE.start("processes", &["--json", "--generations", "1000000", "--workers", "3"]);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    let workers = family.living(WORKER);
    Family::signal(workers[1], "-KILL");
    let ended = family.wait_for(WORKER, 0, PATIENCE);
    let ran = family.end();
    assert_eq!((ended, ran.status), (0, Some(1)), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("signal: 9"), "{}", ran.stderr);
}

#[test]
fn ctrl_c_ends_every_cell() {
    for approach in LIFE.approaches() {
        let arguments = ["--width", "500", "--generations", "1000000000", "--workers", "3"];
        let mut family = LIFE.start(approach, &arguments);
        let workers = if approach == "processes" { 3 } else { 0 };
        assert_eq!(family.wait_for(WORKER, workers, PATIENCE), workers);
        // The board has been made by the time that there are threads or processes to evolve it.
        std::thread::sleep(Duration::from_millis(100));
        Family::signal(family.parent().id(), "-INT");
        let left = family.wait_for("", 0, Duration::from_secs(5));
        let ran = family.end();
        assert_eq!((left, ran.status), (0, Some(130)), "{approach}: {}", ran.stderr);
    }
}

#[test]
fn no_busy_worker_outlives_its_parent() {
    for signal in ["-KILL", "-TERM", "-INT"] {
        let mut family =
            LIFE.start("processes", &["--generations", "1000000000", "--workers", "3"]);
        assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
        Family::signal(family.parent().id(), signal);
        assert_eq!(family.wait_for(WORKER, 0, Duration::from_secs(1)), 0, "after {signal}");
        let ran = family.end();
        let expected = if signal == "-KILL" { None } else { Some(130) };
        assert_eq!(ran.status, expected, "after {signal}: {}", ran.stderr);
    }
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long workers may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
