//! rustc: cannot be shared between threads safely

use std::{cell::Cell, thread};

/// Two threads change a balance that nothing guards. This is a data race, and no program.
pub fn race() {
    let balance = Cell::new(100);
    thread::scope(|scope| {
        scope.spawn(|| balance.set(balance.get() - 80));
        scope.spawn(|| balance.set(balance.get() - 80));
    });
}
