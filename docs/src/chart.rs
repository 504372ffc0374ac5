//! The speed-ups of a row as a chart, drawn from the recorded run that its table quotes.

use claims::{
    Recorded,
    results::{Line, MeasuredTable},
    update,
};
use figures::words;
use picture::{
    speed_ups::{self, Limit, SpeedUps},
    svg::Element,
};
use workspace::{Row, Side};

/// The chart with its caption as a block of HTML; nothing if the row was not measured.
#[must_use]
pub fn chart(record: Option<&Recorded>, row: &Row) -> String {
    let measured = record.and_then(|record| Some((record, record.table(&row.name)?)));
    let Some((record, table)) = measured else { return String::new() };
    let Some(run) = &table.run else { return String::new() };
    if table.lines.iter().all(|line| line.speed_up.is_none()) {
        return String::new();
    }
    let chart = describe(record, table, row);
    let scale = if chart.is_logarithmic { " The scale is logarithmic." } else { "" };
    let limit = match &chart.limit {
        Some(limit) => format!(" Dashed: the limit for this job, {}.", limit.label),
        None => String::new(),
    };
    let caption = format!(
        "How many times as fast as sequential each version is, with its 95 % interval.{limit}{scale} \
         Measured on {} in the run ",
        record.machine
    );
    let caption = Element::new("figcaption")
        .text(caption)
        .child(Element::new("code").text(run))
        .text(", from which the table below is drawn, too.");
    let figure = Element::new("figure").with("class", "chart");
    format!("{}\n\n", figure.child(speed_ups::draw(&chart)).child(caption))
}

fn describe(record: &Recorded, table: &MeasuredTable, row: &Row) -> SpeedUps {
    let computes = row.side == Side::Cpu;
    let cores = computes.then_some(record.machine.cores);
    let line = |line: &Line| speed_ups::Line {
        // Code is marked in Markdown, and plain in a picture.
        label: line.label.replace('`', ""),
        text: update::speed_up(line, table.control, cores.filter(|_| line.approach.is_some())),
        speed_up: line.speed_up,
        is_baseline: line.is_baseline,
    };
    // What follows the cells has other jobs, other algorithms or fewer workers, and other limits.
    let cells = table.lines.iter().take_while(|line| line.approach.is_some()).count();
    let lines: Vec<speed_ups::Line> = table.lines.iter().map(line).collect();
    let speed_ups = || lines.iter().filter_map(|line| line.speed_up).map(|it| it.value);
    let [least, most] = [speed_ups().fold(1.0, f64::min), speed_ups().fold(1.0, f64::max)];
    SpeedUps {
        id: format!("speed-ups-{}", row.name),
        title: format!("{}: speed-up of each version over sequential", row.name),
        limit: table.limit.map(|value| Limit {
            value,
            label: limit(value, record, table),
            lines: cells,
        }),
        // Where one is many times as fast as another, a linear axis would crowd the rest.
        is_logarithmic: !computes || most / least > 8.0,
        lines,
    }
}

/// What sets the limit, in words.
fn limit(value: f64, record: &Recorded, table: &MeasuredTable) -> String {
    let cores = words::count(record.machine.cores, "core");
    let in_flight = table.at.strip_prefix("limit=").filter(|limit| limit.parse() == Ok(value));
    match in_flight {
        Some(in_flight) => format!("{in_flight} in flight"),
        None if (value - record.machine.cores as f64).abs() < 1e-9 => cores,
        None => format!("{}, by the computing on {cores}", words::ratio(value)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use claims::{recorded, update::regions};
    use workspace::Workspace;

    use super::*;

    /// What stands in bold and beside it in each lane of a chart: a version and its speed-up.
    fn lanes(html: &str) -> Vec<(String, String)> {
        let document = roxmltree::Document::parse(html.trim()).expect("it is well-formed");
        let lanes = document.descendants().filter(|node| node.attribute("class") == Some("lane"));
        lanes
            .map(|lane| {
                let spans = lane.children().filter(|child| child.has_tag_name("tspan"));
                let spans: Vec<&str> = spans.filter_map(|span| span.text()).collect();
                let [label, speed_up] = spans[..] else { panic!("{spans:?}") };
                (label.to_owned(), speed_up.to_owned())
            })
            .collect()
    }

    #[test]
    fn every_row_has_a_chart_with_the_figures_of_its_table() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("docs lies in a folder");
        let workspace = Workspace::at(root).expect("the workspace can be read");
        let record = recorded(&workspace).expect("the runs can be read");
        let record = record.expect("a run is recorded");
        let mut drawn = 0;
        for row in workspace.rows() {
            let readme = root.join(row.side.folder()).join(&row.name).join("README.md");
            let readme = std::fs::read_to_string(readme).expect("a row has a README");
            let regions = regions(&readme).expect("each region has an end");
            let region = regions.iter().find(|region| region.name == row.name);
            let table = &region.expect("a row has a region for what was measured").text;
            // A line of a table: `| tokio | 53.0 ms [52.8 ms, 53.2 ms] | 19.4 [19.3, 19.4] | 20 |`.
            let cells = table.lines().filter_map(|line| line.strip_prefix("| ")).skip(1);
            let expected: Vec<(String, String)> = cells
                .map(|line| {
                    let cells: Vec<&str> = line.split(" | ").collect();
                    (cells[0].replace('`', ""), cells[2].to_owned())
                })
                .collect();
            assert!(expected.len() >= 8, "{}: {table}", row.name);
            let html = chart(Some(&record), row);
            if !expected.iter().any(|(_, speed_up)| speed_up.contains('[')) {
                assert!(html.is_empty(), "{} has a chart of nothing: {html}", row.name);
                continue;
            }
            assert_eq!(lanes(&html), expected, "{}", row.name);
            assert!(html.contains("Dashed: the limit for this job"), "{html}");
            // For a row that computes, the cores are the limit, and no more than they.
            let cores = format!(">limit: {}<", words::count(record.machine.cores, "core"));
            assert!(row.side == Side::Io || html.contains(&cores), "{html}");
            drawn += 1;
        }
        assert!(drawn > 0, "no row was measured");
    }

    #[test]
    fn a_row_that_was_not_measured_has_no_chart() {
        let tree = crate::preprocessor::tests::tree();
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        assert_eq!(chart(None, &workspace.rows()[0]), "");
    }
}
