//! The halves of a merge sort, owned: for whoever cannot borrow, as a task of an async runtime or
//! another process.

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    item::Item,
    piece::{Merge, Part, Piece, Place, cut},
};

/// A share longer than this, in bytes, would be too long for a frame of the pool of processes.
const MOST_BYTES: usize = 128 << 20;

/// Some of the items, to be sorted, or sorted already.
#[derive(Clone, Debug)]
pub struct Share<T> {
    items: Vec<T>,
    /// Memory for as many items, once the share has been sorted. The system takes longer to give a
    /// program new memory than the program to copy something there, so it is kept for the merge.
    spare: Vec<Vec<T>>,
    place: Place,
}

impl<T: Item> Share<T> {
    /// The share that has all of the items.
    #[must_use]
    pub fn new(items: Vec<T>, merge: Merge) -> Self {
        let place = Place::whole(items.len(), merge);
        Self { items, spare: Vec::new(), place }
    }

    /// Its items.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// Whether it is so short that the standard library takes over.
    #[must_use]
    pub fn is_run(&self) -> bool {
        self.place.runs == 1
    }

    /// Cuts it into halves. The second one has to be copied, since a vector is one allocation.
    #[must_use]
    pub fn halves(self) -> (Self, Self) {
        let Self { items: mut left, place, .. } = self;
        let right = left.split_off(left.len() / 2);
        let (left_place, right_place) = place.halves();
        let [left, right] = [(left, left_place), (right, right_place)].map(|(items, place)| Self {
            items,
            spare: Vec::new(),
            place,
        });
        (left, right)
    }

    /// Cuts it into at least so many shares of equal length, as far as there are runs, none of them
    /// too long to be sent to another process.
    #[must_use]
    pub fn divide(self, shares: usize) -> Vec<Self> {
        let too_long = |share: &Self| {
            let bytes: usize = share.items.iter().map(Item::size).sum();
            bytes > MOST_BYTES
        };
        let mut divided = vec![self];
        while !divided[0].is_run() && (divided.len() < shares || divided.iter().any(too_long)) {
            divided = divided
                .into_iter()
                .flat_map(|share| {
                    let (left, right) = share.halves();
                    [left, right]
                })
                .collect();
        }
        divided
    }

    /// Sorts it on this thread alone, one half after the other.
    #[must_use]
    pub fn sort_alone(mut self) -> Self {
        let mut spare = vec![T::default(); self.items.len()];
        Piece::at(self.place, &mut self.items, &mut spare).sort_alone();
        self.spare.push(spare);
        self
    }
}

/// Two neighbours that are sorted, to be merged.
#[derive(Debug)]
pub struct Neighbours<T> {
    left: Share<T>,
    right: Share<T>,
}

/// Which items a part of their merge takes from the two of them.
#[derive(Debug)]
pub struct Cut<T> {
    left: Range<usize>,
    right: Range<usize>,
    place: Place,
    /// Memory for them, if there is some.
    merged: Option<Vec<T>>,
}

impl<T: Item> Neighbours<T> {
    /// Puts two shares side by side that are the halves of one.
    #[must_use]
    pub fn new(left: Share<T>, right: Share<T>) -> Self {
        Self { left, right }
    }

    /// Cuts their merge into at least so many parts of equal length, as far as there are runs; a
    /// serial merge is one part.
    #[must_use]
    pub fn cuts(&mut self, parts: usize) -> Vec<Cut<T>> {
        let (left, right) = (0..self.left.items.len(), 0..self.right.items.len());
        let place = self.left.place.with_next().merged();
        let mut cuts = vec![Cut { left, right, place, merged: None }];
        let may_be_cut = |cut: &Cut<T>| cut.place.runs > 1 && cut.place.merge == Merge::Parallel;
        while cuts.len() < parts && may_be_cut(&cuts[0]) {
            cuts = cuts.into_iter().flat_map(|cut| self.halves(cut)).collect();
        }
        let spare = self.left.spare.drain(..).chain(self.right.spare.drain(..));
        for (cut, spare) in cuts.iter_mut().zip(spare) {
            cut.merged = Some(spare);
        }
        cuts
    }

    fn halves(&self, Cut { left, right, place, .. }: Cut<T>) -> [Cut<T>; 2] {
        let middle = usize::midpoint(left.len(), right.len());
        let taken = cut(&self.left.items[left.clone()], &self.right.items[right.clone()], middle);
        let (left_cut, right_cut) = (left.start + taken, right.start + middle - taken);
        let (low, high) = place.halves();
        [
            (left.start..left_cut, right.start..right_cut, low),
            (left_cut..left.end, right_cut..right.end, high),
        ]
        .map(|(left, right, place)| Cut { left, right, place, merged: None })
    }

    /// Merges a part on this thread alone.
    #[must_use]
    pub fn merge_alone(&self, Cut { left, right, place, merged }: Cut<T>) -> Vec<T> {
        let (left, right) = (&self.left.items[left], &self.right.items[right]);
        let len = left.len() + right.len();
        let mut merged = merged
            .filter(|memory| memory.capacity() >= len)
            .unwrap_or_else(|| vec![T::default(); len]);
        merged.resize(len, T::default());
        Part::at(place, left, right, &mut merged).merge_alone();
        merged
    }

    /// Puts the merged parts together. Unless there is just one, they have to be copied.
    #[must_use]
    pub fn join(self, mut parts: Vec<Vec<T>>) -> Share<T> {
        let place = self.left.place.with_next();
        if parts.len() == 1 {
            return Share { items: parts.remove(0), spare: parts, place };
        }
        // The left one has kept the memory of both since they were cut apart.
        let mut items = self.left.items;
        items.clear();
        for part in &parts {
            items.extend_from_slice(part);
        }
        Share { items, spare: parts, place }
    }
}

/// A share as it travels to another process: its items as bytes, whatever they are.
#[derive(Debug, Serialize, Deserialize)]
pub struct Parcel {
    place: Place,
    bytes: Bytes,
}

impl<T: Item> From<&Share<T>> for Parcel {
    fn from(share: &Share<T>) -> Self {
        let mut bytes = Vec::with_capacity(share.items.iter().map(Item::size).sum());
        for item in &share.items {
            item.write(&mut bytes);
        }
        Self { place: share.place, bytes: Bytes(bytes) }
    }
}

impl<T: Item> TryFrom<Parcel> for Share<T> {
    type Error = NoItems;

    fn try_from(Parcel { place, bytes: Bytes(bytes) }: Parcel) -> Result<Self, NoItems> {
        Ok(Self { items: T::read(bytes).ok_or(NoItems)?, spare: Vec::new(), place })
    }
}

/// What came from another process holds no items.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("these bytes hold no items")]
pub struct NoItems;

impl<T: Item> Serialize for Share<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Parcel::from(self).serialize(serializer)
    }
}

impl<'de, T: Item> Deserialize<'de> for Share<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parcel::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

/// Bytes that are written at once. A plain vector would be written one by one.
#[derive(Debug)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Bytes;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }

        deserializer.deserialize_bytes(Visitor)
    }
}
