//! No file imports another in a circle: whoever reads one of them can read those that it needs
//! first.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
};

use super::{
    small::Small,
    sources::{Name, Sources},
    tree::Tree,
};
use crate::suite::{Test, tests};

/// No file of a package names something of another that in the end, perhaps through others, names
/// something of the first. `mod x;` names nothing; unit tests may do as they like.
pub(super) fn no_file_imports_another_in_a_circle(tree: &Tree) -> Vec<String> {
    let targets = tree.packages().iter().flat_map(|package| &package.targets);
    let mut breaches = Vec::new();
    for target in targets {
        let imports = imports(target.sources());
        let mut reported = BTreeSet::new();
        for start in imports.keys() {
            if reported.contains(start) {
                continue;
            }
            let Some(circle) = circle(&imports, start) else { continue };
            let steps = circle
                .iter()
                .map(|(from, tie)| format!("{}:{} names {}", tree.shown(from), tie.line, tie.name));
            breaches.push(format!("a circle: {}", steps.collect::<Vec<_>>().join(", ")));
            reported.extend(circle.into_iter().map(|(from, _)| from));
        }
    }
    breaches
}

/// What ties a file to another.
#[derive(Clone, Debug)]
struct Tie {
    to: PathBuf,
    /// What is named, as it is written.
    name: String,
    line: usize,
}

/// What ties each file to others, once for each of the others.
type Imports = BTreeMap<PathBuf, Vec<Tie>>;

fn imports(sources: &Sources) -> Imports {
    let mut imports = Imports::new();
    for source in &sources.files {
        let mut ties: Vec<Tie> = Vec::new();
        for name in &source.names {
            if let Some(to) = leads_to(sources, name)
                && *to != source.path
                && !ties.iter().any(|tie| tie.to == *to)
            {
                ties.push(Tie { to: to.clone(), name: name.path.join("::"), line: name.line });
            }
        }
        imports.insert(source.path.clone(), ties);
    }
    imports
}

/// The file of the innermost module that a path names, if it is one of these.
fn leads_to<'a>(sources: &'a Sources, Name { within, path, .. }: &Name) -> Option<&'a PathBuf> {
    let is_module = |module: &[String]| sources.modules.contains_key(module);
    let supers = path.iter().take_while(|name| *name == "super").count();
    let (mut module, rest) = match &*path[0] {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (within.clone(), &path[1..]),
        "super" => (within[..within.len().checked_sub(supers)?].to_vec(), &path[supers..]),
        // A module that is declared here; anything else is another crate, or known already by the
        // `use` that brought it here.
        _ => (within.clone(), &path[..]),
    };
    let begins_here = rest.len() == path.len();
    for name in rest {
        module.push(name.clone());
        if !is_module(&module) {
            module.pop();
            break;
        }
    }
    let names_a_module = !begins_here || module.len() > within.len();
    names_a_module.then(|| sources.modules.get(&module)).flatten()
}

/// The shortest circle that begins with a file, each of its files with what ties it to the next.
fn circle(imports: &Imports, start: &PathBuf) -> Option<Vec<(PathBuf, Tie)>> {
    let mut ways = VecDeque::from([vec![]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let end = way.last().map_or(start, |(_, tie): &(PathBuf, Tie)| &tie.to);
        for tie in &imports[end] {
            let longer = [&way[..], &[(end.clone(), tie.clone())]].concat();
            if tie.to == *start {
                return Some(longer);
            }
            if seen.insert(&tie.to) {
                ways.push_back(longer);
            }
        }
    }
    None
}

/// The circles that this rule finds, and what it takes for none.
pub(super) fn tests() -> Vec<Test> {
    tests!("rules", Shared:
        files_may_import_each_other,
        a_circle_may_lead_through_several_files,
        a_file_may_import_what_its_parent_takes_from_it,
        a_circle_may_be_closed_by_a_path_in_a_type_an_expression_or_a_macro,
        what_is_no_circle,
    )
}

/// A small tree whose harness has these files.
fn with(files: &[(&str, &str)]) -> Small {
    let small = Small::new();
    for (file, text) in files {
        small.write(&format!("support/harness/src/{file}"), text);
    }
    small
}

fn files_may_import_each_other() {
    let small = with(&[
        ("lib.rs", "pub mod a;\npub mod b;\n"),
        ("a.rs", "\nuse crate::b::{C, D};\npub struct A;\n"),
        ("b/mod.rs", "use super::{a::A as B};\npub struct C;\npub struct D;\n"),
    ]);
    small.breaks(
        no_file_imports_another_in_a_circle,
        &["a circle: support/harness/src/a.rs:2 names crate::b::C, \
           support/harness/src/b/mod.rs:1 names super::a::A"],
    );
}

fn a_circle_may_lead_through_several_files() {
    let small = with(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;\npub use d::D;\n"),
        ("a.rs", "use super::b::*;\n"),
        ("b/mod.rs", "mod inner;\npub use self::inner::B;\n"),
        ("b/inner.rs", "use crate::c;\n"),
        ("c.rs", "use std::fmt;\nuse crate::{a::{self, A}, d};\n"),
        ("d.rs", "pub struct D;\n"),
    ]);
    small.breaks(
        no_file_imports_another_in_a_circle,
        &["a circle: support/harness/src/a.rs:1 names super::b, \
           support/harness/src/b/mod.rs:2 names self::inner::B, \
           support/harness/src/b/inner.rs:1 names crate::c, \
           support/harness/src/c.rs:2 names crate::a"],
    );
}

fn a_file_may_import_what_its_parent_takes_from_it() {
    let small = with(&[
        ("lib.rs", "mod a;\nmod b;\npub use a::A;\n"),
        ("a.rs", "pub struct A;\nstruct I(super::Shared);\n"),
        ("b.rs", "pub use crate::Shared;\n"),
    ]);
    small.breaks(
        no_file_imports_another_in_a_circle,
        &["a circle: support/harness/src/a.rs:2 names super::Shared, \
           support/harness/src/lib.rs:3 names a::A"],
    );
}

fn a_circle_may_be_closed_by_a_path_in_a_type_an_expression_or_a_macro() {
    for (text, named) in [
        ("struct S(Vec<super::a::A>);\n", "super::a::A"),
        ("fn f() { crate::a::g(|x| x) }\n", "crate::a::g"),
        ("fn f() { assert!(1 == crate::a::g(), \"{}\", 1) }\n", "crate::a::g"),
        ("#[error(\"{}\", crate::a::A)]\nstruct S;\n", "crate::a::A"),
        ("macro_rules! m { () => { $crate::a::A } }\n", "crate::a::A"),
        (
            "mod inner { pub(super) fn f() -> super::super::a::A { loop {} } }\n",
            "super::super::a::A",
        ),
    ] {
        let small =
            with(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", "use crate::b::B;\n"), ("b.rs", text)]);
        small.breaks(
            no_file_imports_another_in_a_circle,
            &[&format!(
                "a circle: support/harness/src/a.rs:1 names crate::b::B, \
                 support/harness/src/b.rs:1 names {named}"
            )],
        );
    }
}

fn what_is_no_circle() {
    let small = with(&[
        // What both need is in a file of its own; a child may be declared by whom it imports.
        ("lib.rs", "//! [`crate::a`]\nmod a; mod b; mod shared;\n#[cfg(test)] mod of_tests;\n"),
        ("shared.rs", "mod child;\npub struct Shared;\n#[cfg(test)]\nuse crate::a::A;\n"),
        ("shared/child.rs", "use super::Shared;\n"),
        ("a.rs", "use crate::{b::B, shared::Shared};\nmod inner { use super::B; }\n"),
        (
            "b.rs",
            "use crate::shared::Shared;\nuse a::A;\npub(super) struct B;\n\
             impl B {\n    #[cfg(test)]\n    fn f(a: crate::a::A) {}\n}\n\
             #[cfg(all(test, unix))]\nmod tests {\n    use crate::a::A;\n}\n",
        ),
        ("of_tests.rs", "use crate::a::A;\n"),
    ]);
    small.breaks(no_file_imports_another_in_a_circle, &[]);
}
