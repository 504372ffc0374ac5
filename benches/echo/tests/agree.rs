//! All cells of `echo` give the same answers, obey the same limits, and handle what goes wrong in
//! the same way.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    process::{ChildStderr, Command, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use trial::{Family, Ran, Row};

static ECHO: LazyLock<Row> = LazyLock::new(|| Row::build("echo"));

#[test]
fn every_line_comes_back_from_all_cells() {
    let answer = ECHO.agreed(&["--clients", "20", "--lines", "5", "--latency", "1ms"]);
    assert_eq!((&answer["clients"], &answer["lines"]), (&20.into(), &100.into()));
    // A line has from 1 to 100 bytes and its end.
    let bytes = answer["bytes"].as_u64().expect("it is a number");
    assert!((200..=10_100).contains(&bytes), "{bytes}");
}

#[test]
fn no_client_one_client_and_fewer_clients_than_the_limit() {
    for clients in ["0", "1", "7"] {
        let answer = ECHO.agreed(&["--clients", clients, "--limit", "20", "--latency", "1ms"]);
        assert_eq!(answer["clients"].to_string(), clients);
    }
}

#[test]
fn clients_that_say_nothing_are_served_too() {
    let answer = ECHO.agreed(&["--clients", "5", "--lines", "0"]);
    assert_eq!((&answer["clients"], &answer["bytes"]), (&5.into(), &0.into()));
}

#[test]
fn one_worker_and_one_at_a_time() {
    for arguments in [["--workers", "1"], ["--limit", "1"], ["--max-connections", "1"]] {
        let answer =
            ECHO.agreed(&[&["--clients", "10", "--latency", "1ms"], &arguments[..]].concat());
        assert_eq!(answer["lines"], 100);
    }
}

#[test]
fn the_lines_follow_from_the_seed() {
    let bytes = |seed| {
        let arguments = ["--json", "--clients", "5", "--latency", "1ms", "--seed", seed];
        ECHO.run("tokio", &arguments).json()["answer"]["bytes"].clone()
    };
    assert_eq!(bytes("1"), bytes("1"));
    assert_ne!(bytes("1"), bytes("2"));
}

#[test]
fn clients_that_misbehave_are_failures_with_a_reason_and_harm_nobody_else() {
    let arguments = [
        "--clients",
        "30",
        "--faults",
        "0.4",
        "--latency",
        "1ms",
        "--idle",
        "400ms",
        "--max-line",
        "5000",
    ];
    let answer = ECHO.agreed(&arguments);
    let right = answer["clients"].as_u64().expect("it is a number");
    assert!((1..30).contains(&right), "{answer}");
    let ran = ECHO.run("threads", &arguments);
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.stderr.lines().count() as u64, 30 - right, "{}", ran.stderr);
    for reason in [
        "a line is longer than 5000 bytes",
        "no line within 400ms",
        "hung up in the middle of a line",
    ] {
        assert!(ran.stderr.contains(reason), "{reason} is not in {}", ran.stderr);
    }
}

#[test]
fn the_limit_is_obeyed_and_reached() {
    for approach in ECHO.approaches() {
        for limit in ["--limit", "--max-connections"] {
            // rayon serves as many as its pool has threads, so there are as many workers.
            let arguments =
                ["--json", "--clients", "30", "--latency", "3ms", limit, "8", "--workers", "8"];
            let peak = ECHO.run(approach, &arguments).json()["peak_in_flight"].clone();
            assert_eq!(peak, if approach == "sequential" { 1 } else { 8 }, "{approach} {limit}");
        }
    }
}

#[test]
fn whoever_finds_no_place_waits_for_the_one_before_to_leave() {
    // Six clients in rounds of two, each of which thinks for 5 × 20 ms: the last two cannot be
    // answered before two rounds are over.
    for approach in ECHO.approaches() {
        let arguments =
            ["--json", "--clients", "6", "--lines", "5", "--latency", "20ms", "--limit", "2"];
        let json = ECHO.run(approach, &[&arguments[..], &["--workers", "2"]].concat()).json();
        let figures = &json["figures"];
        let longest = figures["response_longest_ns"].as_u64().expect("it is a number");
        let median = figures["response_median_ns"].as_u64().expect("it is a number");
        assert!(longest >= 198_000_000, "{approach}: {longest} ns");
        assert!(median < longest / 4, "{approach}: {median} of {longest} ns");
    }
}

#[test]
fn rayon_serves_only_as_many_at_once_as_its_pool_has_threads() {
    let ran =
        ECHO.run("rayon", &["--json", "--clients", "12", "--latency", "1ms", "--workers", "2"]);
    assert_eq!(ran.json()["peak_in_flight"], 2);
}

#[test]
fn ten_thousand_connections_are_held_by_fewer_than_ten_threads() {
    thread::scope(|scope| {
        for approach in ["tokio", "async-std", "smol"] {
            scope.spawn(move || {
                let arguments = ["--json", "--clients", "10000", "--lines", "1", "--latency", "8s"];
                let json = ECHO.run(approach, &arguments).json();
                assert_eq!(json["answer"]["clients"], 10_000, "{approach}");
                assert_eq!(json["peak_in_flight"], 10_000, "{approach}");
                let threads = json["threads"].as_u64().expect("it is known on Linux");
                assert!(threads < 10, "{approach}: {threads} threads");
                let memory = json["peak_rss_bytes"].as_u64().expect("it is known on Linux");
                assert!(memory < 10_000 * 10_000, "{approach}: {memory} bytes");
            });
        }
    });
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    ECHO.refused(&["--clients", "-1"], 2, "-1");
    ECHO.refused(&["--clients", "99999999"], 2, "99999999");
    ECHO.refused(&["--lines", "many"], 2, "many");
    ECHO.refused(&["--limit", "0"], 2, "--limit");
    ECHO.refused(&["--workers", "none"], 2, "none");
    ECHO.refused(&["--latency", "5"], 2, "50ms");
    ECHO.refused(&["--faults", "1.5"], 2, "1.5");
    ECHO.refused(&["--max-line", "0"], 2, "--max-line");
    ECHO.refused(&["--max-connections", "0"], 2, "--max-connections");
    ECHO.refused(&["--idle", "soon"], 2, "soon");
    ECHO.refused(&["--listen", "nowhere"], 2, "nowhere");
    ECHO.refused(&["--tasks", "5"], 2, "--tasks");
    ECHO.refused(&["--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
    // A documentation address, which no machine has.
    ECHO.refused(&["--listen", "192.0.2.1:7"], 1, "cannot listen on 192.0.2.1:7");
}

#[test]
fn a_port_that_is_taken_is_refused_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    ECHO.refused(&["--listen", &address], 1, &format!("cannot listen on {address}"));
}

#[test]
fn more_workers_than_the_system_gives_is_an_error_that_says_so() {
    let program = ECHO.program("processes").display();
    // The parent has a socket to every worker, so 64 open files are not enough for 100 of them.
    let script = format!("ulimit -n 64; exec {program} --clients 100 --latency 1ms");
    let ran = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!((ran.status.code(), &*ran.stdout), (Some(1), &b""[..]), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("cannot start worker process"), "{stderr}");
    assert!(stderr.contains("Too many open files"), "{stderr}");
}

#[test]
fn the_timeline_and_the_trace_show_every_connection() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    let file = file.to_str().expect("it is UTF-8");
    for approach in ECHO.approaches() {
        let arguments = ["--clients", "12", "--lines", "3", "--latency", "2ms", "--limit", "4"];
        let ran = ECHO.run(approach, &[&arguments[..], &["--timeline", "--trace", file]].concat());
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("12 of 12 connections"), "{approach}: {}", ran.stdout);
        let trace: Value = serde_json::from_slice(&fs::read(file).expect("the trace was written"))
            .expect("it is JSON");
        let events = trace["traceEvents"].as_array().expect("it has events");
        let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
        assert_eq!((of_kind("b"), of_kind("e")), (12, 12), "{approach}");
        // Each connection runs at least once for each of its lines.
        assert!(of_kind("X") >= 36, "{approach}: {}", of_kind("X"));
    }
}

#[test]
fn ctrl_c_ends_everything_within_a_second() {
    for approach in ECHO.approaches() {
        let mut family =
            ECHO.start(approach, &["--latency", "20s", "--limit", "4", "--clients", "8"]);
        assert_eq!(family.wait_for(CLIENTS, 1, PATIENCE), 1, "{approach}");
        let workers = if approach == "processes" { 4 } else { 0 };
        assert_eq!(family.wait_for(WORKER, workers, PATIENCE), workers, "{approach}");
        thread::sleep(Duration::from_millis(100));
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!(ran.status, Some(130), "{approach}: {}", ran.stderr);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", "interrupted\n"), "{approach}");
    }
}

#[test]
fn nobody_outlives_a_parent_that_is_killed() {
    // Here all workers have a client, and there all wait for one.
    let busy = ["--latency", "20s", "--limit", "6", "--clients", "6"];
    let idle = ["--listen", "127.0.0.1:0", "--forever", "--limit", "6"];
    for (arguments, clients) in [(&busy[..], 1), (&idle[..], 0)] {
        let mut family = ECHO.start("processes", arguments);
        assert_eq!(family.wait_for(WORKER, 6, PATIENCE), 6);
        assert_eq!(family.wait_for(CLIENTS, clients, PATIENCE), clients);
        Family::signal(family.parent().id(), "-KILL");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0);
        assert_eq!(family.end().status, None);
    }
}

#[test]
fn a_killed_worker_costs_its_connection_and_the_client_makes_a_new_one() {
    let arguments = ["--json", "--clients", "3", "--lines", "20", "--latency", "100ms"];
    let expected = ECHO
        .run("tokio", &["--json", "--clients", "3", "--lines", "20", "--latency", "1ms"])
        .json();
    let family = ECHO.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    thread::sleep(Duration::from_millis(500));
    for worker in family.living(WORKER) {
        Family::signal(worker, "-KILL");
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(json["answer"], expected["answer"]);
    assert_eq!(json["figures"]["redials"], 3);
}

#[test]
fn a_server_whose_clients_die_ends_and_says_so() {
    for approach in ["sequential", "threads", "tokio", "processes"] {
        let family = ECHO.start(approach, &["--clients", "4", "--latency", "20s"]);
        assert_eq!(family.wait_for(CLIENTS, 1, PATIENCE), 1, "{approach}");
        thread::sleep(Duration::from_millis(200));
        for clients in family.living(CLIENTS) {
            Family::signal(clients, "-KILL");
        }
        let ran = family.end();
        assert_eq!(ran.status, Some(1), "{approach}");
        assert!(ran.stderr.contains("the clients: "), "{approach}: {}", ran.stderr);
    }
}

#[test]
fn a_server_for_ever_answers_and_ends_in_good_order() {
    for approach in ECHO.approaches() {
        let server = Server::start(approach, &["--limit", "3", "--workers", "3"]);
        let mut client = server.connect();
        assert_eq!(client.ask("one\n"), "one\n", "{approach}");
        assert_eq!(client.ask("two\nthree\n"), "two\n", "{approach}");
        assert_eq!(client.line(), "three\n", "{approach}");
        // A last line without an end comes back as it is.
        client.send("four");
        client.stream().shutdown(Shutdown::Write).expect("the client is connected");
        assert_eq!(client.line(), "four", "{approach}");
        assert_eq!(client.line(), "", "{approach}");

        let mut client = server.connect();
        assert_eq!(client.ask("five\nsi"), "five\n", "{approach}");
        server.interrupt();
        thread::sleep(Duration::from_millis(200));
        assert!(TcpStream::connect(server.address).is_err(), "{approach} accepts still");
        // A line that has begun may end, and is the last.
        assert_eq!(client.ask("x\n"), "six\n", "{approach}");
        assert_eq!(client.line(), "", "{approach}");
        let ran = server.end();
        assert_eq!(ran.status, Some(0), "{approach}");
        let report = "served 2 connections, 6 lines, 0.0 kB; 0 dropped, 0 broke off";
        assert!(ran.stdout.contains(report), "{approach}: {}", ran.stdout);
    }
}

#[test]
fn who_only_listens_does_not_keep_a_server_from_ending_nor_does_half_a_line_beyond_the_grace() {
    for approach in ECHO.approaches() {
        for half in ["", "half a li"] {
            let server = Server::start(approach, &["--grace", "300ms"]);
            let mut client = server.connect();
            assert_eq!(client.ask(&format!("hello\n{half}")), "hello\n", "{approach}");
            server.interrupt();
            assert_eq!(client.line(), "", "{approach}");
            assert_eq!(server.end().status, Some(0), "{approach}");
        }
    }
}

#[test]
fn a_second_ctrl_c_ends_a_server_at_once() {
    for approach in ["threads", "smol", "processes"] {
        let mut server = Server::start(approach, &["--grace", "1h", "--limit", "2"]);
        let mut client = server.connect();
        assert_eq!(client.ask("hello\nhalf a li"), "hello\n", "{approach}");
        server.interrupt();
        thread::sleep(Duration::from_millis(200));
        server.interrupt();
        assert_eq!(server.family().wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        assert_eq!(server.end().status, Some(130), "{approach}");
    }
}

#[test]
fn a_terminals_ctrl_c_reaches_the_workers_too_and_they_leave_it_to_their_parent() {
    let mut server = Server::start("processes", &["--limit", "2"]);
    let mut client = server.connect();
    assert_eq!(client.ask("one\ntw"), "one\n");
    assert_eq!(server.family().wait_for(WORKER, 2, PATIENCE), 2);
    // A worker that waits for a client may not listen for the signal yet; this one has served.
    thread::sleep(Duration::from_millis(200));
    for worker in server.family().living(WORKER) {
        Family::signal(worker, "-INT");
    }
    server.interrupt();
    thread::sleep(Duration::from_millis(200));
    assert_eq!(client.ask("o\n"), "two\n");
    assert_eq!(client.line(), "");
    let ran = server.end();
    assert_eq!(ran.status, Some(0));
    assert!(ran.stdout.contains("served 1 connection, 2 lines"), "{}", ran.stdout);
}

#[test]
fn clients_that_break_the_rules_are_told_and_dropped() {
    for approach in ECHO.approaches() {
        let server = Server::start(approach, &["--max-line", "1000", "--idle", "300ms"]);
        let mut client = server.connect();
        assert_eq!(client.ask(&("x".repeat(1000) + "\n")).len(), 1001, "{approach}");
        // There is more to come than the server has read when it gives up.
        client.send(&"x".repeat(300_000));
        assert_eq!(client.line(), "error: a line is longer than 1000 bytes\n", "{approach}");
        assert_eq!(client.line(), "", "{approach}");
        drop(client);

        let mut client = server.connect();
        assert_eq!(client.line(), "error: no line within 300ms\n", "{approach}");
        assert_eq!(client.line(), "", "{approach}");
        drop(client);

        server.interrupt();
        let ran = server.end();
        assert!(ran.stdout.contains("2 dropped"), "{approach}: {}", ran.stdout);
    }
}

#[test]
fn a_client_that_takes_no_answer_is_dropped() {
    thread::scope(|scope| {
        for approach in ECHO.approaches() {
            scope.spawn(move || {
                let server = Server::start(approach, &["--idle", "300ms", "--limit", "2"]);
                let client = server.connect();
                let lines = "all work and no play\n".repeat(1_000);
                let start = Instant::now();
                // The answers fill all that lies between, and then the server cannot go on.
                while client.stream().write_all(lines.as_bytes()).is_ok() {
                    assert!(start.elapsed() < PATIENCE, "{approach}");
                }
                let mut next = server.connect();
                assert_eq!(next.ask("hello\n"), "hello\n", "{approach}");
            });
        }
    });
}

#[test]
fn a_server_without_file_descriptors_waits_for_some() {
    for approach in ["threads", "crossbeam", "tokio", "async-std", "smol"] {
        let files = 30;
        let script = format!("ulimit -n {files}; exec \"$0\" --forever --limit 100");
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .arg(ECHO.program(approach))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let (address, _stderr) = address(child.stderr.take().expect("it is piped"));
        let mut clients: Vec<Client> = (0..60).map(|_| Client::connect(address)).collect();
        for client in &mut clients {
            client.send("hello\n");
        }
        let start = Instant::now();
        let fds = format!("/proc/{}/fd", child.id());
        while fs::read_dir(&fds).expect("it runs").count() < files {
            assert!(start.elapsed() < PATIENCE, "{approach} has descriptors left");
            thread::sleep(Duration::from_millis(5));
        }
        // Who leaves makes room for those who wait.
        for mut client in clients {
            assert_eq!(client.line(), "hello\n", "{approach}");
        }
        child.kill().expect("it runs still");
        child.wait().expect("it has ended");
    }
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// What the clients' process has.
const CLIENTS: &str = "MEANWHILE_CLIENTS=";
/// How long processes may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs until it is told to end.
struct Server {
    family: Option<Family>,
    address: SocketAddr,
    pid: u32,
    _stderr: BufReader<ChildStderr>,
}

impl Server {
    fn start(approach: &str, arguments: &[&str]) -> Self {
        let mut family = ECHO.start(approach, &[&["--forever"], arguments].concat());
        let stderr = family.parent().stderr.take().expect("it is piped");
        let (address, stderr) = address(stderr);
        let pid = family.parent().id();
        Self { family: Some(family), address, pid, _stderr: stderr }
    }

    fn family(&mut self) -> &mut Family {
        self.family.as_mut().expect("it is there until the end")
    }

    fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    fn interrupt(&self) {
        Family::signal(self.pid, "-INT");
    }

    fn end(mut self) -> Ran {
        self.family.take().expect("it ends once").end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test has failed, or has seen enough.
        if let Some(mut family) = self.family.take() {
            let _ = family.parent().kill();
            let _ = family.parent().wait();
        }
    }
}

/// Reads where a server says that it listens.
fn address(stderr: ChildStderr) -> (SocketAddr, BufReader<ChildStderr>) {
    let mut stderr = BufReader::new(stderr);
    let mut line = String::new();
    stderr.read_line(&mut line).expect("the server tells where it listens");
    let address = line.strip_prefix("listening on ").and_then(|rest| rest.split(';').next());
    let address = address.and_then(|address| address.parse().ok());
    (address.unwrap_or_else(|| panic!("{line:?} has no address")), stderr)
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
