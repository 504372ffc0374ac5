//! All cells of `files` give the same answers, obey the same limits, and handle what goes wrong in
//! the same way.

use std::{
    ffi::OsStr,
    fs::{self, File, Permissions},
    io::{BufRead, BufReader},
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use nix::{sys::stat::Mode, unistd::mkfifo};
use serde_json::{Value, json};
use tempfile::TempDir;
use trial::{Family, Row};

static FILES: LazyLock<Row> = LazyLock::new(|| Row::build("files"));

#[test]
fn all_cells_checksum_the_same_files() {
    let tree = FILES.hold(&["--tasks", "200", "--size", "20000"]);
    let arguments: Vec<&str> = tree.arguments().iter().map(String::as_str).collect();
    let answer = FILES.agreed(&arguments);
    assert_eq!(answer["files"], 200);
    // A tree that each cell makes for itself is the same one.
    assert_eq!(FILES.agreed(&["--tasks", "200", "--size", "20000"]), answer);
}

#[test]
fn no_file_one_file_and_fewer_files_than_the_limit() {
    for tasks in ["0", "1", "7"] {
        let answer = FILES.agreed(&["--tasks", tasks, "--size", "1000", "--limit", "20"]);
        assert_eq!(answer["files"].to_string(), tasks);
    }
    let empty = tempfile::tempdir().expect("a temporary folder can be made");
    assert_eq!(FILES.agreed(&["--dir", text(empty.path())])["files"], 0);
}

#[test]
fn one_worker_and_one_in_flight() {
    for arguments in [["--workers", "1"], ["--limit", "1"]] {
        let small = ["--tasks", "40", "--size", "1000"];
        let answer = FILES.agreed(&[&small, &arguments[..]].concat());
        assert_eq!(answer["files"], 40);
    }
}

#[test]
fn a_tree_of_the_users_own() {
    let tree = tempfile::tempdir().expect("a temporary folder can be made");
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
    let other = tempfile::tempdir().expect("a temporary folder can be made");
    let link = other.path().join("link");
    symlink(root, &link).expect("a link can be made");
    assert_eq!(FILES.agreed(&["--dir", text(&link)]), answer);
}

#[test]
fn the_digest_tells_names_and_contents_but_not_where_the_tree_lies() {
    let digest = |files: &[(&str, &[u8])]| {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
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

#[test]
fn the_seed_decides_the_tree() {
    let digest = |seed| {
        let ran = FILES.run("smol", &["--json", "--tasks", "9", "--size", "99", "--seed", seed]);
        ran.json()["answer"]["digest"].clone()
    };
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
}

#[test]
fn files_that_vanish_or_change_their_kind_are_failures_that_name_them() {
    for approach in FILES.approaches() {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        let path = |name: &str| tree.path().join(name);
        // While the first is read, which takes a while, the others stay unread: one is in flight.
        sparse(&path("a"), 1 << 29);
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
        let ran = family.end();
        assert_eq!(ran.status, Some(1), "{approach}: {}", ran.stderr);
        let failure = |name: &str, reason: &str| json!({ "unit": path(name), "reason": reason });
        assert_eq!(
            ran.json()["failures"],
            json!([
                failure("b", "cannot open it: No such file or directory (os error 2)"),
                failure("c", "it is no regular file any more"),
                failure("d", "cannot open it: Too many levels of symbolic links (os error 40)"),
                failure("e", "it is no regular file any more"),
            ]),
            "{approach}"
        );
        assert_eq!(ran.json()["answer"]["files"], 2, "{approach}");
        assert_eq!(ran.stderr.lines().count(), 4, "{approach}: {}", ran.stderr);
    }
}

#[test]
fn files_and_folders_that_are_not_ours_to_read_are_failures_that_name_them() {
    let tree = tempfile::tempdir().expect("a temporary folder can be made");
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
    for approach in FILES.approaches() {
        let program = FILES.program(approach);
        let Some(ran) = run_without_privileges(program, &["--json", "--dir", text(root)]) else {
            return;
        };
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{approach}: {stderr}");
        let json: Value = serde_json::from_slice(&ran.stdout).expect("it is JSON");
        assert_eq!(json["answer"]["files"], 2, "{approach}");
        let failure = |path: &Path, reason: &str| {
            let unit = path.as_os_str().as_encoded_bytes().escape_ascii().to_string();
            json!({ "unit": unit, "reason": format!("{reason}: Permission denied (os error 13)") })
        };
        let expected = json!([
            failure(&file, "cannot open it"),
            failure(&folder, "cannot list it"),
            failure(&name, "cannot open it"),
        ]);
        assert_eq!(json["failures"], expected, "{approach}");
        // Even a name with a line break and a byte that is no UTF-8 takes one line.
        assert_eq!(stderr.lines().count(), 3, "{approach}: {stderr}");
        assert!(stderr.contains(r"x\xff\n"), "{approach}: {stderr}");
    }
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("it is ours");
}

#[test]
fn a_large_file_needs_no_more_memory_than_a_small_one() {
    let tree = tempfile::tempdir().expect("a temporary folder can be made");
    sparse(&tree.path().join("large"), 300_000_000);
    for approach in FILES.approaches() {
        let ran = FILES.run(approach, &["--json", "--dir", text(tree.path())]);
        assert_eq!(ran.json()["answer"]["bytes"], 300_000_000, "{approach}");
        let memory = ran.json()["peak_rss_bytes"].as_u64().expect("it is known on Linux");
        assert!(memory < 30_000_000, "{approach}: {memory} bytes");
    }
}

#[test]
fn the_limit_is_obeyed_and_reached() {
    let tree = tempfile::tempdir().expect("a temporary folder can be made");
    // These take long enough for the next one to begin before the first has ended.
    (10..26).for_each(|number| sparse(&tree.path().join(number.to_string()), 32 << 20));
    for approach in FILES.approaches() {
        // rayon holds as many in flight as its pool has threads, so there are as many workers.
        let arguments = ["--json", "--limit", "5", "--workers", "5", "--dir", text(tree.path())];
        let ran = FILES.run(approach, &arguments);
        let expected = if approach == "sequential" { 1 } else { 5 };
        assert_eq!(ran.json()["peak_in_flight"], expected, "{approach}");
        assert_eq!(ran.json()["answer"]["files"], 16, "{approach}");
    }
}

#[test]
fn cold_files_give_the_same_answer() {
    let tree = FILES.hold(&["--tasks", "50", "--size", "20000"]);
    let warm: Vec<&str> = tree.arguments().iter().map(String::as_str).collect();
    let cold = [&["--cold"], &warm[..]].concat();
    let first = FILES.run("sequential", &cold);
    if first.stderr.contains("tmpfs") {
        eprintln!("skipped: {}", first.stderr);
        return;
    }
    assert_eq!(FILES.agreed(&cold), FILES.agreed(&warm));
}

#[test]
fn what_lies_in_memory_cannot_be_made_cold() {
    let Ok(tree) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: there is no tmpfs in /dev/shm");
        return;
    };
    write(&tree.path().join("a"), b"1");
    FILES.refused(&["--cold", "--dir", text(tree.path())], 1, "tmpfs");
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    FILES.refused(&["--tasks", "-1"], 2, "-1");
    FILES.refused(&["--tasks", "1000001"], 2, "1000001");
    FILES.refused(&["--size", "many"], 2, "many");
    FILES.refused(&["--limit", "0"], 2, "--limit");
    FILES.refused(&["--workers", "none"], 2, "none");
    FILES.refused(&["--latency", "1s"], 2, "--latency");
    FILES.refused(&["--dir", "/nonexistent"], 1, "/nonexistent");
    FILES.refused(&["--dir", "/etc/passwd"], 1, "/etc/passwd");
    FILES.refused(&["--tasks", "1000000", "--size", "1073741824"], 1, "the tree needs");
    FILES.refused(&["--tasks", "0", "--trace", "/nonexistent/trace"], 1, "/nonexistent/trace");
}

#[test]
fn the_timeline_and_the_trace_show_every_file() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("trace.json");
    for approach in FILES.approaches() {
        let arguments = ["--tasks", "12", "--limit", "4", "--timeline", "--trace", text(&file)];
        let ran = FILES.run(approach, &arguments);
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("12 of 12 files"), "{approach}: {}", ran.stdout);
        let trace = fs::read(&file).expect("the trace was written");
        let trace: Value = serde_json::from_slice(&trace).expect("it is JSON");
        let events = trace["traceEvents"].as_array().expect("it has events");
        let of_kind = |kind| events.iter().filter(|event| event["ph"] == kind).count();
        assert_eq!((of_kind("b"), of_kind("e")), (12, 12), "{approach}");
        // Each file runs at least before it is opened and after its last chunk.
        assert!(of_kind("X") >= 24, "{approach}: {}", of_kind("X"));
    }
}

#[test]
fn the_tree_is_removed_at_the_end() {
    for approach in FILES.approaches() {
        let temporary = tempfile::tempdir().expect("a temporary folder can be made");
        let output = Command::new(FILES.program(approach))
            .args(["--tasks", "60", "--size", "1000"])
            .env("TMPDIR", temporary.path())
            .output()
            .expect("a program that was built can be started");
        assert!(output.status.success(), "{approach}");
        assert_eq!(children(temporary.path()), [""; 0], "{approach}");
    }
    let tree = FILES.hold(&["--tasks", "10", "--size", "10"]);
    let root = PathBuf::from(&tree.arguments()[1]);
    assert!(root.is_dir());
    drop(tree);
    assert!(!root.exists());
}

#[test]
fn the_tree_is_removed_on_ctrl_c() {
    // Once while the tree is made, and once while it is held for others.
    for arguments in
        [["--tasks", "1000000", "--size", "9000"], ["--hold", "--tasks", "70", "--json"]]
    {
        let temporary = tempfile::tempdir().expect("a temporary folder can be made");
        let mut child = Command::new(FILES.program("sequential"))
            .args(arguments)
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program that was built can be started");
        // As long as this is open, the tree is held.
        let _stdin = child.stdin.take();
        if arguments[0] == "--hold" {
            let stdout = child.stdout.take().expect("it was asked for");
            BufReader::new(stdout).read_line(&mut String::new()).expect("it prints a line");
        } else {
            wait_until("the tree grows", || {
                let trees = children(temporary.path());
                trees.first().is_some_and(|tree| children(&temporary.path().join(tree)).len() > 5)
            });
        }
        Family::signal(child.id(), "-INT");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "interrupted\n", "{arguments:?}");
        assert_eq!(children(temporary.path()), [""; 0], "{arguments:?}");
    }
}

#[test]
fn ctrl_c_ends_everything_within_a_second() {
    let tree = endless();
    for approach in FILES.approaches() {
        let mut family = FILES.start(approach, &["--limit", "4", "--dir", text(tree.path())]);
        let workers = if approach == "processes" { 4 } else { 0 };
        assert_eq!(family.wait_for(WORKER, workers, PATIENCE), workers, "{approach}");
        wait_until_open(&family, &tree.path().join("0"));
        Family::signal(family.parent().id(), "-INT");
        assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0, "{approach}");
        let ran = family.end();
        assert_eq!(ran.status, Some(130), "{approach}: {}", ran.stderr);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", "interrupted\n"), "{approach}");
    }
}

#[test]
fn nobody_outlives_a_parent_that_is_killed() {
    let tree = endless();
    let mut family = FILES.start("processes", &["--limit", "3", "--dir", text(tree.path())]);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    wait_until_open(&family, &tree.path().join("0"));
    Family::signal(family.parent().id(), "-KILL");
    assert_eq!(family.wait_for("", 0, Duration::from_secs(1)), 0);
    assert_eq!(family.end().status, None);
}

#[test]
fn a_killed_worker_costs_nothing_but_time() {
    let tree = tempfile::tempdir().expect("a temporary folder can be made");
    (0..3).for_each(|number| sparse(&tree.path().join(number.to_string()), 1 << 30));
    let arguments = ["--json", "--limit", "3", "--dir", text(tree.path())];
    let expected = FILES.run("threads", &arguments).json();
    let family = FILES.start("processes", &arguments);
    assert_eq!(family.wait_for(WORKER, 3, PATIENCE), 3);
    for worker in family.living(WORKER) {
        Family::signal(worker, "-KILL");
    }
    let ran = family.end();
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["answer"], expected["answer"]);
}

/// What worker processes have in their environment.
const WORKER: &str = "MEANWHILE_WORKER=";
/// How long processes may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder for temporary files is UTF-8")
}

fn write(path: &Path, contents: &[u8]) {
    fs::write(path, contents).expect("a temporary file can be written");
}

/// Makes a file that is one large hole: it takes time to read, and no room.
fn sparse(path: &Path, size: u64) {
    let file = File::create(path).expect("a temporary file can be made");
    file.set_len(size).expect("it can have a hole");
}

/// A tree that takes minutes to read.
fn endless() -> TempDir {
    let tree = tempfile::tempdir().expect("a temporary folder can be made");
    (0..4).for_each(|number| sparse(&tree.path().join(number.to_string()), 1 << 37));
    tree
}

/// What is in a folder; nothing if it is gone.
fn children(folder: &Path) -> Vec<std::ffi::OsString> {
    let children = fs::read_dir(folder).into_iter().flatten().flatten();
    children.map(|child| child.file_name()).collect()
}

/// Waits until one of the family's processes has the file open.
fn wait_until_open(family: &Family, path: &Path) {
    let has_open = |pid: u32| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        open.filter_map(|file| fs::read_link(file.path()).ok()).any(|file| file == path)
    };
    wait_until("the file is open", || family.living("").into_iter().any(has_open));
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("it is ours");
}

/// Runs a program as a user who may not read everything: as ourselves, unless we are root; else as
/// nobody, from a place that nobody can reach. `None` if that is not possible here.
fn run_without_privileges(program: &Path, arguments: &[&str]) -> Option<Output> {
    let secret = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    fs::set_permissions(secret.path(), Permissions::from_mode(0o000)).expect("it is ours");
    if fs::read(secret.path()).is_err() {
        let output = Command::new(program).args(arguments).output();
        return Some(output.expect("a program that was built can be started"));
    }
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    open_to_all(place.path());
    let copy = place.path().join("program");
    // Not by this process: what another test starts meanwhile would inherit the file while it is
    // open to be written, and a program that somebody may write to cannot be started.
    let copied = Command::new("cp").arg(program).arg(&copy).status();
    assert!(copied.expect("every Unix has a cp").success(), "the program cannot be copied");
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(&copy)
        .args(arguments)
        .output();
    if output.is_err() {
        eprintln!("skipped: root may read everything, and setpriv is not here");
    }
    output.ok()
}
