//! A pool of worker processes, in the manner of Python's `multiprocessing.Pool`.
//!
//! A worker is this same program, started again. It reads its setup and then one job after the
//! other from stdin, and writes the answers to stdout; each is a frame: its length in four bytes,
//! little-endian, then that many bytes of [postcard](https://docs.rs/postcard). The calling
//! process has one thread per worker, which hands it the next job as soon as it is free.
//!
//! A program that uses a [`Pool`] calls [`serve`] before anything else in its `main`.

use std::{
    env,
    io::{self, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    meter::WorkerUsage,
    room::{self, NoRoom},
    timeline::{self, Event},
    unit::InFlight,
    worker,
};

/// The longest frame, in bytes, so that a worker that writes rubbish cannot fill the memory.
const LONGEST_FRAME: u32 = 256 * 1024 * 1024;
/// How often a job is tried: if its worker fails, once more on a fresh one.
const TRIES: usize = 2;
/// The environment variable that makes this program a worker.
const ROLE: &str = "MEANWHILE_WORKER";

/// Whether this process has called [`serve`], so that what it starts knows how to be a worker.
static PREPARED: AtomicBool = AtomicBool::new(false);

/// Why there is no pool.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The program would start itself again without ever becoming a worker, and each of those
    /// would do the same.
    #[error(
        "this program does not call `pool::serve` first in its `main`, so it cannot start workers"
    )]
    NotPrepared,
    /// The setup cannot be sent.
    #[error("the setup cannot be sent to a worker")]
    Setup(#[source] io::Error),
    /// The system has no room for so many workers.
    #[error(transparent)]
    NoRoom(NoRoom),
    /// A worker, or the thread that hands it its jobs, cannot be started.
    #[error("cannot start worker process {number} of {workers}")]
    Start {
        /// Which worker, from 1.
        number: usize,
        /// Of how many.
        workers: usize,
        /// Why.
        source: io::Error,
    },
}

/// A job that has no answer, because two workers in a row failed at it.
#[derive(Debug, thiserror::Error)]
#[error("job {job}: {fault}")]
pub struct JobError {
    /// The job's index.
    pub job: usize,
    /// What went wrong the last time that it was tried.
    pub fault: JobFault,
}

/// What went wrong with a job.
#[derive(Debug, thiserror::Error)]
pub enum JobFault {
    /// The job cannot be sent.
    #[error("it cannot be sent to a worker: {0}")]
    Unsendable(io::Error),
    /// The worker failed, and a fresh one cannot be started.
    #[error("its worker failed, and a fresh one cannot be started: {0}")]
    Start(io::Error),
    /// The worker ended before it answered.
    #[error("worker process {pid} ended before it answered ({status}); tried {TRIES} times")]
    Ended {
        /// The worker's number in the system.
        pid: u32,
        /// How it ended.
        status: ExitStatus,
    },
    /// The worker wrote something that is no answer.
    #[error("worker process {pid} wrote something that is no answer: {error}; tried {TRIES} times")]
    Rubbish {
        /// The worker's number in the system.
        pid: u32,
        /// What is wrong with what it wrote.
        error: io::Error,
    },
}

/// Turns this process into a worker if a [`Pool`] started it: then it answers jobs with the
/// function that `start` makes of the setup, and ends when there are no more. In every other
/// process it returns at once.
///
/// It must come first in `main`, since whatever precedes it is done in every worker too.
pub fn serve<S, J, A, W>(start: impl FnOnce(S) -> W)
where
    S: DeserializeOwned,
    J: DeserializeOwned,
    A: Serialize,
    W: FnMut(J) -> A,
{
    if env::var_os(ROLE).is_none() {
        PREPARED.store(true, Ordering::Relaxed);
        return;
    }
    let status = match work(start) {
        Ok(()) => 0,
        // The parent is gone and reads no more: nobody is left to be told.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            eprintln!("worker process {}: {error}", std::process::id());
            1
        }
    };
    std::process::exit(status);
}

/// Whether this worker has a job in hand.
static BUSY: AtomicBool = AtomicBool::new(false);

fn work<S, J, A, W>(start: impl FnOnce(S) -> W) -> io::Result<()>
where
    S: DeserializeOwned,
    J: DeserializeOwned,
    A: Serialize,
    W: FnMut(J) -> A,
{
    end_with_parent()?;
    worker::begin();
    let mut jobs = BufReader::new(io::stdin());
    let mut answers = io::stdout();
    let Some(setup) = read_frame(&mut jobs)? else { return Ok(()) };
    let mut answer = start(decode(&setup)?);
    while let Some(job) = read_frame(&mut jobs)? {
        BUSY.store(true, Ordering::Relaxed);
        let answer = answer(decode(&job)?);
        BUSY.store(false, Ordering::Relaxed);
        write_frame(&mut answers, &encode(&Reply { answer, events: timeline::take_events() })?)?;
    }
    write_frame(&mut answers, &encode(&WorkerUsage::of_this_process())?)
}

/// Ends this process as soon as its parent has died, even in the middle of a job.
///
/// The parent holds the other end of stdin and dies with it, however it dies. Between two jobs the
/// worker reads stdin and sees its end; during a job a thread watches for the hang-up, and leaves
/// the bytes alone.
#[cfg(unix)]
fn end_with_parent() -> io::Result<()> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;

    crate::meter::harness_thread_started();
    thread::Builder::new().name("parent".into()).spawn(|| {
        let stdin = io::stdin();
        // No event is asked for, so only a hang-up ends the call.
        let mut parent = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        while poll(&mut parent, PollTimeout::NONE) == Err(nix::errno::Errno::EINTR) {}
        // The parent also hangs up when it has no more jobs. Then none is in hand, and the worker
        // ends by itself.
        while !BUSY.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(50));
        }
        std::process::exit(1);
    })?;
    Ok(())
}

/// Elsewhere a worker ends with its parent between two jobs only.
#[cfg(not(unix))]
fn end_with_parent() -> io::Result<()> {
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Reply<A> {
    answer: A,
    /// What the worker recorded since its last reply, if it records.
    events: Vec<Event>,
}

/// Some worker processes that do jobs. They are started when a job first needs them, and end when
/// the pool is dropped.
#[derive(Debug)]
pub struct Pool {
    setup: Vec<u8>,
    workers: Vec<Option<Worker>>,
}

impl Pool {
    /// Makes a pool of up to `workers` worker processes, each of which makes its function from
    /// `setup` (see [`serve`]).
    pub fn new<S: Serialize>(workers: usize, setup: &S) -> Result<Self, PoolError> {
        if !PREPARED.load(Ordering::Relaxed) {
            return Err(PoolError::NotPrepared);
        }
        let setup = encode(setup).map_err(PoolError::Setup)?;
        Ok(Self { setup, workers: (0..workers).map(|_| None).collect() })
    }

    /// Has the workers do all jobs, each of them by whichever worker is free, and returns the
    /// answers in the order of the jobs.
    ///
    /// If a worker fails (it panics, exits, is killed or writes rubbish), its job is tried once
    /// more on a fresh one; if that fails too, the job's answer is an error. The others go on.
    pub fn map<J, A>(&mut self, jobs: &[J]) -> Result<Vec<Result<A, JobError>>, PoolError>
    where
        J: Serialize + Sync,
        A: DeserializeOwned + Send,
    {
        let workers = self.workers.len().min(jobs.len());
        room::for_processes(workers).map_err(PoolError::NoRoom)?;
        let queue = Mutex::new(jobs.iter().enumerate());
        let setup = &self.setup;
        let feed = |number: usize, slot: &mut Option<Worker>| {
            if slot.is_none() {
                let start = Worker::start(setup);
                *slot =
                    Some(start.map_err(|source| PoolError::Start { number, workers, source })?);
            }
            let mut answers = Vec::new();
            loop {
                let next = queue.lock().expect("nobody panics while holding it").next();
                let Some((index, job)) = next else { return Ok(answers) };
                let _in_flight = InFlight::enter();
                let answer =
                    try_job(slot, setup, job).map_err(|fault| JobError { job: index, fault });
                answers.push((index, answer));
            }
        };
        let feed = &feed;
        let mut answers = Vec::with_capacity(jobs.len());
        thread::scope(|scope| {
            let threads = self.workers.iter_mut().take(workers).zip(1..).map(|(slot, number)| {
                thread::Builder::new()
                    .name("pool".into())
                    .spawn_scoped(scope, move || feed(number, slot))
                    .map_err(|source| PoolError::Start { number, workers, source })
            });
            for thread in threads.collect::<Result<Vec<_>, _>>()? {
                answers.append(&mut thread.join().expect("the pool's threads do not panic")?);
            }
            Ok(())
        })?;
        answers.sort_unstable_by_key(|(index, _)| *index);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // All are told before the first is waited for, so that they end side by side.
        for worker in self.workers.iter_mut().flatten() {
            worker.jobs = None;
        }
        for worker in self.workers.drain(..).flatten() {
            worker.join();
        }
    }
}

/// Has the worker do the job, or a fresh one if it fails.
fn try_job<J: Serialize, A: DeserializeOwned>(
    slot: &mut Option<Worker>,
    setup: &[u8],
    job: &J,
) -> Result<A, JobFault> {
    let job = encode(job).map_err(JobFault::Unsendable)?;
    let mut tries = 0;
    loop {
        let worker = match slot {
            Some(worker) => worker,
            None => slot.insert(Worker::start(setup).map_err(JobFault::Start)?),
        };
        let error = match worker.ask(&job) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let pid = worker.child.id();
        let ended = slot.take().expect("it was there a moment ago").end();
        tries += 1;
        if tries == TRIES {
            return Err(match ended {
                Ok(status) if error.kind() != io::ErrorKind::InvalidData => {
                    JobFault::Ended { pid, status }
                }
                _ => JobFault::Rubbish { pid, error },
            });
        }
    }
}

/// A worker process, seen from its parent.
#[derive(Debug)]
struct Worker {
    child: Child,
    /// Where its jobs go; closing it tells the worker that there are no more.
    jobs: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts this program again, as a worker.
    fn start(setup: &[u8]) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.env(ROLE, "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        worker::prepare(&mut command);
        let mut child = command.spawn()?;
        let mut jobs = child.stdin.take().expect("stdin was asked for as a pipe");
        let answers = BufReader::new(child.stdout.take().expect("stdout was asked for as a pipe"));
        // If the worker is dead already, its first job will tell.
        let _ = write_frame(&mut jobs, setup);
        Ok(Self { child, jobs: Some(jobs), answers })
    }

    /// Sends the job, and waits for the answer.
    fn ask<A: DeserializeOwned>(&mut self, job: &[u8]) -> io::Result<A> {
        let jobs = self.jobs.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        write_frame(jobs, job)?;
        let frame = read_frame(&mut self.answers)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let reply: Reply<A> = decode(&frame)?;
        timeline::add_events(reply.events);
        Ok(reply.answer)
    }

    /// Waits for a worker that has been told that there are no more jobs.
    fn join(mut self) {
        // A worker that was killed while it was idle has nothing to tell, and nothing is lost.
        if let Ok(Some(frame)) = read_frame(&mut self.answers)
            && let Ok(usage) = decode::<WorkerUsage>(&frame)
        {
            usage.add();
        }
        let _ = self.child.wait();
    }

    /// Makes sure that a worker which failed has ended, and says how it did.
    fn end(mut self) -> io::Result<ExitStatus> {
        // One that is ending by itself is left the time to, for the sake of its exit status.
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(200) {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(1));
        }
        self.child.kill()?;
        self.child.wait()
    }
}

fn encode<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

fn decode<T: DeserializeOwned>(frame: &[u8]) -> io::Result<T> {
    postcard::from_bytes(frame).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn write_frame(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).ok().filter(|&length| length <= LONGEST_FRAME);
    let length = length.ok_or_else(|| too_long(frame.len() as u64))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(frame)?;
    to.flush()
}

/// Reads a frame; `None` if there are no more.
fn read_frame(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = Vec::with_capacity(4);
    if from.by_ref().take(4).read_to_end(&mut length)? == 0 {
        return Ok(None);
    }
    let length = length.try_into().map_err(|_| io::ErrorKind::UnexpectedEof)?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST_FRAME {
        return Err(too_long(length.into()));
    }
    // The vector grows with what really comes, so a length that is not true costs no memory.
    let mut frame = Vec::new();
    if from.take(length.into()).read_to_end(&mut frame)? < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(frame))
}

fn too_long(length: u64) -> io::Error {
    let message =
        format!("a frame of {length} bytes is longer than the {LONGEST_FRAME} that are allowed");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_as_it_was() {
        for frame in [vec![], vec![1], vec![7; 100_000]] {
            let mut pipe = Vec::new();
            write_frame(&mut pipe, &frame).expect("a vector takes everything");
            assert_eq!(
                read_frame(&mut pipe.as_slice()).expect("it is whole").as_deref(),
                Some(&frame[..])
            );
        }
        assert!(read_frame(&mut io::empty()).expect("an end is no error").is_none());
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        let text =
            read_frame(&mut &b"hello, I am no frame\n"[..]).expect_err("its length would be huge");
        assert_eq!(text.kind(), io::ErrorKind::InvalidData);
        for torn in [&b"\x05\0"[..], b"\x05\0\0\0abc"] {
            let error = read_frame(&mut &torn[..]).expect_err("it is cut short");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn whoever_is_not_prepared_gets_an_error_and_no_fork_bomb() {
        // This test's own program does not call `serve`: its workers would run all tests again.
        assert!(matches!(Pool::new(2, &()), Err(PoolError::NotPrepared)));
    }
}
