//! Hosts for programs that work on several machines: this one, with a port for each process, or
//! network namespaces that have addresses of their own. Linux only.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use tempfile::TempDir;

use crate::family::Family;

/// Some hosts, and a hostfile with the address of a process on each.
#[derive(Debug)]
pub(crate) struct Hosts {
    addresses: Vec<String>,
    /// Empty if this machine is all the hosts.
    network: Option<Network>,
    folder: TempDir,
}

impl Hosts {
    /// This machine, with a free port for each of so many processes.
    pub(crate) fn local(number: usize) -> Self {
        // An address of the loopback device that nobody else uses, so that nobody takes a port
        // between now and then. (No process has a number beyond 2^22.)
        let [_, a, b, c] = process::id().to_be_bytes();
        let own = Ipv4Addr::new(127, 64 + a, b, c);
        let listen = |_| TcpListener::bind((own, 0)).expect("a port is free");
        // All at once, so that they differ.
        let listeners: Vec<TcpListener> = (0..number).map(listen).collect();
        let address = |listener: &TcpListener| listener.local_addr().expect("it has an address");
        Self::at(listeners.iter().map(|listener| address(listener).to_string()).collect(), None)
    }

    /// So many network namespaces that are connected with each other and with nothing else. They
    /// are removed when this is dropped.
    ///
    /// # Errors
    /// This machine does not permit it, or has no `ip`, and which it is.
    pub(crate) fn apart(number: usize) -> Result<Self, String> {
        let network = Network::new(number)?;
        let addresses = (0..number).map(|host| format!("{}:2101", address(host)));
        Ok(Self::at(addresses.collect(), Some(network)))
    }

    /// Why there can be no hosts [apart](Self::apart), if so. It is tried once.
    pub(crate) fn cannot_be_apart() -> Option<String> {
        static REASON: LazyLock<Option<String>> = LazyLock::new(|| Hosts::apart(1).err());
        REASON.clone()
    }

    fn at(addresses: Vec<String>, network: Option<Network>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let hosts = Self { addresses, network, folder };
        fs::write(hosts.file(), hosts.addresses.join("\n")).expect("the hostfile can be written");
        hosts
    }

    /// The hostfile.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("hosts")
    }

    /// The address of each process.
    pub(crate) fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// A command that runs one of the processes that do a job together, on its host.
    pub(crate) fn command(&self, program: &Path, process: usize, arguments: &[&str]) -> Command {
        let mut command = match &self.network {
            None => Command::new(program),
            // This becomes the program itself, with the same process number.
            Some(network) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", &network.host(process)]).arg(program);
                command
            }
        };
        let (processes, process) = (self.addresses.len().to_string(), process.to_string());
        command.args(["--processes", &processes, "--process", &process]);
        command.arg("--hostfile").arg(self.file()).args(arguments).stdin(Stdio::null());
        command
    }

    /// Starts one of the processes that do a job together, on its host.
    pub(crate) fn start(&self, program: &Path, process: usize, arguments: &[&str]) -> Family {
        Family::spawn(&mut self.command(program, process, arguments))
    }

    /// Pulls the cable of a host: from then on nothing arrives from there, not even that it is gone.
    pub(crate) fn cut_off(&self, host: usize) {
        let network = self.network.as_ref().expect("only hosts apart have cables");
        let pulled = ip(&["-n", &network.hub(), "link", "set", &port(host), "down"]);
        pulled.expect("who can make a connection can cut it");
    }
}

/// Network namespaces, and one more that connects them.
#[derive(Debug)]
struct Network {
    name: String,
    hosts: usize,
}

impl Network {
    fn new(hosts: usize) -> Result<Self, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        clear_away();
        let name = format!("{PREFIX}{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // From here on, whatever was made is removed also if the rest fails.
        let network = Self { name, hosts };
        let hub = network.hub();
        ip(&["netns", "add", &hub])?;
        ip(&["-n", &hub, "link", "add", "hub", "type", "bridge"])?;
        ip(&["-n", &hub, "link", "set", "hub", "up"])?;
        for index in 0..hosts {
            let (host, port) = (network.host(index), port(index));
            ip(&["netns", "add", &host])?;
            // A cable with two ends: one in the host, one in the hub.
            ip(&[
                "-n", &hub, "link", "add", &port, "type", "veth", "peer", "name", "eth0", "netns",
                &host,
            ])?;
            ip(&["-n", &hub, "link", "set", &port, "master", "hub", "up"])?;
            let address = format!("{}/24", address(index));
            ip(&["-n", &host, "address", "add", &address, "dev", "eth0"])?;
            ip(&["-n", &host, "link", "set", "eth0", "up"])?;
        }
        Ok(network)
    }

    fn hub(&self) -> String {
        format!("{}-hub", self.name)
    }

    fn host(&self, index: usize) -> String {
        format!("{}-{index}", self.name)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // Those that were not made cannot be removed, which is all right.
        for index in 0..self.hosts {
            let _ = ip(&["netns", "delete", &self.host(index)]);
        }
        let _ = ip(&["netns", "delete", &self.hub()]);
    }
}

/// How the names of all namespaces begin. The number of the process that made them follows.
const PREFIX: &str = "meanwhile-";

/// Removes what a test has left behind that was killed.
fn clear_away() {
    for entry in fs::read_dir("/run/netns").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            // Another test may be doing the same.
            let _ = ip(&["netns", "delete", &name]);
        }
    }
}

/// The address of a host.
fn address(host: usize) -> String {
    format!("10.77.0.{}", host + 1)
}

/// The hub's end of a host's cable.
fn port(host: usize) -> String {
    format!("port{host}")
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(arguments).output();
    let output = output.map_err(|error| format!("there is no `ip` (of iproute2): {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("`ip {}` failed: {}", arguments.join(" "), complaint.trim()))
}
