//! A reader takes no part in any race, and hands over whole messages.

use futures_lite::{
    AsyncReadExt, AsyncWriteExt,
    future::{or, zip},
};
use smol::channel::bounded;

use crate::{clock::Clock, job::LENGTH, sink::Sink, source::Source};

/// Relays messages until there are no more, and returns how many ticks came in between.
pub(crate) async fn relay(source: &mut Source, sink: &mut Sink, clock: &Clock) -> usize {
    let (sender, receiver) = bounded(1);
    let reader = async move {
        let mut message = [0; LENGTH];
        while source.read_exact(&mut message).await.is_ok() && sender.send(message).await.is_ok() {}
    };
    let writer = async {
        let mut ticks = 0;
        loop {
            // A dropped `recv` leaves the message in the channel.
            let message = async { Some(receiver.recv().await.ok()) };
            let tick = async {
                clock.tick().await;
                None
            };
            match or(message, tick).await {
                // The race is over when the message is written, so no tick drops that.
                Some(Some(message)) => {
                    sink.write_all(&message).await.expect("a sink in memory takes everything");
                }
                Some(None) => return ticks,
                None => ticks += 1,
            }
        }
    };
    // A spawned task does the same for the reader: what matters is that no race owns it.
    zip(reader, writer).await.1
}
