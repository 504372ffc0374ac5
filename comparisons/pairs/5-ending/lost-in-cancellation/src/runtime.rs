//! The three runtimes, and a wait on each.

use std::{pin::Pin, time::Duration};

/// Something to wait for.
pub(crate) type Wait = Pin<Box<dyn Future<Output = ()>>>;

/// How long a piece takes in the runs that are drawn.
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Runtime {
    Tokio,
    AsyncStd,
    Smol,
}

pub(crate) const RUNTIMES: [Runtime; 3] = [Runtime::Tokio, Runtime::AsyncStd, Runtime::Smol];

impl Runtime {
    /// Runs a future to its end, on this thread.
    pub(crate) fn block_on<T>(self, future: impl Future<Output = T>) -> T {
        match self {
            Self::Tokio => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                runtime.expect("there is memory for it").block_on(future)
            }
            Self::AsyncStd => async_std::task::block_on(future),
            Self::Smol => smol::block_on(future),
        }
    }

    /// Makes waits that end when the other tasks have had their turn.
    pub(crate) fn turns(self) -> fn() -> Wait {
        match self {
            Self::Tokio => || Box::pin(tokio::task::yield_now()),
            Self::AsyncStd => || Box::pin(async_std::task::yield_now()),
            Self::Smol => || Box::pin(smol::future::yield_now()),
        }
    }

    /// Makes waits for a timer: tokio's.
    pub(crate) fn timer() -> fn() -> Wait {
        || Box::pin(tokio::time::sleep(PAUSE))
    }
}
