//! How long the cells of the row mandelbrot take: `cargo bench -p bench-mandelbrot --bench mandelbrot`.
//!
//! The sweep is along the number of workers. Beside the cells is the plain scalar loop, under a name
//! of its own: a better kernel comes before more cores.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Standing, Throughput, Tokio, cores, worker_counts};
use harness::{Limits, pool};
use mandelbrot_workload::{Mandelbrot, Rendered, Worker, kernel};
use rayon::ThreadPoolBuilder;

fn main() -> Result<()> {
    pool::serve(mandelbrot_processes::worker);
    bench_support::run(bench)
}

fn bench(mandelbrot: &mut Bench<'_, Mandelbrot>) -> Result<()> {
    mandelbrot.job("--width 800 --height 600", Throughput::Elements(800 * 600))?;
    let one = Limits { in_flight: 1, workers: 1 };
    mandelbrot.call("sequential", "workers=1", |picture| {
        mandelbrot_sequential::render(picture.view, one)
    });
    mandelbrot.call("scalar", "workers=1", |picture| {
        let rows = picture.view.rows().map(|row| {
            let counts = kernel::scalar(&picture.view.points(row));
            Ok(Rendered { counts, worker: Worker::current() })
        });
        Ok(rows.collect())
    });
    for workers in worker_counts() {
        let limits = Limits { in_flight: workers, workers };
        let parameter = &format!("workers={workers}");
        mandelbrot
            .call("threads", parameter, |picture| mandelbrot_threads::render(picture.view, limits));
        mandelbrot.call("threads-bands", parameter, |picture| {
            mandelbrot_threads::render_in_bands(picture.view, limits)
        });
        mandelbrot.call("crossbeam", parameter, |picture| {
            mandelbrot_crossbeam::render(picture.view, limits)
        });
        let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;
        mandelbrot.call("rayon", parameter, |picture| {
            rayon.install(|| mandelbrot_rayon::render(picture.view, limits))
        });
        mandelbrot.call_on(&Tokio::new(workers)?, "tokio", parameter, async |picture| {
            // As in the cell's `main`: a task among the others wakes no further thread.
            tokio::spawn(mandelbrot_tokio::render(picture.view, limits)).await?
        });
        let smol = Smol::new(&mandelbrot_smol::EXECUTOR, workers)?;
        mandelbrot.call_on(&smol, "smol", parameter, async |picture| {
            mandelbrot_smol::EXECUTOR.spawn(mandelbrot_smol::render(picture.view, limits)).await
        });
        mandelbrot.call("processes", parameter, |picture| {
            mandelbrot_processes::render(picture.view, limits)
        });
        // The same without the start of the workers, who stay from call to call.
        let standing = Standing::new(workers);
        mandelbrot.call("processes-standing", parameter, |picture| {
            let rows: Vec<usize> = picture.view.rows().collect();
            standing.map(&picture.view, &rows)
        });
    }
    // A process has one runtime of async-std's, and cannot change the number of its threads.
    let workers = cores();
    let limits = Limits { in_flight: workers, workers };
    let async_std = AsyncStd::new(workers);
    mandelbrot.call_on(&async_std, "async-std", &format!("workers={workers}"), async |picture| {
        async_std::task::spawn(mandelbrot_async_std::render(picture.view, limits)).await
    });
    Ok(())
}
