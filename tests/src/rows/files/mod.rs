//! The row files: trees that it makes, and trees of the user's.

mod by_chunks;

use std::{
    env,
    ffi::OsStr,
    fs::{self, File, Permissions},
    io::{BufRead, BufReader},
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use nix::{
    sys::{
        stat::Mode,
        statfs::{TMPFS_MAGIC, statfs},
    },
    unistd::mkfifo,
};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    cells::{Cells, children, text},
    contract::{self, Contract, Input, LostWorker},
    family::{Family, Ran, WORKER},
    patience::wait_until,
    programs,
    suite::{Pace::Shared, Test, tests, tests_of_each},
};

static FILES: LazyLock<Cells> = LazyLock::new(|| Cells::of("files"));

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
    cells: &FILES,
    unit: "file",
    // Before it is opened, and after its last chunk.
    runs_of_a_unit: 2,
    quick: || Input::of(&["--tasks", "12", "--size", "1000"]),
    empty: || Input::of(&["--tasks", "0"]),
    single: || Input::of(&["--tasks", "1", "--size", "1000"]),
    wide: || holes(12, 32 << 20),
    lasting: || holes(3, 1 << 30),
    endless: || holes(4, ENDLESS),
    lost_worker: LostWorker::Replaced,
    answers_by_stdout: true,
    at_work: "meter",
    refused: &[
        (&["--tasks", "-1"], 2, "-1"),
        (&["--tasks", "1000001"], 2, "1000001"),
        (&["--size", "many"], 2, "many"),
        (&["--latency", "1s"], 2, "--latency"),
        (&["--dir", "/nonexistent"], 1, "/nonexistent"),
        (&["--dir", "/etc/passwd"], 1, "/etc/passwd"),
        (&["--tasks", "1000000", "--size", "1073741824"], 1, "the tree needs"),
    ],
});

/// The size of a file that takes minutes to read, in bytes.
const ENDLESS: u64 = 1 << 37;

/// All tests of the row.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(tests!("files", Shared:
        a_tree_that_is_held_is_the_one_that_each_cell_makes,
        the_answer_counts_the_files,
        a_tree_of_the_users_own,
        the_digest_tells_names_and_contents_but_not_where_the_tree_lies,
        the_seed_decides_the_tree,
        no_file_and_a_limit_beyond_all_bounds,
        a_tree_that_is_held_is_removed_at_the_end,
        ctrl_c_removes_a_tree_that_is_being_made,
        ctrl_c_removes_a_tree_that_is_held,
        ctrl_c_removes_a_tree_that_is_let_go_at_that_moment,
    ));
    tests.extend(tests!("files", Shared: cold_files_give_the_same_answer).into_iter().map(
        |test| {
            test.unless(in_memory(&env::temp_dir()).then(|| {
                "temporary files lie in memory (tmpfs), where none can be made cold".into()
            }))
        },
    ));
    tests.extend(tests!("files", Shared: what_lies_in_memory_cannot_be_made_cold).into_iter().map(
        |test| {
            test.unless(
                (!in_memory(Path::new(MEMORY))).then(|| format!("there is no tmpfs in {MEMORY}")),
            )
        },
    ));
    let hindrance = unprivileged().err();
    tests.extend(
        tests_of_each!(FILES, Shared: what_is_not_ours_to_read_is_a_failure_that_names_it)
            .into_iter()
            .map(|test| test.unless(hindrance.clone())),
    );
    let allowed = with_few_threads(Path::new("true")).output();
    let allowed = allowed.is_ok_and(|output| output.status.success());
    let hindrance = (!allowed).then(|| "no program can be allowed few threads here".to_owned());
    tests.extend(
        tests_of_each!(FILES, Shared: what_has_too_few_threads_says_so_and_ends)
            .into_iter()
            .map(|test| test.unless(hindrance.clone())),
    );
    tests.extend(tests_of_each!(FILES, Shared:
        files_that_vanish_or_change_their_kind_are_failures_that_name_them,
        a_large_file_needs_no_more_memory_than_a_small_one,
    ));
    tests.extend(tests_of_each!(FILES, Alone: ctrl_c_while_a_file_is_read));
    tests.extend(tests!("files", Alone: no_worker_reads_on_when_its_parent_is_killed));
    for approach in ["tokio", "async-std", "smol"] {
        let name = format!("files::{approach}::the_flag_by_chunks_has_a_task_for_each_file");
        let test = move || the_flag_by_chunks_has_a_task_for_each_file(approach);
        tests.push(Test::new(name, Shared, test));
    }
    tests.extend(by_chunks::tests());
    tests.extend(contract::tests(&CONTRACT));
    tests
}

fn a_tree_that_is_held_is_the_one_that_each_cell_makes() {
    let arguments = ["--tasks", "200", "--size", "20000"];
    let tree = FILES.prepare(&arguments);
    let held: Vec<&str> = tree.arguments().iter().map(String::as_str).collect();
    let answer = FILES.agreed(&held);
    assert_eq!(answer["files"], 200);
    assert_eq!(FILES.agreed(&arguments), answer);
}

fn the_answer_counts_the_files() {
    for tasks in ["0", "1", "7"] {
        let answer = FILES.agreed(&["--tasks", tasks, "--size", "1000", "--limit", "20"]);
        assert_eq!(answer["files"].to_string(), tasks);
    }
    let empty = temporary();
    assert_eq!(FILES.agreed(&["--dir", text(empty.path())])["files"], 0);
}

fn a_tree_of_the_users_own() {
    let tree = temporary();
    let root = tree.path();
    let deep = root.join("a/b/c/d");
    fs::create_dir_all(&deep).expect("folders can be made");
    fs::create_dir(root.join("nothing in it")).expect("a folder can be made");
    write(&root.join("empty"), b"");
    write(&deep.join("deep"), b"123");
    write(&root.join("new\nline"), b"4567");
    write(&root.join(OsStr::from_bytes(b"not \xff UTF-8")), b"89");
    // None of these is a regular file, and a link to the tree itself would have no end.
    symlink(root.join("empty"), root.join("link")).expect("a link can be made");
    symlink(root, deep.join("loop")).expect("a link can be made");
    symlink("/nonexistent", root.join("dangling")).expect("a link can be made");
    mkfifo(&root.join("pipe"), Mode::S_IRWXU).expect("a pipe can be made");
    let _socket = UnixListener::bind(root.join("socket")).expect("a socket can be made");

    let answer = FILES.agreed(&["--dir", text(root)]);
    assert_eq!((&answer["files"], &answer["bytes"]), (&json!(4), &json!(9)));

    // The tree itself may be named by a link.
    let other = temporary();
    let link = other.path().join("link");
    symlink(root, &link).expect("a link can be made");
    assert_eq!(FILES.agreed(&["--dir", text(&link)]), answer);
}

fn the_digest_tells_names_and_contents_but_not_where_the_tree_lies() {
    let digest = |files: &[(&str, &[u8])]| {
        let tree = temporary();
        for (name, contents) in files {
            write(&tree.path().join(name), contents);
        }
        let ran = FILES.run("threads", &["--json", "--dir", text(tree.path())]);
        ran.json()["answer"]["digest"].clone()
    };
    let before = digest(&[("a", b"1"), ("b", b"2")]);
    assert_eq!(digest(&[("b", b"2"), ("a", b"1")]), before);
    assert_ne!(digest(&[("a", b"2"), ("b", b"1")]), before);
    assert_ne!(digest(&[("a", b"1"), ("c", b"2")]), before);
    assert_ne!(digest(&[("a", b"1"), ("b", b"3")]), before);
}

fn the_seed_decides_the_tree() {
    let digest = |seed| {
        let ran = FILES.run("smol", &["--json", "--tasks", "9", "--size", "99", "--seed", seed]);
        ran.json()["answer"]["digest"].clone()
    };
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
}

fn the_flag_by_chunks_has_a_task_for_each_file(approach: &str) {
    let arguments = ["--json", "--tasks", "60", "--size", "100000", "--limit", "20", "--by-chunks"];
    let ran = FILES.run(approach, &arguments).json();
    assert_eq!(ran["answer"], FILES.run("sequential", &arguments).json()["answer"]);
    // A task begins when it is spawned. Of threads that each take the next file, those that start
    // late may find none.
    assert_eq!(ran["peak_in_flight"], 20);
}

fn no_file_and_a_limit_beyond_all_bounds() {
    let answer = FILES.agreed(&["--tasks", "0", "--limit", "18446744073709551615"]);
    assert_eq!(answer["files"], 0);
}

/// Few threads, but the limit asks for many: a pool that cannot grow waits for ever, or is refused.
fn what_has_too_few_threads_says_so_and_ends(approach: &str) {
    let arguments = ["--json", "--tasks", "50", "--size", "1000", "--limit", "16"];
    let place = temporary();
    let program = programs::within_reach_of_all(FILES.program(approach), place.path());
    let mut command = with_few_threads(&program);
    let ran = Family::spawn(command.args(arguments).stdin(Stdio::null())).end();
    match approach {
        // These have a thread per worker at most.
        "sequential" | "rayon" | "io-uring" => {
            assert_eq!(ran.status, Some(0), "{}", ran.stderr);
            assert_eq!(ran.json()["answer"]["files"], 50);
        }
        _ => ran.refused(1, "no room for 16 "),
    }
}

/// Starts a program that may have eight threads: as a user who runs nothing else, since all threads of
/// a user count.
fn with_few_threads(program: &Path) -> Command {
    static USER: AtomicU32 = AtomicU32::new(54_300);
    let user = USER.fetch_add(1, Ordering::Relaxed);
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={user}"), format!("--regid={user}"), "--clear-groups".into()]);
    command.args(["--", "prlimit", "--nproc=8", "--"]).arg(program);
    command
}

fn files_that_vanish_or_change_their_kind_are_failures_that_name_them(approach: &str) {
    let tree = temporary();
    let path = |name: &str| tree.path().join(name);
    // While the first is read the others stay unread, since one is in flight; and it has no end
    // before we give it one.
    sparse(&path("a"), ENDLESS);
    for name in ["b", "c", "d", "e", "f"] {
        write(&path(name), name.as_bytes());
    }
    let arguments = ["--json", "--limit", "1", "--dir", text(tree.path())];
    let family = FILES.start(approach, &arguments);
    wait_until_open(&family, &path("a"));
    for name in ["b", "c", "d", "e"] {
        fs::remove_file(path(name)).expect("it is there");
    }
    mkfifo(&path("c"), Mode::S_IRWXU).expect("a pipe can be made");
    symlink("/etc/passwd", path("d")).expect("a link can be made");
    fs::create_dir(path("e")).expect("a folder can be made");
    sparse(&path("a"), 1);
    let ran = family.end();
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let failure = |name: &str, reason: &str| json!({ "unit": path(name), "reason": reason });
    assert_eq!(
        ran.json()["failures"],
        json!([
            failure("b", "cannot open it: No such file or directory (os error 2)"),
            failure("c", "it is no longer a regular file"),
            failure("d", "cannot open it: Too many levels of symbolic links (os error 40)"),
            failure("e", "it is no longer a regular file"),
        ])
    );
    assert_eq!(ran.json()["answer"]["files"], 2);
    assert_eq!(ran.stderr.lines().count(), 4, "{}", ran.stderr);
}

fn what_is_not_ours_to_read_is_a_failure_that_names_it(approach: &str) {
    let tree = temporary();
    let root = tree.path();
    open_to_all(root);
    let (file, folder) = (root.join("b"), root.join("c"));
    let name = root.join(OsStr::from_bytes(b"x\xff\n"));
    fs::create_dir(&folder).expect("a folder can be made");
    for path in [&root.join("a"), &file, &folder.join("unseen"), &name, &root.join("z")] {
        write(path, b"1");
    }
    for path in [&file, &folder, &name] {
        fs::set_permissions(path, Permissions::from_mode(0o000)).expect("it is ours");
    }
    let ran = run_without_privileges(FILES.program(approach), &["--json", "--dir", text(root)]);
    // Who is not root could not remove it otherwise.
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("it is ours");

    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(json["answer"]["files"], 2);
    let failure = |path: &Path, reason: &str| {
        let unit = path.as_os_str().as_encoded_bytes().escape_ascii().to_string();
        json!({ "unit": unit, "reason": format!("{reason}: Permission denied (os error 13)") })
    };
    let expected = json!([
        failure(&file, "cannot open it"),
        failure(&folder, "cannot list it"),
        failure(&name, "cannot open it"),
    ]);
    assert_eq!(json["failures"], expected);
    // Even a name with a line break and a byte that is no UTF-8 takes one line.
    assert_eq!(ran.stderr.lines().count(), 3, "{}", ran.stderr);
    assert!(ran.stderr.contains(r"x\xff\n"), "{}", ran.stderr);
}

fn a_large_file_needs_no_more_memory_than_a_small_one(approach: &str) {
    let tree = temporary();
    sparse(&tree.path().join("large"), 300_000_000);
    let json = FILES.run(approach, &["--json", "--dir", text(tree.path())]).json();
    assert_eq!(json["answer"]["bytes"], 300_000_000);
    let memory = json["peak_rss_bytes"].as_u64().expect("it is known on Linux");
    assert!(memory < 30_000_000, "{memory} bytes");
}

fn cold_files_give_the_same_answer() {
    let tree = FILES.prepare(&["--tasks", "50", "--size", "20000"]);
    let warm: Vec<&str> = tree.arguments().iter().map(String::as_str).collect();
    let cold = [&["--cold"], &warm[..]].concat();
    assert_eq!(FILES.agreed(&cold), FILES.agreed(&warm));
}

fn what_lies_in_memory_cannot_be_made_cold() {
    let tree = tempfile::tempdir_in(MEMORY).expect("a temporary folder can be made");
    write(&tree.path().join("a"), b"1");
    FILES.refused(&["--cold", "--dir", text(tree.path())], 1, "tmpfs");
}

fn a_tree_that_is_held_is_removed_at_the_end() {
    let tree = FILES.prepare(&["--tasks", "10", "--size", "10"]);
    let root = PathBuf::from(&tree.arguments()[1]);
    assert!(root.is_dir());
    drop(tree);
    assert!(!root.exists());
}

fn ctrl_c_removes_a_tree_that_is_being_made() {
    interrupted(&["--tasks", "1000000", "--size", "9000"], |_, folder| {
        wait_until("the tree grows", || {
            children(folder).first().is_some_and(|tree| children(tree).len() > 5)
        });
    });
}

fn ctrl_c_removes_a_tree_that_is_held() {
    interrupted(&["--hold", "--tasks", "70", "--json"], |family, _| {
        let stdout = family.parent().stdout.as_mut().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut String::new()).expect("it prints a line");
    });
}

/// The end of its stdin would end the program, too, but it must not do so while the tree is being
/// removed.
fn ctrl_c_removes_a_tree_that_is_let_go_at_that_moment() {
    let folder = temporary();
    let arguments = ["--hold", "--tasks", "8000", "--size", "10"];
    let mut command = FILES.command("sequential", &arguments);
    let mut family = Family::spawn(command.env("TMPDIR", folder.path()).stdin(Stdio::piped()));
    let stdout = family.parent().stdout.as_mut().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut String::new()).expect("it prints a line");
    family.signal("-INT");
    let is_renamed = |path: &PathBuf| path.extension().is_some_and(|it| it == "removed");
    wait_until("the tree is being removed", || {
        let children = children(folder.path());
        children.is_empty() || children.iter().any(is_renamed)
    });
    drop(family.parent().stdin.take());
    family.end();
    assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
}

/// Checks that nothing is left in the folder for temporary files if Ctrl-C ends a program then.
fn interrupted(arguments: &[&str], then: impl FnOnce(&mut Family, &Path)) {
    let folder = temporary();
    let mut command = FILES.command("sequential", arguments);
    // As long as its stdin is open, a tree is held.
    let mut family = Family::spawn(command.env("TMPDIR", folder.path()).stdin(Stdio::piped()));
    then(&mut family, folder.path());
    let stdin = family.parent().stdin.take();
    family.signal("-INT");
    let ran = family.end();
    drop(stdin);
    assert_eq!((ran.status, &*ran.stderr), (Some(130), "interrupted\n"));
    assert!(children(folder.path()).is_empty(), "{:?} is left", children(folder.path()));
}

fn ctrl_c_while_a_file_is_read(approach: &str) {
    let (mut family, _tree) = reading(approach);
    family.signal("-INT");
    assert!(family.ends_within(Duration::from_secs(1)), "it goes on after Ctrl-C");
    let ran = family.end();
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(130), "", "interrupted\n"));
}

fn no_worker_reads_on_when_its_parent_is_killed() {
    let (mut family, _tree) = reading("processes");
    family.wait_for(WORKER, 3);
    family.signal("-KILL");
    assert!(family.ends_within(Duration::from_secs(1)), "{:?} live on", family.living(""));
}

/// A program that reads a file without an end, and the folder in which that lies.
fn reading(approach: &str) -> (Family, TempDir) {
    let tree = temporary();
    fill(tree.path(), 4, ENDLESS);
    let family = FILES.start(approach, &["--limit", "3", "--dir", text(tree.path())]);
    wait_until_open(&family, &tree.path().join("00"));
    (family, tree)
}

/// Where Linux usually has a tmpfs.
const MEMORY: &str = "/dev/shm";

/// Whether what is in a folder lies in memory.
fn in_memory(folder: &Path) -> bool {
    statfs(folder).is_ok_and(|system| system.filesystem_type() == TMPFS_MAGIC)
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn write(path: &Path, contents: &[u8]) {
    fs::write(path, contents).expect("a temporary file can be written");
}

/// Makes a file that is one large hole: it takes time to read, and no room.
fn sparse(path: &Path, size: u64) {
    let file = File::options().write(true).create(true).truncate(false).open(path);
    let file = file.expect("a temporary file can be made");
    file.set_len(size).expect("it can have a hole");
}

/// Makes some of these files.
fn fill(folder: &Path, files: usize, size: u64) {
    (0..files).for_each(|number| sparse(&folder.join(format!("{number:02}")), size));
}

/// A tree of such files.
fn holes(files: usize, size: u64) -> Input {
    Input::in_folder(|folder| {
        fill(folder, files, size);
        vec!["--dir".into(), text(folder).into()]
    })
}

/// Waits until one of the family's processes has the file open.
fn wait_until_open(family: &Family, path: &Path) {
    let has_open = |pid: u32| {
        let open = children(Path::new(&format!("/proc/{pid}/fd")));
        open.into_iter().filter_map(|file| fs::read_link(file).ok()).any(|file| file == path)
    };
    wait_until("the file is open", || family.living("").into_iter().any(has_open));
}

fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("it is ours");
}

/// A command that runs as a user who may not read everything: as ourselves, unless we are root; else
/// as nobody.
///
/// # Errors
/// Why that is not possible here.
fn unprivileged() -> Result<Option<Command>, String> {
    let secret = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    fs::set_permissions(secret.path(), Permissions::from_mode(0o000)).expect("it is ours");
    if fs::read(secret.path()).is_err() {
        return Ok(None);
    }
    if Command::new("setpriv").arg("--version").output().is_err() {
        return Err("root may read every file, and there is no setpriv to be somebody else".into());
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
    Ok(Some(command))
}

/// Runs a program as a user who may not read everything, from a place that every user can reach.
fn run_without_privileges(program: &Path, arguments: &[&str]) -> Ran {
    let prefix = unprivileged().expect("the test would be ignored otherwise");
    let Some(mut command) = prefix else { return Ran::of(Command::new(program).args(arguments)) };
    let place = temporary();
    Ran::of(command.arg(programs::within_reach_of_all(program, place.path())).args(arguments))
}
