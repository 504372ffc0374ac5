//! The client of the async cells: [hyper](https://docs.rs/hyper)'s HTTP/1.1 over the sockets and
//! timers of the cell's runtime. All runtimes drive this same client, so comparing the cells
//! compares runtimes, not HTTP clients.

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::Mutex,
};

use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::future::{or, poll_once};
use futures_rustls::TlsConnector;
use harness::unit::{On, Unit, awaiting};
use http::{Request, Response, Uri, header, uri::Scheme};
use hyper::{
    body::{Body, Incoming},
    client::conn::http1::{self, SendRequest},
};
use runtimes::Runtime;
use rustls::pki_types::ServerName;

use crate::{
    Fetched, Outcome, Page, Settings,
    fetch::{Fault, Fetch, LONGEST_HEAD, Next, Reply},
    socket::Socket,
};

/// Fetches pages, one at a time in each task that calls it. Tasks share one client and its
/// connections.
pub struct Client<R> {
    runtime: R,
    settings: Settings,
    tls: TlsConnector,
    /// The idle connections, with their destinations, the latest last.
    idle: Mutex<VecDeque<(Origin, Connection)>>,
    /// How many of them to keep.
    connections: usize,
}

impl<R: Runtime> Client<R> {
    /// Makes a client for this runtime that keeps up to `connections` connections for later
    /// requests.
    #[must_use]
    pub fn new(settings: &Settings, connections: usize, runtime: R) -> Self {
        let tls = TlsConnector::from(settings.roots.client());
        Self { runtime, settings: settings.clone(), tls, idle: Mutex::default(), connections }
    }

    /// Fetches a page.
    pub async fn fetch(&self, page: &Page) -> Outcome {
        let work = async {
            let mut fetch = Fetch::new(page, &self.settings);
            loop {
                let exchange = or(self.exchange(&fetch), self.timeout()).await;
                match fetch.after(exchange) {
                    Next::Send => {}
                    Next::Pause(pause) => awaiting(On::Timer, self.runtime.sleep(pause)).await,
                    Next::Done(outcome) => return outcome,
                }
            }
        };
        Unit::begin(page.index).drive(work).await
    }

    async fn timeout<T>(&self) -> Result<T, Fault> {
        self.runtime.sleep(self.settings.timeout).await;
        Err(Fault::Timeout(self.settings.timeout))
    }

    async fn exchange(&self, fetch: &Fetch) -> Result<Reply, Fault> {
        let origin = Origin::of(fetch);
        let mut connection = match self.kept(&origin).await {
            Some(connection) => connection,
            None => awaiting(On::Connection, self.open(&origin)).await?,
        };
        let reply = connection.exchange(fetch).await?;
        // Only a connection whose exchange succeeded is kept. Every other one is closed here.
        let mut idle = self.idle();
        idle.push_back((origin, connection));
        if idle.len() > self.connections {
            // Close the least recently used one, since its host may never be asked again.
            idle.pop_front();
        }
        Ok(reply)
    }

    /// Takes an idle connection that the server has not closed meanwhile.
    async fn kept(&self, origin: &Origin) -> Option<Connection> {
        loop {
            let mut connection = self.take(origin)?;
            if connection.is_open().await {
                return Some(connection);
            }
        }
    }

    async fn open(&self, origin: &Origin) -> Result<Connection, Fault> {
        let stream = self.runtime.connect(&origin.host, origin.port).await;
        let stream = stream.map_err(|error| Fault::from_connect(&error))?;
        if origin.scheme == Scheme::HTTP {
            return Connection::over(stream).await;
        }
        let name = ServerName::try_from(origin.host.clone());
        let name =
            name.map_err(|_| Fault::Tls("the host's name cannot be in a certificate".into()))?;
        let stream =
            self.tls.connect(name, stream).await.map_err(|error| Fault::from_io(&error))?;
        Connection::over(stream).await
    }

    /// Takes the most recently used connection to that destination.
    fn take(&self, origin: &Origin) -> Option<Connection> {
        let mut idle = self.idle();
        let place = idle.iter().rposition(|(leads_to, _)| leads_to == origin)?;
        idle.remove(place).map(|(_, connection)| connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, VecDeque<(Origin, Connection)>> {
        self.idle.lock().expect("nobody panics while holding it")
    }
}

impl<R> fmt::Debug for Client<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Where a connection leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

impl Origin {
    fn of(fetch: &Fetch) -> Self {
        let url = fetch.url();
        let scheme = url.scheme().cloned().unwrap_or(Scheme::HTTP);
        // An IPv6 address is in brackets in a URL, and nowhere else.
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let usual = if scheme == Scheme::HTTPS { 443 } else { 80 };
        Self { scheme, host, port: url.port_u16().unwrap_or(usual) }
    }
}

/// A connection that requests are sent over, one after the other.
struct Connection {
    sender: SendRequest<String>,
    /// Moves the bytes, but only while it is polled. The task that uses the connection does that,
    /// so it needs no task of its own.
    driver: Option<Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>>,
}

impl Connection {
    async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<Self, Fault> {
        let mut connection = http1::Builder::new();
        connection.max_buf_size(LONGEST_HEAD);
        let (sender, driver) = connection.handshake(Socket(stream)).await.map_err(explain)?;
        Ok(Self { sender, driver: Some(Box::pin(driver)) })
    }

    /// Whether the server has kept the connection open.
    async fn is_open(&mut self) -> bool {
        let Some(driver) = &mut self.driver else { return false };
        poll_once(driver).await.is_none() && self.sender.is_ready()
    }

    async fn exchange(&mut self, fetch: &Fetch) -> Result<Reply, Fault> {
        let Self { sender, driver } = self;
        // The driver finds the request when it is first polled.
        let answer = sender.send_request(origin_form(fetch));
        let mut talk = pin!(async {
            let response = awaiting(On::Answer, answer).await.map_err(explain)?;
            awaiting(On::Rest, read(response)).await
        });
        poll_fn(|context| {
            if driver.as_mut().is_some_and(|driver| driver.as_mut().poll(context).is_ready()) {
                // A future that has ended must not be polled again.
                *driver = None;
            }
            talk.as_mut().poll(context)
        })
        .await
    }
}

/// The request as it is sent: with only the path, and the host in a header.
fn origin_form(fetch: &Fetch) -> Request<String> {
    let mut request = fetch.request().map(|()| String::new());
    let url = fetch.url();
    if let Some(authority) = url.authority() {
        let host =
            authority.as_str().parse().expect("a host in a checked URL can be a header's value");
        request.headers_mut().insert(header::HOST, host);
    }
    *request.uri_mut() = url.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
    request
}

async fn read(response: Response<Incoming>) -> Result<Reply, Fault> {
    let (head, mut body) = response.into_parts();
    let status = head.status.as_u16();

    let mut digest = crc32fast::Hasher::new();
    let mut bytes = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        if let Ok(data) = frame.map_err(explain)?.into_data() {
            digest.update(&data);
            bytes += data.len() as u64;
        }
    }
    let fetched = Fetched { status, bytes, digest: digest.finalize() };
    Ok(Reply::new(fetched, &head.headers))
}

/// Translates hyper's errors into the faults of both clients.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn explain(error: hyper::Error) -> Fault {
    let cause =
        std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<io::Error>());
    match cause {
        Some(cause) => Fault::from_io(cause),
        None if error.is_parse() => Fault::Protocol,
        None => Fault::Closed,
    }
}
