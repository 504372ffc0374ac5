//! The price list as a picture: an SVG with a dot for every point, on logarithmic axes.

use std::fmt;

use figures::words;
use picture::svg::escaped;

use crate::{
    price::{Point, Price},
    published::{self, SOURCES},
    results::{Figure, Results},
    text,
};

/// Sizes in the picture's own units, which are pixels if it is not scaled.
const WIDTH: f64 = 960.0;
/// Where the axes begin, right of the labels.
const LEFT: f64 = 280.0;
/// Where they end.
const RIGHT: f64 = WIDTH - 40.0;
/// The height of a row.
const ROW: f64 = 24.0;
/// How far apart, from top to bottom, the dots of one row are: those that are equal remain visible.
const STEP: f64 = 3.4;
/// The height of a part's title and legend.
const HEAD: f64 = 62.0;
/// The height of an axis with its numbers.
const AXIS: f64 = 44.0;

/// The colours of the dots, from the smallest size to the largest: light to dark.
const SHADES: [&str; 5] = ["#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08306b"];
/// The colour of published figures.
const PUBLISHED: &str = "#d94801";

const STYLE: &str = "text { font-family: 'DejaVu Sans', Verdana, sans-serif; font-size: 12px; \
                     fill: #222 } .title { font-size: 15px; font-weight: bold } .small { \
                     font-size: 11px; fill: #555 } .grid { stroke: #e4e4e4 }";

/// One part of the picture.
struct Part {
    title: &'static str,
    prices: &'static [Price],
    /// What a colour means, by the size.
    legend: fn(usize) -> String,
}

const PARTS: [Part; 5] = [
    Part {
        title: "Time to create one and join it",
        prices: &[Price::Create],
        legend: |size| (if size == 1 { "one at a time" } else { "many together" }).into(),
    },
    Part {
        title: "Resident memory of one that waits",
        prices: &[Price::Memory],
        legend: |size| format!("{} wait", words::grouped(size)),
    },
    Part {
        title: "Time to switch to the next in a ring",
        prices: &[Price::SwitchPipes, Price::SwitchChannels],
        legend: |size| format!("ring of {}", words::grouped(size)),
    },
    Part {
        title: "Time of a message",
        prices: &[Price::Message],
        legend: |size| (if size == 1 { "to itself" } else { "to another" }).into(),
    },
    Part {
        title: "Time of a piece of work",
        prices: &[Price::Work],
        legend: |size| text::value(Price::Work, size as f64),
    },
];

/// Draws the price list.
#[must_use]
pub fn draw(results: &Results) -> String {
    let mut canvas = Canvas { body: String::new(), bottom: 16.0 };
    for part in &PARTS {
        draw_part(&mut canvas, part, results);
    }
    canvas.bottom += 6.0;
    canvas.diamond(LEFT - 262.0, canvas.bottom + 2.0);
    let note = "published, from other machines; dots are our medians, lines their 95 % intervals";
    canvas.text(LEFT - 250.0, canvas.bottom + 6.0, "small", "start", note);
    for source in SOURCES {
        canvas.bottom += 17.0;
        let line = format!("{}  {}", source.mark, source.title);
        canvas.text(LEFT - 250.0, canvas.bottom + 6.0, "small", "start", &line);
    }
    let Canvas { body, bottom } = canvas;
    let height = bottom + 24.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\">\n<title>The cost of a task</title>\n\
         <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         {body}</svg>\n"
    )
}

/// Nothing, if nothing of it was measured.
fn draw_part(canvas: &mut Canvas, part: &Part, results: &Results) {
    let figures: Vec<&Figure> = part.prices.iter().flat_map(|&price| results.of(price)).collect();
    let mut rows: Vec<Point> = figures.iter().map(|figure| figure.point).collect();
    rows.dedup_by_key(|point| point.row());
    let others = rows.iter().flat_map(|row| published::of(row.kind, row.price));
    let values = figures.iter().map(|figure| figure.estimate.value).chain(others.map(|f| f.value));
    let Some(scale) = Scale::over(values) else { return };

    let shades = Shades::new(&figures, part.legend);
    canvas.text(16.0, canvas.bottom + 14.0, "title", "start", part.title);
    draw_legend(canvas, &shades);
    let top = canvas.bottom + HEAD - 10.0;
    let bottom = top + ROW * rows.len() as f64;
    draw_axis(canvas, scale, part.prices[0], top, bottom);
    for (place, row) in (0..).zip(&rows) {
        let y = top + ROW * (f64::from(place) + 0.5);
        canvas.text(LEFT - 14.0, y + 4.0, "label", "end", &row.row());
        let dots = figures.iter().filter(|figure| figure.point.row() == row.row());
        for figure in dots {
            let (shade, offset) = shades.of(figure.point.size);
            draw_figure(canvas, scale, figure, y + offset, shade);
        }
        // Marks by turns above and below, since two figures may be close to each other.
        for (figure, mark) in published::of(row.kind, row.price).zip([-7.0, 15.0].iter().cycle()) {
            let x = scale.x(figure.value);
            canvas.diamond(x, y);
            canvas.text(x, y + mark, "small", "middle", &figure.source.to_string());
        }
    }
    canvas.bottom = bottom + AXIS;
}

/// What the colours mean, in a line below the title.
fn draw_legend(canvas: &mut Canvas, shades: &Shades) {
    let mut x = 22.0;
    let y = canvas.bottom + 34.0;
    for (name, shade) in shades.names() {
        canvas.dot(x, y - 4.0, shade, None);
        canvas.text(x + 9.0, y, "small", "start", name);
        // A letter of this size is some seven wide.
        x += 30.0 + 7.0 * name.chars().count() as f64;
    }
}

/// A line for every power of ten, and what it is below it.
fn draw_axis(canvas: &mut Canvas, scale: Scale, price: Price, top: f64, bottom: f64) {
    for power in scale.low..=scale.high {
        let value = 10_f64.powi(power);
        let x = scale.x(value);
        canvas.line((x, top), (x, bottom), "class=\"grid\"");
        canvas.text(x, bottom + 16.0, "small", "middle", &text::round_value(price, value));
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), "stroke=\"#999\"");
}

/// A dot at the estimate and a line for its interval.
fn draw_figure(canvas: &mut Canvas, scale: Scale, figure: &Figure, y: f64, shade: &str) {
    let estimate = figure.estimate;
    let [low, middle, high] =
        [estimate.low, estimate.value, estimate.high].map(|value| scale.x(value));
    canvas.line((low, y), (high, y), &format!("stroke=\"{shade}\" stroke-width=\"2\""));
    let tip = format!(
        "{}, {}: {}",
        figure.point.row(),
        words::grouped(figure.point.size),
        text::estimate(figure.point.price, estimate)
    );
    canvas.dot(middle, y, shade, Some(&tip));
}

/// Where on the axis a figure is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    /// The powers of ten at which it begins and ends.
    low: i32,
    high: i32,
}

impl Scale {
    /// From the power of ten below the least of the values to that above the greatest; none is
    /// shown that is not positive. `None` if there are no values.
    fn over(values: impl Iterator<Item = f64>) -> Option<Self> {
        let powers: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        let low = powers.iter().copied().reduce(f64::min)?.floor();
        let high = powers.iter().copied().reduce(f64::max)?.ceil();
        #[expect(clippy::cast_possible_truncation, reason = "powers of ten are small")]
        let (low, high) = (low as i32, high as i32);
        Some(Self { low, high: high.max(low + 1) })
    }

    /// What lies beyond the axis, as the end of an interval may, stays at its end.
    fn x(self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.low)) / f64::from(self.high - self.low);
        LEFT + (RIGHT - LEFT) * if value > 0.0 { share.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The colours of the sizes in one part.
struct Shades {
    legend: fn(usize) -> String,
    names: Vec<String>,
}

impl Shades {
    fn new(figures: &[&Figure], legend: fn(usize) -> String) -> Self {
        let mut sizes: Vec<usize> = figures.iter().map(|figure| figure.point.size).collect();
        sizes.sort_unstable();
        let mut names: Vec<String> = sizes.into_iter().map(legend).collect();
        names.dedup();
        Self { legend, names }
    }

    /// The colour of a size, and how far from the middle of its row its dots are.
    fn of(&self, size: usize) -> (&'static str, f64) {
        let name = (self.legend)(size);
        let place = self.names.iter().position(|known| *known == name).unwrap_or(0);
        let middle = (self.names.len() as f64 - 1.0) / 2.0;
        (self.shade(place), (place as f64 - middle) * STEP)
    }

    fn names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.names.iter().enumerate().map(|(place, name)| (&**name, self.shade(place)))
    }

    /// The darkest for the last, and for the others as different ones as there are.
    fn shade(&self, place: usize) -> &'static str {
        let last = SHADES.len() - 1;
        let between = self.names.len().saturating_sub(1).max(1);
        SHADES[(last * place / between + usize::from(between == 1 && place == 0)).min(last)]
    }
}

/// The picture as far as it is drawn.
struct Canvas {
    body: String,
    /// Where the next part begins.
    bottom: f64,
}

impl Canvas {
    fn add(&mut self, element: fmt::Arguments) {
        self.body += &format!("{element}\n");
    }

    fn text(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        ));
    }

    fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), attributes: &str) {
        self.add(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {attributes}/>"
        ));
    }

    /// With a text that is shown when the mouse is over it.
    fn dot(&mut self, x: f64, y: f64, colour: &str, tip: Option<&str>) {
        let tip = tip.map(|tip| format!("<title>{}</title>", escaped(tip))).unwrap_or_default();
        self.add(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\">{tip}</circle>"
        ));
    }

    fn diamond(&mut self, x: f64, y: f64) {
        self.add(format_args!(
            "<path d=\"M{x:.1} {y:.1} m0 -5 l5 5 l-5 5 l-5 -5 z\" fill=\"none\" \
             stroke=\"{PUBLISHED}\" stroke-width=\"1.5\"/>"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::example;

    #[test]
    fn the_axis_is_logarithmic() {
        let scale = Scale::over([2.0, 900.0].into_iter()).expect("there are values");
        assert_eq!(scale, Scale { low: 0, high: 3 });
        let decade = (RIGHT - LEFT) / 3.0;
        for (power, value) in [1.0, 10.0, 100.0, 1_000.0].into_iter().enumerate() {
            assert!((scale.x(value) - LEFT - decade * power as f64).abs() < 1e-6);
        }
        assert!((scale.x(0.0) - LEFT).abs() < 1e-6);
        assert!((scale.x(1e9) - RIGHT).abs() < 1e-6);
        assert_eq!(Scale::over(std::iter::empty()), None);
        assert_eq!(Scale::over([10.0].into_iter()), Some(Scale { low: 1, high: 2 }));
    }

    #[test]
    fn every_figure_is_a_dot_and_every_published_one_of_its_rows_a_diamond() {
        let results = example();
        let svg = draw(&results);
        assert_eq!(svg.matches("<title>").count(), 1 + results.prices.len());
        // Of creation 4, of memory 3, of a switch and a message 1; and one that says what they are.
        assert_eq!(svg.matches("<path").count(), 4 + 3 + 1 + 1 + 1);
        assert!(svg.contains("async-std task, spawn (discontinued)"));
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    }
}
