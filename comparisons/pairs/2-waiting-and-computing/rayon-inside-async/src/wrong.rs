//! Threads wait where they should go on: a runtime's for the pool, and the pool's for a future.

use rayon::{
    ThreadPool,
    iter::{IntoParallelIterator, ParallelIterator},
};
use tokio::runtime::Handle;

use crate::job::{draw, palette};

/// Computes something in the pool, for a task of the runtime.
#[expect(clippy::unused_async, reason = "clippy sees that it awaits nothing")]
pub(crate) async fn in_pool<T: Send>(
    pool: &ThreadPool,
    compute: impl FnOnce() -> T + Send + 'static,
) -> T {
    // `install` returns when the pool is done. Until then it blocks the thread that polls this
    // task, and with it all other tasks of that thread.
    pool.install(compute)
}

/// Draws pictures in the pool, each with its palette.
pub(crate) fn draw_all(pool: &ThreadPool, runtime: &Handle, pictures: usize) -> Vec<u64> {
    let draw = |picture| {
        // The palette is a job of this same pool, and this thread does no job while it is parked.
        let palette = runtime.block_on(palette(pool, picture));
        draw(picture, palette)
    };
    pool.install(|| (0..pictures).into_par_iter().map(draw).collect())
}
