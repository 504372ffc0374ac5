//! A sweep as curves: what the chart in the terminal and the picture draw.

use figures::{
    machine::{Load, Machine},
    words,
};
use harness::duration;
use picture::curves::{self, Chart, Curves, Point, Value};
use workspace::BASELINE;

use crate::judge::sweep::{Outcome, Step, Swept};

/// The curves of a sweep as a file of its own.
#[must_use]
pub(crate) fn svg(swept: &Swept, row: &str, load: &Load) -> String {
    let rounds = words::count(swept.rounds(), "round");
    let machine = Machine::here();
    let mut notes = vec![format!("Measured in {rounds} for each value on {machine}.")];
    if let Some(warning) = load.warning() {
        notes.push(format!("Others used the machine, too: {warning}."));
    }
    curves::file(&curves(swept, row, notes))
}

/// The curves of all versions, and the theoretical one.
#[must_use]
pub(crate) fn curves(swept: &Swept, row: &str, notes: Vec<String>) -> Curves {
    let charts = swept.versions().into_iter().map(|(name, label)| Chart {
        remarks: swept.clauses(&name),
        points: swept.along(&name).into_iter().map(point).collect(),
        label,
    });
    Curves {
        id: "sweep".into(),
        title: format!("{row}, by --{}", swept.flag),
        flag: swept.flag.clone(),
        baseline: BASELINE.name.into(),
        values: swept.steps.iter().map(|step| value(&step.value)).collect(),
        at_best: swept.steps.iter().map(Step::at_best).collect(),
        charts: charts.collect(),
        notes,
    }
}

fn point(outcome: Outcome) -> Point {
    match outcome {
        Outcome::Wins(speed_up) => Point::Wins(speed_up),
        Outcome::Even(speed_up) | Outcome::Loses(speed_up) => Point::Even(speed_up),
        Outcome::Breaks(_) => Point::Breaks,
        Outcome::Unknown => Point::Unknown,
    }
}

/// A value of the flag: a number, a time, or anything else.
fn value(text: &str) -> Value {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    let time = || duration::parse(text).ok().map(|time| time.as_secs_f64());
    Value { text: text.to_owned(), number: number.or_else(time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sweep::tests::example;

    #[test]
    fn the_curves_show_the_outcomes() {
        let curves = curves(&example(), "http", Vec::new());
        let kind = |point: &Point| match point {
            Point::Wins(_) => "wins",
            Point::Even(_) => "even",
            Point::Breaks => "breaks",
            Point::Unknown => "unknown",
        };
        let kinds = |chart: &Chart| chart.points.iter().map(kind).collect::<Vec<_>>();
        assert_eq!(kinds(&curves.charts[0]), ["even", "wins", "wins", "wins"]);
        assert_eq!(kinds(&curves.charts[1]), ["even", "wins", "even", "breaks"]);
        assert_eq!(curves.charts[0].remarks, ["wins from limit = 2 on"]);
    }

    #[test]
    fn numbers_and_times_have_a_place_and_other_values_do_not() {
        let number = |text: &str| value(text).number;
        assert_eq!([number("4"), number("50ms"), number("2s")], [Some(4.0), Some(0.05), Some(2.0)]);
        assert_eq!([number("cold"), number("inf")], [None, None]);
    }
}
