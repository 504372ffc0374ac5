//! The way through the book: from chapter to chapter, past the pages that only show code.

use std::{collections::BTreeSet, fs, path::Path, thread, time::Duration};

use browser::Browser;

/// The chapter where the keys are tried, and what the arrow to the right leads to from there.
const FROM: &str = "examples-io/http/index.html";
const TO: &str = "examples-io/files/index.html";
/// How often the browser is asked whether it is there.
const PATIENCE: u32 = 100;

/// Whether the arrow keys turn the pages.
pub(crate) fn faults(browser: &mut Browser, home: &str) -> Vec<String> {
    browser.visit(&format!("{home}/{FROM}"));
    let mut faults = Vec::new();
    for (key, page) in [("ArrowRight", TO), ("ArrowLeft", FROM)] {
        browser.evaluate::<()>(&format!(
            "document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}}));"
        ));
        let address = format!("{home}/{page}");
        let there = (0..PATIENCE).any(|_| {
            thread::sleep(Duration::from_millis(20));
            browser.evaluate::<bool>(&format!("return location.href === '{address}';"))
        });
        if !there {
            faults.push(format!("{key} does not lead to {page}"));
        }
    }
    faults
}

/// Whether *next*, page after page, leads through all chapters and no code, and *previous* back.
pub(crate) fn past_code(out: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let mut page = "index.html".to_owned();
    let mut seen = BTreeSet::new();
    while let Some(next) = neighbour(out, &page, "next") {
        let is_code = next.starts_with("examples-") && !next.ends_with("/index.html");
        if is_code {
            faults.push(format!("next leads from {page} to the code {next}"));
        }
        if !seen.insert(next.clone()) {
            faults.push(format!("next leads to {next} again"));
            break;
        }
        let back = neighbour(out, &next, "previous");
        if page != "index.html" && back.as_deref() != Some(&*page) {
            faults.push(format!("previous leads from {next} to {back:?} instead of {page}"));
        }
        page = next;
    }
    for chapter in ["claims.html", "examples-cpu/life/index.html"] {
        if !seen.contains(chapter) {
            faults.push(format!("next never leads to {chapter}"));
        }
    }
    faults
}

/// Where a page's link of this kind leads, from the root of the book.
fn neighbour(out: &Path, page: &str, kind: &str) -> Option<String> {
    let html = fs::read_to_string(out.join(page)).expect("the page is there");
    let (_, link) = html.split_once(&format!("class=\"nav-chapters {kind}\" href=\""))?;
    let (target, _) = link.split_once('"')?;
    Some(target.replace("../", ""))
}
