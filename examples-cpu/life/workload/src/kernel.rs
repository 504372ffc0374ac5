//! One generation of a row of cells, 64 cells at a time.
//!
//! A word holds 64 cells of a row, the leftmost in its lowest bit. Numbers are added bit by bit with
//! logical operations, as an adder made of gates does it, so that one instruction works on all
//! cells of a word, and on several words where the compiler finds vector instructions for them.
//!
//! A cell lives in the next generation if there are three living cells in the square of nine around
//! it, itself included, or if there are four and it is one of them. That is Conway's rule: with
//! three in the square, the cell is born or has two neighbours; with four, it lives on if it has
//! three neighbours. So first each row is summed up, each cell with its left and right neighbour;
//! then the sums of three rows, one above the other, are added. A row's sums serve three times.

/// For each cell of a row, how many of it and its two neighbours live: 0 to 3, in two binary digits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    ones: Vec<u64>,
    twos: Vec<u64>,
}

impl Sums {
    /// Sums up a row of `width` cells whose ends meet.
    pub(crate) fn sum_up(&mut self, row: &[u64], width: usize) {
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

/// Adds three numbers of one binary digit: 64 such sums at once.
fn sum(a: u64, b: u64, c: u64) -> (u64, u64) {
    (a ^ b ^ c, a & b | (a ^ b) & c)
}

/// Writes the next generation of a row, from it and from the sums of the row above, of itself and of
/// the row below.
pub(crate) fn next_row(sums: [&Sums; 3], row: &[u64], width: usize, next: &mut [u64]) {
    let words = row.len();
    let [above, here, below] = sums.map(|sums| (&sums.ones[..words], &sums.twos[..words]));
    let next = &mut next[..words];
    for i in 0..words {
        // Of the total of the nine cells: its ones, its twos in two parts, and one of its fours.
        let (ones, carried) = sum(above.0[i], here.0[i], below.0[i]);
        let (twos, fours) = sum(above.1[i], here.1[i], below.1[i]);
        let two = twos ^ carried;
        let three = ones & two & !fours;
        // Either both parts of the twos and no four, or none of them and a four.
        let four = !ones & !two & (carried ^ fours);
        next[i] = three | four & row[i];
    }
    // What lies beyond the last cell is no cell.
    next[words - 1] &= last_word(width);
}

/// Those bits of a row's last word that are cells.
pub(crate) fn last_word(width: usize) -> u64 {
    u64::MAX >> (63 - (width - 1) % 64)
}
