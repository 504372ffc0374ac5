//! clippy: usage of `contains_key` followed by `insert` on a `HashMap`

use std::{collections::HashMap, sync::Mutex};

/// Opens an account that is not there yet, as if nobody else could open it in between.
pub fn open(balances: &Mutex<HashMap<u32, i64>>, number: u32) {
    if !balances.lock().expect("nobody panics").contains_key(&number) {
        balances.lock().expect("nobody panics").insert(number, 100);
    }
}
