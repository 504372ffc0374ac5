//! Runs the real programs of this workspace: the contract that every cell of every row keeps, what
//! only one row has, the tools, the exercises, the commands in the pages, and the rules of the
//! workspace itself.
//!
//! ```sh
//! cargo test -p tests                      # all
//! cargo test -p tests -- http::tokio       # one cell
//! cargo test -p tests -- ctrl_c            # one check of all cells
//! ```

mod cells;
mod commands;
mod contract;
mod exercises;
mod family;
mod hosts;
mod pairs;
mod patience;
mod programs;
mod rows;
mod rules;
mod suite;
mod tools;

use std::{collections::BTreeSet, process::ExitCode};

use libtest_mimic::{Arguments, Completion, Trial};
use suite::{Pace, Test};

/// How many tests run side by side of those that mostly wait.
const SIDE_BY_SIDE: usize = 16;

fn main() -> ExitCode {
    tools::serve();
    commands::serve();
    let arguments = Arguments::from_args();
    let tests = [
        rows::tests(),
        tools::tests(),
        pairs::tests(),
        exercises::tests(),
        commands::tests(),
        rules::tests(),
    ];
    let tests: Vec<Test> = tests.into_iter().flatten().collect();
    if !arguments.list {
        let selected = || tests.iter().filter(|test| is_selected(&arguments, &test.name));
        let subjects: BTreeSet<&str> = selected().map(Test::subject).collect();
        let others = selected().flat_map(|test| test.programs.iter().cloned()).collect();
        programs::build(&subjects, others);
        exercises::build(&subjects);
        let hindrances: BTreeSet<&str> =
            selected().filter_map(|test| test.hindrance.as_deref()).collect();
        for hindrance in hindrances {
            eprintln!("some tests are ignored: {hindrance}");
        }
    }
    let (shared, alone): (Vec<Test>, Vec<Test>) =
        tests.into_iter().partition(|test| test.pace == Pace::Shared);
    let run = |tests: Vec<Test>, side_by_side| {
        let mut arguments = arguments.clone();
        arguments.test_threads = arguments.test_threads.or(Some(side_by_side));
        let trials = tests.into_iter().map(|Test { name, run, hindrance, .. }| {
            Trial::ignorable_test(name, move || {
                if let Some(hindrance) = hindrance {
                    return Ok(Completion::ignored_with(hindrance));
                }
                run();
                Ok(Completion::Completed)
            })
        });
        libtest_mimic::run(&arguments, trials.collect()).has_failed()
    };
    let failed = [run(shared, SIDE_BY_SIDE), run(alone, 1)];
    if failed.contains(&true) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whether the filters of the command line leave this test, as libtest understands them.
fn is_selected(arguments: &Arguments, name: &str) -> bool {
    let fits = |filter: &String| {
        if arguments.exact { name == filter } else { name.contains(filter.as_str()) }
    };
    arguments.filter.as_ref().is_none_or(fits) && !arguments.skip.iter().any(fits)
}
