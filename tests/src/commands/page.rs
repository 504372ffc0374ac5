//! The commands that a page tells its readers to run.

use std::{
    iter,
    path::{Path, PathBuf},
};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A command of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Command {
    /// The folder that the reader is in, from the root of the workspace on.
    pub(super) folder: PathBuf,
    /// The command as a shell splits it, without its comment.
    pub(super) words: Vec<String>,
}

impl Command {
    /// The command on one line.
    pub(super) fn text(&self) -> String {
        self.words.join(" ")
    }
}

/// Programs whose commands count in running text, too.
const INLINE: [&str; 3] = ["cargo", "diff", "python3"];

/// All commands of a page in `folder`: the lines of its blocks in `sh`, of its blocks without a
/// language in which some line begins with `cargo`, and what it says in code within its text.
pub(super) fn commands(folder: &Path, text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    // A reader who has changed the folder stays there for the rest of the page.
    let mut reader = PathBuf::new();
    let mut block: Option<(String, String)> = None;
    for event in Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                block = Some((language, String::new()));
            }
            Event::Text(part) => {
                if let Some((_, lines)) = &mut block {
                    *lines += &part;
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let Some((language, lines)) = block.take() else { continue };
                let runs_cargo = || lines.lines().any(|line| line.starts_with("cargo "));
                if language == "sh" || language.is_empty() && runs_cargo() {
                    commands.extend(of_block(&lines, &mut reader));
                }
            }
            Event::Code(code) => {
                let words = split(&code);
                let Some(program) = words.first() else { continue };
                if words.len() > 1 && INLINE.contains(&&**program) {
                    // Beside its text a page compares its own files.
                    let folder = if program == "diff" { folder } else { Path::new("") };
                    commands.push(Command { folder: folder.to_owned(), words });
                }
            }
            _ => {}
        }
    }
    commands
}

/// The commands of a block; `cd` changes the folder of those after it.
fn of_block(lines: &str, folder: &mut PathBuf) -> Vec<Command> {
    let lines = lines.replace("\\\n", " ");
    let parts = lines.lines().flat_map(|line| {
        let words = split(line);
        let mut parts = words.split(|word| word == "&&").map(<[String]>::to_vec);
        iter::from_fn(move || parts.next()).collect::<Vec<_>>()
    });
    let mut commands = Vec::new();
    for words in parts.filter(|words| !words.is_empty()) {
        match &words[..] {
            [cd, into] if cd == "cd" => folder.push(into),
            _ => commands.push(Command { folder: folder.clone(), words }),
        }
    }
    commands
}

/// The words of a line, without its comment.
fn split(line: &str) -> Vec<String> {
    // An apostrophe that is never closed: nothing that a shell would run.
    shlex::split(line).unwrap_or_else(|| vec![line.to_owned()])
}
