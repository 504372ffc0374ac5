//! A server with one thread: connection 0 has it count, and the others send heartbeats.

use std::{
    io,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tokio::{runtime::Builder, task::JoinSet};

use crate::heartbeat::{Beat, beat};

const CONNECTIONS: u32 = 4;

/// What became of the heartbeats.
pub(crate) struct Served {
    /// How many primes there are.
    pub(crate) primes: usize,
    /// How long counting took.
    pub(crate) took: Duration,
    /// How many heartbeats were sent while it lasted.
    pub(crate) meanwhile: usize,
    /// How late those were that were due while it lasted, in ascending order.
    pub(crate) late: Vec<Duration>,
}

/// Counts, and sends heartbeats meanwhile.
pub(crate) fn serve(count: impl Future<Output = usize> + Send + 'static) -> io::Result<Served> {
    Builder::new_current_thread().enable_time().build()?.block_on(async {
        let end = Arc::new(OnceLock::new());
        let beats: JoinSet<_> = (1..=CONNECTIONS).map(|it| beat(it, end.clone())).collect();
        let counting = tokio::spawn(async move {
            let start = Instant::now();
            let primes = count.await;
            (primes, start, *end.get_or_init(Instant::now))
        });
        let (primes, start, end) = counting.await.expect("counting does not panic");
        let during = |at: Instant| start < at && at < end;
        let beats: Vec<Beat> = beats.join_all().await.into_iter().flatten().collect();
        let meanwhile = beats.iter().filter(|beat| during(beat.sent)).count();
        let due = beats.iter().filter(|beat| during(beat.due));
        let mut late: Vec<_> = due.map(|beat| beat.sent.duration_since(beat.due)).collect();
        late.sort_unstable();
        Ok(Served { primes, took: end - start, meanwhile, late })
    })
}
