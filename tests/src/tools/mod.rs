//! The tools, as the real programs that they are.

mod claims;
mod compare;
mod conditions;
mod cost_of_a_task;
mod fake_python;
mod html;
mod pool;
mod python;
mod robust;
mod sweep;
mod worthwhile;

use crate::suite::Test;

/// All tests of all tools.
pub(crate) fn tests() -> Vec<Test> {
    let tests = [
        claims::tests(),
        compare::tests(),
        conditions::tests(),
        cost_of_a_task::tests(),
        html::tests(),
        pool::tests(),
        python::tests(),
        robust::tests(),
        sweep::tests(),
        worthwhile::tests(),
    ];
    tests.into_iter().flatten().collect()
}

/// Does what this process was started for, if a test has started this very program as something
/// else. In every other process it returns at once.
pub(crate) fn serve() {
    compare::serve();
    pool::serve();
}
