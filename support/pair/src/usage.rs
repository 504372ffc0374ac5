//! The command line, the same for every pair.

use lexopt::{Arg, Parser};

/// What a reader asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// To see the pair.
    Show {
        /// Without a question first.
        no_ask: bool,
        /// As figures in a line of JSON, and in no other words.
        json: bool,
    },
    /// To see how the program is used.
    Help,
}

/// Reads this program's arguments.
pub(crate) fn read() -> Result<Usage, lexopt::Error> {
    of(Parser::from_env())
}

fn of(mut arguments: Parser) -> Result<Usage, lexopt::Error> {
    let (mut no_ask, mut json) = (false, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("no-ask") => no_ask = true,
            Arg::Long("json") => json = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(Usage::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Usage::Show { no_ask, json })
}

/// How a pair is used.
pub(crate) fn help(about: &str) -> String {
    format!(
        "{about}\n\nOptions:\n      --no-ask  Run both ways without asking for a prediction first\n      \
         --json    Run both ways and print only the figures that tell them apart, as JSON\n  \
         -h, --help    Print this help"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let of = |arguments: &[&str]| of(Parser::from_args(arguments)).map_err(|e| e.to_string());
        let show = |no_ask, json| Ok(Usage::Show { no_ask, json });
        assert_eq!(of(&[]), show(false, false));
        assert_eq!(of(&["--no-ask"]), show(true, false));
        assert_eq!(of(&["--json"]), show(false, true));
        assert_eq!(of(&["-h"]), Ok(Usage::Help));
        assert!(of(&["--ask"]).is_err_and(|error| error.contains("--ask")));
        assert!(of(&["five"]).is_err_and(|error| error.contains("five")));
    }
}
