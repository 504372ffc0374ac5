//! A page: how it is fetched, and how it is parsed.

use std::{io, net::SocketAddr, time::Duration};

use pair::Unit;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

/// The size of a page, in bytes.
pub(crate) const SIZE: usize = 64 * 1024;

/// How long it takes to parse one.
const PARSING: Duration = Duration::from_millis(1);

/// Fetches a page over a new connection, and returns its number.
pub(crate) async fn fetch(page: usize, server: SocketAddr) -> io::Result<usize> {
    let answer = async {
        let mut connection = TcpStream::connect(server).await?;
        connection.write_u8(b'?').await?;
        connection.read_u8().await?;
        Ok(page)
    };
    Unit::begin(page).drive(answer).await
}

/// A page that was fetched, and waits to be parsed.
pub(crate) struct Page {
    unit: Unit,
    text: Vec<u8>,
}

impl Page {
    /// The page of this number.
    pub(crate) fn fetched(page: usize) -> Self {
        Self { unit: Unit::begin(page), text: vec![b' '; SIZE] }
    }

    /// Takes its time, as a parser that asks somebody else would.
    pub(crate) async fn parse(self) {
        self.unit.drive(sleep(PARSING)).await;
        drop(self.text);
    }
}
