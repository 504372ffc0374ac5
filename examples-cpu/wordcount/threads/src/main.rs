//! The program around [`wordcount_threads::count_words`] and its two contrasts.

use std::process::ExitCode;

use wordcount_threads::{count_words, count_words_in_shards, count_words_in_shared_map};
use wordcount_workload::{Map, WordCount};

fn main() -> ExitCode {
    harness::run::<WordCount>(env!("CARGO_PKG_NAME"), |input, limits, meter| {
        meter.measure(|| match input.map {
            Map::Own => count_words(&input.text, limits),
            Map::Shared => count_words_in_shared_map(&input.text, limits),
            Map::Sharded => count_words_in_shards(&input.text, limits),
        })
    })
}
