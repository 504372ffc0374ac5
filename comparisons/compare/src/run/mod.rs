//! Has the versions run, again and again: [`rounds`] in an order that is fair to all, with what
//! became of each in its [`history`]; [`answers`] tells which of them are right.

pub(crate) mod answers;
pub(crate) mod history;
pub(crate) mod rounds;
