//! How far things are, on the terminal.

use console::Term;

/// Shows in one line how far things are, if there is a terminal.
pub(crate) fn progress(term: &Term, text: &str) {
    if term.is_term() {
        // What goes on in a second line would stay there.
        let line = console::truncate_str(text, usize::from(term.size().1), "");
        // A progress that cannot be shown is no reason to stop.
        let _ = term.clear_line().and_then(|()| term.write_str(&line));
    }
}
