//! Whether the system has room for the user's request: enough memory, threads or processes.
//!
//! A request beyond the system is refused before the run, in one line that names the limit. In the
//! middle of a run it would end the whole program: a thread that gets no memory does so, and so
//! does the kernel when memory runs out. The limits are read from `/proc` and `/sys`, so they are
//! known only on Linux; elsewhere everything counts as possible until it fails.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

use anyhow::Context;

use crate::{
    limits::Kind,
    words::{bytes, grouped, plural},
};

/// The most memory mappings that a thread of the standard library takes: its stack, a second stack
/// to report an overflow of the first, and a guard page below each.
const MAPPINGS_PER_THREAD: usize = 4;
/// The memory of a thread beside its own data, in bytes: a kernel stack and a few pages.
const MEMORY_PER_THREAD: usize = 32 * 1024;
/// The memory of a worker process that it shares with no other, in bytes.
const MEMORY_PER_PROCESS: usize = 512 * 1024;
/// The most threads that may steal work from each other, unless there are more cores: if they
/// compute, and if they mostly wait.
const MOST_STEALING: usize = 256;
const MOST_STEALING_WAITS: usize = 2_048;
/// The most files that a runtime opens at its start, to wait for events and to be woken.
const FILES_OF_A_RUNTIME: usize = 5;
/// How many files are kept for the end of a program.
const FILES_IN_RESERVE: usize = 3;
/// The fewest other files that a program needs.
const FEWEST_FILES: usize = 5;
/// The threads of a worker process: its own two, and the one here that feeds it.
const THREADS_PER_PROCESS: usize = 3;

/// The system has no room for the user's request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room for {wanted}: {reason}")]
pub struct NoRoom {
    wanted: String,
    reason: String,
}

/// Checks that there is room for this many more threads in this process.
pub fn for_threads(number: usize) -> Result<(), NoRoom> {
    let mut demands = tasks(number);
    demands.push(mappings(number));
    demands.extend(memory(number.saturating_mul(MEMORY_PER_THREAD)));
    check(plural(number, "thread"), demands)
}

/// Checks that a pool of this size makes sense if its threads steal work from each other. An idle
/// thread looks for work at all others, and again before it sleeps. With twice as many threads that
/// takes four times as long, and in *life* it happens in each step. Where work waits, it happens once
/// at the start: with 1,000 threads for 1.4 s on two cores, with 4,000 for 20 s.
///
/// # Errors
/// It has more threads than there are cores, and more than 256, or 2,048 if its work waits.
pub fn for_stealing(threads: usize, kind: Kind) -> Result<(), NoRoom> {
    let most = match kind {
        Kind::Computes => MOST_STEALING,
        Kind::Waits { .. } => MOST_STEALING_WAITS,
    };
    let most = most.max(thread::available_parallelism().map_or(1, usize::from));
    if threads <= most {
        return Ok(());
    }
    let wanted = format!("{} that steal work from each other", plural(threads, "thread"));
    let most = grouped(most);
    let reason =
        format!("idle threads would search all others for work, so at most {most} are allowed");
    Err(NoRoom { wanted, reason })
}

/// Checks that there is room for this many worker processes.
pub fn for_processes(number: usize) -> Result<(), NoRoom> {
    let mut demands = tasks(number.saturating_mul(THREADS_PER_PROCESS));
    demands.push(mappings(number));
    demands.extend(memory(number.saturating_mul(MEMORY_PER_PROCESS)));
    let processes = if number == 1 { "process" } else { "processes" };
    check(format!("{} worker {processes}", grouped(number)), demands)
}

/// Checks that this process may open this many more files. A pipe is two.
pub fn for_open_files(number: usize) -> Result<(), NoRoom> {
    let demand = || {
        Some(Demand {
            limit: "ulimit -n".into(),
            most: field("/proc/self/limits", "Max open files")?,
            // Reading the folder opens it, so it counts itself.
            used: fs::read_dir("/proc/self/fd").ok()?.count() - 1,
            more: number,
            show: grouped,
        })
    };
    check(plural(number, "open file"), vec![demand()])
}

/// Checks that there is room for the files that the runtime of an async cell opens for itself. The
/// reactors of async-std and smol cannot report that they have none: they panic.
pub(crate) fn for_a_runtime() -> Result<(), NoRoom> {
    some_files(FILES_OF_A_RUNTIME).map(drop)
}

/// Opens this many files that nobody needs. Unlike [`for_open_files`], which must open a file
/// itself, this also works if there is no room for a single one.
fn some_files(number: usize) -> Result<Vec<File>, NoRoom> {
    let files: io::Result<_> =
        (0..number).map(|_| File::open(if cfg!(unix) { "/dev/null" } else { "NUL" })).collect();
    files.map_err(|error| NoRoom { wanted: plural(number, "open file"), reason: error.to_string() })
}

/// Open files that nobody uses, a reserve for the end: removing a folder takes one for each of its
/// levels. They are given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Reserve(());

/// The files of the [`Reserve`].
static RESERVE: Mutex<Vec<File>> = Mutex::new(Vec::new());

impl Reserve {
    /// Takes the reserve.
    ///
    /// # Errors
    /// So few files may be open that next to none would be left to work with.
    pub(crate) fn take() -> Result<Self, NoRoom> {
        let mut files = some_files(FILES_IN_RESERVE + FEWEST_FILES)?;
        files.truncate(FILES_IN_RESERVE);
        *RESERVE.lock().expect("nobody panics while holding it") = files;
        Ok(Self(()))
    }

    /// Gives the files back. Code that ends the process without destructors calls this itself.
    pub(crate) fn give_back() {
        RESERVE.lock().expect("nobody panics while holding it").clear();
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        Self::give_back();
    }
}

/// Raises this process's limit on open files as far as the system allows: a connection is one, and
/// a large `--limit` would first meet the usual limit of 1,024.
pub fn allow_open_files() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
            // If it is refused, the run goes on with the old limit, and reports it if files run
            // out.
            let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
        }
    }
}

/// Checks that there is memory for this many things, called `thing`, that take `size` bytes each.
pub fn for_things(number: usize, thing: &str, size: usize) -> Result<(), NoRoom> {
    check(plural(number, thing), memory(number.saturating_mul(size)))
}

/// Checks that a file can be written, before any work is done for it. An existing file keeps its
/// contents, and a missing one is not left behind, unless a link leads to it.
///
/// # Errors
/// It cannot be written; the message names it.
pub fn for_writing(path: &Path) -> anyhow::Result<()> {
    // A link whose target is missing is there, too, and must not be removed.
    let existed = path.symlink_metadata().is_ok();
    let opened = File::options().append(true).create(true).open(path);
    let checked = opened.and_then(|_| if existed { Ok(()) } else { fs::remove_file(path) });
    checked.with_context(|| format!("cannot write {}", path.display()))
}

/// The disk's free space for files in this folder, in bytes; `None` if unknown.
#[must_use]
pub fn room_on_disk(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let disk = nix::sys::statvfs::statvfs(folder).ok()?;
        // The widths of these differ between systems.
        #[allow(clippy::useless_conversion, reason = "they are u64 on some systems only")]
        Some(u64::from(disk.blocks_available()).saturating_mul(disk.fragment_size().into()))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

/// A limit that this system does not tell makes no demand.
fn check(wanted: String, demands: Vec<Option<Demand>>) -> Result<(), NoRoom> {
    let unmet = demands.into_iter().flatten().find(|demand| !demand.is_met());
    unmet.map_or(Ok(()), |demand| Err(NoRoom { wanted, reason: demand.explain() }))
}

/// A demand on a limited resource.
struct Demand {
    /// The limit's name, for somebody who wants to raise it.
    limit: String,
    most: usize,
    used: usize,
    more: usize,
    show: fn(usize) -> String,
}

impl Demand {
    fn is_met(&self) -> bool {
        self.more <= self.most.saturating_sub(self.used)
    }

    fn explain(&self) -> String {
        let Self { limit, most, used, more, show } = self;
        format!("{limit} is {}, {} in use, {} more needed", show(*most), show(*used), show(*more))
    }
}

/// The limits on the threads of this and all other processes. Linux counts both as tasks.
fn tasks(more: usize) -> Vec<Option<Demand>> {
    let demand = |limit: String, most: Option<usize>, used: Option<usize>| {
        Some(Demand { limit, most: most?, used: used?, more, show: grouped })
    };
    // "0.20 0.18 0.12 1/80 11206": the load, then running/all tasks, then the last of them.
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let all = load.split([' ', '/']).nth(4).and_then(|all| all.parse().ok());
    let mut demands: Vec<_> = ["pid_max", "threads-max"]
        .map(|name| {
            demand(format!("kernel.{name}"), number(format!("/proc/sys/kernel/{name}")), all)
        })
        .into();
    if let Some(most) = most_of_the_user() {
        demands.push(demand("ulimit -u".into(), Some(most), threads_of_the_user()));
    }
    demands.extend(control_groups("pids").map(|group| {
        let [most, used] = ["max", "current"].map(|name| group.join(format!("pids.{name}")));
        demand(most.display().to_string(), number(&most), number(used))
    }));
    demands
}

/// The limit on this process's memory mappings.
fn mappings(threads: usize) -> Option<Demand> {
    // It may be long, so read it line by line.
    let used = BufReader::new(File::open("/proc/self/maps").ok()?).split(b'\n').count();
    Some(Demand {
        limit: "vm.max_map_count, of memory mappings,".into(),
        most: number("/proc/sys/vm/max_map_count")?,
        used,
        more: threads.saturating_mul(MAPPINGS_PER_THREAD),
        show: grouped,
    })
}

/// The limits on memory: the machine's, and those of control groups such as a container.
fn memory(more: usize) -> Vec<Option<Demand>> {
    let demand = |limit: String, most: Option<usize>, used: Option<usize>| {
        Some(Demand { limit, most: most?, used: used?, more, show: |size| bytes(size as u64) })
    };
    let most = field("/proc/meminfo", "MemTotal:").map(|kib| kib * 1024);
    let available = field("/proc/meminfo", "MemAvailable:").map(|kib| kib * 1024);
    let used = most.zip(available).map(|(most, available)| most.saturating_sub(available));
    let mut demands = vec![demand("the machine's memory".into(), most, used)];
    demands.extend(control_groups("memory").flat_map(|group| {
        // The names of the second version of control groups, then those of the first.
        [["max", "current"], ["limit_in_bytes", "usage_in_bytes"]].map(|names| {
            let [most, used] = names.map(|name| group.join(format!("memory.{name}")));
            // Cached files count as used, but make room when memory is needed.
            let cache = field(group.join("memory.stat"), "inactive_file").unwrap_or(0);
            let used = number(used).map(|used| used.saturating_sub(cache));
            demand(most.display().to_string(), number(&most), used)
        })
    }));
    demands
}

/// The folders of the control groups that this process is in, up to the outermost.
fn control_groups(controller: &str) -> impl Iterator<Item = PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let folders = groups.lines().filter_map(|line| {
        // "0::/user.slice" in the second version, "8:pids:/user.slice" in the first.
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, group) = (parts.next()?, parts.next()?);
        let root = match controllers {
            "" => Path::new("/sys/fs/cgroup").to_owned(),
            _ if controllers.split(',').any(|name| name == controller) => {
                Path::new("/sys/fs/cgroup").join(controllers)
            }
            _ => return None,
        };
        let levels = Path::new(group.trim_start_matches('/')).ancestors();
        Some(levels.map(|level| root.join(level)).collect::<Vec<_>>())
    });
    folders.flatten().collect::<Vec<_>>().into_iter()
}

/// The most threads that this user may have; `None` if there is no limit.
fn most_of_the_user() -> Option<usize> {
    // Administrators are exempt. These are the numbers of the two capabilities in capabilities(7).
    const EXEMPT: u64 = 1 << 21 | 1 << 24;
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    if u64::from_str_radix(capabilities.trim(), 16).ok()? & EXEMPT != 0 {
        return None;
    }
    field("/proc/self/limits", "Max processes")
}

/// The number of this user's threads, in all processes.
fn threads_of_the_user() -> Option<usize> {
    let user = field("/proc/self/status", "Uid:")?;
    // `self` and `thread-self` are links, and would count this process two more times.
    let folders = fs::read_dir("/proc").ok()?.flatten();
    let folders = folders.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let processes = folders.map(|process| process.path().join("status"));
    let own = processes.filter(|status| field(status, "Uid:") == Some(user));
    Some(own.filter_map(|status| field(status, "Threads:")).sum())
}

/// The number that follows a name at the beginning of a line.
fn field(file: impl AsRef<Path>, name: &str) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The number that a file consists of.
fn number(file: impl AsRef<Path>) -> Option<usize> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_what_is_usual() {
        assert_eq!(for_threads(2), Ok(()));
        assert_eq!(for_processes(2), Ok(()));
        assert_eq!(for_things(1_000, "task", 1_000), Ok(()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_has_no_room_is_told_with_the_limit() {
        let threads = for_threads(usize::MAX).expect_err("nobody has so many").to_string();
        assert!(
            threads.starts_with("no room for 18,446,744,073,709,551,615 threads: "),
            "{threads}"
        );
        let things = for_things(1 << 40, "task", 1 << 10).expect_err("it is a pebibyte");
        let text = things.to_string();
        assert!(text.contains("1,099,511,627,776 tasks") && text.contains("memory"), "{text}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn open_files_have_a_limit() {
        assert_eq!(for_open_files(2), Ok(()));
        let files = for_open_files(usize::MAX).expect_err("nobody has so many").to_string();
        assert!(files.contains("ulimit -n is ") && files.contains(" in use"), "{files}");
    }

    #[test]
    fn a_demand_is_met_up_to_the_limit_and_no_further() {
        let demand =
            |more| Demand { limit: "ulimit -u".into(), most: 10, used: 7, more, show: grouped };
        assert!(demand(3).is_met());
        assert!(!demand(4).is_met());
        assert_eq!(demand(4).explain(), "ulimit -u is 10, 7 in use, 4 more needed");
    }

    #[test]
    fn checking_a_file_leaves_things_as_they_are() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("a.png");
        for_writing(&path).expect("it can be written");
        assert!(!path.exists());
        fs::write(&path, "old").expect("it can be written");
        for_writing(&path).expect("it can be written");
        assert_eq!(fs::read(&path).expect("it is there"), b"old");
        #[cfg(unix)]
        {
            let (link, target) = (folder.path().join("link"), folder.path().join("target"));
            std::os::unix::fs::symlink(&target, &link).expect("a link can be made");
            for_writing(&link).expect("its target can be written");
            assert!(link.is_symlink(), "the user's link is still there");
        }
        let error = for_writing(folder.path()).expect_err("it is a folder");
        assert!(error.to_string().contains("cannot write"), "{error}");
    }
}
