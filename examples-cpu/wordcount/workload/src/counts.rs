//! How often each word occurs: a map that counts any number of pieces, and can be merged with other
//! maps.

use std::{collections::HashMap, hash::BuildHasher, mem};

use crc32fast::Hasher;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize, Serializer};

/// How often each word occurs in some pieces of a text.
///
/// Each worker counts into its own map, and the maps are [merged](Self::merge). The order of
/// merging makes no difference to the result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Packed")]
pub struct Counts {
    /// The words are UTF-8. As bytes, they can be looked up as they are in the text, and only a new
    /// word is copied. The hash is quick, but doesn't resist texts made to collide.
    words: HashMap<Box<[u8]>, u64, FxBuildHasher>,
    missed: Vec<Missed>,
}

/// The counts as they travel to another process. All words are written and read as one text. A map
/// of byte strings would travel byte by byte, which takes far longer than counting.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// A space follows each of them, which is in none.
    words: String,
    counts: Vec<u64>,
    missed: Vec<Missed>,
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut packed = Packed {
            words: String::new(),
            counts: Vec::with_capacity(self.words.len()),
            missed: self.missed.clone(),
        };
        for (word, count) in self.words() {
            packed.words.push_str(word);
            packed.words.push(' ');
            packed.counts.push(count);
        }
        packed.serialize(serializer)
    }
}

impl TryFrom<Packed> for Counts {
    type Error = &'static str;

    fn try_from(Packed { words, counts, missed }: Packed) -> Result<Self, Self::Error> {
        let number = counts.len();
        // They arrive in the order of a map with this hash. A map that grows meanwhile would put
        // them all into the same corner, where they would collide.
        let mut map = HashMap::with_capacity_and_hasher(number, FxBuildHasher);
        map.extend(words.split_terminator(' ').map(|word| word.as_bytes().into()).zip(counts));
        if words.matches(' ').count() != number || map.len() != number {
            return Err("there is not one count for each word");
        }
        Ok(Self { words: map, missed })
    }
}

/// A piece that could not be counted, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missed {
    /// Its index.
    pub piece: usize,
    /// What went wrong.
    pub reason: String,
}

impl Counts {
    /// Counts a word once more.
    #[inline]
    pub fn add(&mut self, word: &[u8]) {
        // An entry would have to own the word, and nearly all words are there already.
        if let Some(count) = self.words.get_mut(word) {
            *count += 1;
        } else {
            self.words.insert(word.into(), 1);
        }
    }

    /// Notes that a piece is not in here, or not all of it.
    pub fn miss(&mut self, missed: Missed) {
        self.missed.push(missed);
    }

    /// Adds the counts of another map.
    pub fn merge(&mut self, mut other: Self) {
        // Adding is symmetric, so the smaller map goes into the larger one.
        if self.words.len() < other.words.len() {
            mem::swap(self, &mut other);
        }
        // As in `try_from`. Half as many as in the other map is the guess that std makes, too.
        self.words.reserve(other.words.len() / 2);
        for (word, count) in other.words {
            *self.words.entry(word).or_default() += count;
        }
        self.missed.append(&mut other.missed);
    }

    /// Splits the words among this many maps. On every machine, the same word goes into the map at
    /// the same index.
    #[must_use]
    pub fn deal(self, shares: usize) -> Vec<Self> {
        let mut dealt: Vec<Self> = (0..shares).map(|_| Self::default()).collect();
        for (word, count) in self.words {
            dealt[share_of(&word, shares)].words.insert(word, count);
        }
        if let Some(first) = dealt.first_mut() {
            first.missed = self.missed;
        }
        dealt
    }

    /// The words with their counts, in no order.
    pub fn words(&self) -> impl Iterator<Item = (&str, u64)> {
        self.words.iter().map(|(word, &count)| {
            (str::from_utf8(word).expect("words are made of whole characters"), count)
        })
    }

    /// How many words there are, each as often as it occurs.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.words.values().sum()
    }

    /// How many different words there are.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.words.len()
    }

    /// The pieces that are not in here, in input order.
    #[must_use]
    pub fn missed(&self) -> Vec<&Missed> {
        let mut missed: Vec<_> = self.missed.iter().collect();
        missed.sort_unstable();
        missed
    }

    /// The most frequent words, and those that are equally frequent by the alphabet of Unicode.
    #[must_use]
    pub fn top(&self, number: usize) -> Vec<(&str, u64)> {
        let mut words: Vec<_> = self.words().collect();
        words.sort_unstable_by(|(word, count), (other, others)| {
            others.cmp(count).then_with(|| word.cmp(other))
        });
        words.truncate(number);
        words
    }

    /// The CRC-32 of all words and their counts, in the order of the words.
    #[must_use]
    pub fn digest(&self) -> u32 {
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_unstable();
        let mut hasher = Hasher::new();
        for (word, count) in words {
            hasher.update(word);
            // No word has this byte, so it cannot be taken for part of one.
            hasher.update(&[0]);
            hasher.update(&count.to_le_bytes());
        }
        hasher.finalize()
    }
}

/// The share that a word belongs to. It is the same everywhere, because the hash has no secret that
/// would differ from process to process.
#[must_use]
pub fn share_of(word: &[u8], shares: usize) -> usize {
    // It is hashed twice, because the maps themselves use the first hash: all words of a share
    // would crowd together in a map.
    let hash = FxBuildHasher.hash_one(FxBuildHasher.hash_one(word));
    usize::try_from(hash % shares as u64).expect("there are few")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(words: &str) -> Counts {
        let mut counts = Counts::default();
        words.split(' ').for_each(|word| counts.add(word.as_bytes()));
        counts
    }

    #[test]
    fn merging_is_adding_in_whichever_order() {
        let whole = counts("a b a c a ä b");
        let parts = ["a b", "a c a ä", "b"].map(counts);
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut merged = Counts::default();
            for part in order {
                merged.merge(parts[part].clone());
            }
            assert_eq!(merged, whole, "{order:?}");
            assert_eq!(merged.digest(), whole.digest());
        }
        assert_eq!((whole.total(), whole.distinct()), (7, 4));
    }

    #[test]
    fn dealing_gives_every_word_to_one_share_and_always_to_the_same() {
        let mut whole = counts("a b a c a ä b d e f g h");
        whole.miss(Missed { piece: 3, reason: "gone".into() });
        for shares in [1, 2, 3, 50] {
            let dealt = whole.clone().deal(shares);
            assert_eq!(dealt.len(), shares);
            let distinct: usize = dealt.iter().map(Counts::distinct).sum();
            assert_eq!(distinct, whole.distinct(), "no word is in two of {shares}");
            // Another map with one of the words puts it into the same share.
            let others = counts("c").deal(shares);
            let with_c = |counts: &Counts| counts.words().any(|(word, _)| word == "c");
            assert_eq!(dealt.iter().position(with_c), others.iter().position(with_c));
            let mut merged = Counts::default();
            for share in dealt {
                merged.merge(share);
            }
            assert_eq!(merged, whole);
        }
    }

    #[test]
    fn counts_come_back_from_another_process() {
        let mut whole = counts("a b a c a ä b");
        whole.miss(Missed { piece: 3, reason: "gone".into() });
        for counts in [whole, Counts::default()] {
            let text = serde_json::to_string(&counts).expect("it can be written");
            assert_eq!(serde_json::from_str::<Counts>(&text).expect("it can be read"), counts);
        }
        for text in [
            r#"{"words":"a ","counts":[1,2],"missed":[]}"#,
            r#"{"words":"a a ","counts":[1,2],"missed":[]}"#,
            r#"{"words":"a b ","counts":[1],"missed":[]}"#,
        ] {
            assert!(serde_json::from_str::<Counts>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_was_missed_survives_merging_and_comes_in_input_order() {
        let missed = |piece| Missed { piece, reason: "gone".into() };
        let (mut first, mut second) = (counts("a"), counts("b c d"));
        first.miss(missed(7));
        second.miss(missed(3));
        first.merge(second);
        assert_eq!(first.missed(), [&missed(3), &missed(7)]);
    }

    #[test]
    fn the_digest_tells_words_and_counts() {
        let digests = ["", "a", "b", "a a", "a b", "ab"].map(|words| counts(words).digest());
        for (index, digest) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(digest), "{index}");
        }
    }

    #[test]
    fn the_most_frequent_come_first() {
        let counts = counts("c b a b c ä");
        assert_eq!(counts.top(3), [("b", 2), ("c", 2), ("a", 1)]);
        assert_eq!(counts.top(9).len(), 4);
    }
}
