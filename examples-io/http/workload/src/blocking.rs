//! The client of the blocking cells: [ureq](https://docs.rs/ureq), which keeps connections alive.

use std::{
    io::Read,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    thread,
    time::Duration,
};

use harness::unit::{self, On, Unit};
use http::{Uri, uri::Scheme};
use ureq::{
    Agent, Error,
    config::Config,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use crate::{
    Fetched, Outcome, Page, Roots, Settings,
    fetch::{Fault, Fetch, LONGEST_HEAD, Next, Reply},
    tls::provider,
};

/// Fetches pages, one at a time in each thread that calls it. Threads may share one client and its
/// connections.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    settings: Settings,
}

impl Client {
    /// Makes a client that keeps up to `connections` connections for later requests.
    #[must_use]
    pub fn new(settings: &Settings, connections: usize) -> Self {
        let roots = match &settings.roots {
            Roots::Bundled => RootCerts::WebPki,
            Roots::Own(ders) => {
                let certificates = ders.iter().map(|der| Certificate::from_der(der).to_owned());
                RootCerts::Specific(Arc::new(certificates.collect()))
            }
        };
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(provider())
            .root_certs(roots)
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            // Every connection fills two buffers with zeros, so they take real memory. By default,
            // ureq makes each of them 128 KiB large.
            .input_buffer_size(LONGEST_HEAD)
            .output_buffer_size(LONGEST_HEAD)
            // A head that fills the buffer is too long.
            .max_response_header_size(LONGEST_HEAD - 1)
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .tls_config(tls)
            // Statuses and redirects are handled by the rules that both clients share. A proxy
            // would distort the comparison.
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::new(), Addresses::default());
        Self { agent, settings: settings.clone() }
    }

    /// Fetches a page, and blocks the calling thread until it is there.
    pub fn fetch(&self, page: &Page) -> Outcome {
        Unit::begin(page.index).run(|| {
            let mut fetch = Fetch::new(page, &self.settings);
            loop {
                let exchange = unit::waiting_for(On::Server, || self.exchange(&fetch));
                match fetch.after(exchange) {
                    Next::Send => {}
                    Next::Pause(pause) => unit::waiting_for(On::Timer, || thread::sleep(pause)),
                    Next::Done(outcome) => return outcome,
                }
            }
        })
    }

    fn exchange(&self, fetch: &Fetch) -> Result<Reply, Fault> {
        let timeout = self.settings.timeout;
        let response = self.agent.run(fetch.request()).map_err(|error| explain(error, timeout))?;
        let (head, body) = response.into_parts();
        let status = head.status.as_u16();

        let mut body = body.into_reader();
        let mut digest = crc32fast::Hasher::new();
        let mut bytes = 0;
        // ureq has read more than this ahead. A larger buffer takes longer to fill with zeros.
        let mut buffer = [0; 4 * 1024];
        loop {
            match body.read(&mut buffer).map_err(|error| explain(error.into(), timeout))? {
                0 => break,
                read => {
                    digest.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
        let fetched = Fetched { status, bytes, digest: digest.finalize() };
        Ok(Reply::new(fetched, &head.headers))
    }
}

/// Finds the address of a host. ureq itself starts a thread for every look-up, so that it can give
/// up in time. If the host is an address already, there is nothing to look up, and those threads
/// would be counted as the cell's.
#[derive(Debug, Default)]
struct Addresses(DefaultResolver);

impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let usual = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        match uri.host().and_then(|host| host.parse::<IpAddr>().ok()) {
            Some(ip) => {
                let mut addresses = self.empty();
                addresses.push(SocketAddr::new(ip, uri.port_u16().unwrap_or(usual)));
                Ok(addresses)
            }
            None => self.0.resolve(uri, config, timeout).map_err(|error| match error {
                Error::Io(_) => Error::HostNotFound,
                other => other,
            }),
        }
    }
}

/// Translates ureq's errors into the faults of both clients.
fn explain(error: Error, timeout: Duration) -> Fault {
    match error {
        Error::Timeout(_) => Fault::Timeout(timeout),
        Error::HostNotFound => Fault::Connect("unknown host".into()),
        Error::ConnectionFailed => Fault::Connect("the host does not answer".into()),
        Error::Rustls(error) => Fault::Tls(error.to_string()),
        Error::Tls(error) => Fault::Tls(error.into()),
        Error::Protocol(_) | Error::LargeResponseHeader(..) => Fault::Protocol,
        Error::Io(error) => Fault::from_io(&error),
        other => Fault::Connect(other.to_string()),
    }
}
