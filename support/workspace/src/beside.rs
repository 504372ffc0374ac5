//! Two texts side by side.

use similar::{Algorithm, DiffOp, TextDiff};

/// From this share of common words on, two lines are compared word by word.
const ALIKE: f32 = 0.4;

/// A line of one side: its text, and whether the other side has none like it. `None` fills the
/// place where only the other side has a line.
pub type Line<'a> = Option<(&'a str, bool)>;

/// The two texts in as many lines each, so that those that both have stand at the same height.
#[must_use]
pub fn aligned<'a>(left: &'a str, right: &'a str) -> [Vec<Line<'a>>; 2] {
    let (old, new): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let [old_keys, new_keys] = [keys(&old), keys(&new)];
    let [old_keys, new_keys] =
        [&old_keys, &new_keys].map(|keys| keys.iter().map(String::as_str).collect::<Vec<_>>());
    // Patience begins with what both have once. Empty lines and braces, which most lines of code
    // could be matched with, come last.
    let diff =
        TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old_keys, &new_keys);
    let mut sides: [Vec<Line>; 2] = [Vec::new(), Vec::new()];
    for op in diff.ops() {
        let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
        for place in 0..old.len().max(new.len()) {
            let lines = [old.get(place), new.get(place)];
            // Lines with the same key need not be the same.
            let same = matches!(op, DiffOp::Equal { .. }) && lines[0] == lines[1];
            for (side, line) in sides.iter_mut().zip(lines) {
                side.push(line.map(|line| (*line, !same)));
            }
        }
    }
    sides
}

/// A piece of a line, and whether the other line has none like it.
pub type Piece<'a> = (&'a str, bool);

/// Two lines that stand beside each other, each in pieces, with the words marked that differ. If
/// they have little in common, the whole lines are.
#[must_use]
pub fn words<'a>(left: &'a str, right: &'a str) -> [Vec<Piece<'a>>; 2] {
    let [old, new] = [left, right].map(tokens);
    let diff = TextDiff::configure().diff_slices(&old, &new);
    if diff.ratio() < ALIKE {
        return [vec![(left, true)], vec![(right, true)]];
    }
    let mut sides: [Vec<Piece>; 2] = [Vec::new(), Vec::new()];
    let mut ends = [0, 0];
    for op in diff.ops() {
        let differs = !matches!(op, DiffOp::Equal { .. });
        let words = [&old[op.old_range()], &new[op.new_range()]];
        for (place, (line, words)) in [left, right].into_iter().zip(words).enumerate() {
            let begin = ends[place];
            ends[place] += words.iter().map(|word| word.len()).sum::<usize>();
            if begin < ends[place] {
                sides[place].push((&line[begin..ends[place]], differs));
            }
        }
    }
    sides
}

/// The names and numbers of a line of code, the space between them, and each other sign.
fn tokens(line: &str) -> Vec<&str> {
    let kind = |letter: char| match letter {
        '_' => 0,
        letter if letter.is_alphanumeric() => 0,
        letter if letter.is_whitespace() => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut begin = 0;
    let mut before = None;
    for (place, letter) in line.char_indices() {
        let now = kind(letter);
        if before.is_some_and(|before| before != now || now == 2) {
            tokens.push(&line[begin..place]);
            begin = place;
        }
        before = Some(now);
    }
    if begin < line.len() {
        tokens.push(&line[begin..]);
    }
    tokens
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

    #[test]
    fn lines_that_both_have_stand_at_the_same_height() {
        let [left, right] = aligned("a\nb\nc\nz\n", "a\nx\nz\nend\n");
        assert_eq!(
            left,
            [Some(("a", false)), Some(("b", true)), Some(("c", true)), Some(("z", false)), None]
        );
        assert_eq!(
            right,
            [Some(("a", false)), Some(("x", true)), None, Some(("z", false)), Some(("end", true))]
        );
    }

    #[test]
    fn a_function_stands_beside_its_other_version_and_is_marked() {
        let sequential = "use a;\n\nfn run() {\n    a();\n}\n";
        let tokio = "use a;\n\nstruct Tokio {\n}\n\nasync fn run(limit: u32) {\n    b();\n}\n";
        let [left, right] = aligned(sequential, tokio);
        let place = |side: &[Line], start: &str| {
            side.iter().position(|line| line.is_some_and(|(text, _)| text.starts_with(start)))
        };
        let at = place(&left, "fn run").expect("it is there");
        assert_eq!(place(&right, "async fn run"), Some(at));
        assert_eq!(left[at], Some(("fn run() {", true)));
        // The brace is not that of the struct.
        assert_eq!(left.last(), Some(&Some(("}", false))));
        assert_eq!(right.last(), Some(&Some(("}", false))));
    }

    #[test]
    fn words_that_differ_are_marked() {
        let [left, right] = words("    let a = one(x);", "    let a = one(x).await;");
        assert_eq!(left, [("    let a = one(x)", false), (";", false)]);
        assert_eq!(right, [("    let a = one(x)", false), (".await", true), (";", false)]);
    }

    #[test]
    fn lines_with_little_in_common_are_marked_whole() {
        assert_eq!(
            words("use rayon::prelude;", "}"),
            [vec![("use rayon::prelude;", true)], vec![("}", true)]]
        );
        assert_eq!(words("a b", "a b"), [vec![("a b", false)], vec![("a b", false)]]);
    }

    #[test]
    fn equal_texts_have_nothing_marked_and_an_empty_one_is_all_filler() {
        let [left, right] = aligned("a\nb\n", "a\nb\n");
        assert_eq!(left, right);
        assert!(left.iter().all(|line| line.is_some_and(|(_, differs)| !differs)));
        let [left, right] = aligned("", "a\nb\n");
        assert_eq!(left, [None, None]);
        assert_eq!(right.len(), 2);
    }
}
