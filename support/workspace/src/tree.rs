//! The CPU time of single processes that run, and of all that come of them. Linux only: elsewhere
//! nobody is found.

use std::{collections::BTreeMap, fs, time::Duration};

use serde::{Deserialize, Serialize};

/// Linux counts in ticks, a hundred of them in a second on all processors of today (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// The processes of one name that a program consisted of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The name, at most 15 bytes of it.
    pub name: String,
    /// Whether the process that was started first is one of them.
    pub is_first: bool,
    /// The CPU time of all of them, in nanoseconds: at least, since nobody sees their last moments.
    pub cpu_ns: u64,
    /// The most that one of them had.
    pub largest_ns: u64,
}

/// The processes that come of a program, each as it was when it was last seen.
#[derive(Debug)]
pub struct Sampled {
    first: u32,
    /// By the process's number and when it was started, since numbers are used again.
    seen: BTreeMap<(u32, u64), (String, u64)>,
}

impl Sampled {
    /// Begins with the process of this number, of which nothing has been seen yet.
    #[must_use]
    pub fn new(first: u32) -> Self {
        Self { first, seen: BTreeMap::new() }
    }

    /// Looks at all processes that come of this one, itself left out.
    pub fn look(&mut self, ancestor: u32) {
        let mut left = children(ancestor);
        while let Some(pid) = left.pop() {
            left.extend(children(pid));
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if let Some((name, started, cpu_ns)) = parse(&stat) {
                self.seen.insert((pid, started), (name, cpu_ns));
            }
        }
    }

    /// What has been seen, by name.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        let mut members: BTreeMap<&str, Member> = BTreeMap::new();
        for ((pid, _), (name, cpu_ns)) in &self.seen {
            let member = members.entry(name).or_insert_with(|| Member {
                name: name.clone(),
                is_first: false,
                cpu_ns: 0,
                largest_ns: 0,
            });
            member.is_first |= *pid == self.first;
            member.cpu_ns += cpu_ns;
            member.largest_ns = member.largest_ns.max(*cpu_ns);
        }
        members.into_values().collect()
    }
}

/// The CPU time of each thread of a process and of all that come of it, in nanoseconds, by the
/// thread's number.
#[must_use]
pub fn threads_of(ancestor: u32) -> BTreeMap<u32, u64> {
    let mut threads = BTreeMap::new();
    let mut left = vec![ancestor];
    while let Some(pid) = left.pop() {
        left.extend(children(pid));
        for thread in tasks(pid) {
            let path = format!("/proc/{pid}/task/{thread}/schedstat");
            let stat = fs::read_to_string(path).unwrap_or_default();
            // The first figure is the time on a core (Documentation/scheduler/sched-stats.rst).
            if let Some(time) = stat.split_whitespace().next().and_then(|time| time.parse().ok()) {
                threads.insert(thread, time);
            }
        }
    }
    threads
}

/// The threads of a process.
fn tasks(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks.filter_map(|task| task.file_name().to_str()?.parse().ok()).collect()
}

/// The processes that a process has started, with any of its threads.
fn children(pid: u32) -> Vec<u32> {
    let children = |thread: u32| {
        fs::read_to_string(format!("/proc/{pid}/task/{thread}/children")).unwrap_or_default()
    };
    let lists: Vec<String> = tasks(pid).into_iter().map(children).collect();
    lists
        .iter()
        .flat_map(|list| list.split_whitespace())
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

/// Reads `/proc/PID/stat`: the name, when the process was started, in ticks since the system was,
/// and its CPU time in nanoseconds.
fn parse(stat: &str) -> Option<(String, u64, u64)> {
    // The name is in parentheses, and may have some itself.
    let (head, rest) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once(" (")?;
    // The third field is the first here; user and system time are fields 14 and 15, the start is
    // field 22 (proc(5)).
    let fields: Vec<&str> = rest.split(' ').collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    let ticks = u32::try_from(number(14)? + number(15)?).unwrap_or(u32::MAX);
    let cpu = TICK.saturating_mul(ticks).as_nanos();
    Some((name.to_owned(), number(22)?, u64::try_from(cpu).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_parentheses() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 25 5 900 900 20 0 1 0 4242 10 20";
        assert_eq!(parse(stat), Some(("a) b".into(), 4242, 300_000_000)));
        assert_eq!(parse("7 (a"), None);
    }

    #[test]
    fn processes_of_one_name_are_one_member() {
        let mut sampled = Sampled::new(1);
        for (pid, started, name, cpu_ns) in
            [(1, 5, "sh", 1), (2, 5, "server", 20), (3, 5, "server", 30), (2, 9, "server", 40)]
        {
            sampled.seen.insert((pid, started), (name.into(), cpu_ns));
        }
        let member = |name: &str, is_first, cpu_ns, largest_ns| Member {
            name: name.into(),
            is_first,
            cpu_ns,
            largest_ns,
        };
        assert_eq!(sampled.members(), [member("server", false, 90, 40), member("sh", true, 1, 1)]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_computes_is_seen_with_what_has_started_it() {
        use std::process::{Command, Stdio};

        let script = "while :; do :; done & wait";
        let mut shell = Command::new("sh");
        let mut shell = shell.args(["-c", script]).stdin(Stdio::null()).spawn().expect("it starts");
        let mut sampled = Sampled::new(shell.id());
        let start = std::time::Instant::now();
        let computed = |sampled: &Sampled| sampled.members().iter().any(|it| it.largest_ns > 0);
        while !computed(&sampled) && start.elapsed() < Duration::from_mins(1) {
            std::thread::sleep(Duration::from_millis(10));
            sampled.look(std::process::id());
        }
        let threads = threads_of(shell.id());
        let loops = children(shell.id());
        for pid in loops.iter().copied().chain([shell.id()]) {
            let kill = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
            assert!(kill.is_ok_and(|status| status.success()));
        }
        shell.wait().expect("it was killed");
        assert!(computed(&sampled), "{sampled:?}");
        assert!(sampled.members().iter().any(|member| member.is_first), "{sampled:?}");
        assert!(threads.get(&loops[0]).is_some_and(|time| *time > 0), "{threads:?}");
    }
}
