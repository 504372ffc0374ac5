//! The glossary: a page of definitions, to which the first use of each term on other pages leads.

use std::{collections::BTreeSet, ops::Range};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::links::relative;

/// The page of the glossary.
pub const PAGE: &str = "glossary.md";

/// A term that the glossary explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Where on the page it is explained.
    pub anchor: String,
    /// What it may be called: itself, a synonym that it has in parentheses, and their plurals.
    names: Vec<String>,
}

/// The terms of a glossary in Markdown, which has each as the title of a definition.
#[must_use]
pub fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut title: Option<String> = None;
    for event in parser(text) {
        match event {
            Event::Start(Tag::DefinitionListTitle) => title = Some(String::new()),
            Event::End(TagEnd::DefinitionListTitle) => {
                terms.extend(title.take().map(|title| Term::named(&title)));
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some(title) = &mut title {
                    *title += &part;
                }
            }
            _ => {}
        }
    }
    terms
}

impl Term {
    fn named(title: &str) -> Self {
        let (term, synonym) = match title.split_once(" (") {
            Some((term, rest)) => (term, Some(rest.trim_end_matches(')'))),
            None => (title, None),
        };
        let names = [term].into_iter().chain(synonym);
        let names = names.flat_map(|name| [name.to_owned(), plural(name)]).collect();
        Self { anchor: anchor(title), names }
    }

    /// Where it is named in a text for the first time.
    fn place(&self, text: &str) -> Option<Range<usize>> {
        let places = self.names.iter().filter_map(|name| find(text, name));
        places.min_by_key(|place| (place.start, usize::MAX - place.end))
    }
}

/// The anchor that mdBook makes of a title.
fn anchor(title: &str) -> String {
    let letters = title.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || "-_".contains(letter) => {
            Some(letter.to_ascii_lowercase())
        }
        _ => None,
    });
    letters.collect()
}

fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if name.ends_with(['s', 'x']) => format!("{name}es"),
        None => format!("{name}s"),
    }
}

/// The first place of a name that is a word of its own there. At the beginning of a sentence its
/// first letter is a capital; otherwise it is spelled as it is.
fn find(text: &str, name: &str) -> Option<Range<usize>> {
    let first = name.chars().next()?;
    let capital = first.to_uppercase().collect::<String>() + &name[first.len_utf8()..];
    let spelled = [name, &capital].into_iter().flat_map(|name| text.match_indices(name));
    // What a hyphen joins is one word: `async-std` isn't async.
    let joins = |letter: char| letter.is_alphanumeric() || "-_/–".contains(letter);
    let places = spelled.map(|(start, name)| start..start + name.len()).filter(|place| {
        !text[..place.start].ends_with(joins) && !text[place.end..].starts_with(joins)
    });
    places.min_by_key(|place| place.start)
}

/// The text of the page `page` with a link from the first use of each term to the glossary. Code,
/// headings, links and tables remain as they are, and so does what is emphasised: most of these
/// words are names of versions.
#[must_use]
pub fn link(text: &str, page: &str, terms: &[Term]) -> String {
    let list = relative(page, PAGE);
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for event in parser(text) {
        // What the author has linked is not linked again.
        if let Event::Start(Tag::Link { dest_url, .. }) = event
            && let Some((_, linked)) = dest_url.split_once(&format!("{PAGE}#"))
        {
            used.extend(terms.iter().map(|term| &*term.anchor).find(|anchor| *anchor == linked));
        }
    }
    let mut linked = String::with_capacity(text.len());
    let mut done = 0;
    let mut left_alone = 0;
    for (event, range) in parser(text).into_offset_iter() {
        match event {
            Event::Start(tag) if is_left_alone(&tag) => left_alone += 1,
            Event::End(tag) if ends_what_is_left_alone(tag) => left_alone -= 1,
            Event::InlineHtml(html) if html.starts_with("<a ") => left_alone += 1,
            Event::InlineHtml(html) if html.starts_with("</a>") => left_alone -= 1,
            // Where something is escaped, the places in the text are not those in the source.
            Event::Text(part) if left_alone == 0 && text[range.clone()] == *part => {
                for (place, term) in uses(&part, terms, &mut used) {
                    let (start, end) = (range.start + place.start, range.start + place.end);
                    linked += &text[done..start];
                    linked += &format!("[{}]({list}#{})", &text[start..end], term.anchor);
                    done = end;
                }
            }
            _ => {}
        }
    }
    linked + &text[done..]
}

/// The terms that a piece of text is the first to use, by their places. Of two that overlap, it is
/// the longer: a thread pool is no thread.
fn uses<'a>(
    text: &str,
    terms: &'a [Term],
    used: &mut BTreeSet<&'a str>,
) -> Vec<(Range<usize>, &'a Term)> {
    let mut found: Vec<(Range<usize>, &Term)> = Vec::new();
    let mut start = 0;
    loop {
        // All terms count here, since one that was used may be the longer.
        let places = terms.iter().filter_map(|term| {
            let place = term.place(&text[start..])?;
            Some((start + place.start..start + place.end, term))
        });
        let next = places.min_by_key(|(place, _)| (place.start, usize::MAX - place.end));
        let Some((place, term)) = next else { return found };
        start = place.end;
        if used.insert(&term.anchor) {
            found.push((place, term));
        }
    }
}

fn is_left_alone(tag: &Tag) -> bool {
    ends_what_is_left_alone(tag.to_end())
}

fn ends_what_is_left_alone(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Emphasis
            | TagEnd::Table
            | TagEnd::DefinitionListTitle
    )
}

/// A parser with the extensions of mdBook.
fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(
        text,
        Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_DEFINITION_LIST
            | Options::ENABLE_GFM,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOSSARY: &str = "# Glossary\n\nArc\n: A pointer.\n\nasync\n: A way.\n\n\
                            lock (mutex)\n: One at a time.\n\nthread\n: A sequence of steps.\n\n\
                            thread pool\n: A set of [threads](a.md).\n\nspeed-up\n: How much.\n";

    fn link(text: &str) -> String {
        super::link(text, "a/b.md", &terms(GLOSSARY))
    }

    #[test]
    fn a_glossary_has_a_term_for_each_definition() {
        let terms = terms(GLOSSARY);
        let anchors: Vec<&str> = terms.iter().map(|term| &*term.anchor).collect();
        assert_eq!(anchors, ["arc", "async", "lock-mutex", "thread", "thread-pool", "speed-up"]);
        assert_eq!(terms[2].names, ["lock", "locks", "mutex", "mutexes"]);
        assert_eq!(anchor("I/O-bound"), "io-bound");
        assert_eq!(anchor("Amdahl's law"), "amdahls-law");
        assert_eq!(plural("latency"), "latencies");
    }

    #[test]
    fn the_first_use_of_a_term_leads_to_it() {
        assert_eq!(
            link("Threads, and more threads. A mutex is a lock.\n"),
            "[Threads](../glossary.md#thread), and more threads. \
             A [mutex](../glossary.md#lock-mutex) is a lock.\n"
        );
        assert_eq!(
            link("A thread pool has a **thread** per core.\n\nA thread pool.\n"),
            "A [thread pool](../glossary.md#thread-pool) has a \
             **[thread](../glossary.md#thread)** per core.\n\nA thread pool.\n"
        );
    }

    #[test]
    fn code_headings_links_and_names_remain() {
        for same in [
            "`thread`\n",
            "# A thread\n",
            "```text\nthread\n```\n",
            "    thread\n",
            "[a thread](b.md)\n",
            "*threads* is a version.\n",
            "<div>\na thread\n</div>\n",
            "async-std, multi-thread, an arc of threadbare ropes\n",
            "| thread | time |\n|---|---|\n| threads | 1 |\n",
            "See <a href=\"b\">a thread</a>.\n",
        ] {
            assert_eq!(link(same), same);
        }
    }

    #[test]
    fn what_the_author_has_linked_is_not_linked_again() {
        let same = "A thread, see [threads](../glossary.md#thread).\n";
        assert_eq!(link(same), same);
    }
}
