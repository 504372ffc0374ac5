//! The file is read by the task itself.

use std::io;

use crate::file::SlowFile;

/// Reads the file in a task of tokio.
pub(crate) async fn on_tokio(file: SlowFile) -> io::Result<String> {
    // The function is `async`, but has no await: its thread can do nothing else until it returns.
    file.read()
}

/// Reads the file in a task of smol.
pub(crate) async fn on_smol(file: SlowFile) -> io::Result<String> {
    file.read()
}

/// Reads the file in a task of async-std.
pub(crate) async fn on_async_std(file: SlowFile) -> io::Result<String> {
    file.read()
}
