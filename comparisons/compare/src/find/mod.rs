//! Which rows and versions take part, or which of the user's own programs.

pub(crate) mod programs;
pub(crate) mod selection;
pub(crate) mod sweep;
