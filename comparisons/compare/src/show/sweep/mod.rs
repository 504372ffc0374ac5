//! A sweep: its [`text`] with a table and the [`chart`], its [`picture`], and the [`export`] for other
//! programs.

mod chart;
pub(crate) mod export;
pub(crate) mod picture;
pub(crate) mod text;
