//! The timeline: which unit of work ran or waited, when, and on which thread or process.
//!
//! Recording is a `tracing` layer over the spans that a [`unit::Unit`] makes. A future is in its
//! span while it is polled, a blocking unit all the time, so the same picture shows every approach.
//! When nothing is recorded there is no subscriber, and a span costs a comparison.

mod draw;
mod record;
#[cfg(feature = "serde")]
mod trace;
pub mod unit;

pub use draw::{columns_of, legend};
pub use record::{
    Event, MOST_EVENTS, Recorded, State, add_events, epoch, nanos, record, record_since, recorded,
    take_events,
};
