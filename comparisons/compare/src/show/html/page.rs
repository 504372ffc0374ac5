//! The page of one row.

use std::fs;

use anyhow::{Context, Result};
use figures::{
    machine::{Load, Machine},
    words::duration_ns,
};
use picture::svg::escaped;
use serde::Serialize;
use serde_json::Value;
use viewer::{
    data::{Timelines, Version},
    escape::json_in_html,
    figure::figure,
};
use workspace::Row;

use super::{
    chart,
    sources::{self, Source},
    table,
};
use crate::{
    judge::comparison::Comparison,
    run::traces::Traced,
    show::{table as text, values::today},
};

/// All that the page of a row shows.
pub(crate) struct Page<'a> {
    /// The figures.
    pub(crate) comparison: &'a Comparison,
    /// What they show, in words.
    pub(crate) sentences: &'a [String],
    /// The row, for the sources of its versions.
    pub(crate) row: &'a Row,
    /// Who did what when; `None` if the run is shown again, since only its figures are saved.
    pub(crate) timelines: Option<&'a Timelines>,
    /// Where it was measured.
    pub(crate) machine: Load,
    /// What was typed to get this.
    pub(crate) command: String,
    /// What `--json` prints of this row.
    pub(crate) json: Value,
}

/// A version in the race.
#[derive(Serialize)]
struct Racer<'a> {
    label: &'a str,
    baseline: bool,
    wall_ns: f64,
}

impl Page<'_> {
    /// What the page is about, in a line.
    #[must_use]
    pub(crate) fn title(&self) -> String {
        text::title(self.comparison)
    }
}

/// The timelines of recorded runs, in the compact form.
#[must_use]
pub(crate) fn timelines(traces: &[Traced]) -> Timelines {
    let unit = traces.iter().map(|traced| &traced.unit).find(|unit| !unit.is_empty());
    let version = |Traced { label, report, recorded, .. }: &Traced| {
        Version::new(label, report.approach.is_baseline(), report.usage.wall_ns, recorded)
    };
    Timelines {
        unit: unit.cloned().unwrap_or_else(|| "unit".into()),
        versions: traces.iter().map(version).collect(),
    }
}

/// The page, with a link to the list of rows if there is one.
///
/// # Errors
/// A source cannot be read, or data has no form in JSON.
pub(crate) fn page(page: &Page, has_list: bool) -> Result<String> {
    let racers = racers(page.comparison);
    let sections = [
        verdict(page),
        prediction(page.comparison, &racers),
        play(page.comparison),
        table(page.comparison),
        speed_ups(page.comparison),
        who_did_what(page.timelines)?,
        beside_each_other(page)?,
        data(page, &racers)?,
    ];
    let title = page.title();
    Ok(document(
        &title,
        &format!("{}<main>\n{}</main>\n", header(page, has_list), sections.concat()),
    ))
}

/// A whole document around this text.
#[must_use]
pub(crate) fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>\n{}{}</style>\n\
         <script>document.documentElement.classList.add(\"scripted\");</script>\n\
         </head>\n<body>\n{body}\
         <script>\n{}</script>\n<script>\n{}</script>\n<script>\n{}</script>\n</body>\n</html>\n",
        escaped(title),
        include_str!("page.css"),
        viewer::STYLE,
        viewer::SCRIPT,
        include_str!("page.js"),
        include_str!("play.js"),
    )
}

/// A section that says what the result is: with scripts, it comes after the prediction.
pub(super) fn section(id: &str, title: &str, inner: &str) -> String {
    format!("<section id=\"{id}\" class=\"result\">\n<h2>{title}</h2>\n{inner}</section>\n")
}

pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escaped(text))
}

/// The versions that are ranked, the fastest first.
fn racers(comparison: &Comparison) -> Vec<Racer<'_>> {
    let versions = comparison.baseline().into_iter().chain(comparison.ranked());
    let mut racers: Vec<Racer> = versions
        .filter_map(|version| {
            Some(Racer {
                label: version.approach.label(),
                baseline: version.approach.is_baseline(),
                wall_ns: version.mean_wall_ns?,
            })
        })
        .collect();
    racers.sort_by(|a, b| a.wall_ns.total_cmp(&b.wall_ns));
    racers
}

fn header(page: &Page, has_list: bool) -> String {
    let list = if has_list { "<a href=\"index.html\">All rows</a>" } else { "" };
    format!(
        "<header>\n<nav>{list}<button type=\"button\" id=\"scheme\" class=\"scripts-only\">Dark</button></nav>\n\
         <h1>{}</h1>\n{}{}{}</header>\n",
        escaped(&page.title()),
        paragraph(&format!("{}.", text::rounds(page.comparison))),
        paragraph(&format!("This machine: {}. {}.", Machine::here(), page.machine)),
        origin(&page.command, page.timelines.is_none()),
    )
}

/// When the figures were measured, or shown again, and what was typed for it.
pub(super) fn origin(command: &str, again: bool) -> String {
    let when = if again { "Measured before, and shown again on" } else { "Measured on" };
    format!("<p>{when} {} with <code>{}</code></p>\n", today(), escaped(command))
}

fn verdict(page: &Page) -> String {
    let sentences = page.sentences.iter();
    let sentences: String =
        sentences.map(|sentence| format!("<li>{}</li>\n", escaped(sentence))).collect();
    let at_start = page.machine.warning().map(|warning| format!("At the start, {warning}."));
    let notes = text::notes(page.comparison).into_iter().chain(at_start);
    let notes: String =
        notes.map(|note| format!("<p class=\"note\">{}</p>\n", escaped(&note))).collect();
    section("verdict", "The verdict", &format!("<ul>\n{sentences}</ul>\n{notes}"))
}

/// The question that comes before the result. Its versions are in the order of the columns, which
/// tells nothing.
fn prediction(comparison: &Comparison, racers: &[Racer]) -> String {
    let baseline = racers.iter().any(|racer| racer.baseline);
    if !baseline || racers.len() < 2 {
        return String::new();
    }
    let options: String = comparison
        .versions
        .iter()
        .map(|version| version.approach.label())
        .filter(|label| racers.iter().any(|racer| racer.label == *label))
        .map(|label| format!("<option>{}</option>", escaped(label)))
        .collect();
    format!(
        "<section id=\"prediction\" class=\"scripts-only\">\n<h2>Who will win, and by how much?</h2>\n\
         <form>\n<label>The fastest will be <select name=\"first\">{options}</select></label>\n\
         <label>this many times as fast as sequential: \
         <input name=\"factor\" type=\"number\" min=\"0.01\" max=\"1000000\" step=\"any\" \
         inputmode=\"decimal\" required></label>\n\
         <p><button type=\"submit\">Show the result</button>\n\
         <button type=\"button\" id=\"just-show\">Just show me</button></p>\n</form>\n\
         <p id=\"judgement\" role=\"status\" tabindex=\"-1\"></p>\n</section>\n"
    )
}

fn play(comparison: &Comparison) -> String {
    let slowest = racers(comparison).last().map_or(0.0, |racer| racer.wall_ns);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no measured time is negative, and 2^64 nanoseconds are 584 years"
    )]
    let whole = duration_ns(slowest as u64);
    section(
        "play",
        "The race",
        &format!(
            "<p>All versions start together. Each bar grows as units end in a recorded run, and is \
             full after the version’s mean time. The slowest takes {whole}.</p>\n\
             <noscript><p>The race needs scripts. The table below has its result.</p></noscript>\n\
             <div class=\"scripts-only\">\n<div class=\"tools\" role=\"group\" aria-label=\"Play\">\n\
             <button type=\"button\" id=\"play-button\">Play</button>\n\
             <button type=\"button\" id=\"restart\">Restart</button>\n\
             <label>Speed <select id=\"speed\"><option value=\"1\">1×, as it was</option>\
             <option value=\"0.25\">¼×</option><option value=\"0.1\">1/10×</option></select></label>\n\
             <output id=\"clock\" aria-live=\"off\"></output>\n</div>\n\
             <input id=\"scrubber\" type=\"range\" min=\"0\" max=\"1000\" value=\"0\" step=\"1\" \
             aria-label=\"Moment of the race\">\n<div id=\"lanes\"></div>\n\
             <p class=\"small\">Space plays and pauses, the arrow keys go back and forth.</p>\n</div>\n"
        ),
    )
}

fn table(comparison: &Comparison) -> String {
    // In the terminal, each is a line of its own.
    let bounds = comparison.bounds.iter().map(|bounds| bounds.in_words().join(" "));
    let agreement = comparison.job.as_ref().map(|job| text::agreement(comparison, job));
    let below: String = bounds.chain(agreement).map(|line| paragraph(&line)).collect();
    section("table", "The figures", &format!("{}{below}", table::table(comparison)))
}

fn speed_ups(comparison: &Comparison) -> String {
    chart::chart(comparison)
        .map_or_else(String::new, |chart| section("chart", "The speed-ups", &chart))
}

fn who_did_what(timelines: Option<&Timelines>) -> Result<String> {
    let none = |reason| Ok(section("timelines", "Who did what when", &paragraph(reason)));
    let Some(timelines) = timelines else {
        return none("Timelines are recorded in a run of their own, and only figures are saved.");
    };
    if timelines.versions.is_empty() {
        return none("No version came to the end of a recorded run.");
    }
    let caption = "Recorded in one more run of each version. Above the lanes: how many units were \
                   in flight, and how many of them computed. Then a lane for each thread, and one \
                   for each unit.";
    Ok(section("timelines", "Who did what when", &figure(timelines, caption)?))
}

fn beside_each_other(page: &Page) -> Result<String> {
    let mut sources = Vec::new();
    for cell in &page.row.cells {
        let path = cell.lesson();
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let Row { side, name, .. } = page.row;
        let shown = if cell.script.is_some() {
            let file = path.file_name().unwrap_or_default().display();
            format!("comparisons/python/{name}/{file}")
        } else {
            format!("{}/{name}/{}/src/lib.rs", side.folder(), cell.approach.name())
        };
        sources.push(Source { label: cell.approach.label().to_owned(), path: shown, text });
    }
    let best = page.comparison.ranked().first().map(|version| version.approach.label());
    let right = sources.iter().position(|source| Some(&*source.label) == best);
    Ok(section(
        "sources",
        "Two sources side by side",
        &sources::panes(&sources, right.unwrap_or(0)),
    ))
}

/// What scripts read, and readers may download.
fn data(page: &Page, racers: &[Racer]) -> Result<String> {
    let script = |id: &str, json: String| {
        format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n")
    };
    let row = escaped(&page.comparison.row);
    let trace = if page.timelines.is_some() {
        format!(
            ", and <a id=\"download-trace\" href=\"#data\" download=\"{row}-trace.json\">the \
             trace</a>, which <a href=\"https://ui.perfetto.dev\">Perfetto</a> opens"
        )
    } else {
        String::new()
    };
    Ok(section(
        "data",
        "The data",
        &format!(
            "<p class=\"scripts-only\">\
             <a id=\"download-figures\" href=\"#data\" download=\"{row}.json\">The figures</a> as \
             <code>--json</code> prints them{trace}.</p>\n\
             <noscript><p>This file holds the figures and the events as JSON.</p></noscript>\n{}{}",
            script("figures", json_in_html(&page.json)?),
            script("racers", json_in_html(&racers)?),
        ),
    ))
}
