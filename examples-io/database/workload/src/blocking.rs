//! A connection for the blocking cells. The calling thread waits until a transaction has ended.

use std::{borrow::Borrow, fmt, thread};

use harness::{
    Limits,
    unit::{self, On, Unit},
};

use crate::{
    attempts::{Attempts, Away, Next, Outcome, Verdicts},
    fault::Fault,
    ledger::Batch,
    place::Place,
    postgresql,
    settings::{Retries, Settings},
    sqlite,
};

/// Does a transaction: calls `attempt` with 0, then with 1 and so on, as long as another attempt
/// may help.
pub fn transact(
    batch: &Batch,
    retries: Retries,
    mut attempt: impl FnMut(usize) -> Verdicts,
) -> Outcome {
    Unit::begin(batch.index).run(|| {
        let mut attempts = Attempts::new(batch, retries);
        loop {
            match attempts.after(attempt(attempts.number())) {
                Next::Pause(pause) => unit::waiting_for(On::Timer, || thread::sleep(pause)),
                Next::Done(outcome) => return outcome,
            }
        }
    })
}

/// The connections for this run.
pub fn connections(settings: &Settings, limits: Limits) -> impl Iterator<Item = Connection> {
    (0..settings.connections(limits)).map(|_| Connection::new(settings))
}

/// A connection to the database. It is opened when it is first used, and again after it was lost.
/// It does one transaction at a time.
pub struct Connection {
    settings: Settings,
    session: Option<Session>,
    away: Away,
}

enum Session {
    Sqlite(sqlite::Session),
    Postgres(postgresql::Session),
}

impl Connection {
    /// Makes a connection to the database that these settings name.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { settings: settings.clone(), session: None, away: Away::default() }
    }

    /// Tries to do a transaction.
    pub fn attempt(&mut self, batch: &Batch) -> Verdicts {
        match self.session()? {
            // SQLite computes on this thread, and its own code marks where it waits.
            Session::Sqlite(sqlite) => sqlite.attempt(batch),
            Session::Postgres(postgres) => {
                unit::waiting_for(On::Server, || postgres.attempt(batch))
            }
        }
    }

    /// Tries to do several transactions, which share a commit if the database is SQLite. A failure
    /// in one changes nothing in the others.
    pub fn attempt_group(&mut self, batches: &[impl Borrow<Batch>]) -> Vec<Verdicts> {
        match self.session() {
            Ok(Session::Sqlite(sqlite)) => sqlite.attempt_group(batches),
            Ok(Session::Postgres(postgres)) => {
                batches.iter().map(|batch| postgres.attempt(batch.borrow())).collect()
            }
            Err(fault) => batches.iter().map(|_| Err(fault.clone())).collect(),
        }
    }

    /// The session, or a new one if there is none any more.
    fn session(&mut self) -> Result<&mut Session, Fault> {
        let open = self.session.take().filter(Session::is_open);
        let session = open.map_or_else(
            || {
                let opened = unit::waiting_for(On::Connection, || Session::open(&self.settings));
                self.away.after(opened, self.settings.retries)
            },
            Ok,
        )?;
        Ok(self.session.insert(session))
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

    fn is_open(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(postgres) => postgres.is_open(),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("settings", &self.settings).finish_non_exhaustive()
    }
}
