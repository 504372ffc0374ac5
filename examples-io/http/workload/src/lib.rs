//! The row `http` without its concurrency: the list of pages, how to fetch one, and the example's
//! own site.

#[cfg(feature = "async")]
pub mod asynchronous;
#[cfg(feature = "blocking")]
pub mod blocking;
mod fetch;
pub mod site;
mod socket;
mod tls;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use harness::{
    Answer, Failure, Kind, Limits, Plan, Row, Shared, arguments, duration,
    words::{grouped, plural},
};
use http::Uri;
use serde_json::json;

use fetch::LONGEST_URL;
pub use fetch::{Fault, Fetched, Outcome, Page, Settings};
use site::{Site, SiteOptions};
pub use tls::Roots;

/// The most pages that a run may fetch, so that the list of them fits in memory.
const MOST_PAGES: u64 = 10_000_000;

/// Fetches pages from the example's own site, or the pages that you name.
#[derive(Args, Debug)]
pub struct Http {
    /// Pages to fetch instead of the example's own
    #[arg(value_name = "URL", value_parser = url, conflicts_with = "urls")]
    pages: Vec<String>,
    /// Fetch the pages listed in this file, one URL per line (- for stdin)
    #[arg(long, value_name = "FILE")]
    urls: Option<PathBuf>,
    /// The number of pages on the example's own site
    #[arg(long, value_name = "N", default_value_t = 100, help_heading = "Example's own site",
          value_parser = clap::value_parser!(u64).range(..=MOST_PAGES))]
    tasks: u64,
    /// How long the site takes to answer a request
    #[arg(long, value_name = "TIME", default_value = "50ms", value_parser = duration::parse, help_heading = "Example's own site")]
    latency: Duration,
    /// The most by which an answer may be late, at random
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration::parse, help_heading = "Example's own site")]
    jitter: Duration,
    /// The size of each page, in bytes
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 10_240,
        help_heading = "Example's own site"
    )]
    size: u32,
    /// The share of requests answered with a 500, half a page, or silence (0 to 1)
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = arguments::share, help_heading = "Example's own site")]
    faults: f64,
    /// A site that is already running
    #[arg(long, value_name = "ADDRESS", hide = true)]
    site: Option<std::net::SocketAddr>,
    /// The longest time that a request may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse)]
    timeout: Duration,
    /// How often a recoverable failure is retried
    #[arg(long, value_name = "N", default_value_t = 2)]
    retries: u32,
    /// Trust the CA certificates in this PEM file instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// The pages of a run, and how to fetch them.
#[derive(Debug)]
pub struct Input {
    /// The pages, in order.
    pub pages: Vec<Page>,
    /// How to fetch them.
    pub settings: Settings,
    /// The example's own site, if the pages come from there. It ends when this is dropped.
    site: Option<Site>,
}

impl Row for Http {
    const NAME: &'static str = "http";
    const UNIT: &'static str = "page";
    type Input = Input;
    type Output = Vec<Outcome>;

    fn kind(&self) -> Kind {
        Kind::Waits { limit: 50 }
    }

    fn prepare(&self, shared: &Shared) -> Result<Input> {
        let roots = match &self.ca {
            None => Roots::Bundled,
            Some(file) => Roots::read(file)?,
        };
        let settings =
            Settings { timeout: self.timeout, retries: self.retries, seed: shared.seed, roots };
        if let Some(urls) = self.users_urls()? {
            let pages =
                urls.into_iter().enumerate().map(|(index, url)| Page { index, url }).collect();
            return Ok(Input { pages, settings, site: None });
        }
        let site = match self.site {
            Some(address) => Site::at(address),
            None => Site::start(&SiteOptions {
                seed: shared.seed,
                size: self.size,
                latency: self.latency,
                jitter: self.jitter,
                faults: self.faults,
            })?,
        };
        let tasks = usize::try_from(self.tasks).context("too many pages for this machine")?;
        let pages = (0..tasks).map(|index| Page { index, url: site.page(index) }).collect();
        Ok(Input { pages, settings, site: Some(site) })
    }

    fn plan(&self, input: &Input, limits: Limits) -> Plan {
        let units = input.pages.len();
        let mut headline = plural(units, "page");
        let mut lower_bound = None;
        let mut json = json!({ "tasks": units, "timeout": duration::write(self.timeout), "retries": self.retries });
        if input.site.is_some() {
            headline += &format!(" of {}, {} each", size(self.size), duration::write(self.latency));
            if !self.jitter.is_zero() {
                headline += &format!(" and up to {} more", duration::write(self.jitter));
            }
            // Every page waits for at least the latency, and at most the limit wait at the same
            // time.
            let rounds = u32::try_from(units.div_ceil(limits.in_flight)).unwrap_or(u32::MAX);
            lower_bound = Some(self.latency.saturating_mul(rounds));
            json["size"] = self.size.into();
            json["latency"] = duration::write(self.latency).into();
            json["jitter"] = duration::write(self.jitter).into();
            json["faults"] = self.faults.into();
        }
        headline += &format!(", at most {} in flight", grouped(limits.in_flight));
        Plan { headline, input: json, units: Some(units), lower_bound }
    }

    fn answer(&self, input: &Input, output: Vec<Outcome>) -> Answer {
        let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
        let (mut pages, mut bytes) = (0, 0);
        let mut digest = crc32fast::Hasher::new();
        let mut failures = Vec::new();
        for (page, outcome) in input.pages.iter().zip(&output) {
            if let Ok(Fetched { status, .. }) | Err(Fault::Status(status)) = outcome {
                *statuses.entry(*status).or_default() += 1;
            }
            match outcome {
                Ok(fetched) => {
                    pages += 1;
                    bytes += fetched.bytes;
                    digest.update(&fetched.digest.to_le_bytes());
                }
                Err(fault) => {
                    // The port of our own site differs from run to run. The page's number does not.
                    let unit = match input.site {
                        Some(_) => format!("page {}", page.index),
                        None => page.url.clone(),
                    };
                    failures.push(Failure { unit, reason: fault.to_string() });
                }
            }
        }
        let digest = format!("{:08x}", digest.finalize());
        Answer {
            line: format!(
                "fetched {}, {} failed, {:.1} MB, digest {digest}",
                plural(pages, "page"),
                grouped(failures.len()),
                bytes as f64 / 1e6
            ),
            json: json!({ "pages": pages, "bytes": bytes, "statuses": statuses, "digest": digest }),
            failures,
            figures: None,
        }
    }

    fn held(&self, input: &Input) -> Vec<String> {
        input.site.iter().flat_map(|site| ["--site".into(), site.address().to_string()]).collect()
    }

    fn help() -> Result<()> {
        site::serve_if_asked()
    }
}

impl Http {
    /// The pages that the user names, if any.
    fn users_urls(&self) -> Result<Option<Vec<String>>> {
        match &self.urls {
            None if self.pages.is_empty() => Ok(None),
            None => Ok(Some(self.pages.clone())),
            Some(file) => read_urls(file).map(Some),
        }
    }
}

fn read_urls(file: &Path) -> Result<Vec<String>> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        io::stdin().read_to_string(&mut text).context("cannot read the URLs from stdin")?;
    } else {
        text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| url(line).map_err(|error| anyhow!("{line:?} cannot be fetched: {error}")))
        .collect()
}

/// Checks that a text is a URL that can be fetched.
fn url(text: &str) -> Result<String, String> {
    if text.len() > LONGEST_URL {
        return Err(format!("it is longer than {LONGEST_URL} bytes"));
    }
    let uri: Uri = text.parse().map_err(|error| format!("{error}"))?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.host().is_some_and(|host| !host.is_empty()) => {
            Ok(text.into())
        }
        Some("http" | "https") => Err("it names no host".into()),
        _ => Err("it does not begin with http:// or https://".into()),
    }
}

/// A page's size, for people.
fn size(bytes: u32) -> String {
    if bytes > 0 && bytes.is_multiple_of(1024) {
        format!("{} KiB", bytes / 1024)
    } else {
        format!("{bytes} bytes")
    }
}
