//! The tick drops a message that is half read or half written.

use futures_lite::{AsyncReadExt, AsyncWriteExt, future::or};

use crate::{
    clock::Clock,
    job::{LENGTH, Won, end},
    sink::Sink,
    source::Source,
};

/// Relays messages until there are no more, and returns how many ticks came in between.
pub(crate) async fn relay(source: &mut Source, sink: &mut Sink, clock: &Clock) -> usize {
    let mut ticks = 0;
    loop {
        let relay_one = async {
            // This future holds the only copy of what it has read.
            let mut message = [0; LENGTH];
            source.read_exact(&mut message).await?;
            sink.write_all(&message).await?;
            Ok(Won::Relay)
        };
        let tick = async {
            clock.tick().await;
            Ok(Won::Tick)
        };
        // `or` drops the loser, as `select!` does, at whichever await it has come to.
        match or(relay_one, tick).await {
            Ok(Won::Relay) => {}
            Ok(Won::Tick) => ticks += 1,
            Err(error) => return end(ticks, &error),
        }
    }
}
