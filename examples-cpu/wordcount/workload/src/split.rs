//! Splits a text into words, chunk by chunk.
//!
//! A word is a maximal run of alphabetic characters, as Unicode defines them, in lower case. Every
//! other character ends a word; so does a byte that is not UTF-8. A combining accent that is a
//! separate character isn't alphabetic, so a text should have composed accents.

/// The longest that a character can be in UTF-8, in bytes.
pub(crate) const LONGEST: usize = 4;

/// Calls `each` with the words that begin in `chunk[from..until]`, and returns where in the chunk
/// to go on with the next one: the bytes from there on, with more of the text behind them, are the
/// next chunk. If there is no more (`at_end`), nothing is left over before `until`.
///
/// `from` must not lie inside a character or a word, and ASCII letters must be in lower case.
pub(crate) fn split(
    chunk: &[u8],
    from: usize,
    until: usize,
    at_end: bool,
    mut each: impl FnMut(&[u8]),
) -> usize {
    let mut folded = Vec::new();
    let mut position = from;
    while position < until {
        let start = position;
        position += ascii_letters(&chunk[start..]);
        match chunk.get(position) {
            // Most words end here. The character that ends them needs no second look.
            Some(byte) if byte.is_ascii() => {
                if position > start {
                    each(&chunk[start..position]);
                }
                position += 1;
            }
            // Nobody knows yet whether the word goes on.
            None if !at_end => return start,
            None => each(&chunk[start..position]),
            Some(_) => {
                folded.clear();
                folded.extend_from_slice(&chunk[start..position]);
                let Some(end) = fold(chunk, position, at_end, &mut folded) else { return start };
                if !folded.is_empty() {
                    each(&folded);
                }
                position = end;
            }
        }
    }
    position
}

/// Passes over the word that goes on at `chunk[from]`, if one does. Returns where to go on, and
/// whether it may go on even there.
pub(crate) fn skip_word(chunk: &[u8], from: usize, until: usize, at_end: bool) -> (usize, bool) {
    let mut position = from;
    while position < until {
        if chunk.len() - position < LONGEST && !at_end {
            return (position, true);
        }
        match letter_at(chunk, position) {
            Some(letter) => position += letter.len_utf8(),
            None => return (position, false),
        }
    }
    (position, true)
}

/// Where the last character begins in the few bytes before a place, which decides whether a word
/// goes on there. There is none if all of them are bytes from inside a character: then they belong
/// to none, and are no UTF-8.
pub(crate) fn last_character(before: &[u8]) -> Option<usize> {
    before.iter().rposition(|byte| !(0x80..0xc0).contains(byte))
}

/// How many ASCII letters in lower case there are before anything else.
///
/// The end of a word is practically random, and a wrongly predicted branch costs the processor more
/// than everything else here. So it looks at eight bytes together: most words end in the first
/// eight, and then no branch depends on where.
fn ascii_letters(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks();
    for (index, &block) in blocks.iter().enumerate() {
        let others = not_letters(u64::from_le_bytes(block));
        if others != 0 {
            return 8 * index + others.trailing_zeros() as usize / 8;
        }
    }
    let tail = rest.iter().position(|byte| !byte.is_ascii_lowercase()).unwrap_or(rest.len());
    8 * blocks.len() + tail
}

/// The highest bit of each byte that is not an ASCII letter in lower case.
fn not_letters(bytes: u64) -> u64 {
    const EVERY: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x80 * EVERY;
    // With seven bits in each byte, none of these sums carries over into the next byte.
    let low = bytes & !HIGHEST;
    let at_least_a = low + (0x80 - 0x61) * EVERY;
    let above_z = low + (0x80 - 0x7b) * EVERY;
    (bytes | !at_least_a | above_z) & HIGHEST
}

/// Adds what is left of a word, from a character that is not ASCII on, to `folded`, in lower case.
/// Returns where it ends, or nothing if the chunk ends before the word may do.
fn fold(chunk: &[u8], mut position: usize, at_end: bool, folded: &mut Vec<u8>) -> Option<usize> {
    loop {
        if chunk.len() - position < LONGEST && !at_end {
            return None;
        }
        // What ends the word is at least one byte long.
        let Some(letter) = letter_at(chunk, position) else {
            return Some(chunk.len().min(position + 1));
        };
        for lower in letter.to_lowercase() {
            folded.extend_from_slice(lower.encode_utf8(&mut [0; LONGEST]).as_bytes());
        }
        position += letter.len_utf8();
    }
}

/// The alphabetic character at this place, if there is one.
fn letter_at(chunk: &[u8], position: usize) -> Option<char> {
    let bytes = &chunk[position..chunk.len().min(position + LONGEST)];
    let first = bytes.utf8_chunks().next()?.valid().chars().next()?;
    first.is_alphabetic().then_some(first)
}
