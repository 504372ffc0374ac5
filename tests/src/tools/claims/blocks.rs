//! `claims --run`, on a workspace whose benchmark is no benchmark: it says at once what calls would
//! have taken.

use super::workspace::Workspace;
use crate::suite::{Test, tests};

/// All tests of this.
pub(super) fn tests() -> Vec<Test> {
    tests!("claims", Shared: blocks_are_measured_and_written_down)
}

/// Its times are made up. What is called smol fails, and there is no rayon.
const SOURCE: &str = r##"
use std::{env, fs, io::Write};

fn main() {
    let asked = env::var("MEANWHILE_CALLS").unwrap();
    let name = asked.split('"').nth(3).unwrap();
    assert!(!name.contains("smol"), "the answer is wrong");
    assert!(!name.contains("rayon"), "its row has no benchmark of the name {name}");
    // The working directory is that of the package, below the fake workspace.
    let mut log = fs::File::options().create(true).append(true).open("log").unwrap();
    writeln!(log, "{asked}").unwrap();
    let nanos = if name.contains("tokio") { 10_000_000 } else { 25_000_000 };
    println!(
        r#"{{"job":"","work":null,"answer":"","wall_ns":[{nanos},{nanos},{nanos}],"user_ns":[1,1,1],
        "system_ns":[1,1,1],"voluntary_switches":[1,1,1],"involuntary_switches":[0,0,0],
        "faults":[0,0,0],"in_flight":[20,20,20],"memory_bytes":[1,1,1]}}"#
    );
}
"##;

const CLAIMS: &str = r#"
[[claim]]
id = "gain"
says = "It gains."
why = "It is made up."
ratios = [{ of = "http/sequential/limit=1", to = "http/tokio/limit=20" }]
at-least = 1.5

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

[[table]]
row = "http"
baseline = "http/sequential/limit=1"
at = "limit=20"
control = "http/tokio/limit=20"
"#;

/// Tests run side by side, so the machine may be too busy for blocks to be accepted. What is written
/// down then has to say so, and nothing may be judged.
fn blocks_are_measured_and_written_down() {
    let workspace = Workspace::new(CLAIMS);
    workspace.write("Cargo.toml", "[workspace]\nmembers = [\"benches/*\"]\nresolver = \"3\"\n");
    workspace.write(
        "benches/http/Cargo.toml",
        "[package]\nname = \"bench-http\"\nedition = \"2024\"\n\n[[bench]]\nname = \"http\"\n\
         harness = false\n",
    );
    workspace.write("benches/http/benches/http.rs", SOURCE);

    let ran = workspace.run(&["--run"]);
    let (path, run) = workspace.only_run();
    let blocks = |rejected: bool| {
        let blocks = run.iter().filter(|line| line["line"] == "block");
        blocks.filter(|line| line["rejected"].is_null() != rejected).count()
    };
    let turns = |name: &str| run.iter().filter(|line| line["benchmark"] == name).count();
    assert_eq!(turns("http/sequential/limit=1"), blocks(false) + blocks(true));
    // Twice a block, for the control.
    assert_eq!(turns("http/tokio/limit=20"), 2 * (blocks(false) + blocks(true)));
    // A benchmark that fails is said to once, and has no further turn.
    assert_eq!((turns("http/smol/limit=20"), turns("http/rayon/limit=20")), (1, 1));
    assert!(workspace.read("benches/http/log").contains("\"calls\":3"));
    match run.last().map(|line| line["line"].as_str()) {
        Some(Some("end")) if blocks(false) == 8 => {
            assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
            for part in [
                "holds · gain",
                "not measured · failing",
                "the answer is wrong",
                "not measured · nameless",
                "its row has no benchmark of the name http/rayon/limit=20",
            ] {
                assert!(ran.stdout.contains(part), "{part} is missing in: {}", ran.stdout);
            }
        }
        Some(Some("end")) => {
            assert_eq!(blocks(false) + blocks(true), 16, "{path}");
            let missing = format!("only {} of 8 blocks of http were accepted", blocks(false));
            assert!(ran.stdout.contains(&missing), "{}", ran.stdout);
        }
        _ => {
            assert_eq!((ran.status, blocks(false), blocks(true)), (Some(3), 0, 6), "{path}");
            assert!(ran.stderr.contains("the machine is too busy to measure anything"));
        }
    }
}
