//! Programs that the user names: `--command 'NAME=COMMAND'`.

use std::collections::BTreeSet;

/// A program with a name to call it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// What it is called.
    pub(crate) name: String,
    /// The program and its arguments.
    pub(crate) words: Vec<String>,
}

impl Named {
    /// Reads `NAME=COMMAND`; without a name, the command is its name. Words are split as in a
    /// shell, but no shell runs: for pipes and variables the command is `sh -c '…'`.
    ///
    /// # Errors
    /// A quote is not closed, or there is no program.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        // Text with a blank or a slash before the sign is a command: `env A=1 program`.
        let named =
            text.split_once('=').filter(|(name, _)| !name.is_empty() && !name.contains([' ', '/']));
        let (name, command) = named.unwrap_or((text, text));
        let words = words(command)?;
        Ok(Self { name: name.trim().to_owned(), words })
    }
}

/// The words of a command.
///
/// # Errors
/// A quote is not closed, or there are none.
pub(crate) fn words(command: &str) -> Result<Vec<String>, String> {
    let words = shlex::split(command).ok_or("a quote is not closed")?;
    if words.is_empty() { Err("there is no program".into()) } else { Ok(words) }
}

/// A name that two programs have.
#[must_use]
pub(crate) fn twice(programs: &[Named]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    programs.iter().map(|program| &*program.name).find(|name| !seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_a_name_or_is_its_own() {
        let read = |text| Named::read(text).map(|named| (named.name, named.words));
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert_eq!(read("A=sleep 1"), Ok(("A".into(), words(&["sleep", "1"]))));
        assert_eq!(read("sleep 1"), Ok(("sleep 1".into(), words(&["sleep", "1"]))));
        assert_eq!(read("A=sh -c 'a | b'"), Ok(("A".into(), words(&["sh", "-c", "a | b"]))));
        let env = "env B=1 true";
        assert_eq!(read(env), Ok((env.into(), words(&["env", "B=1", "true"]))));
        assert_eq!(read("A=sh -c 'a"), Err("a quote is not closed".into()));
        assert_eq!(read("A="), Err("there is no program".into()));
    }
}
