//! Which rows and versions take part, or which programs of the user's own.

pub(crate) mod programs;
pub(crate) mod selection;
pub(crate) mod sweep;
