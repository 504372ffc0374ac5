//! How the row's own merge sort compares with the sorts that everyone has at hand, the standard
//! library's and rayon's, and with a radix sort: `cargo bench -p bench-sort --bench against_std`.
//!
//! The row sorts stably. Of two equal numbers nobody can tell which was first, so for numbers alone
//! the unstable sorts and the radix sort are rivals, too.
//!
//! All take turns on the same numbers, so that a machine that slows down slows all of them.

mod radix;

use std::{
    hint::black_box,
    num::NonZeroUsize,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use figures::statistics::{median, paired_ratio};
use harness::Limits;
use radix::radix_sort;
use rayon::{ThreadPoolBuilder, slice::ParallelSliceMut};
use sort_workload::Merge;

/// How many turns each of them has.
const ROUNDS: usize = 15;
/// How many numbers they sort.
const LEN: usize = 8_000_000;

fn main() -> Result<()> {
    // cargo and criterion have flags for benchmarks, such as --bench and --quick. There is one
    // thing to measure here and one way to do it, so none of them matters.
    let mut rng = Rng::with_seed(0);
    let numbers: Vec<u64> = (0..LEN).map(|_| rng.u64(..)).collect();
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let limits = Limits { in_flight: workers, workers };
    let pool = ThreadPoolBuilder::new().num_threads(workers).build()?;

    let sequential = |numbers| sort_sequential::merge_sort(numbers, Merge::Parallel, limits);
    let rayon = |how| {
        let pool = &pool;
        move |numbers| pool.install(|| sort_rayon::merge_sort(numbers, how, limits))
    };
    let (parallel, serial) = (rayon(Merge::Parallel), rayon(Merge::Serial));
    #[expect(clippy::stable_sort_primitive, reason = "the row sorts stably, so it is the rival")]
    let std_sort = |mut numbers: Vec<u64>| {
        numbers.sort();
        Ok(numbers)
    };
    let par_sort = |mut numbers: Vec<u64>| {
        pool.install(|| numbers.par_sort());
        Ok(numbers)
    };
    let sort_unstable = |mut numbers: Vec<u64>| {
        numbers.sort_unstable();
        Ok(numbers)
    };
    let par_sort_unstable = |mut numbers: Vec<u64>| {
        pool.install(|| numbers.par_sort_unstable());
        Ok(numbers)
    };
    let radix = |numbers| Ok(radix_sort(numbers));
    let forms: [(&str, &Form); 8] = [
        ("sequential", &sequential),
        ("std's sort", &std_sort),
        ("rayon", &parallel),
        ("rayon, serial merge", &serial),
        ("rayon's par_sort", &par_sort),
        ("std's sort_unstable", &sort_unstable),
        ("rayon's par_sort_unstable", &par_sort_unstable),
        ("radix sort", &radix),
    ];

    let mut times = forms.map(|_| Vec::with_capacity(ROUNDS));
    let sorted = std_sort(numbers.clone())?;
    // The first round warms up, and does not count.
    for round in 0..=ROUNDS {
        for ((name, form), times) in forms.iter().zip(&mut times) {
            let copy = numbers.clone();
            let start = Instant::now();
            let output = black_box(form(copy)?);
            let time = start.elapsed();
            ensure!(output == sorted, "{name} does not sort");
            if round > 0 {
                times.push(time.as_secs_f64());
            }
        }
    }

    println!("{LEN} random numbers, {workers} workers, {ROUNDS} rounds");
    for ((name, _), times) in forms.iter().zip(&times) {
        let median = median(times).context("there are rounds")?;
        println!("{name}: {:.0?}", Duration::from_secs_f64(median));
    }
    let pairs = [(0, 1), (2, 4), (0, 2), (0, 3), (3, 2), (0, 5), (2, 6), (0, 7), (2, 7)];
    for (one, other) in pairs {
        let ratio = paired_ratio(&times[one], &times[other]).context("there are rounds")?;
        println!(
            "{} takes {:.2} [{:.2}, {:.2}] times as long as {}",
            forms[one].0, ratio.value, ratio.low, ratio.high, forms[other].0
        );
    }
    Ok(())
}

/// A way to sort.
type Form<'a> = dyn Fn(Vec<u64>) -> Result<Vec<u64>> + 'a;
