//! The tick interrupts the wait for a message, and the same future goes on afterwards.

use std::{io, pin::pin};

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
        // Pinned once per message, outside of the loop of races.
        let mut relay_one = pin!(relay_one(source, sink));
        loop {
            let tick = async {
                clock.tick().await;
                Ok(Won::Tick)
            };
            // `or` owns a reference to the future and drops that, but not the future.
            match or(relay_one.as_mut(), tick).await {
                Ok(Won::Relay) => break,
                Ok(Won::Tick) => ticks += 1,
                Err(error) => return end(ticks, &error),
            }
        }
    }
}

/// Written as in the wrong way. Nobody drops it before it is ready.
async fn relay_one(source: &mut Source, sink: &mut Sink) -> io::Result<Won> {
    let mut message = [0; LENGTH];
    source.read_exact(&mut message).await?;
    sink.write_all(&message).await?;
    Ok(Won::Relay)
}
