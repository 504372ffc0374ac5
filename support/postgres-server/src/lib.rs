//! A PostgreSQL server of one's own, for tests and benchmarks: in a temporary folder, on a port of
//! its own, and gone at the end. It needs nothing but PostgreSQL's programs.

use std::{
    env, fs,
    io::{Read, Seek},
    net::TcpListener,
    ops::Range,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Context, Result, bail, ensure};
pub use postgres::Client;
use postgres::NoTls;

/// The ports that a server may get. The system hands out none of them by itself, so nobody takes
/// one by chance before the server listens on it, or while it is stopped.
const PORTS: Range<u16> = 15_000..25_000;
/// How many connections a server takes: enough for tests that run side by side.
const CONNECTIONS: u16 = 200;

/// PostgreSQL's own programs, and as whom to run them.
#[derive(Debug)]
pub struct Programs {
    folder: PathBuf,
    /// PostgreSQL refuses to run as root, so root needs another user's numbers for it.
    user: Option<(u32, u32)>,
}

impl Programs {
    /// Finds them in Debian's folders or on the path.
    ///
    /// # Errors
    /// They are not there, or there is nobody as whom they would run.
    pub fn find() -> Result<Self> {
        let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .map(|version| version.path().join("bin"))
            .collect();
        // Debian keeps them apart by version; the newest is tried first.
        folders.sort();
        folders.reverse();
        folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
        let folder = folders.into_iter().find(|folder| {
            ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
        });
        let folder =
            folder.context("PostgreSQL is not installed: there are no initdb and pg_ctl")?;
        let root = fs::metadata("/proc/self").context("nobody knows who runs this")?.uid() == 0;
        let user = if root { Some(other_user()?) } else { None };
        Ok(Self { folder, user })
    }

    /// A command that runs one of them.
    fn command(&self, program: &str) -> Command {
        let program = self.folder.join(program);
        let Some((user, group)) = self.user else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
        command.arg("--clear-groups").arg(program);
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        // A server that kept our stdout would keep whoever reads it waiting.
        let mut log = tempfile::tempfile()?;
        let status = self
            .command(program)
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .status()
            .with_context(|| format!("cannot run {program}"))?;
        if !status.success() {
            let mut text = String::new();
            log.rewind()?;
            log.read_to_string(&mut text)?;
            bail!("{program} {arguments:?}: {status}\n{text}");
        }
        Ok(())
    }
}

/// The numbers of a user without rights, and of their group.
fn other_user() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").context("nobody knows what users there are")?;
    let numbers = |name: &str| {
        let mut fields =
            users.lines().find(|line| line.starts_with(&format!("{name}:")))?.split(':');
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ensure!(
        Command::new("setpriv").arg("--version").output().is_ok(),
        "this is root, and there is no setpriv"
    );
    numbers("postgres").or_else(|| numbers("nobody")).context("there is no user but root")
}

/// A server of one's own. It is stopped, and its folder removed, when this is dropped or the process
/// ends, however it ends.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    port: u16,
    folder: PathBuf,
    _guard: Guard,
}

impl Server {
    /// Makes a database cluster and starts its server.
    ///
    /// # Errors
    /// What PostgreSQL's programs complain of.
    pub fn start(programs: Programs) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("meanwhile-postgresql-").tempdir()?;
        if let Some((user, group)) = programs.user {
            chown(folder.path(), Some(user), Some(group))?;
        }
        // From here on the guard removes it, also if the rest fails.
        let guard = Guard::of(&programs, folder.path())?;
        let mut server = Self { programs, port: 0, folder: folder.keep(), _guard: guard };
        let data = server.data();
        let arguments =
            ["-D", &data, "-U", "meanwhile", "--auth=trust", "--encoding=UTF8", "--no-locale"];
        server.programs.run("initdb", &arguments)?;
        server.port = free_port()?;
        server.resume()?;
        Ok(server)
    }

    /// Starts the server again, on the same port as before.
    ///
    /// # Errors
    /// What PostgreSQL's programs complain of.
    pub fn resume(&self) -> Result<()> {
        let (data, log) = (self.data(), text(&self.folder.join("log")));
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
             -c max_connections={CONNECTIONS}",
            self.port
        );
        self.programs.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-o", &options, "start"])
    }

    /// Has the server end at once, as if its machine had lost its power.
    ///
    /// # Errors
    /// It does not run.
    pub fn stop(&self) -> Result<()> {
        let data = self.data();
        self.programs.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"])
    }

    fn data(&self) -> String {
        data(&self.folder)
    }

    /// What a program calls one of its databases, of which there is `postgres` from the start. Its
    /// owner, `meanwhile`, may do everything.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://meanwhile@127.0.0.1:{}/{database}", self.port)
    }

    /// The port on 127.0.0.1 that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A connection to one of its databases.
    ///
    /// # Panics
    /// The server does not run, or has no such database.
    #[must_use]
    pub fn client(&self, database: &str) -> Client {
        Client::connect(&self.url(database), NoTls).expect("the server is there")
    }
}

/// A process that outlives this one for a moment, to stop the server and to remove its folder: a
/// `static` is never dropped, nor is anything if Ctrl-C ends a process.
#[derive(Debug)]
struct Guard(Child);

impl Guard {
    /// Watches over the server in this folder.
    fn of(programs: &Programs, folder: &Path) -> Result<Self> {
        // Its stdin ends when this process does. Then it runs what the other arguments say.
        let script = r#"cat >/dev/null; "$@"; rm -rf -- "$0""#;
        let stop = programs.command("pg_ctl");
        let guard = Command::new("sh")
            .args(["-c", script])
            .arg(folder)
            .arg(stop.get_program())
            .args(stop.get_args())
            .args(["-D", &data(folder), "-m", "immediate", "stop"])
            .current_dir("/")
            // A terminal's Ctrl-C goes to all processes of its group, and this one must go on.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        guard.map(Self).context("cannot run sh")
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // If it cannot be waited for, it has ended already.
        let _ = self.0.wait();
    }
}

/// Where the server in this folder has its databases.
fn data(folder: &Path) -> String {
    text(&folder.join("data"))
}

fn text(path: &Path) -> String {
    path.to_str().expect("temporary folders have names in UTF-8").into()
}

/// A port that nobody listens on.
fn free_port() -> Result<u16> {
    // Servers of one process never ask for the same one, those of two processes hardly ever do.
    static ASKED: AtomicU16 = AtomicU16::new(0);
    for _ in PORTS {
        let turn = u32::from(ASKED.fetch_add(1, Ordering::Relaxed));
        let place =
            process::id().wrapping_mul(16).wrapping_add(turn) % u32::from(PORTS.end - PORTS.start);
        let port = PORTS.start + u16::try_from(place).expect("it is less than the number of ports");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free")
}
