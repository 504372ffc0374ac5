//! One writer: eight clients write into one SQLite file.
//!
//! ```sh
//! cargo run --release -p one-writer
//! ```

mod busy;
mod database;
mod job;
mod mutex;
mod request;
mod right;
mod rows;
#[cfg(test)]
mod tests;
mod wrong;

use std::{env, path::Path, process::ExitCode, sync::atomic::Ordering::Relaxed, time::Duration};

use database::Database;
use pair::{Choice, Stage, seconds};

const ABOUT: &str = "\
Eight clients write 20 rows each into one SQLite file, and go on when a row is safe on the disk.
First each has a connection of its own, then one thread writes for all.";

fn main() -> ExitCode {
    pair::show(ABOUT, "thread", |stage| {
        stage.ask(
            "How fast is one thread that writes for all, beside eight that write for themselves?",
            [
                "slower: it does the work of eight",
                "just as fast: the file takes one writer at a time anyway",
                "at least twice as fast",
            ],
        );
        // Beside the program, since a commit costs next to nothing where the system's temporary
        // files are kept in memory. It is removed at the end.
        let program = env::current_exe()?;
        let folder = tempfile::tempdir_in(program.parent().unwrap_or(Path::new(".")))?;
        let folder = folder.path();
        let wrong = way(stage, folder, "wrong: eight connections", wrong::write_all)?;
        let right = way(stage, folder, "right: one writer", right::write_all)?;
        if stage
            .wants_only(&[("wrong", wrong.wall.as_secs_f64()), ("right", right.wall.as_secs_f64())])
        {
            return Ok(());
        }
        let mutex = way(stage, folder, "also: a mutex", mutex::write_all)?;

        let head = ["", "wall", "rows", "commits", "found it busy"].map(str::to_owned);
        stage.contrast(&[&[head], &[&wrong, &right, &mutex].map(Outcome::row)[..]].concat());
        let ratio = wrong.wall.as_secs_f64() / right.wall.as_secs_f64();
        let confirmed = match ratio {
            ..0.8 => Choice::A,
            0.8..2.0 => Choice::B,
            _ => Choice::C,
        };
        stage.conclude(
            confirmed,
            &format!(
                "One writer took 1/{ratio:.1} of the time: the rows that come during one commit share \
                 the next,\nso {} rows needed {} commits. And nobody found the file busy and slept.",
                right.rows, right.commits
            ),
        );
        Ok(())
    })
}

/// What became of one way.
struct Outcome {
    label: String,
    wall: Duration,
    rows: usize,
    commits: usize,
    busy: usize,
}

/// Has all clients write in one way, into a file of its own.
fn way(
    stage: &mut Stage,
    folder: &Path,
    label: &str,
    write_all: fn(&Database) -> rusqlite::Result<()>,
) -> rusqlite::Result<Outcome> {
    let name = label.split_once(": ").map_or(label, |(_, way)| way);
    let database = Database::create(&folder.join(name))?;
    let ran = stage.run(label, || write_all(&database));
    ran.value?;
    Ok(Outcome {
        label: name.to_owned(),
        wall: ran.wall,
        rows: database.entries()?,
        commits: database.commits.load(Relaxed),
        busy: database.busy.load(Relaxed),
    })
}

impl Outcome {
    fn row(&self) -> [String; 5] {
        let [rows, commits, busy] =
            [self.rows, self.commits, self.busy].map(|count| count.to_string());
        [self.label.clone(), seconds(self.wall), rows, commits, busy]
    }
}
