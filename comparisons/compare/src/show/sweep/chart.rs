//! The curves of a sweep in the terminal: a small chart for each version, with a line for each value.

use console::{Style, measure_text_width, pad_str};
use figures::words::{WIDTH, wrapped_in};
use picture::{
    axis::Axis,
    curves::{Chart, Curves, Point},
    svg::ratio,
};

use crate::show::table::Look;

/// The width of a chart: at least, and at most.
const LEAST: usize = 20;
const MOST: usize = 40;
/// The space before each chart.
const GAP: usize = 2;

/// The marks, each as wide as a letter.
const ONE: char = '│';
const AT_BEST: char = '┊';
const INTERVAL: char = '─';
const WINS: char = '●';
const EVEN: char = '○';
const BREAKS: char = '×';

/// The charts of all versions, as many beside each other as there is room for, and what the marks
/// mean.
#[must_use]
pub(super) fn chart(curves: &Curves, look: Look) -> String {
    let flag = format!("--{}", curves.flag);
    let values = curves.values.iter().map(|value| measure_text_width(&value.text));
    let margin = values.chain([flag.len()]).max().unwrap_or_default();
    let room = look.width.min(WIDTH).saturating_sub(margin);
    let beside = (room / (GAP + LEAST)).clamp(1, curves.charts.len().max(1));
    let width = (room / beside).saturating_sub(GAP).clamp(LEAST / 2, MOST);
    #[expect(clippy::cast_precision_loss, reason = "a terminal has fewer columns than that")]
    let axis = curves.axis(0.0, (width - 1) as f64);

    let mut text = String::new();
    for charts in curves.charts.chunks(beside) {
        let mut line = |head: &str, parts: Vec<String>| {
            let parts = parts.iter().map(|part| {
                format!("{:GAP$}{}", "", pad_str(part, width, console::Alignment::Left, Some("…")))
            });
            let line = format!("{head:>margin$}{}", parts.collect::<String>());
            text += line.trim_end();
            text.push('\n');
        };
        let heads: Vec<Vec<&str>> = charts.iter().map(|chart| head(chart, width)).collect();
        for place in 0..heads.iter().map(Vec::len).max().unwrap_or_default() {
            let head = if place == 0 { &*flag } else { "" };
            let part = |lines: &Vec<&str>| lines.get(place).copied().unwrap_or_default().to_owned();
            line(head, heads.iter().map(part).collect());
        }
        for (place, value) in curves.values.iter().enumerate() {
            let at_best = curves.at_best[place];
            let points = charts
                .iter()
                .map(|chart| self::line(chart.points[place], at_best, &axis, width, look.colour));
            line(&value.text, points.collect());
        }
        line("", charts.iter().map(|_| ticks(&axis, width)).collect());
        text.push('\n');
    }
    text + &wrapped_in(look.width, "", &legend(curves, &axis))
}

/// A version's name, in two lines if one is too short for it.
fn head(chart: &Chart, width: usize) -> Vec<&str> {
    match chart.label.split_once(' ') {
        Some((first, rest)) if measure_text_width(&chart.label) > width => vec![first, rest],
        _ => vec![&chart.label],
    }
}

/// What a version shows at one value.
fn line(point: Point, at_best: Option<f64>, axis: &Axis, width: usize, colour: bool) -> String {
    let mut letters = vec![' '; width];
    if let Some(at_best) = at_best {
        letters[place(axis, at_best)] = AT_BEST;
    }
    letters[place(axis, 1.0)] = ONE;
    if let Some(speed_up) = point.speed_up() {
        letters[place(axis, speed_up.low)..=place(axis, speed_up.high)].fill(INTERVAL);
    }
    let style = Style::new().force_styling(colour);
    let (mark, at, style) = match point {
        Point::Wins(speed_up) => (WINS, speed_up.value, style.green()),
        Point::Even(speed_up) => (EVEN, speed_up.value, style),
        Point::Breaks => (BREAKS, 1.0, style.red()),
        Point::Unknown => return letters.into_iter().collect(),
    };
    let at = place(axis, at);
    let [before, after] = [&letters[..at], &letters[at + 1..]].map(String::from_iter);
    format!("{before}{}{after}", style.apply_to(mark))
}

/// In which column a number is.
fn place(axis: &Axis, value: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place lies within the axis, which begins at 0"
    )]
    let place = axis.place(value).round() as usize;
    place
}

/// Round numbers below a chart, as many as there is room for.
fn ticks(axis: &Axis, width: usize) -> String {
    let mut line = String::new();
    for tick in axis.ticks(width / 5) {
        let text = ratio(tick);
        let begin = (place(axis, tick).saturating_sub(text.len() / 2)).min(width - text.len());
        if line.is_empty() || begin > line.len() {
            line = format!("{line:begin$}{text}");
        }
    }
    line
}

/// What the marks mean.
fn legend(curves: &Curves, axis: &Axis) -> String {
    let baseline = &curves.baseline;
    let limit = match curves.at_best.iter().flatten().next() {
        Some(_) => format!(", {AT_BEST} the theoretical limit"),
        None => String::new(),
    };
    let breaks = if curves.charts.iter().any(|chart| chart.points.contains(&Point::Breaks)) {
        format!(", {BREAKS} failed")
    } else {
        String::new()
    };
    let scale = if axis.is_logarithmic { " The scale is logarithmic." } else { "" };
    format!(
        "{WINS} faster than {baseline}, {EVEN} not measurably faster{breaks}; {INTERVAL} 95 % \
         interval; {ONE} {baseline}{limit}.{scale}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{judge::sweep::tests::example, show::sweep::picture};

    fn drawn(width: usize, colour: bool) -> String {
        chart(&picture::curves(&example(), "http", Vec::new()), Look { colour, width })
    }

    #[test]
    fn each_version_has_a_mark_for_each_value_beside_the_theoretical_limit() {
        assert_eq!(
            drawn(60, false),
            "\
--limit  tokio                     threads
      1   ○                         ○
      2   │      ●                  │      ●
      4   │              ●         ○│              ┊
      8   │      ●              ┊   ×                     ┊
          1      2         5        1      2         5

● faster than sequential, ○ not measurably faster, ×
failed; ─ 95 % interval; │ sequential, ┊ the theoretical
limit. The scale is logarithmic.
"
        );
    }

    #[test]
    fn marks_have_colours_only_if_there_are_any() {
        assert!(!drawn(80, false).contains('\u{1b}'));
        let text = drawn(80, true);
        assert!(text.contains("\u{1b}[32m●") && text.contains("\u{1b}[31m×"), "{text}");
    }

    #[test]
    fn where_there_is_no_room_the_charts_are_below_each_other() {
        let heads = |width| drawn(width, false).lines().filter(|it| it.contains("--limit")).count();
        assert_eq!([heads(30), heads(60)], [2, 1]);
    }
}
