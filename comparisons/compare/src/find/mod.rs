//! Which rows and versions take part, with their versions in Python, or which programs of the
//! user's own.

pub(crate) mod programs;
pub(crate) mod python;
pub(crate) mod selection;
pub(crate) mod sweep;
