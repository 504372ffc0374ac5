//! What there is to be measured: the kinds of things that can be created, held, switched to and
//! sent messages to, and the points of the price list.

use std::{fmt, time::Duration};

use clap::ValueEnum;
use figures::{machine::cores, words::grouped};
use serde::{Deserialize, Serialize};

/// What does the work.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A function call, with which nothing is concurrent.
    Call,
    /// A future on tokio that is one of many in a `join_all`, and no task of its own.
    TokioJoinAll,
    /// The same on async-std, which is discontinued.
    AsyncStdJoinAll,
    /// The same on smol.
    SmolJoinAll,
    /// A task that is spawned on tokio.
    Tokio,
    /// A task that is spawned on async-std, which is discontinued.
    AsyncStd,
    /// A task that is spawned on smol.
    Smol,
    /// A job in rayon's pool.
    Rayon,
    /// A thread of the standard library, with the stack that it has by default: 2 MiB.
    Thread,
    /// A thread of the standard library with a small stack.
    SmallThread,
    /// A thread of a crossbeam scope.
    Crossbeam,
    /// A process: this program, started again.
    Process,
}

/// What is measured of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Price {
    /// The time to create one and to join it, in nanoseconds. The size is how many are created
    /// before the first of them is joined.
    Create,
    /// The resident memory that a waiting one takes, in bytes. The size is how many wait.
    Memory,
    /// The time in which a token goes from one to the next over a pipe, in nanoseconds. The size is
    /// how many stand in the ring.
    SwitchPipes,
    /// The same over a channel.
    SwitchChannels,
    /// The time of a message through a channel, in nanoseconds, which for processes is a pipe. Of
    /// size 1, one sends to itself; of size 2, one sends to another.
    Message,
    /// The time of a piece of work that is handed to one, from the first that is created to the last
    /// that is joined, divided by their number, in nanoseconds. The size is how long a piece takes on
    /// one core, about, in nanoseconds. A function call is handed to nobody: it is the plain loop.
    Work,
}

/// A part of the price list, by which the user chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Section {
    /// How long it takes to create one, and to learn that it has ended.
    Create,
    /// How much memory one holds while it waits.
    Memory,
    /// How long it takes to switch from one to the next, over pipes and over channels.
    Switch,
    /// How long a message takes through a channel.
    Message,
    /// How long a piece of work takes that is handed to one. This is no price, so it is measured
    /// only if it is named.
    Work,
}

/// One figure of the price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Point {
    /// Of what.
    pub kind: Kind,
    /// What of it.
    pub price: Price,
    /// With how many of them; [`Price`] says what that means.
    pub size: usize,
}

impl Kind {
    /// All of them, the cheap ones first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// What it is called on the command line and in the JSON.
    #[must_use]
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// One of them, as people read it.
    #[must_use]
    pub fn one(self) -> &'static str {
        match self {
            Self::Call => "function call",
            Self::TokioJoinAll => "tokio future, join_all",
            Self::AsyncStdJoinAll => "async-std future, join_all (discontinued)",
            Self::SmolJoinAll => "smol future, join_all",
            Self::Tokio => "tokio task, spawn",
            Self::AsyncStd => "async-std task, spawn (discontinued)",
            Self::Smol => "smol task, spawn",
            Self::Rayon => "rayon job",
            Self::Thread => "std thread",
            Self::SmallThread => "std thread, 64 KiB stack",
            Self::Crossbeam => "crossbeam scoped thread",
            Self::Process => "process",
        }
    }

    /// One of them in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::TokioJoinAll => "future in a join_all on tokio",
            Self::AsyncStdJoinAll => "future in a join_all on async-std (discontinued)",
            Self::SmolJoinAll => "future in a join_all on smol",
            Self::Tokio => "tokio task",
            Self::AsyncStd => "async-std task (discontinued)",
            Self::Smol => "smol task",
            Self::Thread => "thread",
            other => other.one(),
        }
    }

    /// How many are created before the first is joined, where that is many: as many as are usual.
    const fn many(self) -> Option<usize> {
        match self {
            // Two calls of one function cannot both be under way, unless one calls the other.
            Self::Call => None,
            Self::Thread | Self::SmallThread | Self::Crossbeam => Some(100),
            Self::Process => Some(20),
            _ => Some(1_000),
        }
    }

    /// What is called one at a time, and what is not: to join all of one is to await it.
    const fn is_created_alone(self) -> bool {
        !self.is_in_place()
    }

    /// Whether it is polled in place, as a part of another task.
    #[must_use]
    pub const fn is_in_place(self) -> bool {
        matches!(self, Self::TokioJoinAll | Self::AsyncStdJoinAll | Self::SmolJoinAll)
    }

    /// How many pieces of this size, in nanoseconds, are handed out before the first is joined: as
    /// many as fit into a batch, within what is usual, and two for each core at least.
    pub(crate) fn pieces_in(self, batch: Duration, size: usize) -> usize {
        let fit = batch.as_nanos() / size.max(1) as u128;
        let least = 2 * cores();
        usize::try_from(fit).unwrap_or(usize::MAX).min(self.many().unwrap_or(1_000)).max(least)
    }

    /// Whether it can stand in a ring of pipes, or of channels.
    const fn is_in_rings(self, price: Price) -> bool {
        match self {
            Self::Thread | Self::Tokio | Self::AsyncStd | Self::Smol => true,
            Self::Crossbeam => matches!(price, Price::SwitchChannels),
            Self::Process => matches!(price, Price::SwitchPipes),
            _ => false,
        }
    }

    /// Whether there is a channel that is its own; a pipe, for processes.
    const fn has_messages(self) -> bool {
        matches!(
            self,
            Self::Thread
                | Self::Crossbeam
                | Self::Tokio
                | Self::AsyncStd
                | Self::Smol
                | Self::Process
        )
    }
}

impl Price {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Create,
        Self::Memory,
        Self::SwitchPipes,
        Self::SwitchChannels,
        Self::Message,
        Self::Work,
    ];

    /// The part of the list that it belongs to.
    #[must_use]
    pub const fn section(self) -> Section {
        match self {
            Self::Create => Section::Create,
            Self::Memory => Section::Memory,
            Self::SwitchPipes | Self::SwitchChannels => Section::Switch,
            Self::Message => Section::Message,
            Self::Work => Section::Work,
        }
    }

    /// The unit of its figures: `ns` or `bytes`.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Memory => "bytes",
            _ => "ns",
        }
    }

    /// The sizes at which it is measured for this kind.
    fn sizes(self, kind: Kind, ladders: Ladders<'_>) -> Vec<usize> {
        let up_to = |most: usize, sizes: &[usize]| {
            sizes.iter().copied().filter(|size| *size <= most).collect::<Vec<_>>()
        };
        // Hundreds of processes are what one would start.
        let most = if kind == Kind::Process { 100 } else { usize::MAX };
        match self {
            Self::Create => {
                kind.is_created_alone().then_some(1).into_iter().chain(kind.many()).collect()
            }
            Self::Memory => {
                up_to(most.min(ladders.most_waiting), &[100, 1_000, 10_000, 100_000, 1_000_000])
            }
            Self::SwitchPipes | Self::SwitchChannels if kind.is_in_rings(self) => {
                up_to(most.min(ladders.longest_ring), &[2, 10, 100, 1_000, 10_000])
            }
            Self::Message if kind.has_messages() => vec![1, 2],
            // What is polled in place is never on two cores.
            Self::Work if !kind.is_in_place() => ladders.pieces.to_vec(),
            _ => Vec::new(),
        }
    }
}

impl Section {
    /// Those that the price list consists of.
    pub const LIST: [Self; 4] = [Self::Create, Self::Memory, Self::Switch, Self::Message];

    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }
}

/// How far up the sizes go.
#[derive(Clone, Copy, Debug)]
pub struct Ladders<'a> {
    /// The most that wait at once.
    pub most_waiting: usize,
    /// The most that stand in a ring.
    pub longest_ring: usize,
    /// How long a piece of work takes, in nanoseconds.
    pub pieces: &'a [usize],
}

/// All points of these kinds in these sections.
#[must_use]
pub fn points(kinds: &[Kind], sections: &[Section], ladders: Ladders<'_>) -> Vec<Point> {
    let prices = Price::ALL.into_iter().filter(|price| sections.contains(&price.section()));
    prices
        .flat_map(|price| kinds.iter().map(move |&kind| (price, kind)))
        .flat_map(|(price, kind)| {
            let sizes = price.sizes(kind, ladders);
            sizes.into_iter().map(move |size| Point { kind, price, size })
        })
        .collect()
}

impl Point {
    /// The row that it stands in, as people read it.
    #[must_use]
    pub fn row(self) -> String {
        let many = match self.kind {
            Kind::Tokio => "tokio tasks",
            Kind::AsyncStd => "async-std tasks (discontinued)",
            Kind::Smol => "smol tasks",
            Kind::Crossbeam => "threads, crossbeam",
            Kind::Process => "processes",
            _ => "threads",
        };
        match (self.price, self.kind) {
            (Price::Work, Kind::Call) => "plain loop".into(),
            (Price::Create | Price::Memory | Price::Work, kind) => kind.one().to_owned(),
            (Price::SwitchPipes, _) => format!("pipes, {many}"),
            (Price::SwitchChannels, _) => format!("channels, {many}"),
            (Price::Message, Kind::Thread) => "std sync_channel".into(),
            (Price::Message, Kind::Crossbeam) => "crossbeam-channel".into(),
            (Price::Message, Kind::Tokio) => "tokio mpsc".into(),
            (Price::Message, Kind::AsyncStd) => "async-channel, async-std (discontinued)".into(),
            (Price::Message, Kind::Smol) => "async-channel, smol".into(),
            (Price::Message, _) => "pipe".into(),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, price, size } = self;
        match price {
            Price::Create => write!(f, "to create {}, {} together", kind.one(), grouped(size)),
            Price::Memory => write!(f, "memory of {}, {} waiting", kind.one(), grouped(size)),
            Price::SwitchPipes | Price::SwitchChannels => {
                write!(f, "a ring of {}, {}", grouped(size), self.row())
            }
            Price::Message => write!(f, "a message, {}", self.row()),
            Price::Work => write!(f, "a piece of {} ns, {}", grouped(size), self.row()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Ladders =
        Ladders { most_waiting: usize::MAX, longest_ring: usize::MAX, pieces: &[1_000, 10_000] };

    #[test]
    fn every_kind_is_created_and_held_and_every_price_has_points() {
        let points = points(Kind::all(), Section::all(), ALL);
        for &kind in Kind::all() {
            for price in [Price::Create, Price::Memory] {
                assert!(points.iter().any(|point| (point.kind, point.price) == (kind, price)));
            }
        }
        for price in Price::ALL {
            assert!(points.iter().any(|point| point.price == price));
        }
    }

    #[test]
    fn what_was_not_asked_for_is_not_there() {
        let few = points(&[Kind::Smol], &[Section::Switch], ALL);
        assert_eq!(few.len(), 10, "{few:?}");
        let small = Ladders { most_waiting: 100, longest_ring: 2, ..ALL };
        let fewer = points(&[Kind::Smol], &[Section::Switch, Section::Memory], small);
        assert_eq!(fewer.len(), 3, "{fewer:?}");
    }

    #[test]
    fn as_many_pieces_are_handed_out_as_fit_into_a_batch() {
        let pieces = |kind: Kind, size| kind.pieces_in(Duration::from_millis(20), size);
        assert_eq!(pieces(Kind::Rayon, 200_000), 100.max(2 * cores()));
        assert_eq!(pieces(Kind::Rayon, 1), 1_000.max(2 * cores()));
        assert_eq!(pieces(Kind::Process, 1), 20.max(2 * cores()));
        assert_eq!(pieces(Kind::Tokio, usize::MAX), 2 * cores());
    }

    #[test]
    fn async_std_is_called_discontinued_wherever_it_is_named() {
        for point in points(Kind::all(), Section::all(), ALL) {
            for text in [point.row(), point.to_string()] {
                assert_eq!(text.contains("async-std"), text.contains("discontinued"), "{text}");
            }
        }
    }
}
