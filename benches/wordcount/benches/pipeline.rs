//! How *sequential* compares with the shell's way to count words, which is
//! `tr -s '[:space:]' '\n' | sort | uniq -c`: `cargo bench -p bench-wordcount --bench pipeline`.
//!
//! The two take turns on one text. The pipeline has all cores that it can make use of, and compares
//! bytes rather than letters of a language, which is its fastest way; but what is between two
//! spaces is a word to it, with its commas and capitals.

use std::{
    fs::File,
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use figures::statistics::{median, paired_ratio};
use harness::Limits;
use wordcount_workload::{Made, Text};

/// How many turns each has.
const ROUNDS: usize = 7;

fn main() -> Result<()> {
    // cargo and criterion have flags for benchmarks, such as --bench and --quick. There is one
    // thing to measure here and one way to do it, so none of them matters.
    let made = Made::write(64 << 20, 0)?;
    let text = Text::of(&[made.path().to_owned()]);
    let limits = Limits { in_flight: 1, workers: 1 };
    let (mut sequential, mut shell) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(wordcount_sequential::count_words(&text, limits)?);
        sequential.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        pipeline(made.path())?;
        shell.push(start.elapsed().as_secs_f64());
    }
    let ratio = paired_ratio(&shell, &sequential).context("there are rounds")?;
    println!(
        "sequential {:.3} s, the pipeline {:.3} s: {:.1} [{:.1}, {:.1}] times as long",
        median(&sequential).context("there are rounds")?,
        median(&shell).context("there are rounds")?,
        ratio.value,
        ratio.low,
        ratio.high
    );
    Ok(())
}

/// Has the shell count the words, and nobody read its answer.
fn pipeline(text: &Path) -> Result<()> {
    let status = Command::new("sh")
        .args(["-c", r"tr -s '[:space:]' '\n' | sort | uniq -c"])
        .env("LC_ALL", "C")
        .stdin(File::open(text)?)
        .stdout(Stdio::null())
        .status()
        .context("there is no shell")?;
    ensure!(status.success(), "the pipeline failed");
    Ok(())
}
