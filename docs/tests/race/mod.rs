//! The picture of a race, which replays it in a loop, and stands still for whom motion disturbs.

use std::path::Path;

use serde::Deserialize;

use browser::{Browser, Scheme, Screen, skipped};

/// What a picture shows at a moment.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
struct Frame {
    /// How many animations there are.
    animations: usize,
    /// How much of the tracks is covered: 1 at the start, 0 when all have ended.
    covered: f64,
    /// How far the clock has gone, in readings.
    reading: f64,
    /// Of how many versions the time is to be seen.
    ended: usize,
    /// How many versions there are.
    versions: usize,
}

/// Has the picture say it, at this many milliseconds of its loop, or as it stands.
fn frame(browser: &mut Browser, at: Option<u32>) -> Frame {
    let at = at.map_or_else(|| "null".to_owned(), |at| at.to_string());
    browser.evaluate(&format!(
        "const at = {at};
         const animations = document.getAnimations();
         if (at !== null) for (const one of animations) {{ one.pause(); one.currentTime = at; }}
         const all = selector => [...document.querySelectorAll(selector)];
         const matrix = selector => getComputedStyle(all(selector)[0]).transform
             .match(/matrix\\((.*)\\)/)?.[1].split(', ').map(Number) ?? [1, 0, 0, 1, 0, 0];
         const times = all('tspan:not(.name)');
         return {{
             animations: animations.length,
             covered: matrix('.curtain')[0],
             reading: -matrix('.reel')[5] / 32,
             ended: times.filter(time => getComputedStyle(time).fillOpacity == 1).length,
             versions: times.length,
         }};"
    ))
}

#[test]
fn a_race_moves_and_ends_and_stands_still_where_no_motion_is_wanted() {
    let screen = Screen { width: 700, height: 500, scheme: Scheme::Dark };
    let mut browser = match Browser::start(screen) {
        Ok(browser) => browser,
        Err(reason) => return skipped(&reason),
    };
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures/race.svg");
    let address = format!("file://{}", picture.display());
    browser.visit(&address);
    let frames = [0, 4_000, 11_000].map(|at| frame(&mut browser, Some(at)));
    let [start, middle, end] = &frames;
    assert!(start.animations > start.versions, "{start:?}");
    assert!(start.versions >= 4, "{start:?}");
    assert_eq!((start.covered, start.reading, start.ended), (1.0, 0.0, 0), "{start:?}");
    assert!((0.2..0.8).contains(&middle.covered), "{middle:?}");
    assert!((10.0..50.0).contains(&middle.reading), "{middle:?}");
    assert!((1..start.versions).contains(&middle.ended), "{middle:?}");
    assert_eq!((end.covered, end.reading, end.ended), (0.0, 60.0, start.versions), "{end:?}");

    browser.prefer(Scheme::Light, true);
    browser.visit(&address);
    let still = frame(&mut browser, None);
    assert_eq!(still, Frame { animations: 0, ..*end });
    assert_eq!(browser.messages(), [""; 0]);
}
