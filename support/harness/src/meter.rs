//! The meter: the cost of a row's function, in this process and its workers only.
//!
//! CPU times and context switches come from `getrusage`, memory and threads from `/proc`, so these
//! two are known only on Linux. The harness's own threads are not counted.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use timeline::{nanos, unit};

use crate::{background, progress::Progress};

/// The cost of a function. A figure that this system does not tell is `None`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Usage {
    /// Wall-clock time, in nanoseconds.
    pub wall_ns: u64,
    /// CPU time spent in the program's own code, in nanoseconds, worker processes included.
    pub cpu_user_ns: Option<u64>,
    /// CPU time that the operating system spent for the program, in nanoseconds, worker
    /// processes included.
    pub cpu_system_ns: Option<u64>,
    /// The peak of resident memory, in bytes: this process's peak plus the peak of each of its
    /// workers (shared pages are counted in each).
    pub peak_rss_bytes: Option<u64>,
    /// The most threads that existed at the same time, including those of worker processes.
    pub threads: Option<u64>,
    /// How often a thread gave up its core because it had to wait.
    pub voluntary_switches: Option<u64>,
    /// How often a thread had to give up its core to another.
    pub involuntary_switches: Option<u64>,
    /// The most units of work in flight at the same time.
    pub peak_in_flight: u64,
    /// How long starting the worker processes took, in nanoseconds: from the call that needed them
    /// until the last of them was ready. It is part of the wall-clock time. `None` if no pool of
    /// worker processes was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ns: Option<u64>,
}

impl Usage {
    /// User and system CPU time together.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        Some(Duration::from_nanos(self.cpu_user_ns? + self.cpu_system_ns?))
    }

    /// The total cost, in this wall-clock time, of all children of this process that have ended and
    /// were waited for. Its memory is that of the largest child.
    #[must_use]
    pub fn of_children(wall: Duration) -> Self {
        let counters = system::counters_of_children();
        Self {
            wall_ns: nanos(wall),
            cpu_user_ns: counters.map(|counters| counters.user_ns),
            cpu_system_ns: counters.map(|counters| counters.system_ns),
            peak_rss_bytes: system::peak_memory_of_children(),
            voluntary_switches: counters.map(|counters| counters.voluntary),
            involuntary_switches: counters.map(|counters| counters.involuntary),
            ..Self::default()
        }
    }

    /// Wall-clock time.
    #[must_use]
    pub fn wall(&self) -> Duration {
        Duration::from_nanos(self.wall_ns)
    }

    /// The share of the time, on `cores` cores, in which the program did not compute: from 0 (it
    /// computed all the time) to 1 (it only waited).
    #[must_use]
    pub fn waiting(&self, cores: usize) -> Option<f64> {
        let capacity = self.wall().as_secs_f64() * cores as f64;
        Some((1.0 - self.cpu()?.as_secs_f64() / capacity).clamp(0.0, 1.0))
    }
}

/// A function's output and its cost.
#[derive(Debug)]
pub struct Measured<T> {
    /// The function's output.
    pub output: T,
    /// Its cost.
    pub usage: Usage,
}

/// Measures one call of a row's function and shows its progress.
#[derive(Debug)]
pub struct Meter {
    progress: Progress,
}

impl Meter {
    pub(crate) fn new(progress: Progress) -> Self {
        Self { progress }
    }

    /// Calls `function` once and measures that call alone.
    ///
    /// # Errors
    /// The errors of `function`, or the sampling thread cannot be started.
    pub fn measure<T>(self, function: impl FnOnce() -> Result<T>) -> Result<Measured<T>> {
        let running = self.start()?;
        let output = function();
        let usage = running.stop();
        Ok(Measured { output: output?, usage })
    }

    fn start(self) -> Result<Running> {
        system::forget_peak_memory();
        let (stop, stopped) = mpsc::channel::<()>();
        let watcher = thread::Builder::new()
            .name("meter".into())
            .spawn(move || sample(&stopped, &self.progress))
            .context("cannot start the meter's thread")?;
        Ok(Running { watcher, stop, before: system::counters(), start: Instant::now() })
    }
}

/// A measurement under way.
struct Running {
    watcher: JoinHandle<Samples>,
    stop: mpsc::Sender<()>,
    before: Option<Counters>,
    start: Instant,
}

impl Running {
    fn stop(self) -> Usage {
        let (start, before) = begun().unwrap_or((self.start, self.before));
        let wall = start.elapsed();
        let after = system::counters();
        drop(self.stop);
        let samples = self.watcher.join().expect("the meter's thread does not panic");
        let workers = WORKERS.lock().expect("nobody panics while holding it");
        let spent = after
            .zip(before)
            .zip(samples.own)
            .map(|((after, before), own)| after - before - own - workers.before);
        Usage {
            wall_ns: nanos(wall),
            cpu_user_ns: spent.map(|spent| spent.user_ns),
            cpu_system_ns: spent.map(|spent| spent.system_ns),
            peak_rss_bytes: system::peak_memory().map(|own| own + workers.peak_rss_bytes),
            threads: samples.threads.map(|own| own + workers.threads),
            voluntary_switches: spent.map(|spent| spent.voluntary),
            involuntary_switches: spent.map(|spent| spent.involuntary),
            peak_in_flight: unit::peak() as u64,
            start_ns: Some(START.load(Ordering::Relaxed)).filter(|&start| start > 0),
        }
    }
}

/// When a job began, and the usage up to then.
type Begun = (Instant, Option<Counters>);

/// Set by [`job_begins`].
static BEGUN: Mutex<Option<Begun>> = Mutex::new(None);

/// Marks the beginning of the job. Earlier work of the measured function is preparation and is not
/// measured, such as starting a server before its clients come.
pub fn job_begins() {
    let now = (Instant::now(), system::counters());
    *BEGUN.lock().expect("nobody panics while holding it") = Some(now);
}

/// How long a job has taken that was prepared from `start` on: the time since then, or since it
/// [began](job_begins), if that was later. Benchmarks ask this after each call.
#[must_use]
pub fn job_took(start: Instant) -> Duration {
    begun().map_or(start, |(start, _)| start).elapsed()
}

fn begun() -> Option<Begun> {
    BEGUN.lock().expect("nobody panics while holding it").take()
}

/// A worker process's report at its end.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct WorkerUsage {
    peak_rss_bytes: u64,
    threads: u64,
    /// Its usage before the job began.
    before: Counters,
}

/// How long starting worker processes has taken, in nanoseconds.
static START: AtomicU64 = AtomicU64::new(0);

/// Adds a time in which worker processes were started.
pub(crate) fn add_start(time: Duration) {
    START.fetch_add(nanos(time), Ordering::Relaxed);
}

static WORKERS: Mutex<WorkerUsage> =
    Mutex::new(WorkerUsage { peak_rss_bytes: 0, threads: 0, before: Counters::ZERO });

impl WorkerUsage {
    /// The usage of this process, a worker.
    pub(crate) fn of_this_process() -> Self {
        let own = background::harness_threads();
        Self {
            peak_rss_bytes: system::peak_memory().unwrap_or(0),
            threads: system::threads().map_or(1, |threads| threads.saturating_sub(own)),
            before: begun().and_then(|(_, before)| before).unwrap_or_default(),
        }
    }

    /// Adds a worker's usage to that of this process, its parent.
    pub(crate) fn add(self) {
        let mut workers = WORKERS.lock().expect("nobody panics while holding it");
        workers.peak_rss_bytes += self.peak_rss_bytes;
        workers.threads += self.threads;
        workers.before = workers.before + self.before;
    }
}

struct Samples {
    threads: Option<u64>,
    own: Option<Counters>,
}

/// Samples the number of threads every few milliseconds until the function has ended, since no
/// system keeps its peak. Sampling starts fast and slows down, so short functions are sampled often
/// enough and long ones are not disturbed.
fn sample(stopped: &mpsc::Receiver<()>, progress: &Progress) -> Samples {
    background::harness_thread_started();
    let mut peak = system::threads();
    let mut pause = Duration::from_millis(1);
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        peak = peak.max(system::threads());
        progress.show(unit::done());
        pause = (pause * 3 / 2).min(Duration::from_millis(20));
    }
    progress.finish();
    // Some of the harness's own threads may have been started after this one.
    let own = background::harness_threads();
    Samples {
        threads: peak.map(|peak| peak.saturating_sub(own)),
        own: system::counters_of_this_thread(),
    }
}

/// The operating system's counters for a process or a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// CPU time spent in the program's own code, in nanoseconds.
    pub user_ns: u64,
    /// CPU time that the operating system spent for it, in nanoseconds.
    pub system_ns: u64,
    /// How often a thread gave up its core because it had to wait.
    pub voluntary: u64,
    /// How often a thread had to give up its core to another.
    pub involuntary: u64,
    /// How often a touched page was missing but did not have to come from a disk.
    pub minor_faults: u64,
    /// How often a page had to come from a disk.
    pub major_faults: u64,
}

impl Counters {
    const ZERO: Self = Self {
        user_ns: 0,
        system_ns: 0,
        voluntary: 0,
        involuntary: 0,
        minor_faults: 0,
        major_faults: 0,
    };

    /// The counters of this process and of its children that have ended and were waited for; `None`
    /// if the system does not tell. Benchmarks read them before and after each call.
    #[must_use]
    pub fn now() -> Option<Self> {
        system::counters()
    }
}

/// Resets [`peak_memory`], [`peak_in_flight`] and [`workers`].
pub fn forget_peaks() {
    system::forget_peak_memory();
    unit::forget_peak();
}

/// The most memory that this process had resident, in bytes, since [`forget_peaks`].
#[must_use]
pub fn peak_memory() -> Option<u64> {
    system::peak_memory()
}

/// The most units of work in flight at the same time in this process, since [`forget_peaks`].
#[must_use]
pub fn peak_in_flight() -> u64 {
    unit::peak() as u64
}

/// On how many threads, or in how many worker processes, units of work were done since
/// [`forget_peaks`].
#[must_use]
pub fn workers() -> u64 {
    unit::workers() as u64
}

impl std::ops::Add for Counters {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            user_ns: self.user_ns + other.user_ns,
            system_ns: self.system_ns + other.system_ns,
            voluntary: self.voluntary + other.voluntary,
            involuntary: self.involuntary + other.involuntary,
            minor_faults: self.minor_faults + other.minor_faults,
            major_faults: self.major_faults + other.major_faults,
        }
    }
}

impl std::ops::Sub for Counters {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        // Saturating, since the kernel scales user and system time and may lower one of them a
        // little.
        Self {
            user_ns: self.user_ns.saturating_sub(other.user_ns),
            system_ns: self.system_ns.saturating_sub(other.system_ns),
            voluntary: self.voluntary.saturating_sub(other.voluntary),
            involuntary: self.involuntary.saturating_sub(other.involuntary),
            minor_faults: self.minor_faults.saturating_sub(other.minor_faults),
            major_faults: self.major_faults.saturating_sub(other.major_faults),
        }
    }
}

/// Figures that only some systems tell.
mod system {
    use super::Counters;

    /// Of this process and of those of its children that have ended and were waited for.
    #[cfg(unix)]
    pub(super) fn counters() -> Option<Counters> {
        use nix::sys::resource::UsageWho::{RUSAGE_CHILDREN, RUSAGE_SELF};
        let (own, children) = (rusage(RUSAGE_SELF)?, rusage(RUSAGE_CHILDREN)?);
        Some(Counters {
            user_ns: own.user_ns + children.user_ns,
            system_ns: own.system_ns + children.system_ns,
            voluntary: own.voluntary + children.voluntary,
            involuntary: own.involuntary + children.involuntary,
            minor_faults: own.minor_faults + children.minor_faults,
            major_faults: own.major_faults + children.major_faults,
        })
    }

    /// Of those children that have ended and were waited for.
    #[cfg(unix)]
    pub(super) fn counters_of_children() -> Option<Counters> {
        rusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)
    }

    #[cfg(not(unix))]
    pub(super) fn counters_of_children() -> Option<Counters> {
        None
    }

    /// The most memory that one of those children had resident, in bytes.
    #[cfg(target_os = "linux")]
    pub(super) fn peak_memory_of_children() -> Option<u64> {
        use nix::sys::resource::{UsageWho::RUSAGE_CHILDREN, getrusage};
        // Linux counts it in kibibytes.
        u64::try_from(getrusage(RUSAGE_CHILDREN).ok()?.max_rss())
            .ok()
            .map(|kibibytes| kibibytes * 1024)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn peak_memory_of_children() -> Option<u64> {
        None
    }

    #[cfg(unix)]
    fn rusage(who: nix::sys::resource::UsageWho) -> Option<Counters> {
        let usage = nix::sys::resource::getrusage(who).ok()?;
        let nanos = |time: nix::sys::time::TimeVal| {
            let micros = u64::try_from(time.tv_usec()).ok()?;
            Some(u64::try_from(time.tv_sec()).ok()? * 1_000_000_000 + micros * 1_000)
        };
        Some(Counters {
            user_ns: nanos(usage.user_time())?,
            system_ns: nanos(usage.system_time())?,
            voluntary: u64::try_from(usage.voluntary_context_switches()).ok()?,
            involuntary: u64::try_from(usage.involuntary_context_switches()).ok()?,
            minor_faults: u64::try_from(usage.minor_page_faults()).ok()?,
            major_faults: u64::try_from(usage.major_page_faults()).ok()?,
        })
    }

    #[cfg(not(unix))]
    pub(super) fn counters() -> Option<Counters> {
        None
    }

    #[cfg(target_os = "linux")]
    pub(super) fn counters_of_this_thread() -> Option<Counters> {
        rusage(nix::sys::resource::UsageWho::RUSAGE_THREAD)
    }

    /// Elsewhere a thread's share is unknown. It is small enough to be left in.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn counters_of_this_thread() -> Option<Counters> {
        Some(Counters::default())
    }

    /// The number of threads that this process has now.
    pub(super) fn threads() -> Option<u64> {
        status("Threads:")
    }

    /// The most memory that this process had resident since [`forget_peak_memory`], in bytes.
    pub(super) fn peak_memory() -> Option<u64> {
        Some(status("VmHWM:")? * 1024)
    }

    /// Resets the kernel's record of the peak, so that set-up is not counted.
    pub(super) fn forget_peak_memory() {
        if cfg!(target_os = "linux") {
            // If this is not permitted, the peak includes the set-up. That is no reason to stop.
            let _ = std::fs::write("/proc/self/clear_refs", "5");
        }
    }

    fn status(name: &str) -> Option<u64> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    }
}
