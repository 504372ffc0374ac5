//! What is printed: the [`timeline`] of all versions, the [`table`] of a comparison, the [`list`] of
//! rows, two versions beside each other ([`diff`]), a [`race`], the table of a [`sweep`], and that of
//! the user's own [`programs`]. And what is written: a page of [`html`], and a [`recording`] for the
//! book.

pub(crate) mod diff;
pub(crate) mod html;
pub(crate) mod list;
pub(crate) mod programs;
pub(crate) mod race;
pub(crate) mod recording;
pub(crate) mod sweep;
pub(crate) mod table;
pub(crate) mod timeline;
mod values;
