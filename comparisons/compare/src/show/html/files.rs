//! The files of the pages.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use picture::svg::escaped;

use super::page::{self, Page};

/// Writes the pages into a folder, and returns the path of the one to open: of a single row it is
/// that row's page, and otherwise a list of the rows, each of which has a file of its own.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn write(folder: &Path, pages: &[Page]) -> Result<PathBuf> {
    if let [only] = pages {
        return write_only(folder, &page::page(only, false)?);
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let index = folder.join("index.html");
    for page in pages {
        let path = folder.join(format!("{}.html", page.comparison.row));
        write_file(&path, &page::page(page, true)?)?;
    }
    write_file(&index, &list(pages))?;
    Ok(index)
}

/// Writes a page that is the only one of its folder, and returns its path.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write_only(folder: &Path, page: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let index = folder.join("index.html");
    write_file(&index, page)?;
    Ok(index)
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The list of the rows. It does not tell the results, since each page asks for a prediction first.
fn list(pages: &[Page]) -> String {
    let rows = pages.iter().map(|page| {
        let row = escaped(&page.comparison.row);
        let title = escaped(&page.title());
        format!("<li><a href=\"{row}.html\">{title}</a></li>\n")
    });
    page::document(
        "Versions compared",
        &format!(
            "<header><h1>Versions compared</h1></header>\n<main><ul class=\"rows\">\n{}</ul></main>\n",
            rows.collect::<String>()
        ),
    )
}
