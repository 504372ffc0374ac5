//! The first generation of a board.

use std::{convert::Infallible, fs::File, io::Read, path::PathBuf, str::FromStr};

use anyhow::{Context, Result, ensure};

use crate::{board::Board, rle::Pattern};

/// The longest file of a pattern, in bytes.
const LONGEST: u64 = 64 << 20;

const GLIDER: &str = "x = 3, y = 3\nbob$2bo$3o!";
const R_PENTOMINO: &str = "x = 3, y = 3\nb2o$2o$bo!";

/// The first generation of a board, as the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Chance decides for every cell whether it lives.
    Random,
    /// Five cells that are one row further down, and one column to the right, after 4 generations.
    Glider,
    /// Five cells that keep changing for 1,103 generations on a board without end.
    RPentomino,
    /// A pattern from a file.
    File(PathBuf),
}

impl FromStr for Start {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "random" => Self::Random,
            "glider" => Self::Glider,
            "r-pentomino" => Self::RPentomino,
            path => Self::File(path.into()),
        })
    }
}

impl Start {
    /// Makes the board, with the pattern in its middle.
    pub(crate) fn board(&self, width: usize, height: usize, seed: u64) -> Result<Board> {
        let (name, text) = match self {
            Self::Random => return Ok(Board::random(width, height, seed)),
            Self::Glider => ("a glider".into(), GLIDER.into()),
            Self::RPentomino => ("an r-pentomino".into(), R_PENTOMINO.into()),
            Self::File(path) => {
                let name = path.display().to_string();
                let text = read(path).with_context(|| format!("cannot read {name}"))?;
                (name, text)
            }
        };
        let pattern: Pattern = text.parse().with_context(|| format!("{name} is no pattern"))?;
        ensure!(
            pattern.width <= width && pattern.height <= height,
            "{name} is {} × {}, and does not fit onto a board of {width} × {height}",
            pattern.width,
            pattern.height
        );
        let mut board = Board::empty(width, height);
        let (left, top) = ((width - pattern.width) / 2, (height - pattern.height) / 2);
        for (row, column, length) in pattern.runs {
            for column in column..column + length {
                board.enliven(left + column, top + row);
            }
        }
        Ok(board)
    }
}

fn read(path: &PathBuf) -> Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    ensure!(text.len() as u64 <= LONGEST, "it is longer than {}", harness::words::bytes(LONGEST));
    Ok(text)
}
