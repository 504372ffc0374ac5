//! The handling of one worker process, on both sides.
//!
//! A worker is this same program, started again. Its stdin is the listening socket, which is how a
//! program can be handed a socket without any unsafe code; its stdout is one end of a pair of
//! connected sockets. Over that the parent says when to stop, and the worker tells at its end what
//! it has served; and if the parent dies, its end closes, and the worker ends at once.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    process::{Child, exit},
};

use anyhow::{Context, Result};
use echo_workload::{Rules, Served, Settings, Stop};
use harness::{
    helper::Role,
    worker::{self, Notes},
};
use serde::{Deserialize, Serialize};

/// What makes a program a worker, and gives it its [`Share`].
const ROLE: Role = Role::new("MEANWHILE_WORKER");
/// What the parent says when a worker is to stop.
const STOP: &[u8] = b"stop";

/// A worker's share of the work.
#[derive(Debug, Serialize, Deserialize)]
pub struct Share {
    /// The worker's number, from 0.
    pub number: usize,
    /// How many workers there are.
    pub workers: usize,
    /// What the server allows its clients.
    pub rules: Rules,
}

/// What a worker tells at its end.
#[derive(Serialize, Deserialize)]
struct Report {
    served: Served,
    notes: Notes,
}

/// A worker process, seen from its parent.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Child,
    line: UnixStream,
}

impl Worker {
    /// Starts this program again, as a worker that accepts from this socket.
    pub(crate) fn start(listener: &TcpListener, share: &Share) -> Result<Self> {
        let start = || {
            let (line, workers_end) = UnixStream::pair()?;
            let mut command = ROLE.command(share)?;
            command.stdin(OwnedFd::from(listener.try_clone()?));
            command.stdout(OwnedFd::from(workers_end));
            worker::prepare(&mut command);
            anyhow::Ok(Self { process: command.spawn()?, line })
        };
        let name =
            || format!("cannot start worker process {} of {}", share.number + 1, share.workers);
        start().with_context(name)
    }

    /// Whether it has ended, which it should not by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(Some(_)))
    }

    /// Tells it to stop.
    pub(crate) fn stop(&mut self) {
        // If it has ended, it need not be told.
        let _ = self.line.write_all(STOP);
    }

    /// Waits for its end, and returns what it has served; of one that was killed nobody knows.
    pub(crate) fn join(mut self) -> Served {
        let mut report = Vec::new();
        let read = self.line.read_to_end(&mut report);
        match serde_json::from_slice(&report) {
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
        // A worker that was not told to stop ends at once when it sees the end of the line.
        let _ = self.line.shutdown(Shutdown::Both);
        // If it cannot be waited for, it has ended already.
        let _ = self.process.wait();
    }
}

/// Does `work` and ends, if this process was started as a worker. Returns at once in every other.
pub fn run_if_asked(work: impl FnOnce(TcpListener, &Settings, &Share) -> Served) {
    let done = match ROLE.setup() {
        Ok(None) => return,
        Ok(Some(share)) => run(&share, work),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => exit(0),
        Err(error) => {
            eprintln!("worker process {}: {error:#}", std::process::id());
            exit(1);
        }
    }
}

fn run(share: &Share, work: impl FnOnce(TcpListener, &Settings, &Share) -> Served) -> Result<()> {
    worker::begin();
    worker::leave_ctrl_c_to_parent()?;
    let listener = TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut line = UnixStream::from(io::stdout().as_fd().try_clone_to_owned()?);
    let stop = Stop::new(&listener)?;
    let settings = Settings { rules: share.rules.clone(), stop: stop.clone() };
    let mut parent = line.try_clone()?;
    harness::in_background("parent", move || {
        let mut told = [0; STOP.len()];
        while parent.read_exact(&mut told).is_ok() {
            stop.ask();
        }
        // The parent is gone, and with it all reason to go on.
        exit(1);
    })?;
    let served = work(listener, &settings, share);
    serde_json::to_writer(&mut line, &Report { served, notes: Notes::take() })?;
    Ok(())
}
