//! How long the cells of the row sort take: `cargo bench -p bench-sort --bench sort`.
//!
//! The sweep is along the number of numbers. Beside the cells, under names of their own: the
//! standard library's `sort` (std) and `sort_unstable`, rayon's `par_sort` and `par_sort_unstable`, a
//! radix sort, and rayon's cell with a serial merge.

mod radix;

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Throughput, Tokio, cores};
use harness::{Limits, pool};
use radix::radix_sort;
use rayon::{ThreadPoolBuilder, slice::ParallelSliceMut};
use sort_workload::{Input, Items, Merge, Sort};

fn main() -> Result<()> {
    pool::serve(sort_processes::worker);
    bench_support::run(bench)
}

fn bench(sort: &mut Bench<'_, Sort>) -> Result<()> {
    let workers = cores();
    let limits = Limits { in_flight: workers, workers };
    let tokio = &Tokio::new(workers)?;
    let async_std = &AsyncStd::new(workers);
    let smol = &Smol::new(&sort_smol::EXECUTOR, workers)?;
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;
    let how = Merge::Parallel;

    for len in [10_000, 200_000, 4_000_000] {
        sort.job(&format!("--len {len}"), Throughput::Elements(len))?;
        let parameter = &format!("len={len}");
        sort.call_with("sequential", parameter, numbers, |numbers| {
            let one = Limits { in_flight: 1, workers: 1 };
            Ok(sort_sequential::merge_sort(numbers, how, one)?.into())
        });
        sort.call_with("std", parameter, numbers, |mut numbers| {
            #[expect(clippy::stable_sort_primitive, reason = "the cells sort stably, too")]
            numbers.sort();
            Ok(numbers.into())
        });
        sort.call_with("par_sort", parameter, numbers, |mut numbers| {
            rayon.install(|| numbers.par_sort());
            Ok(numbers.into())
        });
        sort.call_with("sort_unstable", parameter, numbers, |mut numbers| {
            numbers.sort_unstable();
            Ok(numbers.into())
        });
        sort.call_with("par_sort_unstable", parameter, numbers, |mut numbers| {
            rayon.install(|| numbers.par_sort_unstable());
            Ok(numbers.into())
        });
        sort.call_with("radix", parameter, numbers, |numbers| Ok(radix_sort(numbers).into()));
        sort.call_with("threads", parameter, numbers, |numbers| {
            Ok(sort_threads::merge_sort(numbers, how, limits)?.into())
        });
        sort.call_with("crossbeam", parameter, numbers, |numbers| {
            Ok(sort_crossbeam::merge_sort(numbers, how, limits)?.into())
        });
        for (name, how) in [("rayon", how), ("rayon-serial-merge", Merge::Serial)] {
            sort.call_with(name, parameter, numbers, |numbers| {
                Ok(rayon.install(|| sort_rayon::merge_sort(numbers, how, limits))?.into())
            });
        }
        sort.call_with_on(tokio, "tokio", parameter, numbers, async |numbers| {
            Ok(sort_tokio::merge_sort(numbers, how, limits).await?.into())
        });
        sort.call_with_on(async_std, "async-std", parameter, numbers, async |numbers| {
            Ok(sort_async_std::merge_sort(numbers, how, limits).await?.into())
        });
        sort.call_with_on(smol, "smol", parameter, numbers, async |numbers| {
            Ok(sort_smol::merge_sort(numbers, how, limits).await?.into())
        });
        sort.call_with("processes", parameter, numbers, |numbers| {
            Ok(sort_processes::merge_sort(numbers, how, limits)?.into())
        });
    }
    // The serial merge shows in an array that is large enough.
    sort.job("--len 8000000", Throughput::Elements(8_000_000))?;
    for (name, how) in [("rayon", how), ("rayon-serial-merge", Merge::Serial)] {
        sort.call_with(name, "len=8000000", numbers, |numbers| {
            Ok(rayon.install(|| sort_rayon::merge_sort(numbers, how, limits))?.into())
        });
    }
    Ok(())
}

/// A copy of the numbers that are to be sorted.
fn numbers(input: &Input) -> Vec<u64> {
    match &input.items {
        Items::Numbers(numbers) => numbers.clone(),
        Items::Lines(_) => unreachable!("no files were named"),
    }
}
