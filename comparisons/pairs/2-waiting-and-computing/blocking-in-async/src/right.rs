//! The file is read on a thread for blocking calls, and the task awaits that.

use std::io;

use crate::file::SlowFile;

/// Reads the file in a task of tokio.
pub(crate) async fn on_tokio(file: SlowFile) -> io::Result<String> {
    // tokio has at most 512 such threads, if not told otherwise; more calls than that queue.
    tokio::task::spawn_blocking(|| file.read()).await?
}

/// Reads the file in a task of smol.
pub(crate) async fn on_smol(file: SlowFile) -> io::Result<String> {
    // smol and async-std have at most 500 of them.
    smol::unblock(|| file.read()).await
}

/// Reads the file in a task of async-std.
pub(crate) async fn on_async_std(file: SlowFile) -> io::Result<String> {
    async_std::task::spawn_blocking(|| file.read()).await
}
