//! The commands that are not simply run, each with the reason.

use Exception::{Ends, NotRun};

/// How a command is an exception.
#[derive(Clone, Copy, Debug)]
pub(super) enum Exception {
    /// It is not run, for this reason.
    NotRun(&'static str),
    /// It ends with one of these statuses, and says this on its output: the page is about that, or what
    /// the reader has to add is missing.
    Ends(&'static [i32], &'static str),
}

/// All exceptions. One that ends in `…` is of all commands that begin like it.
pub(super) const EXCEPTIONS: &[(&str, Exception)] = &[
    // Cargo's own commands, and the shell's.
    (".ci/run", NotRun("it runs these tests, among others")),
    ("cargo +nightly miri test", NotRun("it needs a toolchain that few have")),
    ("cargo bench…", NotRun("it measures for minutes")),
    ("cargo build…", NotRun("the tests have built what it builds")),
    ("cargo clippy…", NotRun("it is for contributors, and compiles everything once more")),
    ("cargo fmt", NotRun("it changes files")),
    ("cargo test…", NotRun("this is such a test; commands_name_packages checks the packages")),
    ("cargo tree --invert async-std", NotRun("it is about the reader's own dependencies")),
    (
        "cp solutions/ex-01.rs ex-01/src/lib.rs",
        NotRun("the exercises' tests do it for all of them"),
    ),
    ("time ./my-program", NotRun("it is about a program of the reader's")),
    // The reader has to add something.
    ("cargo run --release -p compare -- --command a=…", Ends(&[1], "data")),
    ("cargo run --release -p compare -- --command old=…", Ends(&[1], "fetch.py")),
    ("cargo run --release -p compare -- database -- --url…", Ends(&[1], "cannot use PostgreSQL")),
    ("cargo run --release -p compare -- primes --only workers", Ends(&[2], "called \"workers\"")),
    ("cargo run --release -p compare -- worthwhile --prices…", Ends(&[1], "prices.json")),
    ("cargo run --release -p cost-of-a-task -- --from…", Ends(&[1], "RUN.jsonl")),
    ("cargo run --release -p database-rayon -- --url…", Ends(&[1], "cannot use PostgreSQL")),
    ("cargo run --release -p database-sequential -- --url…", Ends(&[1], "cannot use PostgreSQL")),
    ("cargo run --release -p database-tokio -- --url…", Ends(&[1], "cannot use PostgreSQL")),
    ("cargo run --release -p life-crossbeam -- --pattern…", Ends(&[1], "your-own.rle")),
    ("cargo run --release -p sort-rayon -- --out sorted.txt FILE…", Ends(&[1], "FILE")),
    // They show what was measured before, and here nothing was.
    ("cargo run --release -p claims", Ends(&[2], "not measured")),
    ("cargo run --release -p claims -- --criterion", Ends(&[2], "not measured")),
    ("cargo run --release -p compare -- --again…", Ends(&[1], "no last run")),
    // They have benchmarks built and run, for up to half an hour: here nothing is built.
    ("cargo run --release -p claims -- --run", Ends(&[3], "is not built for this test")),
    (
        "cargo run --release -p claims -- --run --only http",
        Ends(&[3], "is not built for this test"),
    ),
    ("cargo run --release -p claims -- --run --record…", Ends(&[3], "is not built for this test")),
    (
        "cargo run --release -p claims -- --run --only p…",
        NotRun(
            "programs are built here, and are measured for minutes; the claims' tests take short ones",
        ),
    ),
    // What they show is that something fails.
    ("cargo run --release -p claims -- --recorded", Ends(&[0, 1], "claim")),
    ("cargo run --release -p echo-smol -- --faults 0.3 --idle 500ms", Ends(&[1], "client")),
    ("cargo run --release -p http-smol -- --faults 0.2 --timeout 500ms", Ends(&[0, 1], "page")),
    ("cargo run --release -p http-tokio -- --faults…", Ends(&[1], "page")),
    ("cargo run --release -p sleep-threads -- --tasks 1000000", Ends(&[1], "1,000,000")),
    // They need others, take long, or change the workspace.
    (
        "cargo run --release -p book -- serve",
        NotRun("building the book takes long unoptimised; its own tests build and serve it"),
    ),
    (
        "cargo run --release -p claims -- --recorded --update",
        NotRun("it rewrites pages; the rules of the claims check that they are what it writes"),
    ),
    (
        "cargo run --release -p echo-tokio -- --listen 127.0.0.1:7777 --forever",
        NotRun("the port may be taken; echo's tests try this on another"),
    ),
    (
        "cargo run --release -p http-tokio -- https://www.rust-lang.org https://docs.rs",
        NotRun("it needs the internet"),
    ),
    (
        "cargo run --release -p paused-clock…",
        NotRun("it needs a feature that nothing else is built with; the claims' tests run it"),
    ),
    (
        "cargo run --release -p primes-timely -- --workers…",
        NotRun("processes find each other on fixed ports; the row's tests try this on others"),
    ),
    (
        "cargo run --release -p timeline --example cost…",
        NotRun("it needs valgrind, which few have"),
    ),
    (
        "cargo run --release -p wordcount-timely -- --processes…",
        NotRun("it needs several hosts; the row's tests have some"),
    ),
    (
        "cargo run --release -p wordcount-timely -- --workers…",
        NotRun("processes find each other on fixed ports; the row's tests try this on others"),
    ),
];
