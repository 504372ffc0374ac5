//! A made-up workspace, with claims and with what was measured.

use std::{fs, path::PathBuf, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{family::Ran, programs};

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

    /// A run of `--run` with as many rounds as there are pairs of times in milliseconds.
    pub(super) fn ran(&self, date: u64, cores: usize, pairs: &[[f64; 2]]) {
        let round = |[sequential, tokio]: &[f64; 2]| json!({"http/sequential/limit=1": sequential * 1e6, "http/tokio/limit=20": tokio * 1e6});
        let run = json!({
            "date": date,
            "machine": {"cores": cores, "processor": null, "system": "made up"},
            "work": {},
            "rounds": pairs.iter().map(round).collect::<Vec<_>>(),
            "faults": {"http/smol/limit=20": "the answer is wrong"},
        });
        self.write(&format!("target/claims/rounds/{date}.json"), &run.to_string());
    }

    /// Runs the program in it.
    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(
            Command::new(programs::path("claims"))
                .args(arguments)
                .current_dir(self.0.path())
                .env("CARGO_TARGET_DIR", self.0.path().join("target"))
                .env_remove("CRITERION_HOME"),
        )
    }

    /// The status and the claims of `--json`.
    pub(super) fn judge(&self) -> (Option<i32>, Vec<Value>) {
        let ran = self.run(&["--json"]);
        let claims = ran.json()["claims"].as_array().expect("there are claims").clone();
        (ran.status, claims)
    }

    /// The status, the verdict and the ratio of the only claim.
    pub(super) fn judge_one(&self) -> (Option<i32>, String, f64) {
        let (status, claims) = self.judge();
        let [claim] = &claims[..] else { panic!("{claims:?}") };
        let verdict = claim["verdict"].as_str().expect("it has a verdict").to_owned();
        (status, verdict, claim["ratios"][0]["ratio"]["value"].as_f64().unwrap_or(f64::NAN))
    }
}
