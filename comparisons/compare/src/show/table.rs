//! The table of one row, with what belongs above and below it.

use std::fmt::Write;

use console::Style;
use figures::{
    statistics::Estimate,
    words::{self, count, grouped, percent, wrapped_in},
};
use workspace::Approach;

use super::{columns, export, values};
use crate::judge::{
    comparison::{Comparison, Description, Status, Version},
    limits::Bounds,
};

/// What stands for a figure that is not known, or that there is none of.
pub(crate) const NONE: &str = "–";

/// On a machine where a version may differ from itself by this factor, little can be measured.
const NOISY: f64 = 1.1;

/// The width from which on a table has all of its columns.
const WIDE: usize = 115;

/// The heads of the columns, in as many lines as they need to be narrow, and whether a table that
/// has to be narrow shows them, too.
pub(crate) const HEADS: [(&str, bool); 11] = [
    ("version", true),
    ("wall\ns", true),
    ("range\ns", false),
    ("speed-up\n[95 %]", true),
    ("limit\n%", true),
    ("CPU\ns", false),
    ("waits\n%", true),
    ("memory\nMB", true),
    ("\nthreads", false),
    ("context\nswitches", false),
    ("in\nflight", false),
];

/// How something is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Whether there is colour.
    pub(crate) colour: bool,
    /// How many columns of text there is room for.
    pub(crate) width: usize,
}

/// Everything that is printed about one row, with `sentences` as what the figures show.
#[must_use]
pub(crate) fn section(comparison: &Comparison, sentences: &[String], look: Look) -> String {
    let Look { colour, width } = look;
    let mut text = String::new();
    let bold = style(colour).bold();
    let wrapped = |line: &str| wrapped_in(width, "", line);
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", bold.apply_to(wrapped(&title(comparison))));
    let _ = writeln!(text, "{}", wrapped(&rounds(comparison)));
    text += &table(comparison, look);
    text.push('\n');
    for line in comparison.bounds.iter().flat_map(Bounds::in_words) {
        text += &wrapped(&line);
    }
    if let Some(job) = &comparison.job {
        text += &wrapped(&agreement(comparison, job));
    }
    let notes = notes(comparison);
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = write!(text, "{}", style(colour).red().apply_to(wrapped(&note)));
    }
    text.push('\n');
    for sentence in sentences {
        text += &wrapped_in(width, "- ", sentence);
    }
    text
}

/// The same in Markdown, with all columns.
#[must_use]
pub(crate) fn markdown(comparison: &Comparison, sentences: &[String]) -> String {
    let heads = HEADS.map(|(head, _)| head.trim_start().to_owned());
    let rows: Vec<[String; HEADS.len()]> = ordered(comparison).into_iter().map(row).collect();
    let mut text = format!("{}. {}.\n\n", title(comparison), rounds(comparison));
    text += &format!("{}\n", export::table(&heads, &rows));
    for line in notes(comparison).iter().chain(sentences) {
        text += &format!("- {line}\n");
    }
    text
}

/// A line for each run of some rows: which row, which version, in which round, and its time in
/// seconds.
#[must_use]
pub(crate) fn csv<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> String {
    let mut text = "row,version,round,wall_s\n".to_owned();
    for comparison in comparisons {
        for version in &comparison.versions {
            let names = [&*comparison.row, version.approach.name()];
            text += &export::runs(names, &version.wall_ns);
        }
    }
    text
}

fn style(colour: bool) -> Style {
    Style::new().force_styling(colour)
}

pub(crate) fn title(comparison: &Comparison) -> String {
    match &comparison.job {
        Some(Description { headline, .. }) => format!("{} · {headline}", comparison.row),
        None => comparison.row.clone(),
    }
}

pub(crate) fn rounds(comparison: &Comparison) -> String {
    let rounds = count(comparison.rounds, "round");
    let Some(control) = &comparison.control else {
        return format!("{rounds}; noise not measured");
    };
    format!(
        "{rounds}; noise: {} against itself {}",
        control.approach.label(),
        words::estimate(control.ratio)
    )
}

fn table(comparison: &Comparison, Look { colour, width }: Look) -> String {
    let fit = |cells: [String; HEADS.len()]| {
        let cells = cells.into_iter().zip(HEADS);
        cells.filter(|(_, (_, always))| *always || width >= WIDE).map(|(cell, _)| cell).collect()
    };
    let heads: Vec<String> = fit(HEADS.map(|(head, _)| head.to_owned()));
    let mut table = columns::table(heads);
    let versions = ordered(comparison);
    for version in &versions {
        table.add_row(fit(row(version)));
    }

    let mut lines = columns::lines(table).into_iter();
    let mut text = String::new();
    let mut print = |style: &Style, count: usize| {
        for line in lines.by_ref().take(count) {
            let _ = writeln!(text, "{}", style.apply_to(line));
        }
    };
    print(&style(colour).dim(), 2);
    for (place, version) in versions.iter().enumerate() {
        let style = match version.status {
            // Sequential comes first, so the fastest of the others comes second.
            Status::Ok if place == 1 && version.speed_up.is_some_and(|gain| gain.low > 1.0) => {
                style(colour).green()
            }
            Status::Ok => style(colour),
            _ => style(colour).red(),
        };
        print(&style, narrow(&version.approach).lines().count());
    }
    text
}

/// Sequential, then those that can be ranked, the fastest first, then the rest.
pub(crate) fn ordered(comparison: &Comparison) -> Vec<&Version> {
    let ranked = comparison.ranked();
    let unranked = comparison.versions.iter().filter(|version| version.status != Status::Ok);
    comparison.baseline().into_iter().chain(ranked).chain(unranked).collect()
}

/// The label in two lines, where one would be too wide.
fn narrow(approach: &Approach) -> String {
    approach.label().replacen(' ', "\n", 1)
}

/// The cells of a version's line, one for each of [`HEADS`].
pub(crate) fn row(version: &Version) -> [String; HEADS.len()] {
    let seconds = |nanos: f64| words::figure(nanos / 1e9);
    let whole = |figure: f64| grouped(format!("{figure:.0}"));
    let known = |figure: Option<String>| figure.unwrap_or_else(|| NONE.into());
    let share = |share: f64| format!("{:.0}", share * 100.0);

    // The range has as many decimals as the mean, or else its ends look unequally exact.
    let mean = version.mean_wall_ns.unwrap_or_default() / 1e9;
    let end = |nanos: u64| words::figure_like(nanos as f64 / 1e9, mean);
    let range = version.wall_ns.iter().min().zip(version.wall_ns.iter().max());
    let speed_up = match (version.status, version.speed_up) {
        (Status::Ok, Some(speed_up)) if version.approach.is_baseline() => {
            words::ratio(speed_up.value)
        }
        (Status::Ok, Some(speed_up)) if version.wall_ns.len() == 1 => words::ratio(speed_up.value),
        (Status::Ok, Some(speed_up)) => words::estimate(speed_up),
        (Status::Ok, None) => NONE.into(),
        (Status::Wrong, _) => "wrong".into(),
        (Status::Crashed, _) => "crashed".into(),
        (Status::Hung, _) => "hung".into(),
    };
    [
        narrow(&version.approach),
        known(version.mean_wall_ns.map(seconds)),
        known(range.map(|(least, most)| format!("{}–{}", end(*least), end(*most)))),
        speed_up,
        known(version.share_of_limit.map(share)),
        known(version.cpu_ns.map(seconds)),
        known(version.waiting.map(share)),
        known(version.peak_rss_bytes.map(|bytes| words::figure(bytes / 1e6))),
        known(version.threads.map(whole)),
        known(version.switches.map(whole)),
        known(version.peak_in_flight.map(grouped)),
    ]
}

/// What came out, in the words of the versions themselves.
pub(crate) fn agreement(comparison: &Comparison, job: &Description) -> String {
    let who = if comparison.all_right() { "All versions agree" } else { "Those ranked agree" };
    let failures = match job.failures {
        0 => String::new(),
        some => format!("{} of the units failed", grouped(some)),
    };
    // An answer of zeros has no words.
    let parts = [values::words(&job.answer), failures];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { format!("{who}.") } else { format!("{who}: {}.", parts.join("; ")) }
}

/// What went wrong, a line for each.
pub(crate) fn notes(comparison: &Comparison) -> Vec<String> {
    let mut notes: Vec<String> = comparison
        .versions
        .iter()
        .filter_map(|version| {
            let what = match version.status {
                Status::Ok => return None,
                Status::Wrong => "is wrong",
                Status::Crashed => "crashed",
                Status::Hung => "hung",
            };
            let reason = version.reason.as_deref().unwrap_or(NONE);
            Some(format!("{} {what}: {reason}", version.approach.label()))
        })
        .collect();
    if comparison.control.as_ref().is_some_and(|control| is_noisy(control.ratio)) {
        notes.push(format!(
            "This measurement is noisy: a version may differ from itself by more than {}.",
            percent(NOISY - 1.0)
        ));
    }
    notes.extend(comparison.warnings.iter().map(ToString::to_string));
    notes
}

fn is_noisy(control: Estimate) -> bool {
    control.low < NOISY.recip() || control.high > NOISY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        judge::{comparison::tests::compare, verdict},
        samples::{history, runs},
    };
    use workspace::{Side, run::Fault};

    /// All that is printed of it.
    fn shown(comparison: &Comparison, colour: bool) -> String {
        shown_in(comparison, Look { colour, width: WIDE })
    }

    fn shown_in(comparison: &Comparison, look: Look) -> String {
        section(comparison, &verdict::sentences(comparison, 2), look)
    }

    fn example() -> Comparison {
        let mut crashed = history("processes", Vec::new());
        crashed.fault = Some((1, Fault::Crashed("exit status: 101".into())));
        compare(
            Side::Io,
            vec![
                runs("sequential", &[5000, 5100, 4900], 200, 1),
                runs("rayon", &[2500, 2510, 2490], 100, 2),
                runs("async-std", &[104, 103, 105], 40, 50),
                crashed,
            ],
        )
    }

    #[test]
    fn sequential_comes_first_then_the_fastest_and_last_what_is_not_ranked() {
        let text = shown(&example(), false);
        let places = ["sequential  ", "async-std  ", "rayon  ", "processes  "]
            .map(|name| text.find(&format!("\n{name}")).expect(name));
        assert!(places.is_sorted(), "{text}");
        assert!(text.contains("processes crashed: in round 1: exit status: 101"), "{text}");
    }

    #[test]
    fn there_are_forms_for_pages_and_spreadsheets() {
        let markdown = markdown(&example(), &["A sentence.".into()]);
        assert!(
            markdown.starts_with("row · 100 units. 3 rounds; noise not measured.\n\n| version |")
        );
        let line = markdown.lines().find(|line| line.starts_with("| async-std (discontinued) |"));
        let cells = line.map(|line| line.matches(" |").count());
        assert_eq!(cells, Some(HEADS.len()), "{markdown}");
        assert!(markdown.ends_with("exit status: 101\n- A sentence.\n"), "{markdown}");
        let csv = csv([example(), example()].iter());
        assert!(csv.starts_with("row,version,round,wall_s\n\"row\",\"sequential\",1,5.000000\n"));
        assert_eq!(csv.lines().count(), 1 + 2 * 3 * 3);
    }

    #[test]
    fn async_std_is_called_discontinued_in_the_table_too() {
        let text = table(&example(), Look { colour: false, width: WIDE });
        let lines: Vec<&str> = text.lines().collect();
        let place = lines.iter().position(|line| line.starts_with("async-std")).expect("a row");
        assert_eq!(lines[place + 1], "(discontinued)");
    }

    #[test]
    fn every_line_fits_into_the_width() {
        let mut comparison = example();
        // Wide figures, though no wider than real ones get.
        for version in &mut comparison.versions {
            version.switches = Some(123_456.0);
            version.peak_rss_bytes = Some(1_234e6);
            version.threads = Some(10_001.0);
            version.peak_in_flight = Some(10_000);
        }
        for width in [80, WIDE] {
            for line in shown_in(&comparison, Look { colour: false, width }).lines() {
                let columns = line.chars().count();
                assert!(columns <= width, "{columns} columns of {width}: {line}");
            }
        }
    }

    #[test]
    fn a_narrow_table_has_the_columns_that_matter_most() {
        let heads = |width| {
            let text = table(&example(), Look { colour: false, width });
            let lines: Vec<&str> = text.lines().take(2).collect();
            lines.join(" ").split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(heads(80), "version wall speed-up limit waits memory s [95 %] % % MB");
        assert!(heads(WIDE).contains("context"));
    }

    #[test]
    fn there_is_colour_only_if_it_is_asked_for() {
        assert!(!shown(&example(), false).contains('\u{1b}'));
        let text = shown(&example(), true);
        assert!(text.contains("\u{1b}[32masync-std"), "{text:?}");
        assert!(text.contains("\u{1b}[31mprocesses"), "{text:?}");
    }
}
