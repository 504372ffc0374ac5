//! The child process of the test: `child PORT NUMBER KIND`.
//!
//! It tells the test that it is alive and waits until it may end. Then it prints its number, or
//! fails, or crashes, or prints a lot.

use std::{
    env,
    error::Error,
    io::Read,
    net::{Ipv4Addr, TcpStream},
    process,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port, number, kind] = &arguments[..] else {
        return Err("usage: child PORT NUMBER KIND".into());
    };
    // The test lets it go by closing the connection.
    let mut test = TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse()?))?;
    test.read_to_end(&mut Vec::new())?;
    match &**kind {
        "well" => print!("child {number}"),
        "fails" => process::exit(3),
        "crashes" => process::abort(),
        "prints" => print!("{}", "x".repeat(1_000_000)),
        kind => return Err(format!("there is no child that {kind}").into()),
    }
    Ok(())
}
