//! What the machine, and the server that all ask, did while versions or programs ran: read from the
//! system's counters before each run and after it, so it costs nothing while one runs.

use std::{collections::BTreeMap, time::Instant};

use figures::{machine, throttle::Throttle, ticks::Ticks};
use harness::meter::{Counters, Usage};
use serde::{Deserialize, Serialize};
use workspace::tree::{self, Member};

/// What was seen in all runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Conditions {
    /// The cores that may be used.
    pub(crate) cores: usize,
    /// What was seen while each version or program ran, by its name.
    pub(crate) each: BTreeMap<String, Seen>,
    /// The periods of a limit on CPU time, mostly of 100 ms.
    pub(crate) periods: u64,
    /// Those in which the limit held something back.
    pub(crate) throttled: u64,
    /// For how long, in nanoseconds, added up over the cores.
    pub(crate) held_back_ns: u64,
    /// How often a core slowed down because of heat.
    pub(crate) hot: u64,
    /// The clock of the fastest core after each run, in kHz, where it is known.
    pub(crate) clocks_khz: Vec<u64>,
}

/// What was seen while one version or program ran, added up over its runs. Times are in nanoseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// How long its processes ran, their start included.
    pub(crate) window_ns: u64,
    /// How long its job took.
    pub(crate) wall_ns: u64,
    /// The CPU time of its job.
    pub(crate) cpu_ns: u64,
    /// The CPU time that all other programs took. Ticks are coarse, so in a short run this may be
    /// less than nothing.
    pub(crate) others_ns: i64,
    /// The time that the host of a virtual machine took.
    pub(crate) stolen_ns: u64,
    /// The CPU time of the busiest thread of the server that all versions ask.
    pub(crate) server_ns: u64,
    /// The processes that the program consisted of, if it is one of the user's own.
    pub(crate) members: Vec<Member>,
}

/// Watches runs, one after the other.
#[derive(Debug)]
pub(crate) struct Observer {
    /// The process that holds the input of all versions, and may be their server.
    server: Option<u32>,
    conditions: Conditions,
}

/// The counters at one moment.
struct Moment {
    at: Instant,
    ticks: Option<Ticks>,
    throttle: Throttle,
    /// The CPU time of this program and of all its ended children.
    own: u64,
    server: BTreeMap<u32, u64>,
}

impl Observer {
    /// An observer that has seen nothing yet. `server` holds the input of all runs.
    #[must_use]
    pub(crate) fn new(server: Option<u32>) -> Self {
        let conditions = Conditions { cores: machine::cores(), ..Conditions::default() };
        Self { server, conditions }
    }

    /// What it has seen up to now.
    #[must_use]
    pub(crate) fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// Watches a run of the version or program of this name. `cost` takes from its outcome what it
    /// has cost and which processes it had; a run that failed does not count.
    pub(crate) fn watch<T>(
        &mut self,
        name: &str,
        run: impl FnOnce() -> T,
        cost: impl FnOnce(&T) -> Option<(&Usage, &[Member])>,
    ) -> T {
        let before = self.look();
        let outcome = run();
        let after = self.look();
        if let Some((usage, members)) = cost(&outcome) {
            self.note(name, &before, &after, usage, members);
        }
        outcome
    }

    fn look(&self) -> Moment {
        let own = Counters::now().unwrap_or_default();
        Moment {
            at: Instant::now(),
            ticks: Ticks::now(),
            throttle: Throttle::now(),
            own: own.user_ns + own.system_ns,
            server: self.server.map(tree::threads_of).unwrap_or_default(),
        }
    }

    fn note(
        &mut self,
        name: &str,
        before: &Moment,
        after: &Moment,
        usage: &Usage,
        members: &[Member],
    ) {
        let conditions = &mut self.conditions;
        let limited = after.throttle.limited_since(&before.throttle);
        conditions.periods += limited.periods;
        conditions.throttled += limited.throttled;
        conditions.held_back_ns += limited.held_back_ns;
        conditions.hot += after.throttle.hot_since(&before.throttle);
        conditions.clocks_khz.extend(after.throttle.clock_khz());

        let server: Vec<u64> = after
            .server
            .iter()
            .map(|(thread, now)| {
                now.saturating_sub(before.server.get(thread).copied().unwrap_or_default())
            })
            .collect();
        let seen = conditions.each.entry(name.to_owned()).or_default();
        seen.window_ns += timeline::nanos(after.at - before.at);
        seen.wall_ns += usage.wall_ns;
        seen.cpu_ns += usage.cpu().map_or(0, timeline::nanos);
        seen.server_ns += server.iter().max().copied().unwrap_or_default();
        if let Some((now, earlier)) = after.ticks.zip(before.ticks)
            // What others do on cores that this program may not use takes nothing from it.
            && now.cores() == conditions.cores
        {
            let [computed, stolen] = now.times_since(earlier).map(timeline::nanos);
            let ours = after.own.saturating_sub(before.own) + server.iter().sum::<u64>();
            let signed = |nanos: u64| i64::try_from(nanos).unwrap_or(i64::MAX);
            seen.others_ns += signed(computed) - signed(ours);
            seen.stolen_ns += stolen;
        }
        for member in members {
            match seen.members.iter_mut().find(|known| known.name == member.name) {
                Some(known) => {
                    known.is_first |= member.is_first;
                    known.cpu_ns += member.cpu_ns;
                    known.largest_ns += member.largest_ns;
                }
                None => seen.members.push(member.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn usage(wall_ns: u64) -> Usage {
        Usage { wall_ns, cpu_user_ns: Some(7), cpu_system_ns: Some(3), ..Usage::default() }
    }

    fn member(cpu_ns: u64) -> Member {
        Member { name: "server".into(), is_first: false, cpu_ns, largest_ns: cpu_ns }
    }

    #[test]
    fn runs_of_one_name_are_added_up_and_failures_do_not_count() {
        let mut observer = Observer::new(None);
        for (name, wall) in [("a", Some(100)), ("b", Some(20)), ("a", Some(50)), ("a", None)] {
            let outcome = wall.map(|wall| (usage(wall), vec![member(wall)]));
            observer.watch(
                name,
                || outcome,
                |it| it.as_ref().map(|(usage, all)| (usage, &all[..])),
            );
        }
        let a = &observer.conditions().each["a"];
        assert_eq!((a.wall_ns, a.cpu_ns), (150, 20));
        assert_eq!(a.members, [member(150)]);
        assert_eq!(observer.conditions().each["b"].wall_ns, 20);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_server_that_computes_meanwhile_is_seen() {
        use std::process::{Command, Stdio};

        let mut server = Command::new("sh");
        server.args(["-c", "while :; do :; done"]).stdin(Stdio::null());
        let mut server = server.spawn().expect("every Linux has a shell");
        let pid = server.id();
        let mut observer = Observer::new(Some(pid));
        let start = Instant::now();
        let has_computed = || tree::threads_of(pid).values().sum::<u64>() > 20_000_000;
        let wait = || {
            while !has_computed() && start.elapsed() < Duration::from_mins(1) {
                std::thread::sleep(Duration::from_millis(10));
            }
            usage(timeline::nanos(start.elapsed()))
        };
        observer.watch("a", wait, |usage| Some((usage, &[])));
        server.kill().and_then(|()| server.wait()).expect("it is ours");
        let seen = &observer.conditions().each["a"];
        assert!(seen.server_ns > 10_000_000, "{seen:?}");
        assert!(seen.server_ns < seen.window_ns + 10_000_000, "{seen:?}");
    }
}
