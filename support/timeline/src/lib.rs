//! The timeline: which unit of work ran, was ready or waited, when, and on which thread or process.
//!
//! A unit is a `tracing` span, and recording is a subscriber for these spans. A future is in its span
//! while it is polled, a blocking unit all the time, so the same picture shows every approach. Between
//! two polls, a future's waker tells whether the unit waits or is [ready](State::Ready). When nothing
//! is recorded there is no subscriber, and a unit costs a comparison.

mod draw;
mod on;
mod record;
mod spans;
#[cfg(feature = "serde")]
mod trace;
pub mod unit;
mod waits;
mod wakes;

pub use draw::{columns_of, legend};
pub use on::On;
pub use record::{
    Event, MOST_EVENTS, Recorded, State, add_events, epoch, nanos, recorded, take_events,
};
pub use spans::{record, record_since};
