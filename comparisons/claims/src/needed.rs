//! What has to be measured to judge claims and to fill tables.

use std::collections::BTreeSet;

use workspace::Workspace;

use crate::{
    blocks::Needed,
    commands, cost, counts,
    evidence::row,
    results::shown,
    statement::{self, Claim, Claims},
};

/// The benchmarks that these claims need on a machine with as many cores, with those of the tables of
/// these rows, and the control of every row that is measured at all.
#[must_use]
pub fn needed(
    workspace: &Workspace,
    claims: &Claims,
    selected: &[&Claim],
    tables: &[&str],
    cores: usize,
) -> Needed {
    let judged = || selected.iter().filter(|claim| claim.needs_cores <= cores);
    let names = judged().flat_map(|claim| claim.names());
    let tables = claims.tables.iter().filter(|table| tables.contains(&&*table.row));
    let shown = tables.flat_map(|table| shown(table, workspace));
    let shown = shown.flat_map(|shown| [shown.benchmark, shown.baseline]);
    let all: BTreeSet<String> = names
        .map(ToOwned::to_owned)
        .chain(shown)
        .map(|name| statement::on_cores(&name, cores))
        .collect();

    let mut needed = Needed::default();
    for name in all {
        let row = row(&name).to_owned();
        if workspace.has_benchmarks(&row) || commands::is_row(&row) {
            needed.benchmarks.entry(row).or_default().push(name);
        }
    }
    for (row, benchmarks) in &mut needed.benchmarks {
        let Some(control) = claims.control(row) else { continue };
        let control = statement::on_cores(statement::split(control).0, cores);
        let already = benchmarks.iter().filter(|name| **name == control).count();
        benchmarks.extend((already..2).map(|_| control.clone()));
    }
    needed.counts = judged()
        .flat_map(|claim| claim.names())
        .filter(|name| counts::counted_by(name).is_some())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    if judged().flat_map(|claim| claim.names()).any(|name| name.starts_with(cost::PREFIX)) {
        // The program measures for all claims what it measures for one.
        needed.cost = Some(cost::arguments(claims.claims.iter().flat_map(Claim::names)));
    }
    needed
}
