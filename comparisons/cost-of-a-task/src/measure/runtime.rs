//! The three async runtimes, as far as they are measured here: each spawns a task and sleeps.
//!
//! Everything that is measured of one of them is measured by the same code, so that no step differs
//! but those of the runtime. Each has a thread per core.

use std::{
    future::pending,
    io,
    sync::{LazyLock, OnceLock},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use async_global_executor::GlobalExecutorConfig;
use futures_lite::future;

use super::threads::workers;

/// An async runtime.
pub(super) trait Runtime: 'static {
    /// Starts its threads. Must be called once, before anything else.
    fn start() -> Result<()>;

    /// Spawns a task. It begins to run whether or not its result is waited for.
    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Future<Output: Send> + Send + 'static;

    /// Waits with the runtime's own timer.
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;

    /// Runs a task to its end. It runs on a thread of the runtime, as the tasks of a program do
    /// that do its work, and not on the thread that only waits for them: a task that is spawned
    /// from there comes to the others by another and longer way.
    fn run<F>(future: F) -> F::Output
    where
        F: Future<Output: Send> + Send + 'static,
    {
        future::block_on(Self::spawn(future))
    }
}

/// tokio, multi-threaded.
pub(super) struct Tokio;

static TOKIO: OnceLock<tokio::runtime::Runtime> = OnceLock::new();

impl Runtime for Tokio {
    fn start() -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers())
            .enable_all()
            .build()
            .context("cannot start tokio")?;
        TOKIO.set(runtime).ok().context("tokio was started twice")
    }

    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let task = TOKIO.get().expect("it was started").spawn(future);
        async move { task.await.expect("no task panics, and none is cancelled") }
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}

/// async-std, which is discontinued.
pub(super) struct AsyncStd;

impl Runtime for AsyncStd {
    fn start() -> Result<()> {
        // async-std itself takes the number of its threads from the environment alone.
        let threads = GlobalExecutorConfig::default().with_min_threads(workers());
        async_global_executor::init_with_config(threads.with_max_threads(workers()));
        Ok(())
    }

    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Future<Output: Send> + Send + 'static,
    {
        async_std::task::spawn(future)
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        async_std::task::sleep(duration)
    }
}

/// smol, with an executor that several threads run.
pub(super) struct Smol;

static SMOL: LazyLock<smol::Executor<'static>> = LazyLock::new(smol::Executor::new);

impl Runtime for Smol {
    fn start() -> Result<()> {
        let threads = (0..workers()).map(|_| {
            // A thread that waits for what never comes, and runs tasks meanwhile.
            thread::Builder::new().spawn(|| smol::block_on(SMOL.run(pending::<()>())))
        });
        threads.collect::<io::Result<Vec<_>>>().context("cannot start smol's threads")?;
        Ok(())
    }

    fn spawn<F>(future: F) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Future<Output: Send> + Send + 'static,
    {
        SMOL.spawn(future)
    }

    async fn sleep(duration: Duration) {
        smol::Timer::after(duration).await;
    }
}
