//! rustc: atomic loads cannot have `Release` or `AcqRel` ordering

use std::sync::atomic::{AtomicBool, Ordering};

/// Reads the flag with the half of the pair that belongs to the store.
pub fn read(flag: &AtomicBool) -> bool {
    flag.load(Ordering::Release)
}
