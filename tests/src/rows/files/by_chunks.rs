//! The other form of the async cells, which await each chunk of a file, gives the same results.

use std::{fmt::Debug, fs, future::pending, thread};

use files_workload::{Checksum, Entry, List, Outcome, Tree, TreeOptions};
use harness::Limits;

use crate::suite::{Pace::Shared, Test};

const LIMITS: Limits = Limits { in_flight: 4, workers: 2 };

/// The tests of the cells that have this other form.
pub(super) fn tests() -> Vec<Test> {
    let test = |approach: &str, run: fn()| {
        Test::new(format!("files::{approach}::by_chunks_the_checksums_are_the_same"), Shared, run)
    };
    vec![test("tokio", on_tokio), test("async-std", on_async_std), test("smol", on_smol)]
}

fn on_tokio() {
    let input = Input::make();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    let whole = runtime.block_on(files_tokio::checksum_all(&input.entries, LIMITS));
    let chunks = runtime.block_on(files_tokio::checksum_all_by_chunks(&input.entries, LIMITS));
    check(whole, chunks);
}

fn on_async_std() {
    use async_std::task::block_on;
    let input = Input::make();
    let whole = block_on(files_async_std::checksum_all(&input.entries, LIMITS));
    let chunks = block_on(files_async_std::checksum_all_by_chunks(&input.entries, LIMITS));
    check(whole, chunks);
}

fn on_smol() {
    use smol::block_on;
    let input = Input::make();
    thread::spawn(|| block_on(files_smol::EXECUTOR.run(pending::<()>())));
    let whole = block_on(files_smol::checksum_all(&input.entries, LIMITS));
    let chunks = block_on(files_smol::checksum_all_by_chunks(&input.entries, LIMITS));
    check(whole, chunks);
}

/// Some files, one of which is gone.
struct Input {
    entries: Vec<Entry>,
    /// The files are there as long as this.
    _tree: Tree,
}

impl Input {
    fn make() -> Self {
        let tree = Tree::make(&TreeOptions { seed: 0, files: 60, average: 100_000 });
        let tree = tree.expect("a tree can be made");
        let entries = List::of(tree.root()).expect("it can be listed").entries;
        fs::remove_file(&entries[7].path).expect("it is there");
        Self { entries, _tree: tree }
    }
}

/// Checks that both have the checksums of all files but that which is gone.
fn check<E: Debug>(whole: Result<Vec<Outcome>, E>, chunks: Result<Vec<Outcome>, E>) {
    // What a failure is called differs: async-std puts the path into its errors.
    let checksums = |outcomes: Result<Vec<Outcome>, E>| -> Vec<Option<Checksum>> {
        outcomes.expect("there are outcomes").into_iter().map(Outcome::ok).collect()
    };
    let whole = checksums(whole);
    assert_eq!(whole, checksums(chunks));
    assert_eq!(whole.len(), 60);
    assert_eq!(whole.iter().filter(|checksum| checksum.is_none()).count(), 1);
    assert!(whole[7].is_none());
}
