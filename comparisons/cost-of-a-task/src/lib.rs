//! The price list of concurrency: what it costs to create a task, a thread or a process, to hold it
//! while it waits, to switch to it, and to send it a message.
//!
//! The way through it: [`price`] says what there is to be measured, [`measure`] measures one point
//! of it, [`sampling`] has that done again and again, each time in a fresh process, [`results`]
//! draws the samples together, [`recorded`] does so for those of an earlier run, [`published`] has the figures of others, and [`table`] and [`chart`]
//! show both.

pub mod chart;
pub mod measure;
pub mod price;
pub mod published;
pub mod recorded;
pub mod results;
pub mod roles;
pub mod sampling;
pub mod table;
mod text;
