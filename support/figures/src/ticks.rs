//! How busy the cores have been, in the ticks of mostly 10 ms that Linux counts.

use std::fs;

/// The ticks of all cores since the system started.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    computing: u64,
    idle: u64,
    stolen: u64,
    all: u64,
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
        })
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
    }
}
