//! The cell of `wordcount` for several machines, in several processes: on this one, and on hosts
//! with addresses of their own that network namespaces play. Where the machine does not permit
//! those, the tests that need them say so and are skipped.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
    sync::LazyLock,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use trial::{Family, Hosts, Ran, Row};

static WORDCOUNT: LazyLock<Row> = LazyLock::new(|| Row::build("wordcount"));

/// How long processes may take to start, or to notice, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn several_processes_count_what_one_counts() {
    let held = WORDCOUNT.hold(&["--size", "5000000"]);
    let arguments: Vec<&str> = held.arguments().iter().map(String::as_str).collect();
    let arguments = [&["--json", "--top", "9"], &arguments[..]].concat();
    let expected = WORDCOUNT.run("sequential", &arguments).json();
    for processes in 1..=3 {
        for workers in ["1", "2"] {
            let arguments = [&arguments[..], &["--workers", workers]].concat();
            let json = report_of(&Hosts::local(processes), &arguments, 0);
            for part in ["answer", "figures", "failures"] {
                assert_eq!(json[part], expected[part], "{processes} processes, {workers} workers");
            }
        }
    }
}

#[test]
fn each_process_makes_the_same_text_for_itself() {
    let arguments = ["--json", "--size", "700000", "--seed", "5"];
    let expected = WORDCOUNT.run("sequential", &arguments).json()["answer"].clone();
    assert_eq!(report_of(&Hosts::local(2), &arguments, 0)["answer"], expected);
}

#[test]
fn several_hosts_count_what_one_counts() {
    let arguments = ["--json", "--size", "3000000"];
    let expected = WORDCOUNT.run("sequential", &arguments).json()["answer"].clone();
    for number in [2, 3] {
        let Some(hosts) = hosts_apart(number) else { return };
        assert_eq!(report_of(&hosts, &arguments, 0)["answer"], expected, "{number} hosts");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_failure_whoever_was_to_read_it() {
    let folder = temporary();
    let file = folder.path().join("words");
    fs::write(&file, "a b a").expect("a temporary file can be written");
    let arguments = ["--json", "/nonexistent/1", path(&file), "/nonexistent/2"];
    let expected = WORDCOUNT.run("sequential", &arguments).json();
    // Three pieces, each of them with another process.
    let json = report_of(&Hosts::local(3), &[&arguments[..], &["--workers", "1"]].concat(), 1);
    assert_eq!(json["failures"], expected["failures"]);
    assert_eq!(json["answer"], expected["answer"]);
}

#[test]
fn processes_with_different_texts_count_none() {
    for odd in [["--size", "1001", "--seed", "0"], ["--size", "1000", "--seed", "1"]] {
        let hosts = Hosts::local(2);
        let families =
            [start(&hosts, 0, &["--size", "1000", "--seed", "0"]), start(&hosts, 1, &odd)];
        for ran in families.map(end_in_time) {
            failed_with(&ran, "another input");
        }
    }
}

#[test]
fn a_process_that_is_missing_is_named_in_time() {
    let hosts = Hosts::local(2);
    for (process, missing) in [(0, 1), (1, 0)] {
        let arguments = ["--size", "1000", "--patience", "300ms"];
        let ran = end_in_time(start(&hosts, process, &arguments));
        let address = &hosts.addresses()[missing];
        failed_with(&ran, &format!("process {missing} ({address}) was not there within 300ms"));
    }
}

#[test]
fn a_wrong_hostfile_is_refused_before_the_text_is_made() {
    let folder = temporary();
    let file = folder.path().join("hosts");
    fs::write(&file, "localhost:2101\nnowhere\n").expect("a temporary file can be written");
    // For a text of this size there would be no room.
    let arguments = ["--size", "1000000000000000", "--processes", "2", "--hostfile", path(&file)];
    failed_with(&WORDCOUNT.run("timely", &arguments), "line 2: \"nowhere\" is no address");
}

#[test]
fn a_process_that_is_killed_half_way_ends_the_others_with_an_error() {
    let folder = temporary();
    let endless = folder.path().join("endless");
    let file = File::create(&endless).expect("a temporary file can be made");
    file.set_len(1 << 38).expect("it can have a hole");
    for killed in 0..2 {
        let mut families = all_computing(&Hosts::local(2), &["--workers", "1", path(&endless)]);
        Family::signal(families[killed].parent().id(), "-KILL");
        let rans: Vec<Ran> = families.into_iter().map(end_in_time).collect();
        assert_eq!(rans[killed].status, None);
        failed_with(&rans[1 - killed], &format!("lost process {killed}"));
    }
}

#[test]
fn the_text_is_removed_also_when_another_process_is_lost() {
    let folder = temporary();
    let hosts = Hosts::local(2);
    let (text, program) = (path(folder.path()), WORDCOUNT.program("timely"));
    let variable = format!("TMPDIR={text}");
    let file = hosts.file();
    let start = |process| {
        let arguments = ["--size", "100000000", "--workers", "1", "--processes", "2", "--process"];
        let arguments = [&[&variable, path(program)], &arguments[..]].concat();
        let arguments = [&arguments[..], &[process, "--hostfile", path(&file)]].concat();
        // This becomes the program itself.
        Family::start(Path::new("env"), &arguments)
    };
    let (zero, mut one) = (start("0"), start("1"));
    assert!(one.wait_for_thread("timely:work", PATIENCE));
    // Stopped, it cannot be done before it is killed.
    Family::signal(one.parent().id(), "-STOP");
    assert!(zero.wait_for_thread("timely:work", PATIENCE));
    Family::signal(one.parent().id(), "-KILL");
    failed_with(&end_in_time(zero), "lost process 1");
    assert_eq!(end_in_time(one).status, None);
    // What was killed itself has left its own text behind.
    let left = fs::read_dir(folder.path()).expect("it can be listed").count();
    assert_eq!(left, 1);
}

fn start(hosts: &Hosts, process: usize, arguments: &[&str]) -> Family {
    hosts.start(WORDCOUNT.program("timely"), process, arguments)
}

/// Starts a process on every host, and waits until all of them compute.
fn all_computing(hosts: &Hosts, arguments: &[&str]) -> Vec<Family> {
    let processes = 0..hosts.addresses().len();
    let families: Vec<_> = processes.map(|process| start(hosts, process, arguments)).collect();
    for family in &families {
        assert!(family.wait_for_thread("timely:work", PATIENCE), "all of them begin");
    }
    families
}

/// Has a process on every host do its part, and returns what the first of them reports.
fn report_of(hosts: &Hosts, arguments: &[&str], status: i32) -> Value {
    let processes = 0..hosts.addresses().len();
    let families: Vec<_> = processes.map(|process| start(hosts, process, arguments)).collect();
    let rans: Vec<Ran> = families.into_iter().map(end_in_time).collect();
    assert_eq!(rans[0].status, Some(status), "{}", rans[0].stderr);
    for ran in &rans[1..] {
        assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(0), "", ""));
    }
    rans[0].json()
}

fn end_in_time(family: Family) -> Ran {
    assert_eq!(family.wait_for("", 0, PATIENCE), 0, "it should have ended by now");
    family.end()
}

fn failed_with(ran: &Ran, complaint: &str) {
    assert_eq!(ran.status, Some(1), "{complaint}: {}", ran.stderr);
    assert_eq!((ran.stderr.lines().count(), &*ran.stdout), (1, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains(complaint), "{complaint}: {}", ran.stderr);
}

/// Hosts with addresses of their own, unless the machine does not permit them.
fn hosts_apart(number: usize) -> Option<Hosts> {
    match Hosts::apart(number) {
        Ok(hosts) => Some(hosts),
        Err(reason) => {
            // Written to stderr itself, since libtest keeps to itself what a test prints.
            writeln!(io::stderr(), "skipped: nothing was tried on several hosts, since {reason}")
                .expect("stderr takes a line");
            None
        }
    }
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the folder for temporary files is UTF-8")
}
