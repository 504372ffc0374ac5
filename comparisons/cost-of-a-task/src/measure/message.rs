//! The time of a message through a channel.

use std::{
    io::{Read, Write},
    process::Stdio,
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use harness::capacity;

use super::{
    link::{self, AsyncGive, AsyncTake, Give, LAST, Make, TOKEN, Take, Token},
    runtime::{AsyncStd, Runtime, Smol, Tokio},
    stopwatch::time_of_one,
};
use crate::{
    price::Kind,
    roles::{self, Role},
};

/// How many messages a channel holds. A bound is what a program should have; this one is wide
/// enough that neither side waits for every single message.
const BOUND: usize = 128;

/// What it means that a message is lost: the other side has ended.
const LOST: &str = "a message got lost";

/// The time of a message, in nanoseconds: with one `parties`, from itself to itself and one after
/// the other; with two, in a stream from one to another.
pub(super) fn time(kind: Kind, parties: usize, batch: Duration) -> Result<f64> {
    let alone = parties == 1;
    match kind {
        Kind::Thread => of_threads(alone, || Ok(mpsc::sync_channel(BOUND)), batch),
        Kind::Crossbeam => of_threads(alone, || Ok(crossbeam_channel::bounded(BOUND)), batch),
        Kind::Tokio => {
            of_tasks::<Tokio, _, _>(alone, || Ok(tokio::sync::mpsc::channel(BOUND)), batch)
        }
        Kind::AsyncStd => {
            of_tasks::<AsyncStd, _, _>(alone, || Ok(async_std::channel::bounded(BOUND)), batch)
        }
        Kind::Smol => of_tasks::<Smol, _, _>(alone, || Ok(smol::channel::bounded(BOUND)), batch),
        Kind::Process if alone => of_threads(alone, link::pipe, batch),
        Kind::Process => between_processes(batch),
        other => bail!("a {} has no channel of its own", other.one()),
    }
}

fn of_threads<G: Give, T: Take>(alone: bool, make: Make<G, T>, batch: Duration) -> Result<f64> {
    let (mut give, mut take) = make()?;
    if alone {
        return time_of_one(batch, |messages| {
            for _ in 0..messages {
                ensure!(give.give() && take.take(), LOST);
            }
            Ok(())
        });
    }
    time_of_one(batch, |messages| {
        thread::scope(|scope| {
            let receiving = thread::Builder::new()
                .spawn_scoped(scope, || (0..messages).all(|_| take.take()))
                .context("cannot start a thread")?;
            let sent = (0..messages).all(|_| give.give());
            let received = receiving.join().expect("to receive does not panic");
            ensure!(sent && received, LOST);
            Ok(())
        })
    })
}

fn of_tasks<R, G, T>(alone: bool, make: Make<G, T>, batch: Duration) -> Result<f64>
where
    R: Runtime,
    G: AsyncGive,
    T: AsyncTake,
{
    R::start()?;
    time_of_one(batch, |messages| {
        let (mut give, mut take) = make()?;
        let arrived = R::run(async move {
            if alone {
                for _ in 0..messages {
                    if !(give.give().await && take.take().await) {
                        return false;
                    }
                }
                return true;
            }
            let receiving = R::spawn(async move {
                for _ in 0..messages {
                    if !take.take().await {
                        return false;
                    }
                }
                true
            });
            for _ in 0..messages {
                if !give.give().await {
                    return false;
                }
            }
            receiving.await
        });
        ensure!(arrived, LOST);
        Ok(())
    })
}

/// A process reads what this one writes, and answers the last message of a batch.
fn between_processes(batch: Duration) -> Result<f64> {
    capacity::for_processes(1)?;
    let mut command = roles::command(Role::Receive)?;
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start a process")?;
    let mut messages = process.stdin.take().expect("stdin was asked for as a pipe");
    let mut answers = process.stdout.take().expect("stdout was asked for as a pipe");
    let message = time_of_one(batch, |number| {
        for _ in 1..number {
            messages.write_all(&TOKEN)?;
        }
        messages.write_all(&LAST)?;
        Ok(answers.read_exact(&mut Token::default())?)
    });
    drop(messages);
    process.wait()?;
    message
}
