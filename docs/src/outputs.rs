//! Parts of what a pair has printed, as its README shows it.

use anyhow::{Context, Result};

/// What a program says before it shows one of its ways.
const HEADING: &str = "\n== ";

/// What a way has shown: the lines below its heading, up to the next one.
///
/// # Errors
/// The README shows no output, or none of a way with that heading.
pub fn of_way<'a>(readme: &'a str, way: &str) -> Result<&'a str> {
    let output = readme.split_once("```text\n").and_then(|(_, rest)| rest.split_once("\n```"));
    let (output, _) = output.context("the README shows no output")?;
    let ways = output.split(HEADING).skip(1);
    let found =
        ways.filter_map(|shown| shown.split_once('\n')).find(|(heading, _)| *heading == way);
    let (_, shown) = found.with_context(|| format!("the README shows no output of {way:?}"))?;
    Ok(shown.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# A pair\n\n```text\nTwo ways.\n\n== wrong: early\nlane █\n\n== right: late\n\
                          lane ·\n\nin flight\n```\n\n```text\n== right: another\n```\n";

    #[test]
    fn a_way_ends_where_the_next_one_begins() {
        assert_eq!(of_way(README, "wrong: early").expect("it is there"), "lane █");
        assert_eq!(of_way(README, "right: late").expect("it is there"), "lane ·\n\nin flight");
    }

    #[test]
    fn a_way_that_is_not_shown_is_named() {
        let error = of_way(README, "right").expect_err("no heading is just that");
        assert_eq!(error.to_string(), "the README shows no output of \"right\"");
        assert!(of_way("# A pair\n", "right").is_err());
    }
}
