//! Timelines as a part of a page.

use picture::svg::escaped;

use crate::{data::Timelines, escape::json_in_html, picture::picture};

/// The timelines as a `figure` of HTML, with a caption in plain text: the still picture, and the
/// data that the script makes a better one of.
///
/// # Errors
/// The data has no form in JSON.
pub fn figure(timelines: &Timelines, caption: &str) -> serde_json::Result<String> {
    // No empty line in it: within Markdown, that would end a block of HTML.
    Ok(format!(
        "<figure class=\"timeline\">\n\
         <div class=\"timeline-still\">{}</div>\n\
         <figcaption>{}</figcaption>\n\
         <script type=\"application/json\">{}</script>\n\
         </figure>\n",
        picture(timelines),
        escaped(caption),
        json_in_html(timelines)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Version, tests::many};

    #[test]
    fn a_figure_holds_picture_caption_and_data() {
        let versions = vec![Version::new("</script>", false, 1, &many(3))];
        let timelines = Timelines { unit: "page".into(), versions };
        let html = figure(&timelines, "5 < 6").expect("it has a form in JSON");
        assert!(html.contains("<figcaption>5 &lt; 6</figcaption>"), "{html}");
        assert_eq!(html.matches("</script>").count(), 1, "{html}");
        assert!(!html.contains("\n\n"), "{html}");
        let (_, data) = html.split_once("json\">").expect("there is data");
        let (data, _) = data.split_once("</script>").expect("it ends");
        let back: Timelines = serde_json::from_str(data).expect("it is JSON");
        assert_eq!(back, timelines);
    }
}
