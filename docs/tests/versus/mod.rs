//! Two versions side by side: a reader chooses others, and sees one at a time on a phone.

use std::{thread, time::Duration};

use serde::Deserialize;

use browser::Browser;

/// The chapter of a row whose two versions are tried.
const CHAPTER: &str = "examples-io/http/index.html";
/// How often a page is asked whether it shows what was chosen.
const PATIENCE: u32 = 100;

/// What a page shows side by side.
#[derive(Debug, Default, Deserialize)]
struct Shown {
    /// The pages that the captions lead to.
    pages: Vec<String>,
    /// The code, of the sides that can be seen.
    code: Vec<String>,
    /// Whether the code is coloured.
    coloured: bool,
}

const SHOWN: &str = "
    const all = selector => [...document.querySelectorAll(`.versus ${selector}`)];
    const visible = all('.pair > .sides pre').filter(pre => pre.checkVisibility());
    return {
        pages: all('.captions a').map(link => link.href.split(/[/#]/).at(-2)),
        code: visible.map(pre => pre.innerText),
        coloured: visible.every(pre => pre.querySelector('.hljs-keyword')),
    };
";

/// What is wrong with choosing: *smol* and *threads* instead of the two that the page begins with.
pub(crate) fn faults(browser: &mut Browser, home: &str) -> Vec<String> {
    let width = browser.screen().width;
    browser.visit(&format!("{home}/{CHAPTER}"));
    let choose = |place: usize, name: &str| {
        format!(
            "const menu = document.querySelectorAll('.versus select')[{place}];
             menu.value = '{name}'; menu.dispatchEvent(new Event('change'));"
        )
    };
    browser.evaluate::<()>(&format!("{{ {} }} {{ {} }}", choose(0, "smol"), choose(1, "threads")));
    let mut shown = await_pages(browser, &["smol.html", "threads.html"]);
    let mut faults = Vec::new();
    let mut expect = |is: bool, what: &str| {
        if !is {
            faults.push(format!("{CHAPTER}, {width} wide: {what}"));
        }
    };
    expect(shown.pages == ["smol.html", "threads.html"], "the captions are not those chosen");
    if width < 600 {
        expect(shown.code.len() == 1, "a phone shows one side at a time");
        let tab = "document.querySelector('.versus .tabs [value=right]').click();";
        let other: Shown = browser.evaluate(&format!("{tab} {SHOWN}"));
        expect(other.code.len() == 1, "the other tab shows one side");
        shown.code.extend(other.code);
    }
    let has = |place: usize, text: &str| shown.code.get(place).is_some_and(|it| it.contains(text));
    expect(has(0, "EXECUTOR.spawn"), "the code of smol is not on the left");
    expect(has(1, "thread::"), "the code of threads is not on the right");
    expect(shown.coloured, "code that was chosen is not coloured");

    // Whoever chooses the version of the other side swaps the two.
    browser.evaluate::<()>(&choose(0, "threads"));
    let swapped = await_pages(browser, &["threads.html", "smol.html"]);
    expect(swapped.pages == ["threads.html", "smol.html"], "the sides are not swapped");
    faults
}

/// What is shown once the captions lead to these pages, or after long enough.
fn await_pages(browser: &mut Browser, pages: &[&str]) -> Shown {
    let mut shown = Shown::default();
    for _ in 0..PATIENCE {
        shown = browser.evaluate(SHOWN);
        if shown.pages == pages {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    shown
}
