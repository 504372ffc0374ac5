//! Checks the answers for some programs, and the limits for some work.

use std::time::Duration;

use ex_02::{
    Measured,
    Verdict::{self, CpuBound, IoBound, WaitsForACore},
    Work, judge, least, only_waits_overlap,
};

/// A program that ran for 10 s; the other times are in tenths of a second.
fn program(threads: u32, cores: u32, cpu: u64, ready: u64) -> Measured {
    let tenths = |number: u64| Duration::from_millis(number * 100);
    Measured { wall: tenths(100), cpu: tenths(cpu), ready: tenths(ready), threads, cores }
}

#[test]
fn programs_are_judged() {
    let programs: [(Measured, Verdict); 10] = [
        (program(1, 2, 1, 0), IoBound),
        (program(1, 2, 99, 0), CpuBound),
        (program(2, 2, 190, 0), CpuBound),
        // More CPU time than time, and still idle for the most part.
        (program(8, 8, 120, 0), IoBound),
        (program(8, 8, 700, 0), CpuBound),
        // More threads than cores cannot compute more than the cores do.
        (program(50, 2, 190, 0), CpuBound),
        (program(50, 2, 10, 0), IoBound),
        // A neighbour has the core.
        (program(1, 1, 30, 65), WaitsForACore),
        (program(1, 1, 30, 10), IoBound),
        (program(4, 4, 100, 200), WaitsForACore),
    ];
    for (program, wanted) in programs {
        let Measured { wall, cpu, ready, threads, cores } = program;
        let seen = judge(program);
        assert!(
            seen == wanted,
            "{threads} threads on {cores} cores, {cpu:?} of CPU time in {wall:?}: the answer was \
             {seen:?}; wanted: {wanted:?} (ready without a core: {ready:?})"
        );
    }
}

/// Units that compute and wait for so many milliseconds.
fn work(units: u32, computing: u64, waiting: u64, in_flight: u32, cores: u32) -> Work {
    let [computing, waiting] = [computing, waiting].map(Duration::from_millis);
    Work { units, computing, waiting, in_flight, cores }
}

#[test]
fn the_least_time_has_three_bounds() {
    for (work, milliseconds) in [
        // The hundred pages of the page, on any number of cores.
        (work(100, 0, 50, 50, 2), 100),
        (work(100, 0, 50, 50, 1), 100),
        // The cores are busy all the time.
        (work(100, 10, 50, 50, 2), 500),
        (work(100, 10, 0, 100, 4), 250),
        // Only two may be in flight, so most cores have nothing to do.
        (work(100, 10, 10, 2, 8), 1000),
        // One unit alone takes as long as it takes.
        (work(1, 10, 50, 50, 8), 60),
        (work(4, 10, 50, 50, 8), 60),
    ] {
        let (seen, wanted) = (least(work), Duration::from_millis(milliseconds));
        assert!(seen == wanted, "the least time was {seen:?}; wanted: {wanted:?} for {work:?}");
    }
}

#[test]
fn where_only_waits_overlap_one_core_computes() {
    for (work, milliseconds) in [
        (work(100, 0, 50, 50, 2), 100),
        (work(100, 10, 50, 50, 2), 1100),
        (work(100, 10, 50, 50, 8), 1100),
        (work(100, 10, 50, 1, 8), 6000),
    ] {
        let (seen, wanted) = (only_waits_overlap(work), Duration::from_millis(milliseconds));
        assert!(
            seen == wanted,
            "where only waits overlap, the time was {seen:?}; wanted: {wanted:?} for {work:?}"
        );
    }
}
