//! One tick at every wait there is, on every runtime.

use crate::{
    again,
    clock::Clock,
    everywhere::{Total, everywhere},
    job::{LENGTH, MESSAGES, PIECE},
    pinned, reader, right,
    run::run,
    runtime::{RUNTIMES, Runtime},
    sink::Sink,
    source::Source,
    wrong,
};

/// A wait before each piece is read, and before each is written.
const WAITS: usize = 2 * MESSAGES * LENGTH / PIECE;

/// What a tick at each wait does, which has to be the same on all runtimes.
fn on_all(relay: impl AsyncFn(&mut Source, &mut Sink, &Clock) -> usize) -> Total {
    let [tokio, async_std, smol] = RUNTIMES.map(|runtime| everywhere(runtime, &relay));
    assert_eq!((&async_std, &smol), (&tokio, &tokio));
    assert_eq!(tokio.waits, WAITS);
    tokio
}

#[test]
fn a_future_that_does_it_all_loses_what_it_has_read() {
    let total = on_all(wrong::relay);
    assert_eq!(total.doubled, 0);
    // Of the waits for a message only the first is harmless: nothing has been read yet.
    assert_eq!(total.damaging, WAITS - MESSAGES);
    assert!(total.lost > 0);
}

#[test]
fn what_is_begun_again_is_doubled() {
    let total = on_all(again::relay);
    assert_eq!(total.lost, 0);
    assert!(total.damaging > 0 && total.doubled > 0, "{total:?}");
}

#[test]
fn nothing_is_lost_of_what_is_not_dropped() {
    let unharmed = Total { waits: WAITS, damaging: 0, lost: 0, doubled: 0 };
    assert_eq!(on_all(right::relay), unharmed);
    assert_eq!(on_all(pinned::relay), unharmed);
    assert_eq!(on_all(reader::relay), unharmed);
}

#[test]
fn one_tick_puts_all_later_messages_out_of_step() {
    let turns = Runtime::Smol.turns();
    let wrong = run(Runtime::Smol, turns, 14, wrong::relay);
    assert_eq!((wrong.whole, wrong.ticks), (1, 1));
    let right = run(Runtime::Smol, turns, 14, right::relay);
    assert_eq!((right.whole, right.ticks), (MESSAGES, 1));
}
