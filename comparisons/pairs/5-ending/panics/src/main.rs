//! Panics: who hears of one, and who falls with it.
//!
//! ```sh
//! cargo run --release -p panics
//! ```

mod async_std;
mod caught;
mod child;
mod job;
mod process;
mod rayon;
mod recovered;
mod right;
mod scope;
mod seen;
mod smol;
mod task;
#[cfg(test)]
mod tests;
mod together;
mod tokio;
mod tried;
mod work;
mod wrong;

use std::{error::Error, io, panic, process::ExitCode};

use job::Job;
use pair::{Choice, Stage};
use seen::Seen;
use tried::{Tried, try_out};
use work::{Done, JOBS};

const ABOUT: &str = "\
One of five jobs panics when it looks at its input. The other four go on from there, and work for
100 ms each. First the jobs are threads, then tasks of three runtimes, then processes.";

/// The jobs that do not panic.
const OTHERS: usize = JOBS - 1;

/// Has jobs done.
type Way = fn(Vec<Job>) -> Vec<Done>;

fn main() -> ExitCode {
    // Panics are what this program is about: it shows them in its table and not on stderr.
    panic::set_hook(Box::new(|_| ()));
    if task::do_task() {
        return ExitCode::SUCCESS;
    }
    pair::show(ABOUT, "job", show)
}

fn show(stage: &mut Stage) -> Result<(), Box<dyn Error>> {
    stage.ask(
        "One of five threads panics while it holds a lock. How many of the others finish?",
        ["all 4: a panic ends its own thread only", "some: it depends on their order", "none"],
    );
    let run = |stage: &mut Stage, label: &'static str, way: Way| {
        (label, stage.run(label, || try_out(way)).value)
    };
    let wrong = run(stage, "wrong: dropped handles and a lock", wrong::do_all);
    let right = run(stage, "right: check first, then join", right::do_all);
    let unfinished = OTHERS - wrong.1.finished;
    if stage.wants_only(&[
        ("wrong-unfinished", unfinished as f64),
        ("right-finished", right.1.finished as f64),
    ]) {
        return Ok(());
    }
    let mut run = |label, way| run(stage, label, way);
    let mut all = vec![
        wrong,
        right,
        run("also: take the poisoned lock", recovered::do_all),
        run("also: a scope of threads", scope::do_all),
        run("also: a parallel iterator", rayon::do_all),
        run("also: tasks on tokio", tokio::do_all),
        run("also: tasks on async-std", async_std::do_all),
        run("wrong, too: tasks on smol", smol::do_all),
        run("also: tasks on smol that catch", caught::do_all),
        run("also: processes that panic", |jobs| process::do_all(jobs, false)),
        run("also: processes that abort", |jobs| process::do_all(jobs, true)),
    ];
    let mut together = |label: &'static str, task| {
        let (done, finished) = stage.run(label, || together::do_all(task)).value?;
        let seen = done.map_or_else(Seen::Error, |_| Seen::Nothing);
        io::Result::Ok((label, Tried { seen, finished }))
    };
    all.push(together("wrong, too: threads, and main panics", "main thread")?);
    all.push(together("wrong, too: rayon::spawn", "rayon::spawn")?);

    let mut rows = vec![["", "whoever waits sees", "others finished"].map(str::to_owned)];
    rows.extend(all.iter().map(|(label, tried)| row(label, tried)));
    stage.contrast(&rows);
    let wrong = &all[0].1;
    let confirmed = match wrong.finished {
        OTHERS => Choice::A,
        1.. => Choice::B,
        0 => Choice::C,
    };
    stage.conclude(
        confirmed,
        &format!(
            "Behind the lock, {} of {OTHERS} finished, and whoever waited saw {}.\nA panic ends its own \
             thread or task. Who joins it, and which locks it held, decides what\nbecomes of the others.",
            wrong.finished, wrong.seen
        ),
    );
    Ok(())
}

fn row(label: &str, tried: &Tried) -> [String; 3] {
    let label = label.split_once(": ").map_or(label, |(_, label)| label);
    [label.to_owned(), tried.seen.to_string(), format!("{} of {OTHERS}", tried.finished)]
}
