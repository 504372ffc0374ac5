//! `compare --sweep`, on the fake workspace of [`compare`](super::compare): there, tokio takes 5 s
//! divided by its limit, and rayon always half of sequential's time.

use std::fs;

use roxmltree::{Document, Node};
use serde_json::json;

use super::compare::{assert_contains, compare};
use crate::suite::{Test, tests};

/// All tests of sweeps.
pub(super) fn tests() -> Vec<Test> {
    tests!("compare", Shared:
        a_sweep_compares_a_row_at_each_value_of_a_flag,
        a_sweep_tells_where_a_version_breaks,
        a_sweep_is_drawn_as_curves,
        a_sweep_that_makes_no_sense_is_refused,
    )
}

const SWEEP: [&str; 5] = ["good", "--only", "tokio,rayon", "--sweep", "limit=1,2,50"];

fn a_sweep_compares_a_row_at_each_value_of_a_flag() {
    let ran = compare(&[&SWEEP[..], &["--runs", "3"]].concat());
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_contains(&text, "by --limit; 3 rounds for each value. --limit 1 2 50 rayon 2.00");
    assert_contains(&text, "tokio 1.00 2.00 49.0 at best 1.00 2.00 50.0");
    assert_contains(&text, "│ sequential, ┊ the theoretical limit.");
    assert_contains(&text, "- rayon wins from limit = 1 on; its best is 2.00");
    assert_contains(&text, "- tokio wins from limit = 2 on; its best is 49.0");
    let json = compare(&[&SWEEP[..], &["--runs", "3", "--json"]].concat()).json();
    assert_eq!(json["steps"][1]["value"], "2");
    assert_eq!(json["steps"][1]["comparison"]["flags"], json!(["--limit", "2"]));
    assert_eq!(json["at_best"], json!([1.0, 2.0, 50.0]));
    let crossing = json!([{ "value": "2", "what": "wins", "reason": null }]);
    assert_eq!(json["versions"][1], json!({ "approach": "tokio", "crossings": crossing }));
    // A single round tells nothing for sure.
    let ran = compare(&[&SWEEP[..], &["--runs", "1"]].concat());
    assert_contains(&ran.stdout, "- tokio shows no measurable gain at any value");
    assert_contains(&ran.stdout, "- Fewer than three rounds can't tell a difference from noise");
}

fn a_sweep_tells_where_a_version_breaks() {
    let sweep = ["good", "--only", "tokio", "--sweep", "mischief=flood,abort,silence"];
    let json = compare(&[&sweep[..], &["--runs", "3", "--json"]].concat());
    assert_eq!(json.status, Some(1), "{}", json.stderr);
    let crossings = json.json()["versions"][0]["crossings"].clone();
    assert_eq!((&crossings[0]["value"], &crossings[0]["what"]), (&json!("flood"), &json!("wins")));
    assert_eq!(
        (&crossings[1]["value"], &crossings[1]["what"]),
        (&json!("abort"), &json!("breaks"))
    );
    // It breaks once, and stays broken.
    assert_eq!(crossings.as_array().map(Vec::len), Some(2), "{crossings}");
    assert_contains(&json.stdout, "it breaks at mischief = abort (in round 1: signal: 6");
}

fn a_sweep_is_drawn_as_curves() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("sweep.svg");
    let file = path.to_str().expect("its name is Unicode");
    let csv = compare(&[&SWEEP[..], &["--runs", "3", "--csv", "--svg", file]].concat());
    assert_eq!(csv.status, Some(0), "{}", csv.stderr);
    // Three versions in three rounds at three values.
    assert!(
        csv.stdout.starts_with("\"limit\",version,round,wall_s\n\"1\",\"sequential\",1,5.000000\n")
    );
    assert_eq!(csv.stdout.lines().count(), 1 + 3 * 3 * 3);

    let svg = fs::read_to_string(&path).expect("it is written");
    let document = Document::parse(&svg).expect("it is well-formed");
    let charts = of_class(&document.root(), "version");
    let dots = |chart: &Node| ["wins", "even"].map(|class| of_class(chart, class).len());
    // rayon wins everywhere; tokio does not with one in flight.
    assert_eq!(charts.iter().map(dots).collect::<Vec<_>>(), [[3, 0], [2, 1]], "{svg}");
    // The theoretical curve is in both, and goes through three values.
    for chart in &charts {
        let [limit] = of_class(chart, "limit")[..] else { panic!("{svg}") };
        let path = limit.attribute("d").unwrap_or_default();
        assert_eq!((path.matches('M').count(), path.matches('L').count()), (1, 2), "{path}");
    }
    let words = document.descendants().find(|node| node.has_tag_name("desc"));
    let words = words.and_then(|words| words.text()).unwrap_or_default();
    assert_contains(words, "tokio: wins from limit = 2 on.");
    assert_contains(words, "The limit is 1.00 at 1, 2.00 at 2, 50.0 at 50.");
}

fn a_sweep_that_makes_no_sense_is_refused() {
    for (arguments, complaint) in [
        (&["good", "--sweep", "limit=1"][..], "limit=1,2,4"),
        (&["good", "broken", "--sweep", "limit=1,2"], "--sweep compares one row"),
    ] {
        let ran = compare(arguments);
        assert_eq!(ran.status, Some(2), "{}", ran.stderr);
        assert_contains(&ran.stderr, complaint);
    }
    // Nothing has been built or run by then, or there would be more lines.
    let ran = compare(&[&SWEEP[..], &["--svg", "/no/such/folder/sweep.svg"]].concat());
    ran.refused(1, "error: cannot write /no/such/folder/sweep.svg");
}

fn of_class<'a>(node: &Node<'a, 'a>, class: &str) -> Vec<Node<'a, 'a>> {
    node.descendants().filter(|node| node.attribute("class") == Some(class)).collect()
}
