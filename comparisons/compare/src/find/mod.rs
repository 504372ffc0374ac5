//! Which rows and versions take part.

pub(crate) mod selection;
