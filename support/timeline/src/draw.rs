//! The timeline as a drawing in the terminal.

use std::{collections::BTreeMap, fmt::Write as _, io::IsTerminal};

use crate::record::{Event, Recorded, State};

/// The most lanes of a kind.
const MOST_LANES: usize = 16;
/// The width of what is not a terminal, in characters.
const WIDTH: usize = 100;
/// The width of a lane's name, in characters.
const NAME: usize = 20;

/// What one lane does from one moment to another, in nanoseconds.
#[derive(Clone, Copy)]
struct Span {
    from: u64,
    to: u64,
    state: State,
}

impl Span {
    fn runs(&self) -> bool {
        self.state == State::Running
    }
}

impl Recorded {
    /// Draws a lane per unit, a lane per thread, and how many units were in flight at once.
    #[must_use]
    pub fn draw(&self, unit: &str) -> String {
        self.draw_lanes(unit, MOST_LANES)
    }

    /// Draws the same with at most so many lanes of a kind; of more than these, evenly spaced ones
    /// are drawn.
    #[must_use]
    pub fn draw_lanes(&self, unit: &str, most: usize) -> String {
        let width = if std::io::stdout().is_terminal() {
            usize::from(console::Term::stdout().size().1)
        } else {
            WIDTH
        };
        self.draw_in(unit, columns_of(width), most)
    }

    /// Draws in this many columns of time.
    fn draw_in(&self, unit: &str, columns: usize, most: usize) -> String {
        let Some(scale) = self.scale(columns, self.length()) else {
            return "timeline: nothing was recorded\n".into();
        };
        let legend = legend(scale.to - scale.from, columns);
        format!("timeline: {legend}\n{}", self.lanes(unit, &scale, most, false))
    }

    /// Draws it without a head, in a width of so many columns of text that last `length`
    /// nanoseconds: so that drawings of several recordings go by one clock. Below how many units
    /// were in flight stands how many computed at once.
    #[must_use]
    pub fn draw_on_a_clock(&self, unit: &str, most: usize, width: usize, length: u64) -> String {
        match self.scale(columns_of(width), length) {
            Some(scale) => self.lanes(unit, &scale, most, true),
            None => "nothing was recorded\n".into(),
        }
    }

    /// Columns of time, the first of which begins with the first event.
    fn scale(&self, columns: usize, length: u64) -> Option<Scale> {
        let from = self.events.first()?.at;
        Some(Scale { from, to: from + length.max(1), columns })
    }

    fn lanes(&self, unit: &str, scale: &Scale, most: usize, with_computing: bool) -> String {
        let mut units: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        let mut threads: BTreeMap<(u32, u32), Vec<Span>> = BTreeMap::new();
        for (event, span) in self.spans() {
            units.entry(event.unit).or_default().push(span);
            if span.runs() {
                threads.entry((event.process, event.thread)).or_default().push(span);
            }
        }

        let mut out = String::new();
        let drawn = lanes(
            &mut out,
            scale,
            most,
            units.iter().map(|(index, spans)| (format!("{unit} {index}"), spans)),
        );
        let _ = writeln!(out, "{drawn} of {} {unit}s\n", units.len());
        let drawn = lanes(
            &mut out,
            scale,
            most,
            threads
                .iter()
                .map(|(&(process, thread), spans)| (self.thread_name(process, thread), spans)),
        );
        let _ = writeln!(out, "{drawn} of {} threads that ran any\n", threads.len());
        let lives =
            units.values().filter_map(|spans| Some((spans.first()?.from, spans.last()?.to)));
        let (peak, bars) = at_once(lives, scale);
        let _ = writeln!(out, "{:<NAME$} {}", format!("in flight, 0 to {peak}"), bars.trim_end());
        if with_computing {
            let running = units.values().flatten().filter(|span| span.runs());
            let (peak, bars) = at_once(running.map(|span| (span.from, span.to)), scale);
            let _ =
                writeln!(out, "{:<NAME$} {}", format!("computing, 0 to {peak}"), bars.trim_end());
        }
        out
    }

    /// What every unit did from each of its events to its next.
    fn spans(&self) -> impl Iterator<Item = (&Event, Span)> {
        let mut last: BTreeMap<usize, &Event> = BTreeMap::new();
        self.events.iter().filter_map(move |event| {
            let before = last.insert(event.unit, event)?;
            let span = Span { from: before.at, to: event.at, state: before.state };
            (before.state != State::Ended).then_some((before, span))
        })
    }
}

/// What the columns and the signs mean, for a drawing of so many nanoseconds.
#[must_use]
pub fn legend(length: u64, columns: usize) -> String {
    format!(
        "{:.1} ms, {:.2} ms a column; █ runs, ▒ runs in part, ○ ready, · waits",
        length as f64 / 1e6,
        length as f64 / 1e6 / columns as f64
    )
}

/// How many columns of time a drawing of this width has beside the names of its lanes.
#[must_use]
pub fn columns_of(width: usize) -> usize {
    width.saturating_sub(NAME + 1).max(10)
}

/// Maps moments to columns.
struct Scale {
    from: u64,
    to: u64,
    columns: usize,
}

impl Scale {
    /// How much of each column a span covers, in nanoseconds, for the columns that it touches.
    fn cover(&self, span: Span) -> impl Iterator<Item = (usize, f64)> {
        let width = self.width();
        let from = (span.from - self.from) as f64;
        let to = (span.to - self.from) as f64;
        let (first, last) = (self.column(from), self.column(to));
        (first..=last).map(move |column| {
            let start = column as f64 * width;
            (column, (to.min(start + width) - from.max(start)).max(0.0))
        })
    }

    fn width(&self) -> f64 {
        (self.to - self.from) as f64 / self.columns as f64
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a moment lies within the drawing"
    )]
    fn column(&self, offset: f64) -> usize {
        ((offset / self.width()) as usize).min(self.columns - 1)
    }
}

/// Draws some of the lanes, and returns how many.
fn lanes<'a>(
    out: &mut String,
    scale: &Scale,
    most: usize,
    all: impl ExactSizeIterator<Item = (String, &'a Vec<Span>)>,
) -> usize {
    let step = all.len().div_ceil(most).max(1);
    let mut drawn = 0;
    for (name, spans) in all.step_by(step) {
        let name: String = name.chars().take(NAME).collect();
        let _ = writeln!(out, "{name:<NAME$} {}", lane(spans, scale).trim_end());
        drawn += 1;
    }
    drawn
}

fn lane(spans: &[Span], scale: &Scale) -> String {
    let mut columns = vec![Column::default(); scale.columns];
    for span in spans {
        for (column, covered) in scale.cover(*span) {
            let column = &mut columns[column];
            column.present = true;
            match span.state {
                State::Running => column.running += covered,
                State::Ready => column.ready += covered,
                State::Waiting(_) | State::Ended => column.waiting += covered,
            }
        }
    }
    let sign = |column: Column| match column.running / scale.width() {
        share if share > 0.5 => '█',
        share if share > 0.0 => '▒',
        _ if column.ready > column.waiting => '○',
        _ if column.present => '·',
        _ => ' ',
    };
    columns.into_iter().map(sign).collect()
}

/// How much of a column's time a lane does what, in nanoseconds.
#[derive(Clone, Copy, Default)]
struct Column {
    running: f64,
    ready: f64,
    waiting: f64,
    /// Whether it does anything, however short.
    present: bool,
}

/// How the number of units in flight changes, in the order that counts at the same moment: where
/// one unit ends and another begins, they were not in flight at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// A unit ends that began before.
    End,
    Begin,
    /// A unit ends that began at this very moment.
    EndAtOnce,
}

/// The most of some stretches of time that overlap, and a bar per column of the most in that column.
fn at_once(stretches: impl Iterator<Item = (u64, u64)>, scale: &Scale) -> (usize, String) {
    let mut changes: Vec<(u64, Change)> = stretches
        .flat_map(|(begin, end)| {
            let last = if begin == end { Change::EndAtOnce } else { Change::End };
            [(begin, Change::Begin), (end, last)]
        })
        .collect();
    changes.sort_unstable();
    let mut most = vec![0; scale.columns];
    let (mut now, mut reached) = (0_usize, 0);
    for (at, change) in changes {
        let column = scale.column((at - scale.from) as f64);
        // Whatever was in flight before this change also was in the columns since the last one.
        for bar in &mut most[reached..=column] {
            *bar = now.max(*bar);
        }
        now = if change == Change::Begin { now + 1 } else { now - 1 };
        most[column] = now.max(most[column]);
        reached = column;
    }
    let peak = most.iter().copied().max().unwrap_or(0);
    let bar = |most: usize| {
        [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][(most * 8).div_ceil(peak.max(1))]
    };
    (peak, most.into_iter().map(bar).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on::On;

    fn event(at: u64, unit: usize, state: State) -> Event {
        Event { at, unit, state, process: std::process::id(), thread: 0 }
    }

    fn recorded(events: Vec<Event>) -> Recorded {
        Recorded { events, names: [((std::process::id(), 0), "main 0".into())].into() }
    }

    #[test]
    fn running_and_waiting_are_told_apart() {
        let drawing = recorded(vec![
            event(0, 0, State::Running),
            event(2_000, 0, State::Waiting(None)),
            event(2_500, 1, State::Running),
            event(4_500, 1, State::Ended),
            event(8_000, 0, State::Running),
            event(10_000, 0, State::Ended),
        ])
        .draw_in("page", 10, MOST_LANES);
        let lines: Vec<&str> = drawing.lines().collect();
        assert_eq!(lines[1], "page 0               ██······██");
        assert_eq!(lines[2], "page 1                 ▒█▒");
        assert!(drawing.contains("main 0               ██▒█▒   ██"), "{drawing}");
        assert!(drawing.contains("in flight, 0 to 2    ▄▄███▄▄▄▄▄"), "{drawing}");
    }

    #[test]
    fn ready_has_a_sign_of_its_own() {
        let drawing = recorded(vec![
            event(0, 0, State::Ready),
            event(2_000, 0, State::Running),
            event(2_900, 0, State::Waiting(Some(On::Timer))),
            event(5_000, 0, State::Ready),
            // For most of this column it waits.
            event(5_800, 0, State::Waiting(None)),
            event(7_000, 0, State::Ready),
            event(7_200, 0, State::Waiting(None)),
            event(10_000, 0, State::Ended),
        ])
        .draw_in("page", 10, MOST_LANES);
        let lines: Vec<&str> = drawing.lines().collect();
        assert_eq!(lines[1], "page 0               ○○█··○····");
        assert!(lines[0].ends_with("█ runs, ▒ runs in part, ○ ready, · waits"), "{drawing}");
        // Only what runs is on a thread.
        assert!(drawing.contains("main 0                 █\n"), "{drawing}");
    }

    #[test]
    fn many_units_are_sampled_and_counted() {
        let events = (0..1_000)
            .flat_map(|i| [event(0, i, State::Running), event(10, i, State::Ended)])
            .collect();
        let drawing = recorded(events).draw_in("page", 10, MOST_LANES);
        assert!(drawing.contains("16 of 1000 pages"), "{drawing}");
        assert!(drawing.contains("in flight, 0 to 1000 ██████████"), "{drawing}");
    }

    #[test]
    fn a_unit_of_no_length_is_in_flight_and_nothing_underflows() {
        let drawing = recorded(vec![
            event(0, 0, State::Running),
            event(0, 0, State::Ended),
            event(0, 1, State::Running),
            event(10, 1, State::Ended),
            event(10, 2, State::Running),
            event(10, 2, State::Ended),
        ])
        .draw_in("page", 10, MOST_LANES);
        assert!(drawing.contains("3 of 3 pages"), "{drawing}");
        assert!(drawing.contains("in flight, 0 to 2    █▄▄▄▄▄▄▄▄▄"), "{drawing}");
    }

    #[test]
    fn nothing_recorded_is_said() {
        assert!(
            recorded(Vec::new()).draw_in("page", 10, MOST_LANES).contains("nothing was recorded")
        );
    }
}
