//! Data within HTML.

use serde::Serialize;

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
    fn no_text_ends_the_element_around_it() {
        let json = json_in_html(&["</script><!--"]).expect("a text has a form in JSON");
        assert!(!json.contains('<'), "{json}");
        let back: Vec<String> = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(back, ["</script><!--"]);
    }
}
