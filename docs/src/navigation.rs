//! What is done to the pages once mdBook has rendered them: *previous* and *next* lead from chapter
//! to chapter, past the pages that only show code, and each page has its own title and description.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use picture::svg::escaped;

/// Where mdBook puts its own links to the pages before and after.
const NAVIGATION: [(&str, &str); 2] =
    [("<nav class=\"nav-wrapper\"", "</nav>"), ("<nav class=\"nav-wide-wrapper\"", "</nav>")];

/// A page, in the order in which the book has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its path in the book.
    pub page: String,
    /// Its title.
    pub title: String,
    /// The beginning of its text.
    pub description: String,
    /// Whether it only shows code. It is not on the way through the book.
    pub is_code: bool,
}

/// Rewrites the pages in the folder `out`.
///
/// # Errors
/// A page is not there, or has no place for what is written.
pub fn rewrite(out: &Path, places: &[Place]) -> Result<()> {
    for (at, place) in places.iter().enumerate() {
        let previous = places[..at].iter().rev().find(|place| !place.is_code);
        let next = places[at + 1..].iter().find(|place| !place.is_code);
        rewrite_page(&out.join(&place.page), place, [previous, next])?;
        if at == 0 {
            // The first page is also the one that a folder opens with.
            rewrite_page(&out.join("index.html"), place, [previous, next])?;
        }
    }
    Ok(())
}

fn rewrite_page(path: &Path, place: &Place, neighbours: [Option<&Place>; 2]) -> Result<()> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = rewritten(text, place, neighbours)
        .with_context(|| format!("{} is not what mdBook makes", path.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The page with other links to its neighbours, and with its own title and description.
fn rewritten(mut html: String, place: &Place, neighbours: [Option<&Place>; 2]) -> Result<String> {
    let to_root = "../".repeat(place.page.matches('/').count());
    let directions =
        [("previous", "prev", "Left", "← previous"), ("next", "next", "Right", "next →")];
    let links = neighbours.into_iter().zip(directions);
    let links: String = links
        .filter_map(|(place, (name, rel, key, label))| {
            let Place { page, title, .. } = place?;
            let title = escaped(title);
            // mdBook's script looks for these classes when an arrow key is pressed.
            Some(format!(
                "<a rel=\"{rel}\" class=\"nav-chapters {name}\" href=\"{to_root}{page}\" \
                 aria-keyshortcuts=\"{key}\"><span>{label}</span> {title}</a>\n"
            ))
        })
        .collect();
    let mut links = Some(format!("<nav class=\"ways\" aria-label=\"Chapters\">\n{links}</nav>"));
    for (begin, end) in NAVIGATION {
        replace(&mut html, begin, end, &links.take().unwrap_or_default())?;
    }
    let Place { title, description, .. } = place;
    let book = between(&html, "<title>", "</title>")?;
    let book = book.split_once(" - ").map_or(book, |(_, book)| book);
    let head = format!("<title>{} - {book}</title>", escaped(title));
    replace(&mut html, "<title>", "</title>", &head)?;
    let head = format!("<meta name=\"description\" content=\"{}\">", escaped(description));
    replace(&mut html, "<meta name=\"description\"", ">", &head)?;
    Ok(html)
}

/// Puts `text` in the place of what begins with `begin` and ends with `end`.
fn replace(html: &mut String, begin: &str, end: &str, text: &str) -> Result<()> {
    let start = html.find(begin).with_context(|| format!("it has no {begin}"))?;
    let length = html[start..].find(end).with_context(|| format!("{begin} does not end"))?;
    html.replace_range(start..start + length + end.len(), text);
    Ok(())
}

fn between<'a>(html: &'a str, begin: &str, end: &str) -> Result<&'a str> {
    let (_, rest) = html.split_once(begin).with_context(|| format!("it has no {begin}"))?;
    rest.split_once(end).map(|(inner, _)| inner).with_context(|| format!("{begin} does not end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<title>tokio - The book: all</title>\n<meta name=\"description\" content=\"\">\n\
                        <nav class=\"nav-wrapper\"><a>1</a></nav> <nav class=\"nav-wide-wrapper\">2</nav>";

    fn place(page: &str, is_code: bool) -> Place {
        let (title, description) = (page.to_uppercase(), "A \"text\".".into());
        Place { page: page.into(), title, description, is_code }
    }

    #[test]
    fn the_way_leads_past_code() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let places = [("a.html", false), ("b/c.html", true), ("b/d.html", true), ("e.html", false)]
            .map(|(page, is_code)| place(page, is_code));
        fs::create_dir(folder.path().join("b")).expect("a folder can be made");
        for page in ["a.html", "b/c.html", "b/d.html", "e.html", "index.html"] {
            fs::write(folder.path().join(page), PAGE).expect("a file can be written");
        }
        rewrite(folder.path(), &places).expect("all pages are there");
        let read = |page| fs::read_to_string(folder.path().join(page)).expect("it is there");
        let first = read("a.html");
        assert!(first.contains("class=\"nav-chapters next\" href=\"e.html\""), "{first}");
        assert!(!first.contains("previous"), "{first}");
        assert_eq!(first, read("index.html"));
        let code = read("b/d.html");
        assert!(code.contains("class=\"nav-chapters previous\" href=\"../a.html\""), "{code}");
        assert!(code.contains("href=\"../e.html\""), "{code}");
        assert!(code.contains("<title>B/D.HTML - The book: all</title>"), "{code}");
        assert!(code.contains("content=\"A &quot;text&quot;.\">"), "{code}");
        assert_eq!(code.matches("<nav").count(), 1);
    }

    #[test]
    fn a_page_without_a_place_for_links_is_an_error() {
        let error = rewritten("<title>a - b</title>".into(), &place("a.html", false), [None, None]);
        let error = error.expect_err("nothing is there");
        assert_eq!(error.to_string(), "it has no <nav class=\"nav-wrapper\"");
    }
}
