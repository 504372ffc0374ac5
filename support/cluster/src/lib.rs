//! What the cells on several machines share and no lesson is about: which processes there are and
//! where, how they find each other, and what becomes of the rest when one of them is lost.
//!
//! The engine, timely, would do the first two by itself. But it waits for a missing host for ever,
//! and takes anybody who connects for one of its own. So the connections are made here, within a
//! bounded time and with a word about what each process is about to do, and then handed to it.

mod connect;
mod hosts;
mod lost;

use std::{any::Any, net::TcpStream, path::PathBuf, time::Duration};

use anyhow::{Error, Result};
use clap::Args;
use harness::{Answer, Kind, Limits, Plan, Row, Shared, duration};
use serde::Serialize;
use timely::{
    CommunicationConfig,
    communication::{
        Hooks,
        allocator::{
            AllocatorBuilder, ProcessBuilder,
            zero_copy::initialize::initialize_networking_from_sockets,
        },
    },
};

use crate::connect::Hello;

/// Which of how many processes this one is.
#[derive(Args, Debug)]
struct Machines {
    /// How many processes do the job together, each of them with as many workers
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Machines",
          value_parser = clap::value_parser!(u16).range(1..))]
    processes: u16,
    /// Which of them this is, from 0; process 0 reports
    #[arg(
        long,
        value_name = "I",
        default_value_t = 0,
        requires = "processes",
        help_heading = "Machines"
    )]
    process: u16,
    /// A file with the address of each process, `host:port`, one to a line [default: localhost,
    /// ports from 2101]
    #[arg(long, value_name = "FILE", requires = "processes", help_heading = "Machines")]
    hostfile: Option<PathBuf>,
    /// How long to wait for the other processes
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = duration::parse,
          help_heading = "Machines")]
    patience: Duration,
}

// A row whose job may be done by several processes on several machines: its own arguments, and those
// that say who takes part. (In a doc comment, this would become the text of the programs' help.)
#[allow(missing_docs, reason = "see above")]
#[derive(Args, Debug)]
pub struct Clustered<R: Row> {
    #[command(flatten)]
    machines: Machines,
    #[command(flatten)]
    row: R,
}

/// All processes that take part, and which of them this one is.
#[derive(Debug)]
pub struct Cluster {
    addresses: Vec<String>,
    process: usize,
    patience: Duration,
    seed: u64,
}

/// The connections of this process to all others; none if it is alone.
#[derive(Debug)]
pub struct Links {
    process: usize,
    /// By the numbers of the processes. This one has none to itself.
    streams: Vec<Option<TcpStream>>,
    addresses: Vec<String>,
}

impl<R: Row> Row for Clustered<R> {
    const NAME: &'static str = R::NAME;
    const UNIT: &'static str = R::UNIT;
    type Input = (R::Input, Cluster);
    type Output = R::Output;

    fn kind(&self) -> Kind {
        self.row.kind()
    }

    fn prepare(&self, shared: &Shared) -> Result<Self::Input> {
        // What is wrong with the hosts is said before a large input is made.
        let cluster = self.machines.cluster(shared.seed)?;
        Ok((self.row.prepare(shared)?, cluster))
    }

    fn plan(&self, (input, cluster): &Self::Input, limits: Limits) -> Plan {
        let processes = cluster.addresses.len();
        let plan = self.row.plan(input, limits);
        if processes == 1 {
            return plan;
        }
        let together = format!("{} in each of {processes} processes", plan.headline);
        Plan { headline: together, ..plan }
    }

    fn answer(&self, (input, _): &Self::Input, output: Self::Output) -> Answer {
        self.row.answer(input, output)
    }

    fn held(&self, (input, _): &Self::Input) -> Vec<String> {
        self.row.held(input)
    }

    fn reports(&self) -> bool {
        self.machines.process == 0
    }

    fn help() -> Result<()> {
        R::help()
    }
}

impl Machines {
    fn cluster(&self, seed: u64) -> Result<Cluster> {
        let (processes, process) = (usize::from(self.processes), usize::from(self.process));
        anyhow::ensure!(
            process < processes,
            "there is no --process {process} with --processes {processes}: they are numbered from 0"
        );
        let addresses = match &self.hostfile {
            Some(file) => hosts::read(file, processes)?,
            None => hosts::local(processes)?,
        };
        Ok(Cluster { addresses, process, patience: self.patience, seed })
    }
}

impl Cluster {
    /// Connects this process to all others, which have to be about to do the same `job` with as many
    /// workers each.
    ///
    /// # Errors
    /// One of them is not there in time, or is about to do something else, and which it is.
    pub fn connect(&self, limits: Limits, job: impl Serialize) -> Result<Links> {
        let Self { addresses, process, patience, seed } = self;
        let hello = Hello {
            process: *process as u64,
            processes: addresses.len() as u64,
            workers: limits.workers as u64,
            job: fingerprint(*seed, job)?,
        };
        let streams = if addresses.len() == 1 {
            vec![None]
        } else {
            connect::to_all(addresses, *process, hello, *patience)?
        };
        Ok(Links { process: *process, streams, addresses: addresses.clone() })
    }
}

/// What stands for a job. Other processes may have been built by another compiler, on another
/// machine. So this is independent of both, which std's hashes are not.
fn fingerprint(seed: u64, job: impl Serialize) -> Result<u64> {
    Ok(crc32fast::hash(&postcard::to_stdvec(&(seed, job))?).into())
}

impl Links {
    /// Those of a process that does the job alone.
    #[must_use]
    pub fn none() -> Self {
        Self { process: 0, streams: vec![None], addresses: vec![String::new()] }
    }

    /// What timely needs to start this process's workers, and what has to be kept for as long as
    /// they run. From then on, the loss of another process ends this one with an error.
    ///
    /// # Errors
    /// The threads that serve the connections cannot be started.
    pub fn allocators(
        self,
        Limits { workers, .. }: Limits,
    ) -> Result<(Vec<AllocatorBuilder>, Box<dyn Any + Send>)> {
        // Alone, too: workers of one process wait for ever for one that has panicked.
        lost::end_with_the_others(self.addresses);
        if self.streams.len() == 1 {
            return CommunicationConfig::Process(workers).try_build().map_err(Error::msg);
        }
        let hooks = Hooks::default();
        // Within the process, workers hand each other what they have, as it is; only what goes to
        // another one is written as bytes.
        let within =
            ProcessBuilder::new_typed_vector(workers, hooks.refill.clone(), hooks.spill.clone());
        let (builders, guard) =
            initialize_networking_from_sockets(within, self.streams, self.process, workers, hooks)?;
        Ok((builders.into_iter().map(AllocatorBuilder::Tcp).collect(), Box::new(guard)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_has_the_same_fingerprint_whatever_has_compiled_it() {
        let of = |seed, job| fingerprint(seed, job).expect("it can be written as bytes");
        // The CRC-32 of the bytes 7, 0x80, 0x94, 0xeb, 0xdc, 0x03: numbers in postcard are in base 128,
        // the lowest digits first.
        assert_eq!(of(7, 1_000_000_000_u64), 0x3e30_b392);
        assert_ne!(of(8, 1_000_000_000_u64), 0x3e30_b392);
        assert_ne!(of(7, 1_000_000_001_u64), 0x3e30_b392);
    }
}
