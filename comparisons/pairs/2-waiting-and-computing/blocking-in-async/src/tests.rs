//! A read in a task leaves no thread for the neighbours, on any runtime.

use std::io;

use crate::{right, with_async_std, with_smol, with_tokio, wrong};

fn ticks(run: io::Result<usize>) -> usize {
    run.expect("there are pipes and memory")
}

#[test]
fn a_read_in_a_task_of_tokio_stops_the_others() {
    assert_eq!(ticks(with_tokio::run(1, wrong::on_tokio)), 0);
    assert_eq!(ticks(with_tokio::run(2, wrong::on_tokio)), 0);
    assert!(ticks(with_tokio::run(1, right::on_tokio)) > 3);
}

#[test]
fn a_read_in_a_task_of_smol_stops_the_others() {
    assert_eq!(ticks(with_smol::run(wrong::on_smol)), 0);
    assert!(ticks(with_smol::run(right::on_smol)) > 3);
}

#[test]
fn a_read_in_a_task_of_async_std_stops_the_others() {
    assert_eq!(ticks(with_async_std::run(wrong::on_async_std)), 0);
    assert!(ticks(with_async_std::run(right::on_async_std)) > 3);
}
