//! All executions that the memory model allows, as loom finds them.

use std::sync::{Arc, Mutex};

use pair::Unit;

use crate::message::Message;

/// Has one thread publish and another read, in every execution that loom can find. Returns what the
/// reader saw in each.
pub(crate) fn explore(
    publish: fn(&Message),
    read: fn(&Message) -> (bool, u32),
) -> Vec<(bool, u32)> {
    // Loom runs the closure once per execution, and must not know of what is kept between them: so
    // this is a mutex of the standard library.
    let all = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&all);
    loom::model::Builder::new().check(move || {
        let execution = seen.lock().expect("nobody panics while holding it").len();
        let outcome = Unit::begin(execution).run(|| {
            let message = Arc::new(Message::new());
            let published = Arc::clone(&message);
            let writer = loom::thread::spawn(move || publish(&published));
            let outcome = read(&message);
            writer.join().expect("it does not panic");
            outcome
        });
        seen.lock().expect("nobody panics while holding it").push(outcome);
    });
    std::mem::take(&mut all.lock().expect("nobody panics while holding it"))
}
