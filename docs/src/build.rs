//! Has mdBook make the book, and adds the slides.

use std::{cell::RefCell, collections::BTreeMap, fs, io, path::Path, rc::Rc};

use anyhow::{Context, Result, ensure};
use mdbook_driver::{MDBook, config::Config};
use serde::Serialize;
use workspace::Workspace;

use crate::{links::Needed, navigation, preprocessor::Lessons, rows, slides};

/// Builds the book of the workspace at `root` into the folder `out`, whose contents it replaces.
///
/// # Errors
/// A text asks for something that is not there, a file cannot be read or written, or `out` holds
/// something else than a book.
pub fn build(root: &Path, out: &Path) -> Result<()> {
    let folder = root.join("docs");
    // mdBook takes a relative path from its own folder, and the user means it from theirs.
    let out = std::path::absolute(out).with_context(|| format!("cannot use {}", out.display()))?;
    ensure!(
        may_be_replaced(&out).with_context(|| format!("cannot read {}", out.display()))?,
        "{} holds something else than a book, and would be cleared",
        out.display()
    );
    let workspace = Workspace::at(root)?;
    let needed = Rc::new(RefCell::new(Needed::default()));
    let mut config = Config::from_disk(folder.join("book.toml"))?;
    config.build.build_dir.clone_from(&out);
    if let Some(repository) = repository(root)? {
        config.set("output.html.git-repository-url", repository)?;
    }
    // Whoever searches looks for an explanation; the code is a click away from it.
    let code = rows::code_pages(&workspace).into_iter();
    let unsearched: BTreeMap<String, Unsearched> =
        code.map(|page| (page, Unsearched { enable: false })).collect();
    config.set("output.html.search.chapter", unsearched)?;
    let mut book = MDBook::load_with_config(&folder, config)?;
    book.with_preprocessor(Lessons::new(workspace, Rc::clone(&needed)));
    book.build()?;
    navigation::rewrite(&out, &needed.borrow().places)?;

    // The renderer has cleared the folder first, so that all else comes last.
    slides::write(&Workspace::at(root)?, &out)?;
    for (script, text) in &needed.borrow().scripts {
        let to = out.join(script);
        let folder = to.parent().expect("a script lies within the folder of the book");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&to, text))
            .with_context(|| format!("cannot write {}", to.display()))?;
    }
    for picture in &needed.borrow().pictures {
        let to = out.join(picture);
        let folder = to.parent().expect("a picture lies within the folder of the book");
        fs::create_dir_all(folder)
            .and_then(|()| fs::copy(root.join(picture), &to))
            .with_context(|| format!("cannot copy {picture} to {}", to.display()))?;
    }
    Ok(())
}

/// How mdBook is told to leave a page out of the search.
#[derive(Debug, Serialize)]
struct Unsearched {
    enable: bool,
}

/// Where the sources are published, if the manifest says so.
fn repository(root: &Path) -> Result<Option<String>> {
    let path = root.join("Cargo.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: toml::Table =
        toml::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))?;
    let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let repository = package.and_then(|package| package.get("repository"));
    Ok(repository.and_then(toml::Value::as_str).map(ToOwned::to_owned))
}

/// Whether nothing is lost with the contents of a folder: there is none, or it is empty, or holds
/// a book, in which mdBook always leaves a file of this name.
fn may_be_replaced(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none() || folder.join(".nojekyll").exists()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_linked_only_if_the_manifest_names_one() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let repository = |manifest: &str| {
            fs::write(folder.path().join("Cargo.toml"), manifest).expect("a file can be written");
            repository(folder.path()).expect("it is a manifest")
        };
        assert_eq!(repository("[workspace.package]\nversion = \"1.0.0\"\n"), None);
        let url = "https://example.org/meanwhile";
        let manifest = format!("[workspace.package]\nrepository = \"{url}\"\n");
        assert_eq!(repository(&manifest).as_deref(), Some(url));
    }

    #[test]
    fn only_a_book_is_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let may_be_replaced = |path: &Path| may_be_replaced(path).expect("it can be read");
        assert!(may_be_replaced(&folder.path().join("new")));
        assert!(may_be_replaced(folder.path()));
        fs::write(folder.path().join("thesis.txt"), "").expect("a file can be written");
        assert!(!may_be_replaced(folder.path()));
        let error = build(Path::new("nowhere"), folder.path()).expect_err("it is no book");
        assert!(error.to_string().contains("holds something else than a book"), "{error:#}");
        fs::write(folder.path().join(".nojekyll"), "").expect("a file can be written");
        assert!(may_be_replaced(folder.path()));
    }
}
