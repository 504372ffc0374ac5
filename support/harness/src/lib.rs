//! The code that every example shares and no lesson is about: the command line, the meter, the
//! report, the timeline, and the pool of worker processes.
//!
//! A row implements [`Row`]; each of its cells has a `main` that calls [`run`].

pub mod approach;
pub mod arguments;
mod background;
pub mod capacity;
mod command_line;
pub mod duration;
pub mod helper;
pub mod interrupt;
pub mod job;
mod limits;
pub mod message;
pub mod meter;
pub mod parent;
pub mod pool;
mod program;
mod progress;
mod report;
mod row;
pub mod words;
pub mod worker;

pub use arguments::Shared;
pub use background::in_background;
pub use limits::{Kind, Limits};
pub use meter::{Measured, Meter};
pub use program::{is_broken_pipe, run};
pub use row::{Answer, Failure, Figures, Plan, Row};
pub use timeline::unit;
