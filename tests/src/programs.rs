//! The programs that are tested, built by one call of cargo before the first test.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{LazyLock, OnceLock},
};

use workspace::{Profile, Workspace, pairs::Pair};

/// The tools, and the programs that their tests run.
const TOOLS: [(&str, &[&str]); 5] = [
    ("book", &["book"]),
    ("claims", &["claims", "check-then-act", "primes-sequential"]),
    ("compare", &["compare", "cost-of-a-task", "sleep-sequential", "sleep-threads"]),
    ("cost-of-a-task", &["cost-of-a-task"]),
    ("python", &["compare", "http-sequential", "primes-sequential", "sleep-sequential"]),
];

static PROGRAMS: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();

/// This workspace.
pub(crate) fn workspace() -> &'static Workspace {
    static WORKSPACE: LazyLock<Workspace> =
        LazyLock::new(|| Workspace::find().expect("a test runs inside the workspace"));
    &WORKSPACE
}

/// All pairs.
pub(crate) fn pairs() -> &'static [Pair] {
    static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
        let chapters = workspace().pairs().expect("the folders can be read");
        chapters.into_iter().flat_map(|chapter| chapter.pairs).collect()
    });
    &PAIRS
}

/// Builds the programs of these subjects: those of all cells of a row, of a tool, or of all pairs; and
/// `others` by their names.
///
/// They are built as part of the workspace, so that every crate has the features that it has in
/// `cargo test --workspace`, and none is compiled a second time.
pub(crate) fn build(subjects: &BTreeSet<&str>, others: BTreeSet<String>) {
    let rows = workspace().rows().iter().filter(|row| subjects.contains(&*row.name));
    let cells = rows.flat_map(|row| &row.cells).map(workspace::Cell::package);
    let tools = TOOLS.iter().filter(|(tool, _)| subjects.contains(tool));
    let tools = tools.flat_map(|(_, programs)| *programs).map(ToString::to_string);
    let pairs = pairs().iter().map(|pair| pair.name.clone()).chain(["pairs".into()]);
    let pairs = pairs.filter(|_| subjects.contains("pairs"));
    let wanted: BTreeSet<String> = cells.chain(tools).chain(pairs).chain(others).collect();
    let wanted: Vec<String> = wanted.into_iter().collect();
    let profile = if cfg!(debug_assertions) { Profile::Dev } else { Profile::Release };
    let built = workspace().build_programs(&wanted, profile, target());
    let built = built.expect("the programs can be built");
    PROGRAMS.set(built).expect("they are built once");
}

/// All programs that are built, and where they are.
pub(crate) fn all() -> &'static BTreeMap<String, PathBuf> {
    PROGRAMS.get().expect("they are built before the first test")
}

/// Where a program is.
pub(crate) fn path(name: &str) -> &'static Path {
    all().get(name).unwrap_or_else(|| panic!("{name} is not built for these tests"))
}

/// Cargo's target folder, in which this very program was built.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder")
}

/// Copies a program into a folder where every user can start it.
pub(crate) fn within_reach_of_all(program: &Path, place: &Path) -> PathBuf {
    fs::set_permissions(place, Permissions::from_mode(0o755)).expect("it is ours");
    let copy = place.join("program");
    // Not by this process: what another test starts meanwhile would inherit the file while it is
    // open to be written, and a program that somebody may write to cannot be started.
    let copied = Command::new("cp").arg(program).arg(&copy).status();
    assert!(copied.expect("every Unix has a cp").success(), "the program cannot be copied");
    copy
}
