//! Rayon inside async: waiting for a pool on a runtime's thread, and for a future on a pool's.
//!
//! ```sh
//! cargo run --release -p rayon-inside-async
//! ```

mod job;
mod right;
#[cfg(test)]
mod tests;
mod wrong;

use std::{process::ExitCode, time::Duration};

use pair::{Choice, Ran, Unit, seconds};
use tokio::runtime::{Builder, Runtime};

const ABOUT: &str = "\
A runtime with one thread has a picture drawn by two rayon threads, while two requests sleep 10 ms.
Then the rayon threads draw two pictures, whose palettes are futures that need the same threads.";

const PICTURES: usize = 2;

/// How long to wait for what may never end.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    pair::show(ABOUT, "job", |stage| {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).thread_name("runtime").enable_time().build()?;

        stage.ask(
            "Two rayon threads each block_on a palette, and the same two threads compute the \
             palettes.\nWhat happens?",
            [
                "rayon computes the palettes meanwhile, as it does inside join",
                "the pictures are drawn, one after the other",
                "no picture is ever drawn",
            ],
        );

        let pool = job::pool()?;
        let installed = stage.run("wrong: a task waits in install", || {
            serve(&runtime, async move { wrong::in_pool(&pool, job::draw_halves).await })
        });
        let pool = job::pool()?;
        let spawned = stage.run("right: spawn, and await the result", || {
            serve(&runtime, async move { right::in_pool(&pool, job::draw_halves).await })
        });

        if stage.wants_only(&[
            ("wrong", installed.value.as_secs_f64()),
            ("right", spawned.value.as_secs_f64()),
        ]) {
            return Ok(());
        }
        let (pool, handle) = (job::pool()?, runtime.handle().clone());
        let blocked = stage.run_within("wrong: block_on inside the pool", PATIENCE, move || {
            wrong::draw_all(&pool, &handle, PICTURES)
        });
        let (pool, handle) = (job::pool()?, runtime.handle().clone());
        let awaited = stage.run("right: await, then use the pool", || {
            Some(right::draw_all(&pool, &handle, PICTURES))
        });

        stage.contrast(&[
            ["", "wall", "a request of 10 ms took", "pictures"].map(str::to_owned),
            requests("a task waits in install", &installed),
            requests("spawn, and await the result", &spawned),
            pictures("block_on inside the pool", &blocked),
            pictures("await, then use the pool", &awaited),
        ]);
        let confirmed = match blocked.value {
            Some(_) if blocked.wall < awaited.wall.mul_f64(1.5) => Choice::A,
            Some(_) => Choice::B,
            None => Choice::C,
        };
        let ratio = installed.value.as_secs_f64() / spawned.value.as_secs_f64();
        let drawn = blocked.value.map_or(0, |pictures| pictures.len());
        stage.conclude(
            confirmed,
            &format!(
                "With block_on in the pool, {drawn} of {PICTURES} pictures were drawn: a parked \
                 thread does no other job.\nWith install in a task, a request took {ratio:.1} \
                 times as long: a blocked thread polls no other task."
            ),
        );
        Ok(())
    })
}

/// Serves one request that needs the pool, and two that do not. It returns the longer time of
/// these two.
fn serve(runtime: &Runtime, picture: impl Future<Output = u64> + Send + 'static) -> Duration {
    let picture = runtime.spawn(Unit::begin(0).drive(picture));
    let others = [3, 4].map(|job| runtime.spawn(job::request(job)));
    runtime.block_on(async {
        let mut longest = Duration::ZERO;
        for other in others {
            longest = longest.max(other.await.expect("it does not panic"));
        }
        picture.await.expect("it does not panic");
        longest
    })
}

fn requests(label: &str, ran: &Ran<Duration>) -> [String; 4] {
    [label.to_owned(), seconds(ran.wall), seconds(ran.value), "1".to_owned()]
}

fn pictures(label: &str, ran: &Ran<Option<Vec<u64>>>) -> [String; 4] {
    let drawn = ran.value.as_ref().map_or(0, Vec::len);
    let more = if ran.value.is_none() { "> " } else { "" };
    let wall = format!("{more}{}", seconds(ran.wall));
    [label.to_owned(), wall, "–".to_owned(), drawn.to_string()]
}
