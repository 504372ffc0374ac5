//! The pairs of a wrong and a right way, as their folders show them:
//! `comparisons/pairs/<number>-<chapter>/<pair>`. Adding a folder is all that it takes to be found.

use std::{fs, path::PathBuf};

use crate::rows::{Workspace, WorkspaceError, folders};

/// Where the chapters are, from the root on.
pub const FOLDER: &str = "comparisons/pairs";

/// Pairs about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its name, which is that of its folder without the number: `concurrent-or-parallel`.
    pub name: String,
    /// Its pairs, by name.
    pub pairs: Vec<Pair>,
}

/// One pair: a package with a program that shows a wrong way and a right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name of its folder, of its package and of its program.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// What it is about: the first paragraph of its README, on one line.
    pub gist: String,
}

impl Chapter {
    /// Its name as a heading: `Concurrent or parallel`.
    #[must_use]
    pub fn title(&self) -> String {
        let text = self.name.replace('-', " ");
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    }
}

impl Workspace {
    /// The chapters of pairs, in the order of their numbers.
    ///
    /// # Errors
    /// A folder or a README of them cannot be read.
    pub fn pairs(&self) -> Result<Vec<Chapter>, WorkspaceError> {
        let mut chapters = Vec::new();
        for (name, folder) in folders(&self.root().join(FOLDER))? {
            // Beside the chapters lies what lists them.
            let Some((number, name)) = name.split_once('-') else { continue };
            if number.parse::<u32>().is_err() {
                continue;
            }
            let pairs: Result<Vec<Pair>, WorkspaceError> =
                folders(&folder)?.into_iter().map(|(name, folder)| pair(name, folder)).collect();
            chapters.push(Chapter { name: name.into(), pairs: pairs? });
        }
        Ok(chapters)
    }
}

fn pair(name: String, folder: PathBuf) -> Result<Pair, WorkspaceError> {
    let path = folder.join("README.md");
    let readme =
        fs::read_to_string(&path).map_err(|source| WorkspaceError::Unreadable { path, source })?;
    Ok(Pair { name, gist: first_paragraph(&readme), folder })
}

/// The first paragraph below the title, on one line.
fn first_paragraph(readme: &str) -> String {
    let below = readme.lines().skip_while(|line| line.is_empty() || line.starts_with('#'));
    below.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_by_their_folders_in_the_order_of_the_chapters() {
        let tree = tempfile::tempdir().expect("a temporary folder can be made");
        for (pair, readme) in [
            ("2-sharing/lock-order", "# Lock order\n\nTwo locks\nin two orders.\n\nMore.\n"),
            ("1-concurrent-or-parallel/await-in-a-loop", "# Await in a loop\n\nOne by one.\n"),
            ("src/nothing", ""),
        ] {
            let folder = tree.path().join(FOLDER).join(pair);
            fs::create_dir_all(&folder).expect("it can be made");
            fs::write(folder.join("README.md"), readme).expect("it can be written");
        }
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let chapters = workspace.pairs().expect("they can be read");
        let found: Vec<(String, &str, &str)> = chapters
            .iter()
            .flat_map(|chapter| chapter.pairs.iter().map(|pair| (chapter.title(), pair)))
            .map(|(title, pair)| (title, &*pair.name, &*pair.gist))
            .collect();
        assert_eq!(
            found,
            [
                ("Concurrent or parallel".into(), "await-in-a-loop", "One by one."),
                ("Sharing".into(), "lock-order", "Two locks in two orders."),
            ]
        );
    }
}
