//! How long the cells of the row primes take: `cargo bench -p bench-primes`.
//!
//! The sweep is along the number of workers. Beside the cells, under names of their own: the crate
//! primal, which is known to be fast, and two algorithms, one far worse than the sieve and one far
//! better for counting, which show that a better algorithm beats more cores.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Standing, Throughput, Tokio, cores, worker_counts};
use harness::{Limits, pool};
use primes_workload::{Primes, Sieve};
use rayon::{
    ThreadPoolBuilder,
    iter::{IntoParallelIterator, ParallelIterator},
};

fn main() -> Result<()> {
    pool::serve(primes_processes::worker);
    bench_support::run(bench)
}

fn bench(primes: &mut Bench<'_, Primes>) -> Result<()> {
    primes.job("--below 1000000000", Throughput::Elements(1_000_000_000))?;
    let one = Limits { in_flight: 1, workers: 1 };
    primes.call("sequential", "workers=1", |&below| primes_sequential::count_primes(below, one));
    primes.call("primal", "workers=1", |&below| {
        let below = usize::try_from(below)?;
        Ok(primal::StreamingSieve::prime_pi(below - 1) as u64)
    });
    primes.call("lucy", "workers=1", |&below| Ok(count_without_a_sieve(below.try_into()?)));
    for workers in worker_counts() {
        let limits = Limits { in_flight: workers, workers };
        let parameter = &format!("workers={workers}");
        primes.call("threads", parameter, |&below| primes_threads::count_primes(below, limits));
        primes.call("crossbeam", parameter, |&below| primes_crossbeam::count_primes(below, limits));
        let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;
        primes.call("rayon", parameter, |&below| {
            rayon.install(|| primes_rayon::count_primes(below, limits))
        });
        primes.call_on(&Tokio::new(workers)?, "tokio", parameter, async |&below| {
            primes_tokio::count_primes(below, limits).await
        });
        let smol = Smol::new(&primes_smol::EXECUTOR, workers)?;
        primes.call_on(&smol, "smol", parameter, async |&below| {
            primes_smol::count_primes(below, limits).await
        });
        primes.call("processes", parameter, |&below| primes_processes::count_primes(below, limits));
        // The same without the start of the workers, who stay from call to call.
        let standing = Standing::new(workers);
        primes.call("processes-standing", parameter, |below| {
            let segments: Vec<usize> = Sieve::new(*below).segments().collect();
            let counts: Vec<u64> = standing.map(below, &segments)?;
            Ok(counts.into_iter().sum())
        });
    }
    // A process has one runtime of async-std's, and cannot change the number of its threads.
    let workers = cores();
    let limits = Limits { in_flight: workers, workers };
    let async_std = AsyncStd::new(workers);
    primes.call_on(&async_std, "async-std", &format!("workers={workers}"), async |&below| {
        primes_async_std::count_primes(below, limits).await
    });

    // Trial division gets a smaller bound, and all cores.
    primes.job("--below 2000000", Throughput::Elements(2_000_000))?;
    primes
        .call("sequential", "below=2000000", |&below| primes_sequential::count_primes(below, one));
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;
    primes.call("trial-division", "below=2000000", |&below| {
        let primes = || (2..below).into_par_iter().filter(|&number| is_prime(number)).count();
        Ok(rayon.install(primes) as u64)
    });
    Ok(())
}

/// Whether no number up to the square root divides this one, with the even ones left out.
fn is_prime(number: u64) -> bool {
    let mut odd = (3..).step_by(2).take_while(|divisor| divisor * divisor <= number);
    number == 2 || number % 2 == 1 && !odd.any(|divisor| number.is_multiple_of(divisor))
}

/// Counts the primes below a number without finding them, in about its power of 3/4 of steps: the
/// method that the user `Lucy_Hedgehog` published in Project Euler's forum, in the thread of problem 10.
///
/// For each value of `n / i` it knows how many of the numbers from 2 up to there are left when the
/// multiples of the primes so far are struck, and takes away those of the next prime.
fn count_without_a_sieve(below: usize) -> u64 {
    let n = below - 1;
    let root = n.isqrt();
    // Up to each number that is not above the root, and up to `n / i` for each such `i`.
    let mut low: Vec<usize> = (0..=root).map(|number| number.saturating_sub(1)).collect();
    let mut high: Vec<usize> = (0..=root).map(|i| n.checked_div(i).map_or(0, |v| v - 1)).collect();
    for prime in 2..=root {
        let smaller = low[prime - 1];
        if low[prime] == smaller {
            // It was struck.
            continue;
        }
        for i in 1..=root.min(n / (prime * prime)) {
            let left = high.get(i * prime).copied().unwrap_or_else(|| low[n / (i * prime)]);
            high[i] -= left - smaller;
        }
        for number in (prime * prime..=root).rev() {
            low[number] -= low[number / prime] - smaller;
        }
    }
    high[1] as u64
}
