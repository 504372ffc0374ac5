//! Counters of what slows processors down: a limit on CPU time, as containers have it, and heat; and
//! the clock of the cores. Linux only: elsewhere nothing is known.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The counters at one moment.
#[derive(Clone, Debug, Default)]
pub struct Throttle {
    /// Those of this process's control group and of the groups around it, the innermost first.
    limits: Vec<Limited>,
    /// How often each core and each processor has slowed down because of heat.
    heat: Vec<u64>,
    /// The clock of the fastest core at this moment, in kHz.
    clock_khz: Option<u64>,
}

/// How often a limit on CPU time has held programs back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limited {
    /// The periods, mostly of 100 ms, in which anything ran.
    pub periods: u64,
    /// Those in which something had to wait for the next.
    pub throttled: u64,
    /// For how long, in nanoseconds, added up over the cores.
    pub held_back_ns: u64,
}

impl Throttle {
    /// The counters of this moment.
    #[must_use]
    pub fn now() -> Self {
        if cfg!(target_os = "linux") { Self::under(Path::new("/")) } else { Self::default() }
    }

    /// The counters in the files of the system whose root is this folder.
    fn under(root: &Path) -> Self {
        let cores = cores(&root.join("sys/devices/system/cpu"));
        let heat = cores.iter().flat_map(|core| {
            // These exist on Intel's processors.
            ["core_throttle_count", "package_throttle_count"]
                .map(|name| number(&core.join("thermal_throttle").join(name)).unwrap_or(0))
        });
        // Virtual machines mostly have no such files.
        let clocks = cores.iter().filter_map(|core| number(&core.join("cpufreq/scaling_cur_freq")));
        Self { limits: limits(root), heat: heat.collect(), clock_khz: clocks.max() }
    }

    /// How often a limit has held programs back since an earlier moment. Of several limits, one
    /// within the other, the one that did so for the longest time.
    #[must_use]
    pub fn limited_since(&self, before: &Self) -> Limited {
        let both = self.limits.iter().zip(&before.limits);
        let since = both.map(|(now, before)| Limited {
            periods: now.periods.saturating_sub(before.periods),
            throttled: now.throttled.saturating_sub(before.throttled),
            held_back_ns: now.held_back_ns.saturating_sub(before.held_back_ns),
        });
        since.max_by_key(|limited| limited.held_back_ns).unwrap_or_default()
    }

    /// How often a core has slowed down because of heat since an earlier moment: the most of any.
    #[must_use]
    pub fn hot_since(&self, before: &Self) -> u64 {
        let both = self.heat.iter().zip(&before.heat);
        both.map(|(now, before)| now.saturating_sub(*before)).max().unwrap_or(0)
    }

    /// The clock of the fastest core at this moment, in kHz.
    #[must_use]
    pub fn clock_khz(&self) -> Option<u64> {
        self.clock_khz
    }
}

/// The folders of the cores.
fn cores(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_core = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix("cpu").is_some_and(|rest| rest.parse::<u32>().is_ok())
    };
    let mut cores: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_core).collect();
    // The order of a folder may change, and counters are compared by their places.
    cores.sort();
    cores
}

fn number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The counters of the group that `/proc/self/cgroup` names, and of those around it. A container sees
/// its own group as the root of all, whatever that file says.
fn limits(root: &Path) -> Vec<Limited> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let mut limits = Vec::new();
    for line in groups.lines() {
        // A number, the controllers (none in version 2), and the group (cgroups(7)).
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else { continue };
        let mounts: &[&str] = match controllers {
            "" => &["", "unified"],
            _ if controllers.split(',').any(|name| name == "cpu") => &["cpu", "cpu,cpuacct"],
            _ => continue,
        };
        let mounts = mounts.iter().map(|mount| root.join("sys/fs/cgroup").join(mount));
        let Some(mount) = mounts.into_iter().find(|mount| mount.is_dir()) else { continue };
        let group = Path::new(group.trim_start_matches('/'));
        limits.extend(group.ancestors().filter_map(|group| {
            let stat = fs::read_to_string(mount.join(group).join("cpu.stat")).ok()?;
            Some(limited(&stat))
        }));
    }
    limits
}

/// Reads `cpu.stat`, of either version of control groups.
fn limited(stat: &str) -> Limited {
    let mut limited = Limited::default();
    for line in stat.lines() {
        let Some((name, number)) = line.split_once(' ') else { continue };
        let number: u64 = number.trim().parse().unwrap_or(0);
        match name {
            "nr_periods" => limited.periods = number,
            "nr_throttled" => limited.throttled = number,
            "throttled_usec" => limited.held_back_ns = number.saturating_mul(1_000),
            "throttled_time" => limited.held_back_ns = number,
            _ => {}
        }
    }
    limited
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system of these files.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        for (path, text) in files {
            let path = root.path().join(path);
            let folder = path.parent().expect("a file lies in a folder");
            fs::create_dir_all(folder).expect("the folder can be made");
            fs::write(path, text).expect("the folder is ours");
        }
        root
    }

    fn at(files: &[(&str, &str)]) -> Throttle {
        Throttle::under(system(files).path())
    }

    #[test]
    fn a_limit_of_either_version_is_found_by_its_group() {
        let two = |stat| {
            at(&[
                ("proc/self/cgroup", "0::/system/job\n"),
                ("sys/fs/cgroup/system/job/cpu.stat", stat),
                ("sys/fs/cgroup/cpu.stat", "usage_usec 9\n"),
            ])
        };
        let before = two("usage_usec 7\nnr_periods 10\nnr_throttled 1\nthrottled_usec 200\n");
        let after = two("usage_usec 8\nnr_periods 60\nnr_throttled 35\nthrottled_usec 1200200\n");
        let limited = Limited { periods: 50, throttled: 34, held_back_ns: 1_200_000_000 };
        assert_eq!(after.limited_since(&before), limited);

        let one = |stat| {
            at(&[
                ("proc/self/cgroup", "9:memory:/a\n1:cpu,cpuacct:/docker/1\n0::/\n"),
                // As in a container, where the group itself is the root.
                ("sys/fs/cgroup/cpu,cpuacct/cpu.stat", stat),
            ])
        };
        let before = one("nr_periods 10\nnr_throttled 1\nthrottled_time 200\n");
        let after = one("nr_periods 20\nnr_throttled 3\nthrottled_time 1200\n");
        let limited = Limited { periods: 10, throttled: 2, held_back_ns: 1_000 };
        assert_eq!(after.limited_since(&before), limited);
    }

    #[test]
    fn of_limits_within_each_other_the_one_that_held_back_longest_counts() {
        let nested = |inner, outer| {
            at(&[
                ("proc/self/cgroup", "0::/a/b\n"),
                ("sys/fs/cgroup/a/b/cpu.stat", inner),
                ("sys/fs/cgroup/a/cpu.stat", outer),
            ])
        };
        let before = nested("throttled_usec 5\n", "throttled_usec 100\n");
        let after = nested("throttled_usec 6\n", "throttled_usec 300\n");
        assert_eq!(after.limited_since(&before).held_back_ns, 200_000);
    }

    #[test]
    fn heat_and_clocks_are_those_of_the_cores() {
        let core = |heat, clock| {
            at(&[
                ("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "4\n"),
                ("sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count", heat),
                ("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1200000\n"),
                ("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", clock),
                ("sys/devices/system/cpu/cpufreq/other", "9\n"),
            ])
        };
        let (before, after) = (core("7\n", "3500000\n"), core("9\n", "2800000\n"));
        assert_eq!(after.hot_since(&before), 2);
        assert_eq!([before.clock_khz(), after.clock_khz()], [Some(3_500_000), Some(2_800_000)]);
    }

    #[test]
    fn where_the_system_tells_nothing_nothing_is_throttled() {
        let nothing = at(&[]);
        assert_eq!(nothing.limited_since(&nothing), Limited::default());
        assert_eq!((nothing.hot_since(&nothing), nothing.clock_khz()), (0, None));
    }
}
