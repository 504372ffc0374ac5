//! Visits every page of the book in headless Chromium, as on a desktop and as on a phone.
//!
//! It needs the programs `chromium` and `chromedriver`, and says so where it cannot run.
#![cfg(unix)]

mod contrast;
mod limits;
mod quiz;
mod race;
mod versus;
mod ways;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    thread,
};

use book::{build::build, serve::Server};
use browser::{Browser, Scheme, Screen, skipped};
use serde::Deserialize;

/// What a page says of itself. All addresses are complete.
#[derive(Debug, Deserialize)]
struct Page {
    /// Where its links lead that stay within the book.
    links: BTreeSet<String>,
    /// What can be linked to in it.
    anchors: BTreeSet<String>,
    /// Its pictures that have not come.
    missing: Vec<String>,
    /// Whatever it loaded from somewhere else.
    foreign: Vec<String>,
    /// How many timelines it shows.
    timelines: usize,
    /// The timelines that cannot be zoomed, since the script has not taken them over.
    still: Vec<String>,
    /// If it can be scrolled sideways: that, and the first elements that reach beyond its edge.
    /// Code and tables may, within boxes of their own.
    beyond: Vec<String>,
    /// The lines of code side by side that are cut at their pane's edge.
    cut: Vec<String>,
    /// The entries of the glossary that its text leads to more than once.
    twice: Vec<String>,
    /// Its questions that no reader can have checked.
    unanswerable: Vec<String>,
}

/// Has a page say it.
const LOOK: &str = "
    const inside = url => url.startsWith(location.origin + '/');
    const all = selector => [...document.querySelectorAll(selector)];
    const boxes = [document.documentElement, ...all('.content')];
    const tooNarrow = boxes.some(box => box.scrollWidth > box.clientWidth);
    const edge = document.documentElement.clientWidth + 1;
    const wide = element => element.getBoundingClientRect().right > edge;
    const start = element => element.outerHTML.slice(0, 80);
    return {
        links: all('a[href]').map(link => link.href).filter(inside),
        anchors: all('[id]').map(element => element.id),
        missing: all('img').filter(image => !image.naturalWidth).map(image => image.src),
        foreign: performance.getEntriesByType('resource').map(entry => entry.name)
            .filter(url => !inside(url) && !url.startsWith('data:')),
        twice: all('main a[href*=\"glossary.html#\"]').map(link => link.hash)
            .filter((term, place, terms) => terms.indexOf(term) !== place),
        unanswerable: all('form.quiz').filter(quiz => quiz.querySelector('button').hidden
            || !quiz.querySelector(`input[value=\"${quiz.dataset.answer}\"]`)).map(start),
        cut: all('.versus pre').filter(pane => pane.scrollWidth > pane.clientWidth).map(start),
        timelines: all('figure.timeline').length,
        still: all('figure.timeline:not(.timeline-live) figcaption').map(it => it.textContent),
        beyond: tooNarrow ? ['the page', ...all('main *').filter(wide).slice(0, 3).map(start)] : [],
    };
";

const SCREENS: [Screen; 2] = [
    Screen { width: 1440, height: 900, scheme: Scheme::Light },
    Screen { width: 360, height: 740, scheme: Scheme::Dark },
];

#[test]
fn every_page_is_whole_on_a_desktop_and_on_a_phone_in_light_and_dark() {
    // They start while the book is built.
    let browsers = SCREENS.map(|screen| thread::spawn(move || Browser::start(screen)));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("docs lies in the workspace");
    let out = folder.path().join("book");
    build(root, &out).expect("the book can be built");
    let browsers = browsers.into_iter().map(|browser| browser.join().expect("a browser starts"));
    let browsers = match browsers.collect::<Result<Vec<Browser>, String>>() {
        Ok(browsers) => browsers,
        Err(reason) => {
            skipped(&reason);
            return;
        }
    };
    let server = Server::bind(&out, 0).expect("the system has a port");
    let home = format!("http://{}", server.address().expect("it is bound"));
    // It is still answering when the test ends, and ends with it.
    thread::spawn(move || server.run());

    let paths = html(&out);
    assert!(paths.len() > 20, "a chapter for each row, and a page for each cell: {paths:?}");
    // Each browser computes for most of the time, on a core of its own.
    let visits: Vec<Visit> = thread::scope(|scope| {
        let visitors: Vec<_> = browsers
            .into_iter()
            .map(|browser| scope.spawn(|| visit_all(browser, &home, &paths)))
            .collect();
        visitors.into_iter().flat_map(|visitor| visitor.join().expect("no visit panics")).collect()
    });

    let mut faults: Vec<String> = visits.iter().flat_map(|visit| visit.faults.clone()).collect();
    let visited: BTreeMap<&str, &Page> =
        visits.iter().map(|visit| (&*visit.address, &visit.page)).collect();
    for (address, page) in &visited {
        for link in &page.links {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            match visited.get(target) {
                Some(target) if anchor.is_empty() || target.anchors.contains(anchor) => {}
                _ => faults.push(format!("{address} links to {link}, which is not there")),
            }
        }
    }
    faults.extend(ways::past_code(&out));
    let shows_timelines = |visit: &Visit| visit.page.timelines > 0;
    assert!(visits.iter().any(shows_timelines), "no page shows a timeline");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A page that was visited.
#[derive(Debug)]
struct Visit {
    address: String,
    page: Page,
    /// What is wrong with it.
    faults: Vec<String>,
}

/// Visits these pages, one after the other.
fn visit_all(mut browser: Browser, home: &str, paths: &[String]) -> Vec<Visit> {
    // The book takes a while to build, so that what one of its pages does is tried here.
    limits::check(&mut browser, home);
    let visit = |path: &String| {
        let address = format!("{home}/{path}");
        browser.visit(&address);
        let page: Page = browser.evaluate(LOOK);
        let messages = browser.messages();
        let width = browser.screen().width;
        let faults = [
            ("console", &messages),
            ("picture without content", &page.missing),
            ("loaded from elsewhere", &page.foreign),
            ("a timeline without its script", &page.still),
            ("reaches beyond the edge", &page.beyond),
            ("is cut", &page.cut),
            ("cannot be answered", &page.unanswerable),
            ("leads to the glossary twice", &page.twice),
        ];
        let faults = faults.into_iter().flat_map(|(fault, which)| {
            which.iter().map(move |one| format!("{path}, {width} wide: {fault}: {one}"))
        });
        Visit { faults: faults.collect(), address, page }
    };
    let mut visits: Vec<Visit> = paths.iter().map(visit).collect();
    let mut faults = versus::faults(&mut browser, home);
    faults.extend(ways::faults(&mut browser, home));
    faults.extend(contrast::faults(&mut browser, home));
    if let Some(last) = visits.last_mut() {
        last.faults.extend(faults);
    }
    visits
}

/// The pages of the book, by their paths within it. The list of chapters for browsers without
/// scripts is part of each page, and not one itself; the page for what is missing knows no path.
fn html(out: &Path) -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(out.join(&folder)).expect("the folder is there") {
            let entry = entry.expect("the folder can be read");
            let path = folder.join(entry.file_name());
            let name = path.to_str().expect("the book's names are Unicode").to_owned();
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "html")
                && !["toc.html", "404.html"].contains(&&*name)
            {
                pages.push(name);
            }
        }
    }
    pages.sort();
    pages
}
