//! Of all executions, only those of the wrong ways have the flag without the data.

use std::{
    sync::atomic::Ordering::{Acquire, Release},
    time::Duration,
};

use crate::{explore::explore, fences, half, hardware, message::DATA, right, wrong};

#[test]
fn a_relaxed_flag_can_come_before_the_data() {
    for seen in [explore(wrong::publish, wrong::read), explore(half::publish, half::read)] {
        assert!(seen.contains(&(true, 0)), "{seen:?}");
        assert!(seen.contains(&(true, DATA)), "{seen:?}");
    }
}

#[test]
fn release_and_acquire_leave_no_such_execution() {
    for seen in [explore(right::publish, right::read), explore(fences::publish, fences::read)] {
        assert!(!seen.contains(&(true, 0)), "{seen:?}");
        // All others are still there.
        for other in [(true, DATA), (false, DATA), (false, 0)] {
            assert!(seen.contains(&other), "{seen:?}");
        }
    }
}

// What relaxed accesses do on this processor is its own affair.
#[test]
fn no_processor_shows_released_flags_without_data() {
    assert_eq!(hardware::read(Duration::from_millis(50), Release, Acquire).stale, 0);
}
