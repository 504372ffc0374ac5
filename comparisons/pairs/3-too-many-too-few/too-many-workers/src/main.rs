//! Too many workers: 64 threads compute on a few cores, or a thread for each core.
//!
//! ```sh
//! cargo run --release -p too-many-workers
//! ```

mod job;
mod right;
mod switches;
#[cfg(test)]
mod tests;
mod wrong;

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use pair::{Choice, Unit, seconds, unit};

const ABOUT: &str = "\
64 pieces of work are computed by a thread each, or by a thread for each core. Meanwhile a request
comes (job 0), which needs a core for a few milliseconds.";

const PIECES: usize = 64;
const STEPS: usize = 500;

/// How long the pieces have been computed when the request comes.
const LATER: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    pair::show(ABOUT, "job", |stage| {
        stage.ask(
            "64 threads share the few cores of this machine. How long do they compute, compared \
             with a thread for each core?",
            [
                "about as long: the cores do the same work",
                "about twice as long",
                "many times as long: they get in each other's way all the time",
            ],
        );

        let many = stage
            .run("wrong: 64 threads", || beside_a_request(|| wrong::compute(PIECES, job::plain)));
        let few = stage.run("right: a thread for each core", || {
            beside_a_request(|| right::compute(PIECES, job::plain))
        });
        if stage.wants_only(&[
            ("wrong", many.value.request.as_secs_f64()),
            ("right", few.value.request.as_secs_f64()),
        ]) {
            return Ok(());
        }
        let many_tables = measured(|| wrong::compute(PIECES, job::with_table));
        let few_tables = measured(|| right::compute(PIECES, job::with_table));
        let many_steps = measured(|| wrong::compute_in_steps(STEPS, PIECES, job::short));
        let few_steps = measured(|| right::compute_in_steps(STEPS, PIECES, job::short));

        let row = |label: &str, cells: [String; 2]| {
            let [many, few] = cells;
            [label.to_owned(), many, few]
        };
        let alone = seconds(request());
        stage.contrast(&[
            row("", [PIECES, job::cores()].map(|threads| format!("{threads} threads"))),
            row("computing", [&many.value, &few.value].map(|ran| seconds(ran.computing.wall))),
            row(
                &format!("a request beside it ({alone} alone)"),
                [&many.value, &few.value].map(|ran| seconds(ran.request)),
            ),
            row(
                "context switches",
                [&many.value, &few.value].map(|ran| ran.computing.switches.to_string()),
            ),
            row("computing, with tables", [&many_tables, &few_tables].map(|ran| seconds(ran.wall))),
            row("memory for tables", [&many_tables, &few_tables].map(memory)),
            row("computing, in 500 steps", [&many_steps, &few_steps].map(|ran| seconds(ran.wall))),
            row("context switches", [&many_steps, &few_steps].map(|ran| ran.switches.to_string())),
        ]);

        let ratio = |many: Duration, few: Duration| many.as_secs_f64() / few.as_secs_f64();
        let computing = ratio(many.value.computing.wall, few.value.computing.wall);
        let confirmed = match computing {
            ..1.4 => Choice::A,
            1.4..4.0 => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "64 threads took {computing:.1} times as long to compute, {:.1} times with tables, \
                 and {:.1} times in steps.\nThe request took {:.1} times as long: it gets one \
                 share of the cores, and each thread gets another.",
                ratio(many_tables.wall, few_tables.wall),
                ratio(many_steps.wall, few_steps.wall),
                ratio(many.value.request, few.value.request),
            ),
        );
        Ok(())
    })
}

/// What one way took.
struct Measured {
    wall: Duration,
    switches: i64,
    /// The most pieces that were in flight at once.
    pieces: usize,
}

fn measured(compute: impl FnOnce()) -> Measured {
    unit::forget_peak();
    let (start, switches) = (Instant::now(), switches::so_far());
    compute();
    Measured {
        wall: start.elapsed(),
        switches: switches::so_far() - switches,
        pieces: unit::peak(),
    }
}

fn memory(tables: &Measured) -> String {
    format!("{:.0} MB", (tables.pieces * job::TABLE) as f64 / 1e6)
}

struct Beside {
    computing: Measured,
    request: Duration,
}

/// Computes, and lets a request come meanwhile.
fn beside_a_request(compute: impl FnOnce()) -> Beside {
    thread::scope(|scope| {
        let request = scope.spawn(|| {
            thread::sleep(LATER);
            request()
        });
        let computing = measured(compute);
        Beside { computing, request: request.join().expect("it does not panic") }
    })
}

/// How long it takes to answer a request.
fn request() -> Duration {
    let start = Instant::now();
    Unit::begin(0).run(|| job::count(1_500_000));
    start.elapsed()
}
