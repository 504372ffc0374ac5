//! The server of the blocking cells. It accepts connections and serves each to its end, on the
//! calling thread.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::fd::AsFd,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use harness::unit::{self, On, Unit};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};

use crate::{
    LINGER, LONGEST_LINGER, PATIENCE, PAUSE, Served, Settings, is_the_clients,
    lines::{Fault, Lines},
};

/// A server. All threads that serve its connections share it.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    settings: Settings,
    served: Mutex<Served>,
    accepted: AtomicU64,
}

impl Server {
    /// Makes a server that accepts from this socket.
    #[must_use]
    pub fn new(listener: TcpListener, settings: &Settings) -> Self {
        let (served, accepted) = (Mutex::default(), AtomicU64::new(0));
        Self { listener, settings: settings.clone(), served, accepted }
    }

    /// Waits for the next client; `None` once the server is asked to stop. If file descriptors run
    /// out, it waits until one is free.
    ///
    /// # Errors
    /// There is no file descriptor even for a single connection.
    pub fn accept(&self) -> Result<Option<TcpStream>> {
        let mut in_vain = None;
        loop {
            let accepted = self.listener.accept();
            if self.settings.stop.asked().is_some() {
                return Ok(None);
            }
            match accepted {
                Ok((stream, _)) => {
                    self.accepted.fetch_add(1, Ordering::Relaxed);
                    return Ok(Some(stream));
                }
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    // Only a connection that ends frees a file descriptor.
                    in_vain =
                        if self.is_serving() { None } else { in_vain.or(Some(Instant::now())) };
                    if in_vain.is_some_and(|since| since.elapsed() > PATIENCE) {
                        return Err(error).context("cannot accept a single connection");
                    }
                    // A stop of the server ends this early.
                    let _ = self.settings.stop.wait_for(PAUSE);
                }
            }
        }
    }

    /// Serves a connection until the client closes it: the unit of work.
    pub fn converse(&self, index: usize, mut stream: TcpStream) {
        let mut lines = Lines::new(self.settings.rules.max_line);
        let result = Unit::begin(index).run(|| {
            let result = self.echo(&mut stream, &mut lines);
            if let Err(fault) = &result {
                self.explain(&mut stream, fault);
            }
            result
        });
        self.served.lock().expect("nobody panics while holding it").add(&lines, &result);
    }

    /// Its counts so far.
    pub fn served(&self) -> Served {
        *self.served.lock().expect("nobody panics while holding it")
    }

    /// Whether a connection is open.
    fn is_serving(&self) -> bool {
        self.accepted.load(Ordering::Relaxed) > self.served().connections
    }

    fn echo(&self, stream: &mut TcpStream, lines: &mut Lines) -> Result<(), Fault> {
        // The thread waits in `poll`, where a deadline or the end of the server can wake it, and
        // never in a read or a write.
        stream.set_nonblocking(true).map_err(|_| Fault::Broken)?;
        let mut since = Instant::now();
        loop {
            let until = || self.settings.until(since, lines.begun());
            if !self.wait(stream, PollFlags::POLLIN, until) {
                return self.settings.late();
            }
            let read = match stream.read(lines.space()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                read => read.map_err(|_| Fault::Broken)?,
            };
            let more = lines.received(read)?;
            if !lines.ready().is_empty() {
                self.send(stream, lines.ready(), since)?;
                lines.sent();
                since = Instant::now();
            }
            if !more {
                return Ok(());
            }
        }
    }

    fn send(&self, stream: &mut TcpStream, mut bytes: &[u8], since: Instant) -> Result<(), Fault> {
        while !bytes.is_empty() {
            match stream.write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let until = || self.settings.until(since, true);
                    if !self.wait(stream, PollFlags::POLLOUT, until) {
                        return self.settings.late();
                    }
                }
                Err(_) => return Err(Fault::Broken),
            }
        }
        Ok(())
    }

    /// Waits for the client until the deadline, which may change when the server is asked to stop.
    /// Returns whether there is something to do.
    fn wait(
        &self,
        stream: &TcpStream,
        wanted: PollFlags,
        until: impl Fn() -> Option<Instant>,
    ) -> bool {
        loop {
            let end = self.settings.stop.end();
            let mut both =
                [PollFd::new(stream.as_fd(), wanted), PollFd::new(end.as_fd(), PollFlags::POLLIN)];
            // Once the server is asked to stop, the pipe has nothing more to tell.
            let asked = self.settings.stop.asked().is_some();
            let timeout = poll_timeout(until());
            let polled = if asked { &mut both[..1] } else { &mut both[..] };
            match unit::waiting_for(On::Client, || poll(polled, timeout)) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => return false,
            }
            if both[0].any() == Some(true) {
                return true;
            }
            if until().is_some_and(|until| until <= Instant::now()) {
                return false;
            }
        }
    }

    /// Tells the client why its connection is closed.
    fn explain(&self, stream: &mut TcpStream, fault: &Fault) {
        // If the client does not read it, the server does not care.
        if *fault == Fault::Broken || stream.write_all(fault.line().as_bytes()).is_err() {
            return;
        }
        let _ = stream.shutdown(Shutdown::Write);
        // Closing a connection with unread bytes would discard the message.
        let until = Instant::now() + LINGER;
        let mut left = LONGEST_LINGER;
        let mut sink = [0; 4096];
        while left > 0 && self.wait(stream, PollFlags::POLLIN, || Some(until)) {
            match stream.read(&mut sink) {
                Ok(read) if read > 0 => left = left.saturating_sub(read),
                _ => return,
            }
        }
    }
}

/// The time until then, rounded up to whole milliseconds for `poll`.
fn poll_timeout(until: Option<Instant>) -> PollTimeout {
    let Some(until) = until else { return PollTimeout::NONE };
    let left = until.saturating_duration_since(Instant::now());
    let left = left.saturating_add(Duration::from_nanos(999_999));
    PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)
}
