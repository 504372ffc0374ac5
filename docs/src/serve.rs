//! Shows a folder to a browser on this machine: just enough of HTTP for that (RFC 9112).

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    thread,
    time::Duration,
};

/// A browser opens connections ahead of time and may never use them.
const PATIENCE: Duration = Duration::from_secs(30);

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
    pub fn run(&self) -> ! {
        thread::scope(|scope| {
            loop {
                // A visitor who is gone again before being let in is none of the others' concern,
                // and neither is one who leaves before the answer is complete.
                let Ok((stream, _)) = self.listener.accept() else { continue };
                let answer = move || self.answer(&stream);
                // Without a thread to be had, the visitor is turned away and may come again.
                let _ = thread::Builder::new().spawn_scoped(scope, move || drop(answer()));
            }
        })
    }

    fn answer(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut lines = BufReader::new(stream).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        // What else a browser says makes no difference, but it has to be heard before it listens.
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let (status, kind, body) = self.response(&request);
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Cache-Control: no-cache\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        if !request.starts_with("HEAD ") {
            stream.write_all(&body)?;
        }
        stream.flush()
    }

    /// Status, type and content for the first line of a request.
    fn response(&self, request: &str) -> (&'static str, &'static str, Vec<u8>) {
        const TEXT: &str = "text/plain; charset=utf-8";
        let mut words = request.split(' ');
        let (Some("GET" | "HEAD"), Some(target)) = (words.next(), words.next()) else {
            return ("405 Method Not Allowed", TEXT, b"This server only shows pages.\n".into());
        };
        let file = path(target).map(|path| self.folder.join(path));
        let file = file.map(|file| if file.is_dir() { file.join("index.html") } else { file });
        match file.and_then(|file| Some((fs::read(&file).ok()?, kind(&file)))) {
            Some((body, kind)) => ("200 OK", kind, body),
            None => ("404 Not Found", TEXT, b"There is no such page.\n".into()),
        }
    }
}

/// The path within the folder that a request's target names; `None` if it leads out of it.
fn path(target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = PathBuf::from(decoded(path)?);
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

/// The text with `%20` and the like replaced by the bytes that they stand for.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// The type of a file's content, by its ending.
fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> (tempfile::TempDir, Server) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let book = folder.path().join("book");
        fs::create_dir_all(book.join("a b")).expect("folders can be made");
        fs::write(book.join("index.html"), "home").expect("a file can be written");
        fs::write(book.join("a b/index.html"), "inside").expect("a file can be written");
        fs::write(folder.path().join("secret"), "secret").expect("a file can be written");
        let server = Server::bind(book, 0).expect("the system has a port");
        (folder, server)
    }

    #[test]
    fn files_and_the_indexes_of_folders_are_shown() {
        let (_folder, server) = server();
        for (target, content) in [
            ("/", "home"),
            ("/index.html?a=b", "home"),
            ("/a%20b/", "inside"),
            ("/a%20b", "inside"),
        ] {
            let (status, kind, body) = server.response(&format!("GET {target} HTTP/1.1"));
            assert_eq!((status, body), ("200 OK", content.into()), "{target}");
            assert_eq!(kind, "text/html; charset=utf-8");
        }
    }

    #[test]
    fn nothing_outside_of_the_folder_is_shown() {
        let (_folder, server) = server();
        for target in [
            "/../secret",
            "/%2e%2e/secret",
            "/a%20b/../../secret",
            "//etc/hostname",
            "/%",
            "",
            "/%ff",
        ] {
            let (status, _, body) = server.response(&format!("GET {target} HTTP/1.1"));
            assert_eq!(status, "404 Not Found", "{target}: {}", String::from_utf8_lossy(&body));
        }
        assert_eq!(server.response("POST / HTTP/1.1").0, "405 Method Not Allowed");
        assert_eq!(server.response("").0, "405 Method Not Allowed");
    }

    #[test]
    fn a_request_is_answered_over_a_socket() {
        let (_folder, server) = server();
        let address = server.address().expect("it is bound");
        assert!(address.ip().is_loopback());
        thread::scope(|scope| {
            let visitor = scope.spawn(move || {
                let mut stream = TcpStream::connect(address)?;
                stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")?;
                io::read_to_string(stream)
            });
            let (stream, _) = server.listener.accept().expect("there is a visitor");
            server.answer(&stream).expect("the visitor listens");
            drop(stream);
            let answer = visitor.join().expect("no visitor panics").expect("it is text");
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            assert!(answer.ends_with("\r\n\r\nhome"), "{answer}");
        });
    }
}
