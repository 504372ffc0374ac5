//! Speed-ups along the values of a flag: a small chart for each version, all on the same axes, with
//! the theoretical curve in each.
//!
//! Versions of a row often lie on top of each other, so that many curves in one chart could not be
//! seen. What a dot means does not depend on its colour: it is filled where the version wins, and
//! hollow where it doesn't; a cross says that the version broke.

use figures::{statistics::Estimate, words::wrapped_in};

use crate::{
    axis::Axis,
    svg::{Element, number, picture, ratio, text},
};

/// How many charts are beside each other, unless the screen is narrow.
pub const COLUMNS: usize = 2;
/// Sizes in the picture's own units.
const MARGIN: f64 = 16.0;
/// The width of a chart with its axis, and the space for the axis at its left.
const CHART: f64 = 304.0;
const AXIS: f64 = 38.0;
/// The space at the right of a chart, and between a chart's edges and its dots.
const GAP: f64 = 14.0;
const INSET: f64 = 12.0;
/// The height of the part with the dots.
const PLOT: f64 = 120.0;
/// The height of a line of small text, and how many letters it holds in a chart.
const LINE: f64 = 16.0;
const LETTERS: usize = 46;
/// What is longer than so many lines is cut.
const MOST_LINES: usize = 4;
/// How wide a letter of a value is.
const LETTER: f64 = 7.0;

/// The interval of a few rounds may be so wide that it would leave no room for anything else. So it is
/// shown up to this many times the greatest speed-up, and down to as small a part of the least.
const MOST_BEYOND: f64 = 3.0;

/// From this ratio of the largest number to the smallest on, an axis is logarithmic.
const WIDE: f64 = 5.0;

/// The looks, for a page that has the picture as one of its elements. It takes the colour of the
/// text around it.
pub const STYLE: &str = ".curves{max-width:100%;height:auto}\
    .curves text{font-family:sans-serif;font-size:12px;fill:currentColor}\
    .curves .head{font-size:17px;font-weight:bold}\
    .curves .name{font-size:14px;font-weight:bold}\
    .curves .small{opacity:.8}\
    .curves .grid{stroke:currentColor;opacity:.15}\
    .curves .one{stroke:currentColor;opacity:.6}\
    .curves .limit{fill:none;stroke:currentColor;stroke-dasharray:4 3;opacity:.8}\
    .curves .measured,.curves .interval{fill:none;stroke:#2f81d6;stroke-width:2}\
    .curves .wins{fill:#2f81d6;stroke:#2f81d6;stroke-width:2}\
    .curves .even{fill:var(--bg,Canvas);stroke:#2f81d6;stroke-width:2}\
    .curves .breaks{fill:none;stroke:#e5534b;stroke-width:2.5}";
/// What a file of its own needs besides.
const OF_A_FILE: &str = "svg{color:#1f2328}.card,.curves .even{fill:#fff}\
    @media(prefers-color-scheme:dark){svg{color:#f0f6fc}.card,.curves .even{fill:#0d1117}}";

/// The speed-ups of some versions along the values of a flag.
#[derive(Clone, Debug)]
pub struct Curves {
    /// What keeps the picture apart from others on the same page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The flag: `limit`.
    pub flag: String,
    /// What the versions are compared with.
    pub baseline: String,
    /// The values, from left to right.
    pub values: Vec<Value>,
    /// What no version can exceed at each value, where that is known.
    pub at_best: Vec<Option<f64>>,
    /// The versions.
    pub charts: Vec<Chart>,
    /// What a reader has to know besides, a sentence each.
    pub notes: Vec<String>,
}

/// A value of the flag.
#[derive(Clone, Debug)]
pub struct Value {
    /// As it was written.
    pub text: String,
    /// As a number, if it is one.
    pub number: Option<f64>,
}

/// One version.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it is called.
    pub label: String,
    /// Where it wins, stops winning, and breaks, in words.
    pub remarks: Vec<String>,
    /// What it shows at each value.
    pub points: Vec<Point>,
}

/// What a version shows at one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Point {
    /// It is faster than the baseline.
    Wins(Estimate),
    /// It is not, or not surely.
    Even(Estimate),
    /// It broke.
    Breaks,
    /// There is nothing to compare.
    Unknown,
}

impl Point {
    /// The speed-up, where there is one.
    #[must_use]
    pub fn speed_up(self) -> Option<Estimate> {
        match self {
            Self::Wins(speed_up) | Self::Even(speed_up) => Some(speed_up),
            Self::Breaks | Self::Unknown => None,
        }
    }
}

impl Curves {
    /// From the least to the greatest of what there is to show: 1, what is possible, the speed-ups,
    /// and their intervals, unless these are very wide. It lies between these two places.
    #[must_use]
    pub fn axis(&self, left: f64, right: f64) -> Axis {
        let speed_ups = self.charts.iter().flat_map(|chart| &chart.points);
        let speed_ups: Vec<_> = speed_ups.filter_map(|point| point.speed_up()).collect();
        let within = |ends: (f64, f64), values: &mut dyn Iterator<Item = f64>| {
            // An interval from a single round has no ends.
            let values = values.filter(|value| value.is_finite() && *value > 0.0);
            values.fold(ends, |(low, high), value| (low.min(value), high.max(value)))
        };
        let values = speed_ups.iter().map(|it| it.value);
        let (low, high) =
            within((1.0, 1.0), &mut values.chain(self.at_best.iter().copied().flatten()));
        let ends = speed_ups.iter().flat_map(|it| [it.low, it.high]);
        let ends = ends.map(|end| end.clamp(low / MOST_BEYOND, high * MOST_BEYOND));
        let (low, high) = within((low, high), &mut { ends });
        let is_logarithmic = high / low >= WIDE;
        let low = if is_logarithmic { low } else { 0.0 };
        Axis { low, high: high.max(1.01), is_logarithmic, left, right }
    }

    /// The places of the values between these two: in proportion, if the values are numbers that
    /// rise, and equally far apart if not.
    fn places(&self, left: f64, right: f64) -> Vec<f64> {
        let numbers: Option<Vec<f64>> = self.values.iter().map(|value| value.number).collect();
        let numbers = numbers.filter(|numbers| numbers.is_sorted_by(|a, b| a < b));
        if let Some(numbers) = numbers
            && let (Some(&low), Some(&high)) = (numbers.first(), numbers.last())
            && low < high
        {
            let is_logarithmic = low > 0.0 && high / low >= WIDE;
            let axis = Axis { low, high, is_logarithmic, left, right };
            return numbers.into_iter().map(|number| axis.place(number)).collect();
        }
        let last = self.values.len().saturating_sub(1).max(1) as f64;
        (0..self.values.len()).map(|place| left + (right - left) * place as f64 / last).collect()
    }
}

/// The picture, as an element of a page that has the looks of [`STYLE`], with so many charts beside
/// each other.
#[must_use]
pub fn draw(curves: &Curves, columns: usize) -> Element {
    put_together(curves, columns, [])
}

/// The picture, as a file of its own.
#[must_use]
pub fn file(curves: &Curves) -> String {
    let style = Element::new("style").text(format!("{STYLE}{OF_A_FILE}"));
    let card = Element::new("rect").with("class", "card");
    let card = card.with("width", "100%").with("height", "100%");
    put_together(curves, COLUMNS, [style, card]).to_string() + "\n"
}

fn put_together(
    curves: &Curves,
    columns: usize,
    below: impl IntoIterator<Item = Element>,
) -> Element {
    let width = 2.0 * MARGIN + CHART * columns as f64;
    // The charts of one line have room for as many remarks as the one with most.
    let remarks: Vec<Vec<String>> =
        curves.charts.iter().map(|chart| lines(LETTERS, &chart.remarks)).collect();
    let mut charts = Vec::new();
    let mut top = MARGIN + 26.0;
    for (chart, remarks) in curves.charts.chunks(columns).zip(remarks.chunks(columns)) {
        let most = remarks.iter().map(Vec::len).max().unwrap_or_default();
        let plot = top + 26.0 + LINE * most as f64;
        for (place, (chart, remarks)) in chart.iter().zip(remarks).enumerate() {
            let left = MARGIN + CHART * place as f64;
            let name = text("name", (left, top + 16.0), &chart.label);
            let group = Element::new("g").with("class", "version").child(name);
            let group = group.children(stack(remarks, left, top + 32.0));
            charts.push(group.children(self::plot(curves, chart, left, plot)));
        }
        top = plot + PLOT + 42.0;
    }
    let notes = lines(LETTERS * columns, &[&[legend(curves)], &curves.notes[..]].concat());
    let height = top + LINE * notes.len() as f64 + MARGIN;
    picture(&curves.id, (width, height), &curves.title, &in_words(curves))
        .with("class", "curves")
        .at("width", width)
        .at("height", height)
        .children(below)
        .child(text("head", (MARGIN, MARGIN + 14.0), &curves.title))
        .children(charts)
        .children(stack(&notes, MARGIN, top + 10.0))
}

/// The axes, the theoretical curve, and what was measured of one version.
fn plot(curves: &Curves, chart: &Chart, left: f64, top: f64) -> Vec<Element> {
    let (left, right, bottom) = (left + AXIS, left + CHART - GAP, top + PLOT);
    let y = curves.axis(bottom, top);
    let xs = curves.places(left + INSET, right - INSET);
    let mut elements = Vec::new();
    for tick in y.ticks(5) {
        let place = y.place(tick);
        elements.push(horizontal("grid", place, (left, right)));
        let label = text("small", (left - 6.0, place + 4.0), format!("{}×", ratio(tick)));
        elements.push(label.with("text-anchor", "end"));
    }
    elements.push(horizontal("one", y.place(1.0), (left, right)));
    // Values that are close together have no room for all of their names.
    let mut free = f64::MIN;
    for (x, value) in xs.iter().zip(&curves.values) {
        let half = LETTER * value.text.chars().count() as f64 / 2.0;
        if x - half >= free {
            let label = text("small value", (*x, bottom + 16.0), &value.text);
            elements.push(label.with("text-anchor", "middle"));
            free = x + half + LETTER;
        }
    }
    let flag = text("small", (right, bottom + 31.0), format!("--{}", curves.flag));
    elements.push(flag.with("text-anchor", "end"));
    elements.extend(line(
        "limit",
        xs.iter().copied().zip(&curves.at_best).map(|(x, at_best)| Some((x, y.place((*at_best)?)))),
    ));
    elements.extend(line(
        "measured",
        xs.iter()
            .copied()
            .zip(&chart.points)
            .map(|(x, point)| Some((x, y.place(point.speed_up()?.value)))),
    ));
    for (x, point) in xs.iter().zip(&chart.points) {
        elements.extend(marks(*x, *point, &y));
    }
    elements
}

/// The interval and the dot of a value, or a cross at the bottom.
fn marks(x: f64, point: Point, y: &Axis) -> Vec<Element> {
    let dot = |class: &str, speed_up: Estimate| {
        let [low, high] = [speed_up.low, speed_up.high].map(|end| number(y.place(end)));
        let interval = format!("M{} {low}V{high}", number(x));
        let dot = Element::new("circle").with("class", class).at("cx", x);
        vec![
            Element::new("path").with("class", "interval").with("d", interval),
            dot.at("cy", y.place(speed_up.value)).at("r", 4.0),
        ]
    };
    match point {
        Point::Wins(speed_up) => dot("wins", speed_up),
        Point::Even(speed_up) => dot("even", speed_up),
        Point::Breaks => {
            let corner = format!("M{} {}", number(x - 4.0), number(y.left - 8.0));
            let cross = format!("{corner}l8 8m0 -8l-8 8");
            vec![Element::new("path").with("class", "breaks").with("d", cross)]
        }
        Point::Unknown => Vec::new(),
    }
}

/// A line through these points, with gaps where there are none; `None` if it has no length.
fn line(class: &str, points: impl Iterator<Item = Option<(f64, f64)>>) -> Option<Element> {
    let mut path = String::new();
    let mut is_drawn = false;
    let mut last = false;
    for point in points {
        if let Some((x, y)) = point {
            path += &format!("{}{} {}", if last { "L" } else { "M" }, number(x), number(y));
            is_drawn |= last;
        }
        last = point.is_some();
    }
    is_drawn.then(|| Element::new("path").with("class", class).with("d", path))
}

fn horizontal(class: &str, y: f64, (left, right): (f64, f64)) -> Element {
    let path = format!("M{} {}H{}", number(left), number(y), number(right));
    Element::new("path").with("class", class).with("d", path)
}

/// Sentences in lines of at most so many letters.
fn lines(letters: usize, sentences: &[String]) -> Vec<String> {
    let lines = sentences.iter().flat_map(|sentence| {
        let text = wrapped_in(letters, "", sentence);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES);
            lines[MOST_LINES - 1] += " …";
        }
        lines
    });
    lines.collect()
}

/// Lines of small text, the first of them at this height.
fn stack(lines: &[String], x: f64, y: f64) -> impl Iterator<Item = Element> {
    let ys = (0..).map(move |place| y + LINE * f64::from(place));
    lines.iter().zip(ys).map(move |(line, y)| text("small", (x, y), line))
}

/// What the marks mean.
fn legend(curves: &Curves) -> String {
    let limit = if curves.at_best.iter().flatten().next().is_some() {
        ", and the dashed line to the theoretical limit"
    } else {
        ""
    };
    format!(
        "How many times as fast as {0}, by --{1}. Filled dots win, hollow ones show no \
         measurable gain, crosses failed. Bars are 95 % intervals. The line at 1 belongs to \
         {0}{limit}.",
        curves.baseline, curves.flag
    )
}

/// The picture for those who do not see it.
fn in_words(curves: &Curves) -> String {
    let charts = curves.charts.iter().map(|Chart { label, remarks, .. }| {
        let remarks = if remarks.is_empty() { "no crossing".into() } else { remarks.join("; ") };
        format!("{label}: {remarks}")
    });
    let mut words = charts.collect::<Vec<_>>().join(". ") + ".";
    let at_best = curves.values.iter().zip(&curves.at_best).filter_map(|(value, at_best)| {
        Some(format!("{} at {}", figures::words::ratio((*at_best)?), value.text))
    });
    let at_best = at_best.collect::<Vec<_>>().join(", ");
    if !at_best.is_empty() {
        words += &format!(" The limit is {at_best}.");
    }
    words
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;

    fn times(value: f64) -> Estimate {
        Estimate { value, low: value * 0.9, high: value * 1.1 }
    }

    fn example() -> Curves {
        let value = |text: &str| Value { text: text.into(), number: text.parse().ok() };
        Curves {
            id: "sweep".into(),
            title: "http by --limit".into(),
            flag: "limit".into(),
            baseline: "sequential".into(),
            values: ["1", "10", "100"].map(value).into(),
            at_best: vec![Some(1.0), Some(10.0), Some(100.0)],
            charts: vec![
                Chart {
                    label: "tokio".into(),
                    remarks: vec!["wins from limit = 10 on".into()],
                    points: vec![
                        Point::Even(times(1.0)),
                        Point::Wins(times(9.0)),
                        Point::Wins(times(80.0)),
                    ],
                },
                Chart {
                    label: "threads & more".into(),
                    remarks: vec!["breaks at limit = 10 (no room)".into()],
                    points: vec![Point::Even(times(0.5)), Point::Breaks, Point::Unknown],
                },
            ],
            notes: vec!["2 cores.".into()],
        }
    }

    fn of_class<'a>(node: &Node<'a, 'a>, class: &str) -> Vec<Node<'a, 'a>> {
        node.descendants().filter(|node| node.attribute("class") == Some(class)).collect()
    }

    fn places(nodes: &[Node], attribute: &str) -> Vec<f64> {
        let place = |node: &Node| node.attribute(attribute)?.parse().ok();
        nodes.iter().filter_map(place).collect()
    }

    #[test]
    fn dots_are_where_the_figures_are_and_say_what_they_are() {
        let curves = example();
        let svg = file(&curves);
        let document = Document::parse(&svg).expect("it is well-formed");
        let [tokio, threads] = of_class(&document.root(), "version")[..] else { panic!("{svg}") };
        assert_eq!(places(&of_class(&tokio, "even"), "cx").len(), 1);
        let wins = of_class(&tokio, "wins");
        // The values are powers of ten on a logarithmic axis, so the places are equally far apart.
        let left = MARGIN + AXIS + INSET;
        let right = MARGIN + CHART - GAP - INSET;
        for (x, expected) in places(&wins, "cx").iter().zip([f64::midpoint(left, right), right]) {
            assert!((x - expected).abs() < 0.01, "{x} is not {expected}");
        }
        // The axis of speed-ups goes from 0.45, the lowest end of an interval, to 100.
        let ys = places(&wins, "cy");
        let share = (80_f64 / 9.0).ln() / (100_f64 / 0.45).ln();
        assert!((ys[0] - ys[1] - PLOT * share).abs() < 0.01, "{ys:?}");
        assert_eq!(of_class(&threads, "breaks").len(), 1);
        assert_eq!(threads.descendants().filter(|it| it.has_tag_name("circle")).count(), 1);
        // A single point is no line.
        assert_eq!(
            (of_class(&tokio, "measured").len(), of_class(&threads, "measured").len()),
            (1, 0)
        );
    }

    #[test]
    fn a_wide_interval_leaves_room_for_the_curves() {
        let mut curves = example();
        let wide = Estimate { value: 9.0, low: 1e-6, high: f64::INFINITY };
        curves.charts[0].points[1] = Point::Even(wide);
        let Axis { low, high, .. } = curves.axis(0.0, 1.0);
        // The speed-ups go from 0.5 to 80, and the limit to 100.
        assert!((low - 0.5 / 3.0).abs() < 1e-9 && (high - 300.0).abs() < 1e-9, "{low} to {high}");
    }

    #[test]
    fn the_theoretical_curve_is_in_each_chart() {
        let svg = draw(&example(), COLUMNS).to_string();
        let document = Document::parse(&svg).expect("it is well-formed");
        let limits = of_class(&document.root(), "limit");
        assert_eq!(limits.len(), 2);
        let path = limits[0].attribute("d").unwrap_or_default();
        assert_eq!(path.matches('L').count(), 2, "{path}");
        let mut curves = example();
        // Without the middle value there is no line, since nothing is known between the others.
        curves.at_best[1] = None;
        let svg = draw(&curves, COLUMNS).to_string();
        assert!(!svg.contains("class=\"limit\""), "{svg}");
    }

    #[test]
    fn values_that_are_no_rising_numbers_are_equally_far_apart() {
        let places = |texts: [&str; 3]| {
            let value = |text: &str| Value { text: text.into(), number: text.parse().ok() };
            Curves { values: texts.map(value).into(), ..example() }.places(0.0, 90.0)
        };
        assert_eq!(places(["a", "b", "c"]), [0.0, 45.0, 90.0]);
        assert_eq!(places(["1", "9", "5"]), [0.0, 45.0, 90.0]);
        assert_eq!(places(["1", "2", "4"]), [0.0, 30.0, 90.0]);
    }

    #[test]
    fn a_line_has_a_gap_where_nothing_is_known() {
        let points = [Some((0.0, 0.0)), Some((1.0, 2.0)), None, Some((3.0, 4.0))];
        let line = line("limit", points.into_iter()).map(|line| line.to_string());
        assert_eq!(line.as_deref(), Some("<path class=\"limit\" d=\"M0 0L1 2M3 4\"/>"));
    }

    #[test]
    fn the_crossings_are_there_in_words() {
        let svg = draw(&example(), COLUMNS).to_string();
        let document = Document::parse(&svg).expect("it is well-formed");
        let words = document.descendants().find(|node| node.has_tag_name("desc"));
        assert_eq!(
            words.and_then(|words| words.text()),
            Some(
                "tokio: wins from limit = 10 on. threads & more: breaks at limit = 10 (no room). \
                 The limit is 1.00 at 1, 10.0 at 10, 100 at 100."
            )
        );
    }

    #[test]
    fn a_picture_of_nothing_is_one_all_the_same() {
        let curves = Curves {
            values: Vec::new(),
            at_best: Vec::new(),
            charts: Vec::new(),
            notes: Vec::new(),
            ..example()
        };
        let svg = file(&curves);
        assert!(Document::parse(&svg).is_ok() && !svg.contains("NaN"), "{svg}");
    }
}
