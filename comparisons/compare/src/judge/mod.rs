//! What the runs show: [`limits`] says what could be reached at best, [`comparison`] draws the
//! figures together, and [`verdict`] puts them into words.

pub(crate) mod comparison;
pub(crate) mod limits;
pub(crate) mod verdict;
