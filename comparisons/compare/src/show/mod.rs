//! What is printed: the [`table`] of a comparison, the [`list`] of rows, two versions beside each
//! other ([`diff`]), a [`race`], and the table of the user's own [`programs`].

pub(crate) mod diff;
pub(crate) mod list;
pub(crate) mod programs;
pub(crate) mod race;
pub(crate) mod table;
mod values;
