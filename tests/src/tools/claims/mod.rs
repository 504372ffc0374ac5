//! The program `claims`, on made-up runs and on made-up folders of criterion's: what was measured is
//! known beforehand, and nothing takes any time.

mod blocks;
mod commands;
mod counts;
mod workspace;

use serde_json::json;
use workspace::{TWICE, Workspace, cores};

use crate::suite::{Test, tests};

/// All tests of the program.
pub(super) fn tests() -> Vec<Test> {
    let mut tests = blocks::tests();
    tests.extend(counts::tests());
    tests.extend(commands::tests());
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
        a_control_that_fails_leaves_the_claims_of_its_row_unjudged,
        blocks_are_paired_and_the_newest_run_counts,
        what_is_incomplete_is_not_measured,
        what_is_counted_is_exact_or_refuted,
        several_ratios_must_be_surer_to_refute_a_claim,
        the_capacity_of_the_cores_is_that_of_the_same_blocks,
        a_benchmark_that_failed_is_said_to_have_failed,
        figures_of_cost_of_a_task_are_paired_by_their_rounds,
        one_refuted_claim_outweighs_a_missing_one,
        what_is_not_understood_is_refused_in_one_line,
        what_is_recorded_is_written_into_the_readmes,
        a_run_that_cannot_be_read_is_an_error_that_names_the_line,
        markdown_has_a_line_for_each_ratio,
    ));
    tests
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
    let ran = workspace.run(&["--criterion"]);
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
        let ran = workspace.run(&["--criterion"]);
        assert_eq!(ran.status, Some(2), "{broken:?}");
        assert!(ran.stdout.contains("estimates.json"), "{}", ran.stdout);
    }
    workspace.measured("http/tokio/limit=20", [9.0, -10.0, 11.0]);
    assert_eq!(workspace.judge_one().1, "not-measured");
    workspace.write("target/criterion/http_tokio_limit=20/new/benchmark.json", "half a fi");
    let ran = workspace.run(&["--criterion"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("benchmark.json"), "{}", ran.stderr);
}

fn an_interval_of_another_confidence_is_not_taken_for_one_of_95_per_cent() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [9.0, 10.0, 11.0]);
    let path = "target/criterion/http_tokio_limit=20/new/estimates.json";
    let other = workspace.read(path).replace("0.95", "0.5");
    workspace.write(path, &other);
    let ran = workspace.run(&["--criterion"]);
    assert!(ran.stdout.contains("one of 50 %"), "{}", ran.stdout);
}

fn different_amounts_of_work_are_not_compared_unless_per_unit() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [99.0, 100.0, 101.0]);
    let thousand = json!({"full_id": "http/tokio/limit=20", "throughput": {"Elements": 1000}});
    workspace
        .write("target/criterion/http_tokio_limit=20/new/benchmark.json", &thousand.to_string());
    let ran = workspace.run(&["--criterion"]);
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
        .replace("of = \"http/sequential/limit=1\"", "of = { N = 100, L = 0.05, K = 20 }")
        .replace("at-least = 2", "at-least = 0.8");
    let workspace = Workspace::new(&claim);
    workspace.measured("http/tokio/limit=20", [259.0, 260.0, 261.0]);
    let (status, verdict, ratio) = workspace.judge_one();
    assert_eq!((status, &*verdict), (Some(0), "holds"));
    assert!((ratio - 250.0 / 260.0).abs() < 1e-9, "{ratio}");
}

fn a_control_that_fails_leaves_the_claims_of_its_row_unjudged() {
    let table = "[[table]]\nrow = \"http\"\nbaseline = \"http/sequential/limit=1\"\n\
                 at = \"limit=20\"\ncontrol = \"http/tokio/limit=20\"\n";
    let workspace = Workspace::new(&[TWICE, table].concat());
    workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 8]);
    let (status, verdict, _) = workspace.judge_run();
    assert_eq!((status, &*verdict), (Some(0), "holds"));
    // The second turn of each block takes a third longer.
    let path = "target/claims/runs/2026-01-31T120000Z.jsonl";
    let slower: String = workspace
        .read(path)
        .lines()
        .map(|line| {
            let again = line.contains("\"again\":true");
            if again { line.replace("10000000", "13000000") + "\n" } else { format!("{line}\n") }
        })
        .collect();
    workspace.write(path, &slower);
    let (status, verdict, _) = workspace.judge_run();
    assert_eq!((status, &*verdict), (Some(2), "not-judged"));
    let text = workspace.run(&[]).stdout;
    assert!(text.contains("http/tokio/limit=20 took 1.300 times as long as itself"), "{text}");
}

fn blocks_are_paired_and_the_newest_run_counts() {
    let workspace = Workspace::new(TWICE);
    // Twenty times as slow in the second half, and the ratio is the same.
    let pairs = [[30.0, 10.0], [31.0, 10.0], [620.0, 200.0], [600.0, 200.0]];
    workspace.ran("2026-01-31T12:00:00Z", cores(), &[[10.0, 10.0]; 4]);
    assert_eq!(workspace.judge_run().1, "refuted");
    workspace.ran("2026-01-31T13:00:00Z", cores(), &pairs);
    let (_, verdict, ratio) = workspace.judge_run();
    assert_eq!(verdict, "holds");
    assert!((3.0..3.1).contains(&ratio), "{ratio}");
}

fn what_is_incomplete_is_not_measured() {
    let workspace = Workspace::new(TWICE);
    assert!(workspace.run(&[]).stdout.contains("nothing has been measured yet"));
    let pairs = [[30.0, 10.0]; 4];
    let busy =
        |block| if block == 3 { json!("other programs used the cores") } else { json!(null) };
    for (ends, reason) in [
        (true, "only 3 of 4 blocks of http were accepted (of the last rejected: other programs"),
        (false, "the run was cut short, with 3 of 4 blocks of http"),
    ] {
        workspace.write_run("2026-01-31T12:00:00Z", cores(), &pairs, busy, ends);
        assert_eq!(workspace.judge_run().1, "not-measured");
        let text = workspace.run(&[]).stdout;
        assert!(text.contains(reason), "{text}");
    }
    let ran = workspace.run(&["--record"]);
    assert_eq!(ran.status, Some(3));
    assert!(ran.stderr.contains("was cut short, so it is not recorded"), "{}", ran.stderr);
}

fn what_is_counted_is_exact_or_refuted() {
    let claim = |in_flight| {
        TWICE
            .replace("http/sequential/limit=1", "http/tokio/limit=20#in-flight")
            .replace("to = \"http/tokio/limit=20\"", "to = 1")
            .replace("at-least = 2", &format!("exactly = {in_flight}"))
    };
    for (in_flight, verdict) in [(20, "holds"), (21, "refuted")] {
        let workspace = Workspace::new(&claim(in_flight));
        workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 4]);
        assert_eq!(workspace.judge_run().1, verdict);
    }
}

fn several_ratios_must_be_surer_to_refute_a_claim() {
    // Of four blocks with this spread, one ratio is refuted at 95 %, and not at 99.375 %.
    let pairs = [[18.0, 10.0], [19.0, 10.0], [19.4, 10.0], [18.4, 10.0]];
    let ratio = "{ of = \"http/sequential/limit=1\", to = \"http/tokio/limit=20\" }";
    for (ratios, verdict) in [(1, "refuted"), (8, "inconclusive")] {
        let workspace = Workspace::new(&TWICE.replace(ratio, &[ratio; 8][..ratios].join(", ")));
        workspace.ran("2026-01-31T12:00:00Z", cores(), &pairs);
        assert_eq!(workspace.judge_run().1, verdict, "{ratios}");
    }
}

fn the_capacity_of_the_cores_is_that_of_the_same_blocks() {
    let at_least = |bound: &str| TWICE.replace("at-least = 2", &format!("at-least = {bound}"));
    // 3 times as fast, and all cores together do 1.6 times as much as one.
    for (bound, verdict) in [("1.8", "holds"), ("1.9", "refuted")] {
        let workspace =
            Workspace::new(&at_least(&format!("{{ factor = {bound}, of = \"capacity\" }}")));
        workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 4]);
        let (_, judged, ratio) = workspace.judge_run();
        assert_eq!(judged, verdict, "{bound}");
        assert!((ratio - 3.0 / 1.6).abs() < 1e-9, "{ratio}");
    }
    let workspace = Workspace::new(&at_least("{ factor = 0.1, of = \"P\" }"));
    workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 4]);
    let text = workspace.run(&[]).stdout;
    assert!(text.contains("1.87 [1.87, 1.87] of the capacity of the cores"), "{text}");
}

fn a_benchmark_that_failed_is_said_to_have_failed() {
    let workspace = Workspace::new(&TWICE.replace("tokio/limit", "smol/limit"));
    workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 4]);
    let text = workspace.run(&[]).stdout;
    assert!(text.contains("http/smol/limit=20: the answer is wrong"), "{text}");
}

fn figures_of_cost_of_a_task_are_paired_by_their_rounds() {
    let claim = TWICE
        .replace("http/sequential/limit=1", "cost/create/process/1")
        .replace("http/tokio/limit=20", "cost/create/thread/1");
    let workspace = Workspace::new(&claim);
    workspace.ran("2026-01-31T12:00:00Z", cores(), &[[30.0, 10.0]; 4]);
    assert!(workspace.run(&[]).stdout.contains("cost-of-a-task has not run"));
    let path = "target/claims/runs/2026-01-31T120000Z.jsonl";
    let run = workspace.read(path);
    let price = |kind: &str, samples: [f64; 3]| json!({"kind": kind, "price": "create", "size": 1, "unit": "ns", "samples": samples});
    let cost = |version| {
        let printed = json!({"version": version, "prices":
            [price("process", [30.0, 60.0, 90.0]), price("thread", [10.0, 20.0, 30.0])]});
        json!({"line": "cost", "printed": printed})
    };
    workspace.write(path, &format!("{run}{}\n", cost(1)));
    let (_, verdict, ratio) = workspace.judge_run();
    assert_eq!(verdict, "holds");
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
    workspace.write(path, &format!("{run}{}\n", cost(2)));
    assert!(workspace.run(&[]).stdout.contains("printed version 2, not 1"));
}

fn one_refuted_claim_outweighs_a_missing_one() {
    let second = TWICE.replace("\"twice\"", "\"other\"").replace("http/tokio", "http/nobody");
    let workspace = Workspace::new(&[TWICE, &second].concat());
    workspace.measured("http/sequential/limit=1", [49.0, 50.0, 51.0]);
    workspace.measured("http/tokio/limit=20", [59.0, 60.0, 61.0]);
    let (status, claims) = workspace.judge(&["--criterion"]);
    assert_eq!(status, Some(1));
    assert_eq!([&claims[0]["verdict"], &claims[1]["verdict"]], ["refuted", "not-measured"]);
    assert_eq!(workspace.run(&["--criterion", "--only", "other"]).status, Some(2));
}

fn what_is_not_understood_is_refused_in_one_line() {
    for (claims, complaint) in [
        ([TWICE, TWICE].concat(), "two claims are called twice"),
        (TWICE.replace("why", "because"), "unknown field `because`"),
        (TWICE.replace("at-least = 2", ""), "needs one of at-least, at-most, within and exactly"),
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
    assert_eq!(
        ran.stderr,
        "error: there is no claim and no row thrice; benches/claims.toml has them all\n"
    );
}

fn what_is_recorded_is_written_into_the_readmes() {
    let table = "[[table]]\nrow = \"http\"\nbaseline = \"http/sequential/limit=1\"\n\
                 at = \"limit=20\"\ncontrol = \"http/tokio/limit=20\"\n\
                 also = [{ benchmark = \"http/tokio/limit=20\", label = \"again\" }]\n";
    let workspace = Workspace::new(&[TWICE, table].concat());
    let readme = "# http\n\n<!-- measured: http -->\n<!-- end -->\n\nThe end.\n";
    workspace.write("examples-io/http/README.md", readme);
    let region = |name: &str| readme.replace("measured: http", &format!("measured: {name}"));
    workspace.write("README.md", &[region("http in short"), region("answers")].concat());
    workspace.write("docs/chapters/all-versions.md", &region("all"));
    assert_eq!(workspace.run(&["--update"]).status, Some(2));
    assert!(workspace.read("README.md").contains("Not measured yet: `cargo run"));

    let pairs = [[49.0, 10.0], [50.0, 10.0], [51.0, 10.0], [50.0, 10.0]];
    workspace.ran("2026-01-31T12:00:00Z", 2, &pairs);
    assert_eq!(workspace.run(&["--record", "--update"]).status, Some(0));
    let page = workspace.read("examples-io/http/README.md");
    for part in [
        "# http\n",
        "2 cores, made up, 2026-01-31, `--tasks 20`, 4 blocks of the run \
         [2026-01-31T120000Z](../../benches/runs/2026-01-31T120000Z.jsonl); a version against \
         itself: 1.00 [1.00, 1.00]; all cores do 1.60 times as much as one.",
        "| sequential | 50.0 ms [48.7 ms, 51.3 ms] | 1 | 1 |\n",
        "| tokio | 10.0 ms [10.0 ms, 10.0 ms] | 5.00 [4.87, 5.13] | 20 |\n",
        "| again | 10.0 ms [10.0 ms, 10.0 ms] | 5.00 [4.87, 5.13] | 20 |\n",
        "| async-std (discontinued) | not measured | not measured | – |\n",
        "- **holds**, `twice`: tokio is twice as fast. 5.00 [4.87, 5.13], should be at least 2.00\n",
        "<!-- end -->\n\nThe end.\n",
    ] {
        assert!(page.contains(part), "{part} is missing in: {page}");
    }
    let front = workspace.read("README.md");
    for part in [
        "| sequential | 50.0 ms | 1 |\n",
        "| tokio | 10.0 ms | 5.00 [4.87, 5.13] |\n",
        "[2026-01-31T120000Z](benches/runs/2026-01-31T120000Z.jsonl)",
        "| [http](examples-io/http/README.md) | http | tokio 5.00 [4.87, 5.13] | tokio 5.00",
    ] {
        assert!(front.contains(part), "{part} is missing in: {front}");
    }
    let all = workspace.read("docs/chapters/all-versions.md");
    for part in [
        "| [http](../../examples-io/http/README.md) |",
        "| [5.00](../../examples-io/http/tokio/src/lib.rs) |",
    ] {
        assert!(all.contains(part), "{part} is missing in: {all}");
    }
    // A second time changes nothing.
    assert!(!workspace.run(&["--update"]).stderr.contains("updated"));
    // What is recorded can be judged again.
    let recorded = workspace.run(&["--recorded", "--json"]).json();
    assert_eq!(recorded["claims"][0]["verdict"], "holds");
}

fn a_run_that_cannot_be_read_is_an_error_that_names_the_line() {
    let workspace = Workspace::new(TWICE);
    for (text, complaint) in [
        ("", "line 1: a run begins with what is measured, where and how"),
        ("{\"line\":\"run\"}\n", "line 1: missing field"),
        ("rubbish\n", "line 1: expected value"),
    ] {
        workspace.write("benches/runs/2026-01-31T120000Z.jsonl", text);
        let ran = workspace.run(&["--recorded"]);
        assert_eq!(ran.status, Some(3), "{}", ran.stdout);
        assert!(ran.stderr.contains(complaint), "{complaint}: {}", ran.stderr);
    }
}

fn markdown_has_a_line_for_each_ratio() {
    let workspace = Workspace::new(TWICE);
    workspace.measured("http/sequential/limit=1", [50.0; 3]);
    workspace.measured("http/tokio/limit=20", [10.0; 3]);
    let text = workspace.run(&["--criterion", "--markdown"]).stdout;
    let line = "| tokio is twice as fast. | **holds** | http/sequential/limit=1 : \
                http/tokio/limit=20 | 5.00 [5.00, 5.00] | at least 2.00 |\n";
    assert!(text.contains(line), "{text}");
}
