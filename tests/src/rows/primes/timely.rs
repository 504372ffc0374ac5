//! The cell of primes for several machines.

use std::fs;

use serde_json::json;

use super::PRIMES;
use crate::{
    cells::text,
    family::{Family, Ran},
    hosts::Hosts,
    rows::timely::{self, hosts_apart, on_hosts_apart, wait_until_it_listens},
    suite::{Test, tests},
};

/// What takes minutes.
const ENDLESS: [&str; 4] = ["--below", "1000000000000", "--workers", "1"];

/// The tests of several processes.
pub(crate) fn tests() -> Vec<Test> {
    // The first of these wait for what nobody can hurry: a silence of ten seconds, and hosts that
    // do not answer.
    let mut tests = vec![
        on_hosts_apart(
            "primes::a_host_that_is_cut_off_half_way_ends_the_others_with_an_error",
            a_host_that_is_cut_off_half_way_ends_the_others_with_an_error,
        ),
        on_hosts_apart(
            "primes::a_host_that_is_missing_is_named_in_time",
            a_host_that_is_missing_is_named_in_time,
        ),
        on_hosts_apart(
            "primes::several_hosts_find_what_one_finds",
            several_hosts_find_what_one_finds,
        ),
    ];
    tests.extend(tests!("primes", Shared:
        several_processes_find_what_one_finds,
        more_workers_than_segments_agree,
        whoever_comes_first_waits_for_the_others,
        a_process_that_is_missing_is_named_in_time,
        a_wrong_hostfile_is_refused_in_one_line,
        wrong_numbers_of_processes_are_refused_in_one_line,
        processes_that_are_about_to_do_different_things_do_none,
        a_process_that_is_killed_half_way_ends_the_others_with_an_error,
        ctrl_c_at_one_process_ends_all,
    ));
    tests
}

fn several_processes_find_what_one_finds() {
    let arguments = ["--below", "100000000"];
    let (expected, _) = PRIMES.expected(&arguments);
    for processes in 1..=3 {
        for workers in ["1", "2"] {
            let arguments = [&arguments[..], &["--workers", workers]].concat();
            let report = timely::report_of(&PRIMES, &Hosts::local(processes), &arguments, 0);
            assert_eq!(report["answer"], *expected, "{processes} processes of {workers} workers");
        }
    }
}

fn more_workers_than_segments_agree() {
    let arguments = ["--below", "31", "--workers", "4"];
    let report = timely::report_of(&PRIMES, &Hosts::local(3), &arguments, 0);
    assert_eq!(report["answer"], json!({ "primes": 10 }));
}

fn several_hosts_find_what_one_finds() {
    for number in [2, 3] {
        let arguments = ["--below", "100000000"];
        let report = timely::report_of(&PRIMES, &hosts_apart(number), &arguments, 0);
        assert_eq!(report["answer"], json!({ "primes": 5_761_455 }), "{number} hosts");
    }
}

fn whoever_comes_first_waits_for_the_others() {
    let hosts = Hosts::local(3);
    // The last one first; each is there, and waiting, before the next one starts.
    let families = [2, 1, 0].map(|process| {
        let mut family = timely::start(&PRIMES, &hosts, process, &["--json", "--below", "1000"]);
        if process > 0 {
            wait_until_it_listens(&mut family, &hosts.addresses()[process]);
        }
        family
    });
    let [two, one, zero] = families.map(Family::end);
    assert_eq!(zero.json()["answer"], json!({ "primes": 168 }));
    [one, two].iter().for_each(timely::ended_quietly);
}

fn a_process_that_is_missing_is_named_in_time() {
    let each = [(0, 1), (1, 0), (2, 0)];
    timely::missing_process_is_named(&PRIMES, &Hosts::local(3), &ENDLESS, &each);
}

fn a_host_that_is_missing_is_named_in_time() {
    let hosts = hosts_apart(2);
    let arguments = [&ENDLESS[..], &["--patience", "1s"]].concat();
    for missing in [0, 1] {
        hosts.cut_off(missing);
        let ran = timely::start(&PRIMES, &hosts, 1 - missing, &arguments).end();
        let address = &hosts.addresses()[missing];
        ran.refused(1, &format!("process {missing} ({address}) was not there within 1s"));
    }
}

fn a_wrong_hostfile_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("hosts");
    let name = text(&file);
    let run = || PRIMES.run("timely", &["--processes", "2", "--hostfile", name]);
    let refused = |complaint: &str| {
        let ran = run();
        ran.refused(1, complaint);
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
    for address in ["192.0.2.1:2101", "nowhere.invalid:2101"] {
        fs::write(&file, format!("{address}\nlocalhost:2102\n")).expect("it can be written");
        run().refused(1, &format!("cannot listen at {address}"));
    }
}

fn wrong_numbers_of_processes_are_refused_in_one_line() {
    for (arguments, status, complaint) in [
        (&["--processes", "0"][..], 2, "--processes"),
        (&["--processes", "many"], 2, "many"),
        (&["--process", "1"], 2, "--processes"),
        (&["--hostfile", "hosts"], 2, "--processes"),
        (&["--processes", "2", "--patience", "soon"], 2, "soon"),
        (&["--processes", "2", "--process", "2"], 1, "there is no --process 2"),
    ] {
        PRIMES.run("timely", arguments).refused(status, complaint);
    }
}

fn processes_that_are_about_to_do_different_things_do_none() {
    for (odd, complaint) in [
        (["--below", "101", "--workers", "1"], "another input"),
        (["--below", "100", "--workers", "2"], "workers"),
    ] {
        let hosts = Hosts::local(2);
        let families = [
            timely::start(&PRIMES, &hosts, 0, &["--below", "100", "--workers", "1"]),
            timely::start(&PRIMES, &hosts, 1, &odd),
        ];
        for ran in families.map(Family::end) {
            ran.refused(1, complaint);
        }
    }
}

fn a_process_that_is_killed_half_way_ends_the_others_with_an_error() {
    for killed in 0..3 {
        let mut families = timely::all_computing(&PRIMES, &Hosts::local(3), &ENDLESS);
        families[killed].signal("-KILL");
        for (process, family) in families.into_iter().enumerate() {
            let ran = family.end();
            if process == killed {
                assert_eq!(ran.status, None);
            } else {
                // The loss of the one may arrive later than that of the other who noticed it first.
                ran.refused(1, "lost process ");
            }
        }
    }
}

fn ctrl_c_at_one_process_ends_all() {
    let mut families = timely::all_computing(&PRIMES, &Hosts::local(2), &ENDLESS);
    families[0].signal("-INT");
    let rans: Vec<Ran> = families.into_iter().map(Family::end).collect();
    rans[0].refused(130, "interrupted");
    assert_eq!(rans[0].stderr, "interrupted\n");
    rans[1].refused(1, "lost process 0");
}

fn a_host_that_is_cut_off_half_way_ends_the_others_with_an_error() {
    let hosts = hosts_apart(2);
    // A few seconds: then each has done its part and waits for the other, in vain.
    let arguments = ["--below", "20000000000", "--workers", "1"];
    let families = timely::all_computing(&PRIMES, &hosts, &arguments);
    hosts.cut_off(1);
    // Each of the two sees that the other one is gone.
    for (process, family) in families.into_iter().enumerate() {
        family.end().refused(1, &format!("lost process {}", 1 - process));
    }
}
