//! Checks how many children are alive, and what comes of them.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    process::{self, Command},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use ex_07::{Outcome, run_all};
use watch::{Gauge, amount, within_deadline};

/// Only one test has children at any time, so each finds its own.
static CHILDREN: Mutex<()> = Mutex::new(());

/// Where the children of a test say that they are alive. Returns the port.
fn listen(gauge: Arc<Gauge>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
    let port = listener.local_addr().expect("it is bound").port();
    // It listens until the test program ends.
    thread::spawn(move || {
        for child in listener.incoming().flatten() {
            let gauge = gauge.clone();
            thread::spawn(move || {
                let inside = gauge.enter();
                gauge.hold();
                // Counted as gone before it may go: so those that come after it are no excess.
                drop(inside);
                drop(child);
            });
        }
    });
    port
}

/// A child of this kind.
fn child(port: u16, number: usize, kind: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_child"));
    command.args([&port.to_string(), &number.to_string(), kind]);
    command
}

/// Runs these commands, and checks that no child is left.
fn run(commands: Vec<Command>, limit: usize) -> Vec<Outcome> {
    let outcomes = run_all(commands, limit);
    let left = children_left();
    assert!(left == 0, "{} left behind; wanted: none", amount(left, "child process"));
    outcomes
}

/// How many children this process has, zombies included. None where the system does not tell.
fn children_left() -> usize {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = processes.filter_map(|it| fs::read_to_string(it.path().join("stat")).ok());
    // The parent is the second field after the name, which is in parentheses.
    let parents = stats
        .filter_map(|stat| stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse::<u32>().ok());
    parents.filter(|&parent| parent == process::id()).count()
}

#[test]
fn as_many_children_as_the_limit_are_alive() {
    let _alone = CHILDREN.lock().unwrap_or_else(PoisonError::into_inner);
    within_deadline(|| {
        let gauge = Arc::new(Gauge::wanting(3));
        let port = listen(gauge.clone());
        run((0..9).map(|number| child(port, number, "well")).collect(), 3);
        gauge.check("process", "alive");
        assert_eq!(gauge.entered(), 9, "how many children have run");
    });
}

#[test]
fn outputs_and_failures_come_in_input_order() {
    let _alone = CHILDREN.lock().unwrap_or_else(PoisonError::into_inner);
    within_deadline(|| {
        let port = listen(Arc::new(Gauge::wanting(1)));
        let mut commands: Vec<Command> = ["well", "fails", "crashes", "prints", "well"]
            .iter()
            .enumerate()
            .map(|(number, kind)| child(port, number, kind))
            .collect();
        commands.push(Command::new("/no such program"));
        let outcomes = run(commands, 2);
        let [well, fails, crashes, prints, after, missing] = &outcomes[..] else {
            panic!("there are {} outcomes of 6 commands", outcomes.len());
        };
        for failed in [fails, crashes] {
            assert!(failed.is_err(), "a child that failed was taken for one that ended well");
        }
        assert_eq!(*well, Ok("child 0".to_owned()));
        assert_eq!(*fails, Err("exit status: 3".to_owned()));
        assert!(crashes.as_ref().is_err_and(|why| why.contains("signal")), "it was {crashes:?}");
        assert_eq!(prints.as_ref().map(String::len), Ok(1_000_000), "how much a child has printed");
        assert_eq!(*after, Ok("child 4".to_owned()));
        assert!(missing.is_err(), "a program that is not there has run: {missing:?}");
    });
}

#[test]
fn no_command_is_no_child() {
    let _alone = CHILDREN.lock().unwrap_or_else(PoisonError::into_inner);
    within_deadline(|| assert_eq!(run(Vec::new(), 2), [], "the outcomes of no commands"));
}
