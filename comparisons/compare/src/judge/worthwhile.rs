//! From which size on a piece of work repays handing it over: as the prices predict it, and as the
//! measurement shows it.
//!
//! A piece takes w on one core, and s is what it costs to hand it over and to join it: to create a
//! task, a thread or a process that does nothing, and to learn that it has ended. A loop needs w for
//! each piece. If c cores share the pieces, each of them takes w/c + s: while the cores work, one of them
//! hands over the next. So it repays if w/c + s < w, which is
//!
//! > w > s·c/(c − 1)
//!
//! On two cores that is twice the cost, on many little more than the cost itself, and on one core
//! there is no such piece. From 10·s on, the cost is a tenth of the work, so nearly all of the gain is
//! there. All times are in nanoseconds.
//!
//! The formula is derived here, from no more than that. It takes the cost as the same for all
//! pieces, and leaves out what tasks do to each other (caches, the queue that they share). The
//! measurement leaves out nothing, which is why there is one.

use figures::{
    statistics::{self, Estimate},
    words::{self, list},
};
use serde::Serialize;

/// The cost is this share of the work where the piece is nearly free to hand over.
const NEARLY_FREE: f64 = 0.1;

/// How much smaller or larger than predicted the measured pieces are, each twice the one before.
const AROUND: [f64; 7] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

/// Who work is handed to; for `--json` as it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Approach {
    /// Its name on the command line.
    pub(crate) name: String,
    /// Several of them, as people read it.
    pub(crate) label: String,
    /// s: what it costs to hand a piece over and to join it.
    pub(crate) cost_ns: Estimate,
    /// The piece from which on the gain is larger than the cost.
    pub(crate) predicted_ns: Estimate,
    /// The piece of which the cost is a tenth.
    pub(crate) nearly_free_ns: f64,
    /// What was measured, from the smallest piece to the largest.
    pub(crate) sweep: Vec<Step>,
    /// The piece at which the measured gain begins. An end of its interval is `None` if it lies
    /// beyond the pieces that were measured, as does the value.
    pub(crate) measured_ns: Measured,
    /// Why nothing was measured.
    pub(crate) fault: Option<String>,
}

/// What was measured of pieces of one size.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Step {
    /// How long a piece takes on a core that nobody else uses.
    pub(crate) piece_ns: u64,
    /// How many times as fast as the loop it is to hand the pieces over.
    pub(crate) speed_up: Estimate,
}

/// The measured size at which a gain begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Measured {
    /// Where the speed-up passes 1.
    pub(crate) value: Option<f64>,
    /// Where the upper end of its interval does: below it, handing over surely loses.
    pub(crate) low: Option<f64>,
    /// Where the lower end does: above it, it surely gains.
    pub(crate) high: Option<f64>,
}

/// The smallest piece that repays handing it over at this cost; `None` on one core, where none does.
#[must_use]
pub(crate) fn break_even(cost: Estimate, cores: usize) -> Option<Estimate> {
    let others = cores.checked_sub(1).filter(|others| *others > 0)?;
    Some(cost.over(others as f64 / cores as f64))
}

/// The sizes of the pieces that are worth measuring, in nanoseconds.
#[must_use]
pub(crate) fn pieces(predicted: f64) -> Vec<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time that was measured is positive, and far below the limits"
    )]
    let whole = |nanos: f64| nanos.round().max(1.0) as u64;
    AROUND.iter().map(|times| whole(predicted * times)).collect()
}

/// The step that these samples show, each of the loop with the one of the same round. It is the median
/// of their ratios, since a batch of milliseconds is easily spoilt by whoever else uses the machine.
#[must_use]
pub(crate) fn step(piece: u64, in_a_loop: &[f64], handed_over: &[f64]) -> Option<Step> {
    let ratios: Vec<f64> =
        in_a_loop.iter().zip(handed_over).map(|(one, other)| one / other).collect();
    Some(Step { piece_ns: piece, speed_up: statistics::median_estimate(&ratios)? })
}

impl Approach {
    /// What the prices say.
    #[must_use]
    pub(crate) fn predicted(name: &str, label: &str, cost: Estimate, cores: usize) -> Option<Self> {
        Some(Self {
            name: name.to_owned(),
            label: label.to_owned(),
            cost_ns: cost,
            predicted_ns: break_even(cost, cores)?,
            nearly_free_ns: cost.value / NEARLY_FREE,
            sweep: Vec::new(),
            measured_ns: Measured::default(),
            fault: None,
        })
    }

    /// Adds what was measured.
    pub(crate) fn confirm(&mut self, mut sweep: Vec<Step>) {
        sweep.sort_by_key(|step| step.piece_ns);
        let passes = |end: fn(&Estimate) -> f64| {
            let curve: Vec<(f64, f64)> =
                sweep.iter().map(|step| (step.piece_ns as f64, end(&step.speed_up))).collect();
            passes_one(&curve)
        };
        self.measured_ns = Measured {
            value: passes(|speed_up| speed_up.value),
            low: passes(|speed_up| speed_up.high),
            high: passes(|speed_up| speed_up.low),
        };
        self.sweep = sweep;
    }

    /// How the measured point compares with the predicted one.
    fn agreement(&self) -> Agreement {
        let Measured { value: Some(value), low, high } = self.measured_ns else {
            return Agreement::Unknown;
        };
        let Estimate { value: predicted, low: least, high: most } = self.predicted_ns;
        // An end that was not found lies outside of what was measured, on that side.
        if low.is_none_or(|low| low <= most) && high.is_none_or(|high| least <= high) {
            Agreement::Agrees
        } else {
            Agreement::Differs(value / predicted)
        }
    }
}

/// How a measured point compares with the predicted one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Agreement {
    /// Their intervals overlap.
    Agrees,
    /// They do not, and the measured one is that many times the predicted one.
    Differs(f64),
    /// No gain begins among the pieces that were measured.
    Unknown,
}

/// Where a curve of (size, ratio) passes 1 for good, on logarithmic scales between two points; `None`
/// if it begins above 1, or ends below it.
fn passes_one(curve: &[(f64, f64)]) -> Option<f64> {
    let last_below = curve.iter().rposition(|(_, ratio)| *ratio <= 1.0)?;
    let ((size, ratio), (next_size, next_ratio)) = (curve[last_below], *curve.get(last_below + 1)?);
    // What is not known is below by an infinite distance.
    let share = if ratio > 0.0 { -ratio.ln() / (next_ratio.ln() - ratio.ln()) } else { 1.0 };
    Some((size.ln() + share * (next_size.ln() - size.ln())).exp())
}

/// What the figures show: whether prediction and measurement agree, and what could not be measured.
#[must_use]
pub(crate) fn sentences(approaches: &[Approach]) -> Vec<String> {
    let failed = approaches.iter().filter_map(|approach| {
        let fault = approach.fault.as_ref()?;
        Some(format!("The pieces for {} could not be measured: {fault}", approach.label))
    });
    let verdict = Some(verdict(approaches)).filter(|verdict| !verdict.is_empty());
    verdict.into_iter().chain(failed).collect()
}

/// Says in one sentence whether prediction and measurement agree.
fn verdict(approaches: &[Approach]) -> String {
    let of = |wanted: fn(Agreement) -> bool| -> Vec<&str> {
        let measured = approaches.iter().filter(|approach| approach.fault.is_none());
        let those = measured.filter(|approach| wanted(approach.agreement()));
        those.map(|approach| &*approach.label).collect()
    };
    let agree = of(|agreement| agreement == Agreement::Agrees);
    let unknown = of(|agreement| agreement == Agreement::Unknown);
    let differ: Vec<String> = approaches
        .iter()
        .filter_map(|approach| match approach.agreement() {
            Agreement::Differs(times) => Some(format!(
                "{} begin to win at {} times the predicted piece",
                approach.label,
                words::ratio(times)
            )),
            _ => None,
        })
        .collect();
    let mut parts = Vec::new();
    if !agree.is_empty() {
        parts.push(format!("prediction and measurement agree for {}", list(&agree)));
    }
    parts.extend(differ);
    if !unknown.is_empty() {
        parts.push(format!(
            "where the gain begins was not found for {} (more rounds may show it: --runs)",
            list(&unknown)
        ));
    }
    let text = parts.join("; ");
    let mut letters = text.chars();
    letters
        .next()
        .map_or(text.clone(), |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn exact(value: f64) -> Estimate {
        Estimate { value, low: value, high: value }
    }

    fn approach(name: &str, cost: f64, sweep: &[(u64, f64)]) -> Approach {
        let cost = Estimate { value: cost, low: cost * 0.9, high: cost * 1.1 };
        let mut approach = Approach::predicted(name, name, cost, 2).expect("there are two cores");
        let step = |&(piece_ns, ratio): &(u64, f64)| Step {
            piece_ns,
            speed_up: Estimate { value: ratio, low: ratio * 0.9, high: ratio * 1.1 },
        };
        approach.confirm(sweep.iter().map(step).collect());
        approach
    }

    pub(crate) fn example() -> Vec<Approach> {
        vec![
            approach("rayon jobs", 350.0, &[(2_800, 1.6), (350, 0.5), (700, 1.0), (1_400, 1.4)]),
            approach("threads", 90_000.0, &[(90_000, 0.5), (360_000, 0.9), (720_000, 1.5)]),
            approach("processes", 1e6, &[(1_000_000, 0.3), (4_000_000, 0.8)]),
        ]
    }

    #[test]
    fn a_piece_repays_from_the_cost_times_c_over_c_minus_1_on() {
        let even = |cores| break_even(exact(300.0), cores).map(|even| even.value.round());
        assert_eq!(
            [1, 2, 3, 4, 101].map(even),
            [None, Some(600.0), Some(450.0), Some(400.0), Some(303.0)]
        );
        assert_eq!(break_even(exact(300.0), 0), None);
        // At that size the two sides of w/c + s < w are the same.
        for cores in [2, 3, 8, 64] {
            let piece = break_even(exact(300.0), cores).expect("there are several").value;
            assert!((piece / cores as f64 + 300.0 - piece).abs() < 1e-9);
        }
        let wide = Estimate { value: 300.0, low: 200.0, high: 400.0 };
        let even = break_even(wide, 2).expect("there are two");
        assert_eq!((even.low, even.high), (400.0, 800.0));
    }

    #[test]
    fn a_piece_is_nearly_free_to_hand_over_where_the_cost_is_a_tenth_of_it() {
        let rayon = &example()[0];
        assert!((rayon.nearly_free_ns - 3_500.0).abs() < 1e-9);
        assert_eq!(pieces(800.0), [100, 200, 400, 800, 1_600, 3_200, 6_400]);
        assert_eq!(pieces(0.1)[0], 1);
    }

    #[test]
    fn the_gain_begins_where_the_ratio_passes_1_for_good() {
        assert_eq!(passes_one(&[]), None);
        assert_eq!(passes_one(&[(1.0, 1.2), (2.0, 1.5)]), None, "before the first");
        assert_eq!(passes_one(&[(1.0, 0.2), (2.0, 0.5)]), None, "after the last");
        // A half and two are equally far from one.
        let between = passes_one(&[(1.0, 0.5), (4.0, 2.0)]).expect("it passes");
        assert!((between - 2.0).abs() < 1e-9);
        let last = passes_one(&[(1.0, 0.5), (2.0, 1.1), (4.0, 0.5), (16.0, 2.0)]);
        assert!((last.expect("it passes") - 8.0).abs() < 1e-9);
        assert_eq!(passes_one(&[(1.0, 0.0), (4.0, 2.0)]), Some(4.0));
    }

    #[test]
    fn samples_of_a_round_are_pairs() {
        let step = step(9, &[100.0, 200.0, 900.0], &[50.0, 100.0, 150.0]).expect("there are some");
        assert_eq!(step.piece_ns, 9);
        assert!((step.speed_up.value - 2.0).abs() < 1e-9, "one spoilt round changes little");
        assert!(super::step(9, &[], &[1.0]).is_none());
    }

    #[test]
    fn a_sentence_says_who_agrees_and_who_does_not() {
        let approaches = example();
        let measured = approaches[0].measured_ns;
        assert_eq!(measured.value.map(f64::round), Some(700.0));
        assert!(measured.low < measured.value && measured.value < measured.high);
        assert_eq!(
            verdict(&approaches),
            "Prediction and measurement agree for rayon jobs; threads begin to win at 2.31 times \
             the predicted piece; where the gain begins was not found for processes (more rounds \
             may show it: --runs)."
        );
        assert_eq!(sentences(&[]), [""; 0]);
        let mut failed = example();
        failed.truncate(1);
        failed[0].fault = Some("exit status: 1".into());
        let text = "The pieces for rayon jobs could not be measured: exit status: 1";
        assert_eq!(sentences(&failed), [text]);
    }
}
