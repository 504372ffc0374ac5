//! Has the versions run, again and again: [`rounds`] in an order that is fair to all, with what
//! became of each in its [`history`] and how far they are in [`progress`]; [`answers`] tells which
//! of them are right. [`programs`] does so with programs of the user's own, and [`traces`] records who did what when.
//! [`worthwhile`] asks another program for [`prices`], and has it measure pieces of work.

pub(crate) mod answers;
pub(crate) mod history;
pub(crate) mod prices;
pub(crate) mod programs;
pub(crate) mod progress;
pub(crate) mod rounds;
pub(crate) mod traces;
pub(crate) mod worthwhile;
