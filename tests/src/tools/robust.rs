//! The program `compare` among versions and programs that do what they should not, and at Ctrl-C.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::compare::{AS_CARGO, DEADLINE, WORKSPACE, assert_contains, command};
use crate::{
    cells::text,
    family::{Family, Ran},
    patience::{PATIENCE, wait_until},
    suite::{Test, tests},
};

/// All of these tests.
pub(super) fn tests() -> Vec<Test> {
    tests!("compare", Shared:
        a_version_that_prints_rubbish_is_reported,
        a_version_that_says_nothing_or_aborts_is_reported,
        a_version_that_floods_stderr_is_measured,
        a_version_that_ignores_all_requests_is_killed,
        what_a_version_leaves_behind_is_ended,
        a_program_may_do_what_it_likes,
        ctrl_c_shows_the_complete_rounds_and_again_shows_them_once_more,
        ctrl_c_in_the_first_round_says_that_there_is_nothing_to_show,
        ctrl_c_shows_the_complete_rounds_of_programs_of_ones_own,
        again_shows_the_same_without_running_anything,
        again_needs_a_last_run_of_this_version,
    )
}

/// Compares sequential with tokio, which does mischief; returns what is printed, on one line. Nobody
/// may live on.
fn with_mischief(mischief: &str, deadline: &str, status: i32) -> String {
    let mischief = format!("--mischief={mischief}");
    let arguments =
        ["good", "--only", "tokio", "--runs", "2", "--deadline", deadline, "--", &mischief];
    let family = Family::spawn(command(&arguments).stdin(Stdio::null()));
    wait_until("compare ends", || family.living("").is_empty());
    let ran = family.end();
    assert_eq!(ran.status, Some(status), "{}{}", ran.stdout, ran.stderr);
    // Sequential is shown in any case.
    assert!(ran.stdout.lines().any(|line| line.starts_with("sequential  ")), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "{:?}", ran.stdout);
    ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn a_version_that_prints_rubbish_is_reported() {
    let text = with_mischief("rubbish", DEADLINE, 1);
    assert_contains(
        &text,
        "tokio crashed: in round 1: exit status: 0, and its report cannot be read",
    );
}

fn a_version_that_says_nothing_or_aborts_is_reported() {
    let text = with_mischief("silence", DEADLINE, 1);
    assert_contains(&text, "tokio crashed: in round 1: exit status: 0, and no report");
    let text = with_mischief("abort", DEADLINE, 1);
    assert_contains(&text, "tokio crashed: in round 1: signal: 6 (SIGABRT)");
}

fn a_version_that_floods_stderr_is_measured() {
    let text = with_mischief("flood", "1m", 0);
    assert_contains(&text, "All versions agree: 42.");
}

fn a_version_that_ignores_all_requests_is_killed() {
    let text = with_mischief("stubborn", "5s", 1);
    assert_contains(
        &text,
        "tokio hung: in round 1: no end after 5s (--deadline), so it was killed",
    );
}

fn what_a_version_leaves_behind_is_ended() {
    let text = with_mischief("leaves a child", DEADLINE, 0);
    assert_contains(&text, "All versions agree: 42.");
    // As long as somebody may still write to it, its report may not be complete.
    let text = with_mischief("leaves its stdout", "5s", 1);
    assert_contains(&text, "tokio hung: in round 1: no end after 5s");
}

fn a_program_may_do_what_it_likes() {
    let arguments = [
        "--runs",
        "1",
        "--deadline",
        "5s",
        "--command",
        "rubbish=head -c 1000000 /dev/urandom",
        "--command",
        "flood=sh -c 'head -c 50000000 /dev/zero >&2; echo >&2; echo the end >&2; exit 4'",
        "--command",
        "crash=sh -c 'kill -SEGV $$'",
        "--command",
        "stubborn=sh -c \"trap '' TERM INT; while :; do sleep 1; done\"",
        "--command",
        "fled=sh -c 'setsid sleep 600 & exit 0'",
    ];
    let family = Family::spawn(command(&arguments).stdin(Stdio::null()));
    wait_until("compare ends", || family.living("").is_empty());
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "flood failed: in round 1: exit status: 4; its last words: the end",
        "crash failed: in round 1: signal: 11",
        "stubborn failed: in round 1: no end after 5s (--deadline), so it was killed",
    ] {
        assert_contains(&text, part);
    }
    for name in ["rubbish", "fled"] {
        assert!(!text.contains(&format!("{name} failed")), "{text}");
    }
}

/// A folder in which a run is saved, apart from those of other tests. The cells are there already, so
/// this very program takes cargo's place.
pub(super) fn saving_in(folder: &Path, arguments: &[&str]) -> Command {
    let built = ["sequential", "rayon", "tokio", "async-std"].map(|approach| {
        let name = format!("good-{approach}");
        let path = WORKSPACE.join("target/release").join(&name);
        format!("{}\n", json!({ "target": { "name": name }, "executable": path }))
    });
    let mut command = command(arguments);
    command
        .stdin(Stdio::null())
        .env("CARGO_TARGET_DIR", folder)
        .env("CARGO", env::current_exe().expect("this program has a path"))
        .env(AS_CARGO, built.concat());
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Interrupts a comparison in which the second run of tokio never ends.
fn interrupted(folder: &Path, more: &[&str]) -> Ran {
    let file = folder.join("ran");
    let mischief = format!("--mischief={}", text(&file));
    let arguments = ["good", "--runs", "9", "--deadline", "1h"];
    let arguments = [&arguments[..], more, &["--", &mischief]].concat();
    let mut family = Family::spawn(&mut saving_in(folder, &arguments));
    let again = folder.join("ran.again");
    wait_until("tokio runs again", || again.exists());
    family.signal("-INT");
    assert!(family.ends_within(PATIENCE), "{:?} live on", family.living(""));
    family.end()
}

fn ctrl_c_shows_the_complete_rounds_and_again_shows_them_once_more() {
    let folder = folder();
    let ran = interrupted(folder.path(), &[]);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (Some(130), "interrupted: this shows what was complete\n")
    );
    assert_contains(&ran.stdout, "\n1 round; noise not measured");
    assert_contains(&ran.stdout, "All versions agree: 42.");
    let again = Ran::of(&mut saving_in(folder.path(), &["--again"]));
    assert_eq!((again.status, &*again.stderr), (Some(0), ""));
    assert_eq!(again.stdout, ran.stdout);
}

fn ctrl_c_in_the_first_round_says_that_there_is_nothing_to_show() {
    let folder = folder();
    fs::write(folder.path().join("ran"), "").expect("the folder is ours");
    let ran = interrupted(folder.path(), &["--json"]);
    let too_soon = "interrupted before a round was complete\n";
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(130), "", too_soon));
    let again = Ran::of(&mut saving_in(folder.path(), &["--again"]));
    again.refused(1, "there is no last run");
}

fn ctrl_c_shows_the_complete_rounds_of_programs_of_ones_own() {
    let folder = folder();
    let file = folder.path().join("ran");
    let file = text(&file);
    let second =
        format!("b=sh -c '[ -e {file} ] && touch {file}.again && sleep 600; touch {file}'");
    let arguments = ["--command", "a=true", "--command", &second, "--runs", "9"];
    let mut family = Family::spawn(&mut saving_in(folder.path(), &arguments));
    let again = folder.path().join("ran.again");
    wait_until("b runs again", || again.exists());
    family.signal("-INT");
    assert!(family.ends_within(PATIENCE), "{:?} live on", family.living(""));
    let ran = family.end();
    assert_eq!(ran.status, Some(130), "{}", ran.stderr);
    assert_contains(&ran.stdout, "\n1 round; noise: a against itself");
    let again = Ran::of(&mut saving_in(folder.path(), &["--again"]));
    assert_eq!((again.status, again.stdout), (Some(0), ran.stdout));
}

fn again_shows_the_same_without_running_anything() {
    let folder = folder();
    let run = |arguments: &[&str]| Ran::of(&mut saving_in(folder.path(), arguments));
    let first = run(&["good", "--runs", "2", "--wide"]);
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    // Nobody builds anything, and nothing runs: there is no cargo.
    let again = |more: &[&str]| {
        let mut command = saving_in(folder.path(), &[&["--again"], more].concat());
        Ran::of(command.env("CARGO", "/nonexistent/cargo").env_remove(AS_CARGO))
    };
    assert_eq!(again(&["--wide"]).stdout, first.stdout);
    let figures = |ran: &Ran| -> Value { ran.json()["rows"].clone() };
    let json = run(&["good", "--runs", "2", "--json"]);
    assert_eq!(figures(&again(&["--json"])), figures(&json));

    let sweep = run(&["good", "--sweep", "limit=1,2", "--runs", "1"]);
    assert_contains(&sweep.stdout, "by --limit");
    assert_eq!(again(&[]).stdout, sweep.stdout);
    let files = ["first.svg", "again.svg"].map(|name| folder.path().join(name));
    let [drawn, drawn_again] = &files;
    for form in ["--json", "--csv", "--markdown"] {
        let sweep = ["good", "--sweep", "limit=1,2", "--runs", "2", "--svg", text(drawn), form];
        let first = run(&sweep);
        assert_eq!(first.status, Some(0), "{}", first.stderr);
        assert_eq!(again(&["--svg", text(drawn_again), form]).stdout, first.stdout);
        let [first, again] = files.each_ref().map(|file| fs::read(file).expect("it is written"));
        assert_eq!(first, again);
    }
    // A page can be had later, too, if nobody thought of it before measuring.
    let folder_of_page = folder.path().join("page");
    let page = |arguments: &[&str]| {
        assert_eq!(
            again(&[arguments, &["--html", text(&folder_of_page)]].concat()).status,
            Some(0)
        );
        fs::read_to_string(folder_of_page.join("index.html")).expect("it is written")
    };
    assert_contains(&page(&["--json"]), "<h2>The curves</h2>");
    run(&["good", "--runs", "2", "--json"]);
    assert_contains(&page(&[]), "only figures are saved.");
    for (form, head) in [("--csv", "row,version,round,wall_s"), ("--markdown", "good · 100 pages")]
    {
        let first = run(&["good", "--runs", "2", form]);
        assert!(first.stdout.starts_with(head), "{}", first.stdout);
        assert_eq!(again(&[form]).stdout, first.stdout);
    }
    // What is wrong is wrong the second time, too.
    let wrong = run(&["good", "--runs", "1", "--", "--mischief=silence"]);
    let wrong_again = again(&[]);
    assert_eq!(wrong_again.stdout, wrong.stdout);
    assert_eq!((wrong.status, wrong_again.status), (Some(1), Some(1)));
}

fn again_needs_a_last_run_of_this_version() {
    let folder = folder();
    let run = |arguments: &[&str]| Ran::of(&mut saving_in(folder.path(), arguments));
    run(&["--again"]).refused(1, "there is no last run to show again");
    let saved = folder.path().join("compare");
    fs::create_dir(&saved).expect("the folder is ours");
    for (text, complaint) in [
        ("{\"version\":0}", "was written by another version of compare"),
        ("{", "cannot read the last run"),
    ] {
        fs::write(saved.join("last.json"), text).expect("the folder is ours");
        run(&["--again"]).refused(1, complaint);
    }
    assert_eq!(run(&["good", "--again"]).status, Some(2));

    // Where nothing can be saved, the figures are shown all the same.
    fs::remove_dir_all(&saved).and_then(|()| fs::write(&saved, "")).expect("the folder is ours");
    let ran = run(&["good", "--runs", "3"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert_contains(&ran.stderr, "warning: cannot save the run in ");
}
