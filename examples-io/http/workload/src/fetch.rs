//! The rules for fetching a page: when to follow a redirect, when to retry and after which pause,
//! and when to give up. Both clients, the blocking and the async one, ask this code for their next
//! step, so they differ in nothing else.

use std::{borrow::Cow, io, time::Duration};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use base64::{Engine, prelude::BASE64_STANDARD};
use harness::{duration, pool::JobError};
use http::{
    HeaderMap, HeaderValue, Request, Uri, header,
    uri::{Authority, Scheme},
};
use iri_string::types::{UriAbsoluteStr, UriReferenceStr};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::{site::ATTEMPT, tls::Roots};

/// The most redirects that are followed for one page.
const REDIRECTS: u32 = 5;
/// The longest address that is fetched, in bytes. Every server should take as much (RFC 9110,
/// section 4.1).
pub(crate) const LONGEST_URL: usize = 8_000;
/// The longest head of an answer or a request, in bytes. Each connection has a buffer of that size.
pub(crate) const LONGEST_HEAD: usize = 16 * 1024;
/// The name of this client, and the kinds of content that it takes. As constants they are not copied
/// for every request.
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("meanwhile/", env!("CARGO_PKG_VERSION")));
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
/// The shortest pause before the first retry. It doubles with every further retry, and a random
/// part of up to as much again is added.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause that a server may ask for. If it asks for more, the page is given up.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// The most that the shortest pause grows to.
const LONGEST_PAUSE: Duration = Duration::from_millis(2_500);

/// One page to fetch: the unit of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Page {
    /// Its place in the input, from 0.
    pub index: usize,
    /// Its address.
    pub url: String,
}

/// How pages are fetched.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How long one request may take, from its connection to the last byte of its answer.
    pub timeout: Duration,
    /// How often a recoverable failure is retried.
    pub retries: u32,
    /// The seed of the pauses before retries.
    pub seed: u64,
    /// The authorities to trust.
    pub roots: Roots,
}

/// A page that was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The length of the body, in bytes.
    pub bytes: u64,
    /// The CRC-32 of the body.
    pub digest: u32,
}

/// The outcome of one page.
pub type Outcome = Result<Fetched, Fault>;

/// Why a page could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// There was no answer in time.
    #[error("no answer within {}", duration::write(*.0))]
    Timeout(Duration),
    /// The server could not be reached.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection ended before the answer did.
    #[error("the connection was closed before the answer was complete")]
    Closed,
    /// The server answered with an error.
    #[error("status {0}")]
    Status(u16),
    /// The server's identity could not be verified.
    #[error("TLS: {0}")]
    Tls(String),
    /// The server sent something other than HTTP.
    #[error("the answer is not valid HTTP")]
    Protocol,
    /// The server redirected too often.
    #[error("more than {REDIRECTS} redirects")]
    Redirects,
    /// The server redirected to something that is no address.
    #[error("redirected to {0:?}, which cannot be fetched")]
    Location(String),
    /// A worker process failed.
    #[error("{0}")]
    Worker(String),
}

impl From<JobError> for Fault {
    fn from(error: JobError) -> Self {
        Self::Worker(error.to_string())
    }
}

impl Fault {
    /// Whether the same request may succeed the next time.
    fn can_pass(&self) -> bool {
        match self {
            Self::Timeout(_) | Self::Connect(_) | Self::Closed => true,
            // Our requests are all GETs, which are safe to repeat, so a 500 is worth a retry, too.
            Self::Status(status) => matches!(status, 429 | 500 | 502..=504),
            _ => false,
        }
    }

    /// The fault of a connection that could not be made.
    #[cfg(feature = "async")]
    pub(crate) fn from_connect(error: &io::Error) -> Self {
        // Errors of the system's `connect` have a number. Those of looking up the host's name have
        // none.
        match error.raw_os_error() {
            Some(_) => Self::Connect(error.kind().to_string()),
            None => Self::Connect("unknown host".into()),
        }
    }

    /// The fault behind an error of the operating system or of TLS.
    pub(crate) fn from_io(error: &io::Error) -> Self {
        use io::ErrorKind::{
            AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable,
        };

        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::Tls(tls.to_string());
        }
        match error.kind() {
            kind
            @ (AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkUnreachable) => {
                Self::Connect(kind.to_string())
            }
            _ => Self::Closed,
        }
    }
}

/// The server's answer to one request.
pub(crate) struct Reply {
    pub(crate) fetched: Fetched,
    /// The address that it redirects to, if any.
    pub(crate) location: Option<String>,
    /// The pause that it asks for before the next attempt, if any.
    pub(crate) retry_after: Option<Duration>,
}

impl Reply {
    /// The answer's status and headers. Its body was read already.
    pub(crate) fn new(fetched: Fetched, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).map(HeaderValue::as_bytes).map(String::from_utf8_lossy);
        let redirects = matches!(fetched.status, 301 | 302 | 303 | 307 | 308);
        let location = text(header::LOCATION).filter(|_| redirects).map(Cow::into_owned);
        // The header may also be a date (RFC 9110, section 10.2.3); then it counts as if absent.
        let seconds = text(header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        Self { fetched, location, retry_after: seconds.map(Duration::from_secs) }
    }
}

/// The next step.
pub(crate) enum Next {
    /// Send [`Fetch::request`].
    Send,
    /// Wait this long, then send it.
    Pause(Duration),
    /// Nothing more: this is the page's outcome.
    Done(Outcome),
}

/// One page on its way.
pub(crate) struct Fetch {
    url: Uri,
    /// The user's name and password from the URL, as a header.
    credentials: Option<HeaderValue>,
    attempt: u32,
    redirects: u32,
    /// The pauses before each retry. They grow and differ from page to page, so that requests that
    /// failed together do not return together. The seed and the page determine them.
    pauses: ExponentialBackoff,
}

impl Fetch {
    /// Begins with a page whose URL has been checked.
    pub(crate) fn new(page: &Page, settings: &Settings) -> Self {
        let url = page.url.parse().expect("URLs are checked before a run begins");
        let (url, credentials) = without_credentials(url);
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(settings.retries as usize)
            .with_jitter()
            .with_jitter_seed(settings.seed ^ page.index as u64)
            .build();
        Self { url, credentials, attempt: 1, redirects: 0, pauses }
    }

    /// The address to ask next.
    #[cfg(feature = "async")]
    pub(crate) fn url(&self) -> &Uri {
        &self.url
    }

    /// The request to send next, to [`Self::url`].
    pub(crate) fn request(&self) -> Request<()> {
        let mut request = Request::get(&self.url)
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, ANYTHING);
        if let Some(credentials) = &self.credentials {
            request = request.header(header::AUTHORIZATION, credentials);
        }
        if self.attempt > 1 {
            request = request.header(ATTEMPT, self.attempt);
        }
        request.body(()).expect("a checked URL and constant headers make a request")
    }

    /// Decides what to do after an exchange.
    pub(crate) fn after(&mut self, exchange: Result<Reply, Fault>) -> Next {
        let wanted = exchange.as_ref().ok().and_then(|reply| reply.retry_after).unwrap_or_default();
        let fault = match exchange {
            Ok(Reply { location: Some(location), .. }) => match self.redirect(&location) {
                Ok(()) => return Next::Send,
                Err(fault) => fault,
            },
            Ok(Reply { fetched, .. }) if fetched.status >= 400 => Fault::Status(fetched.status),
            Ok(Reply { fetched, .. }) => return Next::Done(Ok(fetched)),
            Err(fault) => fault,
        };
        if fault.can_pass()
            && wanted <= LONGEST_WAIT
            && let Some(pause) = self.pauses.next()
        {
            self.attempt += 1;
            return Next::Pause(pause.max(wanted));
        }
        Next::Done(Err(fault))
    }

    fn redirect(&mut self, location: &str) -> Result<(), Fault> {
        self.redirects += 1;
        if self.redirects > REDIRECTS {
            return Err(Fault::Redirects);
        }
        let url = resolve(&self.url, location);
        let url = url.ok_or_else(|| Fault::Location(location.to_owned()))?;
        let (url, credentials) = without_credentials(url);
        let origin = |url: &Uri| (url.scheme().cloned(), url.authority().cloned());
        if credentials.is_some() || origin(&url) != origin(&self.url) {
            // A password for one server must not be sent to another.
            self.credentials = credentials;
        }
        self.url = url;
        Ok(())
    }
}

/// Takes the name and the password out of a URL, as an `Authorization` header (RFC 7617).
fn without_credentials(url: Uri) -> (Uri, Option<HeaderValue>) {
    let Some((user, host)) = url.authority().and_then(|all| all.as_str().rsplit_once('@')) else {
        return (url, None);
    };
    // A name without a password has an empty one.
    let user = if user.contains(':') { user.to_owned() } else { format!("{user}:") };
    let user: Vec<u8> = percent_decode_str(&user).collect();
    let basic = format!("Basic {}", BASE64_STANDARD.encode(user));
    let mut parts = url.clone().into_parts();
    let host: Authority = host.parse().expect("what follows the @ of an authority is one");
    parts.authority = Some(host);
    let url = Uri::from_parts(parts).expect("only its authority has become shorter");
    (url, Some(basic.parse().expect("Base64 can stand in a header")))
}

/// The address that a `Location` header means, which may be relative to the page's own (RFC 9110,
/// section 10.2.2); `None` if that is no address that can be fetched.
fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let base = base.to_string();
    let base = UriAbsoluteStr::new(&base).ok()?;
    let location = UriReferenceStr::new(location).ok()?;
    let resolved: Uri = location.resolve_against(base).to_string().parse().ok()?;
    let known = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&resolved.scheme());
    let short = location.as_str().len() <= LONGEST_URL && resolved.path().len() <= LONGEST_URL;
    (known && short && resolved.host().is_some()).then_some(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Roots;

    const SETTINGS: Settings =
        Settings { timeout: Duration::from_secs(1), retries: 2, seed: 0, roots: Roots::Bundled };

    fn page() -> Page {
        Page { index: 0, url: "http://localhost/a/b".into() }
    }

    fn reply(status: u16) -> Result<Reply, Fault> {
        Ok(Reply {
            fetched: Fetched { status, bytes: 0, digest: 0 },
            location: None,
            retry_after: None,
        })
    }

    fn redirection(location: &str) -> Result<Reply, Fault> {
        Ok(Reply { location: Some(location.into()), ..reply(302)? })
    }

    #[test]
    fn a_page_that_comes_is_done() {
        let page = page();
        let next = Fetch::new(&page, &SETTINGS).after(reply(200));
        assert!(matches!(next, Next::Done(Ok(Fetched { status: 200, .. }))));
    }

    #[test]
    fn what_can_pass_is_tried_again_after_longer_and_longer_pauses() {
        let page = page();
        for status in [500, 502, 503, 504] {
            let mut fetch = Fetch::new(&page, &SETTINGS);
            let Next::Pause(first) = fetch.after(reply(status)) else {
                panic!("no second attempt")
            };
            let Next::Pause(second) = fetch.after(Err(Fault::Closed)) else {
                panic!("no third attempt")
            };
            assert!(
                (50..=100).contains(&first.as_millis())
                    && (100..=200).contains(&second.as_millis())
            );
            assert_eq!(fetch.request().headers()[ATTEMPT], "3");
            assert!(matches!(fetch.after(reply(status)), Next::Done(Err(Fault::Status(_)))));
        }
    }

    #[test]
    fn what_cannot_pass_is_not_tried_again() {
        let page = page();
        for status in [400, 404, 501, 505] {
            let next = Fetch::new(&page, &SETTINGS).after(reply(status));
            assert!(matches!(next, Next::Done(Err(Fault::Status(s))) if s == status));
        }
        let next = Fetch::new(&page, &SETTINGS).after(Err(Fault::Tls("unknown issuer".into())));
        assert!(matches!(next, Next::Done(Err(Fault::Tls(_)))));
    }

    #[test]
    fn five_redirects_are_followed_and_no_more() {
        let page = page();
        let mut fetch = Fetch::new(&page, &SETTINGS);
        for _ in 0..REDIRECTS {
            assert!(matches!(fetch.after(redirection("/next")), Next::Send));
        }
        assert!(matches!(fetch.after(redirection("/next")), Next::Done(Err(Fault::Redirects))));
    }

    #[test]
    fn locations_are_resolved_against_the_page() {
        let base: Uri = "http://localhost:1/a/b?q".parse().expect("it is a URL");
        let resolved = |location| resolve(&base, location).map(|uri| uri.to_string());
        assert_eq!(resolved("/c").as_deref(), Some("http://localhost:1/c"));
        assert_eq!(resolved("c").as_deref(), Some("http://localhost:1/a/c"));
        assert_eq!(resolved("../c?x=1").as_deref(), Some("http://localhost:1/c?x=1"));
        assert_eq!(resolved("https://other/").as_deref(), Some("https://other/"));
        assert_eq!(resolved("//other/d").as_deref(), Some("http://other/d"));
        assert_eq!(resolved("ftp://other/"), None);
        assert_eq!(resolved("not an address"), None);
    }
}
