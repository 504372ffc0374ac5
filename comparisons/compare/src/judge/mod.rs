//! Judges the runs: [`limits`] computes the best possible time, [`comparison`] computes the
//! figures, and [`verdict`] puts them into words; [`sweep`] does so along the values of a flag.
//! [`programs`] does all of that for the user's own programs. [`python`]
//! compares what languages gain, and [`conditions`] warns of what may have spoilt a measurement.
//! [`worthwhile`] says which pieces of work repay handing them over.

pub(crate) mod comparison;
pub(crate) mod conditions;
pub(crate) mod limits;
pub(crate) mod programs;
pub(crate) mod python;
pub(crate) mod sweep;
pub(crate) mod verdict;
pub(crate) mod worthwhile;
