//! No mutex: a task owns the tickets, and the customers ask it for one.

use futures_util::future::join_all;
use pair::Unit;
use tokio::sync::{mpsc, oneshot};

use crate::job::{TICKETS, Till};

/// Serves so many customers, and says who got a ticket.
pub(crate) async fn sell_all(customers: usize, till: &Till) -> Vec<bool> {
    let (counter, requests) = mpsc::channel(customers);
    tokio::spawn(own(TICKETS, requests));
    join_all((0..customers).map(|index| Unit::begin(index).drive(sell(&counter, till)))).await
}

async fn sell(counter: &mpsc::Sender<oneshot::Sender<bool>>, till: &Till) -> bool {
    let (reply, answer) = oneshot::channel();
    // A closed channel would mean that the owner is gone, and nothing is sold.
    if counter.send(reply).await.is_err() || !answer.await.unwrap_or(false) {
        return false;
    }
    till.pay().await;
    true
}

/// Answers one request after the other, so that nobody else touches the number. It ends when all
/// senders are gone.
async fn own(mut left: usize, mut requests: mpsc::Receiver<oneshot::Sender<bool>>) {
    while let Some(reply) = requests.recv().await {
        let sold = left > 0;
        // A customer who has gone away meanwhile takes no ticket.
        if reply.send(sold).is_ok() && sold {
            left -= 1;
        }
    }
}
