//! A pool of worker processes, like Python's `multiprocessing.Pool`.
//!
//! A worker is this same program, started again. It reads its setup and then chunks of jobs from
//! stdin. To stdout it writes that it is ready, and then the answers of each chunk. Each message is
//! a frame: its length, then that many bytes of [postcard](https://docs.rs/postcard). The calling
//! process has one thread per worker, which hands it the next chunk as soon as it is free.
//!
//! The workers of a [`Pool`] are all alike. Each worker of a [`StatefulPool`] keeps its own state
//! from job to job.
//!
//! A program that uses either pool calls [`serve`] before anything else in its `main`.
//!
//! The crate [procspawn](https://docs.rs/procspawn) has such a pool, too. The examples need more
//! than it offers: when a worker of its pool dies, it says "remote side closed", but not which
//! process that was or how it ended, and it does not retry the job. It takes 4 to 5 ms to start a
//! worker, and this pool 1 ms.

use std::{
    io::{self, BufReader, Read, Write},
    marker::PhantomData,
    process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio},
    slice,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use timeline::{
    Event,
    unit::{self, InFlight},
};
use wait_timeout::ChildExt;

use crate::{
    capacity::{self, NoRoom},
    helper::Role,
    interrupt, message,
    meter::{WorkerUsage, add_start},
    worker,
};

/// A worker gets its share of the remaining jobs in this many portions. More portions balance the
/// workers better; fewer cost fewer round trips. Python's `multiprocessing.Pool.map` divides by
/// four, too, but only once.
const PORTIONS: usize = 4;
/// How many bytes come before the content of a frame.
const HEADER: usize = 2 * size_of::<u64>();
/// The role of a program that is started as a worker.
const ROLE: Role = Role::new("MEANWHILE_WORKER");

/// Whether this process has called [`serve`], so that the processes it starts can be workers.
static PREPARED: AtomicBool = AtomicBool::new(false);

/// Why a pool cannot work.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The program would start itself again without becoming a worker, and each copy would do the
    /// same.
    #[error(
        "this program does not call `pool::serve` first in its `main`, so it cannot start workers"
    )]
    NotPrepared,
    /// The setup cannot be sent.
    #[error("cannot send the setup to a worker")]
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

/// A job without an answer: its worker failed, and so did a second one, if the job was retried.
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

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub enum JobFault {
    /// The job cannot be sent.
    #[error("cannot send it to a worker: {0}")]
    Unsendable(io::Error),
    /// The worker failed, and a new one cannot be started.
    #[error("its worker failed, and a new one cannot be started: {0}")]
    Start(io::Error),
    /// The workers have ended, because one of them failed at an earlier job.
    #[error("no worker is left: one failed earlier")]
    Gone,
    /// The worker ended before it answered.
    #[error("worker process {pid} ended before it answered ({status})")]
    Ended {
        /// The worker's process ID.
        pid: u32,
        /// How it ended.
        status: ExitStatus,
    },
    /// The worker sent something that is no answer.
    #[error("worker process {pid} sent an invalid answer: {error}")]
    Rubbish {
        /// The worker's process ID.
        pid: u32,
        /// Why it is no answer.
        error: io::Error,
    },
}

impl JobFault {
    /// How often the job has reached a worker: the first one, and a new one.
    fn tries(&self) -> usize {
        match self {
            Self::Unsendable(_) | Self::Gone => 0,
            Self::Start(_) => 1,
            Self::Ended { .. } | Self::Rubbish { .. } => 2,
        }
    }
}

/// Turns this process into a worker if a [`Pool`] or a [`StatefulPool`] started it. A worker
/// answers jobs with the function that `start` makes from the setup, and ends when there are no
/// more. In every other process, this returns immediately.
///
/// It must come first in `main`, since every worker also runs the code before it.
pub fn serve<S, J, A, W>(start: impl FnOnce(S) -> W)
where
    S: DeserializeOwned,
    J: DeserializeOwned,
    A: Serialize,
    W: FnMut(J) -> A,
{
    serve_chunks(|setup| {
        let mut answer = start(setup);
        move |chunk: Vec<J>, reply: Reply<'_, A>| {
            reply.send_all(chunk.into_iter().map(&mut answer).collect());
        }
    });
}

/// Like [`serve`], for workers of a [`StatefulPool`] that go on after they have answered. The
/// function sends its answer itself. Its work after that overlaps with the work of the parent and
/// the other workers.
pub fn serve_and_go_on<S, J, A, W>(start: impl FnOnce(S) -> W)
where
    S: DeserializeOwned,
    J: DeserializeOwned,
    A: Serialize,
    W: FnMut(J, Reply<'_, A>),
{
    serve_chunks(|setup| {
        let mut work = start(setup);
        move |chunk: Vec<J>, reply: Reply<'_, A>| {
            // A pool of this kind sends one job at a time.
            if let Some(job) = chunk.into_iter().next() {
                work(job, reply);
            }
        }
    });
}

/// The destination of a worker's answer.
#[derive(Debug)]
pub struct Reply<'a, A> {
    /// The outcome of sending, once there is an answer.
    sent: &'a mut Option<io::Result<()>>,
    answers: PhantomData<A>,
}

impl<A: Serialize> Reply<'_, A> {
    /// Sends the answer to the parent.
    pub fn send(self, answer: A) {
        self.send_all(vec![answer]);
    }

    fn send_all(self, answers: Vec<A>) {
        let send = || {
            let reply = encode(&Answers { answers, events: timeline::take_events() })?;
            // Before writing the reply, since the parent may hang up as soon as it has the last
            // one.
            BUSY.store(false, Ordering::Relaxed);
            write_frame(&mut io::stdout(), &reply)
        };
        *self.sent = Some(send());
    }
}

fn serve_chunks<S, J, A, W>(start: impl FnOnce(S) -> W)
where
    S: DeserializeOwned,
    J: DeserializeOwned,
    A: Serialize,
    W: FnMut(Vec<J>, Reply<'_, A>),
{
    if !ROLE.is_ours() {
        PREPARED.store(true, Ordering::Relaxed);
        return;
    }
    let status = match work(start) {
        Ok(()) => 0,
        // The parent is gone: it reads no more, or has not sent all of a job. Nobody is left to be
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

/// Whether this worker is doing a job.
static BUSY: AtomicBool = AtomicBool::new(false);

fn work<S, J, A, W>(start: impl FnOnce(S) -> W) -> io::Result<()>
where
    S: DeserializeOwned,
    J: DeserializeOwned,
    A: Serialize,
    W: FnMut(Vec<J>, Reply<'_, A>),
{
    end_with_parent()?;
    worker::begin();
    let mut jobs = BufReader::new(io::stdin());
    let Some(setup) = read_frame(&mut jobs)? else { return Ok(()) };
    let mut work = start(decode(&setup)?);
    write_frame(&mut io::stdout(), &encode(&Ready)?)?;
    while let Some(chunk) = read_frame(&mut jobs)? {
        BUSY.store(true, Ordering::Relaxed);
        let mut sent = None;
        work(decode(&chunk)?, Reply { sent: &mut sent, answers: PhantomData });
        sent.unwrap_or_else(|| Err(io::Error::other("a job was left without an answer")))?;
    }
    write_frame(&mut io::stdout(), &encode(&WorkerUsage::of_this_process())?)
}

/// Ends this process as soon as its parent has died, even in the middle of a job.
///
/// The parent holds the other end of stdin, which closes however the parent dies. Between two jobs
/// the worker reads stdin and sees its end. During a job a thread watches for the hang-up, without
/// reading.
#[cfg(unix)]
fn end_with_parent() -> io::Result<()> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::{fd::AsFd, unix::process::parent_id};

    crate::background::harness_thread_started();
    let parent_process = parent_id();
    thread::Builder::new().name("parent".into()).spawn(move || {
        let stdin = io::stdin();
        // No event is asked for, so only a hang-up ends the call.
        let mut parent = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        while poll(&mut parent, PollTimeout::NONE) == Err(nix::errno::Errno::EINTR) {}
        // The parent also hangs up when it has no more jobs. Then the worker is idle and ends by
        // itself. But a worker that goes on after its answer must be ended if the parent is gone.
        while !BUSY.load(Ordering::Relaxed) && parent_id() == parent_process {
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

/// A worker's message when it has made its function from its setup.
#[derive(Serialize, Deserialize)]
struct Ready;

#[derive(Serialize, Deserialize)]
struct Answers<A> {
    /// One for each job of the chunk, in their order.
    answers: Vec<A>,
    /// The worker's recording since its last reply, if it records.
    events: Vec<Event>,
}

/// Worker processes that do jobs. They are started when a job first needs them, and end when the
/// pool is dropped.
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

    /// Hands all jobs to the workers, each job to a free worker, and returns the answers in the
    /// order of the jobs.
    ///
    /// A worker is handed a chunk of jobs at a time and does them one after the other. The chunks
    /// are large at first, which saves round trips, and shrink to single jobs towards the end, so
    /// that all workers are done at about the same time.
    ///
    /// If a worker fails (it panics, exits, is killed or writes rubbish), the jobs of its chunk are
    /// retried once on a new worker, each alone. If that fails, too, the job's answer is an error.
    /// The other workers go on.
    pub fn map<J, A>(&mut self, jobs: &[J]) -> Result<Vec<Result<A, JobError>>, PoolError>
    where
        J: Serialize + Sync,
        A: DeserializeOwned + Send,
    {
        self.do_all(jobs, false)
    }

    /// Like [`Self::map`], for the last jobs: a worker ends as soon as no job is left for it,
    /// without waiting for the others. So its resources, such as a connection, become free for
    /// workers that are still waiting.
    pub fn finish<J, A>(mut self, jobs: &[J]) -> Result<Vec<Result<A, JobError>>, PoolError>
    where
        J: Serialize + Sync,
        A: DeserializeOwned + Send,
    {
        self.do_all(jobs, true)
    }

    fn do_all<J, A>(
        &mut self,
        jobs: &[J],
        are_last: bool,
    ) -> Result<Vec<Result<A, JobError>>, PoolError>
    where
        J: Serialize + Sync,
        A: DeserializeOwned + Send,
    {
        let begin = Instant::now();
        let workers = self.workers.len().min(jobs.len());
        capacity::for_processes(workers).map_err(PoolError::NoRoom)?;
        // The time until the last of the workers was ready.
        let start = Mutex::new(Duration::ZERO);
        let queue = Mutex::new(0..jobs.len());
        let next_chunk = || {
            let mut left = queue.lock().expect("nobody panics while holding it");
            let begin = left.start;
            left.start = left.end.min(begin + (left.len() / (PORTIONS * workers)).max(1));
            begin..left.start
        };
        // If a worker cannot start, the pool fails, so the others begin no further job.
        let give_up = || *queue.lock().expect("nobody panics while holding it") = 0..0;
        let setup = &self.setup;
        let feed = |number: usize, slot: &mut Option<Worker>| {
            if slot.is_none() {
                let started = Worker::start(setup).inspect_err(|_| give_up());
                *slot =
                    Some(started.map_err(|source| PoolError::Start { number, workers, source })?);
                let mut start = start.lock().expect("nobody panics while holding it");
                *start = start.max(begin.elapsed());
            }
            let mut chunks = Vec::new();
            loop {
                let chunk = next_chunk();
                if chunk.is_empty() {
                    if are_last {
                        join(slot.take().into_iter().collect());
                    }
                    return Ok(chunks);
                }
                unit::count_worker();
                // The worker does only one of them at a time.
                let _in_flight = InFlight::one_of(chunk.len());
                chunks.push((chunk.start, do_chunk(slot, setup, chunk.start, &jobs[chunk])));
            }
        };
        let feed = &feed;
        let mut chunks = Vec::new();
        thread::scope(|scope| {
            let threads = self.workers.iter_mut().take(workers).zip(1..).map(|(slot, number)| {
                thread::Builder::new()
                    .name("pool".into())
                    .spawn_scoped(scope, move || feed(number, slot))
                    .inspect_err(|_| give_up())
                    .map_err(|source| PoolError::Start { number, workers, source })
            });
            for thread in threads.collect::<Result<Vec<_>, _>>()? {
                chunks.append(&mut thread.join().expect("the pool's threads do not panic")?);
            }
            Ok(())
        })?;
        add_start(start.into_inner().expect("nobody panics while holding it"));
        chunks.sort_unstable_by_key(|(begin, _)| *begin);
        Ok(chunks.into_iter().flat_map(|(_, answers)| answers).collect())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        join(self.workers.drain(..).flatten().collect());
    }
}

/// Lets the worker do the jobs, the first of which has the index `begin`. If it fails, a new worker
/// does each of them alone, so that no job fails because of its neighbours.
fn do_chunk<J: Serialize, A: DeserializeOwned>(
    slot: &mut Option<Worker>,
    setup: &[u8],
    begin: usize,
    jobs: &[J],
) -> Vec<Result<A, JobError>> {
    if let Ok(answers) = ask(slot, setup, jobs) {
        return answers.into_iter().map(Ok).collect();
    }
    let alone = |(job, only): (usize, &J)| {
        let answers = ask(slot, setup, slice::from_ref(only));
        let answer = answers.map(|mut answers: Vec<A>| answers.remove(0));
        answer.map_err(|fault| JobError { job, tries: fault.tries(), fault })
    };
    (begin..).zip(jobs).map(alone).collect()
}

/// Lets the worker, or a new one if there is none, do the jobs. A worker that fails is removed.
fn ask<J: Serialize, A: DeserializeOwned>(
    slot: &mut Option<Worker>,
    setup: &[u8],
    jobs: &[J],
) -> Result<Vec<A>, JobFault> {
    let chunk = encode(jobs).map_err(JobFault::Unsendable)?;
    let mut worker = match slot.take() {
        Some(worker) => worker,
        None => Worker::start(setup).map_err(JobFault::Start)?,
    };
    match worker.send(&chunk).and_then(|()| worker.receive(jobs.len())) {
        Ok(answers) => {
            *slot = Some(worker);
            Ok(answers)
        }
        Err(error) => Err(worker.fault(error)),
    }
}

/// A pool of worker processes that each keep their own state, from start to end.
///
/// A worker of a [`Pool`] may be replaced at any time, since all make their function from the same
/// setup. Here each has its own setup, and its function may remember earlier jobs (see [`serve`]).
/// So a job can go to only one worker, and that worker's state is lost if it fails.
#[derive(Debug)]
pub struct StatefulPool {
    size: usize,
    /// All workers, or none once one of them has failed.
    workers: Vec<Worker>,
}

impl StatefulPool {
    /// Starts a worker process for each of the setups, and returns when all are ready.
    pub fn start<S: Serialize>(setups: &[S]) -> Result<Self, PoolError> {
        if !PREPARED.load(Ordering::Relaxed) {
            return Err(PoolError::NotPrepared);
        }
        let begin = Instant::now();
        let size = setups.len();
        capacity::for_processes(size).map_err(PoolError::NoRoom)?;
        let mut pool = Self { size, workers: Vec::with_capacity(size) };
        for number in 1..=size {
            let failed = |source| PoolError::Start { number, workers: size, source };
            pool.workers.push(Worker::spawn().map_err(failed)?);
        }
        // Only now, so that all workers start at the same time.
        for (worker, setup) in pool.workers.iter_mut().zip(setups) {
            worker.set_up(&encode(setup).map_err(PoolError::Setup)?);
        }
        pool.workers.iter_mut().for_each(Worker::wait_until_ready);
        unit::add_workers(size);
        add_start(begin.elapsed());
        Ok(pool)
    }

    /// Gives each worker the job of its number, all at the same time, and returns the answers in
    /// that order as soon as the last has arrived.
    ///
    /// # Errors
    /// A worker fails, as in [`Pool::map`], or has failed before. Then all workers end, since none
    /// can go on without that one's state.
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
        let _in_flight: Vec<InFlight> = jobs.iter().map(|_| InFlight::one_of(1)).collect();
        // A worker reads all of a job before it answers, so it never waits to be read from while
        // this waits for it to read.
        for (index, job) in jobs.iter().enumerate() {
            let unsendable =
                |error| JobError { job: index, tries: 0, fault: JobFault::Unsendable(error) };
            let chunk = encode(slice::from_ref(job)).map_err(unsendable)?;
            self.workers[index].send(&chunk).map_err(|error| self.failed(index, error))?;
        }
        let mut answers = Vec::with_capacity(jobs.len());
        for index in 0..jobs.len() {
            let answer = self.workers[index].receive(1);
            answers.append(&mut answer.map_err(|error| self.failed(index, error))?);
        }
        Ok(answers)
    }

    /// Ends all workers because one failed.
    fn failed(&mut self, index: usize, error: io::Error) -> JobError {
        let failed = self.workers.remove(index);
        for mut worker in self.workers.drain(..) {
            // A worker that cannot be killed has ended already.
            let _ = worker.child.kill();
            let _ = worker.child.wait();
            interrupt::worker_ended(worker.child.id());
        }
        JobError { job: index, tries: 1, fault: failed.fault(error) }
    }
}

impl Drop for StatefulPool {
    fn drop(&mut self) {
        join(self.workers.drain(..).collect());
    }
}

/// Tells workers that there are no more jobs, and waits for them to end.
fn join(mut workers: Vec<Worker>) {
    // All are told before this waits for the first, so they end at the same time.
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
    replies: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts this program again, as a worker, gives it its setup, and waits until it is ready.
    fn start(setup: &[u8]) -> io::Result<Self> {
        let mut worker = Self::spawn()?;
        worker.set_up(setup);
        worker.wait_until_ready();
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
        let replies = BufReader::new(child.stdout.take().expect("stdout was asked for as a pipe"));
        Ok(Self { child, jobs: Some(jobs), replies })
    }

    fn set_up(&mut self, setup: &[u8]) {
        // If the worker is dead already, its first job will tell.
        let _ = self.send(setup);
    }

    fn wait_until_ready(&mut self) {
        // If the worker sent something else, its first job will tell, too.
        let _ = read_frame(&mut self.replies);
    }

    fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        write_frame(self.jobs.as_mut().ok_or(io::ErrorKind::BrokenPipe)?, frame)
    }

    /// Waits for the answers to a chunk of this many jobs.
    fn receive<A: DeserializeOwned>(&mut self, jobs: usize) -> io::Result<Vec<A>> {
        let frame = read_frame(&mut self.replies)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let reply: Answers<A> = decode(&frame)?;
        if reply.answers.len() != jobs {
            let message = format!("{} answers to {jobs} jobs", reply.answers.len());
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        timeline::add_events(reply.events);
        Ok(reply.answers)
    }

    /// Waits for a worker that has been told that there are no more jobs.
    fn join(mut self) {
        // A worker that was killed while idle has nothing to report, and nothing is lost.
        if let Ok(Some(frame)) = read_frame(&mut self.replies)
            && let Ok(usage) = decode::<WorkerUsage>(&frame)
        {
            usage.add();
        }
        let _ = self.child.wait();
        interrupt::worker_ended(self.child.id());
    }

    /// Finds out how a worker failed, given the `error` that revealed it. The worker has ended
    /// then.
    fn fault(self, error: io::Error) -> JobFault {
        let pid = self.child.id();
        match self.end() {
            Ok(status) if error.kind() != io::ErrorKind::InvalidData => {
                JobFault::Ended { pid, status }
            }
            _ => JobFault::Rubbish { pid, error },
        }
    }

    /// Makes sure that a failed worker has ended, and returns how.
    fn end(mut self) -> io::Result<ExitStatus> {
        // A worker that is ending by itself gets the time to do so, for the sake of its exit
        // status.
        let mut status = self.child.wait_timeout(Duration::from_millis(200))?;
        if status.is_none() {
            self.child.kill()?;
            status = Some(self.child.wait()?);
        }
        interrupt::worker_ended(self.child.id());
        Ok(status.expect("it has ended, one way or the other"))
    }
}

fn encode<T: Serialize + ?Sized>(value: &T) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

fn decode<T: DeserializeOwned>(frame: &[u8]) -> io::Result<T> {
    postcard::from_bytes(frame).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Writes a frame: the length of the content, the same once more with each of its bits inverted, and
/// the content. It may be of any length, since neither side needs to know it beforehand.
fn write_frame(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    write_header(to, frame.len() as u64)?;
    to.write_all(frame)?;
    to.flush()
}

fn write_header(to: &mut impl Write, length: u64) -> io::Result<()> {
    to.write_all(&[length.to_le_bytes(), (!length).to_le_bytes()].concat())
}

/// Reads a frame; `None` if there are no more.
fn read_frame(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut header = Vec::with_capacity(HEADER);
    from.by_ref().take(HEADER as u64).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(None);
    }
    let (length, inverted) = header.split_at(header.len().min(HEADER / 2));
    // Stray output of a worker must not be taken for a length, or this would wait for bytes that
    // nobody sends.
    if length.iter().zip(inverted).any(|(&byte, &inverted)| inverted != !byte) {
        let message = "it does not begin as one";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let (Ok(length), HEADER) = (length.try_into(), header.len()) else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let length = u64::from_le_bytes(length);
    // The vector grows only with real bytes, so a false length costs no memory.
    let mut frame = Vec::new();
    if (from.take(length).read_to_end(&mut frame)? as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(frame))
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
    fn a_frame_may_be_longer_than_any_buffer() {
        let length = (256 << 20) + 1;
        let mut header = Vec::new();
        write_header(&mut header, length).expect("a vector takes everything");
        let mut pipe = header.as_slice().chain(io::repeat(7).take(length));
        let frame = read_frame(&mut pipe).expect("it is whole").expect("there is one");
        assert_eq!(frame.len() as u64, length);
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        for text in [&b"hello, I am no frame\n"[..], &[0; 40], &[0xff; 40]] {
            let error = read_frame(&mut &text[..]).expect_err("no frame begins like that");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }

    #[test]
    fn a_torn_frame_is_an_error() {
        let mut whole = Vec::new();
        write_frame(&mut whole, b"content").expect("a vector takes everything");
        for end in 1..whole.len() {
            let error = read_frame(&mut &whole[..end]).expect_err("it is cut short");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{end}");
        }
    }

    #[test]
    fn a_length_that_is_not_true_costs_no_memory() {
        let mut torn = Vec::new();
        write_header(&mut torn, 1 << 60).expect("a vector takes everything");
        torn.extend(b"content");
        let error = read_frame(&mut torn.as_slice()).expect_err("it is cut short");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn whoever_is_not_prepared_gets_an_error_and_no_fork_bomb() {
        // This test's own program does not call `serve`: its workers would run all tests again.
        assert!(matches!(Pool::new(2, &()), Err(PoolError::NotPrepared)));
    }
}
