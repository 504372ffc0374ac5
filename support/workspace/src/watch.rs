//! One run of somebody else's program, with what it cost: it and all that it has started.
//!
//! A system tells what *all* ended children of a process have cost together, so each run has a
//! process of its own that watches it: this program, started again (see [`serve`]).

use std::{
    io::{self, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use harness::{helper::Role, meter::Usage, parent};
use nix::{
    sys::{
        signal::{Signal, kill, killpg},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};
use serde::{Deserialize, Serialize};
use wait_timeout::ChildExt;

use crate::{
    output::{self, LastWords},
    run::Fault,
    running,
    tree::{Member, Sampled},
};

/// The role of the process that watches.
const ROLE: Role = Role::new("MEANWHILE_WATCH");

/// How long the process that watches may take to end all that it has started. It is given its time:
/// without it, nobody would know them.
const GRACE: Duration = Duration::from_secs(10);

/// The first look at the processes of a program comes after this time, and further ones after pauses
/// that grow up to the second. A short run is left alone, and a long one is hardly disturbed.
const LOOKS: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(100)];
/// A pause is at least so many times as long as a look: there may be thousands of processes.
const PAUSES: u32 = 100;

/// What a run has cost.
#[derive(Debug, Serialize, Deserialize)]
pub struct Watched {
    /// All processes together.
    pub usage: Usage,
    /// Which they were, as far as they lived long enough to be seen.
    pub members: Vec<Member>,
}

/// What is to be run.
#[derive(Debug, Serialize, Deserialize)]
struct Job {
    /// The program and its arguments.
    words: Vec<String>,
    deadline: Duration,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
enum Outcome {
    Ended { code: Option<i32>, signal: Option<i32>, watched: Watched },
    Hung,
    NotStarted { reason: String },
}

/// Runs a program once, with nothing on its stdin and its stdout dropped. What it cost includes all
/// processes that come of it. Its memory is that of the largest of them, and what this program
/// itself takes, some megabytes, if that is more.
///
/// # Errors
/// It cannot be started, or does not end before the deadline, or ends with another status than 0, or
/// Ctrl-C ends it.
pub fn run(words: &[String], deadline: Duration) -> Result<Watched, Fault> {
    let crashed = |error: io::Error| Fault::Crashed(format!("it cannot be run: {error}"));
    let mut command = ROLE.command(&Job { words: words.to_vec(), deadline }).map_err(crashed)?;
    parent::end_with_this_process(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = running::start(&mut command, GRACE).map_err(crashed)?;
    let Some((mut watcher, _running)) = started else { return Err(Fault::Interrupted) };
    let stdout = watcher.stdout.take().expect("stdout is piped, and nobody else has taken it");
    let stderr = watcher.stderr.take().expect("stderr is piped, and nobody else has taken it");
    let outcome = output::first_line(stdout);
    let last_words = LastWords::of(stderr);
    // The watcher keeps the deadline, and ends soon after it.
    let status = watcher.wait().map_err(crashed)?;
    if running::is_interrupted() {
        return Err(Fault::Interrupted);
    }
    let outcome = outcome.recv().unwrap_or_default();
    let outcome: Outcome = serde_json::from_str(&outcome)
        .map_err(|_| Fault::Crashed(format!("who watched it ended with {status}")))?;
    let reason = match outcome {
        Outcome::Ended { code: Some(0), watched, .. } => return Ok(watched),
        Outcome::Hung => return Err(Fault::Hung { deadline }),
        Outcome::NotStarted { reason } => return Err(Fault::Crashed(reason)),
        Outcome::Ended { code: Some(code), .. } => format!("exit status: {code}"),
        Outcome::Ended { signal, .. } => format!("signal: {}", signal.unwrap_or_default()),
    };
    Err(Fault::Crashed(match last_words.line() {
        Some(line) => format!("{reason}; its last words: {line}"),
        None => reason,
    }))
}

/// Watches a run, if this process was started for that. In every other process it returns at once.
/// It must come first in `main`.
pub fn serve() {
    let Ok(Some(job)) = ROLE.setup::<Job>() else { return };
    let outcome = watch(&job);
    // If nobody reads it any more, nobody needs it.
    let _ = writeln!(
        io::stdout(),
        "{}",
        serde_json::to_string(&outcome).expect("numbers and strings can be written as JSON")
    );
    std::process::exit(0);
}

/// The group of the program that runs, for the thread that has to end it. Whoever starts the program
/// holds the lock until its group is known: nobody ends this process in between.
static GROUP: Mutex<Option<Pid>> = Mutex::new(None);

fn watch(Job { words, deadline }: &Job) -> Outcome {
    // Whoever is left alone by the program becomes a child of this process, and is counted, too.
    // Where the kernel refuses, it is not.
    let _ = nix::sys::prctl::set_child_subreaper(true);
    // Ctrl-C, or the end of the process that has started this one.
    let _ = ctrlc::set_handler(|| {
        let group = GROUP.lock().expect("nobody panics while holding it");
        if let Some(group) = *group {
            // It may have ended by itself.
            let _ = killpg(group, Signal::SIGKILL);
        }
        end_children();
        std::process::exit(130);
    });
    parent::end_with_parent_if_asked();
    let [program, arguments @ ..] = &words[..] else {
        return Outcome::NotStarted { reason: "there is no program".into() };
    };
    let mut command = Command::new(program);
    command.args(arguments).env_remove("MEANWHILE_WATCH").env_remove("MEANWHILE_PARENT");
    // A group of its own, so that all of it can be ended.
    command.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
    let mut group = GROUP.lock().expect("nobody panics while holding it");
    let start = Instant::now();
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            return Outcome::NotStarted { reason: format!("cannot start {program}: {error}") };
        }
    };
    *group = i32::try_from(child.id()).ok().map(Pid::from_raw);
    drop(group);
    let (status, members) = wait_and_look(&mut child, start, *deadline);
    let wall = start.elapsed();
    end_all(&mut child);
    match status {
        Ok(Some(status)) => Outcome::Ended {
            code: status.code(),
            signal: status.signal(),
            watched: Watched { usage: Usage::of_children(wall), members },
        },
        _ => Outcome::Hung,
    }
}

/// Waits for the program to end, and looks now and then at what it consists of. The status is `None` if
/// it does not end before the deadline.
fn wait_and_look(
    child: &mut Child,
    start: Instant,
    deadline: Duration,
) -> (io::Result<Option<ExitStatus>>, Vec<Member>) {
    let mut sampled = Sampled::new(child.id());
    let [mut pause, longest] = LOOKS;
    loop {
        let left = deadline.saturating_sub(start.elapsed());
        let status = child.wait_timeout(pause.min(left));
        if left <= pause || !matches!(status, Ok(None)) {
            return (status, sampled.members());
        }
        let looking = Instant::now();
        sampled.look(std::process::id());
        pause = (pause * 3 / 2).min(longest).max(looking.elapsed() * PAUSES);
    }
}

/// Ends what is left of the program, and waits for all of it, since only then its times are counted.
fn end_all(child: &mut Child) {
    let group = GROUP.lock().expect("nobody panics while holding it").take();
    // Whatever has ended needs no signal.
    let _ = group.map(|group| killpg(group, Signal::SIGKILL));
    let _ = child.wait();
    end_children();
}

/// Ends the children of this process, and those who become its children because their own parents
/// end, until there are none.
fn end_children() {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => {
                // These have left the group, and were left alone by whoever had started them.
                for orphan in children() {
                    let _ = kill(orphan, Signal::SIGKILL);
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// The processes whose parent this one is.
fn children() -> Vec<Pid> {
    let own = std::process::id();
    let children = std::fs::read_to_string(format!("/proc/self/task/{own}/children"));
    let children = children.unwrap_or_default();
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).map(Pid::from_raw).collect()
}
