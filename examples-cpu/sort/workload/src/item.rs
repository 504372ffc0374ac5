//! The items to sort: numbers, or lines of text.

use std::{
    cmp::Ordering,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    io::{self, Read, Write},
};

/// How many lines are written at a time.
const CHUNK: usize = 8192;

/// Something that can be sorted by all cells: it is copied when it is merged, handed to threads and
/// tasks, and written to a file for worker processes.
pub trait Item: Copy + Default + Ord + Send + Sync + 'static {
    /// What one of them is called.
    const NAME: &'static str;
    /// How many bytes one of them takes in a file, if that is the same for all of them.
    const SIZE: Option<usize>;

    /// Whether `self` may come right before `next` in the result of a stable sort.
    fn precedes(&self, next: &Self) -> bool;

    /// A number that hardly any other item has.
    fn fingerprint(&self) -> u64;

    /// How many bytes it takes in a file.
    fn size(&self) -> usize;

    /// Appends the item as bytes, the same on every machine.
    fn write(&self, bytes: &mut Vec<u8>);

    /// Writes items to a file, for another process of this machine.
    ///
    /// # Errors
    /// The file cannot be written.
    fn write_all(items: &[Self], file: &mut impl Write) -> io::Result<()>;

    /// Reads as many items as there is room for from a file, where they take so many bytes.
    ///
    /// # Errors
    /// There are not so many bytes, or they hold something else.
    fn read_all(file: &mut impl Read, bytes: u64, items: &mut [Self]) -> io::Result<()>;

    /// Appends the item as people read it.
    fn show(&self, text: &mut Vec<u8>);
}

impl Item for u64 {
    const NAME: &'static str = "number";
    const SIZE: Option<usize> = Some(size_of::<Self>());

    fn precedes(&self, next: &Self) -> bool {
        self <= next
    }

    fn fingerprint(&self) -> u64 {
        BuildHasherDefault::<DefaultHasher>::new().hash_one(self)
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn write_all(items: &[Self], file: &mut impl Write) -> io::Result<()> {
        file.write_all(bytemuck::cast_slice(items))
    }

    fn read_all(file: &mut impl Read, _bytes: u64, items: &mut [Self]) -> io::Result<()> {
        file.read_exact(bytemuck::cast_slice_mut(items))
    }

    fn show(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.to_string().as_bytes());
    }
}

/// A line of the user's text. Lines compare by their bytes alone.
///
/// The text stays in memory for as long as the program runs. So a line is a plain reference. Even a
/// task may hold it, although nobody knows beforehand how long the task will live.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    /// Its bytes, without the line feed.
    text: &'static [u8],
    /// Its place in the input, from 0. It tells whether equal lines have kept their order.
    number: u64,
}

impl Line {
    /// The lines of a text. A line feed at its end begins no further line.
    pub(crate) fn all(text: Vec<u8>) -> Vec<Self> {
        if text.is_empty() {
            return Vec::new();
        }
        let text: &'static [u8] = text.leak();
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        text.split(|&byte| byte == b'\n')
            .zip(0..)
            .map(|(text, number)| Self { text, number })
            .collect()
    }

    /// The first of the lines that were written one after the other, and what follows it.
    fn first(bytes: &'static [u8]) -> Option<(Self, &'static [u8])> {
        let (number, rest) = bytes.split_first_chunk()?;
        let (len, rest) = rest.split_first_chunk()?;
        let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
        let (text, rest) = rest.split_at_checked(len)?;
        Some((Self { text, number: u64::from_le_bytes(*number) }, rest))
    }
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Line {}

impl PartialOrd for Line {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Line {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(other.text)
    }
}

impl Item for Line {
    const NAME: &'static str = "line";
    const SIZE: Option<usize> = None;

    fn precedes(&self, next: &Self) -> bool {
        (self.text, self.number) < (next.text, next.number)
    }

    fn fingerprint(&self) -> u64 {
        BuildHasherDefault::<DefaultHasher>::new().hash_one((self.text, self.number))
    }

    fn size(&self) -> usize {
        2 * size_of::<u64>() + self.text.len()
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&(self.text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(self.text);
    }

    fn write_all(items: &[Self], file: &mut impl Write) -> io::Result<()> {
        let mut bytes = Vec::new();
        for items in items.chunks(CHUNK) {
            bytes.clear();
            for item in items {
                item.write(&mut bytes);
            }
            file.write_all(&bytes)?;
        }
        Ok(())
    }

    fn read_all(file: &mut impl Read, bytes: u64, items: &mut [Self]) -> io::Result<()> {
        let mut text = Vec::new();
        file.take(bytes).read_to_end(&mut text)?;
        // What comes from another process stays in memory, too, like the text itself.
        let mut text: &'static [u8] = text.leak();
        for item in items {
            (*item, text) = Self::first(text).ok_or(io::ErrorKind::UnexpectedEof)?;
        }
        Ok(())
    }

    fn show(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.text);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Items that compare equal and can still be distinguished.
    #[derive(Clone, Copy, Debug, Default)]
    pub(crate) struct Card {
        pub(crate) rank: u8,
        pub(crate) suit: u32,
    }

    impl PartialEq for Card {
        fn eq(&self, other: &Self) -> bool {
            self.rank == other.rank
        }
    }

    impl Eq for Card {}

    impl PartialOrd for Card {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for Card {
        fn cmp(&self, other: &Self) -> Ordering {
            self.rank.cmp(&other.rank)
        }
    }

    impl Item for Card {
        const NAME: &'static str = "card";
        const SIZE: Option<usize> = Some(5);

        fn precedes(&self, next: &Self) -> bool {
            (self.rank, self.suit) < (next.rank, next.suit)
        }

        fn fingerprint(&self) -> u64 {
            self.suit.into()
        }

        fn size(&self) -> usize {
            5
        }

        fn write(&self, bytes: &mut Vec<u8>) {
            bytes.push(self.rank);
            bytes.extend_from_slice(&self.suit.to_le_bytes());
        }

        fn write_all(_: &[Self], _: &mut impl Write) -> io::Result<()> {
            unreachable!("no test has cards in a file")
        }

        fn read_all(_: &mut impl Read, _: u64, _: &mut [Self]) -> io::Result<()> {
            unreachable!("no test has cards in a file")
        }

        fn show(&self, text: &mut Vec<u8>) {
            text.push(self.rank);
        }
    }

    #[test]
    fn a_text_has_the_lines_that_one_sees() {
        let lines =
            |text: &[u8]| Line::all(text.into()).iter().map(|line| line.text).collect::<Vec<_>>();
        assert_eq!(lines(b""), [b""; 0]);
        assert_eq!(lines(b"\n"), [b""]);
        assert_eq!(lines(b"a"), [b"a"]);
        assert_eq!(lines(b"a\n\nb\n"), [&b"a"[..], b"", b"b"]);
    }

    fn read<T: Item>(mut bytes: &[u8], number: usize) -> io::Result<Vec<T>> {
        let mut items = vec![T::default(); number];
        let len = bytes.len() as u64;
        T::read_all(&mut bytes, len, &mut items)?;
        Ok(items)
    }

    #[test]
    fn items_come_back_from_their_bytes() {
        let lines = Line::all(b"one\n\nthree".into());
        let mut bytes = Vec::new();
        Line::write_all(&lines, &mut bytes).expect("a vector takes everything");
        assert_eq!(bytes.len(), lines.iter().map(Item::size).sum::<usize>());
        let back = read::<Line>(&bytes, lines.len()).expect("they are whole");
        assert!(back.iter().zip(&lines).all(|(back, line)| back.number == line.number));
        assert_eq!(back, lines);
        for end in 0..19 {
            assert!(read::<Line>(&bytes[..end], 1).is_err(), "{end}");
        }
        assert_eq!(read::<u64>(&7_u64.to_ne_bytes(), 1).expect("it is whole"), [7]);
        assert!(read::<u64>(&[1; 7], 1).is_err());
    }
}
