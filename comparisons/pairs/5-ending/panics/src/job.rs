//! Five jobs, one of which panics before the others begin.

use std::sync::mpsc;

use pair::Unit;
use smol::channel::{Receiver, Sender, bounded};

use crate::work::{JOBS, PANICS};

/// One job.
pub(crate) struct Job {
    pub(crate) index: usize,
    finished: mpsc::Sender<usize>,
    /// Closed when the job that panics has ended: that one has the sender.
    begin: Receiver<()>,
    sender: Option<Sender<()>>,
}

/// The jobs, and the numbers of those that finish. There are no more when all jobs have ended.
pub(crate) fn jobs() -> (Vec<Job>, mpsc::Receiver<usize>) {
    let (finished, numbers) = mpsc::channel();
    let (sender, begin) = bounded(1);
    let job = |index| Job { index, finished: finished.clone(), begin: begin.clone(), sender: None };
    let mut jobs: Vec<Job> = (0..JOBS).map(job).collect();
    jobs[PANICS].sender = Some(sender);
    (jobs, numbers)
}

impl Job {
    /// Does the job here and now.
    pub(crate) fn run<T>(self, work: impl FnOnce(usize) -> T) -> T {
        // That is an error, since nobody sends anything.
        let _ = self.sender.is_none().then(|| self.begin.recv_blocking());
        let value = Unit::begin(self.index).run(|| work(self.index));
        let _ = self.finished.send(self.index);
        value
    }

    /// Does the job as a future.
    pub(crate) async fn drive<T>(self, work: impl Future<Output = T>) -> T {
        if self.sender.is_none() {
            let _ = self.begin.recv().await;
        }
        let value = Unit::begin(self.index).drive(work).await;
        let _ = self.finished.send(self.index);
        value
    }
}
