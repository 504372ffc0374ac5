//! The server of the async cells. It accepts connections and serves each to its end, over the
//! sockets and timers of the cell's runtime. All runtimes drive this same code, so comparing the
//! cells compares runtimes and nothing else.

use std::{
    fmt,
    future::{pending, poll_fn},
    io,
    net::TcpListener,
    pin::{Pin, pin},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use anyhow::{Context, Result};
use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::future::or;
use harness::unit::{On, Unit, awaiting};
use runtimes::Runtime;

use crate::{
    LINGER, LONGEST_LINGER, PATIENCE, PAUSE, Served, Settings, is_the_clients,
    lines::{Fault, Lines},
};

/// A server. All tasks that serve its connections share it.
pub struct Server<R: Runtime> {
    runtime: R,
    listener: R::Listener,
    settings: Settings,
    served: Mutex<Served>,
    accepted: AtomicU64,
}

impl<R: Runtime> Server<R> {
    /// Makes a server on this runtime, of a socket that listens already.
    ///
    /// # Errors
    /// The runtime cannot wait for the socket.
    pub fn new(listener: TcpListener, settings: &Settings, runtime: R) -> io::Result<Self> {
        let listener = runtime.listen(listener)?;
        let (served, accepted) = (Mutex::default(), AtomicU64::new(0));
        Ok(Self { runtime, listener, settings: settings.clone(), served, accepted })
    }

    /// Waits for the next client; `None` once the server is asked to stop. If file descriptors run
    /// out, it waits until one is free.
    ///
    /// # Errors
    /// There is no file descriptor even for a single connection.
    pub async fn accept(&self) -> Result<Option<R::Stream>> {
        let mut in_vain = None;
        loop {
            let accepted = self.runtime.accept(&self.listener).await;
            if self.settings.stop.asked().is_some() {
                return Ok(None);
            }
            match accepted {
                Ok(stream) => {
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
                    or(self.runtime.sleep(PAUSE), self.settings.stop.wait()).await;
                }
            }
        }
    }

    /// Serves a connection until the client closes it: the unit of work.
    pub async fn converse(&self, index: usize, mut stream: R::Stream) {
        let mut lines = Lines::new(self.settings.rules.max_line);
        let work = async {
            let result = self.echo(&mut stream, &mut lines).await;
            if let Err(fault) = &result {
                self.explain(&mut stream, fault).await;
            }
            result
        };
        let result = Unit::begin(index).drive(work).await;
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

    async fn echo(&self, stream: &mut R::Stream, lines: &mut Lines) -> Result<(), Fault> {
        let mut since = Instant::now();
        loop {
            let begun = lines.begun();
            let until = || self.settings.until(since, begun);
            let Some(read) = self.wait(read(stream, lines.space()), until).await else {
                return self.settings.late();
            };
            let more = lines.received(read.map_err(|_| Fault::Broken)?)?;
            if !lines.ready().is_empty() {
                self.send(stream, lines.ready(), since).await?;
                lines.sent();
                since = Instant::now();
            }
            if !more {
                return Ok(());
            }
        }
    }

    async fn send(
        &self,
        stream: &mut R::Stream,
        bytes: &[u8],
        since: Instant,
    ) -> Result<(), Fault> {
        let until = || self.settings.until(since, true);
        match self.wait(write(stream, bytes), until).await {
            Some(sent) => sent.map_err(|_| Fault::Broken),
            None => self.settings.late(),
        }
    }

    /// Waits for the client until the deadline, which may change when the server is asked to stop.
    async fn wait<T>(
        &self,
        work: impl Future<Output = io::Result<T>>,
        until: impl Fn() -> Option<Instant>,
    ) -> Option<io::Result<T>> {
        let mut work = pin!(work);
        loop {
            let asked = self.settings.stop.asked().is_some();
            let at = until();
            let late = async {
                match at {
                    Some(at) => {
                        self.runtime.sleep(at.saturating_duration_since(Instant::now())).await;
                    }
                    None => pending().await,
                }
            };
            let stopped =
                async { if asked { pending().await } else { self.settings.stop.wait().await } };
            let woken = async {
                or(late, stopped).await;
                None
            };
            // The client's bytes come first: they count even if they arrive at the last moment.
            let work = async { Some(work.as_mut().await) };
            if let Some(done) = awaiting(On::Client, or(work, woken)).await {
                return Some(done);
            }
            if until().is_some_and(|until| until <= Instant::now()) {
                return None;
            }
        }
    }

    /// Tells the client why its connection is closed.
    async fn explain(&self, stream: &mut R::Stream, fault: &Fault) {
        if *fault == Fault::Broken {
            return;
        }
        let until = Instant::now() + LINGER;
        let linger = async {
            write(stream, fault.line().as_bytes()).await?;
            // async-std only flushes here. Its client sees the end when the lingering is over.
            poll_fn(|context| Pin::new(&mut *stream).poll_close(context)).await?;
            // Closing a connection with unread bytes would discard the message.
            let mut left = LONGEST_LINGER;
            let mut sink = vec![0; 4096];
            while left > 0 {
                match read(stream, &mut sink).await? {
                    0 => break,
                    read => left = left.saturating_sub(read),
                }
            }
            Ok(())
        };
        // If the client does not read it, the server does not care.
        let _ = self.wait(linger, || Some(until)).await;
    }
}

impl<R: Runtime> fmt::Debug for Server<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin), space: &mut [u8]) -> io::Result<usize> {
    poll_fn(|context| Pin::new(&mut *stream).poll_read(context, space)).await
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let sent = poll_fn(|context| Pin::new(&mut *stream).poll_write(context, bytes)).await?;
        bytes = &bytes[sent..];
    }
    Ok(())
}
