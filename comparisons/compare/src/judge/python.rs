//! What each language gains over its own sequential version. How much faster Rust computes than Python
//! is one question, and what concurrency gains is another: here only the second is asked.

use figures::{
    statistics::{self, Estimate},
    words,
};
use serde::Serialize;
use workspace::{
    Approach,
    python::{self, Interpreter},
};

use super::comparison::{Comparison, Status, Version};

/// What the languages have in common, with the Rust version and the Python version that show it.
const CONSTRUCTS: [(&str, &str, &str); 3] = [
    ("threads", "threads", "threading"),
    ("async", "tokio", "asyncio"),
    ("processes", "processes", "multiprocessing"),
];

/// The version that a language's others are measured against.
const SEQUENTIAL: &str = "sequential";

/// From this share of waiting on, work is called I/O-bound.
const MOSTLY_WAITING: f64 = 0.5;

/// A factor up to which nobody would call a difference a gain or a loss, however surely it is there.
const NEGLIGIBLE: f64 = 1.02;

/// The gains of all languages in one row.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Languages {
    /// Rust, then each Python.
    pub(crate) languages: Vec<Language>,
    /// What they show, in words.
    #[serde(rename = "languages_in_words")]
    pub(crate) sentences: Vec<String>,
}

/// What one language gains.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Language {
    /// Its name, and in Python its version.
    pub(crate) name: String,
    /// Whether an interpreter lock lets one thread at a time run its code.
    pub(crate) gil: bool,
    /// How long its sequential version takes, in nanoseconds: a geometric mean.
    pub(crate) sequential_ns: f64,
    /// How many times as fast as that its other versions are.
    pub(crate) gains: Vec<Gain>,
}

impl Language {
    /// What it gains by this construct.
    #[must_use]
    pub(crate) fn gain(&self, construct: &str) -> Option<&Gain> {
        self.gains.iter().find(|gain| gain.construct == construct)
    }
}

/// What a language gains by one construct.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Gain {
    /// What the languages call alike: threads, async, processes.
    pub(crate) construct: &'static str,
    /// The version that shows it.
    pub(crate) approach: Approach,
    /// How many times as fast as the language's own sequential version it is.
    pub(crate) times: Estimate,
}

impl Languages {
    /// What at least one of the languages has a figure for, in the order in which it is shown.
    pub(crate) fn constructs(&self) -> impl Iterator<Item = &'static str> {
        let has = |construct: &&'static str| {
            self.languages.iter().any(|language| language.gain(construct).is_some())
        };
        CONSTRUCTS.iter().map(|(construct, ..)| *construct).filter(has)
    }

    /// Draws them from the figures of a row; `None` if no Python has a sequential version in it.
    #[must_use]
    pub(crate) fn draw(comparison: &Comparison, interpreters: &[Interpreter]) -> Option<Self> {
        let rust = language(comparison, "Rust".into(), false, |(_, rust, _)| (*rust).to_owned());
        let pythons = interpreters.iter().filter_map(|python| {
            let free_threaded = if python.name == "python" { "" } else { "t" };
            let name = format!("Python {}{free_threaded}", python.version);
            language(comparison, name, python.gil, |(_, _, file)| format!("{} {file}", python.name))
        });
        let pythons: Vec<Language> = pythons.collect();
        if pythons.is_empty() {
            return None;
        }
        let languages: Vec<Language> = rust.into_iter().chain(pythons).collect();
        let sentences = sentences(comparison, interpreters, &languages);
        Some(Self { languages, sentences })
    }
}

/// What a language gains; `version` says which of its versions shows a construct.
fn language(
    comparison: &Comparison,
    name: String,
    gil: bool,
    version: impl Fn(&(&'static str, &'static str, &'static str)) -> String,
) -> Option<Language> {
    let sequential = right(comparison, &version(&(SEQUENTIAL, SEQUENTIAL, SEQUENTIAL)))?;
    let gains = CONSTRUCTS.iter().filter_map(|construct| {
        let found = right(comparison, &version(construct))?;
        let times = ratio(sequential, found)?;
        Some(Gain { construct: construct.0, approach: found.approach.clone(), times })
    });
    let gains = gains.collect();
    Some(Language { name, gil, sequential_ns: sequential.mean_wall_ns?, gains })
}

/// The version of this name, if its answer is right.
fn right<'a>(comparison: &'a Comparison, name: &str) -> Option<&'a Version> {
    let mut versions = comparison.versions.iter();
    versions.find(|version| version.approach.name() == name && version.status == Status::Ok)
}

/// How many times as long `a` takes as `b`, round by round.
fn ratio(a: &Version, b: &Version) -> Option<Estimate> {
    let rounds = a.wall_ns.len().min(b.wall_ns.len());
    let walls = |version: &Version| -> Vec<f64> {
        version.wall_ns[..rounds].iter().map(|&nanos| nanos as f64).collect()
    };
    statistics::paired_ratio(&walls(a), &walls(b))
}

/// What the figures show: the languages side by side, and a sentence for each construct.
fn sentences(
    comparison: &Comparison,
    interpreters: &[Interpreter],
    languages: &[Language],
) -> Vec<String> {
    let noise = comparison.noise().max(NEGLIGIBLE);
    let waits = comparison
        .baseline()
        .and_then(|version| version.waiting)
        .is_some_and(|waiting| waiting > MOSTLY_WAITING);
    let against_rust = interpreters.iter().filter_map(|python| {
        let sequential = right(comparison, &format!("{} {SEQUENTIAL}", python.name))?;
        let times = ratio(sequential, comparison.baseline()?)?;
        Some(format!(
            "On one thread, {} takes {} times as long as Rust.",
            python_name(languages, python),
            words::estimate(times)
        ))
    });
    let mut sentences: Vec<String> = against_rust.collect();
    if noise.is_infinite() {
        // The verdict says that there were too few rounds.
        return sentences;
    }
    for (construct, ..) in CONSTRUCTS {
        let clauses: Vec<String> = languages
            .iter()
            .filter_map(|language| Some(clause(language, language.gain(construct)?, noise, waits)))
            .collect();
        if !clauses.is_empty() {
            sentences.push(format!("{}: {}.", capitalised(construct), clauses.join("; ")));
        }
    }
    sentences
}

/// How the languages' list calls this Python.
fn python_name<'a>(languages: &'a [Language], python: &'a Interpreter) -> &'a str {
    let is_it = |language: &&Language| {
        language
            .gains
            .iter()
            .any(|gain| python::split(&gain.approach).is_some_and(|(name, _)| name == python.name))
    };
    languages.iter().find(is_it).map_or(&*python.name, |language| &*language.name)
}

/// What one language gains by one construct, with the reason where the figures and what is known of
/// the language give one.
fn clause(language: &Language, gain: &Gain, noise: f64, waits: bool) -> String {
    let name = &language.name;
    let times = words::estimate(gain.times);
    let gains = gain.times.low > noise;
    let what = if gain.times.high < 1.0 / noise {
        format!("{name} loses ({times})")
    } else if gains {
        format!("{name} gains ({times})")
    } else {
        format!("{name} shows no measurable gain ({times})")
    };
    let is_python = python::is_python(&gain.approach);
    let why = match gain.construct {
        _ if waits => "",
        "threads" if !gains && language.gil => ", as its lock lets one thread compute at a time",
        "async" if !gains && is_python => ", as one thread runs all tasks",
        "async" if gains && !is_python => ", by the threads of its runtime",
        _ => "",
    };
    what + why
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
pub(crate) mod tests {
    use workspace::Side;

    use super::*;
    use crate::{judge::comparison::tests::compare, samples::runs};

    pub(crate) fn python(name: &str, gil: bool) -> Interpreter {
        let program = name.into();
        Interpreter { name: name.into(), version: "3.14.1".into(), gil, program, aiohttp: None }
    }

    /// A row that computes, in Rust and two Pythons.
    pub(crate) fn computing() -> Comparison {
        let times = |name: &str, ms: u64, cpu: u64| runs(name, &[ms, ms + 1, ms - 1], cpu, 2);
        compare(
            Side::Cpu,
            vec![
                times("sequential", 100, 100),
                times("threads", 50, 100),
                times("tokio", 51, 100),
                times("processes", 55, 110),
                times("python sequential", 8_000, 8_000),
                times("python threading", 8_100, 8_100),
                times("python asyncio", 8_010, 8_010),
                times("python multiprocessing", 4_200, 8_300),
                times("python3.14t sequential", 9_000, 9_000),
                times("python3.14t threading", 4_600, 9_100),
            ],
        )
    }

    #[test]
    fn each_language_is_measured_against_its_own_sequential() {
        let pythons = [python("python", true), python("python3.14t", false)];
        let drawn = Languages::draw(&computing(), &pythons).expect("there is Python");
        let names: Vec<&str> = drawn.languages.iter().map(|language| &*language.name).collect();
        assert_eq!(names, ["Rust", "Python 3.14.1", "Python 3.14.1t"]);
        let gain =
            |language: usize, place: usize| drawn.languages[language].gains[place].times.value;
        for (language, place, expected) in [(0, 0, 2.0), (1, 0, 0.99), (1, 2, 1.9), (2, 0, 1.96)] {
            let found = gain(language, place);
            assert!((found - expected).abs() < 0.02, "{language} {place}: {found}");
        }
        let text = drawn.sentences.join("\n");
        for part in [
            "On one thread, Python 3.14.1 takes 80.0 [",
            "] times as long as Rust.",
            "Threads: Rust gains (2.00 [",
            "Python 3.14.1 shows no measurable gain (0.99 [",
            "]), as its lock lets one thread compute at a time; Python 3.14.1t gains (1.96 [",
            "Async: Rust gains (1.96 [",
            "]), by the threads of its runtime; Python 3.14.1 ",
            ", as one thread runs all tasks.",
            "Processes: Rust gains (1.82 [",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }

    #[test]
    fn without_python_there_is_nothing_to_say() {
        let comparison =
            compare(Side::Cpu, vec![runs("sequential", &[9], 9, 1), runs("tokio", &[5], 9, 2)]);
        assert!(Languages::draw(&comparison, &[python("python", true)]).is_none());
        assert!(Languages::draw(&computing(), &[]).is_none());
    }

    #[test]
    fn work_that_waits_gives_no_reason_about_locks() {
        let comparison = compare(
            Side::Io,
            vec![
                runs("sequential", &[5000; 3], 100, 1),
                runs("tokio", &[100; 3], 40, 50),
                runs("python sequential", &[5100; 3], 300, 1),
                runs("python asyncio", &[150; 3], 100, 50),
            ],
        );
        let drawn = Languages::draw(&comparison, &[python("python", true)]);
        let text = drawn.expect("there is Python").sentences.join("\n");
        assert!(!text.contains("lock") && !text.contains("runtime"), "{text}");
        assert!(text.contains("Async: Rust gains (50.0") && text.contains("gains (34.0"), "{text}");
    }
}
