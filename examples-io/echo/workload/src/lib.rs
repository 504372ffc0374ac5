//! The row `echo` without its concurrency: the rules of a line server, one connection (for threads
//! and for tasks), the start of a worker process, and the clients.

#[cfg(feature = "async")]
pub mod asynchronous;
#[cfg(feature = "blocking")]
pub mod blocking;
mod clients;
#[cfg_attr(
    not(any(feature = "async", feature = "blocking")),
    expect(dead_code, reason = "without a server nobody reads lines")
)]
mod lines;
mod stop;
mod visitors;
#[cfg(feature = "processes")]
pub mod worker;

#[cfg(any(feature = "async", feature = "blocking"))]
use std::{io, time::Instant};
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    ops::AddAssign,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Args;
use harness::{
    Answer, Failure, Figures, Kind, Limits, Plan, Row, Shared, arguments, duration,
    words::{grouped, plural},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use socket2::{Domain, Protocol, Socket, Type};

use clients::{ClientOptions, Clients};
#[cfg(any(feature = "async", feature = "blocking"))]
use lines::{Fault, Lines};
pub use stop::Stop;
use visitors::Visitors;

/// How many clients may wait to be accepted: as many as may arrive at the same time. Linux reduces
/// it to `net.core.somaxconn`.
const BACKLOG: i32 = 16_384;
/// The pause in accepting when the server has run out of file descriptors.
#[cfg(any(feature = "async", feature = "blocking"))]
const PAUSE: Duration = Duration::from_millis(20);
/// How long it goes on like that if it has no connection whose end would free one.
#[cfg(any(feature = "async", feature = "blocking"))]
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the server still reads from a client after it has told it why it closes the connection.
#[cfg(any(feature = "async", feature = "blocking"))]
const LINGER: Duration = Duration::from_secs(1);
/// How many bytes it takes in that time.
#[cfg(any(feature = "async", feature = "blocking"))]
const LONGEST_LINGER: usize = 1 << 20;
/// The longest line that may be allowed, in bytes.
const LONGEST_LINE: u64 = 1 << 30;

/// Serves clients that send lines: each line is sent back to its client.
#[derive(Args, Debug)]
pub struct Echo {
    /// The number of clients, each with its own connection
    #[arg(long, value_name = "N", default_value_t = 100, help_heading = "Example's own clients",
          value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    clients: u32,
    /// The number of lines that each client sends
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Example's own clients")]
    lines: u64,
    /// How long a client thinks after each answer
    #[arg(long, value_name = "TIME", default_value = "5ms", value_parser = duration::parse, help_heading = "Example's own clients")]
    latency: Duration,
    /// The share of clients that misbehave: too long a line, silence, or hanging up within a line
    /// (0 to 1)
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = arguments::share, help_heading = "Example's own clients")]
    faults: f64,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), help_heading = "Server")]
    listen: SocketAddr,
    /// Serve anybody who connects until Ctrl-C, instead of the example's own clients
    #[arg(long, help_heading = "Server")]
    forever: bool,
    /// The longest line, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, help_heading = "Server",
          value_parser = clap::value_parser!(u64).range(1..=LONGEST_LINE))]
    max_line: u64,
    /// How long the server waits for a client's next line, or for the client to take its answer
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration::parse, help_heading = "Server")]
    idle: Duration,
    /// The most open connections, whatever --limit says; the next client waits
    #[arg(long, value_name = "N", default_value_t = 10_000, help_heading = "Server",
          value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: u32,
    /// How long the server, once asked to stop, waits for unfinished lines
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration::parse, help_heading = "Server")]
    grace: Duration,
}

/// The server's rules for its clients.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rules {
    /// The longest line, in bytes, its end not counted.
    pub max_line: usize,
    /// How long the server waits for a client.
    pub idle: Duration,
    /// How long the server, once asked to stop, waits for unfinished lines.
    pub grace: Duration,
    /// The most connections open at the same time.
    pub max_connections: usize,
}

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's rules for its clients.
    pub rules: Rules,
    /// Asks the server to stop, and remembers whether somebody has.
    pub stop: Stop,
    visitors: Arc<Visitors>,
}

impl Settings {
    /// Opens the server: from now on clients come, and time is measured. By now the approach has
    /// started everything it needs to serve the first of them.
    ///
    /// # Errors
    /// The system has no more threads, or the clients have ended.
    pub fn open(&self) -> Result<()> {
        harness::meter::job_begins();
        self.visitors.invite(&self.stop)
    }

    /// The most connections that may be open at the same time.
    #[must_use]
    pub fn at_once(&self, limits: Limits) -> usize {
        limits.in_flight.min(self.rules.max_connections)
    }

    /// The deadline for a client that the server has been waiting for since that moment and that
    /// may have begun a line; `None` if there is none.
    #[cfg(any(feature = "async", feature = "blocking"))]
    fn until(&self, since: Instant, begun: bool) -> Option<Instant> {
        let idle = since.checked_add(self.rules.idle);
        let Some(asked) = self.stop.asked() else { return idle };
        let grace = if begun { self.rules.grace } else { Duration::ZERO };
        let stop = asked.checked_add(grace);
        idle.into_iter().chain(stop).min()
    }

    /// The fault of a client that has kept the server waiting until then.
    #[cfg(any(feature = "async", feature = "blocking"))]
    fn late(&self) -> Result<(), Fault> {
        // If the server itself is stopping, it is nobody's fault.
        if self.stop.asked().is_some() { Ok(()) } else { Err(Fault::Idle(self.rules.idle)) }
    }
}

/// Counts of a server's work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// Connections that have ended.
    pub connections: u64,
    /// Lines that came.
    pub lines: u64,
    /// Bytes that were sent back.
    pub bytes: u64,
    /// Connections that the server closed because the client broke a rule.
    pub dropped: u64,
    /// Connections that broke off.
    pub broken: u64,
}

impl AddAssign for Served {
    fn add_assign(&mut self, other: Self) {
        self.connections += other.connections;
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.dropped += other.dropped;
        self.broken += other.broken;
    }
}

#[cfg(any(feature = "async", feature = "blocking"))]
impl Served {
    fn add(&mut self, lines: &Lines, result: &Result<(), Fault>) {
        let broken = *result == Err(Fault::Broken);
        *self += Self {
            connections: 1,
            lines: lines.count,
            bytes: lines.bytes,
            dropped: (result.is_err() && !broken).into(),
            broken: broken.into(),
        };
    }
}

/// The server's socket, and how to serve.
#[derive(Debug)]
pub struct Input {
    /// How to serve.
    pub settings: Settings,
    /// Until it is taken.
    listener: Mutex<Option<TcpListener>>,
}

impl Input {
    /// The listening socket. The caller closes it.
    ///
    /// # Errors
    /// It has been taken before.
    pub fn listener(&self) -> Result<TcpListener> {
        let listener = self.listener.lock().expect("nobody panics while holding it").take();
        listener.context("the server's socket was taken before")
    }
}

impl Row for Echo {
    const NAME: &'static str = "echo";
    const UNIT: &'static str = "connection";
    type Input = Input;
    type Output = Served;

    fn kind(&self) -> Kind {
        // All clients are served at the same time. Without any, there still is a limit.
        Kind::Waits { limit: (self.clients as usize).max(1) }
    }

    fn prepare(&self, shared: &Shared) -> Result<Input> {
        let listener =
            listen(self.listen).with_context(|| format!("cannot listen on {}", self.listen))?;
        let address = listener.local_addr().context("cannot learn the port")?;
        let rules = Rules {
            max_line: usize::try_from(self.max_line).context("too long a line")?,
            idle: self.idle,
            grace: self.grace,
            max_connections: self.max_connections as usize,
        };
        let visitors = if self.forever {
            Visitors::Others(address)
        } else {
            Visitors::own(Clients::start(&ClientOptions {
                server: address,
                clients: self.clients as usize,
                lines: self.lines,
                latency: self.latency,
                seed: shared.seed,
                faults: self.faults,
                max_line: rules.max_line,
            })?)
        };
        let stop = Stop::new(&listener).context("cannot make what stops the server")?;
        let settings = Settings { rules, stop, visitors: Arc::new(visitors) };
        Ok(Input { settings, listener: Mutex::new(Some(listener)) })
    }

    fn plan(&self, input: &Input, limits: Limits) -> Plan {
        let at_once = input.settings.at_once(limits);
        let rules = &input.settings.rules;
        let mut json = json!({
            "max_line": rules.max_line,
            "idle": duration::write(rules.idle),
            "max_connections": rules.max_connections,
        });
        if self.forever {
            let headline = format!("anybody who connects, at most {} at a time", grouped(at_once));
            return Plan { headline, input: json, units: None, lower_bound: None };
        }
        json["clients"] = self.clients.into();
        json["lines"] = self.lines.into();
        json["latency"] = duration::write(self.latency).into();
        json["faults"] = self.faults.into();
        let clients = self.clients as usize;
        // A client keeps its connection while it thinks, and at most this many clients have one.
        let rounds = u32::try_from(clients.div_ceil(at_once)).unwrap_or(u32::MAX);
        let lines = u32::try_from(self.lines).unwrap_or(u32::MAX);
        let thinking = self.latency.saturating_mul(lines).saturating_mul(rounds);
        Plan {
            headline: format!(
                "{}, {} each, {} apart, at most {} served at a time",
                plural(clients, "client"),
                plural(self.lines, "line"),
                duration::write(self.latency),
                grouped(at_once)
            ),
            input: json,
            units: Some(clients),
            lower_bound: (self.faults == 0.0).then_some(thinking),
        }
    }

    fn answer(&self, input: &Input, served: Served) -> Answer {
        if self.forever {
            return Answer {
                line: format!(
                    "served {}, {}, {:.1} kB; {} dropped, {} broke off",
                    plural(served.connections, "connection"),
                    plural(served.lines, "line"),
                    served.bytes as f64 / 1e3,
                    grouped(served.dropped),
                    grouped(served.broken)
                ),
                json: json!(served),
                failures: Vec::new(),
                figures: None,
            };
        }
        let Some(report) = input.settings.visitors.report() else {
            let reason = "their process ended early".into();
            return Answer {
                line: "the clients sent no report".into(),
                json: serde_json::Value::Null,
                failures: vec![Failure { unit: "the clients".into(), reason }],
                figures: None,
            };
        };
        let unit = |index: usize| format!("client {index}");
        Answer {
            line: format!(
                "{} came back once, in order and unchanged ({:.1} kB); {} of {} succeeded",
                plural(report.lines, "line"),
                report.bytes as f64 / 1e3,
                grouped(report.right),
                plural(self.clients, "client"),
            ),
            json: json!({ "clients": report.right, "lines": report.lines, "bytes": report.bytes }),
            failures: (report.failures.iter().cloned())
                .map(|(index, reason)| Failure { unit: unit(index), reason })
                .collect(),
            figures: Some(Figures { line: report.line(), json: report.json() }),
        }
    }

    fn help() -> Result<()> {
        clients::talk_if_asked()
    }
}

/// A socket on which the server listens, with room for many clients that wait.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // The address may still be in use by a server that has just ended.
    socket.set_reuse_address(cfg!(unix))?;
    // Send answers without delay. On Linux, accepted connections inherit this.
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Whether accepting failed because of the client, not for lack of resources.
#[cfg(any(feature = "async", feature = "blocking"))]
fn is_the_clients(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted)
}

#[cfg(any(feature = "async", feature = "blocking"))]
impl Fault {
    /// The message to the client.
    fn line(&self) -> String {
        format!("error: {self}\n")
    }
}
