//! What a process does that was started to be measured, and not to measure.
//!
//! Such a process is this program, started again with its role in the environment. All of them end
//! when their stdin does, and so with the process that started them, however that ends.

use std::{
    env,
    io::{self, Read, Write},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

use crate::measure::{
    link::{LAST, TOKEN},
    piece::Piece,
};

/// The environment variable that gives a process its role.
const ROLE: &str = "MEANWHILE_COST_ROLE";

/// The environment variable with the number of steps that such a process is to do.
const STEPS: &str = "MEANWHILE_COST_STEPS";

/// What a process is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// To do a piece of work and to end.
    Work,
    /// To say that it is there, and to wait.
    Wait,
    /// To hand on what it is given, as a station of a ring.
    HandOn,
    /// To receive messages, and to answer the last one.
    Receive,
}

const ROLES: [(Role, &str); 4] = [
    (Role::Work, "work"),
    (Role::Wait, "wait"),
    (Role::HandOn, "hand-on"),
    (Role::Receive, "receive"),
];

/// If this process has a role, plays it and ends. It must come first in `main`: whatever precedes
/// it is part of what is measured.
pub fn play() {
    let Some(name) = env::var_os(ROLE) else { return };
    let role = ROLES.iter().find(|(_, known)| name == **known).map(|(role, _)| *role);
    let status = match role.map(perform) {
        Some(Ok(())) => 0,
        // Whoever is at the other end has gone, which is how a ring ends.
        Some(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Some(Err(_)) | None => 1,
    };
    std::process::exit(status);
}

fn perform(role: Role) -> io::Result<()> {
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let mut say = |bytes: &[u8]| stdout.write_all(bytes).and_then(|()| stdout.flush());
    let mut token = TOKEN;
    match role {
        Role::Work => {
            let steps = env::var(STEPS).ok().and_then(|steps| steps.parse().ok());
            steps.map_or(Piece::NOTHING, Piece).work();
        }
        Role::Wait => {
            say(&TOKEN)?;
            io::copy(&mut stdin, &mut io::sink())?;
        }
        Role::HandOn => {
            while stdin.read_exact(&mut token).is_ok() {
                say(&token)?;
            }
        }
        Role::Receive => {
            while stdin.read_exact(&mut token).is_ok() {
                if token == LAST {
                    say(&token)?;
                }
            }
        }
    }
    Ok(())
}

/// The command that starts a process which does this piece of work and ends.
pub(crate) fn command_that_works(piece: Piece) -> io::Result<Command> {
    let mut command = command(Role::Work)?;
    command.env(STEPS, piece.0.to_string());
    Ok(command)
}

/// The command that starts a process with this role.
pub(crate) fn command(role: Role) -> io::Result<Command> {
    let (_, name) = ROLES.iter().find(|(known, _)| *known == role).expect("all roles are listed");
    let mut command = Command::new(env::current_exe()?);
    command.env(ROLE, name).stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}
