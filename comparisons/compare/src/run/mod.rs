//! Runs the versions again and again: [`rounds`] in an order that is fair to all, with a
//! [`history`] for each; [`answers`] finds out which of them are right. [`programs`] does the same
//! with the user's own programs, and [`traces`] records who did what when. How far the
//! rounds are is [`progress`]; what the machine did meanwhile is [`conditions`]. [`worthwhile`] asks another program for [`prices`], and has it measure
//! pieces of work.

pub(crate) mod answers;
pub(crate) mod conditions;
pub(crate) mod history;
pub(crate) mod prices;
pub(crate) mod programs;
pub(crate) mod progress;
pub(crate) mod rounds;
pub(crate) mod traces;
pub(crate) mod worthwhile;
