//! A band of rows, which is evolved apart from the others.
//!
//! A step takes it from one generation to the next, or over several. What its rows become depends on
//! those beside it only near its edges: after a generation the outermost row at either end, after
//! `n` generations the outermost `n`. So a step has two halves. The first, the interior, needs the
//! band alone, and by far the most is done in it, while the rows of the neighbours are under way. The
//! second, the edges, needs those.

use harness::unit::Unit;
use serde::{Deserialize, Serialize};

use crate::kernel::{self, Sums};

/// Copies of some rows, as bands send them to each other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rows(Vec<u64>);

/// Copies of the rows of a band that others need.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Edges {
    /// What the band above looks at.
    pub top: Rows,
    /// What the band below looks at.
    pub bottom: Rows,
}

/// Some rows of a board, and what it takes to evolve them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Band {
    /// Which of how many bands it is.
    place: (usize, usize),
    pub(crate) width: usize,
    pub(crate) words: Vec<u64>,
    /// How many steps are done.
    steps: usize,
    /// What is computed near the upper and near the lower edge. This and the sums are made when they
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

    /// Takes a whole step, between the rows above the band and those below it, as they are before it.
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
            // So low a band has no interior.
            return;
        }
        // What the rows near the edges are now is needed once more when the neighbours' have come.
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

    /// Takes the second half of a step: evolves what depends on the rows above the band and below it,
    /// which are those from before the step, and as many as it has generations.
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
