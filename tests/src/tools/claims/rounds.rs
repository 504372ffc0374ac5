//! `claims --run`, on a workspace whose benchmark is no benchmark: it writes what criterion would
//! have written, at once.

use super::workspace::Workspace;
use crate::suite::{Test, tests};

/// All tests of this.
pub(super) fn tests() -> Vec<Test> {
    tests!("claims", Shared: rounds_go_on_where_a_claim_is_inconclusive_and_are_kept)
}

/// Its times are made up: tokio takes 10 ms, threads take 25 ms, and sequential about as long, a third
/// more or less in turn from round to round. What is called smol fails, and there is no rayon.
const SOURCE: &str = r##"
use std::{env, fs, io::Write, path::PathBuf};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let place = arguments.iter().position(|argument| argument == "--exact").unwrap();
    let name = &arguments[place + 1];
    assert!(!name.contains("smol"), "the answer is wrong");
    if name.contains("rayon") {
        return;
    }
    // The working directory is that of the package, below the fake workspace.
    let mut log = fs::File::options().create(true).append(true).open("log").unwrap();
    writeln!(log, "{name}").unwrap();
    let runs = fs::read_to_string("log").unwrap().lines().filter(|line| line == name).count();
    let factor = if runs % 2 == 0 { 0.75 } else { 1.33 };
    let millis = match name.split('/').nth(1) {
        Some("tokio") => 10.0,
        Some("sequential") => 25.0 * factor,
        _ => 25.0,
    };
    let folder = PathBuf::from(env::var_os("CRITERION_HOME").unwrap()).join("a/b/new");
    fs::create_dir_all(&folder).unwrap();
    let benchmark = format!(r#"{{"full_id":"{name}","throughput":{{"Elements":100}}}}"#);
    fs::write(folder.join("benchmark.json"), benchmark).unwrap();
    let sample = format!(r#"{{"iters":[1.0,2.0],"times":[{0},{0}]}}"#, millis * 2e6);
    fs::write(folder.join("sample.json"), sample).unwrap();
}
"##;

/// One claim is decided soon, one stays open, and one is about a benchmark that fails.
const CLAIMS: &str = r#"
[[claim]]
id = "soon"
says = "It is decided soon."
why = "It is made up."
ratios = [{ of = "http/sequential/limit=1", to = "http/tokio/limit=20" }]
at-least = 1.5

[[claim]]
id = "control"
says = "It is the same."
why = "It is made up."
ratios = [{ of = "http/tokio/limit=20", to = "http/tokio/limit=20" }]
within = 0.05

[[claim]]
id = "open"
says = "It stays open."
why = "It is made up."
ratios = [{ of = "http/sequential/limit=1", to = "http/threads/limit=20" }]
at-least = 1

[[claim]]
id = "failing"
says = "It fails."
why = "It is made up."
ratios = [{ of = "http/sequential/limit=1", to = "http/smol/limit=20" }]
at-least = 1

[[claim]]
id = "nameless"
says = "There is no such benchmark."
why = "It is made up."
ratios = [{ of = "http/sequential/limit=1", to = "http/rayon/limit=20" }]
at-least = 1
"#;

fn rounds_go_on_where_a_claim_is_inconclusive_and_are_kept() {
    let workspace = Workspace::new(CLAIMS);
    workspace.write("Cargo.toml", "[workspace]\nmembers = [\"benches/*\"]\nresolver = \"3\"\n");
    workspace.write(
        "benches/http/Cargo.toml",
        "[package]\nname = \"bench-http\"\nedition = \"2024\"\n\n[[bench]]\nname = \"http\"\n\
         harness = false\n",
    );
    workspace.write("benches/http/benches/http.rs", SOURCE);

    let ran = workspace.run(&["--run"]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    for part in [
        "holds · soon",
        "holds · control",
        "inconclusive · open",
        "not measured · failing",
        "the answer is wrong",
        "not measured · nameless",
        "its row has no benchmark of that name",
    ] {
        assert!(ran.stdout.contains(part), "{part} is missing in: {}", ran.stdout);
    }

    let log = workspace.read("benches/http/log");
    let runs = |name: &str| log.lines().filter(|line| line.starts_with(name)).count();
    // Twice a round, for the control.
    assert_eq!(runs("http/tokio"), 16);
    assert_eq!((runs("http/sequential"), runs("http/threads")), (32, 32));

    // What was kept is judged again, without measuring.
    let ran = workspace.run(&["--json", "--only", "soon"]);
    assert_eq!(ran.json()["claims"][0]["ratios"][0]["source"], "8 rounds");
    assert_eq!(ran.status, Some(0));
}
