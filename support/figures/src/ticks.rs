//! How busy the cores have been, in the ticks of mostly 10 ms that Linux counts.

use std::{fs, time::Duration};

/// Linux counts a hundred of them in a second, on all processors of today (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// The ticks of all cores since the system started.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    computing: u64,
    kernel: u64,
    idle: u64,
    stolen: u64,
    all: u64,
    /// The number of cores.
    cores: usize,
}

/// How the cores spent their time, as shares of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spent {
    /// Programs ran, or the kernel for them.
    pub computing: f64,
    /// The part of it that belongs to threads of the kernel's own, such as those that hand blocks to a
    /// disk.
    pub kernel: f64,
    /// There was nothing to do, or only waiting.
    pub idle: f64,
    /// The host of a virtual machine ran something else, though this machine had work.
    pub stolen: f64,
}

impl Ticks {
    /// The count of this moment; `None` where the system does not tell.
    #[must_use]
    pub fn now() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let ticks = Self::parse(&fs::read_to_string("/proc/stat").ok()?)?;
        Some(Self { kernel: kernel_threads()?, ..ticks })
    }

    /// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, and
    /// two that are parts of the first two (proc(5)). A core that waits for a disk is free too.
    fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let ticks: Vec<u64> =
            line.split_whitespace().take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
        let &[user, nice, system, idle, waiting, .., stolen] = &ticks[..] else { return None };
        Some(Self {
            computing: user + nice + system,
            kernel: 0,
            idle: idle + waiting,
            stolen,
            all: ticks.iter().sum(),
            cores: stat.lines().filter(|line| line.starts_with("cpu")).count().saturating_sub(1),
        })
    }

    /// The number of cores that these are the ticks of: all that the machine has.
    #[must_use]
    pub fn cores(self) -> usize {
        self.cores
    }

    /// How long programs, or the kernel for them, have computed since an earlier count, and for how
    /// long the host of a virtual machine ran something else; both added up over the cores.
    #[must_use]
    pub fn times_since(self, before: Self) -> [Duration; 2] {
        let time = |now: u64, before: u64| {
            let ticks = u32::try_from(now.saturating_sub(before)).unwrap_or(u32::MAX);
            TICK.saturating_mul(ticks)
        };
        [time(self.computing, before.computing), time(self.stolen, before.stolen)]
    }

    /// How the time since an earlier count was spent; `None` if none has passed.
    #[must_use]
    pub fn since(self, before: Self) -> Option<Spent> {
        let all = self.all.checked_sub(before.all).filter(|all| *all > 0)? as f64;
        let share = |now: u64, before: u64| now.saturating_sub(before) as f64 / all;
        Some(Spent {
            computing: share(self.computing, before.computing),
            kernel: share(self.kernel, before.kernel),
            idle: share(self.idle, before.idle),
            stolen: share(self.stolen, before.stolen),
        })
    }
}

/// The ticks of all threads of the kernel's own that there are; `None` if nobody may see them.
fn kernel_threads() -> Option<u64> {
    let numbered = |entry: &fs::DirEntry| entry.file_name().as_encoded_bytes()[0].is_ascii_digit();
    let processes = fs::read_dir("/proc").ok()?.flatten().filter(numbered);
    // One that has ended meanwhile has no file any more.
    let stats =
        processes.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
    Some(stats.filter_map(|stat| kernel_thread(&stat)).sum())
}

/// The ticks of a thread of the kernel's own, from its `/proc/…/stat`; `None` for all else. The fields
/// are counted from 1, and the second, a name in brackets, may hold anything (`proc_pid_stat(5)`).
fn kernel_thread(stat: &str) -> Option<u64> {
    /// The flag of such a thread, `PF_KTHREAD` in Linux's include/linux/sched.h.
    const KERNEL_THREAD: u64 = 0x0020_0000;
    let (name, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let [flags, user, system] = [field(9)?, field(14)?, field(15)?];
    // `/proc/stat` counts what these do in its column softirq, which is not among what computes.
    let interrupts = name.contains("(ksoftirqd/");
    (flags & KERNEL_THREAD != 0 && !interrupts).then_some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_of_the_kernel_are_told_from_programs() {
        let disk =
            "58 (kworker/0:1H-kblockd) I 2 0 0 0 -1 69238880 0 0 0 0 3 900 0 0 0 -20 1 0 120";
        let interrupts = "14 (ksoftirqd/0) S 2 0 0 0 -1 69238848 0 0 0 0 0 2000 0 0 20 0 1 0 7";
        let program = "99 (a) b (c) R 1 99 99 0 -1 4194304 5 0 0 0 700 30 0 0 20 0 1 0 5000";
        assert_eq!(kernel_thread(disk), Some(903));
        assert_eq!(kernel_thread(interrupts), None);
        assert_eq!(kernel_thread(program), None);
        assert_eq!(kernel_thread("58 (kworker"), None);
    }

    #[test]
    fn shares_are_those_of_the_ticks_in_between() {
        let before = Ticks::parse("cpu  100 0 50 800 50 0 0 0 10 0\ncpu0 1 2 3 4\n")
            .expect("this is what the file looks like");
        let after =
            Ticks::parse("cpu  105 0 60 870 60 0 0 5 10 0\n").expect("and this, a little later");
        // 100 ticks went by, 70 of them idle and 10 waiting for a disk.
        let spent = after.since(before).expect("time has passed");
        assert!((spent.idle - 0.8).abs() < 1e-12);
        assert!((spent.computing - 0.15).abs() < 1e-12);
        assert!((spent.stolen - 0.05).abs() < 1e-12);
        assert_eq!(after.since(after), None);
        let times = [Duration::from_millis(150), Duration::from_millis(50)];
        assert_eq!(after.times_since(before), times);
        assert_eq!((before.cores(), after.cores()), (1, 0));
    }
}
