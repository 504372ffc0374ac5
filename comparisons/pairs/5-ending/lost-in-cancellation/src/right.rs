//! The message is outside of the race, and with it how far it has come.

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
    // These outlive a future that the tick drops, so that the next one goes on where it was.
    let (mut message, mut read, mut written) = ([0; LENGTH], 0, 0);
    loop {
        let relay_one = async {
            while read < LENGTH {
                // One `read` either has no bytes yet, or has them and is ready at once: there is no
                // await between taking the bytes and counting them.
                read += some(source.read(&mut message[read..]).await?)?;
            }
            while written < LENGTH {
                written += some(sink.write(&message[written..]).await?)?;
            }
            (read, written) = (0, 0);
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
