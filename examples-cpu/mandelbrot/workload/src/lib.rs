//! The row `mandelbrot` without its concurrency: what a picture shows, the kernel that computes a
//! row of it, the file that it is written to, and the answer.

pub mod kernel;
mod picture;
mod shares;
mod view;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum, value_parser};
use crc32fast::Hasher;
use harness::{
    Answer, Failure, Kind, Limits, Plan, Row, Shared, capacity,
    words::{grouped, plural},
};
use serde_json::json;

pub use picture::Tint;
use shares::Shares;
pub use view::{Fault, Outcome, Region, Rendered, View, Worker};

/// The most pixels in a row or a column.
const MOST_PIXELS: i64 = 1_000_000;
/// A row's memory in the async cells in addition to its pixels, in bytes. In the others it is less.
const TASK: usize = 600;

/// Renders the Mandelbrot set.
#[derive(Args, Debug)]
pub struct Mandelbrot {
    /// The width of the picture, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 1600,
          value_parser = value_parser!(u32).range(1..=MOST_PIXELS))]
    width: u32,
    /// The height of the picture, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 1200,
          value_parser = value_parser!(u32).range(1..=MOST_PIXELS))]
    height: u32,
    /// The number of iterations after which a pixel counts as inside
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = value_parser!(u32).range(1..))]
    iterations: u32,
    /// What the picture shows
    #[arg(long, value_enum, value_name = "NAME", default_value_t = Region::North)]
    region: Region,
    /// How *threads* divides the rows among its workers (the other approaches ignore this)
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Split::Counter)]
    split: Split,
    /// Write the picture to this file, as PNG
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// The meaning of the colours
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = Tint::Iterations, requires = "out", help_heading = "Output")]
    tint: Tint,
}

/// How *threads* divides the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Split {
    /// While it runs: a free worker takes the next row
    Counter,
    /// Beforehand: each worker gets a band of rows
    Bands,
}

/// What to render.
#[derive(Debug)]
pub struct Input {
    /// What the picture shows.
    pub view: View,
    /// How *threads* divides the rows.
    pub split: Split,
}

impl Row for Mandelbrot {
    const NAME: &'static str = "mandelbrot";
    const UNIT: &'static str = "row";
    type Input = Input;
    type Output = Vec<Outcome>;

    fn kind(&self) -> Kind {
        Kind::Computes
    }

    fn prepare(&self, _: &Shared) -> Result<Input> {
        let (width, height) = (self.width as usize, self.height as usize);
        let pixel = size_of::<u32>() + TASK.div_ceil(width);
        capacity::for_things(width.saturating_mul(height), "pixel", pixel)?;
        if let Some(out) = &self.out {
            capacity::for_writing(out)?;
        }
        let view = View::new(self.region, width, height, self.iterations);
        Ok(Input { view, split: self.split })
    }

    fn plan(&self, input: &Input, limits: Limits) -> Plan {
        let units = input.view.rows().len();
        let region = self.region.to_possible_value().expect("no region is hidden");
        let region = region.get_name();
        Plan {
            headline: format!(
                "{region}, {} × {} pixels, up to {} iterations, {} for {}",
                grouped(self.width),
                grouped(self.height),
                grouped(self.iterations),
                plural(units, "row"),
                plural(limits.workers, "worker")
            ),
            input: json!({
                "width": self.width,
                "height": self.height,
                "iterations": self.iterations,
                "region": region,
            }),
            units: Some(units),
            lower_bound: None,
        }
    }

    fn answer(&self, input: &Input, outcomes: Vec<Outcome>) -> Answer {
        let (mut rows, mut pixels, mut inside, mut iterations) = (0, 0, 0, 0);
        let mut digest = Hasher::new();
        let mut failures = Vec::new();
        for (index, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Ok(row) => {
                    rows += 1;
                    pixels += row.counts.len();
                    inside += row.counts.iter().filter(|&&count| count == self.iterations).count();
                    iterations += row.iterations();
                    row.counts.iter().for_each(|count| digest.update(&count.to_le_bytes()));
                }
                Err(fault) => {
                    let unit = format!("row {index}");
                    failures.push(Failure { unit, reason: fault.to_string() });
                }
            }
        }
        if let Some(out) = &self.out
            && let Err(error) = picture::write(out, &input.view, &outcomes, self.tint)
        {
            failures.push(Failure { unit: out.display().to_string(), reason: error.to_string() });
        }
        let digest = format!("{:08x}", digest.finalize());
        Answer {
            line: format!(
                "rendered {}, {:.1} % of their pixels inside, digest {digest}",
                plural(rows, "row"),
                100.0 * inside as f64 / pixels.max(1) as f64
            ),
            json: json!({
                "rows": rows,
                "inside": inside,
                "iterations": iterations,
                "digest": digest,
            }),
            failures,
            figures: Some(Shares::of(&outcomes).figures()),
        }
    }
}
