//! Files and folders.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use crate::cells::children;

/// The text of a file.
pub(super) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Makes a file, and the folder that it lies in.
pub(super) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder"))
        .expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}

/// The folders in a folder by name, but for hidden ones.
pub(super) fn folders(folder: &Path) -> Vec<PathBuf> {
    let visible = |path: &PathBuf| {
        path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    };
    let mut folders: Vec<PathBuf> =
        children(folder).into_iter().filter(|path| path.is_dir() && visible(path)).collect();
    folders.sort();
    folders
}

/// All files in a folder and below it, but for hidden folders and for what cargo has made.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        children(folder).into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    let below = folders(folder).into_iter().filter(|folder| !folder.ends_with("target"));
    files.extend(below.flat_map(|folder| self::files(&folder)));
    files
}

/// All pages among these files.
pub(crate) fn pages(folder: &Path) -> Vec<PathBuf> {
    let is_page = |file: &PathBuf| file.extension().is_some_and(|end| end == "md");
    files(folder).into_iter().filter(is_page).collect()
}

/// The path without `.` and `..`.
pub(super) fn normalised(path: &Path) -> PathBuf {
    let mut normalised = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normalised.pop();
            }
            other => normalised.push(other),
        }
    }
    normalised
}
