//! How long the cells of the row files take: `cargo bench -p bench-files`.
//!
//! 2,000 files of 64 KiB on average are in memory after the first call, so that what is measured is
//! the work and what the approach adds to it, not the disk. The sweep is along the number of files
//! in flight. Beside the async cells is their other form, a call for each chunk of a file; and beside
//! warm files are cold ones, of which 500 take long enough.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Standing, Throughput, Tokio, cores};
use files_workload::Files;
use harness::{Limits, pool};
use rayon::ThreadPoolBuilder;

fn main() -> Result<()> {
    pool::serve(files_processes::worker);
    bench_support::run(bench)
}

fn bench(files: &mut Bench<'_, Files>) -> Result<()> {
    let workers = cores();
    let tokio = Tokio::new(workers)?;
    let async_std = AsyncStd::new(workers);
    let smol = Smol::new(&files_smol::EXECUTOR, workers)?;
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;

    files.job("--tasks 2000 --size 65536", Throughput::Bytes(2_000 * 65_536))?;
    let one = Limits { in_flight: 1, workers: 1 };
    files
        .call("sequential", "limit=1", |files| files_sequential::checksum_all(&files.entries, one));
    for in_flight in [1, 4, 16] {
        let limits = Limits { in_flight, workers };
        let parameter = &format!("limit={in_flight}");
        files.call("threads", parameter, |files| {
            files_threads::checksum_all(&files.entries, limits)
        });
        files.call("crossbeam", parameter, |files| {
            files_crossbeam::checksum_all(&files.entries, limits)
        });
        files.call_on(&tokio, "tokio", parameter, async |files| {
            files_tokio::checksum_all(&files.entries, limits).await
        });
        files.call_on(&tokio, "tokio-per-chunk", parameter, async |files| {
            files_tokio::checksum_all_by_chunks(&files.entries, limits).await
        });
        files.call_on(&async_std, "async-std", parameter, async |files| {
            files_async_std::checksum_all(&files.entries, limits).await
        });
        files.call_on(&async_std, "async-std-per-chunk", parameter, async |files| {
            files_async_std::checksum_all_by_chunks(&files.entries, limits).await
        });
        files.call_on(&smol, "smol", parameter, async |files| {
            files_smol::checksum_all(&files.entries, limits).await
        });
        files.call_on(&smol, "smol-per-chunk", parameter, async |files| {
            files_smol::checksum_all_by_chunks(&files.entries, limits).await
        });
        files.call("processes", parameter, |files| {
            files_processes::checksum_all(&files.entries, limits)
        });
        // The same without the start of the workers, who stay from call to call.
        let standing = Standing::new(in_flight);
        files.call("processes-standing", parameter, |files| standing.map(&(), &files.entries));
    }
    // The pool's threads are as many as the cores, whatever the limit.
    let limits = Limits { in_flight: 16, workers };
    files.call("rayon", "limit=16", |files| {
        rayon.install(|| files_rayon::checksum_all(&files.entries, limits))
    });

    // Cold files come from the disk, so each call gets files that nobody has read.
    files.job_afresh("--tasks 500 --size 65536 --cold", Throughput::Bytes(500 * 65_536))?;
    files.call("sequential-cold", "limit=1", |files| {
        files_sequential::checksum_all(&files.entries, one)
    });
    files.call("threads-cold", "limit=16", |files| {
        files_threads::checksum_all(&files.entries, limits)
    });
    files.call_on(&tokio, "tokio-cold", "limit=16", async |files| {
        files_tokio::checksum_all(&files.entries, limits).await
    });
    Ok(())
}
