//! The runtimes as criterion wants them, each set up as the `main` of its cells does it.

use std::{future::Future, io, thread};

use async_global_executor::GlobalExecutorConfig;
use async_std::task;
use criterion::async_executor::AsyncExecutor;
use smol::{Executor, channel};
use tokio::runtime::{self, Runtime};

/// tokio's runtime with many threads.
#[derive(Debug)]
pub struct Tokio(Runtime);

impl Tokio {
    /// A runtime with this number of threads that compute.
    ///
    /// # Errors
    /// Threads that the system does not give.
    pub fn new(workers: usize) -> io::Result<Self> {
        runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().map(Self)
    }
}

impl AsyncExecutor for Tokio {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}

/// tokio's runtime on the thread that calls it, which has no other.
#[derive(Debug)]
pub struct TokioOnThisThread(Runtime);

impl TokioOnThisThread {
    /// Makes the runtime.
    ///
    /// # Errors
    /// The system has no room for its means to wait.
    pub fn new() -> io::Result<Self> {
        runtime::Builder::new_current_thread().enable_all().build().map(Self)
    }
}

impl AsyncExecutor for TokioOnThisThread {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}

/// async-std's runtime (discontinued). A process has one, whose threads are counted once.
#[derive(Debug)]
pub struct AsyncStd(());

impl AsyncStd {
    /// The runtime with this number of threads; a second one keeps the number of the first.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        let threads = GlobalExecutorConfig::default().with_min_threads(workers);
        async_global_executor::init_with_config(threads.with_max_threads(workers));
        Self(())
    }
}

impl AsyncExecutor for AsyncStd {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        task::block_on(future)
    }
}

/// Threads that are lent to a cell's smol executor until this is dropped.
#[derive(Debug)]
pub struct Smol {
    /// Nothing is ever sent: the threads end when the channel is closed.
    _lent: channel::Sender<()>,
}

impl Smol {
    /// Lends this number of threads.
    ///
    /// # Errors
    /// Threads that the system does not give.
    pub fn new(executor: &'static Executor<'static>, workers: usize) -> io::Result<Self> {
        let (lent, wanted_back) = channel::bounded::<()>(1);
        for _ in 0..workers {
            let wanted_back = wanted_back.clone();
            thread::Builder::new()
                .spawn(move || smol::block_on(executor.run(wanted_back.recv())))?;
        }
        Ok(Self { _lent: lent })
    }
}

impl AsyncExecutor for Smol {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        smol::block_on(future)
    }
}
