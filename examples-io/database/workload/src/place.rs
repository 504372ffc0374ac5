//! Where the accounts are: in an SQLite file, or on a PostgreSQL server.

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use postgres::config::{Config, Host, SslMode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fault::chain;

/// A database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// SQLite, embedded: this file.
    #[serde(serialize_with = "send_path", deserialize_with = "receive_path")]
    Sqlite(PathBuf),
    /// PostgreSQL, on a server.
    Postgres(Server),
}

/// Serde sends a path only if it is UTF-8; this sends any name that the system allows.
fn send_path<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    path.as_os_str().serialize(to)
}

fn receive_path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    OsString::deserialize(from).map(PathBuf::from)
}

/// A PostgreSQL server, with the database and the user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Server {
    /// All of it, as the user wrote it, password included.
    pub(crate) url: String,
    /// The server's name or address.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
}

impl Place {
    /// Its name, for people.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

impl fmt::Debug for Server {
    /// The URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL at {}:{}", self.host, self.port)
    }
}

impl fmt::Display for Place {
    /// Its name, without the password that a URL may hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "SQLite's file {}", file.display()),
            Self::Postgres(server) => write!(f, "{server:?}"),
        }
    }
}

/// Reads a database's URL.
pub(crate) fn place(url: &str) -> Result<Place, String> {
    if let Some(file) = url.strip_prefix("sqlite:") {
        // Many people write it like a real URL, with an empty host.
        let file = file.strip_prefix("//").unwrap_or(file);
        if file.is_empty() || file.starts_with(':') {
            return Err("it names no file".into());
        }
        return Ok(Place::Sqlite(file.into()));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return server(url).map(Place::Postgres);
    }
    Err("it begins neither with sqlite: nor with postgres://".into())
}

fn server(url: &str) -> Result<Server, String> {
    let config: Config = url.parse().map_err(|error| chain(&error))?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err("these examples speak no TLS to PostgreSQL; sslmode=disable would do".into());
    }
    let [Host::Tcp(host)] = config.get_hosts() else {
        return Err("it does not name one host, which is reached over TCP".into());
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    Ok(Server { url: url.into(), host: host.clone(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_written_in_three_ways() {
        for (url, file) in
            [("sqlite:a.db", "a.db"), ("sqlite:/tmp/a", "/tmp/a"), ("sqlite:///tmp/a", "/tmp/a")]
        {
            assert_eq!(place(url), Ok(Place::Sqlite(file.into())));
        }
    }

    #[test]
    fn a_server_has_one_host_and_the_usual_port() {
        let place = |url| match place(url) {
            Ok(Place::Postgres(server)) => (server.host, server.port),
            other => panic!("{url} is {other:?}"),
        };
        assert_eq!(place("postgres://user@localhost/name"), ("localhost".into(), 5432));
        let url = "postgresql://user:password@127.0.0.1:5433/name?sslmode=prefer";
        assert_eq!(place(url), ("127.0.0.1".into(), 5433));
    }

    #[test]
    fn what_is_no_database_is_refused_with_the_reason() {
        for (url, reason) in [
            ("mysql://localhost/", "begins neither"),
            ("sqlite:", "names no file"),
            ("sqlite::memory:", "names no file"),
            ("postgres://user@localhost/name?sslmode=require", "no TLS"),
            ("postgres://user@localhost/name?sslmode=perhaps", "sslmode"),
            ("postgres://user@a,b/name", "one host"),
            ("postgres:///name?host=/var/run/postgresql", "one host"),
            ("postgres:///name", "one host"),
            ("postgres://localhost:port/", "port"),
        ] {
            let refused = place(url).expect_err(url);
            assert!(refused.contains(reason), "{url}: {refused}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_any_name_reaches_a_worker() {
        use std::os::unix::ffi::OsStrExt;

        let name = Path::new(std::ffi::OsStr::from_bytes(b"/tmp/a\xff"));
        let place = Place::Sqlite(name.into());
        let text = serde_json::to_string(&place).expect("any name can be sent");
        assert_eq!(serde_json::from_str::<Place>(&text).expect("it can be read"), place);
    }
}
