//! Has mdBook make the book, and adds the slides.

use std::{cell::RefCell, fs, io, path::Path, rc::Rc};

use anyhow::{Context, Result, ensure};
use mdbook_driver::{MDBook, config::Config};
use workspace::Workspace;

use crate::{links::Needed, preprocessor::Lessons, slides};

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
    let needed = Rc::new(RefCell::new(Needed::default()));
    let mut config = Config::from_disk(folder.join("book.toml"))?;
    config.build.build_dir.clone_from(&out);
    let mut book = MDBook::load_with_config(&folder, config)?;
    book.with_preprocessor(Lessons::new(Workspace::at(root)?, Rc::clone(&needed)));
    book.build()?;

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
