//! The cell of `primes` for several machines, in several processes: on this one, and on hosts with
//! addresses of their own that network namespaces play. Where the machine does not permit those,
//! the tests that need them say so and are skipped.

use std::{
    fs,
    io::{self, Write},
    sync::LazyLock,
    time::Duration,
};

use serde_json::json;
use trial::{Family, Hosts, Ran, Row};

static PRIMES: LazyLock<Row> = LazyLock::new(|| Row::build("primes"));

/// What takes minutes.
const ENDLESS: [&str; 4] = ["--below", "1000000000000", "--workers", "1"];
/// How long processes may take to start, or to notice, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn several_processes_find_what_one_finds() {
    let arguments = ["--json", "--below", "100000000"];
    let expected = PRIMES.run("sequential", &arguments).json()["answer"].clone();
    for processes in 1..=3 {
        for workers in ["1", "2"] {
            let arguments = [&arguments[..], &["--workers", workers]].concat();
            let answer = answer_of(&Hosts::local(processes), &arguments);
            assert_eq!(answer, expected, "{processes} processes of {workers} workers");
        }
    }
}

#[test]
fn more_workers_than_segments_agree() {
    let arguments = ["--json", "--below", "31", "--workers", "4"];
    assert_eq!(answer_of(&Hosts::local(3), &arguments), json!({ "primes": 10 }));
}

#[test]
fn several_hosts_find_what_one_finds() {
    for number in [2, 3] {
        let Some(hosts) = hosts_apart(number) else { return };
        let answer = answer_of(&hosts, &["--json", "--below", "100000000"]);
        assert_eq!(answer, json!({ "primes": 5_761_455 }), "{number} hosts");
    }
}

#[test]
fn whoever_comes_first_waits_for_the_others() {
    let hosts = Hosts::local(3);
    let arguments = ["--json", "--below", "1000"];
    // The last one first; each is there, and waiting, before the next one starts.
    let families = [2, 1, 0].map(|process| {
        std::thread::sleep(Duration::from_millis(200));
        start(&hosts, process, &arguments)
    });
    let [two, one, zero] = families.map(end_in_time);
    assert_eq!(zero.json()["answer"], json!({ "primes": 168 }));
    [one, two].iter().for_each(ended_quietly);
}

#[test]
fn a_process_that_is_missing_is_named_in_time() {
    let hosts = Hosts::local(3);
    let arguments = [&ENDLESS[..], &["--patience", "300ms"]].concat();
    for (process, missing) in [(0, 1), (1, 0), (2, 0)] {
        let ran = end_in_time(start(&hosts, process, &arguments));
        let address = &hosts.addresses()[missing];
        failed_with(&ran, &format!("process {missing} ({address}) was not there within 300ms"));
    }
}

#[test]
fn a_host_that_is_missing_is_named_in_time() {
    let Some(hosts) = hosts_apart(2) else { return };
    let arguments = [&ENDLESS[..], &["--patience", "1s"]].concat();
    for missing in [0, 1] {
        hosts.cut_off(missing);
        let ran = end_in_time(start(&hosts, 1 - missing, &arguments));
        let address = &hosts.addresses()[missing];
        failed_with(&ran, &format!("process {missing} ({address}) was not there within 1s"));
    }
}

#[test]
fn a_wrong_hostfile_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("hosts");
    let name = file.to_str().expect("it is UTF-8");
    let arguments = ["--processes", "2", "--hostfile", name];
    let refused = |complaint: &str| {
        let ran = PRIMES.run("timely", &arguments);
        failed_with(&ran, complaint);
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    };
    refused("cannot read");
    for (text, complaint) in [
        ("", "0 lines, too few"),
        ("localhost:2101\n", "1 line, too few"),
        ("localhost:2101\nnowhere\n", "line 2: \"nowhere\" is no address"),
        ("localhost:many\nlocalhost:2101\n", "line 1: \"localhost:many\" is no address"),
        ("localhost:2101\nlocalhost:2101\n", "line 2: localhost:2101 is the address in line 1"),
    ] {
        fs::write(&file, text).expect("it can be written");
        refused(complaint);
    }
    // An address may look like one, and still be none, or not of this machine.
    fs::write(&file, "192.0.2.1:2101\nlocalhost:2102\n").expect("it can be written");
    failed_with(&PRIMES.run("timely", &arguments), "cannot listen at 192.0.2.1:2101");
    fs::write(&file, "nowhere.invalid:2101\nlocalhost:2102\n").expect("it can be written");
    failed_with(&PRIMES.run("timely", &arguments), "cannot listen at nowhere.invalid:2101");
}

#[test]
fn wrong_numbers_are_refused_in_one_line() {
    for (arguments, status, complaint) in [
        (&["--processes", "0"][..], 2, "--processes"),
        (&["--processes", "many"], 2, "many"),
        (&["--process", "1"], 2, "--processes"),
        (&["--hostfile", "hosts"], 2, "--processes"),
        (&["--processes", "2", "--patience", "soon"], 2, "soon"),
        (&["--processes", "2", "--process", "2"], 1, "there is no --process 2"),
    ] {
        let ran = PRIMES.run("timely", arguments);
        assert_eq!(ran.status, Some(status), "{arguments:?}: {}", ran.stderr);
        assert_eq!((ran.stderr.lines().count(), &*ran.stdout), (1, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(complaint), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn processes_that_are_about_to_do_different_things_do_none() {
    for (odd, complaint) in [
        (["--below", "101", "--workers", "1"], "another input"),
        (["--below", "100", "--workers", "2"], "workers"),
    ] {
        let hosts = Hosts::local(2);
        let families =
            [start(&hosts, 0, &["--below", "100", "--workers", "1"]), start(&hosts, 1, &odd)];
        for ran in families.map(end_in_time) {
            failed_with(&ran, complaint);
        }
    }
}

#[test]
fn a_process_that_is_killed_half_way_ends_the_others_with_an_error() {
    for killed in 0..3 {
        let mut families = all_computing(&Hosts::local(3), &ENDLESS);
        Family::signal(families[killed].parent().id(), "-KILL");
        for (process, family) in families.into_iter().enumerate() {
            let ran = end_in_time(family);
            if process == killed {
                assert_eq!(ran.status, None);
            } else {
                // The loss of the one may arrive later than that of the other who noticed it first.
                failed_with(&ran, "lost process ");
            }
        }
    }
}

#[test]
fn ctrl_c_at_one_process_ends_all() {
    let mut families = all_computing(&Hosts::local(2), &ENDLESS);
    Family::signal(families[0].parent().id(), "-INT");
    let rans: Vec<Ran> = families.into_iter().map(end_in_time).collect();
    assert_eq!(rans[0].status, Some(130), "{}", rans[0].stderr);
    assert_eq!((&*rans[0].stdout, &*rans[0].stderr), ("", "interrupted\n"));
    failed_with(&rans[1], "lost process 0");
}

#[test]
fn a_host_that_is_cut_off_half_way_ends_the_others_with_an_error() {
    let Some(hosts) = hosts_apart(2) else { return };
    let families = all_computing(&hosts, &ENDLESS);
    hosts.cut_off(1);
    // Each of the two sees that the other one is gone.
    for (process, family) in families.into_iter().enumerate() {
        failed_with(&end_in_time(family), &format!("lost process {}", 1 - process));
    }
}

fn start(hosts: &Hosts, process: usize, arguments: &[&str]) -> Family {
    hosts.start(PRIMES.program("timely"), process, arguments)
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

/// Has a process on every host do its part, and returns the answer.
fn answer_of(hosts: &Hosts, arguments: &[&str]) -> serde_json::Value {
    let processes = 0..hosts.addresses().len();
    let families: Vec<_> = processes.map(|process| start(hosts, process, arguments)).collect();
    let rans: Vec<Ran> = families.into_iter().map(end_in_time).collect();
    assert_eq!(rans[0].status, Some(0), "{}", rans[0].stderr);
    rans[1..].iter().for_each(ended_quietly);
    rans[0].json()["answer"].clone()
}

fn end_in_time(family: Family) -> Ran {
    assert_eq!(family.wait_for("", 0, PATIENCE), 0, "it should have ended by now");
    family.end()
}

fn ended_quietly(ran: &Ran) {
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(0), "", ""));
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
