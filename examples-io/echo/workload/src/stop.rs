//! How to stop a server: this wakes it wherever it is waiting.

use std::{
    io,
    net::{Shutdown, TcpListener},
    sync::{Arc, OnceLock},
    time::Instant,
};
#[cfg(feature = "blocking")]
use std::{
    io::{PipeReader, PipeWriter},
    os::fd::AsFd,
    sync::Mutex,
    time::Duration,
};

#[cfg(feature = "async")]
use event_listener::Event;
#[cfg(feature = "blocking")]
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::SockRef;

/// Asks a server to stop. All clones belong to the same server.
#[derive(Clone, Debug)]
pub struct Stop(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    listener: TcpListener,
    asked: OnceLock<Instant>,
    /// The reader sees the end of the pipe as soon as the writer is gone.
    #[cfg(feature = "blocking")]
    end: PipeReader,
    #[cfg(feature = "blocking")]
    writer: Mutex<Option<PipeWriter>>,
    #[cfg(feature = "async")]
    event: Event,
}

impl Stop {
    /// For the server that accepts from this socket.
    ///
    /// # Errors
    /// There are no more file descriptors.
    pub fn new(listener: &TcpListener) -> io::Result<Self> {
        #[cfg(feature = "blocking")]
        let (end, writer) = io::pipe()?;
        Ok(Self(Arc::new(Inner {
            listener: listener.try_clone()?,
            asked: OnceLock::new(),
            #[cfg(feature = "blocking")]
            end,
            #[cfg(feature = "blocking")]
            writer: Mutex::new(Some(writer)),
            #[cfg(feature = "async")]
            event: Event::new(),
        })))
    }

    /// Asks the server to stop: it accepts no more connections, finishes lines that have begun, and
    /// closes.
    pub fn ask(&self) {
        // Set this first: those who are woken below look at it.
        if self.0.asked.set(Instant::now()).is_err() {
            return;
        }
        // On Linux this makes every `accept` of this socket fail, also in other processes, whether
        // it is already waiting or is called later.
        let _ = SockRef::from(&self.0.listener).shutdown(Shutdown::Both);
        #[cfg(feature = "blocking")]
        drop(self.0.writer.lock().expect("nobody panics while holding it").take());
        #[cfg(feature = "async")]
        self.0.event.notify(usize::MAX);
    }

    /// When the server was asked to stop, if it was.
    #[must_use]
    pub fn asked(&self) -> Option<Instant> {
        self.0.asked.get().copied()
    }

    /// Waits at most this long, and returns whether the server was asked to stop.
    #[cfg(feature = "blocking")]
    #[must_use]
    pub fn wait_for(&self, time: Duration) -> bool {
        let mut end = [PollFd::new(self.0.end.as_fd(), PollFlags::POLLIN)];
        // Whatever ends the wait early, only the answer counts.
        let _ = poll(&mut end, PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
        self.asked().is_some()
    }

    /// A pipe that ends once the server is asked to stop.
    #[cfg(feature = "blocking")]
    pub(crate) fn end(&self) -> &PipeReader {
        &self.0.end
    }

    /// Waits until the server is asked to stop.
    #[cfg(feature = "async")]
    pub(crate) async fn wait(&self) {
        while self.asked().is_none() {
            let listener = self.0.event.listen();
            // It may have been asked just before anybody listened.
            if self.asked().is_none() {
                listener.await;
            }
        }
    }
}
