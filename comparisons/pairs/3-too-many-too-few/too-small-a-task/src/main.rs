//! Too small a task: a thread, a task or a job for each number, or for each chunk of numbers.
//!
//! ```sh
//! cargo run --release -p too-small-a-task
//! ```

mod job;
mod prices;
mod rayon_decides;
mod right;
#[cfg(test)]
mod tests;
mod wrong;

use std::process::ExitCode;

use pair::Choice;
use prices::{SIZES, of_a_number, sizes_that_repay};
use tokio::runtime::Builder;

const ABOUT: &str = "\
1,000 numbers get a thread each, then a thread for each 500. Then up to 20,000 numbers are worked
on in chunks of 1 to 10,000: by threads, by tasks of tokio, and by jobs of rayon.";

const NUMBERS: usize = 1_000;

/// The most threads that are started at once. Other systems allow few more.
const MOST_THREADS: usize = 500;

fn main() -> ExitCode {
    pair::show(ABOUT, "number", |stage| {
        let runtime = Builder::new_multi_thread().build()?;

        stage.ask(
            "The work on a number takes a tenth of a microsecond. How long does it take with a \
             tokio task for each number?",
            [
                "less than a plain loop: the cores share the numbers",
                "about as long as a plain loop",
                "several times as long as a plain loop",
            ],
        );
        stage.run("wrong: a thread for each number", || {
            wrong::in_threads(0..NUMBERS, job::add_up_marked)
        });
        stage.run("right: a thread for each 500", || {
            right::in_threads(0..NUMBERS, NUMBERS / 2, job::add_up_marked)
        });

        let work = job::add_up;
        let alone = of_a_number(1, usize::MAX, job::add_up);
        let tasks = SIZES.map(|size| {
            of_a_number(size, usize::MAX, |all| {
                // Spawned from a task on a thread of the runtime, tasks are cheaper.
                let done = runtime.block_on(runtime.spawn(async move {
                    match size {
                        1 => wrong::in_tasks(all, work).await,
                        _ => right::in_tasks(all, size, work).await,
                    }
                }));
                done.expect("it does not panic")
            })
        });
        if stage.wants_only(&[("loop", alone / 1e9), ("task", tasks[0] / 1e9)]) {
            return Ok(());
        }
        let decides = of_a_number(1, usize::MAX, |all| rayon_decides::in_jobs(all, job::add_up));
        let threads = SIZES.map(|size| {
            of_a_number(size, MOST_THREADS, |all| match size {
                1 => wrong::in_threads(all, work),
                _ => right::in_threads(all, size, work),
            })
        });
        let jobs = SIZES.map(|size| {
            of_a_number(size, usize::MAX, |all| match size {
                1 => wrong::in_jobs(all, work),
                _ => right::in_jobs(all, size, work),
            })
        });

        let mut table = vec![["chunk", "threads", "tasks", "jobs"].map(str::to_owned)];
        for (place, size) in SIZES.into_iter().enumerate() {
            let [threads, tasks, jobs] =
                [threads, tasks, jobs].map(|prices| nanoseconds(prices[place]));
            table.push([thousands(size), threads, tasks, jobs]);
        }
        let [in_threads, in_tasks, in_jobs] =
            [&threads, &tasks, &jobs].map(|prices| sizes_that_repay(prices, alone));
        table.push(["sizes that repay".to_owned(), in_threads, in_tasks, in_jobs]);
        stage.contrast(&table);

        let ratio = tasks[0] / alone;
        let confirmed = match ratio {
            ..0.8 => Choice::A,
            0.8..1.5 => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "A plain loop takes {} for a number, rayon's own chunks take {}.\nA task for each \
                 number takes {ratio:.1} times as long as the loop, a thread {:.0} times:\nto \
                 start it costs more than the work on the number.",
                nanoseconds(alone),
                nanoseconds(decides),
                threads[0] / alone,
            ),
        );
        Ok(())
    })
}

fn nanoseconds(price: f64) -> String {
    format!("{price:.0} ns")
}

/// The number with commas.
fn thousands(number: usize) -> String {
    if number < 1_000 {
        return number.to_string();
    }
    format!("{},{:03}", number / 1_000, number % 1_000)
}
