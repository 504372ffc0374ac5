//! What becomes of a process when another one is lost.

use std::{panic, thread};

use anyhow::anyhow;

/// Has this process end with one clear line and status 1 as soon as a connection breaks, or a
/// worker panics.
///
/// Timely has no other way to tell: its threads panic when a connection breaks, in the hope that
/// the program falls with them. In fact the workers go on waiting for what will never come, or
/// panic in turn while they are dropped, which aborts the program. So the panic itself has to be
/// the news. It is told by the names that timely gives to its threads, and by those the other
/// process is known.
pub(crate) fn end_with_the_others(addresses: Vec<String>) {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let thread = thread::current();
        let Some(role) = thread.name().and_then(|name| name.strip_prefix("timely:")) else {
            return default(panic);
        };
        let cause = panic.payload_as_str().unwrap_or("for a reason that it does not tell");
        let cause = cause.strip_prefix("timely communication error: ").unwrap_or(cause);
        let process = ["recv-", "send-"].iter().find_map(|kind| role.strip_prefix(kind));
        let process: Option<usize> = process.and_then(|number| number.parse().ok());
        harness::interrupt::give_up(&match process
            .and_then(|process| Some((process, addresses.get(process)?)))
        {
            Some((process, address)) => anyhow!(
                "lost process {process} ({address}) before all was done ({cause}); nobody takes \
                 over what was its part, so run it again"
            ),
            None => anyhow!("a worker has panicked: {cause}"),
        });
    }));
}
