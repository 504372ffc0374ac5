//! Recorded timelines in a browser, for the page that `compare --html` writes and for the book.
//!
//! How things flow: [`data`] makes few numbers of many events, [`picture`] draws them once, for paper
//! and for browsers without scripts, and [`figure`] puts both into a page. In the page, [`SCRIPT`]
//! lets a reader zoom each figure and point at it, with the looks of [`STYLE`]. A [`recording`] keeps
//! the data in a file.

pub mod data;
pub mod escape;
pub mod figure;
pub mod picture;
pub mod recording;

/// The looks of the timelines; a page needs them once.
pub const STYLE: &str = include_str!("timeline.css");

/// The program that makes the timelines of a page interactive; a page needs it once, below them.
pub const SCRIPT: &str = include_str!("timeline.js");
