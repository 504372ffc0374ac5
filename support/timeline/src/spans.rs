//! What becomes of the spans of units: an event whenever one is made, entered, left or closed.

use std::time::SystemTime;

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::Interest,
};

use crate::{
    record::{self, State, push},
    waits,
};

/// The target of the spans that are recorded.
pub(crate) const TARGET: &str = "meanwhile";

/// Begins to record.
pub fn record() {
    record_since(SystemTime::now());
}

/// Begins to record in a worker process, on the time scale of its parent.
pub fn record_since(epoch: SystemTime) {
    if record::begin(epoch) {
        tracing::subscriber::set_global_default(Recorder)
            .expect("nothing else in these programs sets one");
    }
}

/// Turns spans into events. A span's ID holds its unit's index, so nothing is kept for a span, and
/// nothing has to be looked up when it is entered.
pub(crate) struct Recorder;

/// The unit of the span with this ID.
fn unit(id: &Id) -> usize {
    usize::try_from(id.into_u64() - 1).expect("the ID was made from an index")
}

impl Subscriber for Recorder {
    /// The answer is remembered for each place in the code, so the spans of libraries cost nothing.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target() == TARGET
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut index = Index(0);
        attributes.record(&mut index);
        // An ID is not zero.
        let id = Id::from_u64(index.0 + 1);
        push(unit(&id), State::Ready);
        id
    }

    fn enter(&self, id: &Id) {
        push(unit(id), State::Running);
    }

    fn exit(&self, id: &Id) {
        push(unit(id), State::Waiting(waits::take()));
    }

    /// The span is dropped. Nobody clones it.
    fn try_close(&self, id: Id) -> bool {
        push(unit(&id), State::Ended);
        true
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}
}

/// The index in the fields of a span.
struct Index(u64);

impl Visit for Index {
    fn record_u64(&mut self, _: &Field, value: u64) {
        self.0 = value;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
