//! The row wordcount.

pub(super) mod timely;

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use harness::Limits;
use serde_json::json;
use tempfile::TempDir;
use wordcount_threads::{count_words, count_words_in_shards, count_words_in_shared_map};
use wordcount_workload::{Made, Text};

use super::computing;
use crate::{
    cells::{Cells, children, text},
    contract::{self, Contract, Input, LostWorker},
    family::{Ran, WORKER, signal},
    patience::wait_until,
    suite::{Test, tests, tests_of_each},
};

static WORDCOUNT: LazyLock<Cells> = LazyLock::new(|| Cells::of("wordcount"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &WORDCOUNT,
    unit: "piece",
    runs_of_a_unit: 1,
    // Four pieces.
    quick: || Input::of(&["--size", "1600000"]),
    empty: || Input::of(&["--size", "0"]),
    single: || Input::of(&["--size", "1"]),
    wide: || hole(32 << 20),
    lasting: || hole(300 << 20),
    endless: || hole(1 << 38),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--size", "-1"], 2, "-1"),
        (&["--size", "1152921504606846977"], 2, "1152921504606846977"),
        (&["--top", "many"], 2, "many"),
        (&["--latency", "1s"], 2, "--latency"),
    ],
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(tests!("wordcount", Shared:
        a_text_that_is_made_for_all_is_that_which_each_makes_for_itself,
        a_known_text_has_known_counts,
        bytes_that_are_no_utf_8_end_a_word,
        tiny_texts_agree,
        any_number_of_workers_agrees,
        words_across_any_number_of_cuts_are_counted_once,
        several_files_count_as_one_text,
        shared_maps_give_the_same_answer,
        the_text_is_removed_on_ctrl_c,
        workers_that_are_killed_again_and_again_are_failures,
    ));
    tests.extend(tests_of_each!(WORDCOUNT, Shared:
        files_that_cannot_be_read_are_failures_that_name_them,
        a_text_that_no_disk_holds_is_refused,
        memory_does_not_grow_with_the_text,
        a_file_whose_size_nobody_knows_is_read_to_its_end,
        a_text_that_comes_through_a_pipe_is_read_to_its_end,
    ));
    tests.extend(computing::tests(&CONTRACT));
    tests.extend(contract::tests(&CONTRACT));
    tests
}

/// A text of so many bytes, nearly all of which are no letters: it takes time to read, and no room.
fn hole(bytes: u64) -> Input {
    Input::in_folder(|folder| {
        let (hole, words) = (folder.join("hole"), folder.join("words"));
        sparse(&hole, bytes);
        write(&words, b"a b a");
        vec![text(&hole).to_owned(), text(&words).to_owned()]
    })
}

fn a_text_that_is_made_for_all_is_that_which_each_makes_for_itself() {
    let size = ["--size", "3000000"];
    let prepared = WORDCOUNT.prepare(&size);
    let arguments: Vec<&str> = prepared.arguments().iter().map(String::as_str).collect();
    let answer = WORDCOUNT.agreed(&arguments);
    assert!(answer["words"].as_u64() > Some(400_000), "{answer}");
    assert_eq!(WORDCOUNT.agreed(&size), answer);
    // It is removed when nobody needs it any more.
    let file = PathBuf::from(arguments[0]);
    assert!(file.is_file());
    drop(prepared);
    assert!(!file.exists());
}

fn a_known_text_has_known_counts() {
    let folder = temporary();
    let file = folder.path().join("text");
    write(
        &file,
        "The quick été; the QUICK Été -- and\n\nthe end's end. 3 ends\u{a0}Ω ω".as_bytes(),
    );
    let answer = WORDCOUNT.agreed(&[text(&file)]);
    assert_eq!((&answer["words"], &answer["distinct"]), (&json!(14), &json!(8)));
    let ran = WORDCOUNT.run("rayon", &["--json", "--top", "3", text(&file)]);
    assert_eq!(ran.json()["figures"], json!({ "top": [["the", 3], ["end", 2], ["quick", 2]] }));
    assert_eq!(ran.json()["answer"], answer);
    let ran = WORDCOUNT.run("smol", &["--top", "2", text(&file)]);
    assert!(ran.stdout.contains("\n             3  the\n             2  end\n"), "{}", ran.stdout);
}

fn bytes_that_are_no_utf_8_end_a_word() {
    let folder = temporary();
    let (invalid, spaces) = (folder.path().join("invalid"), folder.path().join("spaces"));
    write(&invalid, b"caf\xe9s \xc3\xa9\xc3 a\xffb\x80\x80c \xe2\x82d");
    write(&spaces, "caf s é a b c d".as_bytes());
    let answer = WORDCOUNT.agreed(&[text(&invalid)]);
    assert_eq!(answer["words"], 7);
    assert_eq!(WORDCOUNT.agreed(&[text(&spaces)]), answer);
}

fn tiny_texts_agree() {
    for size in ["0", "1", "2", "100"] {
        let answer = WORDCOUNT.agreed(&["--size", size]);
        assert_eq!(answer["words"] == json!(0), size == "0", "{size} bytes: {answer}");
    }
}

fn any_number_of_workers_agrees() {
    let prepared = WORDCOUNT.prepare(&["--size", "5000000"]);
    let prepared: Vec<&str> = prepared.arguments().iter().map(String::as_str).collect();
    let expected = WORDCOUNT.agreed(&prepared);
    // The last of these are more than there are pieces.
    for workers in ["1", "3", "64"] {
        let arguments = [&prepared[..], &["--workers", workers]].concat();
        assert_eq!(WORDCOUNT.agreed(&arguments), expected, "{workers} workers");
    }
}

fn words_across_any_number_of_cuts_are_counted_once() {
    let folder = temporary();
    let (long, accents) = (folder.path().join("long"), folder.path().join("accents"));
    // A word that is longer than several pieces, and one in letters that a cut may tear.
    write(&long, format!("a {} b", "x".repeat(3_000_000)).as_bytes());
    write(&accents, format!("ä{} ö", "语".repeat(1_000_000)).as_bytes());
    let answer = WORDCOUNT.agreed(&[text(&long), text(&accents), "--workers", "4"]);
    assert_eq!((&answer["words"], &answer["distinct"]), (&json!(5), &json!(5)));
}

fn several_files_count_as_one_text() {
    let folder = temporary();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let odd = folder.path().join(OsStr::from_bytes(b"not \xff UTF-8\n"));
    write(&one, b"a b c");
    write(&two, b"c a");
    write(&odd, b"");
    let together = folder.path().join("together");
    write(&together, b"a b c c a");
    let expected = WORDCOUNT.agreed(&[text(&together)]);
    assert_eq!(WORDCOUNT.agreed(&[text(&one), text(&two)]), expected);
    assert_eq!(WORDCOUNT.agreed(&[text(&two), text(&one)]), expected);
    for approach in WORDCOUNT.approaches() {
        let ran = Ran::of(WORDCOUNT.command(approach, &["--json"]).args([&odd, &together]));
        assert_eq!(ran.json()["answer"], expected, "{approach}");
    }
}

fn shared_maps_give_the_same_answer() {
    let made = Made::write(2_000_000, 3).expect("a text can be made");
    let text = Text::of(&[made.path().to_owned(), "/nonexistent".into()]);
    for workers in [1, 2, 5] {
        let limits = Limits { in_flight: workers, workers };
        let own = count_words(&text, limits).expect("threads can be started");
        for together in [count_words_in_shared_map, count_words_in_shards] {
            let shared = together(&text, limits).expect("threads can be started");
            assert_eq!(own, shared, "{workers} workers");
        }
        assert_eq!(own.missed().len(), 1);
    }
    let size = ["--size", "100000"];
    let expected = WORDCOUNT.agreed(&size);
    for map in ["own", "shared", "sharded"] {
        let ran = WORDCOUNT.run("threads", &[&size[..], &["--json", "--map", map]].concat());
        assert_eq!(ran.json()["answer"], expected, "{map}");
    }
}

fn files_that_cannot_be_read_are_failures_that_name_them(approach: &str) {
    let folder = temporary();
    let good = folder.path().join("good");
    write(&good, b"a b");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("every Unix has a mkfifo");
    assert!(made.success());
    let ran = WORDCOUNT.run(
        approach,
        &["--json", "/nonexistent", text(&good), text(folder.path()), text(&pipe), text(&good)],
    );
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"]["words"], 4);
    let failure = |unit: &Path, reason: &str| json!({ "unit": unit, "reason": reason });
    let expected = json!([
        failure(
            Path::new("/nonexistent"),
            "cannot read it: No such file or directory (os error 2)"
        ),
        failure(folder.path(), "cannot read it: it is no regular file"),
        failure(&pipe, "cannot read it: it is no regular file"),
    ]);
    assert_eq!(ran.json()["failures"], expected);
    assert_eq!(ran.stderr.lines().count(), 3, "{}", ran.stderr);
}

fn a_text_that_no_disk_holds_is_refused(approach: &str) {
    let folder = temporary();
    let mut command = WORDCOUNT.command(approach, &["--size", "1152921504606846976"]);
    Ran::of(command.env("TMPDIR", folder.path())).refused(1, "has no room");
    assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
}

fn memory_does_not_grow_with_the_text(approach: &str) {
    let folder = temporary();
    let large = folder.path().join("large");
    // No word at all, and then five hundred chunks of the same.
    sparse(&large, 1 << 25);
    let peak = |arguments: &[&str]| {
        let ran = WORDCOUNT.run(approach, &[&["--json"], arguments].concat());
        ran.json()["peak_rss_bytes"].as_u64().expect("it is known on Linux")
    };
    let (small, large) = (peak(&["--size", "0"]), peak(&[text(&large)]));
    assert!(large < small + (8 << 20), "{small} bytes, then {large}");
}

fn a_file_whose_size_nobody_knows_is_read_to_its_end(approach: &str) {
    let made_up = Path::new("/proc/version");
    assert_eq!(fs::metadata(made_up).expect("Linux has it").len(), 0);
    let folder = temporary();
    let copy = folder.path().join("copy");
    write(&copy, &fs::read(made_up).expect("it can be read"));
    let ran = WORDCOUNT.run(approach, &["--json", text(made_up)]);
    let (answer, _) = WORDCOUNT.expected(&[text(&copy)]);
    assert_eq!((ran.status, &ran.json()["answer"]), (Some(0), answer), "{}", ran.stderr);
    assert!(answer["words"].as_u64() > Some(3), "{answer}");
}

fn a_text_that_comes_through_a_pipe_is_read_to_its_end(approach: &str) {
    let folder = temporary();
    // It is cut into several pieces, and longer than a pipe holds.
    let made = Made::write(1_600_000, 5).expect("a text can be made");
    let content = fs::read(made.path()).expect("it can be read");
    let mut child = WORDCOUNT
        .command(approach, &["--json", "/dev/stdin"])
        .env("TMPDIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program that was built can be started");
    let mut pipe = child.stdin.take().expect("it was asked for");
    pipe.write_all(&content).expect("the program reads all of it");
    drop(pipe);
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    let (answer, _) = WORDCOUNT.expected(&[text(made.path())]);
    assert_eq!((ran.status, &ran.json()["answer"]), (Some(0), answer), "{}", ran.stderr);
    assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
}

fn the_text_is_removed_on_ctrl_c() {
    // Once while the text is made, and once while it is held for others.
    for arguments in [["--size", "1000000000"].as_slice(), &["--size", "1000", "--hold"]] {
        let folder = temporary();
        let mut child = WORDCOUNT
            .command("sequential", arguments)
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
            wait_until("the text is begun", || !children(folder.path()).is_empty());
        }
        signal(child.id(), "-INT");
        let ran = Ran::from(child.wait_with_output().expect("it ends"));
        assert_eq!((ran.status, &*ran.stderr), (Some(130), "interrupted\n"), "{arguments:?}");
        assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
    }
}

fn workers_that_are_killed_again_and_again_are_failures() {
    let folder = temporary();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    sparse(&first, 1 << 38);
    write(&second, b"a b a");
    let arguments = ["--json", "--workers", "2", text(&first), text(&second)];
    let family = WORDCOUNT.start("processes", &arguments);
    // Each of the two shares is tried twice.
    let mut killed = Vec::new();
    wait_until("four workers were there", || {
        for worker in family.living(WORKER) {
            if !killed.contains(&worker) {
                signal(worker, "-KILL");
                killed.push(worker);
            }
        }
        killed.len() == 4
    });
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let failures = ran.json()["failures"].to_string();
    for part in [text(&first), text(&second), "signal: 9"] {
        assert!(failures.contains(part), "{part} in {failures}");
    }
    assert_eq!(ran.json()["answer"]["words"], 0);
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn write(path: &Path, contents: &[u8]) {
    fs::write(path, contents).expect("a temporary file can be written");
}

/// Makes a file that is one large hole.
fn sparse(path: &Path, size: u64) {
    let file = File::create(path).expect("a temporary file can be made");
    file.set_len(size).expect("it can have a hole");
}
