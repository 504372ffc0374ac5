//! Recorded timelines that a reader can look into.

use std::path::Path;

use anyhow::{Context, Result};
use viewer::{figure::figure, recording::Recording};

use crate::source::Source;

/// Where the recordings lie, from the workspace's root.
const RUNS: &str = "docs/runs";

/// The recording of this name as a figure of HTML within Markdown.
///
/// # Errors
/// There is no such recording, or it is none.
pub fn timeline(root: &Path, name: &str) -> Result<String> {
    let source = Source::read(root, &format!("{RUNS}/{name}.json"))?;
    let recording: Recording = serde_json::from_str(&source.text)
        .with_context(|| format!("{} is no recording", source.path))?;
    let html = figure(&recording.timelines, &recording.caption())?;
    Ok(format!("\n{html}\n"))
}

/// What a page with figures needs once, below the last of them.
#[must_use]
pub fn component() -> String {
    format!("\n<style>\n{}</style>\n\n<script>\n{}</script>\n", viewer::STYLE, viewer::SCRIPT)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_recording_becomes_a_figure_with_its_caption() {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        let runs = tree.path().join(RUNS);
        fs::create_dir_all(&runs).expect("the folder can be made");
        let recording = r#"{"command": "compare <http>", "machine": "2 cores", "date": "2026-01-31",
            "unit": "page", "versions": [{"label": "tokio", "baseline": false, "wall_ns": 9,
            "units": 1, "tick_ns": 1, "threads": ["main"], "at": [0, 9], "unit": [0, 0],
            "what": [2, 1]}]}"#;
        fs::write(runs.join("http.json"), recording).expect("the file can be written");
        fs::write(runs.join("other.json"), "{}").expect("the file can be written");
        let html = timeline(tree.path(), "http").expect("it is there");
        let caption = "Recorded with compare &lt;http&gt; on 2026-01-31 (2 cores).";
        assert!(html.contains(caption), "{html}");
        assert!(html.contains("<svg"), "{html}");
        // An empty line within it would end the block of HTML.
        assert!(!html.trim().contains("\n\n"), "{html}");
        for (name, reason) in [
            ("none", "cannot read docs/runs/none.json"),
            ("other", "docs/runs/other.json is no recording"),
            ("../../../x", "docs/runs/../../../x.json is no path below the workspace's root"),
        ] {
            let error = format!("{:#}", timeline(tree.path(), name).expect_err(name));
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
