//! The timelines as one picture, for paper and for browsers without scripts.

use std::{collections::BTreeMap, fmt::Write};

use figures::words::{count, duration_ns};
use picture::svg::escaped;

use crate::data::{Doing, Span, Timelines, Version};

/// The width of the picture.
const WIDTH: f64 = 720.0;
/// Where the lanes begin, beside their names.
const LEFT: f64 = 130.0;
/// The most lanes of a kind.
const LANES: usize = 8;
/// The height of a lane, with the room between it and the next.
const LANE: f64 = 13.0;
/// The height of the counts.
const STRIP: f64 = 26.0;
/// In how many parts of the time units are counted.
const PARTS: u32 = 295;

/// All versions below each other, on one clock, as SVG. Its colours are those of the classes `run`,
/// `ready` and `wait`, which the style sheet sets; without one, all is black and still to be told apart.
#[must_use]
pub fn picture(timelines: &Timelines) -> String {
    let clock = timelines.clock();
    let mut body = String::new();
    let mut y = 0.0;
    for version in &timelines.versions {
        y = draw(&mut body, version, &timelines.unit, clock, y);
    }
    axis(&mut body, clock, y);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" \
         aria-label=\"{}\">{body}</svg>",
        y + 22.0,
        escaped(&in_words(timelines))
    )
}

/// What the picture shows, for those who do not see it.
#[must_use]
pub fn in_words(timelines: &Timelines) -> String {
    let clock = timelines.clock();
    let versions = timelines.versions.iter().map(|version| {
        let [in_flight, computing] = version.peaks();
        let threads = count(version.threads.len(), "thread");
        let length = version.length();
        let beyond = if length > clock { " (beyond the edge of the picture)" } else { "" };
        format!(
            "{}: {}{beyond}, up to {in_flight} in flight and {computing} computing, on {threads}",
            version.label,
            duration_ns(length)
        )
    });
    format!("Timelines on one clock. {}.", versions.collect::<Vec<_>>().join("; "))
}

/// Draws one version from `y` on; returns where it ends.
fn draw(svg: &mut String, version: &Version, unit: &str, clock: u64, y: f64) -> f64 {
    let mut threads: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    let mut units: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    for span in version.spans().filter(|span| span.from <= clock) {
        units.entry(span.unit).or_default().push(span);
        if let Some(thread) = span.thread() {
            threads.entry(thread).or_default().push(span);
        }
    }
    let mut y = y + 18.0;
    let goes_on = version.length() > clock;
    let remark = if goes_on { ", more than fits here" } else { "" };
    let title = format!("{}: {}{remark}", version.label, duration_ns(version.length()));
    text(svg, 0.0, y, "title", &title);
    y += 8.0;

    let averages = version.averages(clock, PARTS);
    let [peak, _] = version.peaks();
    text(svg, 0.0, y + STRIP / 2.0 + 4.0, "name", &format!("in flight, up to {peak}"));
    for (class, averages) in ["wait", "run"].into_iter().zip(&averages) {
        strip(svg, class, averages, peak, y);
    }
    y += STRIP + 5.0;

    for (name, lanes) in
        [(None, threads.iter().collect::<Vec<_>>()), (Some(unit), units.iter().collect::<Vec<_>>())]
    {
        let step = lanes.len().div_ceil(LANES).max(1);
        for (index, spans) in lanes.into_iter().step_by(step) {
            let name = match name {
                Some(unit) => format!("{unit} {index}"),
                None => version.threads.get(*index).cloned().unwrap_or_default(),
            };
            text(svg, 0.0, y + 9.0, "name", &shortened(&name));
            lane(svg, spans, clock, y);
            y += LANE;
        }
        y += 4.0;
    }
    y
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, text: &str) {
    // Writing to a string cannot fail.
    let _ = write!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
}

/// As much of a name as there is room for.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 22 {
        return name.into();
    }
    name.chars().take(21).chain(['…']).collect()
}

/// How many were under way, as an area.
fn strip(svg: &mut String, class: &str, averages: &[f64], peak: usize, y: f64) {
    let (width, bottom) = ((WIDTH - LEFT) / f64::from(PARTS), y + STRIP);
    let mut path = format!("M{LEFT} {bottom}");
    let mut before = format!("{bottom:.1}");
    for (part, average) in averages.iter().enumerate() {
        let top = format!("{:.1}", bottom - STRIP * average / peak.max(1) as f64);
        if top != before {
            let _ = write!(path, "H{:.1}V{top}", LEFT + part as f64 * width);
            before = top;
        }
    }
    let _ = write!(svg, "<path class=\"{class}\" d=\"{path}H{WIDTH}V{bottom}Z\"/>");
}

/// What one unit or thread did: high where it ran, half as high where it was ready, a line where it
/// waited.
fn lane(svg: &mut String, spans: &[Span], clock: u64, y: f64) {
    let scale = (WIDTH - LEFT) / clock as f64;
    for (class, top, height) in
        [("wait", y + 5.0, 2.0), ("ready", y + 3.5, 5.0), ("run", y + 1.0, LANE - 3.0)]
    {
        let runs = class == "run";
        let mut stretches: Vec<(f64, f64)> = Vec::new();
        for span in spans.iter().filter(|span| class_of(span.doing) == class) {
            let from = LEFT + span.from as f64 * scale;
            // What runs is seen however short it is.
            let least = if runs { from + 0.7 } else { from };
            let to = (LEFT + span.to as f64 * scale).max(least).min(WIDTH);
            match stretches.last_mut() {
                // Nobody would see the gap.
                Some((_, end)) if from - *end < 0.3 => *end = to.max(*end),
                _ => stretches.push((from, to)),
            }
        }
        let path: String = stretches
            .into_iter()
            .filter(|(from, to)| to > from)
            .map(|(from, to)| {
                let width = to - from;
                format!("M{from:.1} {top}h{width:.1}v{height}h-{width:.1}z")
            })
            .collect();
        if !path.is_empty() {
            let _ = write!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }
}

/// The class that sets the colour of a stretch.
fn class_of(doing: Doing) -> &'static str {
    match doing {
        Doing::Runs(_) => "run",
        Doing::Ready => "ready",
        Doing::Waits => "wait",
    }
}

/// The clock.
fn axis(svg: &mut String, clock: u64, y: f64) {
    for part in 0..=4_u32 {
        let share = f64::from(part) / 4.0;
        let at = clock / 4 * u64::from(part);
        let label = if part == 0 { "0".into() } else { duration_ns(at) };
        let anchor = ["start", "middle", "middle", "middle", "end"][part as usize];
        let x = LEFT + share * (WIDTH - LEFT);
        let _ = write!(
            svg,
            "<path class=\"tick\" d=\"M{x:.1} {y}v4\"/>\
             <text class=\"name\" x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"{anchor}\">{label}</text>",
            y + 16.0
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::{many, recorded};

    fn timelines() -> Timelines {
        let slow = recorded(&[
            (0.0, &[(0.0, 10.0, 0)], 1_000.0),
            (1_000.0, &[(1_000.0, 10.0, 0)], 2_000.0),
        ]);
        let quick = recorded(&[(0.0, &[(0.0, 50.0, 0)], 100.0), (0.0, &[(50.0, 50.0, 1)], 100.0)]);
        let versions = vec![
            Version::new("sequential", true, 1, &slow),
            Version::new("a <b>", false, 1, &quick),
        ];
        Timelines { unit: "page".into(), versions }
    }

    #[test]
    fn each_version_has_its_lanes_and_its_names_are_escaped() {
        let svg = picture(&timelines());
        for part in [
            ">sequential: 2.00 ms, more than fits here</text>",
            ">a &lt;b&gt;: 100 µs</text>",
            ">main 0</text>",
            ">process 1</text>",
            ">page 1</text>",
            ">in flight, up to 2</text>",
            // The second half of the clock, on the second thread.
            "M425.0",
        ] {
            assert!(svg.contains(part), "{part} is missing in {svg}");
        }
        assert!(!svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn the_words_say_what_the_picture_shows() {
        let words = in_words(&timelines());
        assert!(
            words.contains(
                "sequential: 2.00 ms (beyond the edge of the picture), up to 1 in flight"
            ),
            "{words}"
        );
        assert!(words.contains("up to 2 in flight and 1 computing, on 2 threads"), "{words}");
    }

    #[test]
    fn nothing_is_drawn_beyond_the_edge() {
        let svg = picture(&timelines());
        let paths = svg.split("class=\"run\" d=\"").skip(1);
        let starts = paths.flat_map(|path| {
            let path = path.split('"').next().unwrap_or_default();
            path.split('M').skip(1).filter_map(|part| part.split(' ').next()?.parse::<f64>().ok())
        });
        let starts: Vec<f64> = starts.collect();
        assert!(!starts.is_empty());
        assert!(starts.iter().all(|x| (LEFT..=WIDTH).contains(x)), "{starts:?}");
    }

    #[test]
    fn many_units_make_no_large_picture() {
        let versions = vec![Version::new("tokio", false, 1, &many(1_000))];
        let svg = picture(&Timelines { unit: "page".into(), versions });
        assert!(svg.len() < 30_000, "{}", svg.len());
    }
}
