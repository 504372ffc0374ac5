//! The chapters that nobody writes: the README of each row, and beneath it a page for each of its
//! packages. They are found by their folders.

use std::path::PathBuf;

use anyhow::Result;
use claims::update::marker;
use mdbook_preprocessor::book::{BookItem, Chapter, SectionNumber};
use workspace::{BASELINE, Row, Side, Workspace};

use crate::{
    lesson::Lesson,
    links::{Pages, anchor_of},
    source::{self, Source},
};

/// Where a row's chapter shows two versions.
const SIDE_BY_SIDE: &str = "two-side-by-side";

/// The rows of one side as chapters. Their content is still that of the files; what is shown where is noted in `pages`.
///
/// # Errors
/// A file cannot be read.
pub fn chapters(workspace: &Workspace, side: Side, pages: &mut Pages) -> Result<Vec<BookItem>> {
    let rows = workspace.rows().iter().filter(|row| row.side == side);
    rows.map(|row| Ok(BookItem::Chapter(chapter(workspace, row, pages)?))).collect()
}

/// What the cells of a row share, beside them.
const WORKLOAD: &str = "workload";

/// The pages that only show code, by their paths.
#[must_use]
pub fn code_pages(workspace: &Workspace) -> Vec<String> {
    let rows = workspace.rows().iter();
    rows.flat_map(|row| {
        let packages = packages(row).into_iter();
        packages.map(move |(name, _)| format!("{}/{name}.md", folder(row)))
    })
    .collect()
}

/// The packages of a row, by their names and by what they are called.
fn packages(row: &Row) -> Vec<(&str, &str)> {
    let cells = row.cells.iter().map(|cell| (cell.approach.name(), cell.approach.label()));
    cells.chain([(WORKLOAD, WORKLOAD)]).collect()
}

/// A row's chapter, with the pages of its packages beneath it.
fn chapter(workspace: &Workspace, row: &Row, pages: &mut Pages) -> Result<Chapter> {
    let folder = folder(row);
    let readme = Source::read(workspace.root(), &format!("{folder}/README.md"))?;
    let page = format!("{folder}/index.md");
    pages.show(&folder, &page);
    pages.show(&readme.path, &page);

    let title = title(&readme.text).unwrap_or(&row.name).to_owned();
    let mut lesson = with_chart(&readme.text, row);
    if let Some(other) = opposite(row) {
        lesson += &format!("\n## Two side by side {{#{SIDE_BY_SIDE}}}\n\n");
        lesson += &format!("{{{{#versus {} {} {other}}}}}\n", row.name, BASELINE.name);
    }
    let mut chapter = Chapter::new(&title, lesson, page, Vec::new());
    chapter.source_path = Some(PathBuf::from(readme.path));
    // Which number it is shows when all chapters are there.
    chapter.number = Some(SectionNumber::default());
    for (name, label) in packages(row) {
        let content = package(workspace, row, (name, label), pages)?;
        let page = format!("{folder}/{name}.md");
        let mut sub = Chapter::new(label, content, page, vec![title.clone()]);
        // It is made here, and of no single file.
        sub.source_path = None;
        sub.number = Some(SectionNumber::default());
        chapter.sub_items.push(BookItem::Chapter(sub));
    }
    Ok(chapter)
}

/// The page of a package: what it says of itself, how to run it, what was measured, where its
/// siblings are, and its files.
fn package(
    workspace: &Workspace,
    row: &Row,
    (name, label): (&str, &str),
    pages: &mut Pages,
) -> Result<String> {
    let package = format!("{}/{name}", folder(row));
    let page = format!("{package}.md");
    pages.show(&package, &page);
    let library = Source::read(workspace.root(), &format!("{package}/src/lib.rs"))?;
    let lesson = Lesson::of(&library);
    let siblings = packages(row).into_iter().map(|(other, label)| {
        if other == name { format!("**{label}**") } else { format!("[{label}]({other}.md)") }
    });
    let siblings: Vec<String> = siblings.collect();
    let is_workload = name == WORKLOAD;
    let commands = if is_workload { String::new() } else { lesson.commands() };
    let mut content = format!(
        "# {} · {label}\n\n{}\n{commands}\n{{{{#measured {} {name}}}}}\n\n\
         [{}](index.md): {}\n",
        row.name,
        lesson.text(),
        row.name,
        row.name,
        siblings.join(" · ")
    );
    let is_compared = !is_workload && name != BASELINE.name;
    for file in source::files(&workspace.root().join(&package))? {
        let source = Source::read(workspace.root(), &format!("{package}/{file}"))?;
        let anchor = anchor_of(&file);
        pages.show(&source.path, format!("{page}#{anchor}"));
        content += &format!("\n## {file} {{#{anchor}}}\n\n");
        if file != "src/lib.rs" {
            content += &source::fenced(&file, &source.text);
            continue;
        }
        // What it says of itself is the page's own text.
        let parts = [&*lesson.imports, &*lesson.code].map(str::trim_end);
        content += &source::fenced(&file, parts.join("\n\n").trim_start());
        // The lesson is what differs: it follows the code that it is about.
        if is_compared {
            content += &format!("\n## Beside {}\n\n", BASELINE.name);
            content += &format!("{{{{#versus {} {} {name}}}}}\n", row.name, BASELINE.name);
        }
    }
    Ok(content)
}

/// The version that a row's chapter shows beside the baseline: the one that its kind of work asks
/// for, or else any.
fn opposite(row: &Row) -> Option<&str> {
    let fitting = match row.side {
        Side::Io => "tokio",
        Side::Cpu => "rayon",
    };
    let others = || row.cells.iter().map(|cell| &cell.approach).filter(|it| !it.is_baseline());
    let found = others().find(|approach| approach.name() == fitting).or_else(|| others().next());
    found.map(workspace::Approach::name)
}

/// The README with a chart above the table of what was measured.
fn with_chart(readme: &str, row: &Row) -> String {
    let marker = marker(&row.name);
    readme.replacen(&marker, &format!("{{{{#chart {}}}}}\n\n{marker}", row.name), 1)
}

fn folder(row: &Row) -> String {
    format!("{}/{}", row.side.folder(), row.name)
}

/// The title of a text in Markdown: its first line, if that is a heading of the highest level.
#[must_use]
pub fn title(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix("# ").map(str::trim)
}

/// Numbers the chapters that have a number, from 1, and those beneath them.
pub fn number(items: &mut [BookItem], above: &[u32]) {
    let mut next = 0;
    for item in items {
        let BookItem::Chapter(chapter) = item else { continue };
        if chapter.number.is_some() {
            next += 1;
            let own = [above, &[next]].concat();
            number(&mut chapter.sub_items, &own);
            chapter.number = Some(SectionNumber::new(own));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocessor::tests::tree;

    fn names(items: &[BookItem]) -> Vec<&str> {
        items
            .iter()
            .filter_map(|item| match item {
                BookItem::Chapter(chapter) => Some(&*chapter.name),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn rows_come_in_the_order_of_the_readme_with_their_cells_in_the_order_of_the_columns() {
        let tree = tree();
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let mut pages = Pages::default();
        let rows = chapters(&workspace, Side::Io, &mut pages).expect("the tree is complete");
        // By name, echo would come first.
        assert_eq!(names(&rows), ["http: fetch", "echo: serve"]);
        let BookItem::Chapter(http) = &rows[0] else { panic!("a row is a chapter") };
        assert_eq!(
            names(&http.sub_items),
            ["sequential", "tokio", "async-std (discontinued)", "workload"]
        );
        assert_eq!(
            pages.page("examples-io/http/tokio/src/lib.rs"),
            Some("examples-io/http/tokio.md#src-lib-rs")
        );
    }

    #[test]
    fn a_chart_comes_above_what_was_measured() {
        let tree = tree();
        let workspace = Workspace::at(tree.path()).expect("the tree can be read");
        let http = &workspace.rows()[0];
        let readme = "a\n\n<!-- measured: http -->\ntable\n<!-- end -->\n";
        assert_eq!(
            with_chart(readme, http),
            "a\n\n{{#chart http}}\n\n<!-- measured: http -->\ntable\n<!-- end -->\n"
        );
        assert_eq!(with_chart("a\n", http), "a\n");
    }

    #[test]
    fn numbers_run_over_what_has_one() {
        let mut items: Vec<BookItem> = ["a", "b", "c"]
            .map(|name| Chapter::new(name, String::new(), name, Vec::new()).into())
            .into();
        let BookItem::Chapter(first) = &mut items[0] else { panic!("it is a chapter") };
        first.number = Some(SectionNumber::default());
        let BookItem::Chapter(last) = &mut items[2] else { panic!("it is a chapter") };
        last.number = Some(SectionNumber::default());
        let mut sub = Chapter::new("d", String::new(), "d", Vec::new());
        sub.number = Some(SectionNumber::default());
        last.sub_items = vec![sub.into()];

        number(&mut items, &[]);
        let numbers: Vec<String> = mdbook_preprocessor::book::Book::new_with_items(items)
            .chapters()
            .map(ToString::to_string)
            .collect();
        assert_eq!(numbers, ["1. a", "b", "2. c", "2.1. d"]);
    }

    #[test]
    fn a_title_is_a_heading_in_the_first_line() {
        assert_eq!(title("# http: fetch\n\nText"), Some("http: fetch"));
        assert_eq!(title("Text\n\n# Later\n"), None);
        assert_eq!(title(""), None);
    }
}
