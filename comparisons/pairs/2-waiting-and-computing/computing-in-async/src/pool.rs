//! A thread of rayon's pool counts, and sends the task a message.

use tokio::sync::oneshot;

use crate::primes::{BLOCKS, counting, primes_in};

/// Counts primes.
pub(crate) async fn count_primes() -> usize {
    let (sender, receiver) = oneshot::channel();
    // The pool has a thread per core. What does not fit in queues, however many tasks there are.
    rayon::spawn(|| {
        let primes = counting(|| (0..BLOCKS).map(primes_in).sum());
        // Whoever asked may have lost interest by now.
        let _ = sender.send(primes);
    });
    receiver.await.expect("the sender always sends")
}
