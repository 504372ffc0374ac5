//! The items in a file that all processes of a run read and write.
//!
//! The file has two areas, each with room for all items. A process that sorts or merges reads from
//! one area and writes to the other. So no process writes where another one reads, and if one dies
//! in the middle of a step, another can repeat the step.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    mem,
    ops::Range,
    path::PathBuf,
    slice,
};

use serde::{Deserialize, Serialize};

use crate::{
    item::Item,
    piece::{Merge, Part, Piece, Place, cut_where},
    shared_file::SharedFile,
};

/// How many ends of items are written at a time.
const CHUNK: usize = 8192;

/// The information another process needs to use the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opening {
    /// What the items are, by their name.
    pub name: String,
    path: PathBuf,
    layout: Layout,
}

/// Where things are in the file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Layout {
    /// How many items there are.
    len: usize,
    /// How many bytes they take in an area, all together.
    bytes: u64,
}

/// One of the two areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Area {
    One,
    Two,
}

impl Area {
    fn other(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::One,
        }
    }
}

/// A step of the sort. Any process that has the file open can do it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    from: Area,
    place: Place,
    work: Work,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Work {
    Sort(Range<usize>),
    /// Merges these two ranges, which are parts of two neighbours. `middle` is where the right
    /// neighbour begins.
    Merge {
        left: Range<usize>,
        right: Range<usize>,
        middle: usize,
    },
}

/// Items that lie side by side in the file, and are sorted by one process.
#[derive(Clone, Debug)]
struct Share {
    items: Range<usize>,
    place: Place,
}

impl Share {
    fn halves(self) -> [Self; 2] {
        let Range { start, end } = self.items;
        let middle = start + (end - start) / 2;
        let (left, right) = self.place.halves();
        [Self { items: start..middle, place: left }, Self { items: middle..end, place: right }]
    }
}

/// The sort of the items in a file, seen from the process that hands out its steps.
#[derive(Debug)]
pub struct Sorting<T> {
    store: Store<T>,
    opening: Opening,
    /// The file is there as long as this is.
    _file: SharedFile,
    shares: Vec<Share>,
    area: Area,
}

impl<T: Item> Sorting<T> {
    /// Writes the items to a new file, and divides them into at least so many shares of equal length, as
    /// far as there are runs.
    ///
    /// # Errors
    /// The file cannot be made, or there is no room for it.
    pub fn new(items: &[T], merge: Merge, shares: usize) -> io::Result<Self> {
        let bytes = items.iter().map(|item| item.size() as u64).sum();
        let file = SharedFile::new()?;
        let layout = Layout { len: items.len(), bytes };
        let opening = Opening { name: T::NAME.into(), path: file.path(), layout };
        let store = Store::open(&opening)?;
        store.write(Area::One, 0, 0, items)?;
        let all = Share { items: 0..items.len(), place: Place::whole(items.len(), merge) };
        let mut divided = vec![all];
        while divided.len() < shares && !divided[0].place.is_run() {
            divided = divided.into_iter().flat_map(Share::halves).collect();
        }
        Ok(Self { store, opening, _file: file, shares: divided, area: Area::One })
    }

    /// The information another process needs to [open](Store::open) the file.
    #[must_use]
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The steps that sort each of the shares.
    #[must_use]
    pub fn sort(&mut self) -> Vec<Step> {
        let from = self.turn();
        let step = |Share { items, place }: &Share| Step {
            from,
            place: *place,
            work: Work::Sort(items.clone()),
        };
        self.shares.iter().map(step).collect()
    }

    /// The steps that merge the shares in pairs, cut into at least so many parts altogether, as far
    /// as there are runs. There are none once there is only one share.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn merge(&mut self, parts: usize) -> io::Result<Vec<Step>> {
        if self.shares.len() == 1 {
            return Ok(Vec::new());
        }
        let from = self.turn();
        let parts = parts.div_ceil(self.shares.len() / 2);
        let mut steps = Vec::new();
        let mut merged = Vec::new();
        for pair in self.shares.chunks_exact(2) {
            let (left, right) = (pair[0].items.clone(), pair[1].items.clone());
            let place = pair[0].place.with_next();
            merged.push(Share { items: left.start..right.end, place });
            let work = Work::Merge { middle: right.start, left, right };
            let mut cuts = vec![Step { from, place: place.merged(), work }];
            while cuts.len() < parts && cuts[0].place.may_be_cut() {
                let halves = cuts.into_iter().map(|step| self.store.halves(step));
                cuts = halves.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect();
            }
            steps.append(&mut cuts);
        }
        self.shares = merged;
        Ok(steps)
    }

    /// The area that is read next.
    fn turn(&mut self) -> Area {
        let from = self.area;
        self.area = from.other();
        from
    }

    /// Reads all of the sorted items into the memory of the unsorted ones.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn into_items(self, mut items: Vec<T>) -> io::Result<Vec<T>> {
        self.store.read(self.area, 0, &mut items)?;
        Ok(items)
    }
}

/// The file, seen from a process that does steps.
#[derive(Debug)]
pub struct Store<T> {
    file: File,
    layout: Layout,
    /// Memory that is kept from step to step, because new memory takes the system time to provide.
    items: Vec<T>,
    spare: Vec<T>,
}

impl<T: Item> Store<T> {
    /// Opens the file in another process.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(Opening { path, layout, .. }: &Opening) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(path)?;
        Ok(Self { file, layout: *layout, items: Vec::new(), spare: Vec::new() })
    }

    /// Does a step.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn run(&mut self, Step { from, place, work }: Step) -> io::Result<()> {
        let (mut items, mut spare) = (mem::take(&mut self.items), mem::take(&mut self.spare));
        let (start, byte) = match work {
            Work::Sort(range) => {
                let (start, byte) = (range.start, self.byte(from, range.start)?);
                items.resize(range.len(), T::default());
                spare.resize(range.len(), T::default());
                self.read(from, start, &mut items)?;
                Piece::at(place, &mut items, &mut spare, false).sort_alone();
                (start, byte)
            }
            Work::Merge { left, right, middle } => {
                let start = left.start + right.start - middle;
                let byte = self.byte(from, left.start)? + self.byte(from, right.start)?
                    - self.byte(from, middle)?;
                items.resize(left.len() + right.len(), T::default());
                spare.resize(left.len() + right.len(), T::default());
                let (of_left, of_right) = items.split_at_mut(left.len());
                self.read(from, left.start, of_left)?;
                self.read(from, right.start, of_right)?;
                Part::at(place, of_left, of_right, &mut spare).merge_alone();
                mem::swap(&mut items, &mut spare);
                (start, byte)
            }
        };
        self.write(from.other(), start, byte, &items)?;
        (self.items, self.spare) = (items, spare);
        Ok(())
    }

    fn halves(&self, Step { from, place, work }: Step) -> io::Result<[Step; 2]> {
        let Work::Merge { left, right, middle } = work else {
            unreachable!("a sort is cut before it becomes a step");
        };
        let half = usize::midpoint(left.len(), right.len());
        let comes_first = |l, r| {
            Ok::<_, io::Error>(
                self.item(from, left.start + l)? <= self.item(from, right.start + r)?,
            )
        };
        let taken = cut_where(left.len(), right.len(), half, comes_first)?;
        let (left_cut, right_cut) = (left.start + taken, right.start + half - taken);
        let (low, high) = place.halves();
        let part =
            |left, right, place| Step { from, place, work: Work::Merge { left, right, middle } };
        Ok([
            part(left.start..left_cut, right.start..right_cut, low),
            part(left_cut..left.end, right_cut..right.end, high),
        ])
    }

    fn item(&self, area: Area, index: usize) -> io::Result<T> {
        let mut item = T::default();
        self.read(area, index, slice::from_mut(&mut item))?;
        Ok(item)
    }

    /// Reads as many items as there is room for, from the one with the index `start` on.
    fn read(&self, area: Area, start: usize, items: &mut [T]) -> io::Result<()> {
        let (begin, end) = (self.byte(area, start)?, self.byte(area, start + items.len())?);
        T::read_all(&mut self.at(self.items_of(area) + begin)?, end - begin, items)
    }

    /// Writes items to their places from `start` on, which are `byte` bytes behind the first.
    fn write(&self, area: Area, start: usize, byte: u64, items: &[T]) -> io::Result<()> {
        T::write_all(items, &mut self.at(self.items_of(area) + byte)?)?;
        if T::SIZE.is_some() {
            return Ok(());
        }
        let mut file = self.at(self.ends_of(area) + 8 * start as u64)?;
        let (mut end, mut bytes) = (byte, Vec::new());
        for items in items.chunks(CHUNK) {
            bytes.clear();
            for item in items {
                end += item.size() as u64;
                bytes.extend_from_slice(&end.to_le_bytes());
            }
            file.write_all(&bytes)?;
        }
        Ok(())
    }

    /// How many bytes come before the item with this index.
    fn byte(&self, area: Area, index: usize) -> io::Result<u64> {
        match T::SIZE {
            Some(size) => Ok((size * index) as u64),
            None if index == 0 => Ok(0),
            None => {
                let mut end = [0; 8];
                self.at(self.ends_of(area) + 8 * (index as u64 - 1))?.read_exact(&mut end)?;
                Ok(u64::from_le_bytes(end))
            }
        }
    }

    /// Where the items of an area begin.
    fn items_of(&self, area: Area) -> u64 {
        match area {
            Area::One => 0,
            Area::Two => self.layout.bytes,
        }
    }

    /// Where the list of an area's ends begins: how many bytes there are up to the end of each item. Only
    /// items of different sizes have one.
    fn ends_of(&self, area: Area) -> u64 {
        let ends = match area {
            Area::One => 0,
            Area::Two => 8 * self.layout.len as u64,
        };
        2 * self.layout.bytes + ends
    }

    /// The file, to be read or written from this place on.
    fn at(&self, place: u64) -> io::Result<&File> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(place))?;
        Ok(file)
    }
}
