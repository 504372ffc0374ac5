//! Which messages are under way, for the timeline.

use std::cell::RefCell;

use pair::Unit;

use crate::job::{LENGTH, index_of};

/// The messages that have left and not arrived.
#[derive(Default)]
pub(crate) struct Marks(RefCell<Vec<Option<Unit>>>);

impl Marks {
    /// The next message begins to be read.
    pub(crate) fn begin(&self) {
        let mut messages = self.0.borrow_mut();
        let index = messages.len();
        messages.push(Some(Unit::begin(index)));
    }

    /// The receiver has cut off what should be a message. If it is none, nothing has arrived.
    pub(crate) fn arrive(&self, message: Option<&[u8; LENGTH]>) {
        let index = message.and_then(|message| index_of(message));
        if let Some(unit) = index.and_then(|index| self.0.borrow_mut()[index].take()) {
            unit.run(|| ());
        }
    }
}
