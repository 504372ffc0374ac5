//! The halves of a merge sort, owned: for an async task, which can't borrow.

use std::{ops::Range, sync::Arc};

use anyhow::{Context, Result, ensure};
use arc_slice::{ArcSliceMut, layout::ArcLayout};

use crate::{
    item::Item,
    piece::{Merge, Part, Piece, Place, cut},
};

/// A part of a vector with a single owner. It can be cut in two without copying, as `split_at_mut`
/// cuts a borrowed slice, and two neighbours can be joined again. The crate
/// [bytes](https://docs.rs/bytes) offers the same for bytes.
type Owned<T> = ArcSliceMut<[T], Layout, false>;
/// The parts of one vector share a count of their owners, so that the last owner gets the vector
/// back.
type Layout = ArcLayout<true>;

fn owned<T: Item>(items: Vec<T>) -> Owned<T> {
    ArcSliceMut::<[T], Layout>::from(items).into_shared()
}

/// Puts neighbours together again.
fn join<T: Item>(parts: impl IntoIterator<Item = Owned<T>>) -> Result<Owned<T>> {
    let mut parts = parts.into_iter();
    let mut joined = parts.next().context("there is no part")?;
    for part in parts {
        ensure!(joined.try_unsplit(part).is_ok(), "these parts are no neighbours");
    }
    Ok(joined)
}

/// Some of the items, to be sorted, or sorted already.
#[derive(Debug)]
pub struct Share<T: Item> {
    /// Where the items are to be in the end.
    sorted: Owned<T>,
    /// As much memory again.
    spare: Owned<T>,
    /// Whether the items are in the spare memory to begin with.
    starts_in_spare: bool,
    place: Place,
}

impl<T: Item> Share<T> {
    /// The share that has all of the items.
    #[must_use]
    pub fn new(items: Vec<T>, merge: Merge) -> Self {
        let place = Place::whole(items.len(), merge);
        let spare = owned(vec![T::default(); items.len()]);
        Self { sorted: owned(items), spare, starts_in_spare: false, place }
    }

    /// All of the items, sorted.
    ///
    /// # Errors
    /// It is not the share that has them all.
    pub fn into_items(self) -> Result<Vec<T>> {
        if self.sorted.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.sorted.try_into_buffer();
        items.ok().context("another share has some of the items")
    }

    /// Whether it is so short that the standard library takes over.
    #[must_use]
    pub fn is_run(&self) -> bool {
        self.place.is_run()
    }

    /// Cuts it into halves, to be sorted and then [merged](Neighbours). As for a [`Piece`], the two
    /// memories swap roles.
    #[must_use]
    pub fn halves(self) -> (Self, Self) {
        let Self { sorted: mut spare_left, spare: mut left, starts_in_spare, place } = self;
        let middle = left.len() / 2;
        let (right, spare_right) = (left.split_off(middle), spare_left.split_off(middle));
        let starts_in_spare = !starts_in_spare;
        let (left_place, right_place) = place.halves();
        (
            Self { sorted: left, spare: spare_left, starts_in_spare, place: left_place },
            Self { sorted: right, spare: spare_right, starts_in_spare, place: right_place },
        )
    }

    /// Sorts it on this thread alone, one half after the other.
    #[must_use]
    pub fn sort_alone(mut self) -> Self {
        let Self { sorted, spare, starts_in_spare, place } = &mut self;
        Piece::at(*place, sorted, spare, *starts_in_spare).sort_alone();
        self
    }
}

/// Two neighbours that are sorted, to be merged.
#[derive(Debug)]
pub struct Neighbours<T: Item> {
    /// Every part of their merge reads them, and nobody writes to them meanwhile.
    sorted: Arc<[Owned<T>; 2]>,
    place: Place,
}

/// A part of a merge: its share of the two neighbours, and the memory for the result.
#[derive(Debug)]
pub struct Cut<T: Item> {
    neighbours: Arc<[Owned<T>; 2]>,
    left: Range<usize>,
    right: Range<usize>,
    merged: Owned<T>,
    place: Place,
}

/// A part of a merge that is done.
#[derive(Debug)]
pub struct Merged<T: Item>(Owned<T>);

impl<T: Item> Neighbours<T> {
    /// Puts the halves of a share side by side again, and cuts their merge into at least so many
    /// parts of equal length, as far as there are runs; a serial merge is one part.
    ///
    /// # Errors
    /// They are not the halves of one share.
    pub fn cut(left: Share<T>, right: Share<T>, parts: usize) -> Result<(Self, Vec<Cut<T>>)> {
        let place = left.place.with_next();
        let merged = join([left.spare, right.spare])?;
        let all = [0..left.sorted.len(), 0..right.sorted.len()];
        let sorted = Arc::new([left.sorted, right.sorted]);
        let [left, right] = all;
        let neighbours = sorted.clone();
        let mut cuts = vec![Cut { neighbours, left, right, merged, place: place.merged() }];
        while cuts.len() < parts && cuts[0].place.may_be_cut() {
            cuts = cuts.into_iter().flat_map(Cut::halves).collect();
        }
        Ok((Self { sorted, place }, cuts))
    }

    /// Puts all parts of the merge together, in their order.
    ///
    /// # Errors
    /// These are not the parts, or not all of them are done.
    pub fn join(self, parts: Vec<Merged<T>>) -> Result<Share<T>> {
        let sorted = join(parts.into_iter().map(|Merged(part)| part))?;
        let neighbours = Arc::into_inner(self.sorted).context("a part is still being merged")?;
        Ok(Share { sorted, spare: join(neighbours)?, starts_in_spare: false, place: self.place })
    }
}

impl<T: Item> Cut<T> {
    fn halves(self) -> [Self; 2] {
        let Self { neighbours, left, right, mut merged, place } = self;
        let middle = merged.len() / 2;
        let taken = cut(&neighbours[0][left.clone()], &neighbours[1][right.clone()], middle);
        let (left_cut, right_cut) = (left.start + taken, right.start + middle - taken);
        let merged_rest = merged.split_off(middle);
        let (low, high) = place.halves();
        [
            Self {
                neighbours: neighbours.clone(),
                left: left.start..left_cut,
                right: right.start..right_cut,
                merged,
                place: low,
            },
            Self {
                neighbours,
                left: left_cut..left.end,
                right: right_cut..right.end,
                merged: merged_rest,
                place: high,
            },
        ]
    }

    /// Merges the part on this thread alone.
    #[must_use]
    pub fn merge_alone(self) -> Merged<T> {
        let Self { neighbours, left, right, mut merged, place } = self;
        let (left, right) = (&neighbours[0][left], &neighbours[1][right]);
        Part::at(place, left, right, &mut merged).merge_alone();
        Merged(merged)
    }
}
