//! What every example shares and no lesson is about: the command line, the meter, the report, the
//! timeline, and the pool of worker processes.
//!
//! A row implements [`Row`]; each of its cells has a `main` that calls [`run`].

pub mod arguments;
pub mod job;
pub mod meter;
pub mod pool;
mod progress;
mod report;
pub mod room;
mod row;
pub mod statistics;
mod timeline;
pub mod unit;
pub mod worker;

pub use arguments::{Limits, Shared};
pub use meter::{Measured, Meter, in_background};
pub use report::{bytes, grouped, plural};
pub use row::{
    Answer, Failure, Figures, Kind, Plan, Row, allow_open_files, clear_on_interrupt, give_up,
    on_interrupt, remove_on_interrupt, run,
};
