//! How the processes find each other: everyone calls those with smaller numbers, and listens for
//! those with larger ones. Before anything else the two tell each other what they are about to do.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpListener, TcpStream, ToSocketAddrs},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use socket2::{SockRef, TcpKeepalive};

/// How a conversation begins, so that nobody else is taken for one of us.
const MAGIC: [u8; 8] = *b"meanwhl2";
/// How long to wait before calling again somebody who was not there.
const PAUSE: Duration = Duration::from_millis(50);
/// How long one attempt to call may take, as an address of several hosts may have one that is down.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long somebody who has connected may take to say who they are.
const INTRODUCTION: Duration = Duration::from_secs(2);
/// A host that does not answer for so long is lost. It is the kernel of that host that answers, so
/// a busy process is not taken for a lost one.
const SILENCE: Duration = Duration::from_secs(10);

/// What a process tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    /// Its number.
    pub(crate) process: u64,
    /// How many processes it expects.
    pub(crate) processes: u64,
    /// How many workers it has.
    pub(crate) workers: u64,
    /// What stands for its job and its input.
    pub(crate) job: u64,
}

impl Hello {
    const LEN: usize = MAGIC.len() + 4 * size_of::<u64>();

    fn send(self, mut to: impl Write) -> io::Result<()> {
        let mut bytes = Vec::from(MAGIC);
        for number in [self.process, self.processes, self.workers, self.job] {
            bytes.extend(number.to_be_bytes());
        }
        to.write_all(&bytes)
    }

    /// Reads what another process tells of itself; `None` if it is none of us who speaks.
    fn receive(mut from: impl Read) -> io::Result<Option<Self>> {
        let mut bytes = [0; Self::LEN];
        // Who is none of us may say less than that, and wait for an answer.
        from.read_exact(&mut bytes[..MAGIC.len()])?;
        if bytes[..MAGIC.len()] != MAGIC {
            return Ok(None);
        }
        from.read_exact(&mut bytes[MAGIC.len()..])?;
        let mut numbers =
            bytes[MAGIC.len()..].as_chunks().0.iter().copied().map(u64::from_be_bytes);
        let mut next = || numbers.next().expect("there are four");
        Ok(Some(Self { process: next(), processes: next(), workers: next(), job: next() }))
    }

    /// Checks that another process is about to do the same.
    fn check(self, other: Self) -> Result<()> {
        let process = other.process;
        ensure!(
            other.processes == self.processes,
            "process {process} was started with --processes {}, and this one with {}",
            other.processes,
            self.processes
        );
        ensure!(
            other.workers == self.workers,
            "process {process} was started with {} workers, and this one with {}",
            other.workers,
            self.workers
        );
        ensure!(
            other.job == self.job,
            "process {process} was started on another input than this one"
        );
        Ok(())
    }
}

/// Connects process `own` to all others, by their numbers.
pub(crate) fn to_all(
    addresses: &[String],
    own: usize,
    hello: Hello,
    patience: Duration,
) -> Result<Vec<Option<TcpStream>>> {
    let until = Deadline { at: Instant::now() + patience, patience };
    // Whoever calls early finds somebody who listens, if not yet somebody who answers.
    let address = &addresses[own];
    let listener =
        TcpListener::bind(address).with_context(|| format!("cannot listen at {address}"))?;
    let mut streams = Vec::new();
    for (process, address) in addresses[..own].iter().enumerate() {
        streams.push(Some(call(process, address, hello, until)?));
    }
    // Process 0 calls nobody and answers everybody, so process 1 is done with calling at some time,
    // and answers everybody, and so on: they cannot wait for each other in a circle.
    streams.resize_with(addresses.len(), || None);
    listen(&listener, addresses, own, hello, until, &mut streams)?;
    for stream in streams.iter().flatten() {
        make_ready(stream).context("cannot set up a connection")?;
    }
    Ok(streams)
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    patience: Duration,
}

impl Deadline {
    /// The time that is left, and never none, which sockets take for no limit at all.
    fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
    }

    fn has_passed(self) -> bool {
        Instant::now() >= self.at
    }

    fn shown(self) -> String {
        harness::duration::write(self.patience)
    }
}

/// Calls a process until it answers.
fn call(process: usize, address: &str, hello: Hello, until: Deadline) -> Result<TcpStream> {
    loop {
        let error = match introduce(address, hello, until) {
            Ok((stream, Some(other))) => {
                ensure!(
                    other.process == process as u64,
                    "at {address} is process {}, not {process}: are the hostfiles equal?",
                    other.process
                );
                hello.check(other)?;
                return Ok(stream);
            }
            Ok((_, None)) => bail!("at {address} is something else than process {process}"),
            Err(error) => error,
        };
        if until.has_passed() {
            let patience = until.shown();
            return Err(error).with_context(|| {
                format!("process {process} ({address}) was not there within {patience}")
            });
        }
        thread::sleep(PAUSE.min(until.left()));
    }
}

/// Connects, says hello, and waits for the answer.
fn introduce(
    address: &str,
    hello: Hello,
    until: Deadline,
) -> io::Result<(TcpStream, Option<Hello>)> {
    let mut last = io::Error::new(ErrorKind::NotFound, "it has no address");
    for socket in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&socket, until.left().min(ATTEMPT)) {
            Ok(stream) => {
                hello.send(&stream)?;
                // It answers as soon as it has found those that it has to call itself.
                let other = Hello::receive(ReadUntil { stream: &stream, until: until.at })?;
                return Ok((stream, other));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Waits until all processes with larger numbers have called.
fn listen(
    listener: &TcpListener,
    addresses: &[String],
    own: usize,
    hello: Hello,
    until: Deadline,
    streams: &mut [Option<TcpStream>],
) -> Result<()> {
    listener.set_nonblocking(true)?;
    while let Some(missing) = (own + 1..addresses.len()).find(|&other| streams[other].is_none()) {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(_) if until.has_passed() => bail!(
                "process {missing} ({}) was not there within {}",
                addresses[missing],
                until.shown()
            ),
            // Nobody has called, or whoever did has hung up already.
            Err(_) => {
                thread::sleep(PAUSE.min(until.left()));
                continue;
            }
        };
        // Who does not say a proper hello is none of us, and no reason to stop.
        let Ok(Some(other)) = greet(&stream, hello, until) else { continue };
        hello.check(other)?;
        let place = usize::try_from(other.process).ok().filter(|place| *place > own);
        match place.and_then(|place| streams.get_mut(place)) {
            Some(place @ None) => *place = Some(stream),
            _ => bail!("there are two processes {}", other.process),
        }
    }
    Ok(())
}

/// Hears who has called, and answers.
fn greet(stream: &TcpStream, hello: Hello, until: Deadline) -> io::Result<Option<Hello>> {
    stream.set_nonblocking(false)?;
    let until = until.at.min(Instant::now() + INTRODUCTION);
    let other = Hello::receive(ReadUntil { stream, until })?;
    if other.is_some() {
        // It hears it also if the two do not agree, so that both can say why.
        hello.send(stream)?;
    }
    Ok(other)
}

/// Reads until a moment, and not beyond. A socket's own timeout begins anew with each read, so
/// somebody who sends a byte now and then would never exceed it.
struct ReadUntil<'a> {
    stream: &'a TcpStream,
    until: Instant,
}

impl Read for ReadUntil<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

/// Makes a connection what timely expects, and one that notices if the other host is lost. A
/// process that dies closes its connections; a host that is switched off does not.
fn make_ready(stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(None)?;
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    // When nothing is under way, ask from time to time whether the host is still there.
    let keepalive =
        TcpKeepalive::new().with_time(SILENCE * 2 / 5).with_interval(SILENCE / 5).with_retries(3);
    socket.set_tcp_keepalive(&keepalive)?;
    // When something is, it must not remain without an acknowledgement.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(SILENCE))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn hello(process: u64) -> Hello {
        Hello { process, processes: 3, workers: 2, job: 7 }
    }

    /// Addresses that were free a moment ago.
    fn addresses(number: usize) -> Vec<String> {
        let listen = |_| TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let listeners: Vec<_> = (0..number).map(listen).collect();
        let address = |listener: &TcpListener| listener.local_addr().expect("it has one");
        listeners.iter().map(|listener| address(listener).to_string()).collect()
    }

    /// Connects a process for each of these, and returns how many connections it has.
    fn meet(hellos: &[Hello]) -> Vec<Result<usize, String>> {
        let addresses = &addresses(3);
        thread::scope(|scope| {
            let connect = |(own, &hello)| {
                scope.spawn(move || {
                    let streams = to_all(addresses, own, hello, PATIENCE);
                    streams
                        .map(|streams| streams.iter().flatten().count())
                        .map_err(|error| format!("{error:#}"))
                })
            };
            let threads: Vec<_> = hellos.iter().enumerate().map(connect).collect();
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        })
    }

    #[test]
    fn everyone_is_connected_to_everyone() {
        assert_eq!(meet(&[0, 1, 2].map(hello)), [Ok(2), Ok(2), Ok(2)]);
    }

    #[test]
    fn who_is_about_to_do_something_else_is_told_apart() {
        for (odd, complaint) in [
            (Hello { processes: 2, ..hello(1) }, "--processes"),
            (Hello { workers: 1, ..hello(1) }, "workers"),
            (Hello { job: 8, ..hello(1) }, "another input"),
            (hello(0), "two processes 0"),
        ] {
            // Both of those who do not agree are told; the third hears nothing more of them.
            let addresses = &addresses(2);
            let results: Vec<_> = thread::scope(|scope| {
                let first = scope.spawn(|| to_all(addresses, 0, hello(0), PATIENCE));
                let second = scope.spawn(|| to_all(addresses, 1, odd, PATIENCE));
                [first, second].map(|thread| thread.join().expect("it does not panic")).into()
            });
            let error = results[0].as_ref().expect_err("they do not agree");
            assert!(error.to_string().contains(complaint), "{error:#}");
            assert!(odd == hello(0) || results[1].is_err(), "{complaint}");
        }
    }

    #[test]
    fn a_stranger_is_no_reason_to_stop() {
        let addresses = &addresses(2);
        let hello = |process| Hello { processes: 2, ..hello(process) };
        thread::scope(|scope| {
            let first = scope.spawn(|| to_all(addresses, 0, hello(0), PATIENCE));
            let stranger = loop {
                match TcpStream::connect(&addresses[0]) {
                    Ok(stranger) => break stranger,
                    Err(_) => thread::sleep(PAUSE),
                }
            };
            (&stranger).write_all(b"GET / HTTP/1.1\r\n\r\n").expect("it is heard");
            drop(stranger);
            let second = scope.spawn(|| to_all(addresses, 1, hello(1), PATIENCE));
            for thread in [first, second] {
                thread.join().expect("it does not panic").expect("they find each other");
            }
        });
    }

    #[test]
    fn who_is_missing_is_named_in_time() {
        let addresses = addresses(2);
        let patience = Duration::from_millis(200);
        for (own, missing) in [(0, 1), (1, 0)] {
            let error = to_all(&addresses, own, hello(own as u64), patience)
                .expect_err("nobody else is there")
                .to_string();
            let address = &addresses[missing];
            let expected = format!("process {missing} ({address}) was not there within 200ms");
            assert!(error.contains(&expected), "{error}");
        }
    }

    #[test]
    fn who_drips_is_not_waited_for_beyond_patience() {
        let addresses = addresses(2);
        let listener = TcpListener::bind(&addresses[0]).expect("the port is free");
        let drip = thread::spawn(move || drip(listener.accept().expect("somebody calls").0));
        let patience = Duration::from_millis(900);
        let error = to_all(&addresses, 1, hello(1), patience).expect_err("it never says hello");
        assert!(error.to_string().contains("was not there within 900ms"), "{error:#}");
        assert!(drip.join().expect("it does not panic"), "it was heard to its end");
    }

    #[test]
    fn who_calls_and_drips_is_not_waited_for_beyond_patience() {
        let addresses = addresses(2);
        let patience = Duration::from_millis(900);
        thread::scope(|scope| {
            let first = scope.spawn(|| to_all(&addresses, 0, hello(0), patience));
            let stranger = loop {
                match TcpStream::connect(&addresses[0]) {
                    Ok(stranger) => break stranger,
                    Err(_) => thread::sleep(PAUSE),
                }
            };
            assert!(drip(stranger), "it was heard to its end");
            let first = first.join().expect("it does not panic");
            let error = first.expect_err("it never says hello");
            assert!(error.to_string().contains("was not there within 900ms"), "{error:#}");
        });
    }

    /// Says a part of a hello, a byte at a time, and returns whether the other end has hung up
    /// meanwhile, as it does when it has had enough.
    fn drip(mut stream: TcpStream) -> bool {
        MAGIC.iter().chain(&[0; 24]).any(|byte| {
            thread::sleep(Duration::from_millis(300));
            stream.write_all(&[*byte]).is_err()
        })
    }

    #[test]
    fn something_else_at_the_address_is_named() {
        let addresses = addresses(2);
        let listener = TcpListener::bind(&addresses[0]).expect("the port is free");
        let banner = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody calls");
            stream.write_all(b"SSH-2.0-OpenSSH\r\n").expect("it is heard");
            stream
        });
        let error = to_all(&addresses, 1, hello(1), PATIENCE).expect_err("it is none of us");
        assert!(error.to_string().contains("something else than process 0"), "{error:#}");
        drop(banner.join());
    }
}
