//! The message is outside of the race, but not how much of it has been written.

use futures_lite::{AsyncReadExt, AsyncWriteExt, future::or};

use crate::{
    clock::Clock,
    job::{LENGTH, Won, end, some},
    sink::Sink,
    source::Source,
};

/// Relays messages until there are no more, and returns how many ticks came in between.
pub(crate) async fn relay(source: &mut Source, sink: &mut Sink, clock: &Clock) -> usize {
    let mut ticks = 0;
    let (mut message, mut read) = ([0; LENGTH], 0);
    loop {
        let relay_one = async {
            while read < LENGTH {
                read += some(source.read(&mut message[read..]).await?)?;
            }
            // After a tick, this begins anew with the first byte: it is a retry of something that
            // has partly been done.
            sink.write_all(&message).await?;
            read = 0;
            Ok(Won::Relay)
        };
        let tick = async {
            clock.tick().await;
            Ok(Won::Tick)
        };
        match or(relay_one, tick).await {
            Ok(Won::Relay) => {}
            Ok(Won::Tick) => ticks += 1,
            Err(error) => return end(ticks, &error),
        }
    }
}
