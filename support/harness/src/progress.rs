//! A progress bar on stderr, drawn only when that is a terminal.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

/// How many of the units of work have ended.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(units: usize, wanted: bool) -> Self {
        if !wanted || units == 0 || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {elapsed}")
            .expect("the template is a constant that is known to be right");
        Self(ProgressBar::new(units as u64).with_style(style))
    }

    pub(crate) fn show(&self, done: usize) {
        self.0.set_position(done as u64);
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
