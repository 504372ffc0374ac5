//! Runs a command as it stands, in a folder of its own that looks like the workspace.

use std::{
    collections::BTreeMap,
    env, fmt, fs,
    io::Read,
    os::unix::{fs::symlink, process::CommandExt},
    path::{Path, PathBuf},
    process::{self, Stdio, exit},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;

use super::page::Command;
use crate::{
    cells::children,
    family::Family,
    patience::{PATIENCE, is_so_within},
    programs,
};

/// How long a program may be at its job before Ctrl-C ends it. Most end by themselves in this time.
const TASTE: Duration = Duration::from_secs(2);
/// By this variable, a process knows that it stands in for cargo. It has the programs by name.
const CARGO: &str = "MEANWHILE_TEST_CARGO";
/// The shell's status of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// The program that takes prices in processes of its own.
const PRICES: &str = "cost-of-a-task";

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this status and these words on stdout and stderr.
    Itself(Option<i32>, String),
    /// It did its job, and ended in good order when it was told to.
    Interrupted,
}

/// If this process stands in for cargo, it builds nothing: it says where the programs are that are
/// built already, as cargo does (The Cargo Book, *External tools*), or runs one of them.
pub(crate) fn serve() {
    let Ok(programs) = env::var(CARGO) else { return };
    let programs: BTreeMap<String, PathBuf> =
        serde_json::from_str(&programs).expect("a test has written it");
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut parts = arguments.splitn(2, |word| word == "--");
    let own = parts.next().unwrap_or_default();
    let packages = own.windows(2).filter(|pair| pair[0] == "-p").map(|pair| &*pair[1]);
    for package in packages {
        let Some(path) = programs.get(package) else {
            refuse(format_args!("{package} is not built for this test"))
        };
        match own.first().map(String::as_str) {
            Some("build") => {
                println!("{}", json!({ "target": { "name": package }, "executable": path }));
            }
            Some("run") => {
                let error =
                    process::Command::new(path).args(parts.next().unwrap_or_default()).exec();
                refuse(format_args!("{}: {error}", path.display()))
            }
            _ => refuse(format_args!("for this test nothing else is done")),
        }
    }
    exit(0);
}

fn refuse(why: fmt::Arguments) -> ! {
    eprintln!("error: {why}");
    exit(101)
}

/// Runs this program as the command has it run. It ends by itself, or by Ctrl-C when it has been at
/// its job for a moment.
pub(super) fn run(command: &Command, program: &Path, arguments: &[String]) -> End {
    let place = Place::new();
    let mut started = process::Command::new(program);
    started.args(arguments).current_dir(place.root().join(&command.folder)).stdin(Stdio::null());
    // What it looks for is in this folder. No file should come or go in the workspace.
    started.env_remove("CARGO_TARGET_DIR").env_remove("CARGO_MANIFEST_DIR");
    started.env("PYTHONDONTWRITEBYTECODE", "1");
    started.env("CARGO", place.cargo()).env(CARGO, json!(programs::all()).to_string());
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [place.bin()].into_iter().chain(env::split_paths(&path));
    started.env("PATH", env::join_paths(folders).expect("the folders of a path have no colons"));
    let is_tool = ["compare", PRICES].iter().any(|tool| program.ends_with(tool));
    let mut running = Running::start(&mut started);
    let begun = is_so_within(PATIENCE, || running.has_ended() || running.is_at_its_job(is_tool));
    assert!(begun, "it neither ends nor begins");
    // A tool runs others, again and again: when the first of them runs, there is a long way to go.
    if is_so_within(if is_tool { Duration::ZERO } else { TASTE }, || running.has_ended()) {
        return running.end();
    }
    running.family.signal("-INT");
    match running.end() {
        // It may have been as good as done.
        End::Itself(Some(INTERRUPTED | 0), _) => End::Interrupted,
        end => end,
    }
}

/// A program that runs, and what it has printed.
struct Running {
    family: Family,
    stdout: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Running {
    fn start(command: &mut process::Command) -> Self {
        let mut family = Family::spawn(command);
        let mut pipe = family.parent().stdout.take().expect("it is piped");
        let stdout = Arc::new(Mutex::new(String::new()));
        let printed = Arc::clone(&stdout);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]);
                *printed.lock().expect("nobody panics while holding it") += &text;
            }
        });
        Self { family, stdout, reader }
    }

    fn end(self) -> End {
        let ran = self.family.end();
        self.reader.join().expect("it only reads");
        let stdout = self.stdout.lock().expect("nobody panics while holding it");
        End::Itself(ran.status, stdout.clone() + &ran.stderr)
    }

    fn has_ended(&mut self) -> bool {
        self.family.parent().try_wait().expect("it is our child").is_some()
    }

    /// Whether it has understood its arguments and does what they ask for. A program that works itself
    /// is measured by the harness. A tool prints something, has a program measured, or takes prices.
    fn is_at_its_job(&mut self, is_tool: bool) -> bool {
        let own = self.family.parent().id();
        if !is_tool {
            return is_measured(own);
        }
        // All of the system's processes are searched for those of this family, which takes a while.
        thread::sleep(Duration::from_millis(100));
        !self.stdout.lock().expect("nobody panics while holding it").is_empty()
            || self.family.living("").into_iter().any(|pid| {
                is_measured(pid) || pid != own && name(Path::new(&format!("/proc/{pid}"))) == PRICES
            })
    }
}

/// Whether a process has the thread by which the harness measures it.
fn is_measured(pid: u32) -> bool {
    let threads = children(Path::new(&format!("/proc/{pid}/task")));
    threads.into_iter().any(|thread| name(&thread) == "meter")
}

/// The name of a process or a thread, which has this folder in `/proc`; nothing if it is gone.
fn name(folder: &Path) -> String {
    fs::read_to_string(folder.join("comm")).unwrap_or_default().trim().to_owned()
}

/// A folder with all that is in the workspace, and one with the stand-in for cargo beside it. What a
/// command writes stays in there, and goes with it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for folder in [place.bin(), place.root().join("docs/runs"), place.root().join("target")] {
            fs::create_dir_all(folder).expect("the folder is empty");
        }
        let this = env::current_exe().expect("this program has a path");
        symlink(this, place.cargo()).expect("the folder is empty");
        place.link("", &["docs", "target"]);
        place.link("docs", &["runs"]);
        for run in children(&programs::workspace().root().join("docs/runs")) {
            let name = run.file_name().expect("it was found there");
            fs::copy(&run, place.root().join("docs/runs").join(name)).expect("it is small");
        }
        place
    }

    /// Links to what is in this folder of the workspace, but for some of it and for what is hidden.
    fn link(&self, folder: &str, but_for: &[&str]) {
        for path in children(&programs::workspace().root().join(folder)) {
            let name = path.file_name().expect("it was found there").to_string_lossy();
            if !name.starts_with('.') && !but_for.contains(&&*name) {
                let link = self.root().join(folder).join(&*name);
                symlink(&path, link).expect("the folder is empty");
            }
        }
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("workspace")
    }

    fn bin(&self) -> PathBuf {
        self.0.path().join("bin")
    }

    fn cargo(&self) -> PathBuf {
        self.bin().join("cargo")
    }
}
