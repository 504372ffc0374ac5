//! How long the cells of the row life take: `cargo bench -p bench-life`.
//!
//! The sweep is along the side of the board: the smaller it is, the more often the bands meet for
//! each cell that they compute.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Throughput, Tokio, cores};
use harness::{Limits, pool};
use life_workload::Life;
use rayon::ThreadPoolBuilder;

fn main() -> Result<()> {
    pool::serve_and_go_on(life_processes::worker);
    bench_support::run(bench)
}

fn bench(life: &mut Bench<'_, Life>) -> Result<()> {
    let workers = cores();
    let limits = Limits { in_flight: workers, workers };
    let tokio = Tokio::new(workers)?;
    let async_std = AsyncStd::new(workers);
    let smol = Smol::new(&life_smol::EXECUTOR, workers)?;
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;

    for (side, generations) in [(64, 2000), (1024, 2000), (4096, 2000)] {
        let arguments = format!("--width {side} --height {side} --generations {generations}");
        life.job(&arguments, Throughput::Elements(side * side * generations))?;
        let parameter = &format!("side={side}");
        life.call("sequential", parameter, |life| {
            let one = Limits { in_flight: 1, workers: 1 };
            life_sequential::evolve(life, one)
        });
        life.call("threads", parameter, |life| life_threads::evolve(life, limits));
        life.call("crossbeam", parameter, |life| life_crossbeam::evolve(life, limits));
        life.call("rayon", parameter, |life| rayon.install(|| life_rayon::evolve(life, limits)));
        life.call_on(&tokio, "tokio", parameter, async |life| {
            life_tokio::evolve(life, limits).await
        });
        life.call_on(&async_std, "async-std", parameter, async |life| {
            life_async_std::evolve(life, limits).await
        });
        life.call_on(&smol, "smol", parameter, async |life| life_smol::evolve(life, limits).await);
        // The workers cannot stay from call to call: each begins with a band of the board.
        life.call("processes", parameter, |life| life_processes::evolve(life, limits));
    }
    Ok(())
}
