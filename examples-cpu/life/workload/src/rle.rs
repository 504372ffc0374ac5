//! Reads patterns in the format in which Life programs exchange them: run length encoding (RLE).
//!
//! Such a file has lines of comment, which begin with `#`; a header, `x = 3, y = 3, rule = B3/S23`,
//! where the rule may be missing; and then the rows: `b` is a dead cell, `o` a living one, `$` ends
//! a row, `!` the pattern, and a number before any of the first three repeats it. Text after the
//! `!` is a comment again. The format is described at
//! <https://conwaylife.com/wiki/Run_Length_Encoded>.

use std::str::FromStr;

/// A pattern: where it has living cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// The runs of living cells: row, first column, length.
    pub(crate) runs: Vec<(usize, usize, usize)>,
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("there is no header such as `x = 3, y = 3`")]
    NoHeader,
    #[error("line {line}: {what:?} in the header is none of `x = …`, `y = …`, `rule = …`")]
    Header { line: usize, what: String },
    #[error("line {line}: the rule is {rule}, not Conway's B3/S23")]
    Rule { line: usize, rule: String },
    #[error("line {line}: {what:?} is none of `b`, `o`, `$`, `!` and a number")]
    Letter { line: usize, what: char },
    #[error("line {line}: the number is too large, or stands before nothing that it could repeat")]
    Number { line: usize },
    #[error("line {line}: a cell lies outside the {width} × {height} of the header")]
    Outside { line: usize, width: usize, height: usize },
    #[error("there is no `!` at the end, so some of it may be missing")]
    NoEnd,
}

impl FromStr for Pattern {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#'));
        let header = lines.find(|(_, line)| !line.trim().is_empty());
        let (width, height) = size(header.ok_or(Fault::NoHeader)?)?;
        let mut pattern = Self { width, height, runs: Vec::new() };
        let (mut row, mut column) = (0_usize, 0_usize);
        let mut repeat = None;
        for (line, text) in lines {
            for letter in text.chars() {
                if let Some(digit) = letter.to_digit(10) {
                    let number = repeat.unwrap_or(0_usize).checked_mul(10);
                    let number = number.and_then(|number| number.checked_add(digit as usize));
                    repeat = Some(number.ok_or(Fault::Number { line })?);
                    continue;
                }
                if letter.is_whitespace() {
                    continue;
                }
                if letter == '!' {
                    return if repeat.is_none() {
                        Ok(pattern)
                    } else {
                        Err(Fault::Number { line })
                    };
                }
                let times = repeat.take().unwrap_or(1);
                let outside = Fault::Outside { line, width, height };
                match letter {
                    // Dead cells and empty rows may reach beyond the pattern, where everything is
                    // dead.
                    'b' => column = column.saturating_add(times),
                    '$' => (row, column) = (row.saturating_add(times), 0),
                    'o' if row >= height || times > width.saturating_sub(column) => {
                        return Err(outside);
                    }
                    'o' => {
                        pattern.runs.push((row, column, times));
                        column += times;
                    }
                    what => return Err(Fault::Letter { line, what }),
                }
            }
        }
        Err(Fault::NoEnd)
    }
}

/// Reads the header, and returns the width and the height.
fn size((line, text): (usize, &str)) -> Result<(usize, usize), Fault> {
    let (mut width, mut height) = (None, None);
    // Some rules contain commas; the rule comes last.
    for entry in text.splitn(3, ',').map(str::trim) {
        let unknown = || Fault::Header { line, what: entry.into() };
        let (name, value) = entry.split_once('=').ok_or_else(unknown)?;
        let (name, value) = (name.trim_end(), value.trim_start());
        match name {
            "x" => width = Some(value.parse().map_err(|_| unknown())?),
            "y" => height = Some(value.parse().map_err(|_| unknown())?),
            // Older programs write the rule the other way round, and without letters.
            "rule" if ["b3/s23", "23/3"].contains(&&*value.to_lowercase()) => {}
            "rule" => return Err(Fault::Rule { line, rule: value.into() }),
            _ => return Err(unknown()),
        }
    }
    width.zip(height).ok_or(Fault::NoHeader)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str) -> Result<Vec<(usize, usize, usize)>, Fault> {
        text.parse().map(|pattern: Pattern| pattern.runs)
    }

    #[test]
    fn a_glider_is_read() {
        let text = "#N Glider\n#C It moves.\nx = 3, y = 3, rule = B3/S23\nbob$2bo$3o!\nSeen often.";
        let glider = Pattern { width: 3, height: 3, runs: vec![(0, 1, 1), (1, 2, 1), (2, 0, 3)] };
        assert_eq!(text.parse(), Ok(glider));
    }

    #[test]
    fn rows_may_be_broken_and_skipped() {
        let expected = Ok(vec![(0, 10, 2), (3, 0, 1)]);
        assert_eq!(runs("x = 12, y = 4\n10b2o3$o!"), expected);
        assert_eq!(runs("\n x=12,y=4 \r\n1\r\n0b 2\n# a remark\no$\n2$ o\n !"), expected);
        assert_eq!(runs("x = 12, y = 4\n10b2o99b$9b2$o99b99$!"), expected);
    }

    #[test]
    fn a_pattern_may_be_empty() {
        assert_eq!(runs("x = 0, y = 0\n!"), Ok(vec![]));
    }

    #[test]
    fn conways_rule_has_several_names() {
        for rule in ["B3/S23", "b3/s23", "23/3"] {
            assert_eq!(runs(&format!("x = 1, y = 1, rule = {rule}\no!")), Ok(vec![(0, 0, 1)]));
        }
        for rule in ["B36/S23", "B3/S23:T100,100", "Life"] {
            let fault = runs(&format!("# HighLife\nx = 1, y = 1, rule = {rule}\no!"));
            assert_eq!(fault, Err(Fault::Rule { line: 2, rule: rule.into() }));
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let header = |what: &str| Err(Fault::Header { line: 1, what: what.into() });
        let outside = |width, height| Err(Fault::Outside { line: 2, width, height });
        for (text, expected) in [
            ("", Err(Fault::NoHeader)),
            ("#C nothing\n\n", Err(Fault::NoHeader)),
            ("x = 3\nbo!", Err(Fault::NoHeader)),
            ("bob$2bo$3o!", header("bob$2bo$3o!")),
            ("x = 3, y = -3\no!", header("y = -3")),
            ("x = 3, y = 3, z = 3\no!", header("z = 3")),
            ("x = 3, y = 3\nb*b!", Err(Fault::Letter { line: 2, what: '*' })),
            ("x = 3, y = 3\n\nb3!", Err(Fault::Number { line: 3 })),
            ("x = 3, y = 3\n99999999999999999999o!", Err(Fault::Number { line: 2 })),
            ("x = 3, y = 3\n4o!", outside(3, 3)),
            ("x = 3, y = 3\n18446744073709551615b2o!", outside(3, 3)),
            ("x = 3, y = 1\n3o$o!", outside(3, 1)),
            ("x = 3, y = 3\nbob$2bo$3o", Err(Fault::NoEnd)),
        ] {
            assert_eq!(runs(text), expected, "{text:?}");
        }
    }
}
