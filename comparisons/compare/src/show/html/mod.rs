//! The page that `compare ROW --html DIR` writes: [`page`] puts it together from its [`table`],
//! its [`chart`] and its [`sources`], and [`files`] writes it. It needs nothing from elsewhere, and
//! says the same without scripts. What moves is in the scripts beside this file. A [`sweep`] has a
//! page of its own kind.

mod chart;
pub(crate) mod files;
pub(crate) mod page;
mod sources;
pub(crate) mod sweep;
mod table;
