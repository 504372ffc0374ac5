//! Whoever is told to stop leaves nothing half-written; whoever is stopped does.

use std::{io, path::Path, process, time::Duration};

use nix::sys::signal::Signal::{SIGKILL, SIGTERM};

use crate::{
    channel, child, deadline, dropped, flag,
    found::{Found, found},
    job::WORKERS,
    process::By,
    right, wrong,
};

/// Each worker has one whole file, and is in the middle of the second.
fn left_by(way: impl FnOnce(&Path) -> io::Result<Duration>) -> Found {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    way(folder.path()).expect("files can be written");
    found(folder.path()).expect("the folder can be read")
}

fn left_by_processes(by: By, in_place: bool) -> Found {
    left_by(|folder| crate::process::run(folder, by, in_place))
}

/// No test by itself: the worker processes of the others.
#[test]
fn a_worker_process() {
    if let Some(ended) = child::be_one() {
        process::exit(i32::from(ended.is_err()));
    }
}

#[test]
fn an_aborted_task_leaves_half_a_file() {
    let left = left_by(wrong::run);
    // All of its awaits are in the middle of a file.
    assert_eq!((left.half, left.temporary), (WORKERS, 0));
}

#[test]
fn what_is_told_to_stop_removes_its_file_or_finishes_it() {
    let removes: [fn(&Path) -> _; 2] = [right::run, dropped::run];
    for way in removes {
        let left = left_by(way);
        assert!(left.whole >= WORKERS, "{left:?}");
        assert_eq!((left.half, left.temporary), (0, 0));
    }
    let finishes: [fn(&Path) -> _; 2] = [flag::run, channel::run];
    for way in finishes {
        let left = left_by(way);
        assert!(left.whole >= 2 * WORKERS, "{left:?}");
        assert_eq!((left.half, left.temporary), (0, 0));
    }
}

#[test]
fn a_deadline_stops_who_does_not_listen() {
    let left = left_by(deadline::run);
    assert!(left.whole >= WORKERS - 1, "{left:?}");
    assert_eq!((left.half, left.temporary), (0, 0));
}

#[test]
fn a_process_can_be_told_but_not_when_it_is_killed() {
    for by in [By::ClosedPipe, By::Signal(SIGTERM)] {
        let left = left_by_processes(by, false);
        assert!(left.whole >= 2 * WORKERS, "{left:?}");
        assert_eq!((left.half, left.temporary), (0, 0));
    }
    let left = left_by_processes(By::Signal(SIGKILL), false);
    assert!(left.half == 0 && left.temporary > 0, "{left:?}");
    let left = left_by_processes(By::Signal(SIGKILL), true);
    assert!(left.half > 0 && left.temporary == 0, "{left:?}");
}
