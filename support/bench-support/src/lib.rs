//! What the benchmarks of all rows share. A benchmark calls a cell's function in this very process;
//! what is timed is that call and nothing else. The input is made before, and after each call its
//! answer is compared with that of the first: a cell that is fast and wrong fails its benchmark.
//!
//! Criterion drives them, with `cargo bench`. `claims -- --run` has the same programs make single
//! calls, in an order of its own.

mod calls;
mod runtimes;
mod standing;

use std::{
    cell::OnceCell,
    iter,
    num::NonZeroUsize,
    ops::Deref,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
pub use criterion::Throughput;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, async_executor::AsyncExecutor,
    measurement::WallTime,
};
use figures::calls::{Asked, Calls, Work};
use harness::{Row, job::Job, meter::job_took};
pub use runtimes::{AsyncStd, Smol, Tokio, TokioOnThisThread};
use serde_json::Value;
pub use standing::Standing;

/// How often each benchmark is timed. It is criterion's least: most of these take long, and there
/// are many of them.
const SAMPLES: usize = 10;
/// How long a benchmark runs before it is timed.
const WARM_UP: Duration = Duration::from_millis(200);
/// How long it is timed, if that suffices for the samples.
const MEASUREMENT: Duration = Duration::from_secs(1);

/// The cores that this process may use: the most workers that a benchmark has.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Numbers of workers to try: 1, 2, 4 and so on, and [`cores`] as the last.
#[must_use]
pub fn worker_counts() -> Vec<usize> {
    let cores = cores();
    let mut counts: Vec<usize> =
        iter::successors(Some(1), |count| Some(count * 2)).take_while(|&n| n < cores).collect();
    counts.push(cores);
    counts
}

/// Runs the benchmarks of a row as a program, with criterion's command line, or makes the calls that
/// the environment asks for (see [`figures::calls`]). Worker processes are up to the caller:
/// [`harness::pool::serve`] comes before this.
///
/// # Errors
/// Whatever keeps a benchmark from being run; a cell that fails at its job.
pub fn run<R: Row>(benches: impl FnOnce(&mut Bench<'_, R>) -> Result<()>) -> Result<()> {
    // This process may have been started as the row's helper, say as the site of http.
    R::help()?;
    harness::capacity::allow_open_files();
    if let Some(asked) = calls::asked()? {
        let mut bench = Bench { driver: Driver::Calls { asked, made: None }, series: None };
        benches(&mut bench)?;
        return bench.print_calls();
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group(R::NAME);
    group.sample_size(SAMPLES).warm_up_time(WARM_UP).measurement_time(MEASUREMENT);
    // As many calls in each sample: what takes long is not called more and more often.
    group.sampling_mode(SamplingMode::Flat);
    benches(&mut Bench { driver: Driver::Criterion(group), series: None })?;
    criterion.final_summary();
    Ok(())
}

/// The benchmarks of a row.
pub struct Bench<'a, R: Row> {
    driver: Driver<'a>,
    series: Option<Series<R>>,
}

/// Who calls the benchmarks.
enum Driver<'a> {
    /// Criterion, as often as it likes.
    Criterion(BenchmarkGroup<'a, WallTime>),
    /// We, one of them.
    Calls { asked: Asked, made: Option<Calls> },
}

/// Some benchmarks that do the same job.
struct Series<R: Row> {
    arguments: String,
    job: Job<R>,
    throughput: Throughput,
    /// Whether a call uses its input up, so that each needs one of its own.
    afresh: bool,
    /// The input that all calls share. It is made for the first of them: often a filter leaves none.
    input: OnceCell<R::Input>,
    /// What the first call answered.
    answer: OnceCell<Value>,
}

impl<R: Row> Bench<'_, R> {
    /// What follows does the job that these arguments describe, as a cell's program takes them.
    /// All calls share one input.
    ///
    /// # Errors
    /// Arguments that the row does not take.
    pub fn job(&mut self, arguments: &str, throughput: Throughput) -> Result<()> {
        self.begin(arguments, throughput, false)
    }

    /// As [`Self::job`], for a row that uses its input up: each call gets one of its own, which is
    /// made before the clock starts.
    ///
    /// # Errors
    /// Arguments that the row does not take.
    pub fn job_afresh(&mut self, arguments: &str, throughput: Throughput) -> Result<()> {
        self.begin(arguments, throughput, true)
    }

    fn begin(&mut self, arguments: &str, throughput: Throughput, afresh: bool) -> Result<()> {
        let job = Job::new(arguments.split_whitespace())?;
        let (input, answer) = (OnceCell::new(), OnceCell::new());
        if let Driver::Criterion(group) = &mut self.driver {
            group.throughput(throughput.clone());
        }
        let arguments = arguments.to_owned();
        self.series = Some(Series { arguments, job, throughput, afresh, input, answer });
        Ok(())
    }

    /// Whether any benchmark might be called whose name ends in this suffix, before the parameter.
    /// What only those need does not have to be there for the others.
    #[must_use]
    pub fn may_call(&self, suffix: &str) -> bool {
        match &self.driver {
            Driver::Criterion(_) => true,
            Driver::Calls { asked, .. } => {
                let form = asked.benchmark.split('/').nth(1);
                form.is_some_and(|form| form.ends_with(suffix))
            }
        }
    }

    /// Benchmarks a function.
    pub fn call(
        &mut self,
        name: &str,
        parameter: &str,
        cell: impl Fn(&R::Input) -> Result<R::Output>,
    ) {
        self.measure(name, parameter, |input| {
            let start = Instant::now();
            let output = cell(input);
            (job_took(start), output)
        });
    }

    /// Benchmarks an async function on its runtime. The thread that waits for the whole is this
    /// one, as in a cell's `main`.
    pub fn call_on(
        &mut self,
        runtime: &impl AsyncExecutor,
        name: &str,
        parameter: &str,
        cell: impl AsyncFn(&R::Input) -> Result<R::Output>,
    ) {
        self.call(name, parameter, |input| runtime.block_on(cell(input)));
    }

    /// Benchmarks a function that uses something up: `copy` makes it before the clock starts.
    pub fn call_with<T>(
        &mut self,
        name: &str,
        parameter: &str,
        copy: impl Fn(&R::Input) -> T,
        cell: impl Fn(T) -> Result<R::Output>,
    ) {
        self.measure(name, parameter, |input| {
            let own = copy(input);
            let start = Instant::now();
            let output = cell(own);
            (start.elapsed(), output)
        });
    }

    /// As [`Self::call_with`], for an async function.
    pub fn call_with_on<T>(
        &mut self,
        runtime: &impl AsyncExecutor,
        name: &str,
        parameter: &str,
        copy: impl Fn(&R::Input) -> T,
        cell: impl AsyncFn(T) -> Result<R::Output>,
    ) {
        self.call_with(name, parameter, copy, |own| runtime.block_on(cell(own)));
    }

    fn measure(
        &mut self,
        name: &str,
        parameter: &str,
        timed: impl Fn(&R::Input) -> (Duration, Result<R::Output>),
    ) {
        let series = self.series.as_ref().expect("a job comes before its benchmarks");
        match &mut self.driver {
            Driver::Criterion(group) => {
                group.bench_function(BenchmarkId::new(name, parameter), |bencher| {
                    bencher.iter_custom(|calls| {
                        let mut elapsed = Duration::ZERO;
                        for _ in 0..calls {
                            let input = series.input();
                            let (time, output) = timed(&input);
                            elapsed += time;
                            series.check(&input, output);
                        }
                        elapsed
                    });
                });
            }
            Driver::Calls { asked, made } => {
                if asked.benchmark == format!("{}/{name}/{parameter}", R::NAME) {
                    *made = Some(series.calls(asked.calls, timed));
                }
            }
        }
    }

    /// Prints what the calls took that were asked for.
    fn print_calls(self) -> Result<()> {
        match self.driver {
            Driver::Calls { made: Some(calls), .. } => {
                println!("{}", serde_json::to_string(&calls)?);
                Ok(())
            }
            Driver::Calls { asked, .. } => {
                bail!("its row has no benchmark of the name {}", asked.benchmark)
            }
            Driver::Criterion(_) => Ok(()),
        }
    }
}

impl<R: Row> Series<R> {
    fn input(&self) -> Input<'_, R> {
        let prepare = || self.job.prepare().expect("the input can be made");
        if self.afresh {
            Input::Own(prepare())
        } else {
            Input::Shared(self.input.get_or_init(prepare))
        }
    }

    /// Makes as many calls, and one before them that does not count.
    fn calls(
        &self,
        number: usize,
        timed: impl Fn(&R::Input) -> (Duration, Result<R::Output>),
    ) -> Calls {
        let mut calls = Calls::default();
        for call in 0..=number {
            let input = self.input();
            let output = calls::note(&mut calls, || timed(&input));
            self.check(&input, output);
            if call == 0 {
                calls = Calls::default();
            }
        }
        let work =
            |unit: &str, amount: u64| Some(Work { unit: unit.into(), amount: amount as f64 });
        calls.work = match self.throughput {
            Throughput::Elements(number) => work("Elements", number),
            Throughput::Bytes(number) => work("Bytes", number),
            _ => None,
        };
        calls.job.clone_from(&self.arguments);
        let answer = self.answer.get().map(Value::to_string).unwrap_or_default();
        calls.answer = format!("{:08x}", crc32fast::hash(answer.as_bytes()));
        calls
    }

    /// Fails the benchmark if the cell failed, or if it answers otherwise than the first one.
    fn check(&self, input: &R::Input, output: Result<R::Output>) {
        let output = output.unwrap_or_else(|error| panic!("the cell failed: {error:#}"));
        let answer = self.job.answer(input, output);
        assert!(answer.failures.is_empty(), "units failed: {:?}", answer.failures);
        let first = self.answer.get_or_init(|| answer.json.clone());
        assert_eq!(&answer.json, first, "the answer differs from that of the first call");
    }
}

/// The input of one call.
enum Input<'a, R: Row> {
    Shared(&'a R::Input),
    Own(R::Input),
}

impl<R: Row> Deref for Input<'_, R> {
    type Target = R::Input;

    fn deref(&self) -> &R::Input {
        match self {
            Self::Shared(input) => input,
            Self::Own(input) => input,
        }
    }
}
