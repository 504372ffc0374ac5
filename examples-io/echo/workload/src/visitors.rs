//! Who comes to the server: the example's own clients, or whoever connects.

use std::{
    net::SocketAddr,
    sync::{Mutex, mpsc::Receiver},
};

use anyhow::Result;

use crate::{
    clients::{Clients, Report},
    stop::Stop,
};

/// Who comes to the server.
#[derive(Debug)]
pub(crate) enum Visitors {
    /// The example's own clients, and where their report comes in once they have begun.
    Own(Mutex<(Clients, Option<Receiver<Report>>)>),
    /// Whoever connects to this address.
    Others(SocketAddr),
    /// Those of another process, which has this one accept some of them.
    #[cfg(feature = "processes")]
    Parents,
}

impl Visitors {
    /// The example's own clients, who have not begun yet.
    pub(crate) fn own(clients: Clients) -> Self {
        Self::Own(Mutex::new((clients, None)))
    }

    /// Has the clients come. The server is asked to stop when its own are done, and otherwise when
    /// somebody presses Ctrl-C.
    pub(crate) fn invite(&self, stop: &Stop) -> Result<()> {
        let stop = stop.clone();
        match self {
            Self::Own(clients) => {
                let mut clients = clients.lock().expect("nobody panics while holding it");
                clients.1 = Some(clients.0.begin(move || stop.ask())?);
            }
            Self::Others(address) => {
                harness::interrupt::on_interrupt(move || stop.ask());
                harness::message::line(format_args!("listening on {address}; Ctrl-C ends it"));
            }
            #[cfg(feature = "processes")]
            Self::Parents => {}
        }
        Ok(())
    }

    /// Waits for what the example's own clients report; `None` if they came to a sudden end.
    pub(crate) fn report(&self) -> Option<Report> {
        let Self::Own(clients) = self else { return None };
        clients.lock().expect("nobody panics while holding it").1.take()?.recv().ok()
    }
}
