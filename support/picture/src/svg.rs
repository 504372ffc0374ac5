//! Elements of SVG, and how they are written.
//!
//! This is a writer of our own because there is little to write: whatever is built from [`Element`]
//! is well-formed, since its names are ours and everything else is escaped.

use std::fmt;

/// An element with its attributes and its content.
#[derive(Clone, Debug)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug)]
enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    /// An element without attributes or content.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), content: Vec::new() }
    }

    /// The element with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// The element with one more attribute that is a length or a place, in the picture's units.
    #[must_use]
    pub fn at(self, name: &'static str, value: f64) -> Self {
        self.with(name, number(value))
    }

    /// The element with this text at its end.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// The element with this one at its end.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.content.push(Content::Element(child));
        self
    }

    /// The element with these at its end.
    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.content.extend(children.into_iter().map(Content::Element));
        self
    }
}

/// As a single line, so that Markdown takes an inlined picture for one block of HTML.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, attributes, content } = self;
        write!(f, "<{name}")?;
        for (attribute, value) in attributes {
            write!(f, " {attribute}=\"{}\"", escaped(value))?;
        }
        if content.is_empty() {
            return f.write_str("/>");
        }
        f.write_str(">")?;
        for part in content {
            match part {
                Content::Element(element) => write!(f, "{element}")?,
                Content::Text(text) => f.write_str(&escaped(text))?,
            }
        }
        write!(f, "</{name}>")
    }
}

/// A picture of this size that scales with the page, with its result in words for those who do not
/// see it. `id` keeps its names apart from those of other pictures on the same page.
pub(crate) fn picture(id: &str, (width, height): (f64, f64), title: &str, words: &str) -> Element {
    let [title_id, words_id] = [format!("{id}-title"), format!("{id}-words")];
    Element::new("svg")
        .with("xmlns", "http://www.w3.org/2000/svg")
        .with("viewBox", format!("0 0 {} {}", number(width), number(height)))
        .with("role", "img")
        .with("aria-labelledby", format!("{title_id} {words_id}"))
        .child(Element::new("title").with("id", title_id).text(title))
        .child(Element::new("desc").with("id", words_id).text(words))
}

/// A text that begins at a place.
pub(crate) fn text(class: &str, (x, y): (f64, f64), text: impl Into<String>) -> Element {
    Element::new("text").with("class", class).at("x", x).at("y", y).text(text)
}

/// A number with at most two decimals, as the attributes of a picture hold it.
#[must_use]
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// A round ratio, with as many decimals as it needs.
#[must_use]
pub fn ratio(value: f64) -> String {
    format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The text as XML and HTML want it, also within an attribute in double quotes. A character that XML
/// cannot hold becomes a replacement character.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\t' | '\n' | '\r' => escaped.push(letter),
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_text_holds_is_read_back_as_it_was() {
        let text = "a < b && c > \"d\" 'e' µ → 𝛼";
        let written = Element::new("text").with("class", text).text(text).to_string();
        let document = roxmltree::Document::parse(&written).expect("it is well-formed");
        let root = document.root_element();
        assert_eq!(root.text(), Some(text));
        assert_eq!(root.attribute("class"), Some(text));
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        let written = Element::new("text").text("bell \u{7}, none \0").to_string();
        let document = roxmltree::Document::parse(&written).expect("it is well-formed");
        assert_eq!(document.root_element().text(), Some("bell \u{FFFD}, none \u{FFFD}"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([1.0, 0.126, -0.001, 1200.5].map(number), ["1", "0.13", "0", "1200.5"]);
    }

    #[test]
    fn elements_are_written_in_order() {
        let group = Element::new("g").child(Element::new("rect").at("x", 1.5)).text("a");
        assert_eq!(group.to_string(), "<g><rect x=\"1.5\"/>a</g>");
    }
}
