//! Messages for people, on stderr.

use std::{
    fmt,
    io::{self, Write},
};

/// Writes a line to stderr. If that is closed or full, nobody can be told, but the program should
/// end as usual. `eprintln!` would panic.
pub fn line(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
