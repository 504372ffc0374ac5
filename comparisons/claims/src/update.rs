//! The measured tables in the pages, between `<!-- measured: http -->` and `<!-- end -->`.
//!
//! | region | where | shows |
//! |---|---|---|
//! | `http` | the README of a row | a line for each version, and the claims about the row |
//! | `http in short` | the README at the root | a line for each cell of the grid |
//! | `answers` | the README at the root | a line for each row: what it asks, what gains most and least |
//! | `all` | the chapter of all versions | a line for each row, a column for each approach |

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use figures::{statistics::Estimate, words};
use workspace::{BASELINE, COLUMNS, Column, Side, Workspace};

use crate::{
    report,
    results::{Line, MeasuredTable, PLACE, Recorded},
    verdict::JudgedRatio,
};

/// What comes before the name of what is measured.
const BEGIN: &str = "<!-- measured: ";
/// What comes after the name.
const CLOSE: &str = " -->\n";
/// What comes after the region.
const END: &str = "<!-- end -->";

/// The name of the region for the table of all rows and columns.
pub const ALL: &str = "all";
/// The name of the region for what each row asks, and the answer in short.
pub const ANSWERS: &str = "answers";
/// What follows the name of a row where its table is a short one.
pub const IN_SHORT: &str = " in short";
/// The chapter with the table of all rows and columns, from the root of the workspace.
pub const ALL_VERSIONS: &str = "docs/chapters/all-versions.md";

/// What stands in a region until something is recorded.
pub const NOT_YET: &str = "Not measured yet: `cargo run --release -p claims -- --run --record --update` \
                           measures, and writes the figures here.\n";

/// A region of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What is measured: a row, a row [`IN_SHORT`], [`ANSWERS`], or [`ALL`].
    pub name: String,
    /// What stands between the markers.
    pub text: String,
}

/// The pages that may have regions: the README at the root, the chapter of all versions, and the
/// READMEs of the rows.
#[must_use]
pub fn pages(workspace: &Workspace) -> Vec<PathBuf> {
    let root = workspace.root();
    let rows = workspace.rows().iter();
    let rows = rows.map(|row| root.join(row.side.folder()).join(&row.name).join("README.md"));
    let front = ["README.md", ALL_VERSIONS].map(|page| root.join(page));
    front.into_iter().chain(rows).filter(|page| page.is_file()).collect()
}

/// The line at which the region for something measured begins.
#[must_use]
pub fn marker(name: &str) -> String {
    [BEGIN, name, CLOSE].concat()
}

/// The regions of a page, in their order.
///
/// # Errors
/// A region has no end.
pub fn regions(page: &str) -> Result<Vec<Region>> {
    let mut regions = Vec::new();
    rewrite(page, |name, text| {
        regions.push(Region { name: name.into(), text: text.into() });
        text.into()
    })?;
    Ok(regions)
}

/// Writes what was recorded into all pages; says which of them have changed.
///
/// # Errors
/// A page cannot be read or written, or a region in it has no end.
pub fn update(workspace: &Workspace, recorded: Option<&Recorded>) -> Result<Vec<PathBuf>> {
    let mut changed = Vec::new();
    for path in pages(workspace) {
        let old = read(&path)?;
        let new = rewrite(&old, |name, _| region(name, workspace, recorded))
            .with_context(|| path.display().to_string())?;
        if new != old {
            fs::write(&path, new).with_context(|| format!("cannot write {}", path.display()))?;
            changed.push(path);
        }
    }
    Ok(changed)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The page, with each region as `write` wants it, which is given its name and what it holds.
fn rewrite(page: &str, mut write: impl FnMut(&str, &str) -> String) -> Result<String> {
    let mut new = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(CLOSE).context("a marker is not closed")?;
        let Some((text, after)) = after.split_once(END) else {
            bail!("the region {name} has no {END}");
        };
        new += &[before, BEGIN, name, CLOSE, &write(name, text), END].concat();
        rest = after;
    }
    Ok(new + rest)
}

/// What should stand in a region.
#[must_use]
pub fn region(name: &str, workspace: &Workspace, recorded: Option<&Recorded>) -> String {
    let Some(recorded) = recorded else { return NOT_YET.into() };
    match name {
        ALL => return grid(workspace, recorded),
        ANSWERS => return answers(workspace, recorded),
        _ => {}
    }
    if let Some(row) = name.strip_suffix(IN_SHORT) {
        return recorded.table(row).map_or_else(|| NOT_YET.into(), |table| brief(table, recorded));
    }
    let Some(table) = recorded.table(name) else { return NOT_YET.into() };
    let row = workspace.rows().iter().find(|row| row.name == name);
    let computes = row.is_some_and(|row| row.side == Side::Cpu);
    let mut text = lines(table, recorded, computes);
    let prefix = format!("{name}/");
    let is_of_row =
        |ratio: &JudgedRatio| ratio.of.starts_with(&prefix) || ratio.to.starts_with(&prefix);
    let claims = recorded.claims.iter().filter(|claim| claim.ratios.iter().any(is_of_row));
    let items: String = claims.map(report::item).collect();
    if !items.is_empty() {
        text += &(items + "\n");
    }
    text
}

/// The versions of one row, which computes or waits.
fn lines(table: &MeasuredTable, recorded: &Recorded, computes: bool) -> String {
    let Some(mut about) = provenance(table, recorded, "../../") else { return NOT_YET.into() };
    if let Some(control) = table.control {
        about += &format!("; a version against itself: {}", words::estimate(control));
    }
    if let Some(capacity) = table.capacity {
        about += &format!("; all cores do {} times as much as one", words::ratio(capacity.value));
    }
    // The blank lines make Markdown see a table.
    let mut text = format!(
        "{about}. 95 % intervals in brackets.\n\n| version, `{}` | time | speed-up | in flight |\n\
         |---|---|---|---|\n",
        table.at
    );
    // Another algorithm, which is shown beside the cells, may be any number of times as fast.
    let cores = computes.then_some(recorded.machine.cores);
    for line in &table.lines {
        let Line { label, approach, time_ns, in_flight, .. } = line;
        let speed_up = speed_up(line, table.control, cores.filter(|_| approach.is_some()));
        let time = shown(*time_ns, time);
        let in_flight = in_flight.map_or_else(|| "–".into(), |peak| peak.to_string());
        text += &format!("| {label} | {time} | {speed_up} | {in_flight} |\n");
    }
    if text.contains('≈') {
        text += "\n≈: no measurable difference from the version that is counted from.\n";
    }
    if text.contains('▲') {
        text += "\n▲: more than the cores alone can give. Either the baseline's own time is uncertain, \
                 or the version needs fewer cycles, since its pieces fit into caches that the whole \
                 does not.\n";
    }
    text + "\n"
}

/// A version's speed-up in a table: with `≈` if it is no more than the noise (`control` is a version
/// against itself), and with `▲` if it is more than so many cores can give.
#[must_use]
pub fn speed_up(line: &Line, control: Option<Estimate>, cores: Option<usize>) -> String {
    match line.speed_up {
        _ if line.is_baseline => "1".into(),
        Some(estimate) if is_noise(estimate, control) => format!("{} ≈", words::estimate(estimate)),
        Some(estimate) if cores.is_some_and(|cores| estimate.value > cores as f64) => {
            format!("{} ▲", words::estimate(estimate))
        }
        estimate => shown(estimate, words::estimate),
    }
}

/// Whether a ratio may as well be 1, or is no farther from it than a version is from itself.
fn is_noise(estimate: Estimate, control: Option<Estimate>) -> bool {
    let noise = control.map_or(1.0, |control| control.high.max(1.0 / control.low));
    estimate.low <= noise && 1.0 / noise <= estimate.high
}

/// Where a table comes from: the machine, the date, the job and the run, which is linked from a page
/// that reaches the root by `up`. `None` if there is no run.
fn provenance(table: &MeasuredTable, recorded: &Recorded, up: &str) -> Option<String> {
    let MeasuredTable { run, blocks, planned, .. } = table;
    let run = run.as_ref()?;
    // A run is called by the time of its beginning.
    let date: String = run.chars().take(10).collect();
    let mut about = format!("{}, {date}", recorded.machine);
    if let Some(job) = &table.job {
        about += &format!(", `{job}`");
    }
    let of = if blocks == planned { String::new() } else { format!(" of {planned}") };
    Some(about + &format!(", {blocks}{of} blocks of the run [{run}]({up}{PLACE}/{run}.jsonl)"))
}

/// The cells of the grid of one row, and how many times as fast as *sequential* they are.
fn brief(table: &MeasuredTable, recorded: &Recorded) -> String {
    let Some(about) = provenance(table, recorded, "") else { return NOT_YET.into() };
    let mut text = format!("| {} | time | speed-up [95 %] |\n|---|---|---|\n", table.row);
    for line in table.lines.iter().filter(|line| line.approach.is_some()) {
        let speed_up = match line.speed_up {
            _ if line.is_baseline => "1".into(),
            estimate => shown(estimate, words::estimate),
        };
        let time = shown(line.time_ns, |estimate| duration(estimate.value));
        text += &format!("| {} | {time} | {speed_up} |\n", line.label);
    }
    format!("{text}\n{about}.\n\n")
}

/// For each row what it asks, and which approaches gain most and least.
fn answers(workspace: &Workspace, recorded: &Recorded) -> String {
    let mut text =
        String::from("| row | the job | gains most | gains least |\n|---|---|---|---|\n");
    for row in workspace.rows() {
        let lines = recorded.table(&row.name).map(|table| table.lines.iter());
        let mut gains: Vec<(&str, Estimate)> = lines
            .into_iter()
            .flatten()
            .filter(|line| line.approach.is_some())
            .filter_map(|line| Some((&*line.label, line.speed_up?)))
            .collect();
        gains.sort_by(|(_, a), (_, b)| b.value.total_cmp(&a.value));
        let gain = |gain: Option<&(&str, Estimate)>| {
            gain.map_or_else(
                || "not measured".into(),
                |(label, speed_up)| format!("{label} {}", words::estimate(*speed_up)),
            )
        };
        let (folder, name) = (row.side.folder(), &row.name);
        text += &format!(
            "| [{name}]({folder}/{name}/README.md) | {} | {} | {} |\n",
            workspace.question(row),
            gain(gains.first()),
            gain(gains.last()),
        );
    }
    format!("{text}\n{}; times as fast as sequential, with 95 % intervals.\n\n", recorded.machine)
}

/// The speed-ups of all rows that the workspace has; each leads to the code that it was measured of.
fn grid(workspace: &Workspace, recorded: &Recorded) -> String {
    let labels: Vec<&str> = COLUMNS.iter().map(|column| column.label).collect();
    let mut text = format!(
        "{}. The intervals, and the runs that they are drawn from, are in the rows' chapters.\n\n\
         | speed-up | {} |\n|---|{}\n",
        recorded.machine,
        labels.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    for row in workspace.rows() {
        let table = recorded.table(&row.name);
        let folder = format!("../../{}/{}", row.side.folder(), row.name);
        let cell = |column: &Column| {
            if !row.cells.iter().any(|cell| cell.approach.name() == column.name) {
                return "–".into();
            }
            let lines = table.map(|table| table.lines.iter()).into_iter().flatten();
            let mut lines = lines.filter(|line| line.approach.as_deref() == Some(column.name));
            let speed_up = lines.next().and_then(|line| line.speed_up);
            let speed_up = match speed_up {
                _ if *column == *BASELINE => "1".into(),
                estimate => shown(estimate, |estimate| words::ratio(estimate.value)),
            };
            format!("[{speed_up}]({folder}/{}/src/lib.rs)", column.name)
        };
        let cells: Vec<String> = COLUMNS.iter().map(cell).collect();
        text += &format!("| [{}]({folder}/README.md) | {} |\n", row.name, cells.join(" | "));
    }
    text + "\n"
}

fn shown(estimate: Option<Estimate>, show: impl Fn(Estimate) -> String) -> String {
    estimate.map_or_else(|| "not measured".into(), show)
}

/// A time with its interval: `1.23 ms [1.20 ms, 1.26 ms]`.
#[must_use]
pub fn time(estimate: Estimate) -> String {
    let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(duration);
    format!("{value} [{low}, {high}]")
}

/// A measured time in words.
fn duration(nanos: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no measured time is negative, and 2^64 nanoseconds are 584 years"
    )]
    let nanos = nanos.round() as u64;
    words::duration_ns(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_is_written() {
        let page = "a\n<!-- measured: http -->\nold\n<!-- end -->\nb\n<!-- measured: all -->\n<!-- end -->";
        let new =
            rewrite(page, |name, text| format!("{name} was {text:?}\n")).expect("it has ends");
        assert_eq!(
            new,
            "a\n<!-- measured: http -->\nhttp was \"old\\n\"\n<!-- end -->\nb\n\
             <!-- measured: all -->\nall was \"\"\n<!-- end -->"
        );
        let names: Vec<String> =
            regions(page).expect("it has ends").into_iter().map(|region| region.name).collect();
        assert_eq!(names, ["http", "all"]);
    }

    #[test]
    fn a_region_without_an_end_is_no_reason_to_lose_the_page() {
        let error = regions("a\n<!-- measured: http -->\nb\n").expect_err("it has no end");
        assert_eq!(error.to_string(), "the region http has no <!-- end -->");
    }
}
