//! The table of the smallest pieces that repay handing them over.

use figures::{
    statistics::Estimate,
    words::{self, count, wrapped_in},
};

use super::{columns, table::Look};
use crate::judge::worthwhile::{Approach, Measured, Step};

/// What is said where there is one core.
pub(crate) const ONE_CORE: &str =
    "On one core no piece of work repays handing it over: w/1 + s is never less than w.";

const HEADS: [&str; 5] =
    ["handed to", "cost\ns", "predicted\ns·c/(c−1)", "measured\n[95 %]", "nearly free\n10·s"];

/// Everything that is printed: the table, and what it shows in words.
#[must_use]
pub(crate) fn section(
    approaches: &[Approach],
    sentences: &[String],
    cores: usize,
    look: Look,
) -> String {
    let wrapped = |text: &str| wrapped_in(look.width, "", text);
    let mut text = wrapped(&format!(
        "The smallest piece of work that repays handing it over, on {}",
        count(cores, "core")
    ));
    text.push('\n');
    let mut table = columns::table(HEADS);
    for approach in approaches {
        // In two lines, where one would be too wide.
        let label = approach.label.replacen(" (", "\n(", 1);
        let measured = match &approach.fault {
            Some(_) => "failed".into(),
            None => measured(approach.measured_ns, &approach.sweep),
        };
        table.add_row([
            label,
            time(approach.cost_ns.value),
            time(approach.predicted_ns.value),
            measured,
            time(approach.nearly_free_ns),
        ]);
    }
    text += &columns::text(table);
    text.push('\n');
    text += &wrapped(
        "A piece that takes w in a loop takes w/c + s on c cores, if s is the cost to hand it over and \
         to join it. Measured: where handing over begins to be faster than the loop.",
    );
    text.push('\n');
    for sentence in sentences {
        text += &wrapped_in(look.width, "- ", sentence);
    }
    text
}

/// A time in the unit that suits it.
fn time(nanos: f64) -> String {
    let (scale, unit) = unit(nanos);
    format!("{} {unit}", words::figure(nanos / scale))
}

fn unit(nanos: f64) -> (f64, &'static str) {
    match nanos {
        1e9.. => (1e9, "s"),
        1e6.. => (1e6, "ms"),
        1e3.. => (1e3, "µs"),
        _ => (1.0, "ns"),
    }
}

/// The measured piece with its interval; where an end lies beyond what was measured, the end of that.
fn measured(Measured { value, low, high }: Measured, sweep: &[Step]) -> String {
    let (Some(first), Some(last)) = (sweep.first(), sweep.last()) else { return "–".into() };
    let (smallest, largest) = (first.piece_ns as f64, last.piece_ns as f64);
    let Some(value) = value else {
        let Estimate { value: gain, .. } = last.speed_up;
        return if gain > 1.0 {
            format!("<{}", time(smallest))
        } else {
            format!(">{}", time(largest))
        };
    };
    let (scale, _) = unit(value);
    let end = |known: Option<f64>, beyond: &str, else_: f64| match known {
        Some(nanos) => words::figure(nanos / scale),
        None => format!("{beyond}{}", words::figure(else_ / scale)),
    };
    format!("{} [{}, {}]", time(value), end(low, "<", smallest), end(high, ">", largest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::worthwhile::{sentences, tests::example};

    #[test]
    fn the_table_fits_and_has_a_line_for_each_approach() {
        let mut approaches = example();
        approaches[0].label = "async-std tasks (discontinued)".into();
        let sentences = sentences(&approaches);
        let text = section(&approaches, &sentences, 2, Look { colour: false, width: 80 });
        let line = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).expect(name);
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            line("async-std tasks"),
            "async-std tasks 350 ns 700 ns 700 ns [636, 870] 3.50 µs"
        );
        assert!(line("threads ").starts_with("threads 90.0 µs 180 µs 415 µs ["), "{text}");
        assert_eq!(line("processes "), "processes 1.00 ms 2.00 ms >4.00 ms 10.0 ms");
        assert!(text.contains("\n(discontinued)\n"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
