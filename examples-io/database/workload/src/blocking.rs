//! A connection for the blocking cells: the calling thread waits until a transaction has ended.

use std::{fmt, thread};

use harness::unit::{self, Unit};

use crate::{
    Batch, Fault, Outcome, Settings, Verdict,
    attempts::{Attempts, Next},
    place::Place,
    postgresql, sqlite,
};

/// A connection to the database, opened when it is first used. It does one transaction at a time.
pub struct Connection {
    settings: Settings,
    session: Option<Session>,
}

enum Session {
    Sqlite(sqlite::Session),
    Postgres(postgresql::Session),
}

impl Connection {
    /// Makes a connection to the database that these settings name.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { settings: settings.clone(), session: None }
    }

    /// Does a transaction, and tries again where the database asks for it.
    pub fn transact(&mut self, batch: &Batch) -> Outcome {
        let Self { settings, session } = self;
        Unit::begin(batch.index).run(|| {
            let mut attempts = Attempts::new(batch, settings);
            loop {
                match attempts.after(attempt(session, settings, batch)) {
                    Next::Pause(pause) => unit::waiting(|| thread::sleep(pause)),
                    Next::Done(outcome) => return outcome,
                }
            }
        })
    }
}

fn attempt(
    session: &mut Option<Session>,
    settings: &Settings,
    batch: &Batch,
) -> Result<Vec<Verdict>, Fault> {
    let opened = match session {
        Some(session) => session,
        None => session.insert(unit::waiting(|| Session::open(settings))?),
    };
    match opened {
        // SQLite computes on this thread; where it waits, it says so itself.
        Session::Sqlite(sqlite) => sqlite.attempt(batch),
        Session::Postgres(postgres) => {
            let result = unit::waiting(|| postgres.attempt(batch));
            if !postgres.is_open() {
                // The next transaction opens another.
                *session = None;
            }
            result
        }
    }
}

impl Session {
    fn open(settings: &Settings) -> Result<Self, Fault> {
        match &settings.place {
            Place::Sqlite(file) => sqlite::Session::open(file, settings).map(Self::Sqlite),
            Place::Postgres(server) => {
                postgresql::Session::open(server, settings).map(Self::Postgres)
            }
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("settings", &self.settings).finish_non_exhaustive()
    }
}
