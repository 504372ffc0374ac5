//! The row `life` without its concurrency: the board, its bands, a generation, and the answer.

mod animation;
mod band;
mod board;
mod kernel;
mod rle;
mod start;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use harness::{
    Answer, Failure, Kind, Limits, Plan, Shared, capacity,
    words::{grouped, plural},
};
use serde_json::json;

pub use band::{Band, Edges, Rows};
pub use board::Board;
use start::Start;

/// The largest board, in bytes: 2^30 cells, if its width is a multiple of 64.
const MOST_BYTES: usize = 1 << 27;
/// How many boards are in memory at the same time, in the cell with the most of them.
const COPIES: usize = 6;

/// Evolves a board of Conway's life.
#[derive(Args, Debug)]
pub struct Life {
    /// The width of the board, in cells
    #[arg(long, value_name = "CELLS", default_value_t = 4096,
          value_parser = clap::value_parser!(u32).range(1..))]
    width: u32,
    /// The height of the board, in rows
    #[arg(long, value_name = "ROWS", default_value_t = 4096,
          value_parser = clap::value_parser!(u32).range(1..))]
    height: u32,
    /// The number of generations
    #[arg(long, value_name = "N", default_value_t = 2000,
          value_parser = clap::value_parser!(u32).range(..=1_000_000_000))]
    generations: u32,
    /// Generations per step: bands exchange K rows at a time, and only every K generations
    #[arg(long, value_name = "K", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    halo: u32,
    /// How *threads* waits at its barrier (the other approaches ignore this)
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Wait::Sleep)]
    barrier: Wait,
    /// The first generation: random, glider, r-pentomino, or the path of an RLE file
    #[arg(long, default_value = "random")]
    pattern: Start,
    /// Write the run to this file as an animated GIF
    #[arg(long, value_name = "FILE.gif")]
    out: Option<PathBuf>,
}

/// How a thread waits for the others at a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Wait {
    /// Sleep until the system wakes it
    Sleep,
    /// Keep checking, and keep its core busy
    Spin,
}

/// The board of a run, and how far it is evolved.
#[derive(Debug)]
pub struct Input {
    /// The board before the first generation.
    pub start: Board,
    /// How many generations follow.
    pub generations: usize,
    /// How many of them a step takes at most.
    pub halo: usize,
    /// How threads wait at a barrier.
    pub barrier: Wait,
}

impl Input {
    /// The steps from the first to the last generation, if the board is cut into this many bands:
    /// how many generations each step takes. It is never more than a band has rows.
    #[must_use]
    pub fn steps(&self, bands: usize) -> impl ExactSizeIterator<Item = usize> + Clone + use<> {
        let halo = self.halo.min(self.start.height() / bands).max(1);
        let generations = self.generations;
        (0..generations).step_by(halo).map(move |done| halo.min(generations - done))
    }
}

impl harness::Row for Life {
    const NAME: &'static str = "life";
    const UNIT: &'static str = "step";
    type Input = Input;
    /// The last generation.
    type Output = Board;

    fn kind(&self) -> Kind {
        Kind::Computes
    }

    fn prepare(&self, shared: &Shared) -> Result<Input> {
        let [width, height, generations, halo] =
            [self.width, self.height, self.generations, self.halo].map(|number| number as usize);
        let row = width.div_ceil(64) * 8;
        ensure!(
            height <= MOST_BYTES / row,
            "a board of {width} × {height} takes {}, and the most is {}",
            harness::words::bytes((row * height) as u64),
            harness::words::bytes(MOST_BYTES as u64)
        );
        capacity::for_things(COPIES * height, "row", row)?;
        let start = self.pattern.board(width, height, shared.seed)?;
        // It is better to learn before the work than after it that a file can't be written.
        if let Some(out) = &self.out {
            capacity::for_writing(out)?;
        }
        Ok(Input { start, generations, halo, barrier: self.barrier })
    }

    fn plan(&self, input: &Input, Limits { workers, .. }: Limits) -> Plan {
        let Input { start, generations, .. } = input;
        let bands = workers.min(start.height());
        Plan {
            headline: format!(
                "{} × {} cells, {}, {} for {}",
                grouped(start.width()),
                grouped(start.height()),
                plural(*generations, "generation"),
                plural(bands, "band"),
                plural(workers, "worker"),
            ),
            input: json!({
                "width": start.width(), "height": start.height(), "generations": generations,
                "population": start.population(), "digest": digest(start),
            }),
            units: Some(input.steps(bands).len() * bands),
            lower_bound: None,
        }
    }

    fn answer(&self, input: &Input, last: Board) -> Answer {
        let (population, digest) = (last.population(), digest(&last));
        let mut failures = Vec::new();
        if let Some(path) = &self.out
            && let Err(error) = draw(path, input)
        {
            let unit = format!("cannot write {}", path.display());
            failures.push(Failure { unit, reason: format!("{error:#}") });
        }
        Answer {
            line: format!(
                "{} {} in generation {}, digest {digest}",
                plural(population, "cell"),
                if population == 1 { "lives" } else { "live" },
                grouped(input.generations)
            ),
            json: json!({ "population": population, "digest": digest }),
            failures,
            figures: None,
        }
    }
}

/// Draws all generations. The file keeps its old content until now.
fn draw(path: &Path, input: &Input) -> Result<()> {
    animation::write(&input.start, input.generations, &File::create(path)?)?;
    Ok(())
}

/// A board's digest, as it is printed.
fn digest(board: &Board) -> String {
    format!("{:08x}", board.digest())
}
