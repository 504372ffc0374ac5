//! The other form of the async cells, a call per chunk, gives the same results as the first.

use std::{fs, future::pending, thread};

use files_workload::{Checksum, Entry, List, Outcome, Tree, TreeOptions};
use harness::Limits;

const LIMITS: Limits = Limits { in_flight: 4, workers: 2 };

/// Some files, one of which is gone.
struct Input {
    tree: Tree,
    entries: Vec<Entry>,
}

impl Input {
    fn make() -> Self {
        let tree = Tree::make(&TreeOptions { seed: 0, files: 60, average: 100_000 });
        let tree = tree.expect("a tree can be made");
        let entries = List::of(tree.root()).expect("it can be listed").entries;
        fs::remove_file(&entries[7].path).expect("it is there");
        Self { tree, entries }
    }

    fn check(self, whole: anyhow::Result<Vec<Outcome>>, chunks: anyhow::Result<Vec<Outcome>>) {
        // What a failure is called differs: async-std puts the path into its errors.
        let checksums = |outcomes: anyhow::Result<Vec<Outcome>>| -> Vec<Option<Checksum>> {
            outcomes.expect("there are outcomes").into_iter().map(Outcome::ok).collect()
        };
        let whole = checksums(whole);
        assert_eq!(whole, checksums(chunks));
        assert_eq!(whole.len(), 60);
        assert_eq!(whole.iter().filter(|checksum| checksum.is_none()).count(), 1);
        assert!(whole[7].is_none());
        drop(self.tree);
    }
}

#[test]
fn on_tokio() {
    let input = Input::make();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    let whole = runtime.block_on(files_tokio::checksum_all(&input.entries, LIMITS));
    let chunks = runtime.block_on(files_tokio::checksum_all_by_chunks(&input.entries, LIMITS));
    input.check(whole, chunks);
}

#[test]
fn on_async_std_which_is_discontinued() {
    use async_std::task::block_on;
    let input = Input::make();
    let whole = block_on(files_async_std::checksum_all(&input.entries, LIMITS));
    let chunks = block_on(files_async_std::checksum_all_by_chunks(&input.entries, LIMITS));
    input.check(whole, chunks);
}

#[test]
fn on_smol() {
    use smol::block_on;
    let input = Input::make();
    thread::spawn(|| block_on(files_smol::EXECUTOR.run(pending::<()>())));
    let whole = block_on(files_smol::checksum_all(&input.entries, LIMITS));
    let chunks = block_on(files_smol::checksum_all_by_chunks(&input.entries, LIMITS));
    input.check(whole, chunks);
}
