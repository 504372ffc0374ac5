//! A made-up workspace, with claims and with what was measured.

use std::{fs, num::NonZero, path::PathBuf, process::Command, thread};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{family::Ran, programs};

/// A claim that tokio is at least twice as fast as sequential.
pub(super) const TWICE: &str = r#"
[[claim]]
id = "twice"
says = "tokio is twice as fast."
why = "It waits for two things at once."
ratios = [{ of = "http/sequential/limit=1", to = "http/tokio/limit=20" }]
at-least = 2
"#;

/// The cores of this machine.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// A workspace with a row, claims and measurements.
pub(super) struct Workspace(TempDir);

impl Workspace {
    /// A workspace with these claims, of which nothing has been measured.
    pub(super) fn new(claims: &str) -> Self {
        let workspace = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        workspace.write("Cargo.toml", "[workspace]\n");
        for cell in ["sequential", "tokio", "async-std"] {
            workspace.write(&format!("examples-io/http/{cell}/Cargo.toml"), "");
        }
        workspace.write("benches/claims.toml", claims);
        workspace
    }

    /// Where a file is.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Writes a file.
    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    /// Removes a folder.
    pub(super) fn remove(&self, path: &str) {
        fs::remove_dir_all(self.path(path)).expect("the folder can be removed");
    }

    /// The text of a file.
    pub(super) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the file can be read")
    }

    /// A benchmark that criterion has measured, in milliseconds, with its interval.
    pub(super) fn measured(&self, name: &str, [low, value, high]: [f64; 3]) {
        // The folder is not named as the benchmark, as it would be if that had a character which
        // criterion does not want in a path.
        let folder = format!("target/criterion/{}/new", name.replace('/', "_"));
        let benchmark = json!({"full_id": name, "throughput": {"Elements": 100}});
        self.write(&format!("{folder}/benchmark.json"), &benchmark.to_string());
        let estimate = json!({
            "confidence_interval":
                {"confidence_level": 0.95, "lower_bound": low * 1e6, "upper_bound": high * 1e6},
            "point_estimate": value * 1e6,
            "standard_error": 1.0,
        });
        let estimates = json!({"mean": estimate, "median": estimate, "slope": null});
        self.write(&format!("{folder}/estimates.json"), &estimates.to_string());
        let sample = json!({"iters": [1.0, 2.0, 3.0, 4.0],
            "times": [value * 1e6, value * 2e6, value * 3e6, value * 4e6]});
        self.write(&format!("{folder}/sample.json"), &sample.to_string());
    }

    /// What `--run` would have written down of blocks with these pairs of times, in milliseconds, of
    /// sequential and of tokio. tokio is the control too, and takes as long both times.
    pub(super) fn ran(&self, begun: &str, cores: usize, pairs: &[[f64; 2]]) {
        self.write_run(begun, cores, pairs, |_| json!(null), true);
    }

    /// As [`Self::ran`], with a reason for each block, by its number, why it does not count, if there
    /// is one; and with the end of the run, or without.
    pub(super) fn write_run(
        &self,
        begun: &str,
        cores: usize,
        pairs: &[[f64; 2]],
        rejected: impl Fn(usize) -> Value,
        ends: bool,
    ) {
        // All cores together do 1.6 times as much as one.
        let canary = json!({"alone_ns": 800, "together_ns": 1000, "cores": 2});
        let mut lines = vec![json!({
            "line": "run", "version": 1, "begun": begun, "command": "claims --run",
            "protocol": {"blocks": pairs.len(), "attempts": 16, "calls": 2, "most_stolen": 0.01,
                "most_others": 0.02, "most_slower": 0.03, "patience": 6},
            "seed": 1, "commit": null, "dirty": null, "files": {}, "rustc": "rustc", "kernel": null,
            "machine": {"cores": cores, "processor": null, "system": "made up"},
            "calibrated": canary,
        })];
        for (block, [sequential, tokio]) in (1..).zip(pairs) {
            let turns = [
                ("http/sequential/limit=1", *sequential, 1, false),
                ("http/tokio/limit=20", *tokio, 20, false),
                ("http/tokio/limit=20", *tokio, 20, true),
            ];
            for (position, (benchmark, millis, in_flight, again)) in (1..).zip(turns) {
                lines.push(json!({
                    "line": "turn", "block": block, "position": position, "benchmark": benchmark,
                    "again": again, "calls": {
                        "job": "--tasks 20", "work": {"unit": "Elements", "amount": 20.0},
                        "answer": "00000000", "wall_ns": vec![nanos(millis * 1e6); 2],
                        "user_ns": [1000, 1000], "system_ns": [1000, 1000],
                        "voluntary_switches": [1, 1], "involuntary_switches": [0, 0],
                        "faults": [0, 0], "in_flight": [in_flight, in_flight],
                        "memory_bytes": [1024, 1024],
                    },
                }));
            }
            lines.push(json!({"line": "block", "block": block, "row": "http",
                "rejected": rejected(block), "stolen": 0.0, "others": 0.0,
                "canaries": [canary, canary]}));
        }
        lines.push(json!({"line": "fault", "block": 1, "benchmark": "http/smol/limit=20",
            "reason": "the answer is wrong"}));
        if ends {
            lines.push(json!({"line": "end", "ended": begun, "rows": {}}));
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.write(&format!("target/claims/runs/{}.jsonl", begun.replace(':', "")), &text);
    }

    /// Where the only run is, and its lines.
    pub(super) fn only_run(&self) -> (String, Vec<Value>) {
        let runs = crate::cells::children(&self.path("target/claims/runs"));
        let [path] = &runs[..] else { panic!("{runs:?}") };
        let text = fs::read_to_string(path).expect("the file can be read");
        let line = |line| serde_json::from_str(line).expect("each line is JSON");
        (path.display().to_string(), text.lines().map(line).collect())
    }

    /// Runs the program in it.
    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// The command that runs the program in it.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::path("claims"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env("CARGO_TARGET_DIR", self.0.path().join("target"))
            .env_remove("CRITERION_HOME");
        command
    }

    /// The status and the claims of `--json`, with these arguments.
    pub(super) fn judge(&self, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
        let ran = self.run(&[&["--json"], arguments].concat());
        let claims = ran.json()["claims"].as_array().expect("there are claims").clone();
        (ran.status, claims)
    }

    /// The status, the verdict and the ratio of the only claim, by criterion's estimates.
    pub(super) fn judge_one(&self) -> (Option<i32>, String, f64) {
        self.only(&["--criterion"])
    }

    /// The same, by the newest run.
    pub(super) fn judge_run(&self) -> (Option<i32>, String, f64) {
        self.only(&[])
    }

    fn only(&self, arguments: &[&str]) -> (Option<i32>, String, f64) {
        let (status, claims) = self.judge(arguments);
        let [claim] = &claims[..] else { panic!("{claims:?}") };
        let verdict = claim["verdict"].as_str().expect("it has a verdict").to_owned();
        (status, verdict, claim["ratios"][0]["ratio"]["value"].as_f64().unwrap_or(f64::NAN))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are short")]
fn nanos(nanos: f64) -> u64 {
    nanos as u64
}
