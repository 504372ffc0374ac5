//! What is printed: the [`table`] of a comparison, the [`list`] of rows, two versions beside each
//! other ([`diff`]), and a [`race`].

pub(crate) mod diff;
pub(crate) mod list;
pub(crate) mod race;
pub(crate) mod table;
mod values;
