//! Rayon's own chunks.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::job::Work;

/// Works on all numbers in jobs of rayon, and adds up the results.
pub(crate) fn in_jobs(numbers: Range<usize>, work: Work) -> u64 {
    // It halves the range a few times, and again only where a thread without work has taken a half.
    numbers.into_par_iter().map(|number| work(number..number + 1)).sum()
}
