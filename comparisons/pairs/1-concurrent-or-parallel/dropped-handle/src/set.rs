//! tokio, with a set of tasks that is dropped.

use tokio::task::JoinSet;

use crate::job::{Disk, answer};

/// Has so many records written, and answers meanwhile.
pub(crate) async fn save_all(records: usize, disk: Disk) {
    let write = |record| disk.write(record);
    let _tasks: JoinSet<()> = (0..records).map(write).collect();
    answer().await;
    // Here the set is dropped, and aborts its tasks. `join_all` would wait for them.
}
