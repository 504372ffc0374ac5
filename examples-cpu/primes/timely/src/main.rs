//! The program around [`primes_timely::count_primes`].

use std::process::ExitCode;

use cluster::Clustered;
use primes_timely::count_primes;
use primes_workload::Primes;

fn main() -> ExitCode {
    harness::run::<Clustered<Primes>>(env!("CARGO_PKG_NAME"), |(below, cluster), limits, meter| {
        // Waiting for the other processes is not part of the job.
        let links = cluster.connect(limits, below)?;
        meter.measure(|| count_primes(*below, limits, links))
    })
}
