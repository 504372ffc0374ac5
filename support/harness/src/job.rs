//! A row's job outside a cell's program: benchmarks call the cells' functions repeatedly within one
//! process.

use std::iter;

use anyhow::Result;
use clap::Parser;

use crate::{
    arguments::Shared,
    command_line::Arguments,
    row::{Answer, Row},
};

/// A job described by arguments.
#[derive(Debug)]
pub struct Job<R: Row> {
    row: R,
    shared: Shared,
}

impl<R: Row> Job<R> {
    /// The job that a cell's program does with these arguments.
    ///
    /// # Errors
    /// Arguments that the row does not take.
    pub fn new<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let Arguments { row, shared } =
            Arguments::try_parse_from(iter::once(R::NAME).chain(arguments))?;
        Ok(Self { row, shared })
    }

    /// Makes or opens the input.
    ///
    /// # Errors
    /// Input that cannot be used; the message names it.
    pub fn prepare(&self) -> Result<R::Input> {
        self.row.prepare(&self.shared)
    }

    /// Derives the answer from the result of a cell's function.
    pub fn answer(&self, input: &R::Input, output: R::Output) -> Answer {
        self.row.answer(input, output)
    }
}
