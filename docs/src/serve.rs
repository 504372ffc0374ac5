//! Shows a folder to a browser on this machine.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    time::Duration,
};

use hyper::{
    Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{runtime, time};
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeader,
};

/// A folder that can be visited at a port of 127.0.0.1, and from this machine only.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    folder: PathBuf,
}

impl Server {
    /// Takes the port, or one that the system picks if it is 0. Nobody is answered before
    /// [`run`](Self::run).
    ///
    /// # Errors
    /// The port is taken, or not ours to take.
    pub fn bind(folder: impl Into<PathBuf>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, folder: folder.into() })
    }

    /// Where it can be visited.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers for as long as the program runs.
    ///
    /// # Errors
    /// It cannot begin.
    pub fn run(self) -> io::Result<()> {
        runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.answer())
    }

    async fn answer(self) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let missing = ServeFile::new(self.folder.join("404.html"));
        let pages = ServeDir::new(self.folder).not_found_service(missing);
        let pages = SetResponseHeader::overriding(pages, CACHE_CONTROL, freshness);
        let pages = TowerToHyperService::new(pages);
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // The visitor is gone again, or no file can be opened: the next may have more luck.
                time::sleep(Duration::from_millis(5)).await;
                continue;
            };
            let answers =
                http1::Builder::new().serve_connection(TokioIo::new(stream), pages.clone());
            // A visitor who leaves before the answer is complete is none of the others' concern.
            tokio::spawn(answers);
        }
    }
}

/// How long a browser may show a file without asking again. Who builds the book anew wants to see
/// it, but mdBook puts a hash of what is in a style, a script or a font into its name.
fn freshness<B>(response: &Response<B>) -> Option<HeaderValue> {
    let kind = response.headers().get(CONTENT_TYPE)?;
    let hashed = ["text/css", "text/javascript", "font/woff2"].iter().any(|hashed| kind == hashed);
    Some(HeaderValue::from_static(if hashed { "max-age=3600" } else { "no-cache" }))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Read, Write},
        net::TcpStream,
        thread,
    };

    use super::*;

    /// A folder with a book and something beside it, and the address at which the book is served.
    fn serve() -> (tempfile::TempDir, SocketAddr) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let book = folder.path().join("book");
        fs::create_dir_all(book.join("a b")).expect("folders can be made");
        fs::write(book.join("index.html"), "home").expect("a file can be written");
        fs::write(book.join("a b/index.html"), "inside").expect("a file can be written");
        fs::write(book.join("book-609e4cb8.js"), "script").expect("a file can be written");
        fs::write(book.join("404.html"), "missing").expect("a file can be written");
        fs::write(folder.path().join("secret"), "secret").expect("a file can be written");
        let server = Server::bind(book, 0).expect("the system has a port");
        let address = server.address().expect("it is bound");
        // It is still answering when the test ends, and ends with it.
        thread::spawn(move || server.run());
        (folder, address)
    }

    /// The answer to a request with that first line, sent as it is: a client of a library's would
    /// mend some of them.
    fn answer(address: SocketAddr, request: &str) -> String {
        let mut answer = String::new();
        TcpStream::connect(address)
            .and_then(|mut stream| {
                write!(stream, "{request} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
                stream.read_to_string(&mut answer)
            })
            .expect("the server listens and answers in text");
        answer
    }

    #[test]
    fn files_and_the_indexes_of_folders_are_shown() {
        let (_folder, address) = serve();
        assert!(address.ip().is_loopback());
        for (target, content) in [
            ("/", "home"),
            ("/index.html", "home"),
            ("/index.html?a=b", "home"),
            ("/a%20b/", "inside"),
            ("/a%20b/index.html", "inside"),
        ] {
            let answer = answer(address, &format!("GET {target}"));
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{target}: {answer}");
            assert!(answer.contains("content-type: text/html"), "{target}: {answer}");
            assert!(answer.contains("cache-control: no-cache"), "{target}: {answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{content}")), "{target}: {answer}");
        }
        let script = answer(address, "GET /book-609e4cb8.js");
        assert!(script.contains("content-type: text/javascript"), "{script}");
        assert!(script.contains("cache-control: max-age=3600"), "{script}");
        let without_slash = answer(address, "GET /a%20b");
        assert!(without_slash.contains("location: /a%20b/\r\n"), "{without_slash}");
        let head = answer(address, "HEAD /");
        assert!(head.contains("content-length: 4\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    }

    #[test]
    fn nothing_outside_of_the_folder_is_shown() {
        let (_folder, address) = serve();
        for (request, status) in [
            ("GET /../secret", "404 Not Found"),
            ("GET /%2e%2e/secret", "404 Not Found"),
            ("GET /a%20b/../../secret", "404 Not Found"),
            ("GET /..%2fsecret", "404 Not Found"),
            ("GET //etc/hostname", "404 Not Found"),
            ("GET /%", "404 Not Found"),
            ("GET /%ff", "404 Not Found"),
            ("GET /nothing", "404 Not Found"),
            ("POST /", "405 Method Not Allowed"),
            ("", "400 Bad Request"),
        ] {
            let answer = answer(address, request);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}: {answer}");
            assert_eq!(answer.ends_with("\r\n\r\nmissing"), status.starts_with("404"), "{answer}");
        }
    }
}
