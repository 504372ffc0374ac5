//! The row echo: a server with clients of its own, and with those of these tests.

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{ChildStderr, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use workspace::{Approach, Workers};

use crate::{
    cells::{Cells, children},
    contract::{self, Contract, Input, LostWorker},
    family::{Family, Ran, WORKER, signal, sleeps},
    patience::{PATIENCE, wait_until},
    suite::{Pace::Shared, Test, tests, tests_of_each},
};

static ECHO: LazyLock<Cells> = LazyLock::new(|| Cells::of("echo"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &ECHO,
    unit: "connection",
    // Once for each of its lines.
    runs_of_a_unit: 3,
    quick: || Input::of(&["--clients", "12", "--lines", "3", "--latency", "2ms"]),
    empty: || Input::of(&["--clients", "0"]),
    single: || Input::of(&["--clients", "1", "--latency", "1ms"]),
    wide: || Input::of(&["--clients", "12", "--lines", "4", "--latency", "30ms"]),
    lasting: || Input::of(&["--clients", "3", "--lines", "10", "--latency", "100ms"]),
    endless: || Input::of(&["--clients", "8", "--latency", "1h", "--idle", "2h"]),
    lost_worker: LostWorker::Replaced,
    // They come through a pair of sockets.
    answers_by_stdout: false,
    at_work: "clients",
    refused: &[
        (&["--clients", "-1"], 2, "-1"),
        (&["--clients", "99999999"], 2, "99999999"),
        (&["--lines", "many"], 2, "many"),
        (&["--latency", "5"], 2, "50ms"),
        (&["--faults", "1.5"], 2, "1.5"),
        (&["--max-line", "0"], 2, "--max-line"),
        (&["--max-connections", "0"], 2, "--max-connections"),
        (&["--idle", "soon"], 2, "soon"),
        (&["--listen", "nowhere"], 2, "nowhere"),
        (&["--tasks", "5"], 2, "--tasks"),
        // A documentation address, which no machine has.
        (&["--listen", "192.0.2.1:7"], 1, "cannot listen on 192.0.2.1:7"),
    ],
});

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for approach in approaches().filter(|approach| approach.is_async()).map(Approach::name) {
        let name = "ten_thousand_connections_are_held_by_fewer_than_ten_threads";
        let test = move || ten_thousand_connections_are_held_by_fewer_than_ten_threads(approach);
        tests.push(Test::new(format!("echo::{approach}::{name}"), Shared, test));
    }
    tests.extend(tests_of_each!(ECHO, Shared:
        clients_that_misbehave_are_failures_with_a_reason_and_harm_nobody_else,
        a_client_that_takes_no_answer_is_dropped,
        whoever_finds_no_place_waits_for_the_one_before_to_leave,
        as_many_connections_as_the_server_allows_are_open_and_no_more,
    ));
    tests.extend(tests!("echo", Shared:
        every_line_comes_back,
        clients_that_say_nothing_are_served_too,
        the_lines_follow_from_the_seed,
        rayon_serves_only_as_many_at_once_as_its_pool_has_threads,
        a_port_that_is_taken_is_refused_in_one_line,
        more_workers_than_the_system_gives_is_an_error_that_says_so,
        more_places_than_the_machine_holds_are_refused_before_anybody_comes,
        a_killed_worker_costs_its_connection_and_the_client_makes_a_new_one,
        a_worker_that_panics_costs_its_connection_alone,
        a_worker_that_cannot_be_replaced_costs_nobody_else_and_is_replaced_later,
        workers_that_crash_at_once_are_started_again_a_few_times_and_not_for_ever,
        idle_workers_stop_at_once,
        a_terminals_ctrl_c_reaches_the_workers_too_and_they_leave_it_to_their_parent,
    ));
    tests.extend(tests_of_each!(ECHO, Shared:
        a_server_whose_clients_die_ends_and_says_so,
        a_server_for_ever_answers_and_ends_in_good_order,
        whoever_only_listens_does_not_keep_a_server_from_ending,
        half_a_line_does_not_keep_a_server_from_ending_beyond_the_grace,
        too_long_a_line_is_told_and_dropped,
        a_client_that_falls_silent_is_told_and_dropped,
    ));
    for approach in within_one_process() {
        let name = format!("echo::{approach}::a_server_without_file_descriptors_waits_for_some");
        let test = move || a_server_without_file_descriptors_waits_for_some(approach);
        tests.push(Test::new(name, Shared, test));
    }
    tests.extend(tests_of_each!(ECHO, Alone: a_second_ctrl_c_ends_a_server_at_once));
    tests.extend(tests!("echo", Alone: no_idle_worker_outlives_a_parent_that_is_killed));
    tests.extend(contract::tests(&CONTRACT));
    tests
}

/// The approaches of the row.
fn approaches() -> impl Iterator<Item = &'static Approach> {
    ECHO.row().cells.iter().map(|cell| &cell.approach)
}

/// The approaches that serve many connections at once, however few the cores, in one process.
fn within_one_process() -> impl Iterator<Item = &'static str> {
    let many = [Some(Workers::Threads), Some(Workers::Runtime)];
    approaches().filter(move |approach| many.contains(&approach.workers())).map(Approach::name)
}

fn every_line_comes_back() {
    let answer = ECHO.agreed(&["--clients", "20", "--lines", "5", "--latency", "1ms"]);
    assert_eq!((&answer["clients"], &answer["lines"]), (&20.into(), &100.into()));
    // A line has from 1 to 100 bytes and its end.
    let bytes = answer["bytes"].as_u64().expect("it is a number");
    assert!((200..=10_100).contains(&bytes), "{bytes}");
    for clients in ["0", "1", "7"] {
        let arguments = ["--clients", clients, "--limit", "20", "--latency", "1ms"];
        assert_eq!(ECHO.agreed(&arguments)["clients"].to_string(), clients);
    }
}

fn clients_that_say_nothing_are_served_too() {
    let answer = ECHO.agreed(&["--clients", "5", "--lines", "0"]);
    assert_eq!((&answer["clients"], &answer["bytes"]), (&5.into(), &0.into()));
}

fn the_lines_follow_from_the_seed() {
    let bytes = |seed| {
        let arguments = ["--json", "--clients", "5", "--latency", "1ms", "--seed", seed];
        ECHO.run("tokio", &arguments).json()["answer"]["bytes"].clone()
    };
    assert_eq!(bytes("1"), bytes("1"));
    assert_ne!(bytes("1"), bytes("2"));
}

fn clients_that_misbehave_are_failures_with_a_reason_and_harm_nobody_else(approach: &str) {
    let clients = ["--clients", "10", "--faults", "0.5", "--latency", "1ms"];
    // Long enough for the others never to be taken for silent.
    let server = ["--idle", "2s", "--max-line", "5000"];
    let arguments = [&clients[..], &server].concat();
    ECHO.agrees(approach, &arguments);
    let (answer, failures) = ECHO.expected(&arguments);
    let right = answer["clients"].as_u64().expect("it is a number");
    assert!((1..10).contains(&right), "{answer}");
    let failures = failures.as_array().expect("it is a list");
    assert_eq!(failures.len() as u64, 10 - right, "{failures:?}");
    for wanted in
        ["a line is longer than 5000 bytes", "no line within 2s", "hung up in the middle of a line"]
    {
        let mut reasons = failures.iter().filter_map(|failure| failure["reason"].as_str());
        assert!(reasons.any(|reason| reason.contains(wanted)), "{wanted}: {failures:?}");
    }
}

fn as_many_connections_as_the_server_allows_are_open_and_no_more(approach: &str) {
    let clients = ["--clients", "12", "--lines", "4", "--latency", "30ms"];
    let server = ["--json", "--max-connections", "3", "--workers", "3"];
    let json = ECHO.run(approach, &[clients.as_slice(), &server].concat()).json();
    let expected = if Approach::new(approach).is_baseline() { 1 } else { 3 };
    assert_eq!(json["peak_in_flight"], expected);
    assert_eq!(json["answer"]["lines"], 48);
    ECHO.agrees(approach, &["--clients", "10", "--latency", "1ms", "--max-connections", "1"]);
}

fn whoever_finds_no_place_waits_for_the_one_before_to_leave(approach: &str) {
    // Six clients in rounds of two, each of which thinks for 5 × 20 ms: the last two cannot be
    // answered before two rounds are over.
    let arguments =
        ["--json", "--clients", "6", "--lines", "5", "--latency", "20ms", "--limit", "2"];
    let json = ECHO.run(approach, &[&arguments[..], &["--workers", "2"]].concat()).json();
    let figures = &json["figures"];
    let longest = figures["response_longest_ns"].as_u64().expect("it is a number");
    let median = figures["response_median_ns"].as_u64().expect("it is a number");
    assert!(longest >= 198_000_000, "{longest} ns");
    assert!(median < longest / 4, "{median} of {longest} ns");
}

fn rayon_serves_only_as_many_at_once_as_its_pool_has_threads() {
    let ran =
        ECHO.run("rayon", &["--json", "--clients", "12", "--latency", "1ms", "--workers", "2"]);
    assert_eq!(ran.json()["peak_in_flight"], 2);
}

fn ten_thousand_connections_are_held_by_fewer_than_ten_threads(approach: &str) {
    // Long enough for the last client to connect before the first one leaves, also where other
    // work goes on.
    let arguments = ["--json", "--clients", "10000", "--lines", "1", "--latency", "20s"];
    let json = ECHO.run(approach, &arguments).json();
    assert_eq!(json["answer"]["clients"], 10_000);
    assert_eq!(json["peak_in_flight"], 10_000);
    let threads = json["threads"].as_u64().expect("it is known on Linux");
    assert!(threads < 10, "{threads} threads");
    let memory = json["peak_rss_bytes"].as_u64().expect("it is known on Linux");
    assert!(memory < 10_000 * 10_000, "{memory} bytes");
}

fn a_port_that_is_taken_is_refused_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    ECHO.refused(&["--listen", &address], 1, &format!("cannot listen on {address}"));
}

fn more_workers_than_the_system_gives_is_an_error_that_says_so() {
    let program = ECHO.program("processes").display();
    // The parent has a socket to every worker, so 64 open files are not enough for 100 of them.
    let script = format!("ulimit -n 64; exec {program} --clients 100 --latency 1ms");
    let ran = Ran::of(Command::new("sh").args(["-c", &script]));
    ran.refused(1, "cannot start worker process");
    ran.refused(1, "Too many open files");
}

fn more_places_than_the_machine_holds_are_refused_before_anybody_comes() {
    let arguments = ["--clients", "1000000", "--max-connections", "1000000"];
    for (approach, what) in
        [("threads", "threads"), ("crossbeam", "threads"), ("processes", "worker processes")]
    {
        let complaint = format!("no room for 1,000,000 {what}: ");
        ECHO.run(approach, &arguments).refused(1, &complaint);
    }
}

fn a_killed_worker_costs_its_connection_and_the_client_makes_a_new_one() {
    let arguments = ["--json", "--clients", "3", "--lines", "400", "--latency", "5ms"];
    let expected = ECHO.run("tokio", &arguments).json();
    let family = ECHO.start("processes", &arguments);
    family.wait_for(WORKER, 3);
    let workers = family.living(WORKER);
    // It sleeps before each line, and hardly ever else. By then it has echoed dozens of them.
    wait_until("each worker serves a client", || workers.iter().all(|&pid| sleeps(pid) > 100));
    for worker in workers {
        signal(worker, "-KILL");
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(json["answer"], expected["answer"]);
    assert_eq!(json["figures"]["redials"], 3);
}

fn a_worker_that_panics_costs_its_connection_alone() {
    for at_once in ["1", "3"] {
        let arguments = ["--json", "--clients", "6", "--latency", "1ms", "--limit", at_once];
        let mut command = ECHO.command("processes", &arguments);
        let ran = Ran::of(command.env("MEANWHILE_PANIC", "0"));
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert_eq!(ran.stderr.matches("unit 0 panics").count(), 1, "{}", ran.stderr);
        assert_eq!(
            (&ran.json()["answer"]["clients"], &ran.json()["figures"]["redials"]),
            (&6.into(), &1.into())
        );
    }
}

fn a_worker_that_cannot_be_replaced_costs_nobody_else_and_is_replaced_later() {
    let mut server = Server::start("processes", &["--limit", "2"]);
    let mut client = server.connect();
    assert_eq!(client.ask("one\n"), "one\n");
    server.family.wait_for(WORKER, 2);
    // The one that serves sleeps before each line, the other one has never been woken.
    let workers = server.family.living(WORKER);
    for _ in 0..50 {
        assert_eq!(client.ask("more\n"), "more\n");
    }
    let idle = *workers.iter().min_by_key(|&&pid| sleeps(pid)).expect("there are two");
    // No file can be opened from now on, which the start of a worker has to.
    let parent = server.family.parent().id();
    limit_files(parent, "3");
    signal(idle, "-KILL");
    wait_until("the parent says so", || server.next_line().contains("it will be retried"));
    assert_eq!(client.ask("two\n"), "two\n");
    limit_files(parent, "1024");
    server.family.wait_for(WORKER, 2);
    assert_eq!(server.connect().ask("three\n"), "three\n");
    assert_eq!(client.ask("four\n"), "four\n");
}

fn workers_that_crash_at_once_are_started_again_a_few_times_and_not_for_ever() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [program, starts] = ["program", "starts"].map(|name| folder.path().join(name));
    fs::copy(ECHO.program("processes"), &program).expect("a program can be copied");
    let family = Family::start(&program, &["--clients", "2", "--latency", "1h", "--idle", "2h"]);
    // By then both workers serve.
    wait_for_connections(&family, 2);
    // What Linux calls a program that is gone is where a worker would be started from.
    fs::remove_file(&program).expect("it is ours");
    let script = format!("#!/bin/sh\necho >>{}\nexit 3\n", starts.display());
    let gone = folder.path().join("program (deleted)");
    fs::write(&gone, script).expect("the folder is ours");
    fs::set_permissions(&gone, Permissions::from_mode(0o700)).expect("the file is ours");
    for worker in family.living(WORKER) {
        signal(worker, "-KILL");
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("error: no worker process is left"), "{}", ran.stderr);
    assert!(ran.stderr.contains("exit status: 3"), "{}", ran.stderr);
    let starts = fs::read_to_string(&starts).expect("some were started").lines().count();
    assert!((4..=2 * 8).contains(&starts), "{starts} starts of two workers");
}

fn idle_workers_stop_at_once() {
    // They hear from their parent only after their socket was shut down. If they dozed meanwhile, as
    // a server does for 20 ms that has run out of files, serving nobody would take longer than
    // serving one client that thinks for less than that.
    let median = |approach, arguments: &[&str]| {
        let arguments = [&["--json"], arguments].concat();
        let wall = || ECHO.run(approach, &arguments).json()["wall_ns"].as_u64();
        let mut walls: Vec<u64> = (0..9).filter_map(|_| wall()).collect();
        walls.sort_unstable();
        walls[4]
    };
    let nobody = median("processes", &["--clients", "0", "--limit", "8"]);
    let one = median("sequential", &["--clients", "1", "--lines", "1", "--latency", "15ms"]);
    assert!(nobody < one, "{nobody} ns, {one} ns");
}

/// Has a process open no files beyond this number from now on.
fn limit_files(pid: u32, files: &str) {
    let mut limit = Command::new("prlimit");
    let limit = limit.args(["--pid", &pid.to_string(), &format!("--nofile={files}:")]);
    assert!(limit.status().is_ok_and(|status| status.success()), "cannot limit {pid}'s files");
}

fn no_idle_worker_outlives_a_parent_that_is_killed() {
    // The contract has them killed while all have a client; here all wait for one.
    let mut server = Server::start("processes", &["--limit", "6"]);
    server.family.wait_for(WORKER, 6);
    server.family.signal("-KILL");
    let living = || server.family.living("");
    assert!(server.family.ends_within(Duration::from_secs(1)), "{:?} live on", living());
}

fn a_server_whose_clients_die_ends_and_says_so(approach: &str) {
    let family = ECHO.start(approach, &["--clients", "4", "--latency", "1h", "--idle", "2h"]);
    wait_for_connections(&family, 4);
    for clients in family.living(CLIENTS) {
        signal(clients, "-KILL");
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(1));
    assert!(ran.stderr.contains("the clients: "), "{}", ran.stderr);
}

fn a_server_for_ever_answers_and_ends_in_good_order(approach: &str) {
    let arguments = ["--limit", "3", "--workers", "3", "--grace", "1h"];
    let mut server = Server::start(approach, &arguments);
    let mut client = server.connect();
    assert_eq!(client.ask("one\n"), "one\n");
    assert_eq!(client.ask("two\nthree\n"), "two\n");
    assert_eq!(client.line(), "three\n");
    // A last line without an end comes back as it is.
    client.send("four");
    client.stream().shutdown(Shutdown::Write).expect("the client is connected");
    assert_eq!(client.line(), "four");
    assert_eq!(client.line(), "");

    let mut client = server.connect();
    assert_eq!(client.ask("five\nsi"), "five\n");
    server.ask_to_end();
    assert!(TcpStream::connect(server.address).is_err(), "it accepts still");
    // A line that has begun may end, and is the last.
    assert_eq!(client.ask("x\n"), "six\n");
    assert_eq!(client.line(), "");
    let ran = server.family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let report = "served 2 connections, 6 lines, 0.0 kB; 0 dropped, 0 broke off";
    assert!(ran.stdout.contains(report), "{}", ran.stdout);
}

fn whoever_only_listens_does_not_keep_a_server_from_ending(approach: &str) {
    ends_though(approach, "");
}

fn half_a_line_does_not_keep_a_server_from_ending_beyond_the_grace(approach: &str) {
    ends_though(approach, "half a li");
}

/// Checks that a server ends, though a client that has said this does not close its connection.
fn ends_though(approach: &str, said: &str) {
    let mut server = Server::start(approach, &["--grace", "300ms"]);
    let mut client = server.connect();
    assert_eq!(client.ask(&format!("hello\n{said}")), "hello\n");
    server.ask_to_end();
    assert_eq!(client.line(), "");
    assert_eq!(server.family.end().status, Some(0));
}

fn a_second_ctrl_c_ends_a_server_at_once(approach: &str) {
    let mut server = Server::start(approach, &["--grace", "1h", "--limit", "2"]);
    let mut client = server.connect();
    assert_eq!(client.ask("hello\nhalf a li"), "hello\n");
    server.ask_to_end();
    server.family.signal("-INT");
    assert!(server.family.ends_within(Duration::from_secs(1)), "it goes on after Ctrl-C");
    assert_eq!(server.family.end().status, Some(130));
}

fn a_terminals_ctrl_c_reaches_the_workers_too_and_they_leave_it_to_their_parent() {
    let mut server = Server::start("processes", &["--limit", "2", "--grace", "1h"]);
    let mut client = server.connect();
    assert_eq!(client.ask("one\ntw"), "one\n");
    server.family.wait_for(WORKER, 2);
    let workers = server.family.living(WORKER);
    // One of them may have just been started.
    wait_until("the workers listen for signals", || workers.iter().all(|&pid| catches_ctrl_c(pid)));
    for &worker in &workers {
        signal(worker, "-INT");
    }
    server.ask_to_end();
    assert_eq!(client.ask("o\n"), "two\n");
    assert_eq!(client.line(), "");
    let ran = server.family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("served 1 connection, 2 lines"), "{}", ran.stdout);
}

fn too_long_a_line_is_told_and_dropped(approach: &str) {
    let server = Server::start(approach, &["--max-line", "1000"]);
    let mut client = server.connect();
    assert_eq!(client.ask(&("x".repeat(1000) + "\n")).len(), 1001);
    // There is more to come than the server has read when it gives up.
    client.send(&"x".repeat(300_000));
    assert_eq!(client.line(), "error: a line is longer than 1000 bytes\n");
    assert_eq!(client.line(), "");
    drop(client);
    server.ends_having("1 dropped");
}

fn a_client_that_falls_silent_is_told_and_dropped(approach: &str) {
    let server = Server::start(approach, &["--idle", "300ms"]);
    for _ in 0..2 {
        let mut client = server.connect();
        assert_eq!(client.line(), "error: no line within 300ms\n");
        assert_eq!(client.line(), "");
    }
    server.ends_having("2 dropped");
}

fn a_client_that_takes_no_answer_is_dropped(approach: &str) {
    // Long enough for the second client never to be taken for silent.
    let server = Server::start(approach, &["--idle", "2s", "--limit", "2"]);
    let client = server.connect();
    let lines = "all work and no play\n".repeat(1_000);
    let start = Instant::now();
    // The answers fill all that lies between, and then the server cannot go on.
    while client.stream().write_all(lines.as_bytes()).is_ok() {
        assert!(start.elapsed() < PATIENCE, "it is still there");
    }
    let mut next = server.connect();
    assert_eq!(next.ask("hello\n"), "hello\n");
}

fn a_server_without_file_descriptors_waits_for_some(approach: &str) {
    let files = 30;
    let script = format!("ulimit -n {files}; exec \"$0\" --forever --limit 100");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).arg(ECHO.program(approach)).stdin(Stdio::null());
    let mut server = Server::of(Family::spawn(&mut command));
    let mut clients: Vec<Client> = (0..60).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.send("hello\n");
    }
    let open = format!("/proc/{}/fd", server.family.parent().id());
    // For a connection it may need two, so one may be left over.
    wait_until("it has no descriptors left", || children(Path::new(&open)).len() + 1 >= files);
    // Who leaves makes room for those who wait.
    for mut client in clients {
        assert_eq!(client.line(), "hello\n");
    }
}

/// What the clients' process has in its environment.
const CLIENTS: &str = "MEANWHILE_CLIENTS=";

/// Waits until a server's own clients have so many connections. They begin when all that serves stands.
fn wait_for_connections(family: &Family, number: usize) {
    let sockets = |pid: u32| {
        let open = children(Path::new(&format!("/proc/{pid}/fd")));
        let open = open.into_iter().filter_map(|file| fs::read_link(file).ok());
        open.filter(|file| file.to_string_lossy().starts_with("socket:")).count()
    };
    let connected = || family.living(CLIENTS).iter().any(|&pid| sockets(pid) >= number);
    wait_until("the clients connect", connected);
}

/// A server that runs until it is told to end.
struct Server {
    family: Family,
    address: SocketAddr,
    /// Whatever else it says has somewhere to go, also if nobody reads it.
    stderr: BufReader<ChildStderr>,
}

impl Server {
    fn start(approach: &str, arguments: &[&str]) -> Self {
        Self::of(ECHO.start(approach, &[&["--forever"], arguments].concat()))
    }

    /// Reads where a server says that it listens.
    fn of(mut family: Family) -> Self {
        let mut stderr = BufReader::new(family.parent().stderr.take().expect("it is a pipe"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("the server tells where it listens");
        let address = line.strip_prefix("listening on ").and_then(|rest| rest.split(';').next());
        let address = address.and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{line:?} has no address"));
        Self { family, address, stderr }
    }

    /// What it says next; waits for it.
    fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).expect("the server lives");
        line
    }

    fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    /// Presses Ctrl-C once, and waits until the server has heard it.
    fn ask_to_end(&mut self) {
        self.family.signal("-INT");
        wait_until("it listens no more", || !is_listening(self.address));
    }

    /// Has it end in good order, and checks what it reports.
    fn ends_having(mut self, reported: &str) {
        self.ask_to_end();
        let ran = self.family.end();
        assert!(ran.stdout.contains(reported), "{reported:?} is not in: {}", ran.stdout);
    }
}

/// Whether somebody listens there.
fn is_listening(address: SocketAddr) -> bool {
    // Each socket has its own address in the second field, and its state in the fourth.
    let SocketAddr::V4(address) = address else {
        panic!("{address} is not of the loopback network")
    };
    let ip = u32::from_ne_bytes(address.ip().octets());
    let listening = format!("{ip:08X}:{:04X}", address.port());
    let table = fs::read_to_string("/proc/net/tcp").expect("Linux lists its sockets");
    table.lines().any(|socket| {
        let mut fields = socket.split_whitespace().skip(1);
        fields.next() == Some(&listening) && fields.nth(1) == Some("0A")
    })
}

/// Whether a process handles Ctrl-C itself.
fn catches_ctrl_c(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    // The mask begins with signal 1, and Ctrl-C's is 2.
    caught.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 2 != 0))
}

/// A client of the test's own.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("that is some time");
        stream.set_write_timeout(Some(PATIENCE)).expect("that is some time");
        Self(BufReader::new(stream))
    }

    fn stream(&self) -> &TcpStream {
        self.0.get_ref()
    }

    fn send(&mut self, text: &str) {
        self.stream().write_all(text.as_bytes()).expect("the server takes it");
    }

    /// The next line; empty if there are no more.
    fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line).expect("the connection is closed in good order");
        String::from_utf8(line).expect("it is what was sent")
    }

    fn ask(&mut self, text: &str) -> String {
        self.send(text);
        self.line()
    }
}
