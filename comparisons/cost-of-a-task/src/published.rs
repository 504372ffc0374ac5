//! What others have published, to stand beside our figures.
//!
//! They come from other machines and other programs, so that the order of magnitude can be compared
//! and nothing finer.

use serde::Serialize;

use crate::price::{Kind, Price};

/// Where figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its name in the tables.
    pub mark: char,
    /// What it is.
    pub title: &'static str,
    /// Where it is.
    pub url: &'static str,
}

/// A figure of somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Published {
    /// Of what.
    pub kind: Kind,
    /// What of it.
    pub price: Price,
    /// With how many of them.
    pub size: usize,
    /// The figure, in the unit of the price.
    pub value: f64,
    /// The mark of the source.
    pub source: char,
}

/// All sources.
pub const SOURCES: [Source; 3] = [
    Source {
        mark: 'a',
        title: "context-switch, its README: threads against tasks of tokio, on a laptop",
        url: "https://github.com/jimblandy/context-switch",
    },
    Source {
        mark: 'b',
        title: "the programs of context-switch, run on a virtual machine with 2 cores",
        url: "https://github.com/jimblandy/context-switch",
    },
    Source {
        mark: 'c',
        title: "async-runtimes-benchmarks-2024, its RESULT.md: 1,000,000 tasks that sleep \
                (there, too: Go 2,586 MB, Python 1,276 MB)",
        url: "https://github.com/hez2010/async-runtimes-benchmarks-2024",
    },
];

/// Half a thousand stations stand in the rings of context-switch.
const BRIGADE: usize = 500;

/// All figures.
pub const FIGURES: [Published; 13] = [
    figure(Kind::Tokio, Price::Create, 1, 300.0, 'a'),
    figure(Kind::Thread, Price::Create, 1, 17_000.0, 'a'),
    figure(Kind::Tokio, Price::Create, 1, 250.0, 'b'),
    figure(Kind::Thread, Price::Create, 1, 66_000.0, 'b'),
    // 0.4 KiB and 9.5 KiB.
    figure(Kind::Tokio, Price::Memory, BRIGADE, 410.0, 'a'),
    figure(Kind::Thread, Price::Memory, BRIGADE, 9_728.0, 'a'),
    figure(Kind::TokioJoinAll, Price::Memory, 1_000_000, 207.0, 'c'),
    figure(Kind::Tokio, Price::Memory, 1_000_000, 439.0, 'c'),
    figure(Kind::AsyncStd, Price::Memory, 1_000_000, 502.0, 'c'),
    figure(Kind::Thread, Price::SwitchPipes, BRIGADE, 1_700.0, 'a'),
    figure(Kind::Tokio, Price::SwitchPipes, BRIGADE, 5_700.0, 'b'),
    figure(Kind::Tokio, Price::SwitchChannels, BRIGADE, 200.0, 'a'),
    figure(Kind::Process, Price::Message, 1, 2_200.0, 'b'),
];

const fn figure(kind: Kind, price: Price, size: usize, value: f64, source: char) -> Published {
    Published { kind, price, size, value, source }
}

/// What is published of this kind.
pub fn of(kind: Kind, price: Price) -> impl Iterator<Item = Published> {
    FIGURES.into_iter().filter(move |figure| (figure.kind, figure.price) == (kind, price))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_source_and_every_source_figures() {
        for figure in FIGURES {
            assert!(SOURCES.iter().any(|source| source.mark == figure.source), "{figure:?}");
        }
        for source in SOURCES {
            assert!(FIGURES.iter().any(|figure| figure.source == source.mark), "{source:?}");
        }
    }
}
