//! The pairs of a wrong and a right way: a chapter for each subject, and beneath it a page for each
//! pair, with both of its files side by side. They are found by their folders.

use anyhow::Result;
use mdbook_preprocessor::book::{BookItem, Chapter, SectionNumber};
use workspace::{Workspace, pairs};

use crate::{
    links::{Pages, anchor_of},
    rows::title,
    source::{self, Source},
};

/// The files that stand side by side, and where.
const SIDES: [&str; 2] = ["src/wrong.rs", "src/right.rs"];
const SIDE_BY_SIDE: &str = "side-by-side";

/// All pairs, by chapter. What is shown where is noted in `pages`.
///
/// # Errors
/// A file cannot be read.
pub fn chapters(workspace: &Workspace, pages: &mut Pages) -> Result<Vec<BookItem>> {
    let chapters = workspace.pairs()?.into_iter();
    chapters.map(|chapter| Ok(BookItem::Chapter(subject(workspace, chapter, pages)?))).collect()
}

/// The pairs of one subject: a page that lists them, and a page for each.
fn subject(workspace: &Workspace, subject: pairs::Chapter, pages: &mut Pages) -> Result<Chapter> {
    let title = subject.title();
    let mut list = format!("# {title}\n\n");
    let mut items = Vec::new();
    for pair in &subject.pairs {
        let chapter = page(workspace, pair, &title, pages)?;
        list += &format!("- [{}]({}.md): {}\n", chapter.name, pair.name, pair.gist);
        items.push(BookItem::Chapter(chapter));
    }
    list += "\nEach is a program that asks for your prediction first:\n\n\
             ```sh\ncargo run --release -p pairs\n```\n";
    let path = format!("{}/{}.md", pairs::FOLDER, subject.name);
    let mut chapter = Chapter::new(&title, list, path, Vec::new());
    // It is made here, and of no single file.
    chapter.source_path = None;
    chapter.number = Some(SectionNumber::default());
    chapter.sub_items = items;
    Ok(chapter)
}

/// A pair: its README, the wrong way beside the right one, and its other files.
fn page(
    workspace: &Workspace,
    pair: &pairs::Pair,
    subject: &str,
    pages: &mut Pages,
) -> Result<Chapter> {
    let root = workspace.root();
    let folder = pair.folder.strip_prefix(root).unwrap_or(&pair.folder);
    let folder = folder.to_string_lossy().replace('\\', "/");
    let page = format!("{}/{}.md", pairs::FOLDER, pair.name);
    let readme = Source::read(root, &format!("{folder}/README.md"))?;
    pages.show(&folder, &page);
    pages.show(&readme.path, &page);

    let mut content = readme.text.clone();
    let [wrong, right] = SIDES.map(|side| format!("{folder}/{side}"));
    content +=
        &format!("\n## Side by side {{#{SIDE_BY_SIDE}}}\n\n{{{{#beside {wrong} {right}}}}}\n");
    for side in [wrong, right] {
        pages.show(side, format!("{page}#{SIDE_BY_SIDE}"));
    }
    for file in source::files(&root.join(&folder))? {
        if SIDES.contains(&&*file) {
            continue;
        }
        let source = Source::read(root, &format!("{folder}/{file}"))?;
        let anchor = anchor_of(&file);
        pages.show(&source.path, format!("{page}#{anchor}"));
        content += &format!("\n## {file} {{#{anchor}}}\n\n");
        content += &source::fenced(&file, &source.text);
    }
    let title = title(&readme.text).unwrap_or(&pair.name).to_owned();
    let mut chapter = Chapter::new(&title, content, page, vec![subject.to_owned()]);
    chapter.source_path = Some(readme.path.into());
    chapter.number = Some(SectionNumber::default());
    Ok(chapter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocessor::tests::tree;

    #[test]
    fn a_subject_lists_its_pairs_and_each_has_a_page() {
        let tree = tree();
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let mut pages = Pages::default();
        let chapters = chapters(&workspace, &mut pages).expect("the tree is complete");
        let [BookItem::Chapter(sharing)] = &chapters[..] else { panic!("there is one subject") };
        assert_eq!(sharing.name, "Sharing");
        assert!(sharing.content.contains("- [Lock order](lock-order.md): Two locks.\n"));
        let [BookItem::Chapter(pair)] = &sharing.sub_items[..] else { panic!("it has one pair") };
        assert_eq!(pair.name, "Lock order");
        let folder = "comparisons/pairs/4-sharing/lock-order";
        let beside = format!("{{{{#beside {folder}/src/wrong.rs {folder}/src/right.rs}}}}");
        assert!(pair.content.contains(&beside), "{}", pair.content);
        assert!(pair.content.contains("\n## src/main.rs {#src-main-rs}\n"), "{}", pair.content);
        assert_eq!(
            pages.page(&format!("{folder}/src/wrong.rs")),
            Some("comparisons/pairs/lock-order.md#side-by-side")
        );
    }
}
