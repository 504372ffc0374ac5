//! Connections that have to show in time that they are alive.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use pair::Unit;
use tokio::time::{self, interval_at};

/// A heartbeat.
pub(crate) struct Beat {
    pub(crate) due: Instant,
    pub(crate) sent: Instant,
}

/// How often a connection sends one.
const EVERY: Duration = Duration::from_millis(10);
/// Their schedules begin at so many different moments.
const OFFSETS: u32 = 4;

/// Sends heartbeats, those that are due before the end.
pub(crate) async fn beat(connection: u32, end: Arc<OnceLock<Instant>>) -> Vec<Beat> {
    let beating = async {
        // Connections begin at different times. From then on the schedule is fixed, and a late beat
        // moves none of the next. Sleeping for 10 ms after each beat would hide the missed ones.
        let begin = time::Instant::now() + EVERY / OFFSETS * (connection % OFFSETS);
        let mut schedule = interval_at(begin, EVERY);
        let mut beats = Vec::new();
        loop {
            let due = schedule.tick().await.into_std();
            if end.get().is_some_and(|end| *end < due) {
                return beats;
            }
            beats.push(Beat { due, sent: Instant::now() });
        }
    };
    Unit::begin(connection as usize).drive(beating).await
}
