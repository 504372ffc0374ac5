//! Every command in the pages does what it is there for: it is run as it stands, or it is in a list of
//! exceptions with the reason.
//!
//! A program that takes long is ended by Ctrl-C when it is at its job: then it has understood its
//! arguments. Nothing is built for a command. The programs are there already, and `compare` asks a
//! stand-in for cargo where they are.

mod list;
mod page;
mod run;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use list::{
    EXCEPTIONS,
    Exception::{self, Ends, NotRun},
};
use page::Command;
pub(crate) use run::serve;
use run::{End, run};

use crate::{
    programs,
    rules::files::pages,
    suite::{Pace::Shared, Test, tests},
};

/// All tests of the commands.
pub(crate) fn tests() -> Vec<Test> {
    let mut tests = tests!("commands", Shared:
        every_command_is_run_or_an_exception,
        no_exception_is_of_a_command_that_is_gone,
        commands_are_found_in_blocks_and_in_the_text,
        a_wrong_flag_is_found,
        what_is_neither_run_nor_an_exception_is_found,
        an_exception_of_a_command_that_is_gone_is_found,
    );
    tests[3].programs = ["sleep-sequential", "compare"].map(ToOwned::to_owned).to_vec();
    for (command, pages) in collected() {
        let exception = exception(&command, EXCEPTIONS);
        let Some(action) = Action::of(&command) else { continue };
        if matches!(exception, Some(NotRun(_))) || action.is_tested_as_a_pair() {
            continue;
        }
        let name = in_short(&command);
        let programs = action.programs();
        let test = move || {
            let (statuses, words) = match exception {
                Some(Ends(statuses, words)) => (statuses, words),
                _ => (&[0][..], ""),
            };
            if let End::Itself(status, told) = action.run(&command) {
                let shown = format!("{} in {pages:?} has said {told}", command.text());
                assert!(
                    status.is_some_and(|it| statuses.contains(&it)),
                    "status {status:?}: {shown}"
                );
                assert!(told.contains(words), "not {words:?}: {shown}");
            }
        };
        tests.push(Test::new(format!("commands::{name}"), Shared, test).with(programs));
    }
    tests
}

/// A command as the name of its test, which all tests' names are aligned with.
fn in_short(command: &Command) -> String {
    const MOST: usize = 80;
    let text = command.text().replace("cargo run --release -p ", "");
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST).chain(['…']).collect()
}

/// What is run for a command.
#[derive(Debug)]
struct Action {
    program: Program,
    arguments: Vec<String>,
}

#[derive(Debug)]
enum Program {
    /// One of this workspace, by its name.
    Own(String),
    /// One of the system's, such as `diff`.
    Foreign(String),
}

impl Action {
    /// What is run for this command; nothing if a test cannot run it.
    fn of(command: &Command) -> Option<Self> {
        let [program, arguments @ ..] = &command.words[..] else { return None };
        match (&**program, arguments) {
            ("cargo", [run, options @ ..]) if run == "run" => {
                let mut parts = options.splitn(2, |word| word == "--");
                let options = parts.next().unwrap_or_default();
                let package = options.iter().skip_while(|option| *option != "-p").nth(1);
                let package = package.map_or("compare", |package| package);
                let arguments = parts.next().unwrap_or_default().to_vec();
                Some(Self { program: Program::Own(package.to_owned()), arguments })
            }
            ("diff" | "python3", arguments) => {
                let program = Program::Foreign(program.clone());
                Some(Self { program, arguments: arguments.to_vec() })
            }
            _ => None,
        }
    }

    /// Whether the tests of the pairs run this, too: they need the machine for themselves.
    fn is_tested_as_a_pair(&self) -> bool {
        let Program::Own(program) = &self.program else { return false };
        let is_pair = programs::pairs().iter().any(|pair| pair.name == *program);
        is_pair && (self.arguments.is_empty() || self.arguments == ["--no-ask"])
    }

    /// The programs of the workspace that it needs: `compare` runs the cells of rows, or takes prices.
    fn programs(&self) -> Vec<String> {
        let Program::Own(program) = &self.program else { return Vec::new() };
        let mut programs = vec![program.clone()];
        if program == "compare" {
            let own = self.arguments.iter().take_while(|argument| *argument != "--");
            let own: BTreeSet<&str> = own.map(String::as_str).collect();
            let rows = programs::workspace().rows();
            let is_named = |name: &str| own.contains("all") || own.contains(name);
            let by_default = !rows.iter().any(|row| is_named(&row.name));
            let is_meant =
                |name: &str| is_named(name) || by_default && ["http", "primes"].contains(&name);
            let rows = rows.iter().filter(|row| is_meant(&row.name));
            programs.extend(rows.flat_map(|row| &row.cells).map(workspace::Cell::package));
            programs.push("cost-of-a-task".into());
        }
        programs
    }

    fn run(&self, command: &Command) -> End {
        let program = match &self.program {
            Program::Own(name) => programs::path(name),
            Program::Foreign(name) => Path::new(name),
        };
        match run(command, program, &self.arguments) {
            // Files that differ are what it is there to show.
            End::Itself(Some(1), told) if program == Path::new("diff") => {
                End::Itself(Some(0), told)
            }
            end => end,
        }
    }
}

/// All commands of all pages, and the pages that have them.
fn collected() -> BTreeMap<Command, BTreeSet<PathBuf>> {
    let root = programs::workspace().root();
    let mut collected: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for page in pages(root) {
        let text = fs::read_to_string(&page).expect("it was found there");
        let page = page.strip_prefix(root).expect("it was found there").to_owned();
        for command in page::commands(page.parent().unwrap_or(Path::new("")), &text) {
            collected.entry(command).or_default().insert(page.clone());
        }
    }
    collected
}

/// The exception that a command is. One that ends in `…` is of all commands that begin like it.
fn exception(command: &Command, exceptions: &[(&str, Exception)]) -> Option<Exception> {
    let found = exceptions.iter().find(|(pattern, _)| is_of(pattern, command));
    found.map(|(_, exception)| *exception)
}

fn is_of(pattern: &str, command: &Command) -> bool {
    let text = command.text();
    pattern.strip_suffix('…').map_or(text == pattern, |begin| text.starts_with(begin))
}

/// The commands that are neither run nor exceptions.
fn unaccounted(commands: &[Command], exceptions: &[(&str, Exception)]) -> Vec<String> {
    let is_unaccounted = |command: &&Command| {
        exception(command, exceptions).is_none() && Action::of(command).is_none()
    };
    commands.iter().filter(is_unaccounted).map(Command::text).collect()
}

/// The exceptions of commands that no page has.
fn stale(commands: &[Command], exceptions: &[(&str, Exception)]) -> Vec<String> {
    let is_stale =
        |(pattern, _): &&(&str, Exception)| !commands.iter().any(|command| is_of(pattern, command));
    let stale = exceptions.iter().filter(is_stale);
    stale
        .map(|(pattern, exception)| match exception {
            NotRun(reason) => format!("{pattern}: {reason}"),
            Ends(statuses, words) => format!("{pattern}: {statuses:?}, {words:?}"),
        })
        .collect()
}

fn every_command_is_run_or_an_exception() {
    let commands: Vec<Command> = collected().into_keys().collect();
    let unaccounted = unaccounted(&commands, EXCEPTIONS);
    assert!(unaccounted.is_empty(), "neither run nor in the list:\n{}", unaccounted.join("\n"));
}

fn no_exception_is_of_a_command_that_is_gone() {
    let commands: Vec<Command> = collected().into_keys().collect();
    let stale = stale(&commands, EXCEPTIONS);
    assert!(stale.is_empty(), "no page has these any more:\n{}", stale.join("\n"));
}

fn commands_are_found_in_blocks_and_in_the_text() {
    let page = "Run `cargo bench -p a \n--quick`, `diff x y`, or `cargo`:\n\n\
        ```sh\ncd exercises && cargo test  # now\n./fetch 'a b'\\\n  c\n```\n\n    \
        cargo fmt\n    .ci/run\n\n    no command\n\n```rust\ncargo run\n```\n\n\
        | `cargo build` |\n|---|\n";
    let page = page.replace("    no command", "Or:\n\n    no command");
    let found = page::commands(Path::new("row"), &page);
    let found: Vec<(&Path, String)> =
        found.iter().map(|command| (&*command.folder, command.words.join("|"))).collect();
    let expected = [
        ("", "cargo|bench|-p|a|--quick"),
        ("row", "diff|x|y"),
        ("exercises", "cargo|test"),
        ("exercises", "./fetch|a b|c"),
        ("exercises", "cargo|fmt"),
        ("exercises", ".ci/run"),
        ("", "cargo|build"),
    ];
    assert_eq!(found, expected.map(|(folder, words)| (Path::new(folder), words.to_owned())));
}

/// The commands of a block in `sh`.
fn of_block(lines: &str) -> Vec<Command> {
    page::commands(Path::new(""), &format!("```sh\n{lines}\n```\n"))
}

fn a_wrong_flag_is_found() {
    let page = "cargo run -p sleep-sequential -- --task 3\n\
        cargo run -p compare -- sleep --run 2\n\
        cargo run -p compare -- sleep --only sequential -- --task 3";
    for command in of_block(page) {
        let end = Action::of(&command).expect("it is run").run(&command);
        assert!(matches!(end, End::Itself(Some(2), _)), "{}: {end:?}", command.text());
    }
}

fn what_is_neither_run_nor_an_exception_is_found() {
    let commands = of_block("cargo run\ncargo fmt\n./mine --now");
    let listed = [("cargo fmt", NotRun("it is cargo's"))];
    assert_eq!(unaccounted(&commands, &listed), ["./mine --now"]);
}

fn an_exception_of_a_command_that_is_gone_is_found() {
    let commands = of_block("cargo fmt\ncargo bench -p bench-http");
    let listed = ["cargo fmt", "cargo fm", "cargo bench…", "cargo test…"];
    let listed = listed.map(|pattern| (pattern, NotRun("it is cargo's")));
    assert_eq!(
        stale(&commands, &listed),
        ["cargo fm: it is cargo's", "cargo test…: it is cargo's"]
    );
}
