//! Everything that is printed: the [`table`] of a comparison, the [`timeline`] of all versions, the
//! [`list`] of rows, two versions side by side ([`diff`]), a [`race`], the table of a [`sweep`], and
//! the table of the user's own [`programs`].

pub(crate) mod diff;
pub(crate) mod list;
pub(crate) mod programs;
pub(crate) mod race;
pub(crate) mod sweep;
pub(crate) mod table;
pub(crate) mod timeline;
mod values;
