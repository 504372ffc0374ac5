//! A pool of worker processes, in the manner of Python's `multiprocessing.Pool`.
//!
//! A worker is this same program, started again. It reads its setup and then one job after the
//! other from stdin, and writes the answers to stdout; each is a frame: its length in four bytes,
//! little-endian, then that many bytes of [postcard](https://docs.rs/postcard). The calling
//! process has one thread per worker, which hands it the next job as soon as it is free.
//!
//! Beside the [`Pool`], whose workers are all alike, there is the [`Crew`], where each keeps something
//! of its own from job to job.
//!
//! A program that uses one of them calls [`serve`] before anything else in its `main`.

use std::{
    io::{self, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wait_timeout::ChildExt;

use crate::{
    capacity::{self, NoRoom},
    helper::Role,
    interrupt, message,
    meter::WorkerUsage,
    timeline::{self, Event},
    unit::InFlight,
    worker,
};

/// The longest frame, in bytes, so that a worker that writes rubbish cannot fill the memory.
const LONGEST_FRAME: u32 = 256 * 1024 * 1024;
/// How often a job is tried: if its worker fails, once more on a fresh one.
const TRIES: usize = 2;
/// What makes this program a worker.
const ROLE: Role = Role::new("MEANWHILE_WORKER");

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

/// A job that has no answer, because its worker failed, and so did the next one if it was tried on
/// another.
#[derive(Debug, thiserror::Error)]
#[error("job {job}: {fault}{}", times(*.tries))]
pub struct JobError {
    /// The job's index.
    pub job: usize,
    /// How often it was tried.
    pub tries: usize,
    /// What went wrong the last time.
    pub fault: JobFault,
}

fn times(tries: usize) -> String {
    if tries > 1 { format!("; tried {tries} times") } else { String::new() }
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
    /// The workers have ended, because one of them failed at an earlier job.
    #[error("there are no workers any more: one of them failed before")]
    Gone,
    /// The worker ended before it answered.
    #[error("worker process {pid} ended before it answered ({status})")]
    Ended {
        /// The worker's number in the system.
        pid: u32,
        /// How it ended.
        status: ExitStatus,
    },
    /// The worker wrote something that is no answer.
    #[error("worker process {pid} wrote something that is no answer: {error}")]
    Rubbish {
        /// The worker's number in the system.
        pid: u32,
        /// What is wrong with what it wrote.
        error: io::Error,
    },
}

/// Turns this process into a worker if a [`Pool`] or a [`Crew`] started it: then it answers jobs with the
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
    if !ROLE.is_ours() {
        PREPARED.store(true, Ordering::Relaxed);
        return;
    }
    let status = match work(start) {
        Ok(()) => 0,
        // The parent is gone, and reads no more or has not sent all of a job: nobody is left to be
        // told.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) =>
        {
            0
        }
        Err(error) => {
            message::line(format_args!("worker process {}: {error}", std::process::id()));
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
        let reply = encode(&Reply { answer, events: timeline::take_events() })?;
        // Before the reply is written, since the parent may hang up as soon as it has the last one.
        BUSY.store(false, Ordering::Relaxed);
        write_frame(&mut answers, &reply)?;
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

    crate::background::harness_thread_started();
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
        capacity::for_processes(workers).map_err(PoolError::NoRoom)?;
        let queue = Mutex::new(jobs.iter().enumerate());
        // Without one of its workers the pool does nothing, so the others begin no further job.
        let give_up = || {
            let mut queue = queue.lock().expect("nobody panics while holding it");
            queue.by_ref().for_each(drop);
        };
        let setup = &self.setup;
        let feed = |number: usize, slot: &mut Option<Worker>| {
            if slot.is_none() {
                let start = Worker::start(setup);
                let started = start.inspect_err(|_| give_up());
                *slot =
                    Some(started.map_err(|source| PoolError::Start { number, workers, source })?);
            }
            let mut answers = Vec::new();
            loop {
                let next = queue.lock().expect("nobody panics while holding it").next();
                let Some((index, job)) = next else { return Ok(answers) };
                let _in_flight = InFlight::enter();
                let answer = try_job(slot, setup, job).map_err(|(tries, fault)| JobError {
                    job: index,
                    tries,
                    fault,
                });
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
                    .inspect_err(|_| give_up())
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
        join(self.workers.drain(..).flatten().collect());
    }
}

/// Has the worker do the job, or a fresh one if it fails. An error comes with the number of tries.
fn try_job<J: Serialize, A: DeserializeOwned>(
    slot: &mut Option<Worker>,
    setup: &[u8],
    job: &J,
) -> Result<A, (usize, JobFault)> {
    let job = encode(job).map_err(|error| (0, JobFault::Unsendable(error)))?;
    let mut tries = 0;
    loop {
        let worker = match slot {
            Some(worker) => worker,
            None => slot.insert(Worker::start(setup).map_err(|e| (tries, JobFault::Start(e)))?),
        };
        let error = match worker.ask(&job) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let worker = slot.take().expect("it was there a moment ago");
        tries += 1;
        if tries == TRIES {
            return Err((tries, worker.fault(error)));
        }
        // However it ends: the job is tried on the next.
        let _ = worker.end();
    }
}

/// Some worker processes of which each keeps something of its own, from its start to its end.
///
/// A worker of a [`Pool`] may be replaced at any time, since all make their function from the same
/// setup. Here each has a setup of its own, and its function may remember the jobs that it has done
/// (see [`serve`]); so a job goes to one worker and no other, and what that worker keeps is lost if
/// it fails.
#[derive(Debug)]
pub struct Crew {
    size: usize,
    /// As many as the size, or none once one of them has failed.
    workers: Vec<Worker>,
}

impl Crew {
    /// Starts a worker process for each of the setups.
    pub fn start<S: Serialize>(setups: &[S]) -> Result<Self, PoolError> {
        if !PREPARED.load(Ordering::Relaxed) {
            return Err(PoolError::NotPrepared);
        }
        capacity::for_processes(setups.len()).map_err(PoolError::NoRoom)?;
        let size = setups.len();
        let mut crew = Self { size, workers: Vec::with_capacity(size) };
        for number in 1..=setups.len() {
            let failed = |source| PoolError::Start { number, workers: setups.len(), source };
            crew.workers.push(Worker::spawn().map_err(failed)?);
        }
        // Only now, when none of them has to wait for another to be started.
        for (worker, setup) in crew.workers.iter_mut().zip(setups) {
            worker.set_up(&encode(setup).map_err(PoolError::Setup)?);
        }
        Ok(crew)
    }

    /// Gives each worker the job of its number, all at the same time, and returns their answers in
    /// that order as soon as the last has come.
    ///
    /// # Errors
    /// A worker that fails, as in [`Pool::map`], or has failed before. Then all workers end: none of
    /// them can go on without what that one had kept.
    ///
    /// # Panics
    /// Panics unless there are as many jobs as workers.
    pub fn ask_all<J, A>(&mut self, jobs: &[J]) -> Result<Vec<A>, JobError>
    where
        J: Serialize,
        A: DeserializeOwned,
    {
        assert_eq!(jobs.len(), self.size, "there must be a job for each worker");
        if self.workers.len() < self.size {
            return Err(JobError { job: 0, tries: 0, fault: JobFault::Gone });
        }
        let _in_flight: Vec<InFlight> = jobs.iter().map(|_| InFlight::enter()).collect();
        // A worker reads all of a job before it answers, so it never waits to be read from while
        // this waits for it to read.
        for (index, job) in jobs.iter().enumerate() {
            let unsendable =
                |error| JobError { job: index, tries: 0, fault: JobFault::Unsendable(error) };
            let job = encode(job).map_err(unsendable)?;
            self.workers[index].send(&job).map_err(|error| self.failed(index, error))?;
        }
        let mut answers = Vec::with_capacity(jobs.len());
        for index in 0..jobs.len() {
            let answer = self.workers[index].receive();
            answers.push(answer.map_err(|error| self.failed(index, error))?);
        }
        Ok(answers)
    }

    /// Ends all workers because of one.
    fn failed(&mut self, index: usize, error: io::Error) -> JobError {
        let failed = self.workers.remove(index);
        for mut worker in self.workers.drain(..) {
            // One that cannot be killed has ended already.
            let _ = worker.child.kill();
            let _ = worker.child.wait();
            interrupt::worker_ended(worker.child.id());
        }
        JobError { job: index, tries: 1, fault: failed.fault(error) }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        join(self.workers.drain(..).collect());
    }
}

/// Tells workers that there are no more jobs, and waits for them to end.
fn join(mut workers: Vec<Worker>) {
    // All are told before the first is waited for, so that they end side by side.
    for worker in &mut workers {
        worker.jobs = None;
    }
    for worker in workers {
        worker.join();
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
    /// Starts this program again, as a worker, and gives it its setup.
    fn start(setup: &[u8]) -> io::Result<Self> {
        let mut worker = Self::spawn()?;
        worker.set_up(setup);
        Ok(worker)
    }

    /// Starts this program again, as a worker that waits for its setup.
    fn spawn() -> io::Result<Self> {
        let mut command = ROLE.command(&())?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        worker::prepare(&mut command);
        let mut child = command.spawn()?;
        interrupt::worker_started(child.id());
        let jobs = child.stdin.take().expect("stdin was asked for as a pipe");
        let answers = BufReader::new(child.stdout.take().expect("stdout was asked for as a pipe"));
        Ok(Self { child, jobs: Some(jobs), answers })
    }

    fn set_up(&mut self, setup: &[u8]) {
        // If the worker is dead already, its first job will tell.
        let _ = self.send(setup);
    }

    /// Sends the job, and waits for the answer.
    fn ask<A: DeserializeOwned>(&mut self, job: &[u8]) -> io::Result<A> {
        self.send(job)?;
        self.receive()
    }

    fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        write_frame(self.jobs.as_mut().ok_or(io::ErrorKind::BrokenPipe)?, frame)
    }

    fn receive<A: DeserializeOwned>(&mut self) -> io::Result<A> {
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
        interrupt::worker_ended(self.child.id());
    }

    /// What went wrong with a worker, which `error` is a sign of. It has ended then.
    fn fault(self, error: io::Error) -> JobFault {
        let pid = self.child.id();
        match self.end() {
            Ok(status) if error.kind() != io::ErrorKind::InvalidData => {
                JobFault::Ended { pid, status }
            }
            _ => JobFault::Rubbish { pid, error },
        }
    }

    /// Makes sure that a worker which failed has ended, and says how it did.
    fn end(mut self) -> io::Result<ExitStatus> {
        // One that is ending by itself is left the time to, for the sake of its exit status.
        let mut status = self.child.wait_timeout(Duration::from_millis(200))?;
        if status.is_none() {
            self.child.kill()?;
            status = Some(self.child.wait()?);
        }
        interrupt::worker_ended(self.child.id());
        Ok(status.expect("it has ended, one way or the other"))
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
