//! The program `claims`, on made-up folders of criterion's: what was measured is known beforehand,
//! and nothing takes any time.

mod rounds;
mod workspace;

use std::{num::NonZero, path::Path, thread};

use serde_json::json;
use workspace::Workspace;

use crate::suite::{Test, tests};

/// All tests of the program.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = rounds::tests();
    tests.extend(tests!("claims", Shared:
        a_ratio_beyond_the_threshold_holds_before_it_is_refuted_and_across_it_is_inconclusive,
        intervals_that_overlap_make_no_difference,
        what_is_missing_is_named_and_makes_status_2,
        broken_files_are_named_and_count_as_missing,
        an_interval_of_another_confidence_is_not_taken_for_one_of_95_per_cent,
        different_amounts_of_work_are_not_compared_unless_per_unit,
        a_claim_for_more_cores_than_there_are_is_left_out,
        p_is_the_number_of_cores,
        a_benchmark_can_be_compared_with_a_limit,
        a_control_compares_the_halves_of_the_samples,
        rounds_are_paired_and_the_newest_measurement_counts,
        a_benchmark_that_failed_is_said_to_have_failed,
        figures_of_cost_of_a_task_are_paired_by_their_rounds,
        one_refuted_claim_outweighs_a_missing_one,
        what_is_not_understood_is_refused_in_one_line,
        what_is_recorded_is_written_into_the_readmes,
        a_record_that_cannot_be_read_is_an_error,
        markdown_has_a_line_for_each_ratio,
    ));
    tests
}

/// A claim that tokio is at least twice as fast as sequential.
const TWICE: &str = r#"
[[claim]]
id = "twice"
says = "tokio is twice as fast."
why = "It waits for two things at once."
ratios = [{ of = "http/sequential/limit=1", to = "http/tokio/limit=20" }]
at-least = 2
"#;

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn a_ratio_beyond_the_threshold_holds_before_it_is_refuted_and_across_it_is_inconclusive() {
    for (tokio, status, verdict) in [
        ([9.9, 10.0, 10.1], 0, "holds"),
        ([24.0, 25.0, 26.0], 0, "inconclusive"),
        ([59.0, 60.0, 61.0], 1, "refuted"),
    ] {
        let workspace = Workspace::new(TWICE);
        workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
        workspace.measured("http/tokio/limit=20", tokio);
        let (code, judged, ratio) = workspace.judge_one();
        assert_eq!((code, &*judged), (Some(status), verdict));
        assert!((ratio - 50.0 / tokio[1]).abs() < 1e-9, "{ratio}");
    }
}

fn intervals_that_overlap_make_no_difference() {
    let workspace = Workspace::new(&TWICE.replace("at-least = 2", "at-least = 1"));
    workspace.measured("http/sequential/limit=1", [45.0, 50.0, 55.0]);
    workspace.measured("http/tokio/limit=20", [43.0, 47.0, 52.0]);
    let (status, verdict, _) = workspace.judge_one();
    assert_eq!((status, &*verdict), (Some(0), "inconclusive"));
}

fn what_is_missing_is_named_and_makes_status_2() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    let ran = workspace.run(&[]);
    assert_eq!(ran.status, Some(2));
    let text = ran.stdout;
    assert!(text.contains("not measured · twice"), "{text}");
    assert!(text.contains("no benchmark http/tokio/limit=20"), "{text}");
    assert!(text.contains("1 claim: 1 not measured."), "{text}");
}

fn broken_files_are_named_and_count_as_missing() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [9.0, 10.0, 11.0]);
    let estimates = "target/criterion/http_tokio_limit=20/new/estimates.json";
    for broken in ["{\"median\":", "{}", "[]", ""] {
        workspace.write(estimates, broken);
        let ran = workspace.run(&[]);
        assert_eq!(ran.status, Some(2), "{broken:?}");
        assert!(ran.stdout.contains("estimates.json"), "{}", ran.stdout);
    }
    workspace.measured("http/tokio/limit=20", [9.0, -10.0, 11.0]);
    assert_eq!(workspace.judge_one().1, "not-measured");
    workspace.write("target/criterion/http_tokio_limit=20/new/benchmark.json", "half a fi");
    workspace.write("target/claims/rounds/1.json", "{");
    let ran = workspace.run(&[]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("benchmark.json"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1.json"), "{}", ran.stderr);
}

fn an_interval_of_another_confidence_is_not_taken_for_one_of_95_per_cent() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [9.0, 10.0, 11.0]);
    let path = "target/criterion/http_tokio_limit=20/new/estimates.json";
    let other = workspace.read(path).replace("0.95", "0.5");
    workspace.write(path, &other);
    let ran = workspace.run(&[]);
    assert!(ran.stdout.contains("one of 50 %"), "{}", ran.stdout);
}

fn different_amounts_of_work_are_not_compared_unless_per_unit() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [99.0, 100.0, 101.0]);
    let thousand = json!({"full_id": "http/tokio/limit=20", "throughput": {"Elements": 1000}});
    workspace
        .write("target/criterion/http_tokio_limit=20/new/benchmark.json", &thousand.to_string());
    let ran = workspace.run(&[]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stdout.contains("different amounts of work"), "{}", ran.stdout);
    workspace.write(
        "benches/claims.toml",
        &TWICE.replace("limit=20\" }", "limit=20\", per-unit = true }"),
    );
    let (status, verdict, ratio) = workspace.judge_one();
    assert_eq!((status, &*verdict), (Some(0), "holds"));
    assert!((ratio - 5.0).abs() < 1e-9, "{ratio}");
}

fn a_claim_for_more_cores_than_there_are_is_left_out() {
    let claim = TWICE.replace("at-least", "needs-cores = 100000\nat-least");
    let workspace = Workspace::new(&claim);
    // It would be refuted.
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [59.0, 60.0, 61.0]);
    let ran = workspace.run(&[]);
    assert_eq!(ran.status, Some(0));
    assert!(ran.stdout.contains("needs 100000 cores"), "{}", ran.stdout);
}

fn p_is_the_number_of_cores() {
    let claim = TWICE
        .replace("http/tokio/limit=20", "http/tokio/workers=P")
        .replace("at-least = 2", "at-most = { factor = 0.5, of = \"P\" }");
    let workspace = Workspace::new(&claim);
    let milliseconds = 10.0 * cores() as f64;
    workspace.measured("http/sequential/limit=1", [milliseconds; 3]);
    workspace.measured(&format!("http/tokio/workers={}", cores()), [21.0; 3]);
    assert_eq!(workspace.judge_one().1, "holds");
}

fn a_benchmark_can_be_compared_with_a_limit() {
    let claim = TWICE
        .replace("of = \"http/sequential/limit=1\"", "limit = { N = 100, L = 0.05, K = 20 }")
        .replace("at-least = 2", "at-least = 0.8");
    let workspace = Workspace::new(&claim);
    workspace.measured("http/tokio/limit=20", [259.0, 260.0, 261.0]);
    let (status, verdict, ratio) = workspace.judge_one();
    assert_eq!((status, &*verdict), (Some(0), "holds"));
    assert!((ratio - 250.0 / 260.0).abs() < 1e-9, "{ratio}");
}

fn a_control_compares_the_halves_of_the_samples() {
    let claim = TWICE
        .replace("http/sequential/limit=1", "http/tokio/limit=20")
        .replace("at-least = 2", "within = 0.05");
    let workspace = Workspace::new(&claim);
    workspace.measured("http/tokio/limit=20", [9.0, 10.0, 11.0]);
    let (_, verdict, ratio) = workspace.judge_one();
    assert_eq!(verdict, "holds");
    assert!((ratio - 1.0).abs() < 1e-9, "{ratio}");
    let slower = json!({"iters": [1.0, 1.0, 1.0, 1.0], "times": [1.0, 1.0, 2.0, 2.0]});
    workspace.write("target/criterion/http_tokio_limit=20/new/sample.json", &slower.to_string());
    assert_eq!(workspace.judge_one().1, "refuted");
}

fn rounds_are_paired_and_the_newest_measurement_counts() {
    let workspace = Workspace::new(TWICE);
    // Twenty times as slow in the second half, and the ratio is the same.
    let pairs = [[30.0, 10.0], [31.0, 10.0], [620.0, 200.0], [600.0, 200.0]];
    let future = 4_000_000_000;
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [49.0, 50.0, 51.0]);
    workspace.ran(1, cores(), &pairs);
    assert_eq!(workspace.judge_one().1, "refuted", "criterion's are newer");
    workspace.ran(future, cores(), &pairs);
    let (_, verdict, ratio) = workspace.judge_one();
    assert_eq!(verdict, "holds");
    assert!((3.0..3.1).contains(&ratio), "{ratio}");
    workspace.ran(future + 1, cores() + 1, &[[1.0, 1.0]; 4]);
    assert_eq!(workspace.judge_one().1, "holds", "other cores are another machine");
}

fn a_benchmark_that_failed_is_said_to_have_failed() {
    let workspace = Workspace::new(&TWICE.replace("tokio/limit", "smol/limit"));
    workspace.ran(1, cores(), &[[30.0, 10.0]]);
    let text = workspace.run(&[]).stdout;
    assert!(text.contains("http/smol/limit=20: the answer is wrong"), "{text}");
}

fn figures_of_cost_of_a_task_are_paired_by_their_rounds() {
    let claim = TWICE
        .replace("http/sequential/limit=1", "cost/create/process/1")
        .replace("http/tokio/limit=20", "cost/create/thread/1");
    let workspace = Workspace::new(&claim);
    assert!(workspace.run(&[]).stdout.contains("cost-of-a-task has not run yet"));
    let price = |kind: &str, samples: [f64; 3]| json!({"kind": kind, "price": "create", "size": 1, "unit": "ns", "samples": samples});
    let cost = json!({"version": 1, "prices":
        [price("process", [30.0, 60.0, 90.0]), price("thread", [10.0, 20.0, 30.0])]});
    workspace.write("target/claims/cost-of-a-task.json", &cost.to_string());
    let (_, verdict, ratio) = workspace.judge_one();
    assert_eq!(verdict, "holds");
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
    workspace.write("target/claims/cost-of-a-task.json", "{\"version\": 2, \"prices\": []}");
    assert!(workspace.run(&[]).stdout.contains("this is version 2"));
}

fn one_refuted_claim_outweighs_a_missing_one() {
    let second = TWICE.replace("\"twice\"", "\"other\"").replace("http/tokio", "http/nobody");
    let workspace = Workspace::new(&[TWICE, &second].concat());
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [59.0, 60.0, 61.0]);
    let (status, claims) = workspace.judge();
    assert_eq!(status, Some(1));
    assert_eq!([&claims[0]["verdict"], &claims[1]["verdict"]], ["refuted", "not-measured"]);
    assert_eq!(workspace.run(&["--only", "other"]).status, Some(2));
}

fn what_is_not_understood_is_refused_in_one_line() {
    for (claims, complaint) in [
        ([TWICE, TWICE].concat(), "two claims are called twice"),
        (TWICE.replace("why", "because"), "unknown field `because`"),
        (TWICE.replace("at-least = 2", ""), "needs one of at-least, at-most and within"),
        (TWICE.replace("at-least = 2", "at-least = 2\nat-most = 3"), "needs one of"),
        (
            TWICE.replace("at-least = 2", "at-least = { factor = 2, of = \"Q\" }"),
            "a threshold is a number, or { factor",
        ),
        (
            TWICE.replace("at-least = 2", "at-least = { factor = 2, of = \"P\", from = 3 }"),
            "a threshold is a number, or { factor",
        ),
        (TWICE.replace("at-least = 2", "at-least = -1"), "no positive number"),
        (TWICE.replace("of = ", "on = "), "unknown field `on`"),
        ("claim = 1".into(), "claim"),
    ] {
        let ran = Workspace::new(&claims).run(&[]);
        assert_eq!(ran.status, Some(3), "{complaint}: {}", ran.stderr);
        assert!(ran.stderr.contains(complaint), "{complaint}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let ran = Workspace::new(TWICE).run(&["--only", "thrice"]);
    assert_eq!(ran.status, Some(2));
    assert_eq!(ran.stderr, "error: there is no claim thrice; benches/claims.toml has them all\n");
}

fn what_is_recorded_is_written_into_the_readmes() {
    let table =
        "[[table]]\nrow = \"http\"\nbaseline = \"http/sequential/limit=1\"\nat = \"limit=20\"\n";
    let workspace = Workspace::new(&[TWICE, table].concat());
    let readme = "# http\n\n<!-- measured: http -->\n<!-- end -->\n\nThe end.\n";
    workspace.write("examples-io/http/README.md", readme);
    workspace.write("README.md", &readme.replace("measured: http", "measured: all"));
    assert_eq!(workspace.run(&["--update"]).status, Some(2));
    assert!(workspace.read("README.md").contains("Not measured yet: `cargo run"));

    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [10.0, 10.0, 10.0]);
    assert_eq!(workspace.run(&["--record", "--update"]).status, Some(0));
    let page = workspace.read("examples-io/http/README.md");
    for part in [
        "# http\n",
        "; `cargo run --release -p claims -- --record --update`;",
        "| sequential | 50.0 ms [49.0 ms, 51.0 ms] | 1 |\n",
        "| tokio | 10.0 ms [10.0 ms, 10.0 ms] | 5.00 [4.90, 5.10] |\n",
        "| async-std (discontinued) | not measured | not measured |\n",
        "- **holds**, `twice`: tokio is twice as fast. 5.00 [4.90, 5.10], should be at least 2.00\n",
        "<!-- end -->\n\nThe end.\n",
    ] {
        assert!(page.contains(part), "{part} is missing in: {page}");
    }
    let front = workspace.read("README.md");
    assert!(front.contains("| http, `limit=20` | not measured |"), "{front}");
    assert!(front.contains("| 5.00 [4.90, 5.10] | not measured |"), "{front}");

    let recorded = claims::recorded(&workspace.path("benches/results.json"))
        .expect("it has just been written");
    let claim = recorded.claim("twice").expect("it was recorded");
    assert_eq!(claim.verdict, claims::Verdict::Holds);
    // A second time changes nothing.
    assert_eq!(workspace.run(&["--update"]).stderr, "");
}

fn a_record_that_cannot_be_read_is_an_error() {
    let workspace = Workspace::new(TWICE);
    let path = workspace.path("benches/results.json");
    let recorded = |path: &Path| claims::recorded(path).expect_err("it is no record").to_string();
    assert!(recorded(&path).starts_with("cannot read"));
    workspace.write("benches/results.json", "{}");
    assert!(recorded(&path).contains("no record of claims"));
    assert_eq!(workspace.run(&["--update"]).status, Some(3));
}

fn markdown_has_a_line_for_each_ratio() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [50.0; 3]);
    workspace.measured("http/tokio/limit=20", [10.0; 3]);
    let text = workspace.run(&["--markdown"]).stdout;
    let line = "| tokio is twice as fast. | **holds** | http/sequential/limit=1 : \
                http/tokio/limit=20 | 5.00 [5.00, 5.00] | at least 2.00 |\n";
    assert!(text.contains(line), "{text}");
}
