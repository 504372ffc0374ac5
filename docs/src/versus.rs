//! Two texts side by side, with the lines marked that differ.

use workspace::beside::{Line, aligned};

/// Two texts as columns of HTML within Markdown; each has a caption in Markdown, and a language. In
/// different languages hardly a line is the same, so there nothing is marked. The style sheet puts one below the other where there is no room.
#[must_use]
pub fn versus(captions: [&str; 2], languages: [&str; 2], left: &str, right: &str) -> String {
    let mut html = String::from("<div class=\"versus\">\n\n");
    let lines = if languages[0] == languages[1] {
        aligned(left, right)
    } else {
        [left, right].map(|text| text.lines().map(|line| Some((line, false))).collect())
    };
    let sides = captions.into_iter().zip(languages).zip(lines);
    for ((caption, language), lines) in sides {
        let lines: String = lines.into_iter().map(line).collect();
        // In Markdown, a block that begins with `pre` may have empty lines in it, and any other
        // block of HTML ends at one: the lines around each part let Markdown resume.
        html.push_str(&format!(
            "<div>\n\n{caption}\n\n<pre><code class=\"language-{language}\">{lines}</code></pre>\n\n\
             </div>\n\n"
        ));
    }
    html.push_str("</div>\n");
    html
}

fn line(line: Line) -> String {
    match line {
        None => "<span class=\"filler\">\n</span>".into(),
        Some((text, false)) => format!("<span>{}\n</span>", escaped(text)),
        Some((text, true)) => format!("<span class=\"differs\">{}\n</span>", escaped(text)),
    }
}

/// The text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_escaped_and_each_line_is_an_element() {
        let html = versus(["A", "B"], ["rust", "rust"], "a\n", "Vec<u8> & b\n");
        assert!(html.contains("<span class=\"differs\">Vec&lt;u8&gt; &amp; b\n</span>"), "{html}");
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
    }

    #[test]
    fn texts_in_different_languages_have_nothing_marked() {
        let html = versus(["A", "B"], ["python", "rust"], "def a():\n", "fn a() {\n}\n");
        assert!(html.contains("<code class=\"language-python\"><span>def a():\n"), "{html}");
        assert!(html.contains("<code class=\"language-rust\"><span>fn a() {\n"), "{html}");
        assert!(!html.contains("differs") && !html.contains("filler"), "{html}");
    }
}
