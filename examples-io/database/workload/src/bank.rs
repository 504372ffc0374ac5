//! The tables of one run, from creation to removal.

use std::{
    fmt, process,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    books::Books, fault::Fault, ledger::Opening, place::Place, postgresql, settings::Settings,
    sqlite,
};

/// How long the tables' removal may take if Ctrl-C ends the program.
const HURRY: Duration = Duration::from_millis(500);
/// How long it may take otherwise, and how long to wait for a connection before the job and after it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The tables of one run. They are removed when this is dropped.
pub(crate) struct Bank {
    settings: Settings,
    /// SQLite's tables; those of PostgreSQL need no connection that stays open.
    sqlite: Option<sqlite::Bank>,
    /// Our own file, in its own folder.
    ours: Option<TempDir>,
}

impl Bank {
    /// Makes the tables in the database that the user names, or in a temporary one.
    pub(crate) fn open(
        place: Option<&Place>,
        opening: Opening,
        settings: impl FnOnce(Place, String) -> Settings,
    ) -> Result<(Self, Settings)> {
        let mut ours = None;
        let place = if let Some(place) = place {
            place.clone()
        } else {
            let folder = tempfile::Builder::new().prefix("meanwhile-database-").tempdir();
            let folder = folder.context("cannot make a temporary folder")?;
            harness::interrupt::remove_on_interrupt(folder.path());
            Place::Sqlite(ours.insert(folder).path().join("accounts.sqlite"))
        };
        let settings = settings(place, unique());
        if ours.is_none() {
            let settings = settings.clone();
            harness::interrupt::clear_on_interrupt(move || {
                // A thread that has just written would take SQLite's lock again before this one
                // gets it.
                settings.end();
                remove_or_warn(&settings, HURRY);
            });
        }
        // The tables are made in one transaction, so if it fails there is nothing to remove.
        let mut sqlite = None;
        match &settings.place {
            Place::Sqlite(file) => {
                let opened = sqlite::Bank::open(file, ours.is_some(), &settings, opening);
                sqlite = Some(opened.with_context(|| cannot_use(&settings.place))?);
            }
            Place::Postgres(server) => postgresql::create(server, &settings, opening, PATIENCE)
                .with_context(|| cannot_use(&settings.place))?,
        }
        let bank = Self { settings: settings.clone(), sqlite, ours };
        Ok((bank, settings))
    }

    /// The contents of the tables.
    pub(crate) fn books(&self) -> Result<Books, Fault> {
        match (&self.settings.place, &self.sqlite) {
            (Place::Postgres(server), _) => postgresql::books(server, &self.settings, PATIENCE),
            (Place::Sqlite(_), sqlite) => {
                sqlite.as_ref().expect("`open` has opened the file").books()
            }
        }
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        // The connection goes first, since it holds the file.
        drop(self.sqlite.take());
        // Our own file goes with its folder.
        if self.ours.is_none() {
            remove_or_warn(&self.settings, PATIENCE);
        }
    }
}

impl fmt::Debug for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bank").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Removes the tables from the user's database, or says on stderr that they are left there.
fn remove_or_warn(settings: &Settings, patience: Duration) {
    if let Err(fault) = remove(settings, patience) {
        let (place, schema) = (&settings.place, settings.schema());
        let warning = format!("{schema} was left in {place}: {fault}");
        harness::message::line(format_args!("warning: {warning}"));
    }
}

fn remove(settings: &Settings, patience: Duration) -> Result<(), Fault> {
    match &settings.place {
        Place::Sqlite(file) => sqlite::remove(file, settings, patience),
        Place::Postgres(server) => postgresql::remove(server, settings, patience),
    }
}

fn cannot_use(place: &Place) -> String {
    format!("cannot use {place}")
}

/// A unique name for this run.
fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}_{}", process::id(), now.as_nanos())
}
