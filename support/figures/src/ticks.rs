//! How busy the cores have been, in the ticks of mostly 10 ms that Linux counts.

use std::{fs, time::Duration};

/// Linux counts a hundred of them in a second, on all processors of today (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// The ticks of all cores since the system started.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    computing: u64,
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
        Self::parse(&fs::read_to_string("/proc/stat").ok()?)
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
            idle: share(self.idle, before.idle),
            stolen: share(self.stolen, before.stolen),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
