//! The reader's prediction.

use std::io::{self, BufRead, IsTerminal};

use crate::output::say;

/// One of three answers to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The first.
    A,
    /// The second.
    B,
    /// The third.
    C,
}

const CHOICES: [Choice; 3] = [Choice::A, Choice::B, Choice::C];

/// What a reader has predicted.
#[derive(Debug)]
pub(crate) struct Guess {
    choices: [&'static str; 3],
    choice: Choice,
}

/// Whether there is a terminal to ask at and to answer from.
pub(crate) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Asks on stdout, and reads the answer from stdin. `None` if the reader would rather see.
pub(crate) fn ask(question: &str, choices: [&'static str; 3]) -> Option<Guess> {
    say(&format!("\n{question}"));
    for (choice, text) in CHOICES.into_iter().zip(choices) {
        say(&format!("  {choice:?}) {text}"));
    }
    say("Your prediction (A, B or C; Enter to see without one):");
    let choice = read(io::stdin().lock())?;
    Some(Guess { choices, choice })
}

/// Reads lines until one of them is a choice, or empty, or the last.
fn read(lines: impl BufRead) -> Option<Choice> {
    for line in lines.lines() {
        match line.ok()?.trim() {
            "" => return None,
            "a" | "A" => return Some(Choice::A),
            "b" | "B" => return Some(Choice::B),
            "c" | "C" => return Some(Choice::C),
            _ => say("A, B or C:"),
        }
    }
    None
}

impl Guess {
    /// The prediction beside what was measured.
    pub(crate) fn beside(&self, confirmed: Choice) -> String {
        let text = self.choices[confirmed as usize];
        if self.choice == confirmed {
            format!("You predicted {confirmed:?}, and it is {confirmed:?}: {text}.")
        } else {
            format!("You predicted {:?}, but it is {confirmed:?}: {text}.", self.choice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_choice_or_asked_for_again() {
        assert_eq!(read(&b"b\n"[..]), Some(Choice::B));
        assert_eq!(read(&b"what?\n C \n"[..]), Some(Choice::C));
        assert_eq!(read(&b"\n"[..]), None);
        assert_eq!(read(&b""[..]), None);
    }

    #[test]
    fn a_prediction_stands_beside_what_is_so() {
        let guess = Guess { choices: ["one", "two", "three"], choice: Choice::A };
        assert_eq!(guess.beside(Choice::A), "You predicted A, and it is A: one.");
        assert_eq!(guess.beside(Choice::C), "You predicted A, but it is C: three.");
    }
}
