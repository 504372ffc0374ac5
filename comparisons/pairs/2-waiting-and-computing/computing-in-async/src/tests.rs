//! No heartbeat is sent while a task counts by itself.

use crate::{
    pool, right,
    server::{Served, serve},
    wrong, yielding,
};

fn served(count: impl Future<Output = usize> + Send + 'static) -> Served {
    let served = serve(count).expect("there is memory for it");
    assert_eq!(served.primes, 78_498, "OEIS A006880 has the primes below powers of ten");
    served
}

#[test]
fn counting_in_a_task_holds_up_the_others() {
    let wrong = served(wrong::count_primes());
    assert_eq!(wrong.meanwhile, 0);
    assert!(*wrong.late.last().expect("some were due") > wrong.took / 2);
}

#[test]
fn other_threads_and_yielding_let_the_others_go_on() {
    assert!(served(right::count_primes()).meanwhile > 4);
    assert!(served(pool::count_primes()).meanwhile > 4);
    assert!(served(yielding::count_primes()).meanwhile > 4);
}
