//! What is printed: the [`timeline`] of all versions, the [`table`] of a comparison, the [`list`] of
//! rows, two versions beside each other ([`diff`]), a [`race`] in the terminal, and the tables of a
//! [`sweep`], of the user's own [`programs`], of [`python`] beside Rust, and of the pieces of work that
//! are [`worthwhile`], all of them in [`columns`]. A [`frame`] is around them, and [`progress`] comes
//! before. And what is written: a [`picture`] of the race, a page of [`html`], and a [`recording`] for
//! the book. [`files`] writes them, and [`export`] makes tables for other programs.

pub(crate) mod columns;
pub(crate) mod diff;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod html;
pub(crate) mod list;
pub(crate) mod picture;
pub(crate) mod programs;
pub(crate) mod progress;
pub(crate) mod python;
pub(crate) mod race;
pub(crate) mod recording;
pub(crate) mod sweep;
pub(crate) mod table;
pub(crate) mod timeline;
mod values;
pub(crate) mod worthwhile;
