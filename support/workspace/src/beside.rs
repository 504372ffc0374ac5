//! Two texts side by side.

use std::ops::Range;

use similar::{Algorithm, DiffTag, TextDiff};

/// How much of two lines has to be the same for them to be two versions of one.
const ALIKE: f32 = 0.5;

/// A line of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// What it says.
    pub text: &'a str,
    /// How it differs from the line at the same height.
    pub difference: Difference,
}

/// How a line differs from that of the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Not at all.
    None,
    /// The other is another version of it: here are the parts of this one that the other lacks, in
    /// bytes.
    Words(Vec<Range<usize>>),
    /// The other side has none like it.
    All,
}

/// The two texts in as many lines each, so that those that both have stand at the same height.
/// `None` fills the place where only the other side has a line.
#[must_use]
pub fn aligned<'a>(left: &'a str, right: &'a str) -> [Vec<Option<Line<'a>>>; 2] {
    let (old, new): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let [old_keys, new_keys] = [keys(&old), keys(&new)];
    let [old_keys, new_keys] =
        [&old_keys, &new_keys].map(|keys| keys.iter().map(String::as_str).collect::<Vec<_>>());
    // Patience begins with what both have once. Empty lines and braces, which most lines of code
    // could be matched with, come last.
    let diff =
        TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old_keys, &new_keys);
    let mut sides: [Vec<Option<Line>>; 2] = [Vec::new(), Vec::new()];
    for op in diff.ops() {
        let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
        let mut next = [0, 0];
        for [left, right] in versions(old, new).into_iter().chain([[old.len(), new.len()]]) {
            // What lies before two versions of a line has nothing to do with each other.
            let (only_old, only_new) = (&old[next[0]..left], &new[next[1]..right]);
            for place in 0..only_old.len().max(only_new.len()) {
                let lines = [only_old.get(place), only_new.get(place)];
                for (side, line) in sides.iter_mut().zip(lines) {
                    side.push(line.map(|text| Line { text, difference: Difference::All }));
                }
            }
            if let (Some(old), Some(new)) = (old.get(left), new.get(right)) {
                let lines = [old, new].into_iter().zip(different_words(old, new));
                for (side, (text, words)) in sides.iter_mut().zip(lines) {
                    let difference =
                        if old == new { Difference::None } else { Difference::Words(words) };
                    side.push(Some(Line { text, difference }));
                }
            }
            next = [left + 1, right + 1];
        }
    }
    sides
}

/// Which lines of the two blocks are versions of one, by their places: as many as there can be
/// without any two that cross, and the most alike among those.
fn versions(old: &[&str], new: &[&str]) -> Vec<[usize; 2]> {
    let alike = |left: usize, right: usize| {
        let ratio = likeness(old[left], new[right]);
        if ratio >= ALIKE { ratio } else { 0.0 }
    };
    // best[i][j]: how much is alike from line i of the one and line j of the other on.
    let mut best = vec![vec![0.0_f32; new.len() + 1]; old.len() + 1];
    for left in (0..old.len()).rev() {
        for right in (0..new.len()).rev() {
            let both = alike(left, right) + best[left + 1][right + 1];
            best[left][right] = both.max(best[left + 1][right]).max(best[left][right + 1]);
        }
    }
    let (mut left, mut right) = (0, 0);
    let mut found = Vec::new();
    while left < old.len() && right < new.len() {
        let here = best[left][right];
        if here <= best[left + 1][right] {
            left += 1;
        } else if here <= best[left][right + 1] {
            right += 1;
        } else {
            found.push([left, right]);
            (left, right) = (left + 1, right + 1);
        }
    }
    found
}

/// How much of two lines is the same, from 0 to 1, whatever their indentation. A line of
/// punctuation alone is like itself only.
fn likeness(left: &str, right: &str) -> f32 {
    if keys(&[left]) == keys(&[right]) {
        return 1.0;
    }
    let [left, right] = [left, right].map(|line| {
        let words = words(line).into_iter().map(|word| &line[word]);
        words.filter(|word| word.starts_with(is_of_word)).collect::<Vec<_>>()
    });
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    TextDiff::from_slices(&left, &right).ratio()
}

/// The parts of two lines that differ, neighbours as one.
fn different_words(left: &str, right: &str) -> [Vec<Range<usize>>; 2] {
    let places = [words(left), words(right)];
    let [old, new] = [(left, &places[0]), (right, &places[1])]
        .map(|(line, words)| words.iter().map(|word| &line[word.clone()]).collect::<Vec<_>>());
    let diff = TextDiff::from_slices(&old, &new);
    let mut different = [Vec::new(), Vec::new()];
    for op in diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal) {
        let ranges = [op.old_range(), op.new_range()];
        let lines = [left, right].into_iter().zip(&places).zip(ranges);
        for (parts, ((line, places), range)) in different.iter_mut().zip(lines) {
            if let (Some(first), Some(last)) = (places[range.clone()].first(), places[range].last())
            {
                let part = first.start..last.end;
                // How far a line is set in tells nothing.
                if !line[part.clone()].trim().is_empty() {
                    parts.push(part);
                }
            }
        }
    }
    different
}

/// The words of a line, and what stands between them letter by letter, by their places.
fn words(line: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (place, letter) in line.char_indices() {
        let end = place + letter.len_utf8();
        match words.last_mut() {
            Some(word) if is_of_word(letter) && line[word.clone()].ends_with(is_of_word) => {
                word.end = end;
            }
            _ => words.push(place..end),
        }
    }
    words
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// What lines are matched by: themselves, but for two kinds. The first line of a function counts by
/// its name, since two versions of a function belong side by side also if only one of them is
/// async. And a brace belongs to the item that it closes, since any other is as good otherwise.
fn keys(lines: &[&str]) -> Vec<String> {
    let begins =
        ["fn ", "async fn ", "pub fn ", "pub async fn ", "pub(crate) fn ", "pub(crate) async fn "];
    let mut item = "";
    let mut keys = Vec::with_capacity(lines.len());
    for line in lines {
        let function = begins.iter().find_map(|begin| line.strip_prefix(begin));
        let key = function.and_then(|rest| rest.split(['(', '<']).next()).unwrap_or(line);
        if line.starts_with(char::is_alphabetic) {
            item = key;
        }
        keys.push(if *line == "}" { format!("}} {item}") } else { key.to_owned() });
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a side, with a mark after those that differ.
    fn shown(side: &[Option<Line>]) -> Vec<String> {
        let line = |line: &Option<Line>| {
            let Some(Line { text, difference }) = line else { return "-".to_owned() };
            match difference {
                Difference::None => (*text).to_owned(),
                Difference::All => format!("{text} !"),
                Difference::Words(words) => {
                    let words: Vec<_> = words.iter().map(|word| &text[word.clone()]).collect();
                    format!("{text} !{}!", words.join("|"))
                }
            }
        };
        side.iter().map(line).collect()
    }

    #[test]
    fn lines_that_both_have_stand_at_the_same_height() {
        let [left, right] = aligned("a\nb\nc\nz\n", "a\nx\nz\nend\n");
        assert_eq!(shown(&left), ["a", "b !", "c !", "z", "-"]);
        assert_eq!(shown(&right), ["a", "x !", "-", "z", "end !"]);
    }

    #[test]
    fn a_function_stands_beside_its_other_version() {
        let sequential = "use a;\n\nfn run() {\n    a();\n}\n";
        let tokio = "use a;\n\nstruct Tokio {\n}\n\nasync fn run(limit: u32) {\n    b();\n}\n";
        let [left, right] = aligned(sequential, tokio);
        assert_eq!(shown(&left), ["use a;", "", "-", "-", "-", "fn run() { !!", "    a(); !", "}"]);
        // The brace is not that of the struct.
        assert_eq!(
            shown(&right)[5..],
            ["async fn run(limit: u32) { !async |limit: u32!", "    b(); !", "}"]
        );
    }

    #[test]
    fn the_words_are_marked_in_which_two_versions_of_a_line_differ() {
        let left = "fn f() {\n    let client = Client::new(settings, 1);\n}\n";
        let right =
            "fn f() {\n    // Shared.\n    let client = Arc::new(Client::new(settings, 5));\n}\n";
        let [left, right] = aligned(left, right);
        assert_eq!(shown(&left)[1..3], ["-", "    let client = Client::new(settings, 1); !1!"]);
        assert_eq!(
            shown(&right)[1..3],
            [
                "    // Shared. !",
                "    let client = Arc::new(Client::new(settings, 5)); !Arc::new(|5)!"
            ]
        );
    }

    #[test]
    fn equal_texts_have_nothing_marked_and_an_empty_one_is_all_filler() {
        let [left, right] = aligned("a\nb\n", "a\nb\n");
        assert_eq!(left, right);
        assert_eq!(shown(&left), ["a", "b"]);
        let [left, right] = aligned("", "a\nb\n");
        assert_eq!(left, [None, None]);
        assert_eq!(right.len(), 2);
    }
}
