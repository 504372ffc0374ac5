//! Where the processes are: timely's hostfile, whose first lines are their addresses in order.

use std::{fs, net::Ipv6Addr, path::Path};

use anyhow::{Context, Result, ensure};
use harness::words::plural;

/// The port of process 0 where there is no hostfile, as timely has it.
const FIRST_PORT: u16 = 2101;

/// Reads the addresses of this many processes. What comes after them is not looked at.
pub(crate) fn read(file: &Path, processes: usize) -> Result<Vec<String>> {
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let addresses: Vec<String> = text.lines().take(processes).map(|s| s.trim().into()).collect();
    ensure!(
        addresses.len() == processes,
        "{shown} has {}, too few for {processes} processes",
        plural(addresses.len(), "line")
    );
    for (index, address) in addresses.iter().enumerate() {
        let line = index + 1;
        ensure!(
            is_address(address),
            "{shown}, line {line}: {address:?} is no address of the form host:port"
        );
        if let Some(before) = addresses[..index].iter().position(|other| other == address) {
            let before = before + 1;
            anyhow::bail!(
                "{shown}, line {line}: {address} is the address in line {before} already"
            );
        }
    }
    Ok(addresses)
}

/// The addresses of processes on this machine alone.
pub(crate) fn local(processes: usize) -> Result<Vec<String>> {
    let most = usize::from(u16::MAX - FIRST_PORT) + 1;
    ensure!(processes <= most, "there are no ports for {processes} processes on one machine");
    Ok((usize::from(FIRST_PORT)..)
        .take(processes)
        .map(|port| format!("localhost:{port}"))
        .collect())
}

/// Whether this may be the address of a host. An address of IPv6 has its colons in brackets.
fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = bare.map_or_else(
        || !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)),
        |bare| bare.parse::<Ipv6Addr>().is_ok(),
    );
    is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read_text(text: &str, processes: usize) -> Result<Vec<String>, String> {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        file.write_all(text.as_bytes()).expect("it can be written");
        let name = file.path().display().to_string();
        read(file.path(), processes).map_err(|error| format!("{error:#}").replace(&name, "FILE"))
    }

    #[test]
    fn the_first_lines_are_the_addresses() {
        let text = "one:1\n two.example:65535 \n[::1]:3\n# whatever\n";
        let addresses = ["one:1", "two.example:65535", "[::1]:3"].map(String::from);
        assert_eq!(read_text(text, 3), Ok(addresses.to_vec()));
        assert_eq!(read_text(text, 1), Ok(addresses[..1].to_vec()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, complaint) in [
            ("one:1\n", "FILE has 1 line, too few for 2 processes"),
            ("one:1\n\n", "FILE, line 2: \"\" is no address of the form host:port"),
            ("one\ntwo:2", "FILE, line 1: \"one\" is no address of the form host:port"),
            ("one:1\ntwo:0", "FILE, line 2: \"two:0\" is no address of the form host:port"),
            ("one:1\n:2", "FILE, line 2: \":2\" is no address of the form host:port"),
            ("one:1\nt o:2", "FILE, line 2: \"t o:2\" is no address of the form host:port"),
            ("::1:1\ntwo:2", "FILE, line 1: \"::1:1\" is no address of the form host:port"),
            ("one:65536\n", "FILE has 1 line, too few for 2 processes"),
            ("one:65536\ntwo:2", "FILE, line 1: \"one:65536\" is no address of the form host:port"),
            ("one:1\none:1", "FILE, line 2: one:1 is the address in line 1 already"),
        ] {
            assert_eq!(read_text(text, 2), Err(complaint.into()), "{text:?}");
        }
        let error = read(Path::new("/nonexistent/hosts"), 1).expect_err("there is no such file");
        assert!(error.to_string().contains("/nonexistent/hosts"), "{error}");
    }

    #[test]
    fn without_a_file_the_hosts_are_this_one() {
        let addresses = local(2).expect("there are enough ports");
        assert_eq!(addresses, ["localhost:2101", "localhost:2102"]);
        assert!(local(65_535).is_err());
    }
}
