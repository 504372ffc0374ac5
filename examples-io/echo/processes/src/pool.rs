//! A fixed number of workers: started together, and replaced when they crash.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use echo_workload::{
    Rules,
    worker::{Share, Worker},
};
use harness::message;

/// The pause after a first failure, in which no worker is started. Each further failure in a row
/// doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// With no worker left, the server gives up after this many failures in a row.
const MOST_FAILURES: u32 = 8;
/// How many connection numbers a worker may use before its successor's begin.
const CONNECTIONS: usize = 1_000_000;

/// Worker processes that accept from one socket.
pub(crate) struct Pool {
    listener: TcpListener,
    rules: Rules,
    /// A place is empty if its worker has crashed and no other has been started yet.
    places: Vec<Option<Worker>>,
    /// How often workers were replaced.
    replaced: usize,
    /// How often in a row a worker could not be started, or crashed before it had served anybody.
    failures: u32,
    /// No worker is started before this.
    pause_until: Instant,
}

impl Pool {
    /// Starts this many workers, and waits until all of them are ready.
    pub(crate) fn start(listener: TcpListener, rules: &Rules, workers: usize) -> Result<Self> {
        let mut pool = Self {
            listener,
            rules: rules.clone(),
            places: (0..workers).map(|_| None).collect(),
            replaced: 0,
            failures: 0,
            pause_until: Instant::now(),
        };
        for place in 0..workers {
            pool.places[place] = Some(pool.start_worker(place)?);
        }
        // Waiting only now lets all workers get ready at the same time.
        pool.places.iter_mut().flatten().try_for_each(Worker::wait_until_ready)?;
        Ok(pool)
    }

    fn start_worker(&self, place: usize) -> Result<Worker> {
        let (step, rules) = (self.places.len(), self.rules.clone());
        let first = place + self.replaced * step * CONNECTIONS;
        Worker::start(&self.listener, &Share { first, step, rules })
            .with_context(|| format!("cannot start worker process {} of {step}", place + 1))
    }

    /// Replaces workers that have crashed. If that fails, the others go on, and it is tried again
    /// later.
    ///
    /// # Errors
    /// It has failed again and again, and no worker is left.
    pub(crate) fn replace_the_crashed(&mut self) -> Result<()> {
        let mut failed = self.lose_the_crashed();
        if Instant::now() >= self.pause_until
            && let Err(error) = self.fill_places()
        {
            message::line(format_args!("{error:#}; it will be retried"));
            failed = true;
        }
        if failed {
            let pause = FIRST_PAUSE * 2_u32.pow(self.failures.min(MOST_FAILURES));
            self.pause_until = Instant::now() + pause.min(LONGEST_PAUSE);
            self.failures += 1;
        }
        let any_left = self.places.iter().any(Option::is_some);
        ensure!(
            any_left || self.failures < MOST_FAILURES,
            "no worker process is left, after {MOST_FAILURES} failures in a row"
        );
        Ok(())
    }

    /// Empties the places of crashed workers and reports the crashes. Returns whether one of them
    /// had not served anybody.
    fn lose_the_crashed(&mut self) -> bool {
        let mut failed = false;
        for place in &mut self.places {
            let Some(worker) = place else { continue };
            let ended = worker.ended();
            if worker.has_just_served_its_first() {
                self.failures = 0;
            }
            if let Some(how) = ended {
                message::line(how);
                failed |= !worker.has_served();
                *place = None;
            }
        }
        failed
    }

    fn fill_places(&mut self) -> Result<()> {
        for place in 0..self.places.len() {
            if self.places[place].is_none() {
                self.replaced += 1;
                self.places[place] = Some(self.start_worker(place)?);
            }
        }
        Ok(())
    }

    /// The workers that are left.
    pub(crate) fn into_workers(self) -> Vec<Worker> {
        self.places.into_iter().flatten().collect()
    }
}
