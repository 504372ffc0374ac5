//! The board, a torus of cells, and the bands of rows that it is cut into.

use std::iter;

use crate::{band::Band, kernel};

/// A board of cells. It is a torus: beyond its last row comes its first, beyond the last cell of a
/// row its first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    width: usize,
    height: usize,
    /// Row by row, each beginning with a new word; the leftmost of 64 cells is the lowest bit. What
    /// is left of the last word of a row is always 0.
    words: Vec<u64>,
}

impl Board {
    /// A board where no cell lives.
    ///
    /// # Panics
    /// Panics if it would have no cells.
    #[must_use]
    pub fn empty(width: usize, height: usize) -> Self {
        assert!(width > 0 && height > 0, "a board of {width} by {height} has no cells");
        Self { width, height, words: vec![0; height * width.div_ceil(64)] }
    }

    /// A board where a coin toss decides for every cell whether it lives.
    #[must_use]
    pub fn random(width: usize, height: usize, seed: u64) -> Self {
        let mut coin = fastrand::Rng::with_seed(seed);
        let mut board = Self::empty(width, height);
        for row in board.words.chunks_exact_mut(width.div_ceil(64)) {
            row.fill_with(|| coin.u64(..));
            *row.last_mut().expect("a row has a word") &= kernel::last_word(width);
        }
        board
    }

    /// How many cells a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows there are.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether a cell lives.
    #[must_use]
    pub fn lives(&self, column: usize, row: usize) -> bool {
        let (word, bit) = self.place(column, row);
        self.words[word] >> bit & 1 == 1
    }

    /// The columns of a row where a cell lives.
    pub(crate) fn living(&self, row: usize) -> impl Iterator<Item = usize> {
        let words = self.words.chunks_exact(self.width.div_ceil(64)).nth(row).unwrap_or_default();
        words.iter().enumerate().flat_map(|(i, &word)| {
            // Each step clears the lowest bit that is set.
            let bits = iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)));
            let bits = bits.take_while(|&word| word != 0);
            bits.map(move |word| i * 64 + word.trailing_zeros() as usize)
        })
    }

    /// Makes a cell live.
    pub fn enliven(&mut self, column: usize, row: usize) {
        let (word, bit) = self.place(column, row);
        self.words[word] |= 1 << bit;
    }

    fn place(&self, column: usize, row: usize) -> (usize, usize) {
        assert!(column < self.width && row < self.height, "there is no cell {column}, {row}");
        (row * self.width.div_ceil(64) + column / 64, column % 64)
    }

    /// How many cells live.
    #[must_use]
    pub fn population(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// A checksum (CRC-32) of all cells.
    #[must_use]
    pub fn digest(&self) -> u32 {
        let mut digest = crc32fast::Hasher::new();
        for word in &self.words {
            digest.update(&word.to_le_bytes());
        }
        digest.finalize()
    }

    /// The board after so many generations.
    pub(crate) fn later(&self, generations: usize) -> Self {
        let (mut words, row) = (self.words.clone(), self.width.div_ceil(64));
        let mut sums = Default::default();
        for _ in 0..generations {
            let mut all = [&words[words.len() - row..], &words, &words[..row]].concat();
            kernel::evolve(&mut all, self.width, 1, &mut sums);
            words = all[row..all.len() - row].into();
        }
        Self { words, ..*self }
    }

    /// Cuts the board into this many bands of rows, as equal as possible, from top to bottom, or
    /// into a band per row if there are fewer rows.
    #[must_use]
    pub fn bands(&self, number: usize) -> Vec<Band> {
        let number = number.clamp(1, self.height);
        let row = self.width.div_ceil(64);
        let start = |i: usize| i * self.height / number * row;
        (0..number)
            .map(|i| Band::new((i, number), self.width, self.words[start(i)..start(i + 1)].into()))
            .collect()
    }

    /// Puts the bands of a board together again.
    ///
    /// # Panics
    /// Panics if there are none.
    #[must_use]
    pub fn joined(bands: Vec<Band>) -> Self {
        let width = bands[0].width;
        let words: Vec<u64> = bands.into_iter().flat_map(|band| band.words).collect();
        Self { width, height: words.len() / width.div_ceil(64), words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::band::Edges;

    /// The rule in its simplest form.
    fn next_by_the_rule(board: &Board) -> Board {
        let (width, height) = (board.width, board.height);
        let mut next = Board::empty(width, height);
        for row in 0..height {
            for column in 0..width {
                let mut neighbours = 0;
                for (right, down) in
                    [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)]
                {
                    let column = (column + width + right - 1) % width;
                    let row = (row + height + down - 1) % height;
                    neighbours += u32::from(board.lives(column, row));
                }
                if neighbours == 3 || neighbours == 2 && board.lives(column, row) {
                    next.enliven(column, row);
                }
            }
        }
        next
    }

    /// What the cells do, one band after the other: a step over so many generations.
    fn next_in_bands(board: &Board, number: usize, generations: usize) -> Board {
        let mut bands = board.bands(number);
        let number = bands.len();
        let edges: Vec<Edges> = bands.iter().map(|band| band.edges(generations)).collect();
        for (i, band) in bands.iter_mut().enumerate() {
            band.advance(&edges[(i + number - 1) % number].bottom, &edges[(i + 1) % number].top);
        }
        Board::joined(bands)
    }

    fn drawn(rows: &[&str]) -> Board {
        let mut board = Board::empty(rows[0].len(), rows.len());
        for (row, text) in rows.iter().enumerate() {
            for (column, letter) in text.chars().enumerate() {
                if letter == 'o' {
                    board.enliven(column, row);
                }
            }
        }
        board
    }

    #[test]
    fn every_generation_is_as_the_rule_says() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut sizes = vec![(1, 1), (2, 2), (64, 64), (65, 1), (1, 65), (128, 3), (129, 4)];
        sizes.extend((1..=200).map(|width| (width, random.usize(1..20))));
        for (width, height) in sizes {
            let mut board = Board::random(width, height, random.u64(..));
            for generation in 0..5 {
                let expected = next_by_the_rule(&board);
                for bands in [1, 2, 3, 7, 1000] {
                    let next = next_in_bands(&board, bands, 1);
                    assert_eq!(
                        next, expected,
                        "{width} × {height} in {bands} bands, generation {generation}"
                    );
                }
                assert_eq!(board.later(1), expected);
                board = expected;
            }
        }
    }

    #[test]
    fn a_step_over_several_generations_is_as_many_steps_over_one() {
        let mut random = fastrand::Rng::with_seed(2);
        for (width, height) in [(1, 1), (3, 7), (64, 12), (65, 30), (200, 41)] {
            let board = Board::random(width, height, random.u64(..));
            for bands in [1, 2, 3, 7] {
                // As many as the lowest band has rows.
                for generations in 1..=(height / bands).max(1) {
                    assert_eq!(
                        next_in_bands(&board, bands, generations),
                        board.later(generations),
                        "{width} × {height} in {bands} bands, {generations} generations"
                    );
                }
            }
        }
    }

    #[test]
    fn every_square_of_nine_is_as_the_rule_says() {
        // All 512 of them, side by side, at every place in a word.
        for shift in 0..64 {
            let mut board = Board::empty(512 * 5 + shift, 5);
            for (square, bit) in (0..512).flat_map(|square| (0..9).map(move |bit| (square, bit))) {
                if square >> bit & 1 == 1 {
                    board.enliven(square * 5 + 1 + bit % 3 + shift, 1 + bit / 3);
                }
            }
            assert_eq!(board.later(1), next_by_the_rule(&board));
        }
    }

    #[test]
    fn a_glider_comes_back_to_its_start() {
        let glider = ["bob", "bbo", "ooo"];
        for (width, height) in [(4, 4), (7, 7), (64, 64), (65, 65), (100, 100), (128, 128)] {
            let mut board = Board::empty(width, height);
            for (row, text) in glider.iter().enumerate() {
                for (column, _) in text.match_indices('o') {
                    board.enliven(column, row);
                }
            }
            // It moves by a cell down and a cell to the right in four generations.
            let returned = board.later(4 * width);
            if width > 4 {
                assert_eq!(returned, board, "{width}");
                assert_ne!(board.later(4 * width - 4), board, "{width}");
            }
        }
    }

    #[test]
    fn well_known_patterns_do_what_they_do() {
        let block = drawn(&["bbbb", "boob", "boob", "bbbb"]);
        assert_eq!(block.later(1), block);
        let blinker = drawn(&["bbbbb", "bbbbb", "booob", "bbbbb", "bbbbb"]);
        assert_eq!(blinker.later(1), drawn(&["bbbbb", "bbobb", "bbobb", "bbobb", "bbbbb"]));
        assert_eq!(blinker.later(2), blinker);
    }

    #[test]
    fn an_r_pentomino_settles_after_1103_generations() {
        // It then has 116 cells, six gliders among them, on a board where none of those has come
        // round to the rest.
        let mut board = Board::empty(2000, 2000);
        for (column, row) in [(1, 0), (2, 0), (0, 1), (1, 1), (1, 2)] {
            board.enliven(1000 + column, 1000 + row);
        }
        let settled = board.later(1103);
        assert_eq!(settled.population(), 116);
        assert_eq!(settled.later(100).population(), 116);
    }

    #[test]
    fn bands_are_as_equal_as_can_be_and_make_the_board_again() {
        let board = Board::random(100, 37, 3);
        for number in [1, 2, 5, 36, 37, 1000] {
            let bands = board.bands(number);
            assert_eq!(bands.len(), number.min(37));
            let rows: Vec<usize> = bands.iter().map(|band| band.words.len() / 2).collect();
            assert!(rows.iter().max() <= rows.iter().min().map(|least| least + 1).as_ref());
            assert_eq!(Board::joined(bands), board);
        }
    }

    #[test]
    fn a_seed_makes_the_same_board_again() {
        let board = Board::random(1000, 100, 7);
        assert_eq!(board, Board::random(1000, 100, 7));
        assert_ne!(board, Board::random(1000, 100, 8));
        assert_eq!(
            board.population(),
            u64::from(board.words.iter().map(|w| w.count_ones()).sum::<u32>())
        );
        assert!((45_000..55_000).contains(&board.population()));
    }

    #[test]
    fn every_cell_counts_for_the_digest() {
        let board = Board::random(70, 3, 1);
        let mut digests = vec![board.digest()];
        for (column, row) in (0..70).flat_map(|column| (0..3).map(move |row| (column, row))) {
            let mut other = board.clone();
            other.enliven(column, row);
            if other != board {
                digests.push(other.digest());
            }
        }
        let all = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), all);
        assert!(all > 50);
    }

    #[test]
    #[should_panic(expected = "another board")]
    fn rows_of_another_board_are_refused() {
        // A row of this board is three words, which no number of rows of the other board comes to.
        let mut band = Board::empty(129, 2).bands(1).remove(0);
        let row = Board::empty(64, 1).bands(1).remove(0).top(1);
        band.advance(&row, &row);
    }
}
