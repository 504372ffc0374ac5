//! A band of rows, which evolves separately from the others.
//!
//! A step takes it to the next generation, or over several. Only its edges depend on the
//! neighbours' rows: after one generation the outermost row at either end, after `n` generations
//! the outermost `n`. So a step has two halves. The first, the interior, needs only the band
//! itself, and is most of the work; meanwhile the neighbours' rows are on their way. The second,
//! the edges, needs those rows.

use harness::unit::Unit;
use serde::{Deserialize, Serialize};

use crate::kernel::{self, Sums};

/// Copies of some rows, as bands send them to each other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rows(Vec<u64>);

/// Copies of the rows of a band that others need.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Edges {
    /// The rows that the band above needs.
    pub top: Rows,
    /// The rows that the band below needs.
    pub bottom: Rows,
}

/// Some rows of a board, and the memory to evolve them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Band {
    /// Which of how many bands it is.
    place: (usize, usize),
    pub(crate) width: usize,
    pub(crate) words: Vec<u64>,
    /// How many steps are done.
    steps: usize,
    /// The rows near the upper and near the lower edge. They and the sums are allocated when they
    /// are first used.
    #[serde(skip)]
    strips: [Vec<u64>; 2],
    /// The sums of three rows, one above the other.
    #[serde(skip)]
    sums: [Sums; 3],
}

impl Band {
    pub(crate) fn new(place: (usize, usize), width: usize, words: Vec<u64>) -> Self {
        Self { place, width, words, steps: 0, strips: Default::default(), sums: Default::default() }
    }

    /// A copy of the uppermost rows, one for each generation of a step.
    #[must_use]
    pub fn top(&self, generations: usize) -> Rows {
        Rows(self.words[..self.words_of(generations)].into())
    }

    /// A copy of the lowest rows, one for each generation of a step.
    #[must_use]
    pub fn bottom(&self, generations: usize) -> Rows {
        Rows(self.words[self.words.len() - self.words_of(generations)..].into())
    }

    /// Copies of both.
    #[must_use]
    pub fn edges(&self, generations: usize) -> Edges {
        Edges { top: self.top(generations), bottom: self.bottom(generations) }
    }

    /// Takes a whole step, with the rows above the band and those below it as they were before the
    /// step.
    ///
    /// # Panics
    /// Panics if those are no rows of this board, or not as many above as below.
    pub fn advance(&mut self, above: &Rows, below: &Rows) {
        self.advance_interior(above.0.len() / self.words_of(1));
        self.advance_edges(above, below);
    }

    /// Takes the first half of a step: evolves the interior by so many generations.
    pub fn advance_interior(&mut self, generations: usize) {
        let edge = self.words_of(generations);
        if self.words.len() < 2 * edge {
            // A band this low has no interior.
            return;
        }
        // The rows near the edges are needed once more, as they are now, when the neighbours' rows
        // have arrived.
        let [top, bottom] = &mut self.strips;
        top.clear();
        top.resize(edge, 0);
        top.extend(&self.words[..2 * edge]);
        bottom.clear();
        bottom.extend(&self.words[self.words.len() - 2 * edge..]);
        bottom.resize(3 * edge, 0);
        self.unit()
            .run(|| kernel::evolve(&mut self.words, self.width, generations, &mut self.sums));
    }

    /// Takes the second half of a step: evolves the edges, from the rows above the band and below
    /// it as they were before the step, as many of them as the step has generations.
    ///
    /// # Panics
    /// Panics if those are no rows of this board, or not as many above as below.
    pub fn advance_edges(&mut self, Rows(above): &Rows, Rows(below): &Rows) {
        let (edge, row, len) = (above.len(), self.words_of(1), self.words.len());
        assert!(below.len() == edge && edge.is_multiple_of(row), "they are rows of another board");
        let (width, generations) = (self.width, edge / row);
        let [top, bottom] = &mut self.strips;
        if len < 2 * edge {
            let mut all = [above, &self.words[..], below].concat();
            self.unit().run(|| kernel::evolve(&mut all, width, generations, &mut self.sums));
            self.words.copy_from_slice(&all[edge..edge + len]);
        } else {
            top[..edge].copy_from_slice(above);
            bottom[2 * edge..].copy_from_slice(below);
            for strip in [&mut *top, bottom] {
                kernel::evolve(strip, width, generations, &mut self.sums);
            }
            self.words[..edge].copy_from_slice(&top[edge..2 * edge]);
            self.words[len - edge..].copy_from_slice(&bottom[edge..2 * edge]);
        }
        self.steps += 1;
    }

    /// The unit of work: a step of this band.
    fn unit(&self) -> Unit {
        let (number, bands) = self.place;
        Unit::begin(self.steps * bands + number)
    }

    /// How many words so many rows have.
    fn words_of(&self, rows: usize) -> usize {
        rows * self.width.div_ceil(64)
    }
}
