//! The server's visitors: the example's own clients, or anybody who connects.

use std::{
    net::SocketAddr,
    sync::{Mutex, mpsc::Receiver},
};

use anyhow::Result;

use crate::{
    clients::{Clients, Report},
    stop::Stop,
};

/// The server's visitors.
#[derive(Debug)]
pub(crate) enum Visitors {
    /// The example's own clients, and where their report arrives once they have begun.
    Own(Mutex<(Clients, Option<Receiver<Report>>)>),
    /// Anybody who connects to this address.
    Others(SocketAddr),
    /// The visitors of another process, for which this one accepts some.
    #[cfg(feature = "processes")]
    Parents,
}

impl Visitors {
    /// The example's own clients, who have not begun yet.
    pub(crate) fn own(clients: Clients) -> Self {
        Self::Own(Mutex::new((clients, None)))
    }

    /// Lets the clients come. The server is asked to stop when its own clients are done, and
    /// otherwise on Ctrl-C.
    pub(crate) fn invite(&self, stop: &Stop) -> Result<()> {
        let stop = stop.clone();
        match self {
            Self::Own(clients) => {
                let mut clients = clients.lock().expect("nobody panics while holding it");
                clients.1 = Some(clients.0.begin(move || stop.ask())?);
            }
            Self::Others(address) => {
                harness::interrupt::on_interrupt(move || stop.ask());
                harness::message::line(format_args!("listening on {address}; Ctrl-C stops it"));
            }
            #[cfg(feature = "processes")]
            Self::Parents => {}
        }
        Ok(())
    }

    /// Waits for the report of the example's own clients; `None` if they ended early.
    pub(crate) fn report(&self) -> Option<Report> {
        let Self::Own(clients) = self else { return None };
        clients.lock().expect("nobody panics while holding it").1.take()?.recv().ok()
    }
}
