//! Reads what a child process writes while it runs, so that it never has to wait for us, and keeps
//! no more of it than is sensible.

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

/// How long a process that has ended may take to let its stderr come to its end: somebody whom it
/// has started may still hold it.
const GRACE: Duration = Duration::from_millis(500);

/// How much is kept, in bytes: of stdout enough for the failures of a million units.
const KEPT: u64 = 256 * 1024 * 1024;

/// How much of the end of stderr is kept, in bytes.
const KEPT_AT_END: usize = 16 * 1024;

/// The whole of `source`, sent when it has come to its end.
pub(crate) fn all(source: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        // What ends with an error ends: the part that was read is judged as it is.
        let _ = source.take(KEPT).read_to_end(&mut text);
        // If nobody waits for it any longer, nobody needs it.
        let _ = sender.send(String::from_utf8_lossy(&text).into_owned());
    });
    receiver
}

/// The first line of `source`, sent as soon as it is there; what follows is read and dropped.
pub(crate) fn first_line(source: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        let _ = source.by_ref().take(KEPT).read_until(b'\n', &mut line);
        let _ = sender.send(String::from_utf8_lossy(&line).trim_end().to_owned());
        let _ = io::copy(&mut source, &mut io::sink());
    });
    receiver
}

/// The end of what a process writes to stderr.
#[derive(Debug)]
pub(crate) struct LastWords(Receiver<Vec<u8>>);

impl LastWords {
    pub(crate) fn of(mut source: impl Read + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut end = Vec::new();
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = source.read(&mut piece) {
                end.extend_from_slice(&piece[..length]);
                let surplus = end.len().saturating_sub(KEPT_AT_END);
                end.drain(..surplus);
            }
            let _ = sender.send(end);
        });
        Self(receiver)
    }

    /// The last line that says something, once the process has ended.
    pub(crate) fn line(&self) -> Option<String> {
        last_line(&self.0.recv_timeout(GRACE).ok()?)
    }
}

/// The last line that says something. Of a panic that is not the last one, which may be the end of
/// a backtrace, but where it was and its message, which stands in the line below.
#[must_use]
pub fn last_line(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let panic = lines.iter().rposition(|line| line.contains(" panicked at "));
    let line = match panic {
        Some(place) => lines[place..].iter().take(2).copied().collect::<Vec<_>>().join(" "),
        None => (*lines.last()?).to_owned(),
    };
    // What is meant for a terminal could move the cursor of ours.
    Some(line.replace(char::is_control, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_last_that_says_something() {
        assert_eq!(last_line(b"a\nthe reason\n\n \n").as_deref(), Some("the reason"));
        assert_eq!(last_line(b"\n"), None);
    }

    #[test]
    fn nothing_in_it_moves_the_cursor() {
        assert_eq!(last_line(b"\x1b[2Ja\x07b\n").as_deref(), Some(" [2Ja b"));
    }

    #[test]
    fn of_a_panic_it_is_its_place_and_its_message() {
        let text = "working\n\nthread 'main' (7) panicked at src/main.rs:5:10:\nno more pages\n\
                    stack backtrace:\n   0: main\nnote: Some details are omitted\n";
        assert_eq!(
            last_line(text.as_bytes()).as_deref(),
            Some("thread 'main' (7) panicked at src/main.rs:5:10: no more pages")
        );
    }

    #[test]
    fn of_a_long_stderr_only_the_end_is_kept() {
        let long = "x".repeat(3 * KEPT_AT_END) + "\nthe end\n";
        let words = LastWords::of(io::Cursor::new(long.into_bytes()));
        assert_eq!(words.line().as_deref(), Some("the end"));
    }

    #[test]
    fn the_first_line_comes_without_its_newline() {
        let lines = first_line(&b"[\"--site\"]\nmore\n"[..]);
        assert_eq!(lines.recv().as_deref(), Ok("[\"--site\"]"));
    }
}
