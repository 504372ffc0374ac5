//! A race of several versions of one job, replayed in a loop.
//!
//! All bars grow at one speed, along one clock, and each stops when its version has ended. So the
//! last frame is a bar chart of the times, and it is what is shown where nothing moves: the
//! attributes describe that frame, and only style sheets animate, for readers whose system is
//! not set to reduce motion. A bar does not grow itself: a curtain in the colour of the track is drawn
//! aside, which also uncovers what the version has done up to that moment.

use std::time::Duration;

use figures::words::{self, wrapped_in};

use crate::{
    axis::Axis,
    svg::{Element, number, picture, text},
};

/// Sizes in the picture's own units, which are pixels if it is not scaled. It is narrow, so that its
/// text can be read on a phone.
const WIDTH: f64 = 640.0;
/// Where the tracks begin and end.
const LEFT: f64 = 24.0;
const RIGHT: f64 = WIDTH - LEFT;
/// The height of a lane: a line of text, and the bar below it.
const LANE: f64 = 52.0;
/// Where the bar begins in its lane.
const BAR_TOP: f64 = 22.0;
/// The height of a bar.
const BAR: f64 = 18.0;
/// The height of a line of small text, and how many letters it holds.
const LINE: f64 = 19.0;
const LETTERS: usize = 84;
/// How far apart the lines for completed units are at least.
const CLOSEST: f64 = 2.0;
/// The height of the clock.
const CLOCK: f64 = 32.0;
/// How many times the clock changes.
const CLOCK_STEPS: u32 = 60;

/// A replay takes no longer than this, in seconds, and at least 0.6 times as long.
const LONGEST: f64 = 10.0;
/// How long the picture stands still before and after it, in seconds.
const BEFORE: f64 = 0.7;
const AFTER: f64 = 3.5;

/// The colours on light pages, and those that differ on dark ones.
const LIGHT: &str = "text{font-family:sans-serif;font-size:15px;fill:#1f2328}\
    .head{font-size:21px;font-weight:bold}\
    .clock{font-size:25px;font-weight:bold;text-anchor:end;font-variant-numeric:tabular-nums}\
    .small{font-size:13px;fill:#59636e}\
    .name{font-weight:bold}\
    .tick{font-size:13px;fill:#59636e;text-anchor:middle}\
    .card{fill:#fff;stroke:#d1d9e0}\
    .track,.curtain{fill:#e9edf1}\
    .bar{fill:#2f81d6}\
    .baseline{fill:#818b98}\
    .units{stroke:#fff;stroke-opacity:.75}\
    .axis,.now{stroke:#818b98}";
const DARK: &str = "text{fill:#f0f6fc}\
    .small,.tick{fill:#9198a1}\
    .card{fill:#0d1117;stroke:#3d444d}\
    .track,.curtain{fill:#212830}\
    .bar{fill:#388bfd}\
    .baseline{fill:#7d8590}\
    .units{stroke:#0d1117}\
    .axis,.now{stroke:#656c76}";

/// Several versions of one job.
#[derive(Clone, Debug)]
pub struct Race {
    /// Which job: `http`.
    pub name: String,
    /// What there was to do, in one line.
    pub job: String,
    /// The versions, from top to bottom.
    pub lanes: Vec<Lane>,
    /// What a reader has to know besides: where it was measured, and how often. A sentence each.
    pub notes: Vec<String>,
}

/// One version.
#[derive(Clone, Debug)]
pub struct Lane {
    /// What it is called.
    pub name: String,
    /// How long it took.
    pub wall: Duration,
    /// What is said of it besides its time: `46.4 times as fast`.
    pub remark: String,
    /// Whether the others are compared with it.
    pub is_baseline: bool,
    /// When it completed a unit of work; empty if that is not known.
    pub units: Vec<Duration>,
}

/// The picture, as a file of its own.
#[must_use]
pub fn draw(race: &Race) -> String {
    let longest = race.lanes.iter().map(|lane| lane.wall).max().unwrap_or_default();
    let replay = Replay::of(longest);
    let clock_axis = Axis {
        low: 0.0,
        high: longest.as_secs_f64().max(f64::MIN_POSITIVE),
        is_logarithmic: false,
        left: LEFT,
        right: RIGHT,
    };
    let job = lines(&race.job);
    let top = 66.0 + LINE * job.len() as f64;
    let bottom = top + LANE * race.lanes.len() as f64;
    let notes = lines(&[&race.notes[..], &[replay.in_words()]].concat().join(" "));
    let height = bottom + 44.0 + LINE * notes.len() as f64;

    let mut svg = picture("race", (WIDTH, height), &title(race), &in_words(race))
        .at("width", WIDTH)
        .at("height", height)
        .child(Element::new("style").text(style(race, &clock_axis, &replay)))
        .child(
            Element::new("rect")
                .with("class", "card")
                .at("x", 0.5)
                .at("y", 0.5)
                .at("width", WIDTH - 1.0)
                .at("height", height - 1.0)
                .at("rx", 8.0),
        )
        .child(text("head", (LEFT, 40.0), &race.name))
        .child(clock(longest))
        .children(stack(&job, 64.0));
    for (place, lane) in race.lanes.iter().enumerate() {
        svg = svg.child(self::lane(lane, place, top + LANE * place as f64, &clock_axis));
    }
    svg.child(ticks(&clock_axis, longest, bottom))
        .child(
            // The present moment; the last frame needs none.
            Element::new("path")
                .with("class", "now")
                .with("opacity", 0)
                .with("d", format!("M{} {}V{}", number(LEFT), number(top), number(bottom))),
        )
        .children(stack(&notes, bottom + 48.0))
        .to_string()
        + "\n"
}

/// The result in a line.
fn title(race: &Race) -> String {
    let Race { name, lanes, .. } = race;
    let baseline = lanes.iter().find(|lane| lane.is_baseline);
    let fastest = lanes.iter().min_by_key(|lane| lane.wall);
    match (fastest, baseline) {
        (Some(fastest), Some(baseline)) if !fastest.is_baseline => {
            let ratio = baseline.wall.as_secs_f64() / fastest.wall.as_secs_f64();
            let (fastest, baseline) = (&fastest.name, &baseline.name);
            format!("{name}: {fastest} is {} times as fast as {baseline}", words::ratio(ratio))
        }
        (Some(fastest), _) => format!("{name}: {} is the fastest", fastest.name),
        (None, _) => format!("{name}: no version to show"),
    }
}

/// The whole result.
fn in_words(race: &Race) -> String {
    let times = race.lanes.iter().map(|lane| {
        let remark = if lane.remark.is_empty() { "" } else { ", " };
        format!("{} {}{remark}{}", lane.name, time(lane.wall), lane.remark)
    });
    let times: Vec<String> = times.collect();
    format!("{}. {}. {}", race.job, times.join("; "), race.notes.join(" "))
}

/// A version's name and time, its bar, and the curtain before it.
fn lane(lane: &Lane, place: usize, top: f64, axis: &Axis) -> Element {
    let end = axis.place(lane.wall.as_secs_f64());
    let bar = |class: &str, right: f64| {
        let rect = Element::new("rect").with("class", class).at("x", LEFT).at("y", top + BAR_TOP);
        // A bar that is too short to be seen would look like none.
        rect.at("width", (right - LEFT).max(1.0)).at("height", BAR)
    };
    let finish = match &*lane.remark {
        "" => time(lane.wall),
        remark => format!("{} · {remark}", time(lane.wall)),
    };
    let label = text("lane", (LEFT, top + 15.0), "")
        .child(Element::new("tspan").with("class", "name").text(&lane.name))
        .child(
            Element::new("tspan").with("class", format!("end{place}")).with("dx", 10).text(finish),
        );
    let mut group = Element::new("g").child(label).child(bar("track", RIGHT));
    group = group.child(bar(if lane.is_baseline { "baseline" } else { "bar" }, end));
    if let Some(path) = units(lane, top + BAR_TOP, axis) {
        group = group.child(Element::new("path").with("class", "units").with("d", path));
    }
    // It shrinks towards the right end of the track, which its group makes the origin.
    let origin = format!("translate({} {})", number(RIGHT), number(top + BAR_TOP));
    let curtain = Element::new("rect")
        .with("class", "curtain")
        .with("transform", "scale(0 1)")
        .at("x", LEFT - RIGHT)
        .at("width", RIGHT - LEFT)
        .at("height", BAR);
    group.child(Element::new("g").with("transform", origin).child(curtain))
}

/// A line for each completed unit, `None` if there are none. Lines that would touch are one, which
/// also keeps the file small however many units there are.
fn units(lane: &Lane, top: f64, axis: &Axis) -> Option<String> {
    let mut places: Vec<f64> =
        lane.units.iter().map(|unit| axis.place((*unit).min(lane.wall).as_secs_f64())).collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|next, last| *next - *last < CLOSEST);
    let mark = |place: &f64| format!("M{} {}v{}", number(*place), number(top), number(BAR));
    (!places.is_empty()).then(|| places.iter().map(mark).collect())
}

/// The clock: all of its readings below one another, of which a window shows one.
fn clock(longest: Duration) -> Element {
    let readings = (0..=CLOCK_STEPS).map(|step| {
        let reading = longest.mul_f64(f64::from(step) / f64::from(CLOCK_STEPS));
        let text =
            text("clock", (RIGHT, 25.0 + CLOCK * f64::from(step)), time_like(reading, longest));
        text.with("text-anchor", "end")
    });
    let last = format!("translate(0 {})", number(-CLOCK * f64::from(CLOCK_STEPS)));
    Element::new("svg")
        .at("x", 0.0)
        .at("y", 16.0)
        .at("width", WIDTH)
        .at("height", CLOCK)
        .with("overflow", "hidden")
        .child(Element::new("g").with("class", "reel").with("transform", last).children(readings))
}

/// Round times below the tracks.
fn ticks(axis: &Axis, longest: Duration, y: f64) -> Element {
    let line = format!("M{} {}H{}", number(LEFT), number(y), number(RIGHT));
    let mut group =
        Element::new("g").child(Element::new("path").with("class", "axis").with("d", line));
    for tick in axis.ticks(6) {
        let x = axis.place(tick);
        let mark = format!("M{} {}v5", number(x), number(y));
        // The units are those of the longest time, so that all ticks are alike.
        let (unit, name) = unit(longest);
        let label = format!("{} {name}", number(tick / unit));
        group = group.child(Element::new("path").with("class", "axis").with("d", mark)).child(
            text("tick", (x.max(LEFT + 10.0), y + 20.0), label).with("text-anchor", "middle"),
        );
    }
    group
}

/// Lines of small text, the first of them at this height.
fn stack(lines: &[String], y: f64) -> impl Iterator<Item = Element> {
    let places = (0..).map(move |place| (LEFT, y + LINE * f64::from(place)));
    places.zip(lines).map(|(place, line)| text("small", place, line))
}

fn lines(text: &str) -> Vec<String> {
    wrapped_in(LETTERS, "", text).lines().map(ToOwned::to_owned).collect()
}

/// The style sheet: colours, and for those who do not mind motion the animations.
fn style(race: &Race, axis: &Axis, replay: &Replay) -> String {
    let from = replay.percent(0.0);
    let to = replay.percent(1.0);
    let track = number(RIGHT - LEFT);
    let reel = number(-CLOCK * f64::from(CLOCK_STEPS));
    let whole = number(replay.loop_seconds());
    // The present moment vanishes when all have ended.
    let gone = number(replay.percent_at(1.0) + 0.5);
    let mut style = format!(
        "{LIGHT}@media(prefers-color-scheme:dark){{{DARK}}}\
         @media(prefers-reduced-motion:no-preference){{\
         .curtain{{animation:draw {whole}s linear infinite}}\
         .now{{animation:pass {whole}s linear infinite}}\
         .reel{{animation:count {whole}s steps({CLOCK_STEPS}) infinite}}\
         @keyframes draw{{0%,{from}{{transform:scaleX(1)}}{to},100%{{transform:scaleX(0)}}}}\
         @keyframes pass{{0%,{from}{{transform:none;opacity:1}}{to}{{transform:translateX({track}px);\
         opacity:1}}{gone}%,100%{{transform:translateX({track}px);opacity:0}}}}\
         @keyframes count{{0%,{from}{{transform:none}}{to},100%{{transform:translateY({reel}px)}}}}"
    );
    for (place, lane) in race.lanes.iter().enumerate() {
        let share = (axis.place(lane.wall.as_secs_f64()) - LEFT) / (RIGHT - LEFT);
        let end = replay.percent(share);
        style += &format!(
            ".end{place}{{animation:end{place} {whole}s step-end infinite}}\
             @keyframes end{place}{{0%{{fill-opacity:0}}{end},100%{{fill-opacity:1}}}}"
        );
    }
    style + "}"
}

/// How fast a race is replayed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Replay {
    /// How long the race took, in seconds.
    race: f64,
    /// How many times as slowly it is shown.
    slowness: f64,
}

impl Replay {
    /// As slow as it gets within the time for a replay, since the fastest versions are hard to see.
    fn of(longest: Duration) -> Self {
        /// Each is at most 5/3 of the one before it, so that a replay is never short of 0.6 times
        /// the time that there is.
        const STEPS: [f64; 7] = [1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0];
        let race = longest.as_secs_f64().max(1e-9);
        let most = LONGEST / race;
        let power = 10_f64.powf(most.log10().floor());
        let step = STEPS.into_iter().rev().find(|step| step * power <= most * 1.000_001);
        Self { race, slowness: step.unwrap_or(1.0) * power }
    }

    fn loop_seconds(&self) -> f64 {
        BEFORE + self.race * self.slowness + AFTER
    }

    /// At which share of the loop, in percent, a share of the race is over.
    fn percent_at(&self, share: f64) -> f64 {
        100.0 * (BEFORE + share * self.race * self.slowness) / self.loop_seconds()
    }

    fn percent(&self, share: f64) -> String {
        format!("{}%", number(self.percent_at(share)))
    }

    fn in_words(&self) -> String {
        if (self.slowness - 1.0).abs() < 1e-9 {
            "Replayed in the time that it took.".into()
        } else if self.slowness > 1.0 {
            format!("Replayed {} times as slowly.", round_ratio(self.slowness))
        } else {
            format!("Replayed {} times as fast.", round_ratio(1.0 / self.slowness))
        }
    }
}

/// A ratio that is round, or nearly.
fn round_ratio(ratio: f64) -> String {
    let decimals = usize::from((ratio - ratio.round()).abs() > 0.01 && ratio < 10.0);
    format!("{ratio:.decimals$}")
}

fn time(wall: Duration) -> String {
    words::duration_ns(u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX))
}

/// A time in the unit and with the decimals of another.
fn time_like(wall: Duration, model: Duration) -> String {
    let (unit, name) = unit(model);
    let [wall, model] = [wall, model].map(|time| time.as_secs_f64() / unit);
    format!("{} {name}", words::figure_like(wall, model))
}

/// The unit that suits a time, in seconds, and its name.
fn unit(wall: Duration) -> (f64, &'static str) {
    match wall.as_secs_f64() {
        1.0.. => (1.0, "s"),
        1e-3.. => (1e-3, "ms"),
        1e-6.. => (1e-6, "µs"),
        _ => (1e-9, "ns"),
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;

    fn example() -> Race {
        let lane = |name: &str, millis, remark: &str| Lane {
            name: name.into(),
            wall: Duration::from_millis(millis),
            remark: remark.into(),
            is_baseline: name == "sequential",
            units: Vec::new(),
        };
        let mut lanes = vec![
            lane("sequential", 5000, ""),
            lane("tokio", 100, "50.0 times as fast"),
            lane("rayon", 2500, "2.00 times as fast"),
        ];
        // The first two would touch.
        lanes[2].units = [50, 51, 100, 2600].map(Duration::from_millis).into();
        Race {
            name: "http".into(),
            job: "100 pages & <more>".into(),
            lanes,
            notes: vec!["2 cores.".into()],
        }
    }

    fn with_class<'a>(document: &'a Document, class: &str) -> Vec<Node<'a, 'a>> {
        let of_class = |node: &Node| node.attribute("class") == Some(class);
        document.descendants().filter(of_class).collect()
    }

    fn width(node: Node) -> f64 {
        node.attribute("width").and_then(|width| width.parse().ok()).expect("it has a width")
    }

    #[test]
    fn bars_are_as_long_as_the_times() {
        let svg = draw(&example());
        let document = Document::parse(&svg).expect("it is well-formed");
        let [baseline] = with_class(&document, "baseline")[..] else { panic!("{svg}") };
        assert!((width(baseline) - (RIGHT - LEFT)).abs() < 0.01);
        let bars: Vec<f64> = with_class(&document, "bar").into_iter().map(width).collect();
        assert_eq!(bars.len(), 2);
        assert!((bars[0] - (RIGHT - LEFT) / 50.0).abs() < 0.01, "{bars:?}");
        assert!((bars[1] - (RIGHT - LEFT) / 2.0).abs() < 0.01, "{bars:?}");
    }

    #[test]
    fn without_animation_everything_is_uncovered_and_the_clock_has_stopped() {
        let svg = draw(&example());
        let document = Document::parse(&svg).expect("it is well-formed");
        for curtain in with_class(&document, "curtain") {
            assert_eq!(curtain.attribute("transform"), Some("scale(0 1)"));
        }
        let [reel] = with_class(&document, "reel")[..] else { panic!("{svg}") };
        let last = CLOCK * f64::from(CLOCK_STEPS);
        assert_eq!(reel.attribute("transform"), Some(&*format!("translate(0 -{last})")));
        let readings: Vec<&str> = reel.children().filter_map(|reading| reading.text()).collect();
        assert_eq!((readings[0], readings[30], readings[60]), ("0.00 s", "2.50 s", "5.00 s"));
        // All that moves is in one rule, which those who want no motion do not get.
        let (before, after) = svg.split_once("@media(prefers-reduced-motion").expect("it is there");
        assert!(!before.contains("animation") && after.contains("animation"));
    }

    #[test]
    fn a_time_appears_when_its_version_ends() {
        let race = example();
        let svg = draw(&race);
        let replay = Replay::of(Duration::from_secs(5));
        assert!((replay.slowness - 2.0).abs() < 1e-9);
        // rayon ends at half of the race, 0.7 + 5 s into the loop of 0.7 + 10 + 3.5 s.
        let end = number(100.0 * 5.7 / 14.2);
        let frames =
            format!("@keyframes end2{{0%{{fill-opacity:0}}{end}%,100%{{fill-opacity:1}}}}");
        assert!(svg.contains(&frames), "{frames} is missing in: {svg}");
    }

    #[test]
    fn completed_units_are_marked_within_the_bar_as_long_as_there_is_room() {
        let race = example();
        let svg = draw(&race);
        let document = Document::parse(&svg).expect("it is well-formed");
        let [units] = with_class(&document, "units")[..] else { panic!("{svg}") };
        let path = units.attribute("d").expect("it is a path");
        assert_eq!(path.matches('M').count(), 3, "{path}");
        // What was recorded later than the end of the bar is at its end.
        assert!(path.contains(&format!("M{} ", number(f64::midpoint(LEFT, RIGHT)))), "{path}");
    }

    #[test]
    fn a_million_units_make_a_picture_of_less_than_60_kb() {
        let mut race = example();
        race.lanes[0].units = (0..1_000_000).map(|unit| Duration::from_micros(5 * unit)).collect();
        race.lanes = vec![race.lanes[0].clone(); 8];
        let length = draw(&race).len();
        assert!((20_000..60_000).contains(&length), "{length} bytes");
    }

    #[test]
    fn the_result_is_there_in_words() {
        let svg = draw(&example());
        let document = Document::parse(&svg).expect("it is well-formed");
        let text = |name: &str| {
            let node = document.descendants().find(|node| node.has_tag_name(name));
            node.and_then(|node| node.text()).expect("it is there")
        };
        assert_eq!(text("title"), "http: tokio is 50.0 times as fast as sequential");
        assert_eq!(
            text("desc"),
            "100 pages & <more>. sequential 5.00 s; tokio 100 ms, 50.0 times as fast; rayon 2.50 s, \
             2.00 times as fast. 2 cores."
        );
        assert!(svg.contains("Replayed 2 times as slowly."), "{svg}");
    }

    #[test]
    fn a_replay_takes_six_to_ten_seconds_and_says_how_slow_it_is() {
        for (seconds, words) in [
            (10.0, "Replayed in the time that it took."),
            (5.16, "Replayed 1.5 times as slowly."),
            (0.155, "Replayed 50 times as slowly."),
            (60.0, "Replayed 6.7 times as fast."),
            (0.000_002, "Replayed 5000000 times as slowly."),
        ] {
            let replay = Replay::of(Duration::from_secs_f64(seconds));
            let shown = replay.race * replay.slowness;
            assert!((5.9..=10.1).contains(&shown), "{seconds} s are shown in {shown} s");
            assert_eq!(replay.in_words(), words, "{seconds}");
        }
    }

    #[test]
    fn a_race_without_versions_or_without_time_is_a_picture_all_the_same() {
        let none = Race { lanes: Vec::new(), ..example() };
        assert!(Document::parse(&draw(&none)).is_ok());
        let mut race = example();
        race.lanes.iter_mut().for_each(|lane| lane.wall = Duration::ZERO);
        let svg = draw(&race);
        assert!(Document::parse(&svg).is_ok() && !svg.contains("NaN"), "{svg}");
    }
}
