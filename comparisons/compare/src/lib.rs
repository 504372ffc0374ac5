//! Runs all versions of a row side by side and says what the figures show.
//!
//! The way through it: [`workspace`] finds the rows and builds their cells, [`held`] prepares the
//! input that they share, [`rounds`] has [`run`] start each of them again and again, [`answers`]
//! tells who is right, [`limits`] what could be reached at best, [`comparison`] draws the figures
//! together, [`verdict`] puts them into words, and [`table`] prints them.

pub mod answers;
pub mod capture;
pub mod comparison;
pub mod held;
pub mod limits;
pub mod machine;
pub mod rounds;
pub mod run;
pub mod selection;
pub mod table;
pub mod text;
pub mod verdict;
pub mod workspace;
