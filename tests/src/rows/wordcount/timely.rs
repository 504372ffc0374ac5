//! The cell of wordcount for several machines.

use std::fs;

use super::{WORDCOUNT, sparse, temporary, write};
use crate::{
    cells::{children, text},
    family::{Family, Ran},
    hosts::Hosts,
    rows::timely::{self, hosts_apart, on_hosts_apart, wait_until_it_computes},
    suite::{Test, tests},
};

/// The tests of several processes.
pub(crate) fn tests() -> Vec<Test> {
    let mut tests = tests!("wordcount", Shared:
        the_text_is_removed_also_when_another_process_is_lost,
        each_process_makes_the_same_text_for_itself,
        a_file_that_cannot_be_read_is_a_failure_whoever_was_to_read_it,
        processes_with_different_texts_count_none,
        a_process_that_is_missing_is_named_in_time,
        a_wrong_hostfile_is_refused_before_the_text_is_made,
        a_process_that_is_killed_half_way_ends_the_others_with_an_error,
    );
    // Up to six threads that never rest, which would keep all others waiting.
    tests.extend(tests!("wordcount", Alone: several_processes_count_what_one_counts));
    tests.push(on_hosts_apart(
        "wordcount::several_hosts_count_what_one_counts",
        several_hosts_count_what_one_counts,
    ));
    tests
}

fn several_processes_count_what_one_counts() {
    let prepared = WORDCOUNT.prepare(&["--size", "5000000"]);
    let arguments: Vec<&str> = prepared.arguments().iter().map(String::as_str).collect();
    let arguments = [&["--top", "9"], &arguments[..]].concat();
    let expected = WORDCOUNT.run("sequential", &[&["--json"], &arguments[..]].concat()).json();
    for processes in 1..=3 {
        for workers in ["1", "2"] {
            let arguments = [&arguments[..], &["--workers", workers]].concat();
            let report = timely::report_of(&WORDCOUNT, &Hosts::local(processes), &arguments, 0);
            for part in ["answer", "figures", "failures"] {
                assert_eq!(
                    report[part], expected[part],
                    "{processes} processes, {workers} workers"
                );
            }
        }
    }
}

fn each_process_makes_the_same_text_for_itself() {
    let arguments = ["--size", "700000", "--seed", "5"];
    let report = timely::report_of(&WORDCOUNT, &Hosts::local(2), &arguments, 0);
    assert_eq!(report["answer"], WORDCOUNT.expected(&arguments).0);
}

fn several_hosts_count_what_one_counts() {
    let arguments = ["--size", "3000000"];
    for number in [2, 3] {
        let report = timely::report_of(&WORDCOUNT, &hosts_apart(number), &arguments, 0);
        assert_eq!(report["answer"], WORDCOUNT.expected(&arguments).0, "{number} hosts");
    }
}

fn a_file_that_cannot_be_read_is_a_failure_whoever_was_to_read_it() {
    let folder = temporary();
    let file = folder.path().join("words");
    write(&file, b"a b a");
    let arguments = ["/nonexistent/1", text(&file), "/nonexistent/2"];
    let (answer, failures) = WORDCOUNT.expected(&arguments);
    // Three pieces, each of them with another process.
    let arguments = [&arguments[..], &["--workers", "1"]].concat();
    let report = timely::report_of(&WORDCOUNT, &Hosts::local(3), &arguments, 1);
    assert_eq!((&report["answer"], &report["failures"]), (answer, failures));
}

fn processes_with_different_texts_count_none() {
    for odd in [["--size", "1001", "--seed", "0"], ["--size", "1000", "--seed", "1"]] {
        let hosts = Hosts::local(2);
        let families = [
            timely::start(&WORDCOUNT, &hosts, 0, &["--size", "1000", "--seed", "0"]),
            timely::start(&WORDCOUNT, &hosts, 1, &odd),
        ];
        for ran in families.map(Family::end) {
            ran.refused(1, "another input");
        }
    }
}

fn a_process_that_is_missing_is_named_in_time() {
    let each = [(0, 1), (1, 0)];
    timely::missing_process_is_named(&WORDCOUNT, &Hosts::local(2), &["--size", "1000"], &each);
}

fn a_wrong_hostfile_is_refused_before_the_text_is_made() {
    let folder = temporary();
    let file = folder.path().join("hosts");
    fs::write(&file, "localhost:2101\nnowhere\n").expect("a temporary file can be written");
    // For a text of this size there would be no room.
    let arguments = ["--size", "1000000000000000", "--processes", "2", "--hostfile", text(&file)];
    WORDCOUNT.run("timely", &arguments).refused(1, "line 2: \"nowhere\" is no address");
}

fn a_process_that_is_killed_half_way_ends_the_others_with_an_error() {
    let folder = temporary();
    let endless = folder.path().join("endless");
    sparse(&endless, 1 << 38);
    for killed in 0..2 {
        let arguments = ["--workers", "1", text(&endless)];
        let mut families = timely::all_computing(&WORDCOUNT, &Hosts::local(2), &arguments);
        families[killed].signal("-KILL");
        let rans: Vec<Ran> = families.into_iter().map(Family::end).collect();
        assert_eq!(rans[killed].status, None);
        rans[1 - killed].refused(1, &format!("lost process {killed}"));
    }
}

fn the_text_is_removed_also_when_another_process_is_lost() {
    let (folder, hosts) = (temporary(), Hosts::local(2));
    let start = |process| {
        let arguments = ["--size", "60000000", "--workers", "1"];
        let mut command = hosts.command(WORDCOUNT.program("timely"), process, &arguments);
        Family::spawn(command.env("TMPDIR", folder.path()))
    };
    let (mut zero, mut one) = (start(0), start(1));
    wait_until_it_computes(&mut one);
    // Stopped, it cannot be done before it is killed.
    one.signal("-STOP");
    wait_until_it_computes(&mut zero);
    one.signal("-KILL");
    zero.end().refused(1, "lost process 1");
    assert_eq!(one.end().status, None);
    // What was killed itself has left its own text behind.
    assert_eq!(children(folder.path()).len(), 1);
}
