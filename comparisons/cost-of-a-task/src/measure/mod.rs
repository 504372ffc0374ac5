//! Measures one point of the price list, in this process.
//!
//! It is called once in a process, so that nothing is left over from another measurement: no
//! threads of another runtime, no memory that the allocator keeps.

use std::time::Duration;

use anyhow::Result;

use crate::price::{Point, Price};

mod create;
pub(crate) mod link;
mod message;
mod ring;
mod runtime;
mod stopwatch;
mod threads;
mod waiting;

/// Measures a point. Where it is a time, that of a batch which takes about as long as `batch`; what
/// comes out is the figure for one, in the unit of the price.
///
/// # Errors
/// A limit of the system, in one line.
pub fn measure(point: Point, batch: Duration) -> Result<f64> {
    harness::capacity::allow_open_files();
    let Point { kind, price, size } = point;
    match price {
        Price::Create => create::time(kind, size, batch),
        Price::Memory => waiting::memory(kind, size),
        Price::SwitchPipes => ring::time_over_pipes(kind, size, batch),
        Price::SwitchChannels => ring::time_over_channels(kind, size, batch),
        Price::Message => message::time(kind, size, batch),
    }
}
