//! The chapter "Play with the limits": its sliders show what the model says, and keys move them.

use book::limits::{DEFAULT, Job, Way, time};
use serde::Deserialize;

use browser::Browser;

/// What the page shows of a way.
#[derive(Debug, Deserialize, PartialEq)]
struct Shown {
    best: String,
    length: String,
    /// How many tasks are drawn that compute.
    computing: usize,
}

/// Moves all sliders, as a user would one after the other.
fn set(browser: &mut Browser, job: Job) {
    let Job { tasks, wait, compute, in_flight, cores } = job;
    let _: Option<u32> = browser.evaluate(&format!(
        "const job = {{tasks: {tasks}, wait: {wait}, compute: {compute}, 'in-flight': {in_flight},
                       cores: {cores}}};
         for (const [name, value] of Object.entries(job)) {{
             const input = document.getElementById('limits-' + name);
             input.value = value;
             input.dispatchEvent(new Event('input', {{bubbles: true}}));
         }}
         return null;"
    ));
}

fn shown(browser: &mut Browser, way: Way) -> Shown {
    browser.evaluate(&format!(
        "const part = name => document.getElementById('limits-{}' + name);
         const path = part('').querySelector('.running').getAttribute('d');
         return {{
             best: part('-best').textContent,
             length: part('-length').textContent,
             computing: path.split('M').length - 1,
         }};",
        way.id()
    ))
}

/// What the page should show of a way; of one after the other, the picture may be cut off.
fn expected(job: Job, way: Way) -> Shown {
    let of_way = way.of(job);
    let clock = Way::OneCore.of(job).length();
    let drawn = |running: u32, end: u32| end > running && running < clock;
    let tasks = of_way.schedule();
    Shown {
        best: time(of_way.best()),
        length: time(f64::from(of_way.length())),
        computing: tasks.iter().filter(|task| drawn(task.running, task.end)).count(),
    }
}

fn summary(browser: &mut Browser) -> String {
    browser.evaluate("return document.getElementById('limits-summary').textContent;")
}

/// Visits the chapter in the book that is served at `home`.
pub(crate) fn check(browser: &mut Browser, home: &str) {
    browser.visit(&format!("{home}/play-with-the-limits.html"));
    for job in [
        DEFAULT,
        Job { in_flight: 20, ..DEFAULT },
        Job { compute: 0, ..DEFAULT },
        Job { wait: 0, compute: 20, ..DEFAULT },
        Job { tasks: 7, wait: 20, compute: 20, in_flight: 3, cores: 4 },
        Job { tasks: 1, in_flight: 40, cores: 16, ..DEFAULT },
        Job { wait: 0, compute: 0, ..DEFAULT },
    ] {
        set(browser, job);
        for way in Way::ALL {
            assert_eq!(shown(browser, way), expected(job, way), "{way:?} of {job:?}");
        }
        let summary = summary(browser);
        assert!(summary.contains(job.held_back_by()), "{job:?}: {summary}");
        let overlapped = format!("N·L/K + N·C = {}.", time(job.waits_overlapped()));
        assert!(summary.contains(&overlapped), "{job:?}: {summary}");
    }
    set(browser, DEFAULT);
    let _: Option<u32> =
        browser.evaluate("document.getElementById('limits-in-flight').focus(); return null;");
    browser.press("ArrowRight");
    let moved = Job { in_flight: DEFAULT.in_flight + 1, ..DEFAULT };
    assert_eq!(shown(browser, Way::AllCores), expected(moved, Way::AllCores));
    // What a screen reader says of the slider.
    let said: [Option<String>; 2] = browser.evaluate(
        "const input = document.activeElement;
         return [input.labels[0].textContent, input.getAttribute('aria-valuetext')];",
    );
    assert_eq!(said, [Some("K, in flight at most".into()), Some("11".into())]);
    assert_eq!(browser.messages(), [""; 0]);
}
