//! What the runs show: [`limits`] says what could be reached at best, [`comparison`] draws the
//! figures together, and [`verdict`] puts them into words; [`sweep`] does so along the values of a flag. [`programs`] does
//! all of that for programs of the user's own. [`worthwhile`] says which pieces of work repay handing
//! them over.

pub(crate) mod comparison;
pub(crate) mod limits;
pub(crate) mod programs;
pub(crate) mod sweep;
pub(crate) mod verdict;
pub(crate) mod worthwhile;
