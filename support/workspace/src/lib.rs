//! The rows, columns and cells of this workspace: found by their folders ([`rows`]), built
//! ([`cargo`]), with an input that they share ([`prepared`]), and run ([`run`]); its [`pairs`]; and two sources [`beside`] each other.

pub mod beside;
pub mod cargo;
pub mod output;
pub mod pairs;
pub mod prepared;
pub mod rows;
pub mod run;

pub use cargo::Profile;
pub use harness::approach::{Approach, BASELINE, COLUMNS, Column, Workers};
pub use rows::{Cell, Row, Side, Workspace};
