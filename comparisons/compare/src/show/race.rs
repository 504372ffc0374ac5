//! The measured runs replayed together, at their real speed: `compare race http`.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use console::{Style, Term};
use figures::words;

use crate::judge::comparison::{Comparison, Version};

/// How often the picture changes.
const FRAME: Duration = Duration::from_millis(40);
/// The space before and after a bar, in columns of text.
const MARGIN: usize = 30;

/// One version on its way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Racer {
    label: String,
    /// How long it took.
    wall: Duration,
}

/// A reader's prediction: who is first, and how many times as fast as sequential.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prediction {
    first: String,
    speed_up: f64,
}

impl Prediction {
    /// Reads `tokio 20`.
    #[must_use]
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (first, speed_up) = line.trim().split_once(' ')?;
        let speed_up = speed_up.trim().trim_end_matches('×').trim().parse().ok()?;
        (speed_up > 0.0).then(|| Self { first: first.to_owned(), speed_up })
    }
}

/// The versions that were right, the fastest first.
#[must_use]
pub(crate) fn racers(comparison: &Comparison) -> Vec<Racer> {
    let versions = comparison.baseline().into_iter().chain(comparison.ranked());
    let racer = |version: &Version| {
        let nanos = version.mean_wall_ns?;
        let wall = Duration::from_secs_f64(nanos / 1e9);
        Some(Racer { label: version.approach.label().to_owned(), wall })
    };
    let mut racers: Vec<Racer> = versions.filter_map(racer).collect();
    racers.sort_by_key(|racer| racer.wall);
    racers
}

/// Replays the race, slowed down by the factor `slow`.
///
/// # Errors
/// The terminal cannot be written to.
pub(crate) fn replay(term: &Term, racers: &[Racer], slow: f64) -> io::Result<()> {
    let Some(longest) = racers.iter().map(|racer| racer.wall).max() else { return Ok(()) };
    let longest = longest.mul_f64(slow);
    // Sorted by name, the order gives nothing away.
    let mut racers = racers.to_vec();
    racers.sort_by(|a, b| a.label.cmp(&b.label));
    let width = usize::from(term.size().1);
    let start = Instant::now();
    let mut drawn = 0;
    loop {
        let now = start.elapsed().min(longest);
        term.clear_last_lines(drawn)?;
        drawn = racers.len();
        for racer in &racers {
            term.write_line(&bar(racer, now, slow, width))?;
        }
        if now >= longest {
            return Ok(());
        }
        thread::sleep(FRAME);
    }
}

/// One version's bar at a moment of the replay.
fn bar(racer: &Racer, now: Duration, slow: f64, width: usize) -> String {
    let wall = racer.wall.mul_f64(slow).as_secs_f64().max(f64::MIN_POSITIVE);
    let share = (now.as_secs_f64() / wall).min(1.0);
    let room = width.saturating_sub(MARGIN).max(10);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the room lies within it"
    )]
    let filled = (share * room as f64) as usize;
    let label: String = racer.label.chars().take(15).collect();
    let end = if share < 1.0 { String::new() } else { in_words(racer.wall) };
    let style = if share < 1.0 { Style::new() } else { Style::new().green() };
    let bar = style.apply_to("█".repeat(filled));
    format!("{label:<15} {bar}{:<rest$} {end}", "", rest = room - filled)
}

/// The order at the finish, and its meaning.
#[must_use]
pub(crate) fn finish(racers: &[Racer], prediction: Option<&Prediction>) -> String {
    let mut text = String::new();
    for (place, racer) in racers.iter().enumerate() {
        text += &format!("{:>2}. {:<26} {:>9}\n", place + 1, racer.label, in_words(racer.wall));
    }
    let baseline = racers.iter().find(|racer| racer.label == workspace::BASELINE.name);
    let (Some(first), Some(baseline)) = (racers.first(), baseline) else { return text };
    let ratio = baseline.wall.as_secs_f64() / first.wall.as_secs_f64();
    text += &if first == baseline {
        "\nNo version is faster than sequential.\n".to_owned()
    } else {
        format!("\n{} is {} times as fast as sequential.\n", first.label, words::ratio(ratio))
    };
    if let Some(Prediction { first: predicted, speed_up }) = prediction {
        let place = racers.iter().position(|racer| racer.label.starts_with(predicted.as_str()));
        text += &match place {
            Some(0) => format!("You predicted {predicted}, and it came in first"),
            Some(place) => {
                format!("You predicted {predicted}, which came in as number {}", place + 1)
            }
            None => format!("You predicted {predicted}, which isn't in the race"),
        };
        let off = (speed_up / ratio).max(ratio / speed_up);
        text += &format!(
            "; your speed-up of {} is off by a factor of {}.\n",
            words::ratio(*speed_up),
            words::ratio(off)
        );
    }
    text
}

fn in_words(wall: Duration) -> String {
    words::duration_ns(u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use workspace::Side;

    use super::*;
    use crate::{judge::comparison::tests::compare, samples::runs};

    fn example() -> Vec<Racer> {
        racers(&compare(
            Side::Io,
            vec![
                runs("sequential", &[1000, 1000, 1000], 10, 1),
                runs("threads", &[50, 50, 50], 10, 20),
                runs("tokio", &[40, 40, 40], 10, 20),
            ],
        ))
    }

    #[test]
    fn the_fastest_is_first() {
        let labels: Vec<String> = example().into_iter().map(|racer| racer.label).collect();
        assert_eq!(labels, ["tokio", "threads", "sequential"]);
        let text = finish(&example(), None);
        assert!(text.contains(" 1. tokio                        40.0 ms\n"), "{text}");
        assert!(text.ends_with("tokio is 25.0 times as fast as sequential.\n"), "{text}");
    }

    #[test]
    fn a_bar_is_full_when_its_version_has_ended() {
        let racer = Racer { label: "tokio".into(), wall: Duration::from_millis(40) };
        let filled = |millis, slow| {
            let bar = bar(&racer, Duration::from_millis(millis), slow, 80);
            bar.matches('█').count()
        };
        assert_eq!([0, 20, 40, 90].map(|millis| filled(millis, 1.0)), [0, 25, 50, 50]);
        assert_eq!(filled(40, 10.0), 5);
    }

    #[test]
    fn a_prediction_is_read_and_judged() {
        let prediction = Prediction::read("threads 50\n");
        assert_eq!(prediction, Some(Prediction { first: "threads".into(), speed_up: 50.0 }));
        assert_eq!(Prediction::read("threads"), None);
        assert_eq!(Prediction::read("threads -1"), None);
        let text = finish(&example(), prediction.as_ref());
        assert!(
            text.ends_with(
                "You predicted threads, which came in as number 2; your speed-up of 50.0 is off by \
                 a factor of 2.00.\n"
            ),
            "{text}"
        );
    }
}
