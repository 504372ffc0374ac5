//! Source files as the book shows them: whole, or a single item.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use syn::{Item, spanned::Spanned};
use workspace::Workspace;

/// A source file.
#[derive(Debug)]
pub struct Source {
    /// Its path from the workspace's root, in parts that `/` joins.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Source {
    /// Reads the file that a directive names: `http/tokio` is the library of that cell,
    /// `http/tokio/src/main.rs` another file of it, and what does not begin with the name of a row
    /// is a path from the root.
    ///
    /// # Errors
    /// There is no such file below the root, or it is not text.
    pub fn named(workspace: &Workspace, name: &str) -> Result<Self> {
        let (first, rest) = name.split_once('/').unwrap_or((name, ""));
        let row = workspace.rows().iter().find(|row| row.name == first);
        let path = match row {
            Some(row) => format!("{}/{first}/{rest}", row.side.folder()),
            None => name.to_owned(),
        };
        let path = path.trim_end_matches('/');
        if workspace.root().join(path).is_dir() {
            return Self::read(workspace.root(), &format!("{path}/src/lib.rs"));
        }
        Self::read(workspace.root(), path)
    }

    /// Reads the file at `path` from the root.
    ///
    /// # Errors
    /// There is no such file below the root, or it is not text.
    pub fn read(root: &Path, path: &str) -> Result<Self> {
        let below = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(below, "{path} is no path below the workspace's root");
        let text =
            fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// The item of this name, with its attributes and its documentation.
    ///
    /// # Errors
    /// The file is no Rust, or has no such item, or several.
    pub fn item(&self, name: &str) -> Result<String> {
        let file =
            syn::parse_file(&self.text).with_context(|| format!("cannot parse {}", self.path))?;
        let mut found =
            file.items.iter().filter(|item| named(item).is_some_and(|ident| ident == name));
        let Some(item) = found.next() else { bail!("{} has no item {name}", self.path) };
        ensure!(found.next().is_none(), "{} has several items {name}", self.path);
        let span = item.span();
        let lines = self.text.lines().take(span.end().line).skip(span.start().line - 1);
        Ok(lines.map(|line| format!("{line}\n")).collect())
    }
}

/// The name of an item that has one of its own: an `impl` or a `use` has none.
fn named(item: &Item) -> Option<&syn::Ident> {
    Some(match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    })
}

/// A block of code in Markdown, in the language that the path's ending tells. It is not compiled
/// as a test, nor does mdBook take it for something to be run.
#[must_use]
pub fn fenced(path: &str, text: &str) -> String {
    // The fence is longer than any within the text, such as those of a documentation's examples.
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let text = text.trim_end();
    format!("{fence}{}\n{text}\n{fence}\n", language(path))
}

/// The language of a file, as the highlighter calls it.
#[must_use]
pub fn language(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|end| end.to_str()) {
        Some("rs") => "rust",
        Some("toml") => "toml",
        Some("json") => "json",
        Some("md") => "markdown",
        Some("py") => "python",
        Some("sh") => "bash",
        _ => "text",
    }
}

/// All files of a package that belong to its lesson: its library first, then its program, the
/// other modules by name, and its manifest. Their paths begin at the package's folder.
///
/// # Errors
/// A folder cannot be read.
pub fn files(package: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        let path = package.join(&folder);
        let entries =
            fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
            let below = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(below);
            } else if below.extension().is_some_and(|end| end == "rs") {
                files.push(below.display().to_string());
            }
        }
    }
    let place = |file: &String| match file.as_str() {
        "src/lib.rs" => 0,
        "src/main.rs" => 1,
        _ => 2,
    };
    files.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    files.push("Cargo.toml".into());
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: &str = "\
//! A cell.

use std::io;

/// Fetches.
///
/// ```
/// fetch();
/// ```
#[must_use]
pub async fn fetch() -> u32 {
    // `}` in a comment ends nothing.
    helper(\"}\")
}

fn helper(_: &str) -> u32 { 1 }

struct Engine;

impl Engine {
    fn fetch_one() {}
}
";

    fn cell() -> Source {
        Source { path: "a/lib.rs".into(), text: CELL.into() }
    }

    #[test]
    fn an_item_comes_with_its_documentation_and_its_attributes() {
        let item = cell().item("fetch").expect("there is one");
        assert!(item.starts_with("/// Fetches.\n"), "{item}");
        assert!(item.contains("#[must_use]\n"), "{item}");
        assert!(item.ends_with("    helper(\"}\")\n}\n"), "{item}");
    }

    #[test]
    fn an_item_on_one_line_is_found_too() {
        assert_eq!(cell().item("Engine").expect("there is one"), "struct Engine;\n");
        assert_eq!(
            cell().item("helper").expect("there is one"),
            "fn helper(_: &str) -> u32 { 1 }\n"
        );
    }

    #[test]
    fn a_missing_item_and_a_file_that_is_no_rust_are_errors_that_name_the_file() {
        let error = cell().item("fetch_one").expect_err("it is a method");
        assert_eq!(format!("{error:#}"), "a/lib.rs has no item fetch_one");
        let prose = Source { path: "a.md".into(), text: "Some prose.".into() };
        let error = prose.item("fetch").expect_err("it is prose");
        assert!(format!("{error:#}").starts_with("cannot parse a.md"), "{error:#}");
    }

    #[test]
    fn a_name_that_stands_twice_is_an_error() {
        let source = Source { path: "a.rs".into(), text: "fn a() {}\nmod a {}\n".into() };
        let error = source.item("a").expect_err("which one?");
        assert_eq!(format!("{error:#}"), "a.rs has several items a");
    }

    #[test]
    fn the_fence_is_longer_than_those_within() {
        assert_eq!(fenced("a.toml", "[a]\n\n"), "```toml\n[a]\n```\n");
        assert!(fenced("a.rs", "/// ````\n").starts_with("`````rust\n"));
    }

    #[test]
    fn no_file_outside_of_the_workspace_is_read() {
        for path in ["../a.rs", "/etc/hostname", "a/../../b"] {
            let error = Source::read(Path::new("."), path).expect_err("it lies outside");
            assert!(format!("{error:#}").contains("no path below"), "{error:#}");
        }
    }
}
