//! A PostgreSQL server of our own, for the tests and the benchmarks of the row: in a temporary
//! directory, on a port of its own, and stopped again. It needs nothing but PostgreSQL's programs.

use std::{
    env, fs,
    io::{Read, Seek},
    net::TcpListener,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use postgres::{Client, NoTls};
use tempfile::TempDir;

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

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let program = self.folder.join(program);
        let mut command = match self.user {
            None => Command::new(&program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
                command.arg("--clear-groups").arg(&program);
                command
            }
        };
        // A server that kept our stdout would keep whoever reads it waiting.
        let log = tempfile::tempfile()?;
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .status()
            .with_context(|| format!("cannot run {}", program.display()))?;
        if !status.success() {
            let mut text = String::new();
            let mut log = log;
            log.rewind()?;
            log.read_to_string(&mut text)?;
            bail!("{} {arguments:?}: {status}\n{text}", program.display());
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

/// A server of our own. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    port: u16,
    folder: TempDir,
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
        let server = Self { programs, port: free_port(), folder };
        let data = server.data();
        let arguments =
            ["-D", &data, "-U", "meanwhile", "--auth=trust", "--encoding=UTF8", "--no-locale"];
        server.programs.run("initdb", &arguments)?;
        server.resume()?;
        Ok(server)
    }

    /// Starts the server, after [`Self::stop`] or for the first time.
    ///
    /// # Errors
    /// What PostgreSQL's programs complain of.
    pub fn resume(&self) -> Result<()> {
        let data = self.data();
        let log = self.path("log");
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", self.port);
        self.programs.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-o", &options, "start"])
    }

    /// Has the server end at once, as if its machine had lost its power.
    ///
    /// # Panics
    /// It does not run.
    pub fn stop(&self) {
        let stopped =
            self.programs.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
        stopped.expect("a server that runs can be stopped");
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn path(&self, name: &str) -> String {
        let path: &Path = self.folder.path();
        path.join(name).to_str().expect("temporary folders have names in UTF-8").into()
    }

    /// What a program calls one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://meanwhile@127.0.0.1:{}/{database}", self.port)
    }

    /// A client of its own.
    ///
    /// # Panics
    /// The server does not run.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::connect(&self.url("postgres"), NoTls).expect("the server is there")
    }

    /// Has it do something.
    ///
    /// # Panics
    /// It does not.
    pub fn ask(&self, sql: &str) {
        self.client().batch_execute(sql).expect("the server does it");
    }

    /// The schemas that programs of this row have made.
    ///
    /// # Panics
    /// The server does not run.
    #[must_use]
    pub fn schemas(&self) -> Vec<String> {
        let sql = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'meanwhile%'";
        let rows = self.client().query(sql, &[]).expect("the server knows");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that nobody listens on.
///
/// # Panics
/// There is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}
