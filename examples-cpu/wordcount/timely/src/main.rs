//! The program around [`wordcount_timely::count_words`].

use std::process::ExitCode;

use cluster::Clustered;
use wordcount_timely::count_words;
use wordcount_workload::WordCount;

fn main() -> ExitCode {
    harness::run::<Clustered<WordCount>>(
        env!("CARGO_PKG_NAME"),
        |(input, cluster), limits, meter| {
            // Waiting for the other processes is not part of the job.
            let links = cluster.connect(limits, input.text.sizes())?;
            meter.measure(|| count_words(&input.text, limits, links))
        },
    )
}
