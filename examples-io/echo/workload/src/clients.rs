//! The clients: they talk to the server, check its answers, and measure how long these take.
//!
//! They run in a process of their own (this same program, started again). So a run measures only
//! the server, and each side has all the file descriptors that a process may have. All clients are
//! tasks on one thread; they are no part of the lesson.

use std::{
    cell::RefCell,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::ChildStdout,
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use async_executor::LocalExecutor;
use async_io::{Async, Timer};
use fastrand::Rng;
use futures_lite::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use harness::{
    capacity, duration,
    helper::{self, Helper, Role},
};
use serde::{Deserialize, Serialize};

/// The role of a program that is started as the clients.
const ROLE: Role = Role::new("MEANWHILE_CLIENTS");
/// How often a client connects again if its connection breaks.
const REDIALS: u32 = 3;
/// The longest line that a well-behaved client sends, in bytes, its end not counted.
const LONGEST: usize = 100;

/// The properties of the clients.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClientOptions {
    /// Where the server listens.
    pub(crate) server: SocketAddr,
    /// How many there are.
    pub(crate) clients: usize,
    /// How many lines each of them sends.
    pub(crate) lines: u64,
    /// How long a client thinks after each answer.
    pub(crate) latency: Duration,
    /// The seed of the lines and the faults.
    pub(crate) seed: u64,
    /// The share of clients that misbehave.
    pub(crate) faults: f64,
    /// The longest line that the server accepts. Some clients send a longer one.
    pub(crate) max_line: usize,
}

/// The clients' report.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The clients all of whose lines came back once, in order and unchanged.
    pub(crate) right: usize,
    /// The lines that came back like that.
    pub(crate) lines: u64,
    /// Their length in bytes, their ends included.
    pub(crate) bytes: u64,
    /// The clients that saw something else, in order, with what they saw.
    pub(crate) failures: Vec<(usize, String)>,
    /// How often a connection broke, and the client connected again.
    pub(crate) redials: u64,
    /// How long an answer took.
    pub(crate) median: Duration,
    /// The longest time of all answers but the slowest hundredth.
    pub(crate) p99: Duration,
    /// How long the slowest answer took.
    pub(crate) longest: Duration,
}

/// The process of the clients, seen from the server's.
#[derive(Debug)]
pub(crate) struct Clients {
    /// A line tells them to begin; closing their stdin tells them to end.
    process: Helper,
    output: Option<BufReader<ChildStdout>>,
}

impl Clients {
    /// Starts this program again, as the clients. They do nothing yet.
    pub(crate) fn start(options: &ClientOptions) -> Result<Self> {
        let mut process = Helper::start(ROLE, options).context("cannot start the clients")?;
        let mut output = process.output();
        let ready = helper::line(&mut output).context("cannot hear from the clients")?;
        anyhow::ensure!(ready == "ready", "the clients have not started");
        Ok(Self { process, output: Some(output) })
    }

    /// Tells the clients to begin, and calls `done` when all are done. Then their report can be
    /// received; there is none if they ended early.
    pub(crate) fn begin(
        &mut self,
        done: impl FnOnce() + Send + 'static,
    ) -> Result<mpsc::Receiver<Report>> {
        let mut output = self.output.take().context("the clients have begun already")?;
        let (send, report) = mpsc::sync_channel(1);
        harness::in_background("clients", move || {
            if let Ok(line) = helper::line(&mut output)
                && let Ok(report) = serde_json::from_str(&line)
            {
                // Maybe nobody wants it any more.
                let _ = send.send(report);
            }
            drop(send);
            done();
        })?;
        self.process.tell("begin").context("the clients have ended")?;
        Ok(report)
    }
}

/// Runs the clients, if this process was started for that, until they are done or the process that
/// started them ends. Returns immediately in every other process.
pub(crate) fn talk_if_asked() -> Result<()> {
    let Some(options) = ROLE.setup()? else { return Ok(()) };
    capacity::allow_open_files();
    // Not `println!`, which panics if the server has ended. Then nobody needs the clients.
    writeln!(io::stdout(), "ready")?;
    let mut stdin = BufReader::new(io::stdin());
    stdin.read_line(&mut String::new())?;
    harness::in_background("parent", move || {
        // The parent sends nothing more, so this returns when the parent closes its end or dies.
        let _ = stdin.read_to_end(&mut Vec::new());
        std::process::exit(0);
    })?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&talk(&options))?)?;
    std::process::exit(0);
}

fn talk(options: &ClientOptions) -> Report {
    let times = RefCell::new(Times::new());
    let executor = LocalExecutor::new();
    let mut report = Report::default();
    async_io::block_on(executor.run(async {
        let clients: Vec<_> = (0..options.clients)
            .map(|index| executor.spawn(Client::new(index, options, &times).talk()))
            .collect();
        for (index, client) in clients.into_iter().enumerate() {
            let client = client.await;
            report.lines += client.lines;
            report.bytes += client.bytes;
            report.redials += u64::from(client.dials.saturating_sub(1));
            match client.failure {
                None => report.right += 1,
                Some(reason) => report.failures.push((index, reason)),
            }
        }
    }));
    let times = times.borrow();
    Report {
        median: times.quantile(0.5),
        p99: times.quantile(0.99),
        longest: times.quantile(1.0),
        ..report
    }
}

/// How a client misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mischief {
    /// It sends a line that is too long.
    LongLine,
    /// It sends half a line and no more.
    Silence,
    /// It sends half a line and hangs up.
    HangUp,
}

type Connection = futures_lite::io::BufReader<Async<TcpStream>>;

/// One client.
struct Client<'a> {
    options: &'a ClientOptions,
    times: &'a RefCell<Times>,
    random: Rng,
    /// The line before which it misbehaves, and how.
    mischief: Option<(u64, Mischief)>,
    connection: Option<Connection>,
    /// How often it has connected.
    dials: u32,
    lines: u64,
    bytes: u64,
    failure: Option<String>,
}

impl<'a> Client<'a> {
    fn new(index: usize, options: &'a ClientOptions, times: &'a RefCell<Times>) -> Self {
        let mut random = Rng::with_seed(options.seed ^ (index as u64) << 32);
        let bad = random.f64() < options.faults;
        let kind = [Mischief::LongLine, Mischief::Silence, Mischief::HangUp][random.usize(..3)];
        let when = random.u64(..options.lines.max(1));
        Self {
            options,
            times,
            random,
            mischief: bad.then_some((when, kind)),
            connection: None,
            dials: 0,
            lines: 0,
            bytes: 0,
            failure: None,
        }
    }

    /// Sends all lines, and checks what comes back.
    async fn talk(mut self) -> Self {
        if let Err(failure) = self.converse().await {
            self.failure = Some(failure);
        }
        self.connection = None;
        self
    }

    async fn converse(&mut self) -> Result<(), String> {
        for number in 0..self.options.lines {
            if let Some((when, mischief)) = self.mischief
                && when == number
            {
                return self.misbehave(mischief).await;
            }
            let line = self.line();
            let sent = Instant::now();
            let answer = self.exchange(&line).await?;
            self.times.borrow_mut().add(sent.elapsed());
            if answer != line {
                return Err(unexpected(&answer));
            }
            self.lines += 1;
            self.bytes += line.len() as u64;
            Timer::after(self.options.latency).await;
        }
        if self.options.lines == 0 {
            self.dial().await?;
        }
        self.close().await
    }

    /// A line of printable bytes.
    fn line(&mut self) -> Vec<u8> {
        let length = self.random.usize(1..=LONGEST.min(self.options.max_line));
        let mut line: Vec<u8> = (0..length).map(|_| self.random.u8(b' '..=b'~')).collect();
        line.push(b'\n');
        line
    }

    /// Sends a line and reads the answer, over a new connection if there is none or it breaks.
    async fn exchange(&mut self, line: &[u8]) -> Result<Vec<u8>, String> {
        loop {
            let connection = self.dial().await?;
            let mut answer = Vec::new();
            let exchange = async {
                connection.get_mut().write_all(line).await?;
                connection.read_until(b'\n', &mut answer).await
            };
            match exchange.await {
                Ok(_) if answer.ends_with(b"\n") => return Ok(answer),
                // The connection ended without an answer. Its server is gone, but another may be
                // there.
                _ => self.connection = None,
            }
        }
    }

    /// The connection. It is opened if there is none.
    async fn dial(&mut self) -> Result<&mut Connection, String> {
        if self.connection.is_none() {
            if self.dials > REDIALS {
                return Err(format!("the connection broke {} times", self.dials));
            }
            self.dials += 1;
            let stream = Async::<TcpStream>::connect(self.options.server).await;
            let stream = stream.map_err(|error| format!("cannot connect: {}", error.kind()))?;
            // Send lines without delay. If the option cannot be set, the connection is dead.
            let _ = stream.get_ref().set_nodelay(true);
            self.connection = Some(Connection::with_capacity(2 * LONGEST, stream));
        }
        Ok(self.connection.as_mut().expect("it was made if there was none"))
    }

    /// Tells the server that no more lines come, and checks that it sends nothing more.
    async fn close(&mut self) -> Result<(), String> {
        let connection = self.dial().await?;
        let mut rest = Vec::new();
        let _ = connection.get_ref().get_ref().shutdown(std::net::Shutdown::Write);
        match connection.read_to_end(&mut rest).await {
            Ok(_) if !rest.is_empty() => Err(unexpected(&rest)),
            // All lines have come back, so it does not matter how the connection ends.
            _ => Ok(()),
        }
    }

    async fn misbehave(&mut self, mischief: Mischief) -> Result<(), String> {
        let bytes = match mischief {
            Mischief::LongLine => vec![b'x'; self.options.max_line + 1],
            Mischief::Silence | Mischief::HangUp => b"half a li".into(),
        };
        let connection = self.dial().await?;
        let _ = connection.get_mut().write_all(&bytes).await;
        if mischief == Mischief::HangUp {
            return Err("it hung up in the middle of a line".into());
        }
        let mut answer = Vec::new();
        let read = connection.read_to_end(&mut answer).await;
        Err(match read {
            Ok(_) if answer.is_empty() => "the server closed the connection".into(),
            Ok(_) => unexpected(&answer),
            Err(error) => format!("the connection broke: {}", error.kind()),
        })
    }
}

/// What is wrong with an answer.
fn unexpected(answer: &[u8]) -> String {
    let answer = String::from_utf8_lossy(answer);
    match answer.strip_prefix("error: ") {
        Some(fault) => format!("the server closed the connection: {}", fault.trim_end()),
        None => format!("the server sent back something else: {:?}", answer.trim_end()),
    }
}

/// A histogram of response times, exact to a hundredth. Its memory does not grow with the number of
/// answers.
struct Times(Vec<u64>);

impl Times {
    /// The number of steps in each doubling of the time, as a power of two.
    const STEPS: u32 = 7;

    fn new() -> Self {
        Self(vec![0; Self::place(u64::MAX) + 1])
    }

    fn place(nanos: u64) -> usize {
        let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(Self::STEPS + 1);
        let place = (u64::from(shift) << Self::STEPS) + (nanos >> shift);
        usize::try_from(place).expect("there are only some thousand places")
    }

    fn add(&mut self, time: Duration) {
        self.0[Self::place(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))] += 1;
    }

    /// The time within which this share of the answers came.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count is a count"
    )]
    fn quantile(&self, share: f64) -> Duration {
        let total: u64 = self.0.iter().sum();
        let wanted = (total as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (place, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_nanos(Self::time(place as u64));
            }
        }
        Duration::ZERO
    }

    /// The shortest time that belongs to this place.
    fn time(place: u64) -> u64 {
        let shift = (place >> Self::STEPS).saturating_sub(1);
        (place - (shift << Self::STEPS)) << shift
    }
}

/// The figures to print.
impl Report {
    pub(crate) fn line(&self) -> String {
        let times = [self.median, self.p99, self.longest];
        let [median, p99, longest] = times.map(|time| duration::write(round(time)));
        let redials = match self.redials {
            0 => String::new(),
            1 => "; 1 connection broke and was reopened".into(),
            redials => format!("; {redials} connections broke and were reopened"),
        };
        format!(
            "an answer took {median} (median), {p99} (99th percentile), {longest} (longest){redials}"
        )
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        serde_json::json!({
            "response_median_ns": nanos(self.median),
            "response_p99_ns": nanos(self.p99),
            "response_longest_ns": nanos(self.longest),
            "redials": self.redials,
        })
    }
}

/// A time, rounded to the digits that matter.
fn round(time: Duration) -> Duration {
    let step = if time < Duration::from_millis(10) { 10_000 } else { 1_000_000 };
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(nanos / step * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_to_within_a_hundredth() {
        for nanos in [0, 1, 100, 127, 128, 255, 256, 1_000, 123_456, 10_u64.pow(9), u64::MAX] {
            let kept = Times::time(Times::place(nanos) as u64);
            assert!(kept <= nanos && nanos - kept <= nanos / 100, "{kept} for {nanos}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_times() {
        let mut times = Times::new();
        for millis in (1..=1000).rev() {
            times.add(Duration::from_millis(millis));
        }
        for (share, millis) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1000.0), (0.0, 1.0)] {
            let time = times.quantile(share).as_secs_f64() * 1e3;
            assert!((millis * 0.99..=millis).contains(&time), "{time} for {share}");
        }
        assert_eq!(Times::new().quantile(0.5), Duration::ZERO);
    }

    #[test]
    fn what_is_wrong_with_an_answer_is_said_in_the_servers_words_or_ours() {
        assert_eq!(
            unexpected(b"error: no line within 1s\n"),
            "the server closed the connection: no line within 1s"
        );
        assert_eq!(unexpected(b"two\n"), "the server sent back something else: \"two\"");
    }

    #[test]
    fn the_same_seed_makes_the_same_clients() {
        let options = ClientOptions {
            server: SocketAddr::from(([127, 0, 0, 1], 1)),
            clients: 1,
            lines: 10,
            latency: Duration::ZERO,
            seed: 7,
            faults: 0.5,
            max_line: 1000,
        };
        let times = RefCell::new(Times::new());
        let lines = |index| {
            let mut client = Client::new(index, &options, &times);
            (client.mischief, client.line(), client.line())
        };
        assert_eq!(lines(3), lines(3));
        assert_ne!(lines(3).1, lines(4).1);
    }
}
