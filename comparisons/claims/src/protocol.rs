//! The rules by which `--run` measures. They are written down here, before anything is measured,
//! and none of them looks at how long a benchmark took.

use figures::canary::Canary;
use serde::{Deserialize, Serialize};

/// The rules of a run.
///
/// A *block* holds one turn of each benchmark of a row, in an order that is drawn anew, and two
/// turns of the benchmark that the row's control names. A turn is a process of its own: one call
/// that does not count, then a fixed number of calls that all do. Where a call is the run of a program,
/// a turn is some runs, of which the first does not count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// How many blocks of each row have to be accepted, no more and no fewer.
    pub blocks: usize,
    /// After how many blocks, accepted or not, a row that lacks some is given up.
    pub attempts: usize,
    /// How many calls of a turn count.
    pub calls: usize,
    /// How many runs of a program count, where that is what is measured (see [`crate::commands`]).
    #[serde(default)]
    pub runs: usize,
    /// A block is rejected if the host of a virtual machine took away more than this share of it…
    pub most_stolen: f64,
    /// …or if other programs computed for more than this share of all cores…
    pub most_others: f64,
    /// …or if the canary, before it or after it, was slower than when it was calibrated by more
    /// than this share.
    pub most_slower: f64,
    /// If as many blocks are rejected before the first is accepted, the machine is too busy.
    pub patience: usize,
}

/// The rules as they are.
pub const PROTOCOL: Protocol = Protocol {
    blocks: 8,
    attempts: 16,
    calls: 3,
    runs: 1,
    most_stolen: 0.01,
    most_others: 0.02,
    most_slower: 0.03,
    patience: 6,
};

/// How a block went, apart from what was measured in it.
#[derive(Clone, Copy, Debug)]
pub struct Quietness {
    /// The share of the time of all cores that the host took away; `None` where it isn't told.
    pub stolen: Option<f64>,
    /// The share of the time of all cores that other programs computed.
    pub others: Option<f64>,
    /// The share of it that the kernel's own threads computed. They read the disk for the benchmarks, so
    /// no rule asks for it.
    pub kernel: Option<f64>,
    /// The canaries before it and after it.
    pub canaries: [Canary; 2],
}

impl Protocol {
    /// Why a block does not count; `None` if it does.
    #[must_use]
    pub fn objection(&self, quietness: &Quietness, calibrated: &Canary) -> Option<String> {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        if let Some(stolen) = quietness.stolen.filter(|stolen| *stolen > self.most_stolen) {
            return Some(format!("the host took away {} of the time", percent(stolen)));
        }
        if let Some(others) = quietness.others.filter(|others| *others > self.most_others) {
            return Some(format!("other programs used {} of the cores", percent(others)));
        }
        let slower = quietness.canaries.iter().map(|canary| canary.slower_than(calibrated));
        let slowest = slower.fold(f64::NEG_INFINITY, f64::max);
        (slowest > self.most_slower)
            .then(|| format!("the machine was {} slower than when calibrated", percent(slowest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_rejected_for_each_of_the_three_reasons() {
        let usual = Canary { alone_ns: 1_000, together_ns: 1_000, cores: 2 };
        let slow = Canary { together_ns: 1_040, ..usual };
        let quiet = Quietness {
            stolen: Some(0.01),
            others: Some(0.02),
            kernel: Some(0.5),
            canaries: [usual, usual],
        };
        for (quietness, objection) in [
            (quiet, None),
            (Quietness { stolen: None, others: None, ..quiet }, None),
            (Quietness { stolen: Some(0.011), ..quiet }, Some("the host took away 1.1 %")),
            (Quietness { others: Some(0.5), ..quiet }, Some("other programs used 50.0 %")),
            (Quietness { canaries: [usual, slow], ..quiet }, Some("was 4.0 % slower")),
        ] {
            let found = PROTOCOL.objection(&quietness, &usual);
            assert_eq!(found.is_some(), objection.is_some(), "{found:?}");
            assert!(found.unwrap_or_default().contains(objection.unwrap_or_default()));
        }
    }
}
