//! What the tools print figures with: statistics, numbers in words, and the machine that they were
//! measured on.

pub mod calls;
pub mod canary;
pub mod machine;
pub mod statistics;
pub mod ticks;
pub mod words;
