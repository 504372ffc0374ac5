//! One generation of a row of cells, 64 cells at a time.
//!
//! A word holds 64 cells of a row, the leftmost in its lowest bit. Numbers are added bit by bit
//! with logical operations, like an adder made of gates. So one instruction works on all cells of a
//! word, and a vector instruction on several words.
//!
//! A cell lives in the next generation if there are three living cells in the square of nine around
//! it, itself included, or if there are four and it is one of them. That is Conway's rule: with
//! three in the square, the cell is born or has two neighbours; with four, it lives on if it has
//! three neighbours. So first each row is summed up, each cell with its left and right neighbour;
//! then the sums of three rows, one above the other, are added. A row's sums are used three times,
//! and once they are computed, the row itself can be overwritten.

use multiversion::multiversion;

/// Evolves rows in place, by this many generations. The rows above the first and below the last are
/// unknown, so after each generation one more row at either end is wrong.
///
/// All x86-64 processors have vectors of two words; to use wider ones, a program has to ask the
/// processor that it runs on, as here.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn evolve(rows: &mut [u64], width: usize, generations: usize, sums: &mut [Sums; 3]) {
    let words = width.div_ceil(64);
    let place = |row: usize| row * words..(row + 1) * words;
    for lost in 1..=generations {
        let inner = lost..rows.len() / words - lost;
        sums[1].sum_up(&rows[place(lost - 1)], width);
        sums[2].sum_up(&rows[place(lost)], width);
        for row in inner {
            // The sums below become those of the row itself, and those of the row itself become
            // those above it.
            sums.rotate_left(1);
            sums[2].sum_up(&rows[place(row + 1)], width);
            next_row(sums, width, &mut rows[place(row)]);
        }
    }
}

/// For each cell of a row, how many of it and its two neighbours live: 0 to 3, in two binary digits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    ones: Vec<u64>,
    twos: Vec<u64>,
}

impl Sums {
    /// Sums up a row of `width` cells whose ends meet.
    #[expect(clippy::inline_always, reason = "`evolve` compiles it for each kind of processor")]
    #[inline(always)]
    fn sum_up(&mut self, row: &[u64], width: usize) {
        let words = row.len();
        self.ones.resize(words, 0);
        self.twos.resize(words, 0);
        let (ones, twos) = (&mut self.ones[..words], &mut self.twos[..words]);
        // Three views of the row, each a word further, instead of indices: the compiler sees that
        // none leads outside, and turns the loop into vector instructions.
        let inner = row.iter().zip(row.iter().skip(1)).zip(row.iter().skip(2));
        let sums = ones.iter_mut().zip(twos.iter_mut()).skip(1);
        for (((left, here), right), (one, two)) in inner.zip(sums) {
            (*one, *two) = sum(here << 1 | left >> 63, *here, here >> 1 | right << 63);
        }
        // At the ends the neighbour is the cell at the other end, and the last word may not be full.
        let last = words - 1;
        let last_cell = (width - 1) % 64;
        for i in [0, last] {
            let here = row[i];
            let left = if i == 0 { row[last] >> last_cell & 1 } else { row[i - 1] >> 63 };
            let right = if i == last { (row[0] & 1) << last_cell } else { row[i + 1] << 63 };
            (ones[i], twos[i]) = sum(here << 1 | left, here, here >> 1 | right);
        }
    }
}

/// Adds three numbers of one binary digit: 64 such sums together.
#[expect(clippy::inline_always, reason = "`evolve` compiles it for each kind of processor")]
#[inline(always)]
fn sum(a: u64, b: u64, c: u64) -> (u64, u64) {
    (a ^ b ^ c, a & b | (a ^ b) & c)
}

/// Makes a row its next generation, from it and from the sums of the row above, of itself and of the
/// row below.
#[expect(clippy::inline_always, reason = "`evolve` compiles it for each kind of processor")]
#[inline(always)]
fn next_row(sums: &[Sums; 3], width: usize, row: &mut [u64]) {
    let words = row.len();
    let [above, here, below] =
        sums.each_ref().map(|sums| (&sums.ones[..words], &sums.twos[..words]));
    for (i, cells) in row.iter_mut().enumerate() {
        // Of the total of the nine cells: its ones, its twos in two parts, and one of its fours.
        let (ones, carried) = sum(above.0[i], here.0[i], below.0[i]);
        let (twos, fours) = sum(above.1[i], here.1[i], below.1[i]);
        let two = twos ^ carried;
        let three = ones & two & !fours;
        // Either both parts of the twos and no four, or none of them and a four.
        let four = !ones & !two & (carried ^ fours);
        *cells = three | four & *cells;
    }
    // Bits beyond the last cell are not cells.
    row[words - 1] &= last_word(width);
}

/// Those bits of a row's last word that are cells.
pub(crate) fn last_word(width: usize) -> u64 {
    u64::MAX >> (63 - (width - 1) % 64)
}
