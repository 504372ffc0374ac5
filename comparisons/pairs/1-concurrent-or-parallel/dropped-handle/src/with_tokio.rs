//! tokio, with handles that are dropped.

use crate::job::{Disk, answer};

/// Has so many records written, and answers meanwhile.
pub(crate) async fn save_all(records: usize, disk: Disk) {
    let write = |record| tokio::spawn(disk.write(record));
    let _tasks: Vec<_> = (0..records).map(write).collect();
    answer().await;
    // Here the handles are dropped, and the tasks go on: as long as the runtime is there.
}
