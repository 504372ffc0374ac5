//! Figures for the tools to print: statistics, numbers in words, and the machine.

pub mod calls;
pub mod canary;
pub mod machine;
pub mod statistics;
pub mod throttle;
pub mod ticks;
pub mod words;
