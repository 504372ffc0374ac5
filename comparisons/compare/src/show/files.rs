//! Files for what is drawn.

use std::{
    fs::{self, File},
    path::Path,
};

use anyhow::{Context, Result};

/// Finds out whether a file can be written, before minutes have gone into measuring.
///
/// # Errors
/// It cannot.
pub(crate) fn ensure_writable(path: &Path) -> Result<()> {
    let opened = File::options().create(true).append(true).open(path);
    opened.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// Writes a file.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
