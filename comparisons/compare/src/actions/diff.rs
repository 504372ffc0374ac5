//! Shows two versions beside each other: `compare diff http threads tokio`.

use std::io::{self, Write};

use anyhow::Result;
use workspace::Workspace;

use crate::{
    find::selection,
    show::{
        diff::{self, Form},
        table::Look,
    },
};

/// Shows the code of two versions of a row.
pub(crate) fn print(
    workspace: &Workspace,
    row: &str,
    versions: [&str; 2],
    form: Form,
    look: Look,
) -> Result<bool> {
    let [left, right] = versions.map(|name| selection::version(workspace, row, name));
    write!(io::stdout(), "{}", diff::diff(left?, right?, form, look)?)?;
    Ok(true)
}
