//! The cells for several machines, in several processes: on this one, and on hosts with addresses
//! of their own.

use std::fs;

use serde_json::Value;

use crate::{
    cells::Cells,
    family::{Family, Ran},
    hosts::Hosts,
    patience::wait_until,
    suite::{Pace, Test},
};

/// A test that needs hosts with addresses of their own. It is ignored where the machine does not
/// permit them.
pub(super) fn on_hosts_apart(name: &str, test: fn()) -> Test {
    Test::new(name, Pace::Shared, test).unless(Hosts::cannot_be_apart())
}

/// So many hosts with addresses of their own.
pub(super) fn hosts_apart(number: usize) -> Hosts {
    Hosts::apart(number).expect("without them the test is ignored")
}

/// Starts one of the processes.
pub(super) fn start(cells: &Cells, hosts: &Hosts, process: usize, arguments: &[&str]) -> Family {
    hosts.start(cells.program("timely"), process, arguments)
}

/// Starts a process on every host.
fn start_all(cells: &Cells, hosts: &Hosts, arguments: &[&str]) -> Vec<Family> {
    let processes = 0..hosts.addresses().len();
    processes.map(|process| start(cells, hosts, process, arguments)).collect()
}

/// Starts a process on every host, and waits until all of them compute.
pub(super) fn all_computing(cells: &Cells, hosts: &Hosts, arguments: &[&str]) -> Vec<Family> {
    let mut families = start_all(cells, hosts, arguments);
    families.iter_mut().for_each(wait_until_it_computes);
    families
}

/// Waits until a process has found all others and has begun with its part.
pub(super) fn wait_until_it_computes(family: &mut Family) {
    family.wait_for_thread("timely:work");
}

/// Waits until a process listens at its address, which it does before it calls the others.
pub(super) fn wait_until_it_listens(family: &mut Family, address: &str) {
    let (_, port) = address.rsplit_once(':').expect("an address has a port");
    let port: u16 = port.parse().expect("it is a number");
    // The local address ends with the port in hexadecimal digits, and 0A stands for listening.
    let (port, sockets) =
        (format!(":{port:04X}"), format!("/proc/{}/net/tcp", family.parent().id()));
    wait_until(&format!("somebody listens at {address}"), || {
        let sockets = fs::read_to_string(&sockets).expect("the process is ours, and waits");
        sockets.lines().any(|socket| {
            let fields: Vec<&str> = socket.split_whitespace().collect();
            fields[1].ends_with(&port) && fields[3] == "0A"
        })
    });
}

/// Has a process on every host do its part, and returns what the first of them reports. The others
/// end well and say nothing.
pub(super) fn report_of(cells: &Cells, hosts: &Hosts, arguments: &[&str], status: i32) -> Value {
    let arguments = [&["--json"], arguments].concat();
    let families = start_all(cells, hosts, &arguments);
    let rans: Vec<Ran> = families.into_iter().map(Family::end).collect();
    assert_eq!(rans[0].status, Some(status), "{}", rans[0].stderr);
    rans[1..].iter().for_each(ended_quietly);
    rans[0].json()
}

/// Checks that a process which does not report has ended well.
pub(super) fn ended_quietly(ran: &Ran) {
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(0), "", ""));
}

/// Starts each process alone, and checks that it names the other one that it waited for in vain.
pub(super) fn missing_process_is_named(
    cells: &Cells,
    hosts: &Hosts,
    arguments: &[&str],
    each_and_whom_it_misses: &[(usize, usize)],
) {
    let arguments = [arguments, &["--patience", "300ms"]].concat();
    for &(process, missing) in each_and_whom_it_misses {
        let ran = start(cells, hosts, process, &arguments).end();
        let address = &hosts.addresses()[missing];
        ran.refused(1, &format!("process {missing} ({address}) was not there within 300ms"));
    }
}
