//! How long the cells of the row sleep take: `cargo bench -p bench-sleep`.
//!
//! 50 waits of 10 ms take one after the other half a second, and all at a time 10 ms. The sweep is
//! along the number of waits in flight, and at its end are more than most programs ever have.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Standing, Throughput, Tokio, cores};
use harness::{Limits, pool};
use rayon::ThreadPoolBuilder;
use sleep_workload::Sleep;

fn main() -> Result<()> {
    pool::serve(sleep_processes::worker);
    bench_support::run(bench)
}

fn bench(sleep: &mut Bench<'_, Sleep>) -> Result<()> {
    let workers = cores();
    let tokio = Tokio::new(workers)?;
    let async_std = AsyncStd::new(workers);
    let smol = Smol::new(&sleep_smol::EXECUTOR, workers)?;
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;

    sleep.job("--tasks 50 --latency 10ms", Throughput::Elements(50))?;
    let one = Limits { in_flight: 1, workers: 1 };
    sleep.call("sequential", "limit=1", |&(tasks, latency)| {
        sleep_sequential::wait_all(tasks, latency, one)
    });
    for in_flight in [5, 50] {
        let limits = Limits { in_flight, workers };
        let parameter = &format!("limit={in_flight}");
        sleep.call("threads", parameter, |&(tasks, latency)| {
            sleep_threads::wait_all(tasks, latency, limits)
        });
        sleep.call("crossbeam", parameter, |&(tasks, latency)| {
            sleep_crossbeam::wait_all(tasks, latency, limits)
        });
        sleep.call_on(&tokio, "tokio", parameter, async |&(tasks, latency)| {
            sleep_tokio::wait_all(tasks, latency, limits).await
        });
        sleep.call_on(&async_std, "async-std", parameter, async |&(tasks, latency)| {
            sleep_async_std::wait_all(tasks, latency, limits).await
        });
        sleep.call_on(&smol, "smol", parameter, async |&(tasks, latency)| {
            sleep_smol::wait_all(tasks, latency, limits).await
        });
        sleep.call("processes", parameter, |&(tasks, latency)| {
            sleep_processes::wait_all(tasks, latency, limits)
        });
        // The same without the start of the workers, who stay from call to call.
        let standing = Standing::new(in_flight);
        sleep.call("processes-standing", parameter, |(tasks, latency)| {
            let indices: Vec<usize> = (0..*tasks).collect();
            standing.map(latency, &indices)
        });
    }
    // The pool's threads are as many as the cores, whatever the limit.
    let limits = Limits { in_flight: 50, workers };
    sleep.call("rayon", "limit=50", |&(tasks, latency)| {
        rayon.install(|| sleep_rayon::wait_all(tasks, latency, limits))
    });
    sleep.call_on(&Tokio::new(1)?, "tokio-one-worker", "limit=50", async |&(tasks, latency)| {
        sleep_tokio::wait_all(tasks, latency, limits).await
    });

    // A hundred times as many waits, of which no more are in flight at once: for the memory.
    sleep.job("--tasks 5000 --latency 10ms", Throughput::Elements(5000))?;
    sleep.call_on(&tokio, "tokio-many", "limit=50", async |&(tasks, latency)| {
        sleep_tokio::wait_all(tasks, latency, limits).await
    });

    sleep.job("--tasks 5000 --latency 10ms", Throughput::Elements(5000))?;
    let (limits, parameter) = (Limits { in_flight: 5000, workers }, "limit=5000");
    sleep.call("threads", parameter, |&(tasks, latency)| {
        sleep_threads::wait_all(tasks, latency, limits)
    });
    sleep.call_on(&tokio, "tokio", parameter, async |&(tasks, latency)| {
        sleep_tokio::wait_all(tasks, latency, limits).await
    });
    sleep.call_on(&async_std, "async-std", parameter, async |&(tasks, latency)| {
        sleep_async_std::wait_all(tasks, latency, limits).await
    });
    sleep.call_on(&smol, "smol", parameter, async |&(tasks, latency)| {
        sleep_smol::wait_all(tasks, latency, limits).await
    });
    Ok(())
}
