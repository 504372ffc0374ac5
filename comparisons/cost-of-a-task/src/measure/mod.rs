//! Measures one point of the price list, in this process.
//!
//! It is called once in a process, so that nothing is left over from another measurement: no
//! threads of another runtime, no memory that the allocator keeps.

use std::time::Duration;

use anyhow::Result;

use serde::{Deserialize, Serialize};

use self::piece::Piece;
use crate::price::{Point, Price};

mod create;
pub(crate) mod link;
mod message;
pub(crate) mod piece;
mod ring;
mod runtime;
mod stopwatch;
mod threads;
mod waiting;

/// How a point is measured.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Manner {
    /// About how long the batch takes that is timed.
    pub batch: Duration,
    /// What each of those that are created has to do. All processes that measure are told the same,
    /// so that their times can be compared.
    pub piece: Piece,
}

impl Manner {
    /// How this point is measured.
    #[must_use]
    pub fn of(point: Point, batch: Duration) -> Self {
        let piece = match point.price {
            Price::Work => Piece::lasting(Duration::from_nanos(point.size as u64)),
            _ => Piece::NOTHING,
        };
        Self { batch, piece }
    }
}

/// Measures a point; what comes out is the figure for one, in the unit of the price.
///
/// # Errors
/// A limit of the system, in one line.
pub fn measure(point: Point, Manner { batch, piece }: Manner) -> Result<f64> {
    harness::capacity::allow_open_files();
    let Point { kind, price, size } = point;
    match price {
        Price::Create => create::time(kind, size, piece, batch),
        Price::Work => create::time(kind, kind.pieces_in(batch, size), piece, batch),
        Price::Memory => waiting::memory(kind, size),
        Price::SwitchPipes => ring::time_over_pipes(kind, size, batch),
        Price::SwitchChannels => ring::time_over_channels(kind, size, batch),
        Price::Message => message::time(kind, size, batch),
    }
}
