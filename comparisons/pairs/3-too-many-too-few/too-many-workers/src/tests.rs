//! How many threads compute, and how often the cores change between them.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    thread::{self, ThreadId},
};

use crate::{job, right, switches, wrong};

const PIECES: usize = 64;

/// How many threads computed something, if each piece was computed once.
fn threads(compute: impl FnOnce(&(dyn Fn(usize) + Sync))) -> usize {
    let computed = Mutex::new(BTreeMap::new());
    compute(&|piece| {
        let id: ThreadId = thread::current().id();
        let before = computed.lock().expect("nobody panics while holding it").insert(piece, id);
        assert_eq!(before, None);
    });
    let computed = computed.into_inner().expect("nobody has panicked");
    assert!(computed.keys().copied().eq(0..PIECES));
    let mut threads: Vec<String> = computed.values().map(|id| format!("{id:?}")).collect();
    threads.sort();
    threads.dedup();
    threads.len()
}

#[test]
fn only_the_wrong_way_has_more_threads_than_cores() {
    assert_eq!(threads(|piece| wrong::compute(PIECES, piece)), PIECES);
    assert!(threads(|piece| right::compute(PIECES, piece)) <= job::cores());

    assert_eq!(threads(|piece| wrong::compute_in_steps(1, PIECES, piece)), PIECES);
    assert!(threads(|piece| right::compute_in_steps(1, PIECES, piece)) <= job::cores());
}

#[test]
#[cfg(unix)]
fn steps_of_many_threads_switch_often() {
    let switches = |compute: fn(usize, usize, fn(usize))| {
        let before = switches::so_far();
        compute(200, PIECES, job::short);
        switches::so_far() - before
    };
    // With two cores it is thirty times as often.
    if job::cores() <= PIECES / 8 {
        let (many, few) = (switches(wrong::compute_in_steps), switches(right::compute_in_steps));
        assert!(many > 2 * few, "{many}, {few}");
    }
}
