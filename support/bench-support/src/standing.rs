//! A pool of worker processes that stay from call to call.

use std::cell::RefCell;

use anyhow::Result;
use harness::pool::{JobError, Pool};
use serde::{Serialize, de::DeserializeOwned};

/// A pool that is made for the first call and serves all that follow, as a program would keep it
/// that has jobs all the time. What its calls take is what processes cost once they have started.
#[derive(Debug)]
pub struct Standing {
    workers: usize,
    pool: RefCell<Option<Pool>>,
}

impl Standing {
    /// A pool of this many workers.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        Self { workers, pool: RefCell::new(None) }
    }

    /// Has the workers answer all jobs, in order. The first call sets them up.
    ///
    /// # Errors
    /// Workers that cannot be started, and a job that none of them can answer.
    pub fn map<S, J, A>(&self, setup: &S, jobs: &[J]) -> Result<Vec<A>>
    where
        S: Serialize,
        J: Serialize + Sync,
        A: DeserializeOwned + Send,
    {
        let mut pool = self.pool.borrow_mut();
        let pool = match &mut *pool {
            Some(pool) => pool,
            none => none.insert(Pool::new(self.workers, setup)?),
        };
        let answers: Vec<Result<A, JobError>> = pool.map(jobs)?;
        Ok(answers.into_iter().collect::<Result<_, _>>()?)
    }
}
