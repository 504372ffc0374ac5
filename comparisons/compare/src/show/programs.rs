//! The table of the user's own programs, for people, for spreadsheets and for pages.

use figures::words::{self, count, grouped, wrapped_in};

use super::{columns, export, table::Look};
use crate::judge::programs::{Program, Programs};

const HEADS: [&str; 8] =
    ["program", "wall s", "range s", "speed-up [95 %]", "CPU s", "cores", "memory MB", "switches"];

/// Everything that is printed about some programs.
#[must_use]
pub(crate) fn section(programs: &Programs, look: Look) -> String {
    let mut text = rounds(programs) + "\n\n";
    let mut table = columns::table(HEADS);
    for line in rows(programs) {
        table.add_row(line);
    }
    text += &columns::text(table);
    text.push('\n');
    for line in notes(programs) {
        text += &wrapped_in(look.width, "- ", &line);
    }
    text
}

/// The same as a table of Markdown.
#[must_use]
pub(crate) fn markdown(programs: &Programs) -> String {
    let rows: Vec<[String; HEADS.len()]> = rows(programs).collect();
    let mut text = export::table(&HEADS.map(str::to_owned), &rows);
    text += &format!("\n{}.\n\n", rounds(programs));
    for line in notes(programs) {
        text += &format!("- {line}\n");
    }
    text
}

/// A line for each run: which program, in which round, and its time in seconds.
#[must_use]
pub(crate) fn csv(programs: &Programs) -> String {
    let mut text = "program,round,wall_s\n".to_owned();
    for program in &programs.each {
        text += &export::runs([&program.name], &program.wall_ns);
    }
    text
}

fn rounds(programs: &Programs) -> String {
    let rounds = count(programs.rounds, "round");
    match (programs.control, programs.each.first()) {
        (Some(control), Some(first)) => {
            format!("{rounds}; noise: {} against itself {}", first.name, words::estimate(control))
        }
        _ => format!("{rounds}; noise not measured"),
    }
}

/// The verdicts, what failed, and what to mind.
fn notes(programs: &Programs) -> Vec<String> {
    let failed = programs.each.iter().filter_map(|program| {
        Some(format!("{} failed: {}", program.name, program.fault.as_ref()?))
    });
    programs.sentences().into_iter().chain(failed).chain(programs.notes()).collect()
}

/// A line for each program. The first is what the others are compared with.
fn rows(programs: &Programs) -> impl Iterator<Item = [String; HEADS.len()]> {
    programs.each.iter().enumerate().map(|(place, program)| row(program, place == 0))
}

fn row(program: &Program, is_first: bool) -> [String; HEADS.len()] {
    let known = |figure: Option<String>| figure.unwrap_or_else(|| "–".into());
    let seconds = |nanos: f64| words::figure(nanos / 1e9);
    let mean = program.mean_wall_ns.unwrap_or_default() / 1e9;
    let end = |nanos: u64| words::figure_like(nanos as f64 / 1e9, mean);
    let range = program.wall_ns.iter().min().zip(program.wall_ns.iter().max());
    [
        program.name.clone(),
        known(program.mean_wall_ns.map(seconds)),
        known(range.map(|(least, most)| format!("{}–{}", end(*least), end(*most)))),
        known(program.speed_up.map(
            |ratio| {
                if is_first { "1".into() } else { words::estimate(ratio) }
            },
        )),
        known(program.cpu_ns.map(seconds)),
        known(program.cores.map(words::ratio)),
        known(program.peak_rss_bytes.map(|bytes| words::figure(bytes / 1e6))),
        known(program.switches.map(|switches| grouped(format!("{switches:.0}")))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::programs::tests::example;

    #[test]
    fn the_table_has_a_line_for_each_program_and_a_sentence_for_each_difference() {
        let text = section(&example(), Look { colour: false, width: 80 });
        for part in
            ["5 rounds; noise: A against itself", "\nB ", "- B is 1.99 [", "- D failed: in round 1"]
        {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }

    #[test]
    fn there_are_forms_for_pages_and_spreadsheets() {
        assert!(markdown(&example()).starts_with("| program | wall s |"));
        let csv = csv(&example());
        assert!(csv.starts_with("program,round,wall_s\n\"A\",1,0.100000\n"), "{csv}");
        assert_eq!(csv.lines().count(), 1 + 15);
    }
}
