//! Lines on stdout and stderr.

use std::{
    io::{self, Write},
    process,
};

/// Writes a line to stdout. If nobody reads it any more, the program ends: there is nothing left to
/// do for it.
pub(crate) fn say(text: &str) {
    if writeln!(io::stdout(), "{text}").is_err() {
        process::exit(0);
    }
}

/// Writes a line to stderr. Where that is closed nobody can be told.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
