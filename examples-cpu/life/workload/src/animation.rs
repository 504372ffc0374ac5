//! Draws the generations of a board into an animated picture.

use std::io::{BufWriter, Write};

use anyhow::Result;
use gif::{Encoder, Frame, Repeat};

use crate::board::Board;

/// The most frames of a picture. If there are more generations, it shows some of them, at equal
/// distances.
const MOST_FRAMES: usize = 120;
/// The most pixels of a side. On a larger board, several cells share a pixel.
const MOST_PIXELS: usize = 400;
/// A small board is enlarged to about this many pixels on its longer side.
const FEWEST_PIXELS: usize = 256;
/// How long a frame is shown, in hundredths of a second.
const DELAY: u16 = 8;
/// The shades of a pixel, from one where no cell lives to one where at least half of them do.
const SHADES: usize = 16;

/// Draws this many generations of the board, starting from this one. They are computed once more
/// for this.
///
/// # Errors
/// Those of the writer.
pub(crate) fn write(start: &Board, generations: usize, to: impl Write) -> Result<()> {
    let scale = Scale::of(start);
    let [width, height] = [start.width(), start.height()].map(|cells| scale.pixels(cells));
    let mut encoder = Encoder::new(BufWriter::new(to), width, height, &palette())?;
    encoder.set_repeat(Repeat::Infinite)?;
    let (mut board, mut now) = (start.clone(), 0);
    for generation in shown(generations) {
        board = board.later(generation - now);
        now = generation;
        let mut frame = Frame::from_indexed_pixels(width, height, scale.draw(&board), None);
        frame.delay = DELAY;
        encoder.write_frame(&frame)?;
    }
    encoder.into_inner()?.flush()?;
    Ok(())
}

/// The generations that are shown, the first and the last among them.
fn shown(generations: usize) -> impl Iterator<Item = usize> {
    let steps = generations.clamp(1, MOST_FRAMES - 1);
    (0..=steps.min(generations)).map(move |i| generations * i / steps)
}

/// From light to dark.
fn palette() -> Vec<u8> {
    let [light, dark] = [[250, 248, 240], [20, 40, 90]];
    let shade = |i: usize, channel: usize| {
        let [from, to]: [usize; 2] = [light[channel], dark[channel]];
        let mixed = (from * (SHADES - 1 - i) + to * i) / (SHADES - 1);
        u8::try_from(mixed).expect("it lies between two bytes")
    };
    (0..SHADES).flat_map(|i| [0, 1, 2].map(|channel| shade(i, channel))).collect()
}

/// How large a cell is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    /// Squares of so many cells a side share a pixel.
    Shared(usize),
    /// A cell has a square of so many pixels a side.
    Enlarged(usize),
}

impl Scale {
    fn of(board: &Board) -> Self {
        let side = board.width().max(board.height());
        if side > MOST_PIXELS {
            Self::Shared(side.div_ceil(MOST_PIXELS))
        } else {
            Self::Enlarged((FEWEST_PIXELS / side).max(1))
        }
    }

    /// How many pixels so many cells take.
    fn pixels(self, cells: usize) -> u16 {
        let pixels = match self {
            Self::Shared(side) => cells.div_ceil(side),
            Self::Enlarged(side) => cells * side,
        };
        u16::try_from(pixels).expect("it is no more than the most of a side")
    }

    /// The shade of each pixel, row by row.
    fn draw(self, board: &Board) -> Vec<u8> {
        const DARKEST: usize = SHADES - 1;
        let [width, height] =
            [board.width(), board.height()].map(|cells| usize::from(self.pixels(cells)));
        let mut pixels = Vec::with_capacity(width * height);
        for row in 0..height {
            match self {
                Self::Enlarged(side) => {
                    let lives = |column| usize::from(board.lives(column / side, row / side));
                    pixels.extend((0..width).map(|column| lives(column) * DARKEST));
                }
                Self::Shared(side) => {
                    let rows = row * side..board.height().min((row + 1) * side);
                    let mut living = vec![0; width];
                    for column in rows.clone().flat_map(|row| board.living(row)) {
                        living[column / side] += 1;
                    }
                    // The last pixels of a row and of a column may have fewer cells.
                    pixels.extend(living.iter().enumerate().map(|(column, living)| {
                        let columns = board.width().min((column + 1) * side) - column * side;
                        // Rounded up, so that even a single living cell is visible.
                        (living * 2 * DARKEST).div_ceil(columns * rows.len()).min(DARKEST)
                    }));
                }
            }
        }
        pixels.into_iter().map(|shade| u8::try_from(shade).expect("there are few shades")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frames_are_few_and_reach_from_the_first_to_the_last_generation() {
        for generations in [0, 1, 2, 119, 120, 121, 500, 1_000_000_000] {
            let shown: Vec<usize> = shown(generations).collect();
            assert!(shown.len() <= MOST_FRAMES && shown.is_sorted());
            assert_eq!((shown[0], shown[shown.len() - 1]), (0, generations));
        }
        assert!(shown(119).eq(0..=119));
    }

    #[test]
    fn the_picture_is_bounded_whatever_the_board() {
        for (width, height, expected) in [
            (1, 1, (256, 256)),
            (64, 64, (256, 256)),
            (100, 30, (200, 60)),
            (400, 1, (400, 1)),
            (4096, 4096, (373, 373)),
            (1_000_000, 1, (400, 1)),
        ] {
            let board = Board::empty(width, height);
            let scale = Scale::of(&board);
            assert_eq!((scale.pixels(width), scale.pixels(height)), expected);
            let pixels = usize::from(expected.0) * usize::from(expected.1);
            assert_eq!(scale.draw(&board), vec![0; pixels]);
        }
    }

    #[test]
    fn a_living_cell_is_seen() {
        let mut board = Board::empty(3, 2);
        board.enliven(1, 1);
        assert_eq!(Scale::Enlarged(1).draw(&board), [0, 0, 0, 0, 15, 0]);
        assert_eq!(Scale::Enlarged(2).draw(&board)[12..18], [0, 0, 15, 15, 0, 0]);
        assert_eq!(Scale::Shared(2).draw(&board), [8, 0]);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let board = Board::random(100, 70, 0);
        let mut picture = Vec::new();
        write(&board, 20, &mut picture).expect("a vector takes everything");
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::Indexed);
        let mut decoder = options.read_info(&picture[..]).expect("it is a picture");
        assert_eq!((decoder.width(), decoder.height()), (200, 140));
        for generation in 0..=20 {
            let frame = decoder.read_next_frame().expect("it is whole").expect("there are 21");
            assert_eq!(frame.buffer, Scale::of(&board).draw(&board.later(generation)));
        }
        assert!(decoder.read_next_frame().expect("it is whole").is_none());
    }
}
