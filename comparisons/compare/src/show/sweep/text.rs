//! The text of a sweep: a table with a line for each version and a column for each value, a chart,
//! and a sentence for each version.

use console::measure_text_width;
use figures::words::{self, wrapped_in};
use workspace::BASELINE;

use super::{chart, picture};
use crate::{
    judge::{
        comparison::Status,
        sweep::{Outcome, Step, Swept},
    },
    show::{
        columns,
        table::{Look, NONE},
    },
};

/// Everything that is printed about a sweep.
#[must_use]
pub(crate) fn section(swept: &Swept, row: &str, look: Look) -> String {
    let mut text = wrapped_in(look.width, "", &format!("{}.", title(swept, row)));
    text.push('\n');
    text += &table(swept, look.width);
    if text.contains('≈') {
        text.push('\n');
        text += &wrapped_in(look.width, "", "≈: no measurable difference from sequential.");
    }
    text += &format!("\n{}\n", chart::chart(&picture::curves(swept, row, Vec::new()), look));
    for sentence in swept.sentences() {
        text += &wrapped_in(look.width, "- ", &sentence);
    }
    for step in &swept.steps {
        for warning in &step.comparison.warnings {
            let of = format!("--{} {}: {warning}", swept.flag, step.value);
            text += &wrapped_in(look.width, "- ", &of);
        }
    }
    text
}

/// What it shows, in a line.
#[must_use]
pub(crate) fn title(swept: &Swept, row: &str) -> String {
    let rounds = words::count(swept.rounds(), "round");
    format!("{row} · times as fast as sequential, by --{}; {rounds} for each value", swept.flag)
}

/// The lines of the table with their cells: first the heads, last what sequential took.
#[must_use]
pub(crate) fn rows(swept: &Swept) -> Vec<Vec<String>> {
    let line = |head: String, cells: &dyn Fn(usize, &Step) -> String| {
        let cells = swept.steps.iter().enumerate().map(|(place, step)| cells(place, step));
        std::iter::once(head).chain(cells).collect()
    };
    let known = |figure: Option<f64>| figure.map_or_else(|| NONE.into(), words::ratio);
    let mut rows = vec![line(format!("--{}", swept.flag), &|_, step| step.value.clone())];
    for (name, label) in swept.versions() {
        let along = swept.along(&name);
        rows.push(line(label, &|place, _| cell(along[place])));
    }
    rows.push(line("at best".into(), &|_, step| known(step.at_best())));
    let seconds = |step: &Step| Some(step.comparison.baseline()?.mean_wall_ns? / 1e9);
    rows.push(line(format!("{}, s", BASELINE.name), &|_, step| known(seconds(step))));
    rows
}

/// The table, in as many parts below each other as this width asks for.
fn table(swept: &Swept, width: usize) -> String {
    let rows = rows(swept);
    let values = swept.steps.len();
    let in_parts = |columns: usize| {
        let parts = (0..values).step_by(columns).map(|first| {
            let last = (first + columns).min(values);
            let line = |row: &Vec<String>| [&row[..1], &row[1 + first..=last]].concat();
            let mut table = columns::table(line(&rows[0]));
            for row in &rows[1..] {
                table.add_row(line(row));
            }
            columns::text(table)
        });
        parts.collect::<Vec<_>>().join("\n")
    };
    let fits = |text: &String| text.lines().all(|line| measure_text_width(line) <= width);
    let mut narrower = (1..=values).rev().map(in_parts);
    narrower.find(fits).unwrap_or_else(|| in_parts(1))
}

fn cell(outcome: Outcome) -> String {
    match outcome {
        Outcome::Wins(speed_up) | Outcome::Loses(speed_up) => words::ratio(speed_up.value),
        Outcome::Even(speed_up) => format!("{} ≈", words::ratio(speed_up.value)),
        Outcome::Breaks(Status::Wrong) => "wrong".into(),
        Outcome::Breaks(Status::Hung) => "hung".into(),
        Outcome::Breaks(_) => "crashed".into(),
        Outcome::Unknown => NONE.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sweep::tests::{example, step, swept};

    #[test]
    fn the_table_has_a_column_for_each_value() {
        let text = section(&example(), "http", Look { colour: false, width: 80 });
        let line = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).expect(name);
            line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(line("--limit"), "--limit 1 2 4 8");
        assert_eq!(line("tokio"), "tokio 1.00 ≈ 2.00 4.00 2.00");
        assert_eq!(line("threads"), "threads 1.00 ≈ 2.00 0.91 crashed");
        assert_eq!(line("at best"), "at best 1.00 2.00 4.00 8.00");
    }

    #[test]
    fn everything_fits_into_80_columns() {
        let values: Vec<String> = (0..20).map(|power| (1_u64 << power).to_string()).collect();
        let walls: [u64; 3] = [950, 1000, 1050];
        let versions = ["threads", "crossbeam", "rayon", "tokio", "async-std", "smol", "processes"];
        let versions = versions.map(|name| (name, &walls[..]));
        let swept = swept(values.iter().map(|value| step(value, &versions)).collect());
        for width in [40, 80, 120] {
            let text = section(&swept, "http", Look { colour: false, width });
            for line in text.lines() {
                assert!(measure_text_width(line) <= width, "more than {width}: {line}");
            }
            // Each value is in the table, and in each of the charts below each other.
            let heads = text.lines().filter(|line| line.starts_with("--limit"));
            let heads: String = heads.collect();
            assert!(values.iter().all(|value| heads.contains(value.as_str())), "{text}");
        }
    }
}
