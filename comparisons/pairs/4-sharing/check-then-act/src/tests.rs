//! With the second acting between the first one's check and act, the wrong ways pay twice.

use crate::{
    entry, fetch_update, load_store,
    race::{by_chance, staged},
    right, wrong,
};

#[test]
fn two_critical_sections_overdraw() {
    assert_eq!(staged(wrong::withdraw), (160, -60));
}

#[test]
fn a_load_and_a_store_lose_an_update() {
    assert_eq!(staged(load_store::withdraw), (160, 20));
}

#[test]
fn one_critical_section_pays_once() {
    assert_eq!(staged(right::withdraw), (80, 20));
    assert_eq!(staged(fetch_update::withdraw), (80, 20));
    assert_eq!(staged(entry::withdraw), (80, 20));
}

#[test]
fn and_so_it_does_by_chance() {
    assert_eq!(by_chance(10_000, right::withdraw), 0);
    assert_eq!(by_chance(10_000, fetch_update::withdraw), 0);
    assert_eq!(by_chance(10_000, entry::withdraw), 0);
}
