//! Messages for people, on stderr.

use std::{
    fmt,
    io::{self, Write},
};

/// Writes a line to stderr. Where that is closed or full nobody can be told, which is no reason to
/// end differently: `eprintln!` would panic.
pub fn line(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
