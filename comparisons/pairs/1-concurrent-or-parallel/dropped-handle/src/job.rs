//! A disk that takes its time, and an answer that is there sooner.

use std::{
    sync::mpsc::{self, Receiver, Sender},
    time::Duration,
};

use pair::Unit;
use smol::Timer;

/// Where records are written.
#[derive(Clone)]
pub(crate) struct Disk {
    latency: Duration,
    written: Sender<usize>,
}

impl Disk {
    /// A disk that takes so long for a record. The receiver is told every record that was written,
    /// and its channel is closed when no task is left that might write one.
    pub(crate) fn new(latency: Duration) -> (Self, Receiver<usize>) {
        let (written, log) = mpsc::channel();
        (Self { latency, written }, log)
    }

    /// Writes a record.
    pub(crate) fn write(&self, record: usize) -> impl Future<Output = ()> + Send + use<> {
        let Self { latency, written } = self.clone();
        let unit = Unit::begin(record);
        async move {
            // This timer works on every runtime: it has a thread of its own.
            unit.drive(Timer::after(latency)).await;
            // If nobody counts any more, that is all right.
            let _ = written.send(record);
        }
    }
}

/// Answers whoever sent the records.
pub(crate) async fn answer() {
    Timer::after(Duration::from_millis(50)).await;
}
