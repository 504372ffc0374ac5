//! Files of JSON: how they are read, and how they are kept.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

/// What the file says, or why it cannot be used.
pub(crate) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes the file, and makes its folder first. Whoever reads it sees the old one or the new one.
pub(crate) fn keep(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).with_context(cannot)?;
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, text).with_context(cannot)?;
    fs::rename(&unfinished, path).with_context(cannot)
}
