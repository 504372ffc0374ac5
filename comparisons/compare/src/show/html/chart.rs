//! The speed-ups with their intervals, and the limits, as a chart. Its texts keep their size on any
//! screen, so its places from left to right are percents of the width.

use figures::{statistics::Estimate, words};
use picture::{axis::Axis, svg::Element};

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
    let axis = axis(values.chain(limits.iter().map(|limit| limit.at)));

    let heads = limits.len() * HEAD;
    let bottom = heads + ranked.len() * LINE;
    let mut svg = Element::new("svg")
        .with("class", "chart")
        .with("width", "100%")
        .with("height", bottom + 24)
        .with("role", "img")
        .with("aria-label", in_words(&ranked, &limits))
        .children(marks(&axis, (heads, bottom)));
    for (place, Limit { name, at }) in limits.iter().enumerate() {
        let y = place * HEAD;
        let x = axis.place(*at);
        let anchor = if x > 50.0 { "end" } else { "start" };
        let text = format!("{name}: {}×", words::ratio(*at));
        let text = Element::new("text")
            .with("x", percent(x))
            .with("y", y + 14)
            .with("text-anchor", anchor)
            .text(text);
        svg = svg.child(line("limit", (x, x), (y + 18, bottom))).child(text);
    }
    for (place, (label, gain)) in ranked.iter().enumerate() {
        let top = heads + place * LINE;
        let [low, value, high] = [gain.low, gain.value, gain.high].map(|value| axis.place(value));
        let y = top + 30;
        let name = Element::new("text").with("x", 0).with("y", top + 16).text(*label);
        let figures = Element::new("text").with("x", "100%").with("y", top + 16);
        let figures = figures.with("text-anchor", "end").text(words::estimate(*gain));
        let dot = Element::new("circle").with("cx", percent(value)).with("cy", y).with("r", 5);
        let interval = line("interval", (low, high), (y, y));
        svg = svg.children([name, figures, interval, dot]);
    }
    let kind = if axis.is_logarithmic { " The scale is logarithmic." } else { "" };
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
         mean, a bar for its 95 % interval.{lines}{kind}</p>\n{svg}\n"
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

/// From the least to the greatest of these values and 1.
fn axis(values: impl Iterator<Item = f64>) -> Axis {
    // An interval from few rounds may have no end.
    let values = values.filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) =
        values.fold((1.0_f64, 1.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let is_logarithmic = high / low >= WIDE;
    Axis {
        // A linear scale begins at 0, so that lengths can be compared.
        low: if is_logarithmic { low } else { 0.0 },
        high: high.max(low * 1.01),
        is_logarithmic,
        left: MARGIN,
        right: 100.0 - MARGIN,
    }
}

/// The round numbers of the axis, and the line of sequential.
fn marks(axis: &Axis, ys: (usize, usize)) -> Vec<Element> {
    // A wide logarithmic axis has all of 1, 2, 5, 10, …
    let most = if axis.is_logarithmic { usize::MAX } else { 6 };
    let mut elements = Vec::new();
    // Marks that are close together have no room for a number.
    let mut free = f64::MIN;
    for mark in axis.ticks(most) {
        let x = axis.place(mark);
        elements.push(line("grid", (x, x), ys));
        if x >= free {
            let text = Element::new("text").with("class", "mark").with("x", percent(x));
            let text = text.with("y", ys.1 + 16).with("text-anchor", "middle");
            elements.push(text.text(format!("{mark}×")));
            free = x + 8.0;
        }
    }
    let x = axis.place(1.0);
    elements.push(line("one", (x, x), ys));
    elements
}

fn line(class: &str, (x1, x2): (f64, f64), (y1, y2): (usize, usize)) -> Element {
    let line = Element::new("line").with("class", class);
    let line = line.with("x1", percent(x1)).with("x2", percent(x2));
    line.with("y1", y1).with("y2", y2)
}

/// A place from left to right.
fn percent(place: f64) -> String {
    format!("{place:.2}%")
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
    fn an_axis_reaches_from_margin_to_margin() {
        let wide = axis([2.0, 100.0].into_iter());
        assert!(wide.is_logarithmic);
        assert!((wide.place(1.0) - MARGIN).abs() < 1e-9);
        assert!((wide.place(10.0) - 50.0).abs() < 1e-9);
        let narrow = axis([0.9, 2.0, f64::INFINITY].into_iter());
        assert!(!narrow.is_logarithmic);
        assert!((narrow.place(0.0) - MARGIN).abs() < 1e-9);
        assert!((narrow.place(2.0) - (100.0 - MARGIN)).abs() < 1e-9);
    }

    #[test]
    fn without_versions_there_is_no_chart() {
        let comparison = compare(Side::Cpu, vec![runs("sequential", &[10, 10], 10, 1)]);
        assert!(chart(&comparison).is_none());
    }
}
