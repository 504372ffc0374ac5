//! What a bound does for the descriptors and for the memory.

use std::io;

use nix::errno::Errno;
use tokio::runtime::Builder;

use crate::{limit, queue_bounded, queue_unbounded, right, semaphore, server, wrong};

const PAGES: usize = 200;

#[test]
fn only_a_bound_leaves_descriptors_for_all() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("it can be built");
    let server = server::start().expect("there is a free port");
    limit::leave_room_for(60).expect("a program may lower its own limit");

    let fetched = runtime.block_on(wrong::fetch_all(PAGES, server));
    let errors: Vec<io::Error> = fetched.into_iter().filter_map(Result::err).collect();
    assert!(!errors.is_empty());
    let refused = Some(Errno::EMFILE as i32);
    assert!(errors.iter().all(|error| error.raw_os_error() == refused), "{errors:?}");

    for fetched in [
        runtime.block_on(right::fetch_all(PAGES, server)),
        runtime.block_on(semaphore::fetch_all(PAGES, server)),
    ] {
        let mut pages: Vec<usize> = fetched.into_iter().flatten().collect();
        pages.sort_unstable();
        assert!(pages.into_iter().eq(0..PAGES));
    }
}

#[test]
fn only_a_bounded_queue_stays_short() {
    let runtime = Builder::new_current_thread().enable_time().build().expect("it can be built");
    assert_eq!(runtime.block_on(queue_unbounded::pass(PAGES)), PAGES);
    // Ten, and the one that the consumer has just taken.
    assert!(runtime.block_on(queue_bounded::pass(PAGES)) <= 11);
}
