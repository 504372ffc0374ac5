//! How long the cells of the row http take: `cargo bench -p bench-http`.
//!
//! 20 pages of 50 ms each take one after the other a second, and 20 at a time 50 ms. The sweep is
//! along the number of pages in flight.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Standing, Throughput, Tokio, TokioOnThisThread, cores};
use harness::{Limits, pool};
use http_workload::Http;
use rayon::ThreadPoolBuilder;

fn main() -> Result<()> {
    pool::serve(http_processes::worker);
    bench_support::run(bench)
}

fn bench(http: &mut Bench<'_, Http>) -> Result<()> {
    let workers = cores();
    let tokio = Tokio::new(workers)?;
    let async_std = AsyncStd::new(workers);
    let smol = Smol::new(&http_smol::EXECUTOR, workers)?;
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;

    http.job("--tasks 20 --latency 50ms", Throughput::Elements(20))?;
    let one = Limits { in_flight: 1, workers: 1 };
    http.call("sequential", "limit=1", |http| {
        http_sequential::fetch_all(&http.pages, &http.settings, one)
    });
    for in_flight in [5, 10, 20] {
        let limits = Limits { in_flight, workers };
        let parameter = &format!("limit={in_flight}");
        http.call("threads", parameter, |http| {
            http_threads::fetch_all(&http.pages, &http.settings, limits)
        });
        http.call("crossbeam", parameter, |http| {
            http_crossbeam::fetch_all(&http.pages, &http.settings, limits)
        });
        http.call_on(&tokio, "tokio", parameter, async |http| {
            http_tokio::fetch_all(&http.pages, &http.settings, limits).await
        });
        http.call_on(&async_std, "async-std", parameter, async |http| {
            http_async_std::fetch_all(&http.pages, &http.settings, limits).await
        });
        http.call_on(&smol, "smol", parameter, async |http| {
            http_smol::fetch_all(&http.pages, &http.settings, limits).await
        });
        http.call("processes", parameter, |http| {
            http_processes::fetch_all(&http.pages, &http.settings, limits)
        });
        // The same without the start of the workers, who stay from call to call.
        let standing = Standing::new(in_flight);
        http.call("processes-standing", parameter, |http| {
            standing.map(&http.settings, &http.pages)
        });
    }
    // The pool's threads are as many as the cores, whatever the limit.
    let limits = Limits { in_flight: 20, workers };
    http.call("rayon", "limit=20", |http| {
        rayon.install(|| http_rayon::fetch_all(&http.pages, &http.settings, limits))
    });
    // Async with a single thread that computes: tasks on a runtime, and one task without any.
    http.call_on(&Tokio::new(1)?, "tokio-one-worker", "limit=20", async |http| {
        http_tokio::fetch_all(&http.pages, &http.settings, limits).await
    });
    http.call_on(&TokioOnThisThread::new()?, "one-task", "limit=20", async |http| {
        http_one_task::fetch_all(&http.pages, &http.settings, limits).await
    });
    Ok(())
}
