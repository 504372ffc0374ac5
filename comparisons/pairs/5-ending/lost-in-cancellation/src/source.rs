//! The wire that messages come in by.

use std::{
    collections::VecDeque,
    io::{self, Read},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use futures_lite::AsyncRead;

use crate::{
    clock::Clock,
    job::{LENGTH, PIECE, sent},
    runtime::Wait,
};

/// Bytes that come a piece at a time.
pub(crate) struct Source {
    bytes: VecDeque<u8>,
    /// What the next piece waits for. It outlives a read that is dropped, and so do the bytes.
    wait: Option<Wait>,
    clock: Rc<Clock>,
}

impl Source {
    pub(crate) fn new(clock: &Rc<Clock>) -> Self {
        Self { bytes: sent().into(), wait: None, clock: Rc::clone(clock) }
    }
}

impl AsyncRead for Source {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(this.clock.poll_wait(&mut this.wait, context));
        if this.bytes.len().is_multiple_of(LENGTH) {
            this.clock.marks.begin();
        }
        Poll::Ready((&mut this.bytes).take(PIECE as u64).read(buffer))
    }
}
