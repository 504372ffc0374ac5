//! How long the cells of the row database take: `cargo bench -p bench-database`.
//!
//! 200 transfers, in SQLite and, where it is installed, in a PostgreSQL that is started for this.
//! The sweep is along the number of transactions in flight. To PostgreSQL each of them has a
//! connection, on SQLite they share one. Then, on SQLite, what its one writer makes of several
//! connections and of groups; and audits, which only read, over more and more connections.

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
        fight(database)?;
        group(database)?;
        read(database, "", "")?;
        if !database.may_call("-postgresql") {
            return Ok(());
        }
        match Programs::find() {
            Ok(programs) => {
                let server = Server::start(programs)?;
                let url = format!(" --url {}", server.url("postgres"));
                bench(database, "-postgresql", &url)?;
                read(database, "-postgresql", &url)
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

/// Benchmarks as many connections to SQLite as there are transactions in flight: they fight over its
/// one writer.
fn fight(database: &mut Bench<'_, Database>) -> Result<()> {
    let limits = Limits { in_flight: 8, workers: cores() };
    let tokio = Tokio::new(limits.workers)?;
    let arguments = "--transfers 200 --connections 8";
    database.job_afresh(arguments, Throughput::Elements(200))?;
    database.call("threads-fight", "limit=8", |bank| {
        database_threads::transfer_all(&bank.batches, &bank.settings, limits)
    });
    database.call_on(&tokio, "tokio-fight", "limit=8", async |bank| {
        database_tokio::transfer_all(&bank.batches, &bank.settings, limits).await
    });
    Ok(())
}

/// Benchmarks a single writer that commits those that wait as a group.
fn group(database: &mut Bench<'_, Database>) -> Result<()> {
    let tokio = Tokio::new(cores())?;
    database.job_afresh("--transfers 200 --grouped", Throughput::Elements(200))?;
    for in_flight in [8, 64] {
        let limits = Limits { in_flight, workers: cores() };
        let parameter = &format!("limit={in_flight}");
        database.call("threads-grouped", parameter, |bank| {
            database_threads::transfer_all_grouped(&bank.batches, &bank.settings, limits)
        });
        database.call_on(&tokio, "tokio-grouped", parameter, async |bank| {
            database_tokio::transfer_all_grouped(&bank.batches, &bank.settings, limits).await
        });
    }
    Ok(())
}

/// Benchmarks audits, each of which adds up 10,000 balances: readers do not wait for each other.
fn read(database: &mut Bench<'_, Database>, suffix: &str, url: &str) -> Result<()> {
    let tokio = Tokio::new(cores())?;
    let arguments = format!("--transfers 0 --reads 100 --accounts 10000{url}");
    database.job(&arguments, Throughput::Elements(100))?;
    for in_flight in [1, 2, 8] {
        let limits = Limits { in_flight, workers: cores() };
        let parameter = &format!("connections={in_flight}");
        database.call(&format!("threads-reads{suffix}"), parameter, |bank| {
            database_threads::transfer_all(&bank.batches, &bank.settings, limits)
        });
        database.call_on(&tokio, &format!("tokio-reads{suffix}"), parameter, async |bank| {
            database_tokio::transfer_all(&bank.batches, &bank.settings, limits).await
        });
    }
    Ok(())
}
