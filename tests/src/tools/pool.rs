//! What the pool of the harness does when its workers fail, with workers that really do.
//!
//! A worker is the program that started it, so this very program is one too: see [`serve`].

use std::{
    env, fs,
    io::Write,
    panic,
    path::PathBuf,
    process::{self, Command, Stdio},
    thread,
    time::Instant,
};

use harness::pool::{self, JobError, JobFault, Pool, PoolError, StatefulPool};
use serde::{Deserialize, Serialize};

use crate::{
    cells::children,
    family::Ran,
    patience::{PATIENCE, wait_until},
    suite::{Test, tests},
};

/// All tests of the pool.
pub(super) fn tests() -> Vec<Test> {
    tests!("pool", Shared:
        answers_come_in_the_order_of_the_jobs,
        no_jobs_need_no_workers,
        long_answers_arrive_whole,
        a_worker_that_is_free_gets_the_next_job,
        a_standing_pool_keeps_its_workers,
        a_job_is_tried_once_more_on_a_fresh_worker,
        a_panic_fails_its_job_alone,
        an_exit_fails_its_job_alone,
        a_signal_fails_its_job_alone,
        rubbish_fails_its_job_alone,
        each_of_a_stateful_pool_keeps_what_is_its_own,
        all_of_a_stateful_pool_work_at_the_same_time,
        long_jobs_and_answers_of_a_stateful_pool_arrive_whole,
        a_failure_ends_the_whole_stateful_pool,
        a_worker_cannot_have_workers,
        a_worker_whose_parent_dies_while_it_sends_a_job_says_nothing,
        a_program_that_is_not_prepared_gets_an_error,
    )
}

/// What a worker is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Job {
    /// Answer with the number, increased by the setup.
    Add(u64),
    /// Increase the setup by the number, and answer with what it is then.
    Keep(u64),
    /// Answer with this many bytes.
    Long(usize),
    /// Answer when there are so many files in a folder, of which each worker adds one.
    Meet(PathBuf, usize),
    /// Do not answer before all tests are over.
    Endless,
    /// Answer with the number of the process.
    Pid,
    /// Panic.
    Panic,
    /// End without a word.
    Exit(i32),
    /// Die from a signal.
    Kill,
    /// Write text where an answer should be.
    Rubbish,
    /// Write a frame that holds something else.
    WrongFrame,
    /// Write bytes that, taken for a length, promise far more than ever comes.
    LongFrame,
    /// Panic if nobody has done so before, which the file tells; answer otherwise.
    PanicOnce(PathBuf),
    /// Start a pool in the worker, and answer whether that was refused.
    Nested,
}

type Answer = Vec<u8>;

fn worker(mut setup: u64) -> impl FnMut(Job) -> Answer {
    move |job| match job {
        Job::Keep(number) => {
            setup += number;
            setup.to_string().into_bytes()
        }
        Job::Add(number) => (number + setup).to_string().into_bytes(),
        Job::Long(bytes) => vec![7; bytes],
        Job::Meet(folder, number) => {
            let own = folder.join(process::id().to_string());
            fs::write(own, "").expect("the folder is there as long as the test");
            wait_until("all have come", || children(&folder).len() >= number);
            b"met".into()
        }
        Job::Endless => {
            thread::sleep(2 * PATIENCE);
            b"late".into()
        }
        Job::Pid => process::id().to_string().into_bytes(),
        Job::Panic => {
            say_nothing_of_a_panic();
            panic!("this worker was asked to panic")
        }
        Job::Exit(status) => process::exit(status),
        Job::Kill => {
            let _ = Command::new("kill").args(["-KILL", &process::id().to_string()]).status();
            unreachable!("nobody survives that")
        }
        Job::Rubbish => {
            println!("a debugging message that should have gone to stderr");
            Vec::new()
        }
        Job::WrongFrame => {
            let length = 3_u64;
            let mut frame = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
            frame.extend([0xff; 3]);
            std::io::stdout().write_all(&frame).expect("the pool reads");
            Vec::new()
        }
        Job::LongFrame => {
            std::io::stdout().write_all(&[0xff; 100]).expect("the pool reads");
            Vec::new()
        }
        Job::PanicOnce(file) => {
            let first = fs::File::create_new(&file).is_ok();
            say_nothing_of_a_panic();
            assert!(!first, "this worker was asked to panic the first time");
            b"second".into()
        }
        Job::Nested => {
            let refused = matches!(Pool::new(1, &setup), Err(PoolError::NotPrepared));
            vec![refused.into()]
        }
    }
}

/// Whoever reads what the tests print would take a panic for a failure.
fn say_nothing_of_a_panic() {
    panic::set_hook(Box::new(|_| {}));
}

fn run(workers: usize, jobs: &[Job]) -> Vec<Result<Answer, JobError>> {
    let mut pool = Pool::new(workers, &100_u64).expect("this program is prepared");
    pool.map(jobs).expect("workers can be started")
}

fn answers_come_in_the_order_of_the_jobs() {
    let jobs: Vec<Job> = (0..200).map(Job::Add).collect();
    let answers = run(4, &jobs);
    let expected = (0..200).map(|number: u64| (number + 100).to_string().into_bytes());
    assert!(answers.into_iter().map(|answer| answer.expect("it is an easy job")).eq(expected));
}

fn no_jobs_need_no_workers() {
    assert!(run(4, &[]).is_empty());
}

fn long_answers_arrive_whole() {
    let answers = run(2, &[Job::Long(0), Job::Long(5_000_000), Job::Long(1)]);
    let lengths: Vec<usize> =
        answers.into_iter().map(|a| a.expect("it is allowed").len()).collect();
    assert_eq!(lengths, [0, 5_000_000, 1]);
}

fn a_worker_that_is_free_gets_the_next_job() {
    // While one worker is busy with its first chunk, which is two jobs, the other does all the rest,
    // of which the last lets the first come to its end.
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut jobs = vec![Job::Meet(folder.path().into(), 2)];
    jobs.extend([const { Job::Pid }; 20]);
    jobs.push(Job::Meet(folder.path().into(), 2));
    let answers: Vec<Answer> =
        run(2, &jobs).into_iter().map(|answer| answer.expect("they are easy jobs")).collect();
    let [first, pids @ .., last] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((&first[..], &last[..]), (&b"met"[..], &b"met"[..]));
    assert_eq!(pids.len(), 20);
    assert!(pids[1..].iter().all(|pid| *pid == pids[1]), "{pids:?}");
    assert_ne!(pids[0], pids[1]);
}

fn a_standing_pool_keeps_its_workers() {
    let mut pool = Pool::new(1, &0_u64).expect("this program is prepared");
    let mut pid = || {
        let answers = pool.map::<_, Answer>(&[Job::Pid]).expect("a worker can be started");
        answers.into_iter().next().expect("there is an answer").expect("it is an easy job")
    };
    assert_eq!(pid(), pid());
}

fn a_job_is_tried_once_more_on_a_fresh_worker() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let answers = run(1, &[Job::Add(1), Job::PanicOnce(folder.path().join("done")), Job::Add(2)]);
    let answers: Vec<Answer> =
        answers.into_iter().map(|a| a.expect("the second try helps")).collect();
    assert_eq!(answers, [b"101".to_vec(), b"second".to_vec(), b"102".to_vec()]);
}

/// Has two workers do a job that fails, in the midst of others; those others must all succeed.
/// Returns what became of the one.
fn among_others(job: Job) -> JobFault {
    let mut jobs: Vec<Job> = (0..40).map(Job::Add).collect();
    jobs[17] = job;
    let mut fault = None;
    for (index, answer) in run(2, &jobs).into_iter().enumerate() {
        match answer {
            Ok(answer) => assert_eq!(answer, (index + 100).to_string().into_bytes()),
            Err(error) => {
                assert_eq!((error.job, index), (17, 17));
                let text = error.to_string();
                assert!(text.contains("job 17") && text.contains("tried 2 times"), "{text}");
                fault = Some(error.fault);
            }
        }
    }
    fault.expect("job 17 fails")
}

fn a_panic_fails_its_job_alone() {
    let fault = among_others(Job::Panic);
    assert!(
        matches!(fault, JobFault::Ended { status, .. } if status.code() == Some(101)),
        "{fault}"
    );
}

fn an_exit_fails_its_job_alone() {
    for expected in [0, 3] {
        let fault = among_others(Job::Exit(expected));
        assert!(
            matches!(fault, JobFault::Ended { status, .. } if status.code() == Some(expected)),
            "{fault}"
        );
    }
}

fn a_signal_fails_its_job_alone() {
    let fault = among_others(Job::Kill);
    assert!(fault.to_string().contains("signal: 9"), "{fault}");
}

fn rubbish_fails_its_job_alone() {
    for job in [Job::Rubbish, Job::WrongFrame, Job::LongFrame] {
        let fault = among_others(job);
        assert!(matches!(fault, JobFault::Rubbish { .. }), "{fault}");
    }
}

fn each_of_a_stateful_pool_keeps_what_is_its_own() {
    let mut pool = StatefulPool::start(&[100_u64, 200, 300]).expect("this program is prepared");
    let mut ask = |numbers: [u64; 3]| -> Vec<Answer> {
        pool.ask_all(&numbers.map(Job::Keep)).expect("they are easy jobs")
    };
    assert_eq!(ask([1, 2, 3]), [b"101", b"202", b"303"]);
    assert_eq!(ask([10, 20, 30]), [b"111", b"222", b"333"]);
}

fn all_of_a_stateful_pool_work_at_the_same_time() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut pool = StatefulPool::start(&[0_u64; 4]).expect("this program is prepared");
    // None of them can answer before all are at work.
    let jobs = vec![Job::Meet(folder.path().into(), 4); 4];
    let answers: Vec<Answer> = pool.ask_all(&jobs).expect("they are easy jobs");
    assert_eq!(answers, [b"met"; 4]);
}

fn long_jobs_and_answers_of_a_stateful_pool_arrive_whole() {
    let mut pool = StatefulPool::start(&[0_u64; 2]).expect("this program is prepared");
    // So long a path is no file's, so nothing is made there, and the job succeeds.
    let long_job = Job::PanicOnce("a".repeat(5_000_000).into());
    let answers: Vec<Answer> =
        pool.ask_all(&[Job::Long(5_000_000), long_job]).expect("they are easy jobs");
    assert_eq!(answers, [vec![7; 5_000_000], b"second".to_vec()]);
}

fn a_failure_ends_the_whole_stateful_pool() {
    for (job, expected) in
        [(Job::Panic, "101"), (Job::Kill, "signal: 9"), (Job::Rubbish, "an invalid answer")]
    {
        let mut pool = StatefulPool::start(&[0_u64; 3]).expect("this program is prepared");
        let answers: Vec<Answer> =
            pool.ask_all(&[const { Job::Pid }; 3]).expect("they are easy jobs");
        let start = Instant::now();
        let jobs = [Job::Add(1), job, Job::Endless];
        let error = pool.ask_all::<_, Answer>(&jobs).expect_err("one of them fails").to_string();
        assert!(error.starts_with("job 1: ") && error.contains(expected), "{error}");
        assert!(start.elapsed() < PATIENCE, "the endless one is waited for");
        for pid in answers {
            let pid = String::from_utf8(pid).expect("it is a number");
            let alive = Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status();
            assert!(!alive.expect("every Unix has a kill").success(), "{pid} lives");
        }
        let again = pool.ask_all::<_, Answer>(&[const { Job::Pid }; 3]);
        assert!(matches!(again, Err(JobError { fault: JobFault::Gone, .. })), "{again:?}");
    }
}

fn a_worker_cannot_have_workers() {
    let answers = run(1, &[Job::Nested]);
    assert!(matches!(&answers[..], [Ok(refused)] if refused == &[1]), "{answers:?}");
}

fn a_worker_whose_parent_dies_while_it_sends_a_job_says_nothing() {
    let program = env::current_exe().expect("this program has a path");
    let mut command = Command::new(program);
    command.env("MEANWHILE_WORKER", "null").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut worker = command.stderr(Stdio::piped()).spawn().expect("it can be started");
    // The setup is whole, and has one byte. Of the job's five bytes only three come.
    let mut stdin = worker.stdin.take().expect("it was asked for");
    for (length, content) in [(1_u64, &b"\0"[..]), (5, b"abc")] {
        let frame = [&length.to_le_bytes(), &(!length).to_le_bytes(), content].concat();
        stdin.write_all(&frame).expect("the worker reads");
    }
    drop(stdin);
    let output = worker.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(0), ""));
    // It has answered the setup, by a frame without content, and nothing else.
    assert_eq!(output.stdout, [[0; 8], [0xff; 8]].concat());
}

fn a_program_that_is_not_prepared_gets_an_error() {
    // Started again with this variable, this program makes a pool without the hook before it.
    let program = env::current_exe().expect("this program has a path");
    let ran = Ran::of(Command::new(program).env(UNPREPARED, "1"));
    assert!(ran.stdout.contains("pool::serve"), "{}", ran.stdout);
}

/// Has this program make a pool before it is prepared for that.
const UNPREPARED: &str = "MEANWHILE_TEST_UNPREPARED";

/// Becomes a worker in a process that was started to be one; in every other, returns at once.
pub(super) fn serve() {
    if env::var_os(UNPREPARED).is_some() {
        let error = Pool::new(1, &0_u64).expect_err("nothing has called `serve` in this process");
        println!("{error}");
        process::exit(0);
    }
    pool::serve(worker);
}
