//! Whether the machine was fit for a measurement, and whether a program measured itself or another.

use std::fmt;

use figures::{
    statistics,
    words::{count, duration_ns, grouped, percent},
};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::run::conditions::{Conditions, Seen};

/// Runs that together are shorter than this, in nanoseconds, are not judged: the system counts in
/// steps of 10 ms.
const SHORT: u64 = 500_000_000;
/// An idle system itself uses about this much of a core.
const UNNOTICED: f64 = 0.2;
/// From this much of a core on, programs outside of the comparison may be servers of those in it.
const MUCH: f64 = 0.5;
/// A thread that computes for this share of the time, or cores that are in use for it, have nothing
/// left to give.
const FULL: f64 = 0.9;
/// What computes for less than this share of the time only waits for others.
const ACTIVE: f64 = 0.02;
/// To be held back for less than this share of the time changes no result.
const HELD_BACK: f64 = 0.01;
/// A clock that falls by less than this share is as usual.
const SLOWER: f64 = 0.1;
/// There must be as many clocks to say that it has fallen.
const CLOCKS: usize = 9;

/// Something that may have spoilt a measurement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Warning {
    /// Other programs computed on so many cores.
    Busy { cores: f64, of: usize },
    /// A limit on CPU time held the runs back.
    Limited { throttled: u64, periods: u64, held_back_ns: u64 },
    /// The host of a virtual machine ran something else.
    Stolen { cores: f64, of: usize },
    /// The processor was too hot so many times.
    Hot { times: u64 },
    /// The clock fell.
    Slower { from_khz: f64, to_khz: f64 },
    /// The server that all versions ask was busy for this share of a version's time.
    Server { of: String, busy: f64 },
    /// Of the cores that a program used, one of its processes used most.
    Part { of: String, part: String, cores: f64, all: f64 },
    /// Other programs computed far more while one program ran than while another did.
    Outside { of: String, cores: f64, other: String, least: f64 },
}

impl Warning {
    /// What it is called in JSON.
    fn kind(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Limited { .. } => "limited",
            Self::Stolen { .. } => "stolen",
            Self::Hot { .. } => "hot",
            Self::Slower { .. } => "slower",
            Self::Server { .. } => "server",
            Self::Part { .. } => "part",
            Self::Outside { .. } => "outside",
        }
    }

    /// Its figure: cores, a share of the time, or a number of times.
    fn figure(&self) -> f64 {
        match *self {
            Self::Busy { cores, .. }
            | Self::Stolen { cores, .. }
            | Self::Part { cores, .. }
            | Self::Outside { cores, .. } => cores,
            Self::Limited { throttled, periods, .. } => share(throttled, periods),
            Self::Hot { times } => times as f64,
            Self::Slower { from_khz, to_khz } => to_khz / from_khz,
            Self::Server { busy, .. } => busy,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { cores, of } => write!(
                f,
                "The machine was busy: other programs used {cores:.1} of {} during the runs.",
                count(*of, "core")
            ),
            Self::Limited { throttled, periods, held_back_ns } => write!(
                f,
                "The runs were throttled: their limit on CPU time (of a container, say) held them \
                 back in {} of {} periods, for {} in all, added up over the cores.",
                grouped(throttled),
                grouped(periods),
                duration_ns(*held_back_ns)
            ),
            Self::Stolen { cores, of } => write!(
                f,
                "The host of this virtual machine took {cores:.1} of {} during the runs.",
                count(*of, "core")
            ),
            Self::Hot { times } => write!(
                f,
                "The runs were throttled: the processor was too hot, and slowed down {}.",
                if *times == 1 { "once".into() } else { format!("{} times", grouped(times)) }
            ),
            Self::Slower { from_khz, to_khz } => write!(
                f,
                "The runs were throttled: the processor's clock fell from {:.2} GHz in the first \
                 rounds to {:.2} GHz in the last.",
                from_khz / 1e6,
                to_khz / 1e6
            ),
            Self::Server { of, busy } => write!(
                f,
                "The server was the bottleneck of {of}: it computed for {} of the time, so {of} \
                 could hardly be faster.",
                percent(*busy)
            ),
            Self::Part { of, part, cores, all } => write!(
                f,
                "{part} was the bottleneck of {of}: this process, which {of} has started, used at \
                 least {cores:.1} of the {all:.1} cores that all of {of} used. So the time of {of} is \
                 mostly that of {part}."
            ),
            Self::Outside { of, cores, other, least } => write!(
                f,
                "Programs outside of the comparison used {cores:.1} cores while {of} ran, and \
                 {least:.1} while {other} ran. If they serve {of}, its time is theirs, too."
            ),
        }
    }
}

impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut warning = serializer.serialize_struct("Warning", 3)?;
        warning.serialize_field("kind", self.kind())?;
        warning.serialize_field("figure", &self.figure())?;
        warning.serialize_field("text", &self.to_string())?;
        warning.end()
    }
}

/// What is to be warned of.
#[must_use]
pub(crate) fn warnings(conditions: &Conditions) -> Vec<Warning> {
    let machine = [
        outside(conditions).or_else(|| busy(conditions)),
        limited(conditions),
        stolen(conditions),
        (conditions.hot > 0).then_some(Warning::Hot { times: conditions.hot }),
        slower(&conditions.clocks_khz),
    ];
    let bottlenecks = conditions.each.iter().flat_map(|(name, seen)| {
        [server(name, seen, conditions.cores), part(name, seen, conditions.cores)]
    });
    machine.into_iter().chain(bottlenecks).flatten().collect()
}

fn busy(conditions: &Conditions) -> Option<Warning> {
    let others: i64 = conditions.each.values().map(|seen| seen.others_ns).sum();
    let window = window(conditions)?;
    let cores = others as f64 / window as f64;
    (cores >= UNNOTICED).then_some(Warning::Busy { cores, of: conditions.cores })
}

fn outside(conditions: &Conditions) -> Option<Warning> {
    let each = || conditions.each.iter().filter(|(_, seen)| seen.window_ns >= SHORT);
    let cores = |seen: &Seen| seen.others_ns as f64 / seen.window_ns as f64;
    let by_cores = |a: &(&String, &Seen), b: &(&String, &Seen)| cores(a.1).total_cmp(&cores(b.1));
    let (most, least) = (each().max_by(by_cores)?, each().min_by(by_cores)?);
    let is_due_to_it = cores(most.1) >= MUCH && 2.0 * cores(least.1) <= cores(most.1);
    is_due_to_it.then(|| Warning::Outside {
        of: most.0.clone(),
        cores: cores(most.1),
        other: least.0.clone(),
        least: cores(least.1).max(0.0),
    })
}

fn limited(conditions: &Conditions) -> Option<Warning> {
    let Conditions { periods, throttled, held_back_ns, .. } = *conditions;
    let total: u64 = conditions.each.values().map(|seen| seen.window_ns).sum();
    let is_much = throttled > 0 && share(held_back_ns, total) >= HELD_BACK;
    is_much.then_some(Warning::Limited { throttled, periods, held_back_ns })
}

fn stolen(conditions: &Conditions) -> Option<Warning> {
    let stolen = conditions.each.values().map(|seen| seen.stolen_ns).sum();
    let cores = share(stolen, window(conditions)?);
    (cores >= UNNOTICED).then_some(Warning::Stolen { cores, of: conditions.cores })
}

fn slower(clocks_khz: &[u64]) -> Option<Warning> {
    if clocks_khz.len() < CLOCKS {
        return None;
    }
    // A single clock says little, since a core that has nothing to do lowers it.
    let middle = |clocks: &[u64]| {
        let clocks: Vec<f64> = clocks.iter().map(|khz| *khz as f64).collect();
        statistics::median(&clocks)
    };
    let third = clocks_khz.len() / 3;
    let from_khz = middle(&clocks_khz[..third])?;
    let to_khz = middle(&clocks_khz[clocks_khz.len() - third..])?;
    (to_khz < from_khz * (1.0 - SLOWER)).then_some(Warning::Slower { from_khz, to_khz })
}

fn server(name: &str, seen: &Seen, cores: usize) -> Option<Warning> {
    let busy = share(seen.server_ns, seen.wall_ns);
    // Where no core is left, the server has to share those that there are.
    let is_full = share(seen.cpu_ns + seen.server_ns, seen.wall_ns) >= FULL * cores as f64;
    let is_bottleneck = busy >= FULL || (is_full && seen.server_ns > seen.cpu_ns);
    let of = name.to_owned();
    is_bottleneck.then_some(Warning::Server { of, busy: busy.min(1.0) })
}

fn part(name: &str, seen: &Seen, cores: usize) -> Option<Warning> {
    let of_time = |nanos: u64| share(nanos, seen.wall_ns);
    let active = seen.members.iter().filter(|member| of_time(member.cpu_ns) >= ACTIVE);
    // Shells that only wait are no program that another could be the bottleneck of.
    if active.count() < 2 {
        return None;
    }
    let largest = seen.members.iter().max_by_key(|member| member.cpu_ns)?;
    let is_most = 2 * largest.cpu_ns >= seen.cpu_ns && !largest.is_first;
    let is_full = of_time(seen.cpu_ns) >= FULL * cores as f64;
    let never_waits = of_time(largest.largest_ns) >= FULL;
    (is_most && (is_full || never_waits)).then(|| Warning::Part {
        of: name.to_owned(),
        part: largest.name.clone(),
        cores: of_time(largest.cpu_ns),
        all: of_time(seen.cpu_ns),
    })
}

/// How long all runs took together; `None` if that is too short.
fn window(conditions: &Conditions) -> Option<u64> {
    let window = conditions.each.values().map(|seen| seen.window_ns).sum();
    (window >= SHORT).then_some(window)
}

fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use workspace::tree::Member;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// What was seen in ten seconds in which nothing else happened, on two cores.
    fn seen() -> Seen {
        let time = 10 * SECOND;
        Seen { window_ns: time, wall_ns: time, cpu_ns: SECOND, ..Seen::default() }
    }

    fn conditions(each: &[(&str, Seen)]) -> Conditions {
        let each = each.iter().map(|(name, seen)| ((*name).to_owned(), seen.clone()));
        Conditions { cores: 2, each: each.collect(), ..Conditions::default() }
    }

    fn texts(conditions: &Conditions) -> Vec<String> {
        warnings(conditions).iter().map(ToString::to_string).collect()
    }

    fn member(name: &str, seconds: f64) -> Member {
        let cpu_ns = std::time::Duration::from_secs_f64(seconds).as_nanos();
        let cpu_ns = u64::try_from(cpu_ns).expect("some seconds fit");
        Member { name: name.into(), is_first: name == "first", cpu_ns, largest_ns: cpu_ns }
    }

    #[test]
    fn a_quiet_machine_is_fit() {
        assert_eq!(texts(&conditions(&[("A", seen()), ("B", seen())])), [""; 0]);
        assert_eq!(texts(&Conditions::default()), [""; 0]);
    }

    #[test]
    fn other_programs_are_warned_of_unless_the_runs_are_too_short() {
        let others = |seconds: i64, window_ns| Seen {
            others_ns: seconds * 1_000_000_000,
            window_ns,
            ..seen()
        };
        let busy = conditions(&[("A", others(8, 10 * SECOND)), ("B", others(10, 10 * SECOND))]);
        let text = "The machine was busy: other programs used 0.9 of 2 cores during the runs.";
        assert_eq!(texts(&busy), [text]);
        assert_eq!(texts(&conditions(&[("A", others(1, 10 * SECOND))])), [""; 0]);
        assert_eq!(texts(&conditions(&[("A", others(1, SECOND / 4))])), [""; 0]);
    }

    #[test]
    fn what_computes_only_while_one_runs_may_be_its_server() {
        let others = |seconds: i64| Seen { others_ns: seconds * 1_000_000_000, ..seen() };
        let text = "Programs outside of the comparison used 0.9 cores while A ran, and 0.1 while B \
                    ran. If they serve A, its time is theirs, too.";
        assert_eq!(texts(&conditions(&[("A", others(9)), ("B", others(1))])), [text]);
    }

    #[test]
    fn every_way_of_being_throttled_is_told() {
        let quiet = conditions(&[("A", seen())]);
        let limited = Conditions {
            periods: 1_500,
            throttled: 1_200,
            held_back_ns: 2 * SECOND,
            ..quiet.clone()
        };
        let text = "The runs were throttled: their limit on CPU time (of a container, say) held them \
                    back in 1,200 of 1,500 periods, for 2.00 s in all, added up over the cores.";
        assert_eq!(texts(&limited), [text]);
        let hardly = Conditions { throttled: 1, held_back_ns: SECOND / 100, ..quiet.clone() };
        assert_eq!(texts(&hardly), [""; 0]);
        let hot = Conditions { hot: 3, ..quiet.clone() };
        let text = "The runs were throttled: the processor was too hot, and slowed down 3 times.";
        assert_eq!(texts(&hot), [text]);
        let stolen = Seen { stolen_ns: 5 * SECOND, ..seen() };
        let text = "The host of this virtual machine took 0.5 of 2 cores during the runs.";
        assert_eq!(texts(&conditions(&[("A", stolen)])), [text]);
    }

    #[test]
    fn a_clock_falls_if_it_is_lower_in_the_last_third() {
        let clocks = |clocks_khz: [u64; 9]| Conditions {
            clocks_khz: clocks_khz.map(|mhz| mhz * 1_000).into(),
            ..conditions(&[("A", seen())])
        };
        let text = "The runs were throttled: the processor's clock fell from 3.50 GHz in the first \
                    rounds to 2.80 GHz in the last.";
        let fell = clocks([3_500, 800, 3_600, 3_500, 3_000, 2_900, 2_800, 2_800, 3_500]);
        assert_eq!(texts(&fell), [text]);
        // One core that happened to have nothing to do is no trend.
        assert_eq!(texts(&clocks([3_500; 9].map(|mhz| mhz - 100))), [""; 0]);
        assert_eq!(texts(&clocks([3_500, 3_500, 3_500, 0, 0, 0, 800, 3_500, 3_500])), [""; 0]);
    }

    #[test]
    fn a_server_that_never_rests_is_the_bottleneck() {
        let server = |server_ns, cpu_ns| Seen { cpu_ns, server_ns, ..seen() };
        let text = "The server was the bottleneck of tokio: it computed for 97 % of the time, so \
                    tokio could hardly be faster.";
        assert_eq!(texts(&conditions(&[("tokio", server(97 * SECOND / 10, SECOND))])), [text]);
        assert_eq!(texts(&conditions(&[("tokio", server(5 * SECOND, SECOND))])), [""; 0]);
        // On one core, both share it.
        let both = Conditions { cores: 1, ..conditions(&[("A", server(6 * SECOND, 4 * SECOND))]) };
        assert_eq!(texts(&both).len(), 1);
        let both = Conditions { cores: 1, ..conditions(&[("A", server(4 * SECOND, 6 * SECOND))]) };
        assert_eq!(texts(&both), [""; 0]);
    }

    #[test]
    fn a_process_that_takes_all_is_the_bottleneck_of_what_has_started_it() {
        let program = |members: &[Member], seconds: u64| {
            conditions(&[(
                "A",
                Seen { members: members.into(), cpu_ns: seconds * SECOND, ..seen() },
            )])
        };
        let client_and_server = [member("client", 2.0), member("server", 9.5), member("sh", 0.0)];
        let text = "server was the bottleneck of A: this process, which A has started, used at least \
                    0.9 of the 1.2 cores that all of A used. So the time of A is mostly that of server.";
        assert_eq!(texts(&program(&client_and_server, 12)), [text]);
        // It rests half of the time, and a core is left.
        assert_eq!(texts(&program(&[member("client", 2.0), member("server", 5.0)], 7)), [""; 0]);
        // Both cores are in use.
        assert_eq!(texts(&program(&[member("client", 7.0), member("server", 12.0)], 19)).len(), 1);
        // What computes is what was started, or all that there is.
        assert_eq!(texts(&program(&[member("first", 9.5), member("helper", 1.0)], 11)), [""; 0]);
        assert_eq!(texts(&program(&[member("python3", 9.5), member("sh", 0.0)], 10)), [""; 0]);
    }

    #[test]
    fn json_has_the_kind_the_figure_and_the_text() {
        let warning = Warning::Hot { times: 1 };
        let json = serde_json::to_value(&warning).expect("it has a form in JSON");
        assert_eq!((&json["kind"], &json["figure"]), (&"hot".into(), &1.0.into()));
        assert!(json["text"].as_str().is_some_and(|text| text.ends_with("slowed down once.")));
    }
}
