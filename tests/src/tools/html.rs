//! The page that `compare --html` writes, in a real browser: headless Chromium, without a network.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use browser::{Browser, Scheme, Screen};
use serde_json::{Value, json};

use super::compare;
use crate::{
    family::Ran,
    patience::wait_until,
    suite::{Test, tests},
};

/// All tests of the page.
pub(super) fn tests() -> Vec<Test> {
    tests!("compare", Shared:
        a_page_says_what_the_terminal_says_and_needs_nothing_else,
        several_rows_get_a_page_each_and_a_list,
        a_recording_holds_the_timelines_of_one_row,
        a_page_asks_before_it_tells_and_judges_the_prediction,
        the_race_plays_and_pauses_and_can_be_scrubbed,
        the_table_can_be_sorted_by_each_column,
        any_two_sources_stand_side_by_side,
        timelines_can_be_zoomed_and_asked,
        the_data_of_a_page_can_be_downloaded,
        a_page_fits_a_phone_and_paper,
        the_page_of_a_sweep_fits_a_phone_in_light_and_dark,
    )
}

const DESKTOP: Screen = Screen { width: 1280, height: 900, scheme: Scheme::Light };
const PHONE: Screen = Screen { width: 360, height: 740, scheme: Scheme::Dark };

/// A page of four versions with a thousand units each, and what the terminal has shown.
static PAGE: LazyLock<(PathBuf, Ran)> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fake-page");
    let to = folder.to_str().expect("cargo's folder is UTF-8");
    let mut command = compare::command(&["good", "--runs", "3", "--html", to]);
    let ran = Ran::of(command.env("FAKE_UNITS", "1000"));
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    (folder.join("index.html"), ran)
});

/// A browser that shows the page, and the result unless it is to ask first; `None` if there is no
/// browser on this machine.
fn visit(screen: Screen, asks: bool) -> Option<Browser> {
    let mut browser = open(screen, &PAGE.0)?;
    if !asks {
        browser.evaluate::<()>("document.getElementById('just-show').click()");
    }
    Some(browser)
}

/// A browser that shows a page; `None` if there is no browser on this machine.
fn open(screen: Screen, page: &Path) -> Option<Browser> {
    let mut browser = match Browser::start(screen) {
        Ok(browser) => browser,
        Err(reason) => {
            writeln!(io::stderr(), "skipped: no page was visited, since {reason}")
                .expect("stderr takes a line");
            return None;
        }
    };
    browser.visit(&format!("file://{}", page.display()));
    Some(browser)
}

/// The page has complained of nothing, and has loaded nothing.
fn assert_content(browser: &mut Browser) {
    assert_eq!(browser.messages(), Vec::<String>::new());
    let loaded: Vec<String> = browser.evaluate(
        "return performance.getEntriesByType('resource').map(entry => entry.name)
            .filter(url => !url.startsWith('data:'))",
    );
    assert_eq!(loaded, Vec::<String>::new());
}

/// The page is no wider than its screen.
fn assert_fits(browser: &mut Browser) {
    let [scrolled, shown]: [u32; 2] = browser.evaluate(
        "const { scrollWidth, clientWidth } = document.documentElement;
         return [scrollWidth, clientWidth]",
    );
    assert_eq!(scrolled, shown, "it can be scrolled sideways");
}

fn text(browser: &mut Browser, selector: &str) -> String {
    browser.evaluate(&format!("return document.querySelector({selector:?}).textContent"))
}

fn a_page_says_what_the_terminal_says_and_needs_nothing_else() {
    let (path, ran) = &*PAGE;
    let page = fs::read_to_string(path).expect("it was written");
    assert!(ran.stdout.contains("\nThe page is in "), "{}", ran.stdout);
    assert!(ran.stdout.contains("\nsequential "), "{}", ran.stdout);
    let json = compare::compare(&["good", "--runs", "3", "--json"]).json();
    let sentences = json["rows"][0]["sentences"].as_array().expect("it is a list");
    assert!(sentences.len() >= 2, "{sentences:?}");
    for sentence in sentences {
        let sentence = sentence.as_str().expect("it is a text");
        assert!(page.contains(&format!("<li>{sentence}</li>")), "{sentence} is missing");
    }
    assert!(page.contains("<td data-value=\"102000000\">0.102</td>"));
    for foreign in [" src=", "url(", "@import", "<link rel=\"stylesheet\""] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    // Four versions of a thousand units.
    assert!(page.len() < 1_000_000, "{}", page.len());
}

fn several_rows_get_a_page_each_and_a_list() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let to = folder.path().join("new/pages");
    let html = to.to_str().expect("the folder is UTF-8");
    let ran = compare::compare(&["good", "impostor", "--runs", "1", "--html", html, "--json"]);
    assert_eq!(ran.status, Some(1), "one row has a wrong version: {}", ran.stderr);
    assert_eq!(ran.json()["rows"].as_array().map(Vec::len), Some(2));
    assert!(ran.stderr.contains("The page is in "), "{}", ran.stderr);
    let read = |name: &str| fs::read_to_string(to.join(name)).expect("it was written");
    let list = read("index.html");
    assert!(list.contains("<a href=\"good.html\">good · 100 pages"), "{list}");
    assert!(read("good.html").contains("<a href=\"index.html\">"));
    // What is wrong is said on the page, too.
    assert!(read("impostor.html").contains("it reports as impostor-smol, which it is not"));
    let ran = compare::compare(&["good", "--runs", "1", "--html", "/dev/null/page"]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.stderr.contains("error: cannot make /dev/null/page"), "{}", ran.stderr);
}

fn a_recording_holds_the_timelines_of_one_row() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("good.json");
    let path = file.to_str().expect("the folder is UTF-8");
    let arguments =
        ["good", "--only", "sequential,tokio", "--runs", "1", "--timeline-data", path, "--", "-x"];
    let ran = compare::compare(&arguments);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let recording: Value =
        serde_json::from_slice(&fs::read(&file).expect("it was written")).expect("it is JSON");
    let command = "cargo run --release -p compare -- good --only sequential,tokio --runs 1 -- -x";
    assert_eq!(recording["command"], command);
    assert_eq!(recording["unit"], "page");
    let versions = recording["versions"].as_array().expect("it is a list");
    let labels: Vec<&Value> = versions.iter().map(|version| &version["label"]).collect();
    assert_eq!(labels, ["sequential", "tokio"]);
    let ran = compare::compare(&["good", "impostor", "--timeline-data", path]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("--timeline-data records one row"), "{}", ran.stderr);
}

fn a_page_asks_before_it_tells_and_judges_the_prediction() {
    let Some(mut browser) = visit(DESKTOP, true) else { return };
    let shown = "return [...document.querySelectorAll('main section')]
        .filter(section => section.offsetParent).map(section => section.id)";
    assert_eq!(browser.evaluate::<Vec<String>>(shown), ["prediction"]);
    browser.evaluate::<()>(
        "const form = document.querySelector('#prediction form');
         form.elements.first.value = 'rayon';
         form.elements.factor.value = '98';
         form.requestSubmit();",
    );
    let sections: Vec<String> = browser.evaluate(shown);
    assert_eq!(
        sections,
        ["verdict", "prediction", "play", "table", "chart", "timelines", "sources", "data"]
    );
    assert_eq!(
        text(&mut browser, "#judgement"),
        "tokio was first, 49.0 times as fast as sequential. You said rayon, which is number 3 of 4. \
         Your 98 times are off by a factor of 2.00."
    );
    assert_content(&mut browser);
}

fn the_race_plays_and_pauses_and_can_be_scrubbed() {
    let Some(mut browser) = visit(DESKTOP, false) else { return };
    let place = "return Number(document.getElementById('scrubber').value)";
    assert_eq!(browser.evaluate::<u32>(place), 0);
    // It plays until the key is pressed again, and slowly, so that it does not end before.
    browser.evaluate::<()>("document.getElementById('speed').value = '0.1'");
    browser.press(" ");
    wait_until("the race moves", || browser.evaluate::<u32>(place) > 0);
    browser.press(" ");
    assert_eq!(text(&mut browser, "#play-button"), "Play");
    let paused: u32 = browser.evaluate(place);
    browser.press("ArrowRight");
    let later: u32 = browser.evaluate(place);
    assert!(later > paused, "{paused}, then {later}");
    browser.press("ArrowLeft");
    assert!(browser.evaluate::<u32>(place) < later);
    let scrub = |browser: &mut Browser, to: u32| -> Vec<String> {
        browser.evaluate(&format!(
            "const scrubber = document.getElementById('scrubber');
             scrubber.value = {to};
             scrubber.dispatchEvent(new Event('input'));
             return [...document.querySelectorAll('#lanes output')].map(lane => lane.textContent)"
        ))
    };
    // By name: async-std, rayon, sequential, tokio. After a tenth of the slowest one's time, half a
    // second, the quick ones have ended, and sequential has done about a tenth of its thousand units.
    let lanes = scrub(&mut browser, 100);
    assert_eq!((&*lanes[0], &*lanes[3]), ("✓ 103 ms", "✓ 102 ms"));
    let done: u32 = lanes[2].trim_end_matches(" done").parse().expect("it is a number");
    assert!((90..=110).contains(&done), "{lanes:?}");
    let lanes = scrub(&mut browser, 1000);
    assert!(lanes.iter().all(|lane| lane.starts_with('✓')), "{lanes:?}");
    assert_content(&mut browser);
}

fn the_table_can_be_sorted_by_each_column() {
    let Some(mut browser) = visit(DESKTOP, false) else { return };
    let mut sort = |column: u32| -> Value {
        browser.evaluate(&format!(
            "const head = document.querySelectorAll('#table thead th')[{column}];
             head.querySelector('button').click();
             const first = document.querySelector('#table tbody th').textContent;
             const sorted = document.querySelectorAll('[aria-sort]').length;
             return [head.getAttribute('aria-sort'), first, sorted]"
        ))
    };
    assert_eq!(sort(1), json!(["ascending", "tokio", 1]));
    assert_eq!(sort(1), json!(["descending", "sequential", 1]));
    assert_eq!(sort(0), json!(["ascending", "async-std (discontinued)", 1]));
    assert_eq!(sort(3), json!(["ascending", "sequential", 1]));
    assert_content(&mut browser);
}

fn any_two_sources_stand_side_by_side() {
    let Some(mut browser) = visit(DESKTOP, false) else { return };
    let mut choose = |left: u32, right: u32| -> Vec<String> {
        browser.evaluate(&format!(
            "for (const [id, value] of [['left', {left}], ['right', {right}]]) {{
                 const menu = document.getElementById(id);
                 menu.value = value;
                 menu.dispatchEvent(new Event('change'));
             }}
             return [...document.querySelectorAll('#panes .pane')].map(pane => pane.innerText)"
        ))
    };
    let panes = choose(0, 2);
    assert!(panes[0].contains("What good-sequential teaches."), "{panes:?}");
    assert!(panes[1].contains("What good-tokio teaches."), "{panes:?}");
    let turned = choose(2, 0);
    assert_eq!([&turned[1], &turned[0]], [&panes[0], &panes[1]]);
    // Of the line, only the name differs.
    let marked: Vec<String> = browser.evaluate(
        "return [...document.querySelectorAll('#panes mark')].map(mark => mark.textContent)",
    );
    assert_eq!(marked, ["tokio", "sequential"]);
    assert_content(&mut browser);
}

fn timelines_can_be_zoomed_and_asked() {
    let Some(mut browser) = visit(DESKTOP, false) else { return };
    let drawn = "const figure = document.querySelector('figure.timeline');
        figure.scrollIntoView();
        return [...figure.querySelectorAll('canvas')].map(canvas => canvas.getAttribute('aria-label'))";
    let labels: Vec<String> = browser.evaluate(drawn);
    assert_eq!(labels.len(), 4, "{labels:?}");
    assert!(labels[0].starts_with("sequential: 5.00 s, 1,000 pages."), "{labels:?}");
    // The keys go to the first unit of a version, which says what it does.
    browser.evaluate::<()>("document.querySelectorAll('.timeline canvas')[0].focus()");
    browser.press("ArrowRight");
    let told = text(&mut browser, ".timeline-readout");
    assert!(
        told.starts_with("sequential, ") && told.contains("page 0 waits for the answer"),
        "{told}"
    );
    browser.press("ArrowRight");
    let told = text(&mut browser, ".timeline-readout");
    assert!(told.contains("page 0 is ready, but no thread runs it"), "{told}");
    browser.press("ArrowDown");
    let told = text(&mut browser, ".timeline-readout");
    assert!(told.contains("page 1 has not begun"), "{told}");
    // So does a pointer, on the lanes of the threads.
    let told: String = browser.evaluate(
        "const canvas = document.querySelectorAll('.timeline canvas')[0];
         const { left, top } = canvas.getBoundingClientRect();
         canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: left + 300, clientY: top + 5 }));
         return document.querySelector('.timeline-readout').textContent",
    );
    assert!(told.contains("1 in flight") && told.contains(" done"), "{told}");
    // Zooming changes what is drawn.
    let picture = "return document.querySelectorAll('.timeline canvas')[0].toDataURL()";
    let before: String = browser.evaluate(picture);
    browser.evaluate::<()>("document.querySelector('[aria-label=\"Zoom in\"]').click()");
    wait_until("the zoom is drawn", || browser.evaluate::<String>(picture) != before);
    assert_content(&mut browser);
}

fn the_data_of_a_page_can_be_downloaded() {
    let Some(mut browser) = visit(DESKTOP, false) else { return };
    let mut downloaded = |id: &str| -> Value {
        browser.evaluate(&format!(
            "const link = document.getElementById('{id}');
             link.addEventListener('click', event => event.preventDefault());
             link.click();
             return fetch(link.href).then(answer => answer.json())"
        ))
    };
    let figures = downloaded("download-figures");
    assert_eq!(figures["version"], 2);
    assert_eq!(figures["rows"][0]["versions"].as_array().map(Vec::len), Some(4));
    let trace = downloaded("download-trace");
    let events = trace["traceEvents"].as_array().expect("it is a list");
    let count = |kind: &str| events.iter().filter(|event| event["ph"] == kind).count();
    // Of each unit of each version the beginning and the end, of itself and of the times when it
    // waited and was ready, and the two times that it ran.
    assert_eq!((count("b"), count("e"), count("X")), (12_000, 12_000, 8_000));
    let ids: BTreeSet<u64> = events.iter().filter_map(|event| event["id"].as_u64()).collect();
    assert_eq!(ids.len(), 4_000, "the same unit of two versions is two units");
    assert_content(&mut browser);
}

fn a_page_fits_a_phone_and_paper() {
    let Some(mut browser) = visit(PHONE, false) else { return };
    assert_fits(&mut browser);
    let ground = "return getComputedStyle(document.body).backgroundColor";
    let dark: String = browser.evaluate(ground);
    browser.evaluate::<()>("document.getElementById('scheme').click()");
    assert_eq!(
        (&*dark, &*browser.evaluate::<String>(ground)),
        ("rgb(20, 24, 28)", "rgb(255, 255, 255)")
    );
    let displayed = "return ['.tools', '.timeline-tools', '#play', '.timeline-still', '#table']
        .map(part => getComputedStyle(document.querySelector(part)).display !== 'none')";
    assert_eq!(browser.evaluate::<[bool; 5]>(displayed), [true, true, true, false, true]);
    browser.print(true);
    assert_eq!(browser.evaluate::<[bool; 5]>(displayed), [false, false, false, true, true]);
    browser.print(false);
    assert_content(&mut browser);
}

fn the_page_of_a_sweep_fits_a_phone_in_light_and_dark() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let to = folder.path().to_str().expect("the folder is UTF-8");
    let sweep = ["good", "--only", "tokio,rayon", "--sweep", "limit=1,2,50", "--runs", "3"];
    let ran = compare::compare(&[&sweep[..], &["--html", to]].concat());
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let Some(mut browser) = open(PHONE, &folder.path().join("index.html")) else { return };
    assert_fits(&mut browser);
    let verdict = text(&mut browser, "#verdict");
    assert!(verdict.contains("tokio wins from limit = 2 on"), "{verdict}");
    // A curve for each version, one below the other, nearly as wide as the screen.
    let shares: Vec<f64> = browser.evaluate(
        "return [...document.querySelectorAll('#chart .version')]
            .filter(version => version.checkVisibility())
            .map(version => version.getBoundingClientRect().width / innerWidth)",
    );
    assert!(shares.len() == 2 && shares.iter().all(|it| (0.7..1.0).contains(it)), "{shares:?}");
    let colours = "return ['.on-narrow text', '.on-narrow .limit', 'body'].map(part => {
        const { fill, stroke, backgroundColor } = getComputedStyle(document.querySelector(part));
        return { '.on-narrow text': fill, '.on-narrow .limit': stroke, body: backgroundColor }[part]
    })";
    let dark: [String; 3] = browser.evaluate(colours);
    browser.evaluate::<()>("document.getElementById('scheme').click()");
    let light: [String; 3] = browser.evaluate(colours);
    for (dark, light) in dark.iter().zip(&light) {
        assert_ne!(dark, light, "it must change with the scheme");
    }
    let figures: Value = browser.evaluate(
        "const link = document.getElementById('download-figures');
         link.addEventListener('click', event => event.preventDefault());
         link.click();
         return fetch(link.href).then(answer => answer.json())",
    );
    assert_eq!(figures["steps"].as_array().map(Vec::len), Some(3));
    assert_content(&mut browser);
}
