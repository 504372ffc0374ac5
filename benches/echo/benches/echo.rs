//! How long the cells of the row echo take to serve all their clients:
//! `cargo bench -p bench-echo`.
//!
//! 50 clients send 5 lines each and think for 5 ms after each of them, so that one of them takes
//! 25 ms. The sweep is along the number of clients that are served at the same time: if a thread pool
//! has fewer threads than there are clients, the other clients wait while its threads wait, too.

use anyhow::{Context, Result};
use bench_support::{AsyncStd, Bench, Smol, Throughput, Tokio, cores};
use echo_workload::{Echo, worker};
use harness::Limits;
use rayon::ThreadPoolBuilder;

fn main() -> Result<()> {
    worker::run_if_asked(echo_processes::work);
    bench_support::run(bench)
}

fn bench(echo: &mut Bench<'_, Echo>) -> Result<()> {
    let workers = cores();
    let tokio = Tokio::new(workers)?;
    let async_std = AsyncStd::new(workers);
    let smol = Smol::new(&echo_smol::EXECUTOR, workers)?;
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build_global();
    rayon.context("cannot start so many threads")?;

    // A server is closed after its clients have gone, so each call opens one of its own.
    echo.job_afresh("--clients 50 --lines 5 --latency 5ms", Throughput::Elements(250))?;
    let one = Limits { in_flight: 1, workers: 1 };
    echo.call("sequential", "limit=1", |echo| {
        echo_sequential::serve(echo.listener()?, &echo.settings, one)
    });
    for in_flight in [10, 50] {
        let limits = Limits { in_flight, workers };
        let parameter = &format!("limit={in_flight}");
        echo.call("threads", parameter, |echo| {
            echo_threads::serve(echo.listener()?, &echo.settings, limits)
        });
        echo.call("crossbeam", parameter, |echo| {
            echo_crossbeam::serve(echo.listener()?, &echo.settings, limits)
        });
        echo.call_on(&tokio, "tokio", parameter, async |echo| {
            echo_tokio::serve(echo.listener()?, &echo.settings, limits).await
        });
        echo.call_on(&async_std, "async-std", parameter, async |echo| {
            echo_async_std::serve(echo.listener()?, &echo.settings, limits).await
        });
        echo.call_on(&smol, "smol", parameter, async |echo| {
            echo_smol::serve(echo.listener()?, &echo.settings, limits).await
        });
        // The workers cannot stay from call to call: each server has a socket of its own.
        echo.call("processes", parameter, |echo| {
            echo_processes::serve(echo.listener()?, &echo.settings, limits)
        });
    }
    // The pool's threads are as many as the cores, whatever the limit.
    let limits = Limits { in_flight: 50, workers };
    echo.call("rayon", "limit=50", |echo| {
        echo_rayon::serve(echo.listener()?, &echo.settings, limits)
    });
    // Async with a single thread that computes.
    echo.call_on(&Tokio::new(1)?, "tokio-one-worker", "limit=50", async |echo| {
        echo_tokio::serve(echo.listener()?, &echo.settings, limits).await
    });
    Ok(())
}
