//! The wire that messages leave by.

use std::task::{Context, Poll, ready};
use std::{io, pin::Pin, rc::Rc};

use futures_lite::AsyncWrite;

use crate::job::{LENGTH, PIECE};
use crate::{clock::Clock, runtime::Wait};

type Polled<T> = Poll<io::Result<T>>;

/// Bytes that leave a piece at a time.
pub(crate) struct Sink {
    /// What has arrived at its end.
    pub(crate) bytes: Vec<u8>,
    wait: Option<Wait>,
    clock: Rc<Clock>,
}

impl Sink {
    pub(crate) fn new(clock: &Rc<Clock>) -> Self {
        Self { bytes: Vec::new(), wait: None, clock: Rc::clone(clock) }
    }
}

impl AsyncWrite for Sink {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Polled<usize> {
        let this = &mut *self;
        ready!(this.clock.poll_wait(&mut this.wait, cx));
        let piece = &buffer[..buffer.len().min(PIECE)];
        this.bytes.extend(piece);
        if let (all, []) = this.bytes.as_chunks::<LENGTH>() {
            this.clock.marks.arrive(all.last());
        }
        Poll::Ready(Ok(piece.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Polled<()> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Polled<()> {
        Poll::Ready(Ok(()))
    }
}
