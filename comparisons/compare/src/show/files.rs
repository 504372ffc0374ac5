//! Files for what is drawn.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Finds out whether these files can be written, and pages into this folder, before minutes have gone
/// into measuring.
///
/// # Errors
/// One of them cannot.
pub(crate) fn ensure_writable(files: &[&Option<PathBuf>], folder: Option<&Path>) -> Result<()> {
    for path in files.iter().copied().flatten() {
        ensure_file(path)?;
    }
    if let Some(folder) = folder {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        ensure_file(&folder.join("index.html"))?;
    }
    Ok(())
}

fn ensure_file(path: &Path) -> Result<()> {
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
