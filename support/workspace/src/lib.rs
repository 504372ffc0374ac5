//! The rows, columns and cells of this workspace: found by their folders ([`rows`]), built
//! ([`cargo`]), with an input that they share ([`prepared`]), and run ([`run`], and [`running`] for the end
//! of a run); its [`pairs`]; two sources [`beside`] each other; and runs of programs that are no part of it; and
//! the CPU time of a [`tree`] of processes.

pub mod beside;
pub mod cargo;
pub mod output;
pub mod pairs;
pub mod prepared;
pub mod python;
pub mod rows;
pub mod run;
pub mod running;
pub mod script;
pub mod tree;
#[cfg(target_os = "linux")]
pub mod watch;

pub use cargo::Profile;
pub use harness::approach::{Approach, BASELINE, COLUMNS, Column, Workers};
pub use rows::{Cell, Row, Side, Workspace};
