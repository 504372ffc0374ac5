//! smol, with handles that are kept and awaited.

use crate::job::{Disk, answer};

/// Has so many records written, and answers meanwhile.
pub(crate) async fn save_all(records: usize, disk: Disk) {
    let write = |record| smol::spawn(disk.write(record));
    let tasks: Vec<_> = (0..records).map(write).collect();
    answer().await;
    // All of them run meanwhile, so this loop takes no longer than the slowest of them.
    for task in tasks {
        task.await;
    }
}
