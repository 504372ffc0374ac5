//! Draws the samples together: an estimate for each point, what was left out and why, and how much
//! dearer one kind is than the next.

use figures::{
    machine::Load,
    statistics::{self, Estimate},
    words,
};
use serde::Serialize;

use crate::{
    price::{Kind, Point, Price},
    published::{self, Published, Source},
    sampling::{Sampled, Stopped},
    text,
};

/// The price list of this machine.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// The version of this format.
    pub version: u32,
    /// The machine.
    pub machine: Load,
    /// Every point that was measured.
    pub prices: Vec<Figure>,
    /// The points that were left out.
    pub left_out: Vec<LeftOut>,
    /// How much dearer one kind is than another.
    pub ratios: Vec<Ratio>,
    /// The figures of others.
    pub published: Vec<Published>,
    /// Where those come from.
    pub sources: Vec<Source>,
}

/// A point, measured.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// The point.
    #[serde(flatten)]
    pub point: Point,
    /// `ns` or `bytes`.
    pub unit: &'static str,
    /// The median of the samples with its 95 % interval.
    pub estimate: Estimate,
    /// The samples themselves, in the order of the rounds.
    pub samples: Vec<f64>,
}

/// A point that was left out, or of which there are fewer samples than there should be.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    /// The point.
    #[serde(flatten)]
    pub point: Point,
    /// The limit that it met, or how the process failed that measured it.
    pub reason: String,
    /// Whether it is the latter.
    pub failed: bool,
}

/// How many times as much one kind costs as another.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ratio {
    /// The one that costs more, or so one would think.
    pub dear: Kind,
    /// The other.
    pub cheap: Kind,
    /// What of them.
    pub price: Price,
    /// With how many of them.
    pub size: usize,
    /// How many times as much.
    pub estimate: Estimate,
}

/// The ratios that are worth telling, each with the size at which both are measured.
const WORTH_TELLING: [(Price, usize, Kind, Kind); 10] = [
    (Price::Create, 1, Kind::Process, Kind::Thread),
    (Price::Create, 1, Kind::Thread, Kind::Tokio),
    (Price::Create, 1, Kind::Thread, Kind::Smol),
    (Price::Create, 1_000, Kind::Tokio, Kind::TokioJoinAll),
    (Price::Memory, 100, Kind::Process, Kind::Thread),
    (Price::Memory, 1_000, Kind::Thread, Kind::Tokio),
    (Price::Memory, 10_000, Kind::Tokio, Kind::TokioJoinAll),
    (Price::SwitchPipes, 100, Kind::Thread, Kind::Tokio),
    (Price::SwitchChannels, 100, Kind::Thread, Kind::Tokio),
    (Price::Message, 2, Kind::Process, Kind::Thread),
];

impl Results {
    /// Draws the samples together.
    #[must_use]
    pub fn draw(machine: Load, sampled: &[Sampled]) -> Self {
        Self {
            version: 1,
            machine,
            prices: sampled.iter().filter_map(Figure::draw).collect(),
            left_out: sampled.iter().filter_map(LeftOut::of).collect(),
            ratios: WORTH_TELLING.iter().filter_map(|worth| Ratio::draw(*worth, sampled)).collect(),
            published: published::FIGURES.into(),
            sources: published::SOURCES.into(),
        }
    }

    /// Whether every process that measured did so, or told the limit that stopped it.
    #[must_use]
    pub fn all_right(&self) -> bool {
        self.left_out.iter().all(|left_out| !left_out.failed)
    }

    /// The figures of a price.
    pub fn of(&self, price: Price) -> impl Iterator<Item = &Figure> {
        self.prices.iter().filter(move |figure| figure.point.price == price)
    }
}

impl Figure {
    fn draw(sampled: &Sampled) -> Option<Self> {
        Some(Self {
            point: sampled.point,
            unit: sampled.point.price.unit(),
            estimate: statistics::median_estimate(&sampled.samples)?,
            samples: sampled.samples.clone(),
        })
    }
}

impl LeftOut {
    fn of(sampled: &Sampled) -> Option<Self> {
        let (reason, failed) = match sampled.stopped.clone()? {
            Stopped::Limit(reason) => (reason, false),
            Stopped::Failed(reason) => (reason, true),
        };
        Some(Self { point: sampled.point, reason, failed })
    }

    /// In one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let what = if self.failed { "failed" } else { "left out" };
        format!("{what}: {}: {}", self.point, self.reason)
    }
}

impl Ratio {
    fn draw(worth: (Price, usize, Kind, Kind), sampled: &[Sampled]) -> Option<Self> {
        let (price, size, dear, cheap) = worth;
        let of = |kind| {
            let point = Point { kind, price, size };
            let found = sampled.iter().find(|sampled| sampled.point == point)?;
            // Of memory that is not measurably more there is no ratio.
            found.samples.iter().all(|&sample| sample > 0.0).then_some(&found.samples[..])
        };
        let (numerator, denominator) = (of(dear)?, of(cheap)?);
        // Those of one round belong together; one of the two may have been sampled more often.
        let rounds = numerator.len().min(denominator.len());
        let estimate = statistics::paired_ratio(&numerator[..rounds], &denominator[..rounds])?;
        Some(Self { dear, cheap, price, size, estimate })
    }

    /// In a sentence.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self { dear, cheap, price, size, estimate } = self;
        let times = format!(
            "{} [{}, {}]",
            text::figure(estimate.value),
            text::figure(estimate.low),
            text::figure(estimate.high)
        );
        let (dear, cheap, size) = (dear.noun(), cheap.noun(), words::grouped(*size));
        match price {
            Price::Create if size == "1" => {
                format!("A {dear} takes {times} times as long to create and join as a {cheap}.")
            }
            Price::Create => format!(
                "If {size} are created together, a {dear} takes {times} times as long to create and \
                 join as a {cheap}."
            ),
            Price::Memory => {
                format!("A {dear} that waits takes {times} times as much memory as a {cheap}.")
            }
            Price::SwitchPipes => format!(
                "In a ring of {size} over pipes, switching to a {dear} takes {times} times as long \
                 as switching to a {cheap}."
            ),
            Price::SwitchChannels => format!(
                "In a ring of {size} over channels, switching to a {dear} takes {times} times as \
                 long as switching to a {cheap}."
            ),
            Price::Message => {
                format!("A message to a {dear} takes {times} times as long as one to a {cheap}.")
            }
            Price::Work => format!(
                "A piece of {size} ns takes {times} times as long on a {dear} as on a {cheap}."
            ),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const MACHINE: Load = Load { cores: 2, free_cores: Some(2.0) };

    fn sampled(kind: Kind, price: Price, size: usize, samples: &[f64]) -> Sampled {
        Sampled { point: Point { kind, price, size }, samples: samples.into(), stopped: None }
    }

    /// Made-up results, with a row that has gaps.
    pub(crate) fn example() -> Results {
        let mut stopped = sampled(Kind::Thread, Price::Memory, 100_000, &[]);
        stopped.stopped = Some(Stopped::Limit("no room for 100,000 threads".into()));
        Results::draw(
            MACHINE,
            &[
                sampled(Kind::Tokio, Price::Create, 1, &[200.0, 220.0, 210.0]),
                sampled(Kind::AsyncStd, Price::Create, 1, &[300.0, 320.0, 310.0]),
                sampled(Kind::Thread, Price::Create, 1, &[20_000.0, 22_000.0, 21_000.0]),
                sampled(Kind::Thread, Price::Memory, 100, &[10_000.0, 10_000.0]),
                sampled(Kind::Tokio, Price::Memory, 100, &[0.0, 400.0]),
                sampled(Kind::Tokio, Price::Memory, 1_000, &[400.0, 400.0]),
                stopped,
                sampled(Kind::Process, Price::SwitchPipes, 2, &[5_000.0]),
                sampled(Kind::Tokio, Price::SwitchChannels, 10, &[150.0]),
                sampled(Kind::Process, Price::Message, 1, &[2_000.0]),
            ],
        )
    }

    #[test]
    fn ratios_are_those_of_the_rounds() {
        let results = example();
        let [ratio] = &results.ratios[..] else { panic!("{:?}", results.ratios) };
        assert_eq!((ratio.dear, ratio.cheap), (Kind::Thread, Kind::Tokio));
        assert!((ratio.estimate.value - 100.0).abs() < 1e-9);
        assert_eq!(
            ratio.in_words(),
            "A thread takes 100 [100, 100] times as long to create and join as a tokio task."
        );
    }

    #[test]
    fn what_was_left_out_is_told_in_one_line() {
        let results = example();
        let [left_out] = &results.left_out[..] else { panic!("{:?}", results.left_out) };
        assert_eq!(
            left_out.in_words(),
            "left out: memory of std thread, 100,000 waiting: no room for 100,000 threads"
        );
        assert!(results.all_right());
    }
}
