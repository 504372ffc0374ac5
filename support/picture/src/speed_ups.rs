//! Speed-ups with their intervals: a dot and a line for each version, to be put into a page of HTML.
//!
//! The picture takes the font and the colour of the text around it, that of the page where it has `--bg`, and that
//! of links, `--links`, for what was measured: so it fits every theme of mdBook. A version's name and figures are above its dot, and not in a
//! column beside it, so that it can be read on a phone.

use figures::statistics::Estimate;

use crate::{
    axis::Axis,
    svg::{Element, number, picture, ratio, text},
};

/// Sizes in the picture's own units.
const WIDTH: f64 = 460.0;
const LEFT: f64 = 10.0;
const RIGHT: f64 = WIDTH - 14.0;
/// Where the lanes begin, below the name of the limit.
const TOP: f64 = 24.0;
/// The height of a lane: a line of text, and the dot below it.
const LANE: f64 = 36.0;
/// Where the dot is in its lane.
const DOT: f64 = 24.0;

/// The background around the letters keeps lines from crossing them.
const FONT: &str = "font-size:13px;fill:currentColor;stroke:var(--bg,Canvas);stroke-width:4px;\
                    stroke-linejoin:round;paint-order:stroke";
const SMALL: &str = "font-size:11px;fill:currentColor;opacity:.75";
const GRID: &str = "stroke:currentColor;opacity:.15";
const ONE: &str = "stroke:currentColor;opacity:.6";
const LIMIT: &str = "stroke:currentColor;stroke-dasharray:4 3;opacity:.8";
const MEASURED: &str = "fill:var(--links,#2f81d6);stroke:var(--links,#2f81d6);stroke-width:2";
const BASELINE: &str = "fill:none;stroke:currentColor;stroke-width:2";

/// The speed-ups of some versions.
#[derive(Clone, Debug)]
pub struct SpeedUps {
    /// What keeps the picture apart from others on the same page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The versions, from top to bottom.
    pub lines: Vec<Line>,
    /// What the versions cannot exceed.
    pub limit: Option<Limit>,
    /// Whether equal distances are to be equal ratios.
    pub is_logarithmic: bool,
}

/// One version.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is called.
    pub label: String,
    /// Its figures in words.
    pub text: String,
    /// How many times as fast as the baseline it is; `None` if it was not measured.
    pub speed_up: Option<Estimate>,
    /// Whether the others are compared with it.
    pub is_baseline: bool,
}

/// What the versions cannot exceed.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The highest speed-up.
    pub value: f64,
    /// What sets it: `2 cores`.
    pub label: String,
    /// For how many of the versions, from the top.
    pub lines: usize,
}

/// The picture, as an element of a page.
#[must_use]
pub fn draw(chart: &SpeedUps) -> Element {
    let axis = axis(chart);
    let bottom = TOP + LANE * chart.lines.len() as f64;
    let mut svg = picture(&chart.id, (WIDTH, bottom + 24.0), &chart.title, &in_words(chart));
    for tick in axis.ticks(8) {
        let x = axis.place(tick);
        svg = svg.child(vertical(x, (TOP, bottom), GRID)).child(
            text("tick", (x, bottom + 16.0), ratio(tick))
                .with("text-anchor", "middle")
                .with("style", SMALL),
        );
    }
    svg = svg.child(vertical(axis.place(1.0), (TOP, bottom), ONE));
    if let Some(Limit { value, label, lines }) = &chart.limit {
        let x = axis.place(*value);
        let end = TOP + LANE * *lines as f64;
        // Its name is where there is room for it.
        let anchor = if x > WIDTH / 2.0 { "end" } else { "start" };
        let label = text("limit-name", (x, TOP - 8.0), format!("limit: {label}"))
            .with("text-anchor", anchor);
        svg = svg
            .child(vertical(x, (TOP - 4.0, end), LIMIT).with("class", "limit"))
            .child(label.with("style", SMALL));
    }
    let tops = (0..).map(|place| TOP + LANE * f64::from(place));
    svg.children(chart.lines.iter().zip(tops).map(|(line, top)| lane(line, top, &axis)))
}

/// From the least to the greatest of what there is to show: 1, the limit, and the intervals.
fn axis(chart: &SpeedUps) -> Axis {
    let estimates = chart.lines.iter().filter_map(|line| line.speed_up);
    let values = estimates.flat_map(|estimate| [estimate.low, estimate.value, estimate.high]);
    let limit = chart.limit.as_ref().map(|limit| limit.value);
    let values = values.chain(limit).filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) =
        values.fold((1.0_f64, 1.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) =
        if chart.is_logarithmic { (low / 1.15, high * 1.15) } else { (0.0, high * 1.06) };
    Axis { low, high, is_logarithmic: chart.is_logarithmic, left: LEFT, right: RIGHT }
}

/// The figures in words.
fn in_words(chart: &SpeedUps) -> String {
    let lines = chart.lines.iter().map(|line| format!("{}: {}", line.label, line.text));
    let mut words = lines.collect::<Vec<_>>().join("; ");
    if let Some(Limit { value, label, .. }) = &chart.limit {
        words += &format!(". The limit is {} ({label})", ratio(*value));
    }
    words + "."
}

/// A version's name and figures, and below them its dot and its interval.
fn lane(line: &Line, top: f64, axis: &Axis) -> Element {
    let name = Element::new("tspan").with("style", "font-weight:bold").text(&line.label);
    let figures = Element::new("tspan").with("dx", 8).text(&line.text);
    let label = text("lane", (LEFT, top + 14.0), "").with("style", FONT).child(name).child(figures);
    let group = Element::new("g").child(label);
    let y = top + DOT;
    let dot = |value: f64, style: &str| {
        Element::new("circle")
            .at("cx", axis.place(value))
            .at("cy", y)
            .at("r", 4.0)
            .with("style", style)
    };
    match line.speed_up {
        _ if line.is_baseline => group.child(dot(1.0, BASELINE)),
        Some(Estimate { value, low, high }) => {
            let [from, to] = [low, high].map(|end| axis.place(end));
            let interval = format!("M{} {}H{}", number(from), number(y), number(to));
            let interval = Element::new("path").with("class", "interval").with("d", interval);
            group.child(interval.with("style", MEASURED)).child(dot(value, MEASURED))
        }
        None => group,
    }
}

fn vertical(x: f64, (top, bottom): (f64, f64), style: &str) -> Element {
    let path = format!("M{} {}V{}", number(x), number(top), number(bottom));
    Element::new("path").with("d", path).with("style", style)
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;

    fn line(label: &str, speed_up: Option<[f64; 3]>) -> Line {
        Line {
            label: label.into(),
            text: format!("about {label}"),
            speed_up: speed_up.map(|[low, value, high]| Estimate { value, low, high }),
            is_baseline: label == "sequential",
        }
    }

    fn example() -> SpeedUps {
        SpeedUps {
            id: "http".into(),
            title: "http".into(),
            lines: vec![
                line("sequential", None),
                line("tokio", Some([9.0, 10.0, 12.0])),
                line("rayon", Some([0.1, 0.2, f64::INFINITY])),
                line("smol", None),
            ],
            limit: Some(Limit { value: 20.0, label: "20 in flight".into(), lines: 2 }),
            is_logarithmic: true,
        }
    }

    fn places(document: &Document, tag: &str, attribute: &str) -> Vec<f64> {
        let of_tag = |node: &Node| node.has_tag_name(tag);
        let place = |node: Node| node.attribute(attribute)?.parse().ok();
        document.descendants().filter(of_tag).filter_map(place).collect()
    }

    #[test]
    fn dots_and_lines_are_where_the_figures_are() {
        let chart = example();
        let axis = axis(&chart);
        let svg = draw(&chart).to_string();
        let document = Document::parse(&svg).expect("it is well-formed");
        let expected = [1.0, 10.0, 0.2].map(|value| axis.place(value));
        let dots = places(&document, "circle", "cx");
        assert_eq!(dots.len(), expected.len(), "the baseline and what was measured: {svg}");
        for (dot, expected) in dots.iter().zip(expected) {
            assert!((dot - expected).abs() < 0.01, "{dot} is not {expected}");
        }
        let [low, high] = [9.0, 12.0].map(|value| number(axis.place(value)));
        let interval = format!("M{low} {}H{high}", number(TOP + LANE + DOT));
        assert!(svg.contains(&interval), "{interval} is missing in: {svg}");
        // An interval without an end reaches to the edge.
        assert!(svg.contains(&format!("H{}\"", number(RIGHT))), "{svg}");
        let limit = number(axis.place(20.0));
        let limit = format!("M{limit} {}V{}", number(TOP - 4.0), number(TOP + 2.0 * LANE));
        assert!(svg.contains(&limit), "{limit} is missing in: {svg}");
        assert!(dots.iter().all(|dot| (LEFT..=RIGHT).contains(dot)), "{dots:?}");
    }

    #[test]
    fn a_linear_axis_begins_at_nothing() {
        let chart = SpeedUps { is_logarithmic: false, ..example() };
        let axis = axis(&chart);
        assert!((axis.place(10.0) - LEFT - (RIGHT - LEFT) * 10.0 / 21.2).abs() < 0.01);
    }

    #[test]
    fn the_figures_are_there_in_words_and_as_one_block_of_html() {
        let svg = draw(&example()).to_string();
        assert!(!svg.contains('\n'), "{svg}");
        let document = Document::parse(&svg).expect("it is well-formed");
        let words = document.descendants().find(|node| node.has_tag_name("desc"));
        assert_eq!(
            words.and_then(|words| words.text()),
            Some(
                "sequential: about sequential; tokio: about tokio; rayon: about rayon; smol: about \
                 smol. The limit is 20 (20 in flight)."
            )
        );
    }

    #[test]
    fn a_chart_of_nothing_is_a_picture_all_the_same() {
        for is_logarithmic in [true, false] {
            let chart = SpeedUps { lines: Vec::new(), limit: None, is_logarithmic, ..example() };
            let svg = draw(&chart).to_string();
            assert!(Document::parse(&svg).is_ok() && !svg.contains("NaN"), "{svg}");
        }
    }
}
