//! How long the cells of the row wordcount take:
//! `cargo bench -p bench-wordcount --bench wordcount`.
//!
//! The sweeps are along the number of workers and along the size of the text. Beside the cells,
//! under names of their own: threads that all count into one map behind a lock, and into many maps
//! behind a lock each.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Throughput, Tokio, cores, worker_counts};
use harness::{Limits, pool};
use rayon::ThreadPoolBuilder;
use wordcount_workload::WordCount;

fn main() -> Result<()> {
    pool::serve(wordcount_processes::worker);
    bench_support::run(bench)
}

fn bench(wordcount: &mut Bench<'_, WordCount>) -> Result<()> {
    let size = 8 << 20;
    wordcount.job(&format!("--size {size}"), Throughput::Bytes(size))?;
    let one = Limits { in_flight: 1, workers: 1 };
    wordcount.call("sequential", "workers=1", |input| {
        wordcount_sequential::count_words(&input.text, one)
    });
    for workers in worker_counts() {
        by_workers(wordcount, workers)?;
    }
    // A process has one runtime of async-std's, and cannot change the number of its threads.
    let workers = cores();
    let limits = Limits { in_flight: workers, workers };
    let async_std = AsyncStd::new(workers);
    wordcount.call_on(&async_std, "async-std", &format!("workers={workers}"), async |input| {
        wordcount_async_std::count_words(&input.text, limits).await
    });

    for size in [1 << 16, 1 << 20] {
        wordcount.job(&format!("--size {size}"), Throughput::Bytes(size))?;
        let parameter = &format!("size={size}");
        wordcount.call("sequential", parameter, |input| {
            wordcount_sequential::count_words(&input.text, one)
        });
        wordcount.call("threads", parameter, |input| {
            wordcount_threads::count_words(&input.text, limits)
        });
    }
    Ok(())
}

/// Benchmarks the cells whose number of workers can be chosen.
fn by_workers(wordcount: &mut Bench<'_, WordCount>, workers: usize) -> Result<()> {
    let limits = Limits { in_flight: workers, workers };
    let parameter = &format!("workers={workers}");
    wordcount
        .call("threads", parameter, |input| wordcount_threads::count_words(&input.text, limits));
    wordcount.call("threads-shared-lock", parameter, |input| {
        wordcount_threads::count_words_in_shared_map(&input.text, limits)
    });
    wordcount.call("threads-shards", parameter, |input| {
        wordcount_threads::count_words_in_shards(&input.text, limits)
    });
    wordcount.call("crossbeam", parameter, |input| {
        wordcount_crossbeam::count_words(&input.text, limits)
    });
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;
    wordcount.call("rayon", parameter, |input| {
        rayon.install(|| wordcount_rayon::count_words(&input.text, limits))
    });
    wordcount.call_on(&Tokio::new(workers)?, "tokio", parameter, async |input| {
        wordcount_tokio::count_words(&input.text, limits).await
    });
    let smol = Smol::new(&wordcount_smol::EXECUTOR, workers)?;
    wordcount.call_on(&smol, "smol", parameter, async |input| {
        wordcount_smol::count_words(&input.text, limits).await
    });
    // The workers cannot stay from call to call: a job answers with a share of the text's words,
    // and how the text is shared out is the cell's own matter.
    wordcount.call("processes", parameter, |input| {
        wordcount_processes::count_words(&input.text, limits)
    });
    Ok(())
}
