//! The resident memory that a waiting one takes.
//!
//! One is started first, then the memory is read, then all the others are started, and it is read
//! again: what a runtime takes for itself is in the first figure. They wait with the timer of their
//! own kind, as in the row `sleep`, and for longer than it takes to measure them. Nobody joins
//! them: they end with the process.

use std::{
    fs,
    hint::black_box,
    io::{self, Read},
    mem,
    process::{Child, Stdio},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::future::join_all;
use harness::capacity;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::{
    runtime::{AsyncStd, Runtime, Smol, Tokio},
    threads::{SMALL_STACK, workers},
};
use crate::{
    price::Kind,
    roles::{self, Role},
};

/// How long they wait: longer than anybody measures.
const LONG: Duration = Duration::from_hours(1);
/// How long it may take until all of them wait.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long the last ones get between saying that they will wait and doing so.
const SETTLE: Duration = Duration::from_millis(30);

/// What a task takes at most, in bytes, as far as is known before it is measured.
const TASK: usize = 1024;
/// What a frame of [`descend`] takes at most, in bytes.
const FRAME: usize = 256;

/// How many of them have said that they will wait.
static WAITING: AtomicUsize = AtomicUsize::new(0);

fn say_that_one_waits() {
    // Only the count matters, and no other memory is read on the strength of it: relaxed suffices.
    WAITING.fetch_add(1, Ordering::Relaxed);
}

/// The bytes for each, where this many wait at once.
pub(super) fn memory(kind: Kind, number: usize) -> Result<f64> {
    match kind {
        Kind::Call => calls(number),
        Kind::TokioJoinAll => futures::<Tokio>(number, join_in_place::<Tokio>),
        Kind::AsyncStdJoinAll => futures::<AsyncStd>(number, join_in_place::<AsyncStd>),
        Kind::SmolJoinAll => futures::<Smol>(number, join_in_place::<Smol>),
        Kind::Tokio => futures::<Tokio>(number, spawn_all::<Tokio>),
        Kind::AsyncStd => futures::<AsyncStd>(number, spawn_all::<AsyncStd>),
        Kind::Smol => futures::<Smol>(number, spawn_all::<Smol>),
        Kind::Rayon => jobs(number),
        Kind::Thread => threads(number, |number| start_threads(number, thread::Builder::new)),
        Kind::SmallThread => threads(number, |number| {
            start_threads(number, || thread::Builder::new().stack_size(SMALL_STACK))
        }),
        Kind::Crossbeam => threads(number, start_scoped_threads),
        Kind::Process => processes(number),
    }
}

/// The bytes for each of those that `start` starts.
fn for_each(number: usize, start: impl Fn(usize) -> Result<()>) -> Result<f64> {
    start(1)?;
    wait_for(1)?;
    let before = resident()?;
    start(number)?;
    wait_for(1 + number)?;
    Ok((resident()? - before) / number as f64)
}

/// Returns once so many of them wait.
fn wait_for(number: usize) -> Result<()> {
    let start = Instant::now();
    while WAITING.load(Ordering::Relaxed) < number {
        ensure!(start.elapsed() < PATIENCE, "after {PATIENCE:?}, not all {number} wait");
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(SETTLE);
    Ok(())
}

fn futures<R: Runtime>(number: usize, start: impl Fn(usize) -> Result<()>) -> Result<f64> {
    capacity::for_things(number, "future", TASK)?;
    R::start()?;
    for_each(number, start)
}

async fn wait<R: Runtime>() {
    say_that_one_waits();
    R::sleep(LONG).await;
}

/// Spawns that many tasks, and keeps the handles that it takes to join them.
fn spawn_all<R: Runtime>(number: usize) -> Result<()> {
    keep(R::spawn(async move {
        let tasks: Vec<_> = (0..number).map(|_| R::spawn(wait::<R>())).collect();
        for task in tasks {
            task.await;
        }
    }));
    Ok(())
}

/// Makes that many futures parts of one task.
fn join_in_place<R: Runtime>(number: usize) -> Result<()> {
    keep(R::spawn(async move {
        join_all((0..number).map(|_| wait::<R>())).await;
    }));
    Ok(())
}

/// Where to drop a task's handle would cancel it, it is kept for good.
fn keep(task: impl Future<Output = ()>) {
    mem::forget(Box::pin(task));
}

fn threads(number: usize, start: impl Fn(usize) -> Result<()>) -> Result<f64> {
    capacity::for_threads(number.saturating_add(2))?;
    for_each(number, start)
}

fn sleep() {
    say_that_one_waits();
    thread::sleep(LONG);
}

fn start_threads(number: usize, builder: impl Fn() -> thread::Builder) -> Result<()> {
    let threads = (0..number).map(|_| builder().spawn(sleep));
    // The handles that it takes to join them are a part of what they take.
    mem::forget(threads.collect::<io::Result<Vec<_>>>().context("cannot start so many threads")?);
    Ok(())
}

/// A scope waits for its threads, so it gets a thread of its own.
fn start_scoped_threads(number: usize) -> Result<()> {
    let (tell, started) = mpsc::channel();
    let scope = move || {
        crossbeam_utils::thread::scope(|scope| {
            let threads = (0..number).map(|_| scope.builder().spawn(|_| sleep()));
            let threads = threads.collect::<io::Result<Vec<_>>>();
            tell.send(threads.map(drop)).expect("whoever measures waits for this");
        })
    };
    thread::Builder::new().spawn(scope).context("cannot start a thread")?;
    started.recv()?.context("cannot start so many threads")
}

/// Jobs that wait for their turn. One that waited for anything else would hold a thread of the
/// pool, which is not made for that: here all of them are held, by as many jobs.
fn jobs(number: usize) -> Result<f64> {
    capacity::for_things(number, "job", TASK)?;
    let pool: &'static ThreadPool =
        Box::leak(Box::new(ThreadPoolBuilder::new().num_threads(workers()).build()?));
    for _ in 0..workers() {
        pool.spawn(sleep);
    }
    wait_for(workers())?;
    let before = resident()?;
    for _ in 0..number {
        pool.spawn(|| black_box(()));
    }
    Ok((resident()? - before) / number as f64)
}

/// Calls that wait for the call that they have made: what each of them takes is its frame on the
/// stack.
fn calls(depth: usize) -> Result<f64> {
    let stack = depth.saturating_mul(FRAME);
    capacity::for_things(depth, "call", FRAME)?;
    let measure = move || {
        // Once before, so that nothing but the frames is new.
        resident()?;
        let before = resident()?;
        let mut after = Ok(before);
        descend(depth, &mut || after = resident());
        Ok((after? - before) / depth as f64)
    };
    let thread = thread::Builder::new().stack_size(SMALL_STACK * 16 + stack).spawn(measure);
    thread.context("cannot start a thread")?.join().expect("the stack is large enough")
}

/// Calls itself until it is so many calls deep, and the function there.
#[inline(never)]
fn descend(depth: usize, at_the_bottom: &mut dyn FnMut()) {
    if depth == 0 {
        at_the_bottom();
    } else {
        descend(depth - 1, at_the_bottom);
    }
    // Something to do after the call, or else it would be a jump.
    black_box(depth);
}

/// Processes share most of their pages, so these count what is each one's own.
fn processes(number: usize) -> Result<f64> {
    capacity::for_processes(number)?;
    capacity::for_open_files(number.saturating_mul(2))?;
    let before = resident()?;
    let processes = (0..number).map(|_| start_process()).collect::<Result<Vec<_>>>()?;
    let of_handles = resident()? - before;
    let private = processes
        .iter()
        .map(|process| pages(process.id(), &["Private_Clean:", "Private_Dirty:"]))
        .sum::<Result<f64>>()?;
    for mut process in processes {
        // It ends when its stdin does.
        drop(process.stdin.take());
        process.wait()?;
    }
    Ok((private + of_handles) / number as f64)
}

/// Starts a process, which waits when this returns.
fn start_process() -> Result<Child> {
    let mut process = roles::command(Role::Wait)?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start so many processes")?;
    let stdout = process.stdout.as_mut().expect("stdout was asked for as a pipe");
    stdout.read_exact(&mut [0]).context("a process that was to wait has ended")?;
    Ok(process)
}

/// The resident memory of this process, in bytes.
fn resident() -> Result<f64> {
    pages(std::process::id(), &["Rss:"])
}

/// The sum of these fields of a process's `smaps_rollup`, in bytes. Unlike the figures in `status`
/// and `statm`, which lag behind by some pages per core, they are counted when they are read.
fn pages(process: u32, fields: &[&str]) -> Result<f64> {
    let file = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&file)
        .with_context(|| format!("this system does not tell the resident memory ({file})"))?;
    let kib = text.lines().filter_map(|line| {
        let rest = fields.iter().find_map(|field| line.strip_prefix(field))?;
        rest.split_whitespace().next()?.parse::<f64>().ok()
    });
    Ok(kib.sum::<f64>() * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_that_is_used_is_counted() {
        let before = resident().expect("Linux tells");
        let used = black_box(vec![1_u8; 10_000_000]);
        let after = resident().expect("Linux tells");
        // Other tests in this process may give some back meanwhile.
        assert!(after - before > 5e6, "{} bytes", after - before);
        drop(used);
    }
}
