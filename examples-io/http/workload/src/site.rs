//! The example's own site, which serves the pages unless the user names others.
//!
//! It runs in a process of its own, so that its cost is not counted as the client's, and it ends
//! with the process that started it. One thread serves all connections, with async, because they
//! mostly wait.

use std::{
    convert::Infallible,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context as TaskContext, Poll},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use fastrand::Rng;
use harness::{
    capacity,
    helper::{self, Helper, Role},
};
use http::{HeaderName, Request, Response, StatusCode};
use hyper::{
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::compat::TokioAsyncReadCompatExt;

use crate::socket::Socket;

/// The header in which a client numbers its attempts at a page, from 2 on. So the site's faults
/// depend on the request alone and are the same in every run.
pub(crate) const ATTEMPT: HeaderName = HeaderName::from_static("x-attempt");

/// The role of a program that is started as the site.
const ROLE: Role = Role::new("MEANWHILE_SITE");
/// How many connections may wait to be accepted: as many as may arrive at the same time.
const BACKLOG: u32 = 16_384;

/// How much of a page is made at a time, in bytes. Pages of any length have the same beginning
/// however they are cut, since this is a multiple of the 8 bytes that the generator makes at a time.
const PIECE: usize = 64 * 1024;

/// The properties of the site.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SiteOptions {
    /// The seed of the bodies and the faults.
    pub seed: u64,
    /// The size of every page, in bytes.
    pub size: u32,
    /// How long an answer takes.
    pub latency: Duration,
    /// The most by which it may be late.
    pub jitter: Duration,
    /// The share of requests that get no proper answer.
    pub faults: f64,
}

/// The site's counters since it started.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Stats {
    /// Requests for pages.
    pub requests: u64,
    /// The most of them that it was working on at the same time.
    pub peak_in_flight: u64,
    /// Connections.
    pub connections: u64,
    /// The most of them that were open at the same time.
    pub peak_connections: u64,
}

/// The path under which the site tells its [`Stats`].
pub const STATS: &str = "/stats";

/// A site: one that this process has started and that ends with it, or one that was already
/// running.
#[derive(Debug)]
pub struct Site {
    address: SocketAddr,
    /// The site's process. Dropped, it ends, since nobody else holds the other end of its stdin.
    _process: Option<Helper>,
}

impl Site {
    /// A site that was already running.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self { address, _process: None }
    }

    /// Starts this program again, as the site.
    pub(crate) fn start(options: &SiteOptions) -> Result<Self> {
        let mut process = Helper::start(ROLE, options).context("cannot start the site")?;
        let address =
            helper::line(&mut process.output()).context("cannot read the site's address")?;
        let address = address.parse().context("the site has not started")?;
        Ok(Self { address, _process: Some(process) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of one of its pages.
    pub(crate) fn page(&self, index: usize) -> String {
        format!("http://{}/pages/{index}", self.address)
    }
}

/// Serves the site, if this process was started for that, until the process that started it ends.
/// Returns immediately in every other process.
pub(crate) fn serve_if_asked() -> Result<()> {
    let Some(options) = ROLE.setup()? else { return Ok(()) };
    thread::Builder::new().name("parent".into()).spawn(|| {
        // The parent holds the other end and sends nothing, so this returns when the parent closes
        // it or dies.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    })?;
    capacity::allow_open_files();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(options))
}

async fn serve(options: SiteOptions) -> Result<()> {
    let listener = listen().context("cannot listen on the loopback interface")?;
    // Not `println!`, which panics if the client has ended. Then nobody needs the site.
    writeln!(io::stdout(), "{}", listener.local_addr()?)?;
    let options = Arc::new(options);
    let counters = Arc::new(Counters::default());
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No file descriptor is free, or the client is gone again. Go on with the next.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        // Send small answers without delay. If the option cannot be set, the connection is dead.
        let _ = stream.set_nodelay(true);
        let (options, counters) = (options.clone(), counters.clone());
        tokio::spawn(async move {
            let _open = counters.connections.enter();
            let service = service_fn(|request| answer(request, &options, &counters));
            // A client may close its connection early.
            let _ = http1::Builder::new().serve_connection(Socket(stream.compat()), service).await;
        });
    }
}

fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    socket.listen(BACKLOG)
}

/// What the site does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It answers.
    Page,
    /// It answers with a 500.
    Error,
    /// It closes the connection in the middle of the body.
    HalfAPage,
    /// It never answers.
    Silence,
}

impl Fate {
    fn draw(random: &mut Rng, faults: f64) -> Self {
        if random.f64() >= faults {
            return Self::Page;
        }
        [Self::Error, Self::HalfAPage, Self::Silence][random.usize(..3)]
    }
}

async fn answer(
    request: Request<Incoming>,
    options: &SiteOptions,
    counters: &Counters,
) -> Result<Response<PageBody>, Infallible> {
    let path = request.uri().path();
    if path == STATS {
        let stats = serde_json::to_vec(&counters.stats()).expect("numbers can be written as JSON");
        return Ok(Response::new(PageBody::text(stats.into())));
    }
    if !path.starts_with("/pages/") {
        return Ok(with_status(StatusCode::NOT_FOUND));
    }
    let _in_flight = counters.requests.enter();
    let mut page = Rng::with_seed(options.seed ^ u64::from(crc32fast::hash(path.as_bytes())) << 32);
    let attempt =
        request.headers().get(ATTEMPT).and_then(|attempt| attempt.to_str().ok()?.parse().ok());
    let mut chance = Rng::with_seed(page.fork().u64(..) ^ attempt.unwrap_or(1));
    let fate = Fate::draw(&mut chance, options.faults);

    let latency = options.latency + options.jitter.mul_f64(chance.f64());
    if !latency.is_zero() {
        // Even a sleep of zero would take a millisecond, the resolution of tokio's timers.
        tokio::time::sleep(latency).await;
    }
    Ok(match fate {
        Fate::Page => Response::new(PageBody::whole(page, options.size)),
        Fate::HalfAPage => Response::new(PageBody::half(page, options.size)),
        Fate::Error => with_status(StatusCode::INTERNAL_SERVER_ERROR),
        Fate::Silence => std::future::pending().await,
    })
}

fn with_status(status: StatusCode) -> Response<PageBody> {
    let mut response = Response::new(PageBody::text(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// A body that is sent whole, or announced whole and cut off half-way.
struct PageBody {
    promised: u64,
    /// How many bytes follow; `None` if all have been sent.
    left: Option<usize>,
    source: Source,
    cut: bool,
}

/// Where the bytes of a body come from.
enum Source {
    Text(Bytes),
    /// They are made as they are sent, so a large page takes no memory.
    Random(Rng),
}

impl PageBody {
    fn text(text: Bytes) -> Self {
        let (promised, left) = (text.len() as u64, Some(text.len()));
        Self { promised, left, source: Source::Text(text), cut: false }
    }

    fn whole(random: Rng, size: u32) -> Self {
        let source = Source::Random(random);
        Self { promised: size.into(), left: Some(size as usize), source, cut: false }
    }

    fn half(random: Rng, size: u32) -> Self {
        // An empty page must announce something, too, or nothing would be missing.
        let promised = size.max(1).into();
        let (left, source) = (Some(size as usize / 2), Source::Random(random));
        Self { promised, left, source, cut: true }
    }

    /// The next bytes, if any are left.
    fn next(&mut self) -> Option<Bytes> {
        let left = self.left.take()?;
        let size = left.min(PIECE);
        self.left = Some(left - size).filter(|&left| left > 0);
        Some(match &mut self.source {
            Source::Text(text) => text.split_to(size),
            Source::Random(random) => {
                let mut piece = vec![0; size];
                random.fill(&mut piece);
                piece.into()
            }
        })
    }
}

impl Body for PageBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(match self.next() {
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if self.cut => Some(Err(io::ErrorKind::ConnectionAborted.into())),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        !self.cut && self.left.is_none_or(|left| left == 0)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

#[derive(Default)]
struct Counters {
    requests: Counter,
    connections: Counter,
}

impl Counters {
    fn stats(&self) -> Stats {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Stats {
            requests: read(&self.requests.entered),
            peak_in_flight: read(&self.requests.peak),
            connections: read(&self.connections.entered),
            peak_connections: read(&self.connections.peak),
        }
    }
}

/// Counts how many there were, how many there are, and the most at the same time. The site has one
/// thread, so relaxed operations are exact.
#[derive(Default)]
struct Counter {
    entered: AtomicU64,
    inside: AtomicU64,
    peak: AtomicU64,
}

impl Counter {
    fn enter(&self) -> Inside<'_> {
        self.entered.fetch_add(1, Ordering::Relaxed);
        let inside = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(inside, Ordering::Relaxed);
        Inside(self)
    }
}

struct Inside<'a>(&'a Counter);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_as_often_as_asked_and_of_every_kind() {
        let mut random = Rng::with_seed(1);
        let fates: Vec<Fate> = (0..10_000).map(|_| Fate::draw(&mut random, 0.3)).collect();
        let count = |wanted| fates.iter().filter(|&&fate| fate == wanted).count();
        assert!((6_800..7_200).contains(&count(Fate::Page)), "{} pages", count(Fate::Page));
        for fault in [Fate::Error, Fate::HalfAPage, Fate::Silence] {
            assert!((850..1_150).contains(&count(fault)), "{} {fault:?}", count(fault));
        }
        assert_eq!(Fate::draw(&mut random, 0.0), Fate::Page);
    }

    #[test]
    fn a_page_of_any_size_is_made_in_small_pieces() {
        let random = || Rng::with_seed(7);
        let size = 2 * PIECE + 3;
        let mut expected = vec![0; size];
        random().fill(&mut expected);
        let all = |mut body: PageBody| std::iter::from_fn(move || body.next()).collect::<Vec<_>>();
        let size = u32::try_from(size).expect("it is small");
        let pieces = all(PageBody::whole(random(), size));
        assert_eq!(pieces.concat(), expected);
        assert_eq!(all(PageBody::half(random(), size)).concat(), expected[..=PIECE]);
        let mut huge = PageBody::whole(random(), u32::MAX);
        assert_eq!(huge.next().map(|piece| piece.len()), Some(PIECE));
        assert_eq!(all(PageBody::text(vec![1; 10].into())), [vec![1; 10]]);
        // An empty body has one piece, so the head is sent before a cut.
        assert_eq!(all(PageBody::half(random(), 0)), [Bytes::new()]);
    }
}
