//! Only tasks wait, and they wait for a message. The pool gets what it needs to compute.

use futures_util::future::join_all;
use rayon::{
    ThreadPool,
    iter::{IntoParallelIterator, ParallelIterator},
};
use tokio::{runtime::Handle, sync::oneshot};

use crate::job::{draw, palette};

/// Computes something in the pool, for a task of the runtime.
pub(crate) async fn in_pool<T: Send + 'static>(
    pool: &ThreadPool,
    compute: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (sender, receiver) = oneshot::channel();
    // `spawn` returns at once. If nobody wants the result any more, it is dropped.
    pool.spawn(move || drop(sender.send(compute())));
    // The task waits, and its thread polls other tasks meanwhile.
    receiver.await.expect("the job sends a result; rayon aborts the program if it panics")
}

/// Draws pictures in the pool, each with its palette.
pub(crate) fn draw_all(pool: &ThreadPool, runtime: &Handle, pictures: usize) -> Vec<u64> {
    // This thread waits for the palettes. It is not the pool's.
    let palettes = runtime.block_on(join_all((0..pictures).map(|picture| palette(pool, picture))));
    let draw = |picture: usize| draw(picture, palettes[picture]);
    pool.install(|| (0..pictures).into_par_iter().map(draw).collect())
}
