//! Counts what an exercise does while its test runs: how many were at work at once, on which
//! threads, and whether it ever ends. The tests compare counts and never times, so a slow machine
//! passes them too.
//!
//! A [`Gauge`] makes the peak certain. Whoever enters is held until as many as wanted are inside,
//! so an exercise that allows them shows its peak however slowly its threads start. One that does
//! not is let go after [`PATIENCE`], and [`Gauge::check`] says what it saw.

mod deadline;
mod gauge;
mod threads;
mod words;

pub use deadline::{DEADLINE, PATIENCE, Patience, within_deadline};
pub use gauge::{Gauge, Inside};
pub use threads::Threads;
pub use words::{amount, amount_was};
