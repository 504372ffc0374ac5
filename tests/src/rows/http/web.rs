//! The user's own pages: https with a private authority, redirects, and servers that misbehave.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};
use serde_json::json;
use socket2::{Domain, Type};

use crate::{
    cells::Cells,
    suite::{Test, tests},
};

static HTTP: LazyLock<Cells> = LazyLock::new(|| Cells::of("http"));

/// The tests of pages that are the user's own.
pub(super) fn tests() -> Vec<Test> {
    tests!("http", Shared:
        pages_over_https_come_with_the_right_authority_only,
        a_certificate_for_another_host_is_refused,
        up_to_five_redirects_are_followed,
        a_list_of_urls_comes_from_a_file_or_stdin,
        servers_that_misbehave_are_told_apart,
        long_addresses_and_heads_are_taken_up_to_the_same_length,
        a_server_that_closes_each_connection_is_served_all_the_same,
        what_fails_at_first_is_tried_again,
        credentials_reach_the_server_that_they_are_for_and_no_other,
        a_server_that_asks_for_a_pause_gets_it,
        connections_to_many_hosts_are_not_kept_for_ever,
    )
}

fn pages_over_https_come_with_the_right_authority_only() {
    let authority = Authority::new();
    let server = serve(Some(authority.server()));
    let ca = authority.file.path().to_str().expect("it is UTF-8");
    let url = |path| format!("https://localhost:{}{path}", server.port());
    let (a, b) = (url("/page"), url("/redirect/2"));

    let answer = HTTP.agreed(&["--ca", ca, &a, &b]);
    assert_eq!(answer["pages"], 2);
    assert_eq!(answer["bytes"], 2 * PAGE.len());

    for approach in HTTP.approaches() {
        let ran = HTTP.run(approach, &["--retries", "0", &a]);
        assert_eq!(ran.status, Some(1), "{approach} trusts an authority that nobody named");
        assert!(ran.stderr.contains("TLS"), "{approach}: {}", ran.stderr);
    }
}

fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new();
    let server = serve(Some(authority.server()));
    let ca = authority.file.path().to_str().expect("it is UTF-8");
    let url = format!("https://127.0.0.1:{}/page", server.port());
    for approach in HTTP.approaches() {
        let ran = HTTP.run(approach, &["--ca", ca, "--retries", "0", &url]);
        assert_eq!(ran.status, Some(1), "{approach}");
        assert!(ran.stderr.contains("TLS"), "{approach}: {}", ran.stderr);
    }
}

fn up_to_five_redirects_are_followed() {
    let server = serve(None);
    let url = |path| format!("http://{server}{path}");
    assert_eq!(HTTP.agreed(&[&url("/redirect/5")])["statuses"], json!({ "200": 1 }));
    let six = url("/redirect/6");
    let _ = HTTP.agreed(&[&six]);
    let ran = HTTP.run("tokio", &[&six]);
    assert_eq!(ran.stderr, format!("failed: {six}: more than 5 redirects\n"));
}

fn a_list_of_urls_comes_from_a_file_or_stdin() {
    let server = serve(None);
    let list = format!("http://{server}/page\n\n  http://{server}/missing\n");
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(&file, &list).expect("it can be written");
    let ran =
        HTTP.run("threads", &["--json", "--urls", file.path().to_str().expect("it is UTF-8")]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.json()["answer"]["statuses"], json!({ "200": 1, "404": 1 }));
    assert_eq!(
        ran.json()["failures"],
        json!([{ "unit": format!("http://{server}/missing"), "reason": "status 404" }])
    );

    let mut child = std::process::Command::new(HTTP.program("smol"))
        .args(["--json", "--urls", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it can be started");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    stdin.write_all(list.as_bytes()).expect("the program reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let from_stdin: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(from_stdin["answer"], ran.json()["answer"]);

    std::fs::write(&file, "http://localhost/\nnonsense\n").expect("it can be written");
    HTTP.refused(&["--urls", file.path().to_str().expect("it is UTF-8")], 1, "nonsense");
}

fn servers_that_misbehave_are_told_apart() {
    let server = serve(None);
    let url = |path| format!("http://{server}{path}");
    // Bound, so that no other test's server gets it, but nobody listens there.
    let bound = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).expect("there is room");
    bound.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port can be bound");
    let unused = bound.local_addr().ok().and_then(|address| address.as_socket());
    let unused = format!("http://{}/", unused.expect("it has an address"));
    let closed = "the connection was closed before the answer was complete";
    let nowhere = "redirected to \"mailto:nobody@localhost\", which cannot be fetched";
    let reasons = [
        (url("/cut"), closed),
        (url("/drop"), closed),
        (url("/rubbish"), "the answer is not valid HTTP"),
        (url("/nowhere"), nowhere),
        (unused, "cannot connect: connection refused"),
    ];
    // A busy machine may take a while to say so.
    fail_for_these_reasons("1m", &reasons);
    fail_for_these_reasons("500ms", &[(url("/hang"), "no answer within 500ms")]);
}

fn long_addresses_and_heads_are_taken_up_to_the_same_length() {
    let server = serve(None);
    let url = |path: String| format!("http://{server}{path}");
    let path = |length: usize| format!("/long/{}", "x".repeat(length - url("/long/".into()).len()));
    let longest = url(path(8_000));
    assert_eq!(HTTP.agreed(&[&longest])["pages"], 1);
    HTTP.refused(&[&url(path(8_001))], 2, "longer than 8000 bytes");
    assert_eq!(HTTP.agreed(&[&url("/head/12000".into())])["pages"], 1);
    let reason = "the answer is not valid HTTP";
    fail_for_these_reasons("1m", &[(url("/head/20000".into()), reason)]);
}

/// Has all cells fetch pages that they cannot get, and checks what they say.
fn fail_for_these_reasons(timeout: &str, reasons: &[(String, &str)]) {
    let mut arguments = vec!["--timeout", timeout, "--retries", "0"];
    arguments.extend(reasons.iter().map(|(url, _)| url.as_str()));
    let _ = HTTP.agreed(&arguments);
    let ran = HTTP.run("sequential", &arguments);
    let expected: String =
        reasons.iter().map(|(url, reason)| format!("failed: {url}: {reason}\n")).collect();
    assert_eq!(ran.stderr, expected);
}

fn a_server_that_closes_each_connection_is_served_all_the_same() {
    let server = serve(None);
    let urls: Vec<String> = (0..12).map(|_| format!("http://{server}/close")).collect();
    let mut arguments = vec!["--limit", "3", "--retries", "0"];
    arguments.extend(urls.iter().map(String::as_str));
    assert_eq!(HTTP.agreed(&arguments)["pages"], 12);
}

fn what_fails_at_first_is_tried_again() {
    for approach in HTTP.approaches() {
        // The server counts, so each cell gets one of its own.
        let server = serve(None);
        let (a, b) = (format!("http://{server}/busy"), format!("http://{server}/page"));
        let ran = HTTP.run(approach, &["--json", "--retries", "2", &a, &b]);
        assert_eq!(ran.json()["answer"]["pages"], 2, "{approach}: {}", ran.stderr);
        let server = serve(None);
        let ran =
            HTTP.run(approach, &["--json", "--retries", "1", &format!("http://{server}/busy")]);
        assert_eq!(ran.json()["failures"][0]["reason"], "status 503", "{approach}");
    }
}

fn credentials_reach_the_server_that_they_are_for_and_no_other() {
    let server = serve(None);
    let right = format!("http://us%40er:pa%20ss@{server}/secret");
    let wrong = format!("http://user@{server}/secret");
    // The same server under another name is another one.
    let elsewhere = format!("http://user:password@{server}/elsewhere/{}", server.port());
    let answer = HTTP.agreed(&["--retries", "0", &right, &wrong, &elsewhere]);
    assert_eq!(answer["statuses"], json!({ "200": 2, "401": 1 }));
}

fn a_server_that_asks_for_a_pause_gets_it() {
    for approach in HTTP.approaches() {
        // The server remembers when it was asked, so each cell gets one of its own.
        let server = serve(None);
        let url = |path| format!("http://{server}{path}");
        let ran = HTTP.run(approach, &["--json", "--retries", "1", &url("/pause/1")]);
        assert_eq!(ran.json()["answer"]["statuses"], json!({ "200": 1 }), "{approach}");
        // Nobody waits for an hour.
        let ran = HTTP.run(approach, &["--json", "--retries", "1", &url("/pause/3600")]);
        assert_eq!(ran.json()["failures"][0]["reason"], "status 429", "{approach}");
    }
}

fn connections_to_many_hosts_are_not_kept_for_ever() {
    for approach in HTTP.approaches() {
        let open = Arc::new(Open::default());
        // Each address of the loopback network is a host of its own.
        let servers = (1..=40).map(|host| serve_at(&format!("127.0.0.{host}:0"), None, &open));
        let urls: Vec<String> = servers.map(|server| format!("http://{server}/page")).collect();
        let mut arguments = vec!["--json", "--limit", "2", "--workers", "2"];
        arguments.extend(urls.iter().map(String::as_str));
        let ran = HTTP.run(approach, &arguments);
        assert_eq!(ran.json()["answer"]["pages"], 40, "{approach}: {}", ran.stderr);
        let most = open.most.load(Ordering::SeqCst);
        // Two in flight, two kept, and some that the server has not yet seen closed.
        assert!(most <= 20, "{approach} held {most} connections");
    }
}

const PAGE: &str = "This is the page.";

/// How many connections are open, in all servers of a test.
#[derive(Default)]
struct Open {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Starts a server on loopback that answers until the test ends.
fn serve(tls: Option<ServerConfig>) -> SocketAddr {
    serve_at("127.0.0.1:0", tls, &Arc::default())
}

/// Starts a server at this address, which counts its connections among those that are open.
fn serve_at(address: &str, tls: Option<ServerConfig>, open: &Arc<Open>) -> SocketAddr {
    let listener = TcpListener::bind(address).expect("a port can be bound");
    let address = listener.local_addr().expect("it has an address");
    let tls = tls.map(Arc::new);
    let open = open.clone();
    let memory = Arc::new(Memory::default());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (tls, memory, open) = (tls.clone(), memory.clone(), open.clone());
            thread::spawn(move || {
                let now = open.now.fetch_add(1, Ordering::SeqCst) + 1;
                open.most.fetch_max(now, Ordering::SeqCst);
                match tls {
                    None => converse(stream, &memory),
                    Some(tls) => {
                        let session = ServerConnection::new(tls);
                        let session = session.expect("the configuration is right");
                        converse(StreamOwned::new(session, stream), &memory);
                    }
                }
                open.now.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    address
}

/// What a server remembers of the requests that it had.
#[derive(Default)]
struct Memory {
    /// How often it was asked for a page that comes at the third attempt.
    busy: AtomicUsize,
    /// When it first asked for a pause.
    asked_for_a_pause: OnceLock<Instant>,
}

/// Answers the requests of one connection, until the client has enough of it.
fn converse(stream: impl Read + Write, memory: &Memory) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match stream.read_line(&mut head) {
                Ok(read) if read > 0 => {}
                _ => return,
            }
        }
        let path = head.split(' ').nth(1).unwrap_or_default();
        let says = |header: &str| head.to_lowercase().contains(header);
        let redirect =
            |to: &str| format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        let page = |status: &str| {
            format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{PAGE}", PAGE.len())
        };
        let answer = match path.split('/').collect::<Vec<_>>()[1..] {
            ["redirect", left] => {
                let left: usize = left.parse().expect("the test's own paths are right");
                redirect(&if left == 1 { "/page".into() } else { format!("{}", left - 1) })
            }
            ["busy"] if memory.busy.fetch_add(1, Ordering::Relaxed) < 2 => {
                page("503 Service Unavailable")
            }
            // us@er and pa ss, with a colon in between.
            ["secret"] if says("authorization: basic dxnazxi6cgegc3m=") => page("200 OK"),
            ["secret"] => page("401 Unauthorized"),
            ["elsewhere", port] => redirect(&format!("http://localhost:{port}/anonymous")),
            ["anonymous"] if says("authorization:") => page("403 Forbidden"),
            ["page" | "busy" | "anonymous"] | ["long", _] => page("200 OK"),
            ["pause", seconds] => {
                let asked = memory.asked_for_a_pause.get_or_init(Instant::now);
                let seconds: u64 = seconds.parse().expect("the test's own paths are right");
                if asked.elapsed() >= Duration::from_secs(seconds) {
                    page("200 OK")
                } else {
                    let head = format!("429 Too Many Requests\r\nRetry-After: {seconds}");
                    page(&head)
                }
            }
            ["head", length] => {
                let length: usize = length.parse().expect("the test's own paths are right");
                page(&format!("200 OK\r\nX-Padding: {}", "x".repeat(length)))
            }
            ["cut"] => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".into(),
            ["drop"] => String::new(),
            ["rubbish"] => "I do not speak HTTP, sorry.\r\n\r\n".into(),
            ["nowhere"] => redirect("mailto:nobody@localhost"),
            ["close"] => format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{PAGE}"),
            ["hang"] => {
                thread::park();
                return;
            }
            _ => page("404 Not Found"),
        };
        let sent =
            stream.get_mut().write_all(answer.as_bytes()).and_then(|()| stream.get_mut().flush());
        if sent.is_err() || matches!(path, "/cut" | "/drop" | "/rubbish" | "/close") {
            return;
        }
    }
}

/// A certificate authority that nobody trusts who doesn't have its file.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.self_signed(&key).expect("it can be signed");
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        std::fs::write(&file, certificate.pem()).expect("it can be written");
        Self { issuer: Issuer::new(params, key), file }
    }

    /// What a server needs to be `localhost`.
    fn server(&self) -> ServerConfig {
        let key = KeyPair::generate().expect("a key can be made");
        let params = CertificateParams::new(["localhost".into()]).expect("it is a host's name");
        let certificate = params.signed_by(&key, &self.issuer).expect("it can be signed");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("rcgen makes proper keys");
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring supports them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the key fits the certificate")
    }
}
