//! The slides: `docs/slides.md` as one page that needs nothing else.
//!
//! A line `---` begins a new slide, and a paragraph that begins with `Notes:` is for the speaker.
//! The slides take the same directives as the chapters, so their code and figures are the book's.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use workspace::Workspace;

use crate::{
    directives::Directives,
    links::{Needed, Pages},
};

/// Where the slides are written, from the workspace's root.
pub const SOURCE: &str = "docs/slides.md";
/// What they are called in the book.
pub const PAGE: &str = "slides.html";
/// What begins a note for the speaker.
const NOTES: &str = "Notes:";

/// Writes the slides into the folder of the book.
///
/// # Errors
/// They ask for something that is not there, or a file cannot be read or written.
pub fn write(workspace: &Workspace, out: &Path) -> Result<()> {
    let path = workspace.root().join(SOURCE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {SOURCE}"))?;
    let record = claims::recorded(workspace)?;
    // The page stands for itself, so no source that it shows leads to a chapter.
    let pages = Pages::default();
    let directives = Directives { workspace, pages: &pages, record: record.as_ref() };
    let text = directives.expand(&text, PAGE, &mut Needed::default()).context(SOURCE)?;
    let picture = |path: &str| {
        let path = workspace.root().join("docs").join(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let to = out.join(PAGE);
    fs::write(&to, page(&text, picture)?).with_context(|| format!("cannot write {}", to.display()))
}

/// The page of all slides. `picture` reads a picture that a slide shows.
fn page(text: &str, picture: impl Fn(&str) -> Result<String>) -> Result<String> {
    let slides: Vec<String> =
        split(text).iter().map(|slide| section(slide, &picture)).collect::<Result<_>>()?;
    Ok(include_str!("../slides/frame.html")
        .replace("{{style}}", include_str!("../slides/slides.css"))
        .replace("{{script}}", include_str!("../slides/slides.js"))
        .replace("{{slides}}", &slides.concat()))
}

/// The slides in Markdown: what is between lines of three dashes, outside of code.
fn split(text: &str) -> Vec<String> {
    let mut slides = vec![String::new()];
    let mut in_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        if line == "---" && !in_code {
            slides.push(String::new());
        } else if let Some(slide) = slides.last_mut() {
            slide.push_str(line);
            slide.push('\n');
        }
    }
    slides
}

/// A slide as HTML: its content, and the notes for the speaker.
fn section(slide: &str, picture: impl Fn(&str) -> Result<String>) -> Result<String> {
    let (content, notes) = slide.split_once(&format!("\n{NOTES}")).unwrap_or((slide, ""));
    let content = content.trim();
    let [content, notes] = [render(content, &picture)?, render(notes, &picture)?];
    Ok(format!("<section>\n{content}<aside>\n{notes}</aside>\n</section>\n"))
}

/// Markdown as HTML, with its pictures in it.
fn render(text: &str, picture: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut events = Vec::new();
    let mut in_picture = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                in_picture = true;
                events.push(Event::InlineHtml(CowStr::from(picture(&dest_url)?)));
            }
            Event::End(TagEnd::Image) => in_picture = false,
            // The page lies beside the book's, which mdBook makes of Markdown.
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = CowStr::from(dest_url.replace(".md", ".html"));
                events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            // The words that stand for a picture are in its own title.
            _ if in_picture => {}
            event => events.push(event),
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(path: &str) -> Result<String> {
        Ok(format!("<svg><title>{path}</title></svg>"))
    }

    #[test]
    fn each_slide_is_a_section_with_notes_for_the_speaker() {
        let text = "# One\n\nNotes: Say *this*.\n\n---\n\n## Two\n\n```sh\n---\n```\n";
        let page = page(text, picture).expect("there is no picture to be read");
        assert_eq!(page.matches("<section>").count(), 2, "{page}");
        assert!(page.contains("<aside>\n<p>Say <em>this</em>.</p>\n</aside>"), "{page}");
        assert!(page.contains("---\n</code>"), "a line in code begins no slide: {page}");
        assert!(!page.contains("{{"), "{page}");
    }

    #[test]
    fn links_lead_to_pages_of_the_book() {
        let page = page("[a claim](claims.md#http-async)\n", picture).expect("it is text");
        assert!(page.contains("<a href=\"claims.html#http-async\">a claim</a>"), "{page}");
    }

    #[test]
    fn pictures_are_part_of_the_page() {
        let page = page("![a race](race.svg)\n", picture).expect("it can be read");
        assert!(page.contains("<svg><title>race.svg</title></svg>"), "{page}");
        assert!(!page.contains("a race") && !page.contains("<img"), "{page}");
    }
}
