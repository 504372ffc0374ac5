//! Lists the rows: `compare list`.

use std::io::{self, Write};

use anyhow::Result;
use workspace::Workspace;

use crate::show::{list, table::Look};

/// Lists the rows with their questions and versions.
pub(crate) fn print(workspace: &Workspace, look: Look) -> Result<bool> {
    write!(io::stdout(), "{}", list::list(workspace, look.width))?;
    Ok(true)
}
