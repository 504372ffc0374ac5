//! The program `compare` and the machine: what it says of one that is held back, what it sees of the
//! programs that it compares, and how little it takes itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    compare::{assert_contains, command},
    robust::saving_in,
};
use crate::{
    cells::text,
    family::{Family, Ran},
    patience::wait_until,
    suite::{Pace, Test, tests},
};

/// All of these tests.
pub(super) fn tests() -> Vec<Test> {
    let limited = Test::new("compare::a_run_that_is_throttled_is_warned_of", Pace::Shared, || {
        let group = Group::limited("run").expect("one could be made a moment ago");
        a_run_that_is_throttled_is_warned_of(&group);
    });
    // A list of tests is no reason to make a group, but it is gone at once.
    let hindrance = Group::limited("try").is_none().then(|| {
        "a control group with a limit on CPU time cannot be made (as root, it mostly can)".into()
    });
    let others = tests!("compare", Shared:
        the_processes_of_a_program_are_seen_with_their_cpu_time,
        it_takes_hardly_any_time_while_a_version_runs,
        it_takes_little_time_while_it_watches_the_processes_of_a_program,
    );
    others.into_iter().chain([limited.unless(hindrance)]).collect()
}

/// A control group of our own, which lets its processes have a twentieth of a core.
struct Group(PathBuf);

impl Group {
    fn limited(name: &str) -> Option<Self> {
        let [one, two] = ["cpu", ""].map(|mount| Path::new("/sys/fs/cgroup").join(mount));
        let is_first = one.join("cpu.cfs_quota_us").exists() || one.join("cpu.shares").exists();
        let mount = if is_first { one } else { two };
        let folder = mount.join(format!("meanwhile-{name}-{}", process::id()));
        fs::create_dir(&folder).ok()?;
        let group = Self(folder);
        let (file, limit) =
            if is_first { ("cpu.cfs_quota_us", "5000") } else { ("cpu.max", "5000 100000") };
        // Where the controller is not delegated, there is no such file, and none can be made.
        fs::write(group.0.join(file), limit).ok()?;
        Some(group)
    }

    /// The same command inside the group.
    fn command(&self, command: &Command) -> Command {
        let mut inside = Command::new("sh");
        let script = "echo $$ > \"$0\" && exec \"$@\"";
        let group = self.0.join("cgroup.procs");
        inside.args(["-c", script]).arg(group).arg(command.get_program()).args(command.get_args());
        let envs = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        inside.envs(envs).current_dir(command.get_current_dir().unwrap_or(Path::new(".")));
        inside
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // A process that has ended leaves its group a moment later.
        wait_until("the group is empty", || fs::remove_dir(&self.0).is_ok());
    }
}

/// A shell that computes for a while: that much work, whatever else the machine does.
const COMPUTE: &str = "i=0; while [ \\$i -lt 200000 ]; do i=\\$((i+1)); done";

fn a_run_that_is_throttled_is_warned_of(group: &Group) {
    let computes = format!("a=sh -c \"{COMPUTE}\"");
    let compared =
        command(&["--command", &computes, "--command", "b=true", "--runs", "1", "--json"]);
    let ran = Ran::of(&mut group.command(&compared));
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let json = ran.json();
    let warnings = json["warnings"].as_array().expect("it is a list");
    let limited = warnings.iter().find(|warning| warning["kind"] == "limited");
    let limited = limited.unwrap_or_else(|| panic!("there is no such warning: {json}"));
    let said = limited["text"].as_str().unwrap_or_default();
    assert_contains(said, "The runs were throttled: their limit on CPU time");
    // Of the periods in which a loop runs that may have a twentieth, it uses up most.
    assert!(limited["figure"].as_f64().is_some_and(|share| share > 0.3 && share <= 1.0), "{json}");
}

fn the_processes_of_a_program_are_seen_with_their_cpu_time() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    // The program itself waits for a server, which computes, and a client, which does not.
    let server = folder.path().join("a-server");
    fs::copy("/bin/sh", &server).expect("there is a shell");
    let script = format!("{} -c \\\"{}\\\" & sleep 0.2; wait", text(&server), COMPUTE);
    let compared = format!("a=sh -c \"{}\"", script.replace("\\$", "\\\\\\$"));
    let arguments = ["--command", &compared, "--command", "b=sleep 0.1", "--runs", "2"];
    let ran = Ran::of(&mut saving_in(folder.path(), &arguments));
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let saved = fs::read(folder.path().join("compare/last.json")).expect("the run was saved");
    let saved: Value = serde_json::from_slice(&saved).expect("it is JSON");
    let seen = &saved["what"]["Programs"]["conditions"]["each"]["a"];
    let members = seen["members"].as_array().unwrap_or_else(|| panic!("there are none: {saved}"));
    let of = |name: &str| members.iter().find(|member| member["name"] == name);
    let server = of("a-server").unwrap_or_else(|| panic!("it is not among {members:?}"));
    let cpu = |value: &Value| value.as_u64().expect("it is a number");
    // What it did after the last look is unknown.
    assert!(2 * cpu(&server["cpu_ns"]) > cpu(&seen["cpu_ns"]), "{seen}");
    assert_eq!(server["is_first"], false);
    assert_eq!(of("sh").map(|shell| &shell["is_first"]), Some(&true.into()), "{seen}");
}

/// The time that a process was on a core, with all of its threads, in seconds.
fn cpu(pid: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs").flatten();
    let nanos = threads.map(|thread| {
        let stat = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        stat.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).expect("Linux tells it")
    });
    nanos.sum::<f64>() / 1e9
}

/// How much of a core some processes take while nothing happens that they would have to do.
fn share(pids: &[u32]) -> f64 {
    let of_all = || pids.iter().map(|pid| cpu(*pid)).sum::<f64>();
    let (before, start) = (of_all(), Instant::now());
    thread::sleep(Duration::from_secs(2));
    (of_all() - before) / start.elapsed().as_secs_f64()
}

fn it_takes_hardly_any_time_while_a_version_runs() {
    let arguments = ["good", "--only", "tokio", "--runs", "1", "--", "--mischief=sleeps"];
    let mut family = Family::spawn(command(&arguments).stdin(Stdio::null()));
    let own = family.parent().id();
    wait_until("tokio runs", || {
        let program = |pid| fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        family.living("").into_iter().any(|pid| program(pid).ends_with("good-tokio"))
    });
    let share = share(&[own]);
    assert!(share < 0.01, "it takes {share} of a core");
    family.signal("-INT");
    assert_eq!(family.end().status, Some(130));
}

fn it_takes_little_time_while_it_watches_the_processes_of_a_program() {
    // The shell is not replaced by the last of them.
    let many = "a=sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 600 & done; wait'";
    let arguments = ["--command", many, "--command", "b=true", "--runs", "1"];
    let mut family = Family::spawn(command(&arguments).stdin(Stdio::null()));
    let own = family.parent().id();
    let watcher = |family: &Family| {
        let living = family.living("MEANWHILE_WATCH=");
        living.into_iter().find(|pid| *pid != own)
    };
    // compare, the process that watches, the shell and what it has started.
    wait_until("all processes run", || family.living("").len() >= 12);
    let watcher = watcher(&family).expect("it runs as long as the program does");
    let of_compare = share(&[own]);
    assert!(of_compare < 0.01, "compare takes {of_compare} of a core");
    let of_both = share(&[own, watcher]);
    assert!(of_both < 0.05, "both take {of_both} of a core");
    family.signal("-INT");
    assert_eq!(family.end().status, Some(130));
}
