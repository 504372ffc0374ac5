//! A parallel iterator.

use rayon::{ThreadPoolBuilder, prelude::*};

use crate::{
    job::Job,
    work::{Done, JOBS, check, rest},
};

/// Has all jobs done, and returns what is known of each.
pub(crate) fn do_all(jobs: Vec<Job>) -> Vec<Done> {
    let pool = ThreadPoolBuilder::new().num_threads(JOBS).build().expect("threads can be started");
    let work = |job: Job| Ok(job.run(|index| rest(check(index))));
    // When all have ended, the panic goes on here.
    pool.install(|| jobs.into_par_iter().with_max_len(1).map(work).collect())
}
