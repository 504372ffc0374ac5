//! What is sorted: numbers, or lines of text.

use std::{
    cmp::Ordering,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

/// Something that can be sorted by all cells: it is copied when it is merged, handed to threads and
/// tasks, and sent to worker processes.
pub trait Item: Copy + Default + Ord + Send + Sync + 'static {
    /// What one of them is called.
    const NAME: &'static str;

    /// Whether `self` may come right before `next` in what a stable sort has sorted.
    fn precedes(&self, next: &Self) -> bool;

    /// A number that hardly any other item has.
    fn fingerprint(&self) -> u64;

    /// How many bytes [`Self::write`] appends.
    fn size(&self) -> usize;

    /// Appends the item as bytes, for a digest or another process.
    fn write(&self, bytes: &mut Vec<u8>);

    /// Reads the items that `bytes` hold; `None` if it holds anything else.
    fn read(bytes: Vec<u8>) -> Option<Vec<Self>>;

    /// Appends the item as people read it.
    fn show(&self, text: &mut Vec<u8>);
}

impl Item for u64 {
    const NAME: &'static str = "number";

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

    fn read(bytes: Vec<u8>) -> Option<Vec<Self>> {
        let (numbers, []) = bytes.as_chunks() else { return None };
        Some(numbers.iter().map(|&number| Self::from_le_bytes(number)).collect())
    }

    fn show(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.to_string().as_bytes());
    }
}

/// A line of the user's. Lines compare by their bytes alone.
///
/// The text stays in memory for as long as the program runs. So a line is a plain reference, which
/// a task may hold as well, although nobody knows beforehand how long the task will live.
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

    fn read(bytes: Vec<u8>) -> Option<Vec<Self>> {
        // What comes from another process stays in memory, too, like the text itself.
        let mut bytes: &'static [u8] = bytes.leak();
        let mut lines = Vec::new();
        while !bytes.is_empty() {
            let (number, rest) = bytes.split_first_chunk()?;
            let (len, rest) = rest.split_first_chunk()?;
            let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
            let (text, rest) = rest.split_at_checked(len)?;
            lines.push(Self { text, number: u64::from_le_bytes(*number) });
            bytes = rest;
        }
        Some(lines)
    }

    fn show(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.text);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An item of which many are equal, and which can still be told apart.
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

        fn read(bytes: Vec<u8>) -> Option<Vec<Self>> {
            let (cards, []) = bytes.as_chunks() else { return None };
            let card =
                |&[rank, ref suit @ ..]: &[u8; 5]| Self { rank, suit: u32::from_le_bytes(*suit) };
            Some(cards.iter().map(card).collect())
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

    #[test]
    fn items_come_back_from_their_bytes() {
        let lines = Line::all(b"one\n\nthree".into());
        let mut bytes = Vec::new();
        for line in &lines {
            line.write(&mut bytes);
        }
        let read = Line::read(bytes.clone()).expect("they are whole");
        assert!(read.iter().zip(&lines).all(|(read, line)| read.number == line.number));
        assert_eq!(read, lines);
        for end in 1..19 {
            assert!(Line::read(bytes[..end].into()).is_none(), "{end}");
        }
        assert_eq!(u64::read(7_u64.to_le_bytes().into()), Some(vec![7]));
        assert_eq!(u64::read(vec![1; 9]), None);
    }
}
