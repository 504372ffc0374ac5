//! How long the cells of the row database take: `cargo bench -p bench-database`.
//!
//! 200 transfers, in SQLite and, where it is installed, in a PostgreSQL that is started for this.
//! The sweep is along the number of connections.

use anyhow::Result;
use bench_support::{AsyncStd, Bench, Smol, Throughput, Tokio, cores};
use database_workload::Database;
use harness::{Limits, pool};
use postgres_server::{Programs, Server};
use rayon::ThreadPoolBuilder;

fn main() -> Result<()> {
    pool::serve(database_processes::worker);
    bench_support::run(|database| {
        bench(database, "", "")?;
        match Programs::find() {
            Ok(programs) => {
                let server = Server::start(programs)?;
                let url = format!(" --url {}", server.url("postgres"));
                bench(database, "-postgresql", &url)
            }
            Err(reason) => {
                eprintln!("without PostgreSQL: {reason}");
                Ok(())
            }
        }
    })
}

/// Benchmarks all cells on the database at this URL, under their names with this at the end.
fn bench(database: &mut Bench<'_, Database>, suffix: &str, url: &str) -> Result<()> {
    let workers = cores();
    let tokio = Tokio::new(workers)?;
    let async_std = AsyncStd::new(workers);
    let smol = Smol::new(&database_smol::EXECUTOR, workers)?;
    let rayon = ThreadPoolBuilder::new().num_threads(workers).build()?;
    let name = |approach: &str| format!("{approach}{suffix}");

    // A transfer that is in the history is not made again, so each call gets tables of its own.
    database.job_afresh(&format!("--transfers 200{url}"), Throughput::Elements(200))?;
    let one = Limits { in_flight: 1, workers: 1 };
    database.call(&name("sequential"), "limit=1", |bank| {
        database_sequential::transfer_all(&bank.batches, &bank.settings, one)
    });
    for in_flight in [1, 8] {
        let limits = Limits { in_flight, workers };
        let parameter = &format!("limit={in_flight}");
        database.call(&name("threads"), parameter, |bank| {
            database_threads::transfer_all(&bank.batches, &bank.settings, limits)
        });
        database.call(&name("crossbeam"), parameter, |bank| {
            database_crossbeam::transfer_all(&bank.batches, &bank.settings, limits)
        });
        database.call_on(&tokio, &name("tokio"), parameter, async |bank| {
            database_tokio::transfer_all(&bank.batches, &bank.settings, limits).await
        });
        database.call_on(&async_std, &name("async-std"), parameter, async |bank| {
            database_async_std::transfer_all(&bank.batches, &bank.settings, limits).await
        });
        database.call_on(&smol, &name("smol"), parameter, async |bank| {
            database_smol::transfer_all(&bank.batches, &bank.settings, limits).await
        });
        // The workers cannot stay from call to call: they are set up for the tables of one.
        database.call(&name("processes"), parameter, |bank| {
            database_processes::transfer_all(&bank.batches, &bank.settings, limits)
        });
    }
    // The pool's threads are as many as the cores, whatever the limit.
    let limits = Limits { in_flight: 8, workers };
    database.call(&name("rayon"), "limit=8", |bank| {
        rayon.install(|| database_rayon::transfer_all(&bank.batches, &bank.settings, limits))
    });
    Ok(())
}
