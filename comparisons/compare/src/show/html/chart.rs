//! The speed-ups with their intervals, and the limits, as a chart.

use std::fmt::Write;

use figures::{statistics::Estimate, words};
use viewer::escape::escaped;

use crate::judge::comparison::Comparison;

/// From this ratio of the largest value to the smallest on, the scale is logarithmic.
const WIDE: f64 = 5.0;
/// The height of a version's line, in pixels.
const LINE: usize = 44;
/// The height of the names of the limits, in pixels.
const HEAD: usize = 20;
/// The margin on both sides of the scale, in percent of the width.
const MARGIN: f64 = 4.0;

/// A line across all versions.
struct Limit {
    /// Short enough for half the width of a phone.
    name: &'static str,
    /// As a speed-up.
    at: f64,
}

/// Maps speed-ups to percent of the width.
struct Scale {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Scale {
    fn new(values: impl Iterator<Item = f64> + Clone) -> Self {
        // An interval from few rounds may have no end.
        let values = values.filter(|value| value.is_finite() && *value > 0.0);
        let high = values.clone().fold(1.0, f64::max);
        let low = values.fold(1.0, f64::min);
        let is_log = high / low >= WIDE;
        // A linear scale begins at 0, so that lengths can be compared.
        Self { low: if is_log { low } else { 0.0 }, high: high.max(low * 1.01), is_log }
    }

    fn x(&self, value: f64) -> f64 {
        let share = if self.is_log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        MARGIN + share.clamp(0.0, 1.0) * (100.0 - 2.0 * MARGIN)
    }

    /// Round values along the scale.
    fn marks(&self) -> Vec<f64> {
        let rounds =
            (-3..7).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(power)));
        if self.is_log {
            return rounds.filter(|mark| (self.low..=self.high).contains(mark)).collect();
        }
        let step = rounds.into_iter().find(|step| self.high / step <= 6.0).unwrap_or(self.high);
        (0..=6).map(|mark| f64::from(mark) * step).filter(|mark| *mark <= self.high).collect()
    }
}

/// The chart, as SVG whose texts keep their size on any screen; `None` if nothing is compared.
#[must_use]
pub(super) fn chart(comparison: &Comparison) -> Option<String> {
    let ranked: Vec<(&str, Estimate)> = comparison
        .ranked()
        .into_iter()
        .filter_map(|version| Some((version.approach.label(), version.speed_up?)))
        .collect();
    let limits = limits(comparison);
    if ranked.is_empty() {
        return None;
    }
    let values = ranked.iter().flat_map(|(_, gain)| [gain.low, gain.value, gain.high]);
    let scale = Scale::new(values.chain(limits.iter().map(|limit| limit.at)));

    let heads = limits.len() * HEAD;
    let bottom = heads + ranked.len() * LINE;
    let mut svg = format!(
        "<svg class=\"chart\" width=\"100%\" height=\"{}\" role=\"img\" aria-label=\"{}\">",
        bottom + 24,
        escaped(&in_words(&ranked, &limits))
    );
    axis(&mut svg, &scale, heads, bottom);
    for (place, Limit { name, at }) in limits.iter().enumerate() {
        let y = place * HEAD;
        let x = scale.x(*at);
        let anchor = if x > 50.0 { "end" } else { "start" };
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<line class=\"limit\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{}\" y2=\"{bottom}\"/>\
             <text x=\"{x:.2}%\" y=\"{}\" text-anchor=\"{anchor}\">{name}: {}×</text>",
            y + 18,
            y + 14,
            words::ratio(*at)
        );
    }
    for (place, (label, gain)) in ranked.iter().enumerate() {
        let top = heads + place * LINE;
        let [low, value, high] = [gain.low, gain.value, gain.high].map(|value| scale.x(value));
        let y = top + 30;
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{0}\">{1}</text>\
             <text x=\"100%\" y=\"{0}\" text-anchor=\"end\">{2}</text>\
             <line class=\"interval\" x1=\"{low:.2}%\" x2=\"{high:.2}%\" y1=\"{y}\" y2=\"{y}\"/>\
             <circle cx=\"{value:.2}%\" cy=\"{y}\" r=\"5\"/>",
            top + 16,
            escaped(label),
            words::estimate(*gain)
        );
    }
    let kind = if scale.is_log { " The scale is logarithmic." } else { "" };
    let lines = match limits.len() {
        0 => "",
        1 => " The dashed line is the theoretical limit.",
        _ => {
            " The dashed lines are the theoretical limit, and what a version reaches if its waits \
             overlap and nothing else does."
        }
    };
    Some(format!(
        "<p>How many times as fast as sequential (the line at 1) each version is: a dot for the \
         mean, a bar for its 95 % interval.{lines}{kind}</p>\n{svg}</svg>\n"
    ))
}

/// The limits as speed-ups, the lower one first.
fn limits(comparison: &Comparison) -> Vec<Limit> {
    let sequential = comparison.baseline().and_then(|version| version.mean_wall_ns);
    let Some((bounds, sequential)) = comparison.bounds.as_ref().zip(sequential) else {
        return Vec::new();
    };
    let upper = bounds.upper_bound_ns.map(|nanos| ("waits overlap", nanos));
    upper
        .into_iter()
        .chain([("limit", bounds.bound_ns)])
        .filter(|(_, nanos)| *nanos > 0)
        .map(|(name, nanos)| Limit { name, at: sequential / nanos as f64 })
        .collect()
}

/// The marks of the scale, and the line of sequential.
fn axis(svg: &mut String, scale: &Scale, top: usize, bottom: usize) {
    // Marks that are close together have no room for a number.
    let mut free = f64::MIN;
    for mark in scale.marks() {
        let x = scale.x(mark);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{top}\" y2=\"{bottom}\"/>"
        );
        if x >= free {
            let _ = write!(
                svg,
                "<text class=\"mark\" x=\"{x:.2}%\" y=\"{}\" text-anchor=\"middle\">{mark}×</text>",
                bottom + 16
            );
            free = x + 8.0;
        }
    }
    let x = scale.x(1.0);
    let _ = write!(
        svg,
        "<line class=\"one\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{top}\" y2=\"{bottom}\"/>"
    );
}

/// The chart for those who do not see it.
fn in_words(ranked: &[(&str, Estimate)], limits: &[Limit]) -> String {
    let versions = ranked.iter().map(|(label, gain)| format!("{label} {}", words::estimate(*gain)));
    let limits = limits.iter().map(|limit| format!("{} {}", limit.name, words::ratio(limit.at)));
    format!(
        "Speed-ups over sequential with their 95 % intervals: {}.",
        versions.chain(limits).collect::<Vec<_>>().join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{judge::comparison::tests::compare, samples::runs};
    use workspace::Side;

    #[test]
    fn every_version_has_a_dot_and_the_limits_their_lines() {
        let comparison = compare(
            Side::Io,
            vec![
                runs("sequential", &[5000, 5000, 5000], 100, 1),
                runs("rayon", &[2500, 2510, 2490], 100, 2),
                runs("tokio", &[104, 103, 105], 40, 50),
            ],
        );
        let svg = chart(&comparison).expect("two versions are compared");
        assert_eq!(svg.matches("<circle").count(), 2);
        assert_eq!(svg.matches("class=\"limit\"").count(), 2);
        assert!(svg.contains("tokio 48.1 [46.9, 49.2]"), "{svg}");
        assert!(svg.contains(">limit: 50.0×"), "{svg}");
        assert!(svg.contains("logarithmic"), "{svg}");
    }

    #[test]
    fn a_scale_maps_its_ends_to_its_margins() {
        let log = Scale::new([1.0, 100.0].into_iter());
        assert!(log.is_log);
        assert!((log.x(10.0) - 50.0).abs() < 1e-9);
        assert!((log.x(100.0) - (100.0 - MARGIN)).abs() < 1e-9);
        assert_eq!(log.marks(), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        let linear = Scale::new([0.9, 2.0].into_iter());
        assert!(!linear.is_log);
        assert!((linear.x(0.0) - MARGIN).abs() < 1e-9);
        assert_eq!(linear.marks(), [0.0, 0.5, 1.0, 1.5, 2.0]);
    }

    #[test]
    fn without_versions_there_is_no_chart() {
        let comparison = compare(Side::Cpu, vec![runs("sequential", &[10, 10], 10, 1)]);
        assert!(chart(&comparison).is_none());
    }
}
