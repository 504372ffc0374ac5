//! The model behind the chapter *Play with the limits*: N tasks that wait and then compute, at most K
//! of them in flight, on P cores.
//!
//! The page that [`html`] makes is complete without a script: it shows the model at its default
//! values. With one, sliders change these, and `docs/scripts/limits.js` calculates anew what is
//! calculated here. The browser test holds the two against each other.

use figures::words;
use picture::svg::{Element, number};

/// The job. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Job {
    /// N, the number of tasks.
    pub tasks: u32,
    /// L, for how long each of them waits.
    pub wait: u32,
    /// C, for how long it then computes.
    pub compute: u32,
    /// K, how many of them may be in flight.
    pub in_flight: u32,
    /// P, how many cores compute.
    pub cores: u32,
}

/// What the page begins with.
pub const DEFAULT: Job = Job { tasks: 20, wait: 50, compute: 4, in_flight: 10, cores: 2 };

/// A slider: the name of its value, what it is called, and its least, greatest and default values.
type Slider = (&'static str, &'static str, &'static str, [u32; 3]);

const SLIDERS: [Slider; 5] = [
    ("tasks", "N, tasks", "", [1, 40, DEFAULT.tasks]),
    ("wait", "L, each waits for", " ms", [0, 200, DEFAULT.wait]),
    ("compute", "C, each computes for", " ms", [0, 100, DEFAULT.compute]),
    ("in-flight", "K, in flight at most", "", [1, 40, DEFAULT.in_flight]),
    ("cores", "P, cores", "", [1, 16, DEFAULT.cores]),
];

/// A way to run the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One task after the other.
    Sequential,
    /// The waits overlap; one core computes.
    OneCore,
    /// The waits overlap; all cores compute.
    AllCores,
}

impl Way {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Sequential, Self::OneCore, Self::AllCores];

    /// The name of its parts on the page.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::OneCore => "one-core",
            Self::AllCores => "all-cores",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Sequential => "one after the other",
            Self::OneCore => "waits overlap, one core computes",
            Self::AllCores => "waits overlap, P cores compute",
        }
    }

    /// The job as this way runs it.
    #[must_use]
    pub fn of(self, job: Job) -> Job {
        match self {
            Self::Sequential => Job { in_flight: 1, cores: 1, ..job },
            Self::OneCore => Job { cores: 1, ..job },
            Self::AllCores => job,
        }
    }
}

/// When a task does what, in milliseconds from the start of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// It begins to wait.
    pub start: u32,
    /// It has waited, and needs a core.
    pub ready: u32,
    /// It has got a core, and computes.
    pub running: u32,
    /// It has ended.
    pub end: u32,
}

impl Job {
    /// No schedule takes less: max(N·C/P, N·(L+C)/K, L+C), in milliseconds.
    #[must_use]
    pub fn best(&self) -> f64 {
        let [tasks, wait, compute, cores] =
            [self.tasks, self.wait, self.compute, self.cores].map(f64::from);
        let in_flight = f64::from(self.in_flight.min(self.tasks));
        let all_computing = tasks * compute / cores;
        let all_tasks = tasks * (wait + compute) / in_flight;
        all_computing.max(all_tasks).max(wait + compute)
    }

    /// What it takes if the waits overlap and nothing else does: N·L/K + N·C, in milliseconds.
    #[must_use]
    pub fn waits_overlapped(&self) -> f64 {
        let [tasks, wait, compute] = [self.tasks, self.wait, self.compute].map(f64::from);
        tasks * wait / f64::from(self.in_flight.min(self.tasks)) + tasks * compute
    }

    /// A schedule: each task starts as soon as it may, and gets a core in its turn. Since all tasks
    /// are alike, they end in the order in which they start, so that task i starts when task i − K
    /// has ended, and computes when task i − P has.
    #[must_use]
    pub fn schedule(&self) -> Vec<Task> {
        let mut tasks: Vec<Task> = Vec::new();
        let end_before = |tasks: &[Task], by: u32| {
            let before = tasks.len().checked_sub(by as usize);
            before.map_or(0, |place| tasks[place].end)
        };
        for _ in 0..self.tasks {
            let start = end_before(&tasks, self.in_flight);
            let ready = start + self.wait;
            let running = ready.max(end_before(&tasks, self.cores));
            tasks.push(Task { start, ready, running, end: running + self.compute });
        }
        tasks
    }

    /// How long the schedule takes, in milliseconds.
    #[must_use]
    pub fn length(&self) -> u32 {
        self.schedule().last().map_or(0, |task| task.end)
    }

    /// Which of the limits holds the job back, in words.
    #[must_use]
    pub fn held_back_by(&self) -> &'static str {
        let best = self.best();
        let is = |limit: f64| (limit - best).abs() < 1e-9;
        let [tasks, wait, compute, cores] =
            [self.tasks, self.wait, self.compute, self.cores].map(f64::from);
        if is(wait + compute) {
            "a single task: L + C. More in flight or more cores would not help."
        } else if is(tasks * compute / cores) {
            "the cores: N·C/P. More cores would help, and more in flight would not."
        } else {
            "how many are in flight: N·(L+C)/K. More in flight would help, and more cores would not."
        }
    }
}

/// A time in milliseconds, for people.
#[must_use]
pub fn time(millis: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the sliders allow no more than some seconds, and nothing below 0"
    )]
    let nanos = (millis * 1e6).round() as u64;
    if nanos == 0 { "0 ms".into() } else { words::duration_ns(nanos) }
}

/// The size of the picture of a schedule, in its own units.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 120.0;

/// What a task can do, by the class of its path: from which moment to which, and how thick it is
/// drawn, as a share of its lane.
type State = (&'static str, fn(&Task) -> (u32, u32), f64);

const STATES: [State; 3] = [
    ("waiting", |task| (task.start, task.ready), 0.25),
    ("ready", |task| (task.ready, task.running), 0.25),
    ("running", |task| (task.running, task.end), 0.8),
];

/// The path that shows one state of all tasks, each in its lane, on a clock of this length.
fn path(tasks: &[Task], (_, span, thickness): State, length: u32) -> String {
    let lane = HEIGHT / tasks.len().max(1) as f64;
    let x = |moment: u32| WIDTH * (f64::from(moment) / f64::from(length.max(1))).min(1.0);
    let mut path = String::new();
    for (place, task) in tasks.iter().enumerate() {
        let (from, to) = span(task);
        let width = x(to) - x(from);
        if width > 0.0 {
            let y = lane * (place as f64 + (1.0 - thickness) / 2.0);
            let height = number(lane * thickness);
            let [left, top, width] = [x(from), y, width].map(number);
            path += &format!("M{left} {top}h{width}v{height}h-{width}z");
        }
    }
    path
}

/// The sliders, the table of the times, and the pictures of the schedules, as a block of HTML.
#[must_use]
pub fn html() -> String {
    let job = DEFAULT;
    let summary =
        Element::new("p").with("id", "limits-summary").with("role", "status").text(summary(job));
    // The script shows the sliders, which are of no use without it.
    let sliders = Element::new("fieldset")
        .with("hidden", "")
        .child(Element::new("legend").text("The job"))
        .children(SLIDERS.iter().map(slider));
    let pictures = Way::ALL.map(|way| picture(way, job));
    let form = Element::new("form").with("id", "limits").with("class", "limits");
    let form = form.child(sliders).child(table(job)).child(summary).child(legend());
    format!("{}\n\n", form.children(pictures))
}

fn slider((name, label, unit, [least, most, default]): &Slider) -> Element {
    let id = format!("limits-{name}");
    let input = Element::new("input")
        .with("type", "range")
        .with("id", &id)
        .with("min", least)
        .with("max", most)
        .with("value", default);
    let output = Element::new("output").with("for", &id).with("data-unit", unit);
    Element::new("div")
        .child(Element::new("label").with("for", &id).text(*label))
        .child(input)
        .child(output.text(format!("{default}{unit}")))
}

fn table(job: Job) -> Element {
    let cell = |text: &str| Element::new("td").text(text);
    let head = ["", "at best", "the schedule below", "times as fast"];
    let head = head.map(|text| Element::new("th").with("scope", "col").text(text));
    let lines = Way::ALL.map(|way| {
        let of_way = way.of(job);
        let ratio = f64::from(Way::Sequential.of(job).length()) / f64::from(of_way.length());
        let part = |part: &str, text: String| {
            let id = format!("limits-{}-{part}", way.id());
            Element::new("td").child(Element::new("output").with("id", id).text(text))
        };
        Element::new("tr")
            .child(Element::new("th").with("scope", "row").text(way.label()))
            .child(part("best", time(of_way.best())))
            .child(part("length", time(f64::from(of_way.length()))))
            .child(if way == Way::Sequential {
                cell("1")
            } else {
                part("ratio", words::ratio(ratio))
            })
    });
    Element::new("table")
        .child(Element::new("thead").child(Element::new("tr").children(head)))
        .child(Element::new("tbody").children(lines))
}

fn summary(job: Job) -> String {
    format!(
        "With all cores it is held back by {} If the waits overlap and nothing else does, N·L/K + N·C \
         = {}.",
        job.held_back_by(),
        time(job.waits_overlapped())
    )
}

fn legend() -> Element {
    let names = ["waits", "waits for a core", "computes"];
    let items = STATES.iter().zip(names).map(|((class, _, _), name)| {
        let mark = Element::new("span").with("class", format!("mark {class}")).text("");
        Element::new("span").child(mark).text(format!(" {name}"))
    });
    Element::new("p").with("class", "legend").children(items)
}

/// The schedule of a way. The clock is that of the slower of the two ways that overlap, so that one
/// can see them; one after the other mostly goes on beyond its end.
fn picture(way: Way, job: Job) -> Element {
    let tasks = way.of(job).schedule();
    let clock = Way::OneCore.of(job).length().max(1);
    let id = format!("limits-{}", way.id());
    let svg = Element::new("svg")
        .with("xmlns", "http://www.w3.org/2000/svg")
        .with("id", &id)
        .with("viewBox", format!("0 0 {} {}", number(WIDTH), number(HEIGHT)))
        .with("preserveAspectRatio", "none")
        .with("role", "img")
        .with("aria-labelledby", format!("{id}-caption"))
        .children(STATES.map(|state| {
            Element::new("path").with("class", state.0).with("d", path(&tasks, state, clock))
        }));
    let caption = Element::new("figcaption").with("id", format!("{id}-caption"));
    Element::new("figure").child(caption.text(self::caption(way, job))).child(svg)
}

fn caption(way: Way, job: Job) -> String {
    let (length, clock) = (way.of(job).length(), Way::OneCore.of(job).length());
    let time = |millis: u32| time(f64::from(millis));
    let beyond = if length > clock {
        format!(", of which the first {} are shown", time(clock))
    } else {
        String::new()
    };
    format!("{}: {}{beyond}", way.label(), time(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many jobs, with and without waits, computing, cores and limits that bind.
    fn jobs() -> Vec<Job> {
        let mut jobs = Vec::new();
        for tasks in [1, 7, 40] {
            for (wait, compute) in [(50, 0), (50, 4), (0, 10), (20, 20), (0, 0)] {
                for (in_flight, cores) in [(1, 1), (1, 4), (10, 1), (10, 2), (40, 16)] {
                    jobs.push(Job { tasks, wait, compute, in_flight, cores });
                }
            }
        }
        jobs
    }

    #[test]
    fn no_schedule_beats_the_limit() {
        for job in jobs() {
            let length = f64::from(job.length());
            assert!(length >= job.best() - 1e-9, "{job:?}: {length} beats {}", job.best());
        }
    }

    #[test]
    fn a_schedule_keeps_to_what_is_allowed() {
        for job in jobs() {
            let tasks = job.schedule();
            for moment in 0..job.length() {
                let count = |from: fn(&Task) -> u32| {
                    let at_work = |task: &&Task| (from(task)..task.end).contains(&moment);
                    tasks.iter().filter(at_work).count()
                };
                assert!(count(|task| task.start) <= job.in_flight as usize, "{job:?}");
                assert!(count(|task| task.running) <= job.cores as usize, "{job:?}");
            }
            let each = |task: &Task| {
                task.ready - task.start == job.wait && task.end - task.running == job.compute
            };
            assert!(tasks.iter().all(each), "{job:?}");
        }
    }

    #[test]
    fn the_formulas_are_those_of_the_chapter() {
        // The 100 pages of http: 50 ms each, 50 in flight.
        let pages = Job { tasks: 100, wait: 50, compute: 0, in_flight: 50, cores: 2 };
        assert!((pages.best() - 100.0).abs() < 1e-9);
        assert_eq!(pages.length(), 100);
        assert_eq!(Way::Sequential.of(pages).length(), 5_000);
        let primes = Job { tasks: 10, wait: 0, compute: 26, in_flight: 10, cores: 2 };
        assert!((primes.best() - 130.0).abs() < 1e-9);
        assert_eq!(Way::OneCore.of(primes).length(), 260);
        assert!(primes.held_back_by().starts_with("the cores"));
        assert!(pages.held_back_by().starts_with("how many are in flight"));
        assert!(Job { in_flight: 100, ..pages }.held_back_by().starts_with("a single task"));
        assert!((DEFAULT.waits_overlapped() - 180.0).abs() < 1e-9);
    }

    #[test]
    fn the_page_is_complete_without_a_script() {
        let html = html();
        let document = roxmltree::Document::parse(html.trim()).expect("it is well-formed");
        let text = |id: &str| {
            let node = document.descendants().find(|node| node.attribute("id") == Some(id));
            node.and_then(|node| node.text()).unwrap_or_else(|| panic!("{id} is missing"))
        };
        assert_eq!(text("limits-sequential-best"), "1.08 s");
        assert_eq!(text("limits-all-cores-best"), "108 ms");
        assert!(text("limits-summary").contains("N·L/K + N·C = 180 ms"));
        let paths = document.descendants().filter(|node| node.has_tag_name("path"));
        let drawn = paths.filter(|path| path.attribute("d").is_some_and(|d| !d.is_empty()));
        // One after the other, nothing waits for a core.
        assert_eq!(drawn.count(), 8);
    }

    #[test]
    fn the_chapter_describes_the_example_that_it_shows() {
        let chapter = include_str!("../chapters/play-with-the-limits.md").replace('\n', " ");
        let Job { tasks, wait, compute, in_flight, cores } = DEFAULT;
        let example = format!(
            "{tasks} tasks that wait for {wait} ms and compute for {compute} ms, with at most \
             {in_flight} in flight on {cores} cores."
        );
        assert!(chapter.contains(&example), "{example} is missing in: {chapter}");
    }
}
