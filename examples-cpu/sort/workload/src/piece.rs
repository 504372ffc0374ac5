//! The halves of a merge sort, borrowed: which part of the items is sorted or merged next, and with
//! what memory.
//!
//! Nothing here depends on who does the work. Two halves share no item, as the compiler knows from
//! `split_at_mut`. So two threads may take them, or one thread may do them one after the other.

use std::{convert::Infallible, mem};

use harness::unit::Unit;
use serde::{Deserialize, Serialize};

use crate::item::Item;

/// Up to this number of items are a run, which the standard library sorts. A run of numbers takes
/// 1 MB, so that it fits the second-level cache of a core, with the memory to sort it.
pub const RUN: usize = 128 * 1024;

/// How two sorted halves are merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Merge {
    /// As a whole, by one worker
    Serial,
    /// Cut into halves again and again, which several workers may merge
    #[default]
    Parallel,
}

/// Where a part of the items stands among all of them, counted in runs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) merge: Merge,
    /// How many runs come before it.
    first: usize,
    /// How many runs it has: a power of two.
    pub(crate) runs: usize,
    /// How many runs there are altogether.
    of: usize,
    /// How often its items have already been merged.
    level: usize,
}

impl Place {
    /// The place of all items.
    pub(crate) fn whole(len: usize, merge: Merge) -> Self {
        let runs = len.div_ceil(RUN).next_power_of_two();
        Self { merge, first: 0, runs, of: runs, level: 0 }
    }

    pub(crate) fn halves(self) -> (Self, Self) {
        let runs = self.runs / 2;
        (Self { runs, ..self }, Self { runs, first: self.first + runs, ..self })
    }

    /// The same place once more, for the merge of its two sorted halves.
    pub(crate) fn merged(self) -> Self {
        Self { level: self.runs.ilog2() as usize, ..self }
    }

    /// Whether it is so short that the standard library takes over.
    pub(crate) fn is_run(self) -> bool {
        self.runs == 1
    }

    /// Whether a merge here may be cut into halves.
    pub(crate) fn may_be_cut(self) -> bool {
        self.runs > 1 && self.merge == Merge::Parallel
    }

    /// The place of two neighbours.
    pub(crate) fn with_next(self) -> Self {
        Self { runs: 2 * self.runs, ..self }
    }

    /// How many units of work there are: to sort each run, and to make each part of each merge.
    pub(crate) fn units(self) -> usize {
        match self.merge {
            Merge::Serial => 2 * self.runs - 1,
            Merge::Parallel => self.runs * (1 + self.runs.ilog2() as usize),
        }
    }

    /// The number of the unit of work that is done here.
    fn unit(self) -> usize {
        match self.merge {
            // A level of merges has half as many as the level before it, each of them a unit.
            Merge::Serial => {
                2 * self.of - ((2 * self.of) >> self.level) + (self.first >> self.level)
            }
            // A level has a unit for each run.
            Merge::Parallel => self.level * self.of + self.first,
        }
    }

    /// Begins a unit of work.
    fn begin(self) -> Unit {
        Unit::begin(self.unit())
    }
}

/// A part of the items, to be sorted.
#[derive(Debug)]
pub struct Piece<'a, T> {
    /// Where the items are to be in the end.
    sorted: &'a mut [T],
    /// As much memory again.
    spare: &'a mut [T],
    /// Whether the items are in the spare memory to begin with.
    starts_in_spare: bool,
    place: Place,
}

impl<'a, T: Item> Piece<'a, T> {
    /// The piece of all items, with as much memory in `spare`, whose content never matters.
    pub fn new(items: &'a mut [T], spare: &'a mut [T], merge: Merge) -> Self {
        let place = Place::whole(items.len(), merge);
        Self::at(place, items, spare, false)
    }

    pub(crate) fn at(
        place: Place,
        sorted: &'a mut [T],
        spare: &'a mut [T],
        starts_in_spare: bool,
    ) -> Self {
        Self { sorted, spare, starts_in_spare, place }
    }

    /// Whether it is so short that the standard library takes over.
    #[must_use]
    pub fn is_run(&self) -> bool {
        self.place.is_run()
    }

    /// Sorts a run: a unit of work.
    pub fn sort_run(self) {
        self.place.begin().run(|| {
            if self.starts_in_spare {
                self.sorted.copy_from_slice(self.spare);
            }
            self.sorted.sort();
        });
    }

    /// The two halves, to be sorted before they are [merged](Self::merge).
    ///
    /// Their items have to end up in the spare memory, so that the merge can write from there to
    /// the final place. So for the halves, the two memories swap roles.
    pub fn halves(&mut self) -> (Piece<'_, T>, Piece<'_, T>) {
        let middle = self.sorted.len() / 2;
        let (left, right) = self.spare.split_at_mut(middle);
        let (spare_left, spare_right) = self.sorted.split_at_mut(middle);
        let (left_place, right_place) = self.place.halves();
        let starts_in_spare = !self.starts_in_spare;
        (
            Piece { sorted: left, spare: spare_left, starts_in_spare, place: left_place },
            Piece { sorted: right, spare: spare_right, starts_in_spare, place: right_place },
        )
    }

    /// The merge of the halves, which have been sorted.
    #[must_use]
    pub fn merge(self) -> Part<'a, T> {
        let (left, right) = self.spare.split_at(self.sorted.len() / 2);
        Part { left, right, merged: self.sorted, place: self.place.merged() }
    }

    /// Sorts it on this thread alone, one half after the other.
    pub fn sort_alone(mut self) {
        if self.is_run() {
            return self.sort_run();
        }
        let (left, right) = self.halves();
        left.sort_alone();
        right.sort_alone();
        self.merge().merge_alone();
    }
}

/// A part of a merge: two sorted pieces, and the memory for their items in order.
#[derive(Debug)]
pub struct Part<'a, T> {
    left: &'a [T],
    right: &'a [T],
    merged: &'a mut [T],
    place: Place,
}

impl<'a, T: Item> Part<'a, T> {
    pub(crate) fn at(place: Place, left: &'a [T], right: &'a [T], merged: &'a mut [T]) -> Self {
        Self { left, right, merged, place }
    }

    /// Whether it is not to be cut any further: it is as short as a run, or the merge is serial.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.place.may_be_cut()
    }

    /// Merges it: a unit of work.
    pub fn merge_whole(self) {
        self.place.begin().run(|| merge(self.left, self.right, self.merged));
    }

    /// Cuts it into two parts of equal length, neither of which depends on the other.
    #[must_use]
    pub fn halves(self) -> (Self, Self) {
        let middle = self.merged.len() / 2;
        let cut = cut(self.left, self.right, middle);
        let (left, left_rest) = self.left.split_at(cut);
        let (right, right_rest) = self.right.split_at(middle - cut);
        let (merged, merged_rest) = self.merged.split_at_mut(middle);
        let (place, place_rest) = self.place.halves();
        (
            Self::at(place, left, right, merged),
            Self::at(place_rest, left_rest, right_rest, merged_rest),
        )
    }

    /// Merges it on this thread alone, one half after the other.
    pub fn merge_alone(self) {
        if self.is_whole() {
            return self.merge_whole();
        }
        let (low, high) = self.halves();
        low.merge_alone();
        high.merge_alone();
    }
}

/// How many of the first `len` items, once the two are merged, come from the left.
pub(crate) fn cut<T: Ord>(left: &[T], right: &[T], len: usize) -> usize {
    let comes_first = |l: usize, r: usize| Ok::<_, Infallible>(left[l] <= right[r]);
    let Ok(taken) = cut_where(left.len(), right.len(), len, comes_first);
    taken
}

/// The same for items that are elsewhere: `comes_first` compares one of the left with one of the
/// right by their indices. Of equal items the left comes first.
pub(crate) fn cut_where<E>(
    left: usize,
    right: usize,
    len: usize,
    comes_first: impl Fn(usize, usize) -> Result<bool, E>,
) -> Result<usize, E> {
    let (mut low, mut high) = (len.saturating_sub(right), len.min(left));
    while low < high {
        let middle = usize::midpoint(low, high);
        // If so many came from the left, these two would be the next of the left and the last of
        // the right.
        if comes_first(middle, len - middle - 1)? { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// Merges two sorted slices into `merged`, which is as long as both together. Of equal items, those
/// of `left` come first.
fn merge<'a, T: Ord + Copy>(mut left: &'a [T], mut right: &'a [T], mut merged: &mut [T]) {
    // The processor cannot guess which of two random items is less, and a wrongly guessed branch
    // costs more than everything else here. So there is no branch: the code reads both items, and
    // moves the index of the one that it takes by 1 and the other index by 0. It works from both
    // ends at the same time: the two are independent, so the processor overlaps them.
    loop {
        // In so many steps neither end can use up a side, even if the other does as many.
        let steps = left.len().min(right.len()) / 2;
        if steps == 0 {
            break;
        }
        let rest = merged.len() - steps;
        let (front, back) = merged.split_at_mut(rest);
        let (mut l, mut r) = (0, 0);
        let (mut l_end, mut r_end) = (left.len() - 1, right.len() - 1);
        for (first, last) in front[..steps].iter_mut().zip(back.iter_mut().rev()) {
            let take_right = right[r] < left[l];
            *first = if take_right { right[r] } else { left[l] };
            r += usize::from(take_right);
            l += usize::from(!take_right);

            let take_left = right[r_end] < left[l_end];
            *last = if take_left { left[l_end] } else { right[r_end] };
            l_end -= usize::from(take_left);
            r_end -= usize::from(!take_left);
        }
        left = &left[l..=l_end];
        right = &right[r..=r_end];
        merged = &mut mem::take(&mut merged)[steps..rest];
    }
    // What remains has a side of one item at most.
    let mut slots = merged.iter_mut();
    while let ([l, ..], [r, ..]) = (left, right) {
        let from = if r < l { &mut right } else { &mut left };
        *slots.next().expect("there is room for all items") = from[0];
        *from = &from[1..];
    }
    let (last_left, last_right) = slots.into_slice().split_at_mut(left.len());
    last_left.copy_from_slice(left);
    last_right.copy_from_slice(right);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::tests::Card;

    /// Cards with few different ranks, whose suits tell those of equal rank apart.
    fn cards(rng: &mut fastrand::Rng, len: usize, first: u32) -> Vec<Card> {
        (first..).take(len).map(|suit| Card { rank: rng.u8(..5), suit }).collect()
    }

    /// What a stable merge gives.
    fn expected(left: &[Card], right: &[Card]) -> Vec<Card> {
        let mut all = [left, right].concat();
        all.sort();
        all
    }

    /// Whether the cards are the same ones: `==` would compare their ranks alone.
    fn assert_same(one: &[Card], other: &[Card]) {
        let suits = |cards: &[Card]| cards.iter().map(|card| card.suit).collect::<Vec<_>>();
        assert_eq!(suits(one), suits(other));
    }

    #[test]
    fn a_merge_is_that_of_the_standard_library() {
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..5_000 {
            let mut side = |first| {
                let len = rng.usize(..20);
                let mut side = cards(&mut rng, len, first);
                side.sort();
                side
            };
            let (left, right) = (side(0), side(100));
            let all = expected(&left, &right);
            let mut merged = vec![Card::default(); all.len()];
            merge(&left, &right, &mut merged);
            assert_same(&merged, &all);
            for len in 0..=merged.len() {
                let cut = cut(&left, &right, len);
                let low = expected(&left[..cut], &right[..len - cut]);
                assert_same(&low, &all[..len]);
            }
        }
    }

    #[test]
    fn a_sort_of_any_length_is_that_of_the_standard_library() {
        let mut rng = fastrand::Rng::with_seed(2);
        for len in [0, 1, 2, RUN - 1, RUN, RUN + 1, 2 * RUN + 1, 5 * RUN + 77, 8 * RUN] {
            let cards = cards(&mut rng, len, 0);
            let mut expected = cards.clone();
            expected.sort();
            for merge in [Merge::Serial, Merge::Parallel] {
                let (mut items, mut spare) = (cards.clone(), vec![Card::default(); len]);
                Piece::new(&mut items, &mut spare, merge).sort_alone();
                assert_same(&items, &expected);
            }
        }
    }

    #[test]
    fn every_unit_has_a_number_of_its_own() {
        fn sort(place: Place, units: &mut Vec<usize>) {
            if place.runs == 1 {
                return units.push(place.unit());
            }
            let (left, right) = place.halves();
            sort(left, units);
            sort(right, units);
            merge(place.merged(), units);
        }
        fn merge(place: Place, units: &mut Vec<usize>) {
            if place.runs == 1 || place.merge == Merge::Serial {
                return units.push(place.unit());
            }
            let (low, high) = place.halves();
            merge(low, units);
            merge(high, units);
        }
        for len in [0, RUN, 3 * RUN, 100 * RUN] {
            for how in [Merge::Serial, Merge::Parallel] {
                let mut units = Vec::new();
                sort(Place::whole(len, how), &mut units);
                units.sort_unstable();
                let all: Vec<usize> = (0..Place::whole(len, how).units()).collect();
                assert_eq!(units, all, "{len} {how:?}");
            }
        }
    }
}
