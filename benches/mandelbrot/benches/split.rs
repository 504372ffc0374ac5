//! What it costs to divide the rows beforehand: `cargo bench -p bench-mandelbrot --bench split`.
//!
//! The two functions of *threads* take turns on the row's default picture.

use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use figures::statistics::{median, paired_ratio};
use harness::Limits;
use mandelbrot_threads::{render, render_in_bands};
use mandelbrot_workload::{Outcome, Region, View};

/// How many turns each of the two has.
const ROUNDS: usize = 11;

fn main() -> Result<()> {
    // cargo and criterion have flags for benchmarks, such as --bench and --quick. There is one
    // thing to measure here and one way to do it, so none of them matters.
    let workers = thread::available_parallelism()?.get();
    let limits = Limits { in_flight: workers, workers };
    let view = View::new(Region::North, 1600, 1200, 1000);
    ensure!(
        counts(&render(view, limits)?) == counts(&render_in_bands(view, limits)?),
        "the two differ in their answer"
    );
    let (mut bands, mut counter) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bands.push(seconds(|| render_in_bands(view, limits))?);
        counter.push(seconds(|| render(view, limits))?);
    }
    let ratio = paired_ratio(&bands, &counter).context("there are rounds")?;
    let time = |times: &[f64]| Duration::from_secs_f64(median(times).unwrap_or_default());
    println!(
        "{workers} workers: a band each {:.1?}, from the counter {:.1?}: {:.2} [{:.2}, {:.2}] times",
        time(&bands),
        time(&counter),
        ratio.value,
        ratio.low,
        ratio.high
    );
    Ok(())
}

/// The rows without those who rendered them.
fn counts(outcomes: &[Outcome]) -> Vec<&[u32]> {
    outcomes.iter().flatten().map(|row| &*row.counts).collect()
}

fn seconds(form: impl FnOnce() -> Result<Vec<Outcome>>) -> Result<f64> {
    let start = Instant::now();
    black_box(form()?);
    Ok(start.elapsed().as_secs_f64())
}
