//! A server on a thread of its own. It answers each request after a while.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Builder,
    time::sleep,
};

const LATENCY: Duration = Duration::from_millis(20);

/// Starts it. It ends with the program.
pub(crate) fn start() -> io::Result<SocketAddr> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr()?;
    let spare = File::open("/dev/null")?;
    thread::spawn(move || runtime.block_on(serve(listener, spare)));
    Ok(address)
}

async fn serve(listener: TcpListener, spare: File) {
    let mut spare = Some(spare);
    loop {
        if let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(answer(connection));
        } else {
            // The client is in this same program, and has taken all descriptors. With the spare
            // one, the server can answer one request after the other, until more are free.
            sleep(LATENCY).await;
            drop(spare.take());
        }
    }
}

async fn answer(mut connection: TcpStream) -> io::Result<()> {
    let question = connection.read_u8().await?;
    sleep(LATENCY).await;
    connection.write_u8(question).await
}
