//! Files of JSON.

use std::{fs, path::Path};

use serde::de::DeserializeOwned;

/// What the file says, or why it cannot be used.
pub(crate) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
