//! What it costs if all threads count into one map behind a lock, or into many behind a lock each,
//! rather than each into its own: `cargo bench -p bench-wordcount --bench shared_map`.
//!
//! The three take turns on one text, and so does *sequential*, with which they are compared. What
//! own maps cost is measured by itself: one core merges two of them while the others are idle.

use std::{hint::black_box, thread, time::Instant};

use anyhow::{Context, Result, ensure};
use figures::statistics::{median, paired_ratio};
use harness::Limits;
use wordcount_workload::{Counts, Made, Text};

/// How many turns each has.
const ROUNDS: usize = 11;

fn main() -> Result<()> {
    // cargo and criterion have flags for benchmarks, such as --bench and --quick. There is one
    // thing to measure here and one way to do it, so none of them matters.
    let made = Made::write(64 << 20, 0)?;
    let text = Text::of(&[made.path().to_owned()]);
    let workers = thread::available_parallelism()?.get();
    let limits = Limits { in_flight: workers, workers };

    let sequential = || wordcount_sequential::count_words(&text, limits);
    let own_maps = || wordcount_threads::count_words(&text, limits);
    let shared_map = || wordcount_threads::count_words_in_shared_map(&text, limits);
    let expected = sequential()?;
    let shards = || wordcount_threads::count_words_in_shards(&text, limits);
    for counts in [own_maps()?, shared_map()?, shards()?] {
        ensure!(counts == expected, "their answers differ");
    }
    let mut times = [const { Vec::new() }; 4];
    let mut merges = Vec::new();
    for _ in 0..ROUNDS {
        times[0].push(seconds(sequential)?);
        times[1].push(seconds(own_maps)?);
        times[2].push(seconds(shared_map)?);
        times[3].push(seconds(shards)?);
        let (mut total, other) = (sequential()?, sequential()?);
        merges.push(seconds(|| {
            total.merge(other);
            Ok(total)
        })?);
    }
    println!("{workers} threads; times and ratios to sequential:");
    let names = ["sequential", "own maps", "shared map", "shards"];
    for (name, times_of_it) in names.iter().zip(&times) {
        let ratio = paired_ratio(&times[0], times_of_it).context("there are rounds")?;
        println!(
            "{name:<12}{:.3} s  {:.2} [{:.2}, {:.2}] times as fast",
            median(times_of_it).context("there are rounds")?,
            ratio.value,
            ratio.low,
            ratio.high
        );
    }
    let merge = median(&merges).context("there are rounds")?;
    println!("merging two maps: {:.2} ms", 1000.0 * merge);
    for form in [2, 3] {
        let ratio = paired_ratio(&times[form], &times[1]).context("there are rounds")?;
        println!(
            "to own maps: {} {:.2} [{:.2}, {:.2}] times as long",
            names[form], ratio.value, ratio.low, ratio.high
        );
    }
    Ok(())
}

fn seconds(form: impl FnOnce() -> Result<Counts>) -> Result<f64> {
    let start = Instant::now();
    let counts = black_box(form()?);
    let seconds = start.elapsed().as_secs_f64();
    drop(counts);
    Ok(seconds)
}
