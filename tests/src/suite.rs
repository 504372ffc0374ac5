//! The tests as a list: libtest finds its tests by their attribute, and knows nothing of cells.

use std::fmt;

/// What a test needs of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Little: it mostly waits, or computes for a moment. Many of these run side by side.
    Shared,
    /// All of it: it computes for long, or something has to happen within a second.
    Alone,
}

/// A test.
pub(crate) struct Test {
    /// Its name: first the row or the tool, then the cell if there is one, then what is checked.
    pub(crate) name: String,
    /// What it needs of the machine.
    pub(crate) pace: Pace,
    /// The test itself, which panics if it fails.
    pub(crate) run: Box<dyn FnOnce() + Send>,
    /// Why it cannot be run on this machine, if it cannot.
    pub(crate) hindrance: Option<String>,
    /// The programs that it needs beyond those of its subject.
    pub(crate) programs: Vec<String>,
}

impl Test {
    /// A test of this name.
    pub(crate) fn new(
        name: impl fmt::Display,
        pace: Pace,
        run: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self {
            name: name.to_string(),
            pace,
            run: Box::new(run),
            hindrance: None,
            programs: Vec::new(),
        }
    }

    /// Has it shown as ignored if there is something that it cannot be run without.
    pub(crate) fn unless(self, hindrance: Option<String>) -> Self {
        Self { hindrance, ..self }
    }

    /// Has these programs built for it, too.
    pub(crate) fn with(self, programs: Vec<String>) -> Self {
        Self { programs, ..self }
    }

    /// The row or the tool that it is about.
    pub(crate) fn subject(&self) -> &str {
        self.name.split("::").next().unwrap_or(&self.name)
    }
}

/// The tests of a row or a tool, which are called what their functions are called.
macro_rules! tests {
    ($subject:literal, $pace:ident: $($function:ident),* $(,)?) => {
        vec![$($crate::suite::Test::new(
            concat!($subject, "::", stringify!($function)),
            $crate::suite::Pace::$pace,
            $function,
        )),*]
    };
}
pub(crate) use tests;

/// The tests that each cell of a row goes through by itself: functions that are given its approach.
macro_rules! tests_of_each {
    ($cells:expr, $pace:ident: $($function:ident),* $(,)?) => {
        $cells.approaches().flat_map(|approach| [$($crate::suite::Test::new(
            format!("{}::{approach}::{}", $cells.row().name, stringify!($function)),
            $crate::suite::Pace::$pace,
            move || $function(approach),
        )),*]).collect::<Vec<_>>()
    };
}
pub(crate) use tests_of_each;
