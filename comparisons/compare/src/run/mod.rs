//! Has the versions run, again and again: [`rounds`] in an order that is fair to all, with what
//! became of each in its [`history`]; [`answers`] tells which of them are right. [`programs`]
//!
//! does so with programs of the user's own, and [`traces`] records who did what when.

pub(crate) mod answers;
pub(crate) mod history;
pub(crate) mod programs;
pub(crate) mod rounds;
pub(crate) mod traces;
