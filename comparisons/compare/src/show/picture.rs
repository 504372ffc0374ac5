//! The race as a picture: which versions are in it, and what is said of it.

use std::time::Duration;

use figures::{
    machine::{Load, Machine},
    words,
};
use picture::race::{self, Lane, Race};

use crate::{
    judge::comparison::{Comparison, Status, Version},
    run::traces::Traced,
};

/// The race of a row as an animated SVG. What each version did meanwhile is drawn from its trace, if
/// it has one.
#[must_use]
pub(crate) fn race(comparison: &Comparison, traces: &[Traced], load: &Load) -> String {
    race::draw(&describe(comparison, traces, load, &Machine::here()))
}

/// Sequential on top, below it the others, the fastest first. What is not right has no lane, and is
/// named below the others.
fn describe(comparison: &Comparison, traces: &[Traced], load: &Load, machine: &Machine) -> Race {
    let versions = comparison.baseline().into_iter().chain(comparison.ranked());
    let lanes: Vec<Lane> = versions.filter_map(|version| lane(version, traces)).collect();
    let job = comparison.job.as_ref().map(|job| job.headline.clone());

    let rounds = words::count(comparison.rounds, "round");
    let mut notes = vec![format!("Measured in {rounds} on {machine}.")];
    if let Some(warning) = load.warning() {
        notes.push(format!("Others used the machine, too: {warning}."));
    }
    if let Some(traced) = traces.first().filter(|_| lanes.iter().any(|lane| !lane.units.is_empty()))
    {
        let unit = &traced.unit;
        notes
            .push(format!("A light line in a bar: a {unit} is done, as one more run recorded it."));
    }
    let wrong = comparison.versions.iter().filter(|version| version.status != Status::Ok);
    let wrong: Vec<&str> = wrong.map(|version| version.approach.label()).collect();
    if !wrong.is_empty() {
        notes.push(format!(
            "Not shown, since it failed or its answer is wrong: {}.",
            words::list(&wrong)
        ));
    }
    Race { name: comparison.row.clone(), job: job.unwrap_or_default(), lanes, notes }
}

/// The lane of a version; `None` if it was not measured.
fn lane(version: &Version, traces: &[Traced]) -> Option<Lane> {
    let wall = Duration::from_secs_f64(version.mean_wall_ns? / 1e9);
    let remark = version
        .speed_up
        .filter(|_| !version.approach.is_baseline())
        .map(|speed_up| format!("{} times as fast", words::ratio(speed_up.value)));
    let recorded =
        traces.iter().find(|trace| trace.report.approach.name() == version.approach.name());
    let units = recorded.map(|run| {
        // The recorded run is not one of the measured ones: its clock is made to fit theirs.
        let scale = wall.as_nanos() as f64 / run.recorded.length().max(1) as f64;
        run.recorded.ends().into_iter().map(|end| end.mul_f64(scale)).collect()
    });
    Some(Lane {
        name: version.approach.label().to_owned(),
        wall,
        remark: remark.unwrap_or_default(),
        is_baseline: version.approach.is_baseline(),
        units: units.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use workspace::Side;

    use super::*;
    use crate::{judge::comparison::tests::compare, samples::runs};

    fn example(comparison: &Comparison, free: f64) -> Race {
        let load = Load { cores: 2, free_cores: Some(free) };
        let machine =
            Machine { cores: 2, processor: Some("a core".into()), system: "linux".into() };
        describe(comparison, &[], &load, &machine)
    }

    #[test]
    fn sequential_is_on_top_and_the_fastest_of_the_others_follows() {
        let comparison = compare(
            Side::Io,
            vec![
                runs("threads", &[50, 50, 50], 10, 20),
                runs("sequential", &[1000, 1000, 1000], 10, 1),
                runs("tokio", &[40, 40, 40], 10, 20),
            ],
        );
        let race = example(&comparison, 2.0);
        let lanes: Vec<(&str, &str)> =
            race.lanes.iter().map(|lane| (&*lane.name, &*lane.remark)).collect();
        assert_eq!(
            lanes,
            [
                ("sequential", ""),
                ("tokio", "25.0 times as fast"),
                ("threads", "20.0 times as fast")
            ]
        );
        assert_eq!(race.lanes[1].wall, Duration::from_millis(40));
        assert_eq!(race.job, "100 units");
        assert_eq!(race.notes, ["Measured in 3 rounds on 2 cores, a core, linux."]);
    }

    #[test]
    fn what_is_wrong_and_what_disturbed_is_said() {
        let mut rayon = runs("rayon", &[1, 1], 1, 2);
        rayon.reports[1].answer = 41.into();
        let comparison = compare(Side::Cpu, vec![runs("sequential", &[10, 10], 10, 1), rayon]);
        let race = example(&comparison, 0.5);
        assert_eq!(race.lanes.len(), 1);
        let notes = race.notes.join(" ");
        assert!(notes.contains("only 0.5 of 2 cores are idle"), "{notes}");
        assert!(notes.ends_with("its answer is wrong: rayon."), "{notes}");
    }
}
