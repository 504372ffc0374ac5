//! Paths for people.

use std::path::Path;

/// A path as text. It is escaped if it is no text or would upset a terminal.
pub(crate) fn shown(path: &Path) -> String {
    match path.to_str() {
        Some(text) if !text.contains(char::is_control) => text.into(),
        _ => path.as_os_str().as_encoded_bytes().escape_ascii().to_string(),
    }
}
