//! The table of a sweep: a line for each version, a column for each value.

use figures::words::{self, wrapped_in};

use super::{columns, table::Look};
use crate::judge::{
    comparison::{Status, Version},
    sweep::Swept,
};

/// Everything that is printed about a sweep.
#[must_use]
pub(crate) fn section(swept: &Swept, row: &str, look: Look) -> String {
    let rounds = swept.steps.iter().map(|step| step.comparison.rounds).min().unwrap_or_default();
    let mut text = wrapped_in(
        look.width,
        "",
        &format!(
            "{row} · times as fast as sequential, by --{}; {rounds} rounds for each value",
            swept.flag
        ),
    );
    text.push('\n');
    let heads = swept.steps.iter().map(|step| step.value.clone());
    let mut table = columns::table(std::iter::once(format!("--{}", swept.flag)).chain(heads));
    for (name, label) in swept.versions() {
        let cells = swept.along(&name).into_iter().map(|(_, version)| cell(version));
        table.add_row(std::iter::once(label).chain(cells));
    }
    let known = |figure: Option<f64>| figure.map_or_else(|| "–".into(), words::ratio);
    let best = swept.steps.iter().map(|step| known(step.at_best()));
    table.add_row(std::iter::once("at best".into()).chain(best));
    let baseline = swept
        .steps
        .iter()
        .map(|step| known(step.comparison.baseline().and_then(|it| Some(it.mean_wall_ns? / 1e9))));
    table.add_row(std::iter::once("sequential, s".into()).chain(baseline));
    text += &columns::text(table);
    if text.contains('≈') {
        text += "\n≈: no measurable difference from sequential.\n";
    }
    text.push('\n');
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

fn cell(version: Option<&Version>) -> String {
    match version.map(|version| (version.status, version.speed_up)) {
        Some((Status::Ok, Some(ratio))) if ratio.low <= 1.0 && ratio.high >= 1.0 => {
            format!("{} ≈", words::ratio(ratio.value))
        }
        Some((Status::Ok, Some(ratio))) => words::ratio(ratio.value),
        Some((Status::Wrong, _)) => "wrong".into(),
        Some((Status::Crashed, _)) => "crashed".into(),
        Some((Status::Hung, _)) => "hung".into(),
        _ => "–".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sweep::tests::example;

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
        assert!(line("at best").starts_with("at best"), "{text}");
    }
}
