//! Eight connections make a commit for each row, one writer makes fewer, and all rows are there.

use std::{path::Path, sync::atomic::Ordering::Relaxed, thread, time::Duration};

use rusqlite::{Result, TransactionBehavior};

use crate::{
    database::Database,
    job::{CLIENTS, ROWS},
    mutex, right, wrong,
};

const ALL: usize = CLIENTS * ROWS;

fn database(folder: &Path) -> Database {
    Database::create(&folder.join("test")).expect("a temporary file can be made")
}

/// How many entries there are, how many commits it took, and how often the file was busy.
fn counts(database: &Database) -> [usize; 3] {
    let entries = database.entries().expect("it can be read");
    [entries, database.commits.load(Relaxed), database.busy.load(Relaxed)]
}

/// Has one way write, while another connection locks the file until that is so.
fn write_locked(
    write_all: fn(&Database) -> Result<()>,
    until: impl Fn(&Database) -> bool,
) -> [usize; 3] {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let database = database(folder.path());
    let mut connection = database.open().expect("it can be opened");
    let lock = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let lock = lock.expect("nobody else has it open yet");
    thread::scope(|scope| {
        let way = scope.spawn(|| write_all(&database));
        while !until(&database) && !way.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        drop(lock);
        way.join().expect("it does not panic").expect("it can write");
    });
    counts(&database)
}

/// Has one way write, and nobody else.
fn write(write_all: fn(&Database) -> Result<()>) -> [usize; 3] {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let database = database(folder.path());
    write_all(&database).expect("it can write");
    counts(&database)
}

#[test]
fn eight_connections_commit_each_row_and_find_the_file_busy() {
    let [entries, commits, busy] =
        write_locked(wrong::write_all, |database| database.busy.load(Relaxed) >= CLIENTS);
    assert_eq!((entries, commits), (ALL, ALL));
    assert!(busy >= CLIENTS, "{busy}");
}

#[test]
fn one_writer_commits_together_what_is_waiting() {
    // The writer has asked for the file by then, and all clients but one have asked the writer.
    let [entries, commits, _] =
        write_locked(right::write_all, |database| database.asked.load(Relaxed) >= CLIENTS);
    assert_eq!(entries, ALL);
    assert!(commits < ALL, "{commits}");
}

#[test]
fn one_writer_never_finds_the_file_busy() {
    let [entries, _, busy] = write(right::write_all);
    assert_eq!((entries, busy), (ALL, 0));
}

#[test]
fn a_mutex_ends_the_fight_but_spares_no_commit() {
    assert_eq!(write(mutex::write_all), [ALL, ALL, 0]);
}
