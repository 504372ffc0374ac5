//! Texts and data within HTML.

use serde::Serialize;

/// The text as HTML or SVG shows it, also within an attribute in double quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

/// Data as JSON that can stand within a `script` element: no text in it can end the element.
///
/// # Errors
/// The data has no form in JSON, such as a map whose keys are no texts.
pub fn json_in_html(data: &impl Serialize) -> serde_json::Result<String> {
    // Within JSON, a `<` stands only in texts, where it may also be written by its number.
    Ok(serde_json::to_string(data)?.replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_html_takes_for_its_own_remains() {
        assert_eq!(escaped("a < b && \"c\" > d"), "a &lt; b &amp;&amp; &quot;c&quot; &gt; d");
        let json = json_in_html(&["</script><!--"]).expect("a text has a form in JSON");
        assert!(!json.contains('<'), "{json}");
        let back: Vec<String> = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(back, ["</script><!--"]);
    }
}
