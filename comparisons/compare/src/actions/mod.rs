//! What a user can ask for, each in a file of its own: comparing [`rows`], their [`race`], a
//! [`sweep`] along the values of a flag, programs of the user's own ([`programs`]), the last run once
//! more ([`again`]), and the pieces of work that are [`worthwhile`]. They share the [`measuring`] of
//! rows, and how a row is [`shown`]. The [`list`] of rows and the [`diff`] of two versions need
//! no run.

pub(crate) mod again;
pub(crate) mod diff;
pub(crate) mod list;
mod measuring;
pub(crate) mod programs;
pub(crate) mod race;
pub(crate) mod rows;
mod shown;
pub(crate) mod sweep;
pub(crate) mod worthwhile;

use std::{
    io::{self, Write},
    path::Path,
};

use crate::arguments::Form;

/// Says where a page is. For other programs, stdout holds the figures and nothing else.
fn tell(page: &Path, form: Form, out: &mut impl Write) -> io::Result<()> {
    let found = format!("The page is in {}", page.display());
    if form == Form::Text {
        writeln!(out, "\n{found}")
    } else {
        eprintln!("{found}");
        Ok(())
    }
}
