//! What a picture shows, and one row of it: the unit of work.

use std::{
    ops::Range,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use clap::ValueEnum;
use harness::{pool::JobError, unit::Unit};
use serde::{Deserialize, Serialize};

use crate::kernel::{self, Points};

/// The parts of the plane that a picture can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Region {
    /// The whole set; its northern half mirrors the southern one
    Whole,
    /// The set's northern half; its lower rows, with the inside of the set, cost the most
    North,
    /// The valley of the seahorses, between the heart and the disk on its left
    Seahorses,
    /// Spirals at the edge of that valley
    Spirals,
    /// A small copy of the set, on the needle on its left
    Copy,
}

impl Region {
    /// The middle of the region, and its width and height.
    fn frame(self) -> ([f64; 2], [f64; 2]) {
        match self {
            Self::Whole => ([-0.65, 0.0], [3.2, 2.4]),
            Self::North => ([-0.5, 0.6], [1.6, 1.2]),
            Self::Seahorses => ([-0.75, 0.11], [0.08, 0.06]),
            Self::Spirals => ([-0.743_64, 0.131_83], [0.000_8, 0.000_6]),
            Self::Copy => ([-1.7585, 0.0], [0.06, 0.045]),
        }
    }
}

/// What a picture shows: which points of the plane its pixels stand for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    width: usize,
    height: usize,
    /// The number of iterations after which a pixel counts as inside.
    iterations: u32,
    /// The middle of the first pixel of the first row.
    corner: [f64; 2],
    /// The distance from the middle of a pixel to that of the next, to the right or below.
    step: f64,
}

/// A row that was rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The iterations of each pixel, from left to right.
    pub counts: Vec<u32>,
    /// Who rendered it.
    pub worker: Worker,
}

/// What came of one row.
pub type Outcome = Result<Rendered, Fault>;

/// Why a row is missing: a worker process failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub(crate) String);

impl From<JobError> for Fault {
    fn from(error: JobError) -> Self {
        Self(error.to_string())
    }
}

impl View {
    /// A view of a region, with square pixels. If the shape of the picture differs from the region,
    /// the picture shows more of the plane at its sides.
    ///
    /// # Panics
    /// If the picture has no pixels.
    #[must_use]
    pub fn new(region: Region, width: usize, height: usize, iterations: u32) -> Self {
        assert!(width > 0 && height > 0, "a picture of {width} × {height} pixels");
        let ([x, y], [region_width, region_height]) = region.frame();
        let (columns, rows) = (width as f64, height as f64);
        let step = (region_width / columns).max(region_height / rows);
        // The plane's vertical axis points upwards.
        let corner = [x - step * (columns - 1.0) / 2.0, y + step * (rows - 1.0) / 2.0];
        Self { width, height, iterations, corner, step }
    }

    /// The indices of the rows, from top to bottom.
    #[must_use]
    pub fn rows(&self) -> Range<usize> {
        0..self.height
    }

    /// Renders the row with this index: the unit of work.
    pub fn render_row(&self, row: usize) -> Outcome {
        Unit::begin(row).run(|| {
            let counts = kernel::dispatched(&self.points(row));
            Ok(Rendered { counts, worker: Worker::current() })
        })
    }

    /// The points that the pixels of a row stand for.
    #[must_use]
    pub fn points(&self, row: usize) -> Points {
        let [x, y] = self.corner;
        Points {
            x,
            y: y - row as f64 * self.step,
            step: self.step,
            number: self.width,
            iterations: self.iterations,
        }
    }

    /// The width of the picture, in pixels.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The number of iterations after which a pixel counts as inside.
    pub(crate) fn iterations(&self) -> u32 {
        self.iterations
    }
}

impl Rendered {
    /// The iterations of all pixels together.
    pub(crate) fn iterations(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }
}

/// A thread of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Worker {
    /// The process, by its number in the system.
    process: u32,
    /// The thread, by its number in its process.
    thread: u32,
}

impl Worker {
    /// The thread that asks.
    #[must_use]
    pub fn current() -> Self {
        Self { process: process::id(), thread: thread_number() }
    }
}

/// The calling thread's number in this process, from 0.
fn thread_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    thread_local!(static NUMBER: u32 = NEXT.fetch_add(1, Ordering::Relaxed));
    NUMBER.with(|&number| number)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn pixels_are_squares_around_the_middle_of_the_region() {
        for (width, height) in [(1600, 1200), (100, 1200), (1600, 10), (1, 1)] {
            let view = View::new(Region::North, width, height, 10);
            let (first, last) = (view.points(0), view.points(height - 1));
            let right = last.x + (width - 1) as f64 * last.step;
            assert!((f64::midpoint(first.x, right) + 0.5).abs() < 1e-12, "{width} × {height}");
            assert!((f64::midpoint(first.y, last.y) - 0.6).abs() < 1e-12, "{width} × {height}");
            // The whole region is in the picture.
            assert!(view.step * width as f64 >= 1.6 - 1e-12, "{width} × {height}");
            assert!(view.step * height as f64 >= 1.2 - 1e-12, "{width} × {height}");
        }
    }

    #[test]
    fn the_southern_half_mirrors_the_northern_one() {
        let view = View::new(Region::Whole, 96, 72, 500);
        let counts = |row| view.render_row(row).expect("no process can fail").counts;
        for row in 0..36 {
            assert_eq!(counts(row), counts(71 - row), "row {row}");
        }
    }

    #[test]
    fn the_area_of_the_set_is_the_known_one() {
        // 1.506… by counting pixels ([OEIS A098403](https://oeis.org/A098403)); what escapes after
        // more iterations, or lies on the border, adds a little.
        let view = View::new(Region::Whole, 1200, 900, 2000);
        let outcomes = view.rows().map(|row| view.render_row(row).expect("no process can fail"));
        let inside = |row: Rendered| row.counts.iter().filter(|&&count| count == 2000).count();
        let area = outcomes.map(inside).sum::<usize>() as f64 * view.step * view.step;
        assert!((1.500..1.516).contains(&area), "{area}");
    }

    #[test]
    fn every_region_has_an_inside_and_an_outside() {
        for region in Region::value_variants() {
            let view = View::new(*region, 120, 90, 1000);
            let counts: Vec<u32> = (view.rows())
                .flat_map(|row| view.render_row(row).expect("no process can fail").counts)
                .collect();
            assert!(counts.contains(&1000), "{region:?}");
            assert!(counts.iter().any(|&count| count < 200), "{region:?}");
        }
    }

    #[test]
    fn a_worker_is_one_thread() {
        let here = Worker::current();
        assert_eq!(Worker::current(), here);
        let there = thread::spawn(|| [Worker::current(), Worker::current()]);
        let [first, second] = there.join().expect("it does not panic");
        assert_eq!(first, second);
        assert_ne!(first, here);
    }
}
