//! All cells of `wordcount` give the same answers, and handle what goes wrong in the same way.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use harness::Limits;
use serde_json::{Value, json};
use tempfile::TempDir;
use trial::{Family, Row};
use wordcount_workload::{Made, Text};

static WORDCOUNT: LazyLock<Row> = LazyLock::new(|| Row::build("wordcount"));

#[test]
fn all_cells_count_the_same_words() {
    let held = WORDCOUNT.hold(&["--size", "8000000"]);
    let arguments: Vec<&str> = held.arguments().iter().map(String::as_str).collect();
    let answer = WORDCOUNT.agreed(&arguments);
    assert!(answer["words"].as_u64() > Some(1_000_000), "{answer}");
    // A text that each cell makes for itself is the same one.
    assert_eq!(WORDCOUNT.agreed(&["--size", "8000000"]), answer);
}

#[test]
fn a_known_text_has_known_counts() {
    let folder = temporary();
    let file = folder.path().join("text");
    let text = "The quick été; the QUICK Été -- and\n\nthe end's end. 3 ends\u{a0}Ω ω";
    write(&file, text.as_bytes());
    let answer = WORDCOUNT.agreed(&[path(&file)]);
    assert_eq!((&answer["words"], &answer["distinct"]), (&json!(14), &json!(8)));
    let ran = WORDCOUNT.run("rayon", &["--json", "--top", "3", path(&file)]);
    assert_eq!(ran.json()["figures"], json!({ "top": [["the", 3], ["end", 2], ["quick", 2]] }));
    assert_eq!(ran.json()["answer"], answer);
    let ran = WORDCOUNT.run("smol", &["--top", "2", path(&file)]);
    assert!(ran.stdout.contains("\n             3  the\n             2  end\n"), "{}", ran.stdout);
}

#[test]
fn bytes_that_are_no_utf_8_end_a_word() {
    let folder = temporary();
    let (invalid, spaces) = (folder.path().join("invalid"), folder.path().join("spaces"));
    write(&invalid, b"caf\xe9s \xc3\xa9\xc3 a\xffb\x80\x80c \xe2\x82d");
    write(&spaces, "caf s é a b c d".as_bytes());
    let answer = WORDCOUNT.agreed(&[path(&invalid)]);
    assert_eq!(answer["words"], 7);
    assert_eq!(WORDCOUNT.agreed(&[path(&spaces)]), answer);
}

#[test]
fn empty_and_tiny_texts_agree() {
    for size in ["0", "1", "2", "100"] {
        let answer = WORDCOUNT.agreed(&["--size", size]);
        assert_eq!(answer["words"] == json!(0), size == "0", "{size} bytes: {answer}");
    }
}

#[test]
fn any_number_of_workers_agrees() {
    let held = WORDCOUNT.hold(&["--size", "5000000"]);
    let held: Vec<&str> = held.arguments().iter().map(String::as_str).collect();
    let expected = WORDCOUNT.agreed(&held);
    // The last of these are more than there are pieces.
    for workers in ["1", "3", "64"] {
        let arguments = [&held[..], &["--workers", workers]].concat();
        assert_eq!(WORDCOUNT.agreed(&arguments), expected, "{workers} workers");
    }
}

#[test]
fn words_across_any_number_of_cuts_are_counted_once() {
    let folder = temporary();
    let (long, accents) = (folder.path().join("long"), folder.path().join("accents"));
    // A word that is longer than several pieces, and one in letters that a cut may tear.
    write(&long, format!("a {} b", "x".repeat(3_000_000)).as_bytes());
    write(&accents, format!("ä{} ö", "语".repeat(1_000_000)).as_bytes());
    let answer = WORDCOUNT.agreed(&[path(&long), path(&accents), "--workers", "4"]);
    assert_eq!((&answer["words"], &answer["distinct"]), (&json!(5), &json!(5)));
}

#[test]
fn several_files_count_as_one_text() {
    let folder = temporary();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let odd = folder.path().join(OsStr::from_bytes(b"not \xff UTF-8\n"));
    write(&one, b"a b c");
    write(&two, b"c a");
    write(&odd, b"");
    let together = folder.path().join("together");
    write(&together, b"a b c c a");
    let expected = WORDCOUNT.agreed(&[path(&together)]);
    assert_eq!(WORDCOUNT.agreed(&[path(&one), path(&two)]), expected);
    assert_eq!(WORDCOUNT.agreed(&[path(&two), path(&one)]), expected);
    for approach in WORDCOUNT.approaches() {
        let output = Command::new(WORDCOUNT.program(approach))
            .arg("--json")
            .args([&odd, &together])
            .output()
            .expect("a program that was built can be started");
        let json: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert_eq!(json["answer"], expected, "{approach}");
    }
}

#[test]
fn the_shared_map_gives_the_same_answer() {
    let made = Made::write(2_000_000, 3).expect("a text can be made");
    let text = Text::of(&[made.path().to_owned(), "/nonexistent".into()]);
    for workers in [1, 2, 5] {
        let limits = Limits { in_flight: workers, workers };
        let own = wordcount_threads::count_words(&text, limits).expect("threads can be started");
        let shared = wordcount_threads::count_words_in_shared_map(&text, limits)
            .expect("threads can be started");
        assert_eq!(own, shared, "{workers} workers");
        assert_eq!(own.missed().len(), 1);
    }
}

#[test]
fn the_limits_are_obeyed_and_reached() {
    let held = WORDCOUNT.hold(&["--size", "40000000"]);
    for approach in WORDCOUNT.approaches() {
        for (limits, expected) in
            [(["--workers", "3"], 3), (["--workers", "1"], 1), (["--limit", "2"], cores().min(2))]
        {
            let held = held.arguments().iter().map(String::as_str);
            let arguments: Vec<&str> = ["--json"].into_iter().chain(limits).chain(held).collect();
            let peak = WORDCOUNT.run(approach, &arguments).json()["peak_in_flight"].clone();
            let expected = if approach == "sequential" { 1 } else { expected };
            assert_eq!(peak, expected, "{approach} {arguments:?}");
        }
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn files_that_cannot_be_read_are_failures_that_name_them() {
    let folder = temporary();
    let good = folder.path().join("good");
    write(&good, b"a b");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("every Unix has a mkfifo");
    assert!(made.success());
    let arguments =
        ["--json", "/nonexistent", path(&good), path(folder.path()), path(&pipe), path(&good)];
    assert_eq!(WORDCOUNT.agreed(&arguments[1..])["words"], 4);
    for approach in WORDCOUNT.approaches() {
        let ran = WORDCOUNT.run(approach, &arguments);
        assert_eq!(ran.status, Some(1), "{approach}: {}", ran.stderr);
        let failure = |unit: &Path, reason: &str| json!({ "unit": unit, "reason": reason });
        let expected = json!([
            failure(
                Path::new("/nonexistent"),
                "cannot read it: No such file or directory (os error 2)"
            ),
            failure(folder.path(), "cannot read it: it is no regular file"),
            failure(&pipe, "cannot read it: it is no regular file"),
        ]);
        assert_eq!(ran.json()["failures"], expected, "{approach}");
        assert_eq!(ran.stderr.lines().count(), 3, "{approach}: {}", ran.stderr);
    }
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    WORDCOUNT.refused(&["--size", "-1"], 2, "-1");
    WORDCOUNT.refused(&["--size", "1152921504606846977"], 2, "1152921504606846977");
    WORDCOUNT.refused(&["--top", "many"], 2, "many");
    WORDCOUNT.refused(&["--workers", "0"], 2, "--workers");
    WORDCOUNT.refused(&["--limit", "0"], 2, "--limit");
    WORDCOUNT.refused(&["--latency", "1s"], 2, "--latency");
    WORDCOUNT.refused(&["--size", "9", "--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn a_text_that_no_disk_holds_is_refused() {
    let folder = temporary();
    for approach in WORDCOUNT.approaches() {
        let output = Command::new(WORDCOUNT.program(approach))
            .args(["--size", "1152921504606846976"])
            .env("TMPDIR", folder.path())
            .output()
            .expect("a program that was built can be started");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{approach}: {stderr}");
        assert!(stderr.contains("has no room"), "{approach}: {stderr}");
        assert_eq!((stderr.lines().count(), output.stdout.len()), (1, 0), "{approach}");
        assert!(is_empty(folder.path()), "{approach}");
    }
}

#[test]
fn memory_does_not_grow_with_the_text() {
    let folder = temporary();
    let large = folder.path().join("large");
    // No word at all, and then two thousand chunks of the same.
    sparse(&large, 1 << 27);
    let peak = |approach, arguments: &[&str]| {
        let ran = WORDCOUNT.run(approach, &[&["--json"], arguments].concat());
        ran.json()["peak_rss_bytes"].as_u64().expect("it is known on Linux")
    };
    for approach in WORDCOUNT.approaches() {
        let (small, large) = (peak(approach, &["--size", "0"]), peak(approach, &[path(&large)]));
        assert!(large < small + (8 << 20), "{approach}: {small} bytes, then {large}");
    }
}

#[test]
fn the_timeline_and_the_trace_show_every_piece() {
    let folder = temporary();
    let file = folder.path().join("trace.json");
    for approach in WORDCOUNT.approaches() {
        let arguments = ["--size", "6000000", "--timeline", "--trace", path(&file)];
        let ran = WORDCOUNT.run(approach, &arguments);
        assert_eq!(ran.status, Some(0), "{approach}: {}", ran.stderr);
        assert!(ran.stdout.contains("12 of 12 pieces"), "{approach}: {}", ran.stdout);
        let trace = fs::read(&file).expect("the trace was written");
        let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
        let events = trace["traceEvents"].as_array().expect("it has events");
        let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
        assert_eq!((of_kind("b"), of_kind("e")), (12, 12), "{approach}");
    }
}

#[test]
fn the_text_is_removed_at_the_end() {
    for approach in WORDCOUNT.approaches() {
        let folder = temporary();
        let output = Command::new(WORDCOUNT.program(approach))
            .args(["--size", "1000"])
            .env("TMPDIR", folder.path())
            .output()
            .expect("a program that was built can be started");
        assert!(output.status.success(), "{approach}");
        assert!(is_empty(folder.path()), "{approach}");
    }
    let held = WORDCOUNT.hold(&["--size", "10"]);
    let file = PathBuf::from(&held.arguments()[0]);
    assert!(file.is_file());
    drop(held);
    assert!(!file.exists());
}

#[test]
fn the_text_is_removed_on_ctrl_c() {
    // Once while the text is made, and once while it is held for others.
    for arguments in [["--size", "1000000000"].as_slice(), &["--size", "1000", "--hold"]] {
        let folder = temporary();
        let mut child = Command::new(WORDCOUNT.program("sequential"))
            .args(arguments)
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program that was built can be started");
        // As long as this is open, the text is held.
        let _stdin = child.stdin.take();
        if arguments.contains(&"--hold") {
            let stdout = child.stdout.take().expect("it was asked for");
            BufReader::new(stdout).read_line(&mut String::new()).expect("it prints a line");
        } else {
            wait_until("the text is begun", || !is_empty(folder.path()));
        }
        Family::signal(child.id(), "-INT");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "interrupted\n", "{arguments:?}");
        assert!(is_empty(folder.path()), "{arguments:?}");
    }
}

#[test]
fn ctrl_c_ends_everything_within_a_second() {
    let folder = temporary();
    let endless = endless(folder.path());
    for approach in WORDCOUNT.approaches() {
        let mut family = WORDCOUNT.start(approach, &["--workers", "3", path(&endless)]);
        let workers = if approach == "processes" { 3 } else { 0 };
        assert_eq!(family.wait_for(WORKER, workers, PATIENCE), workers, "{approach}");
        wait_until_open(&family, &endless);
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!(ran.status, Some(130), "{approach}: {}", ran.stderr);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", "interrupted\n"), "{approach}");
    }
}

#[test]
fn no_busy_worker_outlives_its_parent() {
    let folder = temporary();
    let endless = endless(folder.path());
    let mut family = WORDCOUNT.start("processes", &["--workers", "3", path(&endless)]);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    wait_until_open(&family, &endless);
    Family::signal(family.parent().id(), "-KILL");
    assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0);
    assert_eq!(family.end().status, None);
}

#[test]
fn a_killed_worker_costs_nothing_but_time() {
    let folder = temporary();
    let (file, words) = (folder.path().join("large"), folder.path().join("words"));
    sparse(&file, 1 << 29);
    write(&words, b"a b a");
    let arguments = ["--json", "--workers", "2", path(&file), path(&words)];
    let family = WORDCOUNT.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 2, PATIENCE), 2);
    wait_until_open(&family, &file);
    Family::signal(family.living(WORKER)[0], "-KILL");
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let answer = &ran.json()["answer"];
    assert_eq!((&answer["words"], &answer["distinct"]), (&json!(3), &json!(2)));
}

#[test]
fn workers_that_are_killed_again_and_again_are_failures() {
    let folder = temporary();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    sparse(&first, 1 << 38);
    write(&second, b"a b a");
    let arguments = ["--json", "--workers", "2", path(&first), path(&second)];
    let family = WORDCOUNT.start("processes", &arguments);
    // Each of the two shares is tried twice.
    let mut killed = Vec::new();
    wait_until("four workers were there", || {
        for worker in family.living(WORKER) {
            if !killed.contains(&worker) {
                Family::signal(worker, "-KILL");
                killed.push(worker);
            }
        }
        killed.len() == 4
    });
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let failures = ran.json()["failures"].to_string();
    for part in [path(&first), path(&second), "signal: 9"] {
        assert!(failures.contains(part), "{part} in {failures}");
    }
    assert_eq!(ran.json()["answer"]["words"], 0);
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long processes may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the folder for temporary files is UTF-8")
}

fn write(path: &Path, contents: &[u8]) {
    fs::write(path, contents).expect("a temporary file can be written");
}

/// Makes a file that is one large hole: it takes time to read, and no room.
fn sparse(path: &Path, size: u64) {
    let file = File::create(path).expect("a temporary file can be made");
    file.set_len(size).expect("it can have a hole");
}

/// A text that takes minutes to count.
fn endless(folder: &Path) -> PathBuf {
    let path = folder.join("endless");
    sparse(&path, 1 << 38);
    path
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("it can be listed").next().is_none()
}

/// Waits until one of the family's processes has the file open.
fn wait_until_open(family: &Family, path: &Path) {
    let has_open = |pid: u32| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        open.filter_map(|file| fs::read_link(file.path()).ok()).any(|file| file == path)
    };
    wait_until("the file is open", || family.living("").into_iter().any(has_open));
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
