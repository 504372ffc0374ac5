//! The ratios of claims in words: who does how much more than whom, instead of a bare number.

use claims::{Judged, JudgedRatio};
use figures::{statistics::Estimate, words};
use workspace::{BASELINE, COLUMNS};

/// What the thresholds against the capacity of the cores end with.
const CAPACITY: &str = " * the capacity of the cores";

/// A measurement, by the parts of its name.
#[derive(Debug, PartialEq, Eq)]
struct Measurement<'a> {
    /// The row, or what else was measured.
    row: &'a str,
    /// The version, or the kind of thing.
    version: &'a str,
    /// The parameter, or how many.
    at: &'a str,
    kind: Kind<'a>,
}

/// What of a measurement is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'a> {
    Time,
    Memory,
    Switches,
    Instructions,
    /// System calls of this name.
    Calls(&'a str),
    /// Time on the paused clock.
    Paused,
    Computing,
    InFlight,
    Cores,
    Count,
}

impl<'a> Measurement<'a> {
    /// `http/tokio/limit=20#memory`, `cost/create/thread/1`, `instructions/primes/tokio/below=1000`,
    /// `syscalls/http/tokio/tasks=20#clone`, `paused/sleep/tokio/tasks=20`, `python/http/asyncio/limit=20` or
    /// `pairs/one-writer#wrong`; `None` if it is none of them.
    fn named(name: &'a str) -> Option<Self> {
        let (name, aspect) = name.split_once('#').unwrap_or((name, ""));
        let kind = match aspect {
            "memory" => Kind::Memory,
            "switches" => Kind::Switches,
            "computing" => Kind::Computing,
            "in-flight" => Kind::InFlight,
            "cores" => Kind::Cores,
            _ => Kind::Time,
        };
        match name.split('/').collect::<Vec<_>>()[..] {
            ["cost", "memory", version, at] => {
                Some(Self { row: "cost", version, at, kind: Kind::Memory })
            }
            ["cost", _, version, at] => Some(Self { row: "cost", version, at, kind }),
            ["instructions", row, version, at] => {
                Some(Self { row, version, at, kind: Kind::Instructions })
            }
            ["syscalls", row, version, at] => {
                Some(Self { row, version, at, kind: Kind::Calls(aspect) })
            }
            ["paused", row, version, at] => Some(Self { row, version, at, kind: Kind::Paused }),
            // A count says of which way it is, and of what.
            ["pairs", row] => {
                let kind = if aspect.contains('-') { Kind::Count } else { Kind::Time };
                Some(Self { row, version: aspect, at: "", kind })
            }
            [row, version, at] | ["python", row, version, at] => {
                Some(Self { row, version, at, kind })
            }
            _ => None,
        }
    }

    /// What it is called beside another: with whatever tells the two apart.
    fn beside(&self, other: &Self) -> String {
        let Self { row, version, at, .. } = self;
        let mut name = version.replace('-', " ");
        if let Some(column) = COLUMNS.iter().find(|column| version.starts_with(column.name)) {
            // A form of an approach keeps the approach's own name.
            let form = version[column.name.len()..].trim_start_matches('-').replace('-', " ");
            column.name.clone_into(&mut name);
            if !form.is_empty() {
                name += &format!(" ({form})");
            }
            if *row == "cost" {
                name += " task";
            }
            if column.discontinued {
                name += " (discontinued)";
            }
        }
        if *row == "cost" {
            let many = at.parse().ok().filter(|many| *many > 1);
            let article = if name.starts_with('a') { "an" } else { "a" };
            return many.map_or(format!("{article} {name}"), |many: usize| {
                format!("one of {} × {name}", words::grouped(many))
            });
        }
        if *version == other.version && *at != other.at { format!("{name} at {at}") } else { name }
    }
}

/// A ratio of a claim as a sentence without its full stop.
#[must_use]
pub fn sentence(ratio: &JudgedRatio, claim: &Judged) -> String {
    let needs = claim.threshold.replace(CAPACITY, "").replace(" * ", " × ");
    let of = Measurement::named(&ratio.of);
    let to = Measurement::named(&ratio.to);
    let Some(estimate) = ratio.ratio else {
        let names = match (&of, &to) {
            (Some(of), Some(to)) => format!("{} beside {}", to.beside(of), of.beside(to)),
            _ => ratio.of.clone(),
        };
        return format!("{names}: {}", ratio.verdict);
    };
    match (of, to) {
        (Some(of), Some(to)) => {
            // Claims that speak of several rows name the row of each ratio.
            let rows = claim.ratios.iter().filter_map(|ratio| Measurement::named(&ratio.of));
            let row = rows.map(|other| other.row).any(|row| row != of.row);
            let row = if row { format!("{}: ", of.row) } else { String::new() };
            if claim.threshold.ends_with(CAPACITY) {
                return format!(
                    "{row}{} reaches {} of what the cores can do together (needs {needs})",
                    to.beside(&of),
                    words::estimate(estimate)
                );
            }
            format!("{row}{}", compared(&of, &to, estimate, &needs))
        }
        (Some(of), None) => counted(&of, &ratio.to, estimate, &needs),
        (None, Some(to)) => {
            let share = words::estimate(estimate);
            let limit =
                ratio.of.trim_end_matches(" seconds").replace(" * ", "·").replace(" / ", "/");
            format!("{} reaches {share} of the limit {limit} (needs {needs})", to.beside(&to))
        }
        (None, None) => {
            format!("{} to {}: {} (needs {needs})", ratio.of, ratio.to, words::estimate(estimate))
        }
    }
}

/// Two measurements, in the direction in which the number is above 1.
fn compared(of: &Measurement, to: &Measurement, estimate: Estimate, needs: &str) -> String {
    let [one, other] = [of.beside(to), to.beside(of)];
    let times = words::estimate(estimate);
    let same = of.version == to.version && of.at == to.at && of.kind == to.kind;
    let calls;
    let (verb, noun) = match of.kind {
        Kind::Time if same => {
            return format!("{one} takes {times} times as long as itself (needs {needs})");
        }
        Kind::Time if estimate.high < 1.0 => {
            let longer = Estimate {
                value: 1.0 / estimate.value,
                low: 1.0 / estimate.high,
                high: 1.0 / estimate.low,
            };
            let longer = words::estimate(longer);
            let ratio = words::ratio(estimate.value);
            return format!(
                "{other} takes {longer} times as long as {one} (ratio {ratio}, needs {needs})"
            );
        }
        Kind::Time if of.version == BASELINE.name => {
            return format!("{other} is {times} times as fast as {one} (needs {needs})");
        }
        Kind::Time => ("takes", "times as long as"),
        Kind::Memory => ("takes", "times the memory of"),
        Kind::Switches => ("is switched", "times as often as"),
        Kind::Instructions => ("executes", "times as many instructions as"),
        Kind::Calls(call) => {
            calls = format!("times as many calls of `{call}` as");
            ("makes", &*calls)
        }
        Kind::Paused => ("takes, on the paused clock,", "times as long as"),
        Kind::Computing => ("computes", "times as long as"),
        Kind::InFlight => ("has", "times as many units in flight as"),
        Kind::Cores => ("uses", "times as many cores as"),
        Kind::Count => ("is", "times"),
    };
    format!("{one} {verb} {times} {noun} {other} (needs {needs})")
}

/// A measurement against a number.
fn counted(of: &Measurement, number: &str, estimate: Estimate, needs: &str) -> String {
    let name = of.beside(of);
    match of.kind {
        Kind::InFlight | Kind::Count => {
            let all: f64 = number.parse().unwrap_or(1.0);
            let had = (estimate.value * all * 100.0).round() / 100.0;
            let needs = match needs {
                "exactly 1" => format!("exactly {number}"),
                _ => format!("{needs} × {number}"),
            };
            match of.kind {
                Kind::Count => format!("{name}: {had} (needs {needs})"),
                _ => format!("{name} has {had} units in flight (needs {needs})"),
            }
        }
        Kind::Calls(call) => format!(
            "{name} makes {} calls of `{call}` for each of {number} units (needs {needs})",
            words::estimate(estimate)
        ),
        Kind::Paused => {
            let limit = number.trim_end_matches(" seconds").replace(" * ", "·").replace(" / ", "/");
            let times = words::estimate(estimate);
            let at = of.at.replace(',', ", ");
            format!(
                "{name} ({at}) takes, on the paused clock, {times} times {limit} (needs {needs})"
            )
        }
        Kind::Cores => format!("{name} uses {} cores (needs {needs})", words::estimate(estimate)),
        _ => format!("{name} to {number}: {} (needs {needs})", words::estimate(estimate)),
    }
}

#[cfg(test)]
mod tests {
    use claims::Verdict;

    use super::*;

    fn of(of: &str, to: &str, [low, value, high]: [f64; 3], threshold: &str) -> String {
        let ratio = JudgedRatio {
            of: of.into(),
            to: to.into(),
            verdict: Verdict::Holds,
            ratio: Some(Estimate { value, low, high }),
            of_capacity: None,
            source: String::new(),
        };
        let claim = Judged {
            id: String::new(),
            says: String::new(),
            why: String::new(),
            verdict: Verdict::Holds,
            threshold: threshold.into(),
            ratios: vec![ratio.clone()],
        };
        sentence(&ratio, &claim)
    }

    #[test]
    fn a_speed_up_says_whose_it_is() {
        assert_eq!(
            of(
                "http/sequential/limit=1",
                "http/tokio/limit=20",
                [19.0, 19.1, 19.2],
                "at least 16.0 (0.8 * K)"
            ),
            "tokio is 19.1 [19.0, 19.2] times as fast as sequential (needs at least 16.0 (0.8 × K))"
        );
    }

    #[test]
    fn what_is_slower_takes_longer() {
        assert_eq!(
            of("a/threads/limit=8", "a/async-std/limit=8", [0.38, 0.4, 0.42], "at least 0.87"),
            "async-std (discontinued) takes 2.50 [2.38, 2.63] times as long as threads \
             (ratio 0.40, needs at least 0.87)"
        );
        assert_eq!(
            of("a/threads-fight/limit=8", "a/threads/limit=8", [5.0, 5.6, 6.0], "at least 1.30"),
            "threads (fight) takes 5.60 [5.00, 6.00] times as long as threads (needs at least 1.30)"
        );
        assert_eq!(
            of("a/tokio/limit=8", "a/tokio/limit=8", [0.99, 1.0, 1.01], "between 0.95 and 1.05"),
            "tokio takes 1.00 [0.99, 1.01] times as long as itself (needs between 0.95 and 1.05)"
        );
        assert_eq!(
            of("a/crossbeam/limit=10", "a/crossbeam/limit=50", [4.0, 4.5, 5.0], "at least 2.00"),
            "crossbeam at limit=10 takes 4.50 [4.00, 5.00] times as long as crossbeam at limit=50 \
             (needs at least 2.00)"
        );
    }

    #[test]
    fn other_things_than_time_are_named() {
        for (name, other, threshold, words) in [
            (
                "a/threads/limit=2#switches",
                "a/one-task/limit=2#switches",
                "at least 2.00",
                "threads is switched 3.00 [2.00, 4.00] times as often as one task (needs at least 2.00)",
            ),
            (
                "cost/memory/thread/10000",
                "cost/memory/tokio/100000",
                "at least 10.0",
                "one of 10,000 × thread takes 3.00 [2.00, 4.00] times the memory of one of 100,000 × tokio task (needs at least 10.0)",
            ),
            (
                "cost/create/thread/1",
                "cost/create/tokio/1",
                "at least 10.0",
                "a thread takes 3.00 [2.00, 4.00] times as long as a tokio task (needs at least 10.0)",
            ),
            (
                "instructions/primes/tokio/below=2",
                "instructions/primes/sequential/below=2",
                "at most 4.00",
                "tokio executes 3.00 [2.00, 4.00] times as many instructions as sequential (needs at most 4.00)",
            ),
            (
                "syscalls/http/threads/tasks=2#clone",
                "syscalls/http/one-task/tasks=2#clone",
                "at least 2.00",
                "threads makes 3.00 [2.00, 4.00] times as many calls of `clone` as one task (needs at least 2.00)",
            ),
            (
                "syscalls/sleep/threads/tasks=2#clock_nanosleep",
                "2",
                "exactly 1",
                "threads makes 3.00 [2.00, 4.00] calls of `clock_nanosleep` for each of 2 units (needs exactly 1)",
            ),
            (
                "paused/sleep/tokio/tasks=2,limit=1",
                "N * L / K seconds",
                "exactly 1",
                "tokio (tasks=2, limit=1) takes, on the paused clock, 3.00 [2.00, 4.00] times N·L/K (needs exactly 1)",
            ),
            (
                "python/a/sequential/limit=1",
                "python/a/asyncio/limit=20",
                "at least 2.00",
                "asyncio is 3.00 [2.00, 4.00] times as fast as sequential (needs at least 2.00)",
            ),
            (
                "pairs/a#wrong",
                "pairs/a#right",
                "at least 2.00",
                "wrong takes 3.00 [2.00, 4.00] times as long as right (needs at least 2.00)",
            ),
            (
                "pairs/a#wrong-paid",
                "pairs/a#right-paid",
                "exactly 3",
                "wrong paid is 3.00 [2.00, 4.00] times right paid (needs exactly 3)",
            ),
            ("pairs/a#wrong-undone", "2", "exactly 1", "wrong undone: 6 (needs exactly 2)"),
            (
                "a/one-task/limit=2#cores",
                "1",
                "at most 4.00",
                "one task uses 3.00 [2.00, 4.00] cores (needs at most 4.00)",
            ),
            (
                "N * L / K seconds",
                "a/tokio/limit=2",
                "at least 0.80",
                "tokio reaches 3.00 [2.00, 4.00] of the limit N·L/K (needs at least 0.80)",
            ),
            (
                "a/sequential/workers=1",
                "a/rayon/workers=P",
                "at least 0.9 * the capacity of the cores",
                "rayon reaches 3.00 [2.00, 4.00] of what the cores can do together (needs at least 0.9)",
            ),
        ] {
            assert_eq!(of(name, other, [2.0, 3.0, 4.0], threshold), words);
        }
        assert_eq!(
            of("a/tokio/limit=20#in-flight", "20", [1.0, 1.0, 1.0], "exactly 1"),
            "tokio has 20 units in flight (needs exactly 20)"
        );
    }
}
