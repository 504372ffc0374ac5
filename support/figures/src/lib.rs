//! What the tools print figures with: statistics, numbers in words, and the machine that they were
//! measured on.

pub mod machine;
pub mod statistics;
pub mod words;
