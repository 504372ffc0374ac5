//! What it costs if all threads count into one map behind a lock, rather than each into its own:
//! `cargo bench -p bench-wordcount --bench shared_map`.
//!
//! The two take turns on one text, and so does *sequential*, with which both are compared.

use std::{hint::black_box, thread, time::Instant};

use anyhow::{Context, Result};
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
    anyhow::ensure!(own_maps()? == expected && shared_map()? == expected, "their answers differ");
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        times[0].push(seconds(sequential)?);
        times[1].push(seconds(own_maps)?);
        times[2].push(seconds(shared_map)?);
    }
    println!("{workers} threads; times and ratios to sequential:");
    for (name, times_of_it) in ["sequential", "own maps", "shared map"].iter().zip(&times) {
        let ratio = paired_ratio(&times[0], times_of_it).context("there are rounds")?;
        println!(
            "{name:<12}{:.3} s  {:.2} [{:.2}, {:.2}] times as fast",
            median(times_of_it).context("there are rounds")?,
            ratio.value,
            ratio.low,
            ratio.high
        );
    }
    let ratio = paired_ratio(&times[2], &times[1]).context("there are rounds")?;
    println!(
        "the shared map takes {:.1} [{:.1}, {:.1}] times as long as own maps",
        ratio.value, ratio.low, ratio.high
    );
    Ok(())
}

fn seconds(form: impl Fn() -> Result<Counts>) -> Result<f64> {
    let start = Instant::now();
    black_box(form()?);
    Ok(start.elapsed().as_secs_f64())
}
