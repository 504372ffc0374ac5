//! One worker process, on both sides.
//!
//! A worker is this same program, started again. Its stdin is the listening socket, which hands a
//! socket to a program without unsafe code. Its stdout is one end of a pair of connected sockets,
//! over which the parent tells it to stop. The worker sends a word when it is ready, another when
//! it has served its first connection, and at its end a report. If the parent dies, its end closes,
//! and the worker ends immediately.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    process::{Child, exit},
    sync::Arc,
};

use anyhow::{Result, bail};
use harness::{
    helper::Role,
    message, meter,
    worker::{self, Notes},
};
use serde::{Deserialize, Serialize};

use crate::{Rules, Served, Settings, stop::Stop, visitors::Visitors};

/// The role of a program that is started as a worker with its [`Share`].
const ROLE: Role = Role::new("MEANWHILE_WORKER");
/// The parent's message that tells a worker to stop.
const STOP: &[u8] = b"stop";
/// A worker's word when it is ready, and when it has served its first connection.
const WORD: &[u8] = b".";
/// How many such words it sends.
const WORDS: usize = 2;

/// A worker's share of the work.
#[derive(Debug, Serialize, Deserialize)]
pub struct Share {
    /// The number of its first connection, from 0.
    pub first: usize,
    /// The step from each of its connections to the next: the number of workers, since nobody
    /// counts all connections together.
    pub step: usize,
    /// The server's rules for its clients.
    pub rules: Rules,
}

/// A worker's report at its end.
#[derive(Serialize, Deserialize)]
struct Report {
    served: Served,
    notes: Notes,
}

/// A worker process, seen from its parent. When this is dropped, it ends.
#[derive(Debug)]
pub struct Worker {
    process: Child,
    line: UnixStream,
    /// How many words it has sent.
    words: usize,
}

impl Worker {
    /// Starts this program again, as a worker that accepts from this socket.
    ///
    /// # Errors
    /// The system gives no more processes or file descriptors.
    pub fn start(listener: &TcpListener, share: &Share) -> Result<Self> {
        let (line, workers_end) = UnixStream::pair()?;
        let mut command = ROLE.command(share)?;
        command.stdin(OwnedFd::from(listener.try_clone()?));
        command.stdout(OwnedFd::from(workers_end));
        worker::prepare(&mut command);
        Ok(Self { process: command.spawn()?, line, words: 0 })
    }

    /// Waits until it is ready to accept.
    ///
    /// # Errors
    /// It has ended before.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        if self.line.read_exact(&mut [0; WORD.len()]).is_ok() {
            self.words += 1;
            return Ok(());
        }
        bail!("worker process {} has ended ({})", self.process.id(), self.process.wait()?)
    }

    /// Whether it has served its first connection since this was last asked.
    pub fn has_just_served_its_first(&mut self) -> bool {
        let before = self.words;
        // If its words cannot be read, its end will show.
        let _ = self.line.set_nonblocking(true);
        while self.words < WORDS && self.line.read_exact(&mut [0; WORD.len()]).is_ok() {
            self.words += 1;
        }
        let _ = self.line.set_nonblocking(false);
        before < WORDS && self.has_served()
    }

    /// Whether it has reported serving a connection.
    #[must_use]
    pub fn has_served(&self) -> bool {
        self.words == WORDS
    }

    /// How it has ended, if it has. It should not end by itself.
    pub fn ended(&mut self) -> Option<String> {
        let status = self.process.try_wait().ok()??;
        Some(format!("worker process {} has ended ({status})", self.process.id()))
    }

    /// Tells it to stop.
    pub fn stop(&mut self) {
        // If it has ended, it need not be told.
        let _ = self.line.write_all(STOP);
    }

    /// Waits for its end, and returns its counts, which are unknown if it was killed.
    #[must_use]
    pub fn join(mut self) -> Served {
        let mut told = Vec::new();
        let read = self.line.read_to_end(&mut told);
        // The report comes after the words that have not been read yet.
        let report = told.iter().position(|byte| !WORD.contains(byte)).unwrap_or(told.len());
        match serde_json::from_slice(&told[report..]) {
            Ok(Report { served, notes }) if read.is_ok() => {
                notes.add();
                served
            }
            _ => Served::default(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A worker that was not told to stop ends immediately when the connection closes.
        let _ = self.line.shutdown(Shutdown::Both);
        // If it cannot be waited for, it has ended already.
        let _ = self.process.wait();
    }
}

/// The numbers of a worker's connections. It asks for each before it accepts, which tells its
/// parent about its progress.
#[derive(Debug)]
pub struct Numbers {
    share: Share,
    given: usize,
    line: UnixStream,
}

impl Iterator for Numbers {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.given == 0 {
            // The worker is ready; the job begins when the parent opens the server.
            meter::job_begins();
        }
        if self.given < WORDS {
            // If the parent is gone, this process ends in a moment.
            let _ = self.line.write_all(WORD);
        }
        self.given += 1;
        Some(self.share.first + (self.given - 1) * self.share.step)
    }
}

/// Does `work` and ends, if this process was started as a worker. Returns immediately in every
/// other.
pub fn run_if_asked(work: impl FnOnce(TcpListener, &Settings, Numbers) -> Result<Served>) {
    let done = match ROLE.setup() {
        Ok(None) => return,
        Ok(Some(share)) => run(share, work),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => exit(0),
        Err(error) => {
            message::line(format_args!("worker process {}: {error:#}", std::process::id()));
            exit(1);
        }
    }
}

fn run(
    share: Share,
    work: impl FnOnce(TcpListener, &Settings, Numbers) -> Result<Served>,
) -> Result<()> {
    worker::begin();
    worker::leave_ctrl_c_to_parent()?;
    let listener = TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut line = UnixStream::from(io::stdout().as_fd().try_clone_to_owned()?);
    let stop = Stop::new(&listener)?;
    let settings = Settings {
        rules: share.rules.clone(),
        stop: stop.clone(),
        visitors: Arc::new(Visitors::Parents),
    };
    let mut parent = line.try_clone()?;
    harness::in_background("parent", move || {
        let mut told = [0; STOP.len()];
        while parent.read_exact(&mut told).is_ok() {
            stop.ask();
        }
        // The parent is gone, so there is no reason to go on.
        exit(1);
    })?;
    let numbers = Numbers { share, given: 0, line: line.try_clone()? };
    let served = work(listener, &settings, numbers)?;
    serde_json::to_writer(&mut line, &Report { served, notes: Notes::take() })?;
    Ok(())
}
