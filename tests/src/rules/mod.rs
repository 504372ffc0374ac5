//! The rules of the workspace that cargo does not know: a row has all of its columns, a name and
//! its path agree, nothing is declared twice, no file imports another in a circle, and what the
//! pages promise is there.
//!
//! Each rule is a function that lists what breaks it below some root. It is tried on a small tree
//! that keeps all rules, on that tree after each of a number of mistakes, and on this workspace.

mod circles;
mod claims;
mod contributing;
mod exercises;
pub(crate) mod files;
mod front;
mod list;
mod manifests;
mod pages;
mod small;
mod sources;
mod targets;
mod tree;

use list::RULES;
use tree::this_workspace;

use crate::suite::{Pace::Shared, Test};

/// All tests of the rules.
pub(crate) fn tests() -> Vec<Test> {
    let on_this_workspace = RULES.map(|(name, rule)| {
        Test::new(format!("rules::{name}"), Shared, move || {
            let breaches = rule(this_workspace());
            assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
        })
    });
    let mut tests = contributing::tests();
    tests.extend(on_this_workspace);
    tests.extend(claims::tests());
    tests.extend(exercises::tests());
    tests.extend(manifests::tests());
    tests.extend(targets::tests());
    tests.extend(circles::tests());
    tests.extend(pages::tests());
    tests.extend(front::tests());
    tests
}
