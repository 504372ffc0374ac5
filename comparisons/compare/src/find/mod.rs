//! Which rows and versions take part, with their versions in Python, or which of the user's own
//! programs.

pub(crate) mod programs;
pub(crate) mod python;
pub(crate) mod selection;
pub(crate) mod sweep;
