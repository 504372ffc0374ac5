//! What is seen of the panic, and how many of the others finish.

use crate::{
    async_std, caught, process, rayon, recovered, right, scope,
    seen::Seen::{self, Error, Nothing, Panic},
    smol, task, together, tokio,
    tried::{Tried, try_out},
    work::JOBS,
    wrong,
};

const OTHERS: usize = JOBS - 1;

/// All others finish, and this is seen.
fn all_finish(seen: impl FnOnce(String) -> Seen, text: &str) -> Tried {
    Tried { seen: seen(text.to_owned()), finished: OTHERS }
}

/// No test by itself: the processes of the others.
#[test]
fn a_child() {
    if task::do_task() {
        std::process::exit(0);
    }
}

#[test]
fn a_lock_takes_all_others_along_and_nobody_hears_of_it() {
    assert_eq!(try_out(wrong::do_all), Tried { seen: Nothing, finished: 0 });
}

#[test]
fn whoever_joins_a_thread_gets_its_panic_as_a_value() {
    assert_eq!(try_out(right::do_all), all_finish(Error, "bad input in job 0"));
    assert_eq!(try_out(recovered::do_all), all_finish(Error, "bad input in job 0"));
}

#[test]
fn a_scope_and_an_iterator_pass_the_panic_on() {
    assert_eq!(try_out(scope::do_all), all_finish(Panic, "a scoped thread panicked"));
    assert_eq!(try_out(rayon::do_all), all_finish(Panic, "bad input in job 0"));
}

#[test]
fn runtimes_differ() {
    assert_eq!(try_out(tokio::do_all), all_finish(Error, "bad input in job 0"));
    assert_eq!(try_out(async_std::do_all), all_finish(Panic, "bad input in job 0"));
    // The first to be awaited panics, the handles of the others are dropped, and so are their tasks.
    let Tried { seen, finished } = try_out(smol::do_all);
    assert_eq!(seen, Panic("bad input in job 0".to_owned()));
    assert!(finished < OTHERS, "{finished}");
    assert_eq!(try_out(caught::do_all), all_finish(Error, "bad input in job 0"));
}

#[test]
fn a_process_falls_alone_but_with_all_that_is_in_it() {
    assert_eq!(try_out(|jobs| process::do_all(jobs, false)), all_finish(Error, "exit status 101"));
    assert_eq!(try_out(|jobs| process::do_all(jobs, true)), all_finish(Error, "signal 6"));
    for (task, end) in [("main thread", "exit status 101"), ("rayon::spawn", "signal 6")] {
        let (done, finished) = together::do_all(task).expect("this program can be started");
        assert_eq!(done, Err(end.to_owned()), "{task}");
        assert!(finished < OTHERS, "{task}: {finished}");
    }
}
