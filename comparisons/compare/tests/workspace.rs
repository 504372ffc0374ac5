//! The rules of the workspace that cargo does not know: a row has all of its columns, a name and
//! its path agree, nothing is declared twice, and what the pages promise is there.
//!
//! Each rule is a function that lists what breaks it below some root. It is tried on a small tree
//! that keeps all rules, on that tree after each of a number of mistakes, and on this workspace.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use compare::workspace::{COLUMNS, Side, Workspace};

/// What lists the breaches of a rule below a root.
type Rule = fn(&Path) -> Vec<String>;

mod rules {
    use super::*;

    /// Every row has the eight columns, what they share, and its lesson.
    pub(super) fn rows_are_complete(root: &Path) -> Vec<String> {
        let mut breaches = Vec::new();
        for row in rows(root) {
            for part in COLUMNS.into_iter().chain(["workload"]) {
                if !row.join(part).is_dir() {
                    breaches.push(format!("{} has no {part}", shown(root, &row)));
                }
            }
            if !row.join("README.md").is_file() {
                breaches.push(format!("{} has no README.md", shown(root, &row)));
            }
        }
        breaches
    }

    /// Where members are, there is nothing else: cargo would refuse the whole workspace.
    pub(super) fn folders_of_members_have_manifests(root: &Path) -> Vec<String> {
        member_folders(root)
            .into_iter()
            .filter(|folder| !folder.join("Cargo.toml").is_file())
            .map(|folder| format!("{} has no Cargo.toml", shown(root, &folder)))
            .collect()
    }

    /// The package in `examples-io/http/tokio` is `http-tokio`, that in `benches/http`
    /// `bench-http`, and that in `comparisons/compare` `compare`.
    pub(super) fn names_agree_with_paths(root: &Path) -> Vec<String> {
        manifests(root)
            .into_iter()
            .filter_map(|manifest| {
                let folder = manifest.parent()?;
                let path = shown(root, folder);
                let parts: Vec<&str> = path.split('/').collect();
                let expected = match parts[..] {
                    ["benches", row] => format!("bench-{row}"),
                    [_, row, cell] => format!("{row}-{cell}"),
                    [_, name] => name.to_owned(),
                    _ => return None,
                };
                match package_name(&read(&manifest)) {
                    Some(name) if name == expected => None,
                    Some(name) => Some(format!("{path} is called {name}, not {expected}")),
                    None => Some(format!("{path} has no name")),
                }
            })
            .collect()
    }

    /// Every member takes the lints of the workspace; without these two lines it takes none, and
    /// nothing tells.
    pub(super) fn members_inherit_the_lints(root: &Path) -> Vec<String> {
        manifests(root)
            .into_iter()
            .filter(|manifest| {
                !entries(&read(manifest))
                    .iter()
                    .any(|(_, section, entry)| section == "lints" && entry == "workspace = true")
            })
            .map(|manifest| format!("{} has no [lints] workspace = true", shown(root, &manifest)))
            .collect()
    }

    /// Every dependency is inherited: its version and its features stand in the root's manifest.
    /// Only of our own packages a member may choose features, since they are not built for others.
    pub(super) fn members_inherit_their_dependencies(root: &Path) -> Vec<String> {
        let ours = packages(root);
        let mut breaches = Vec::new();
        for manifest in manifests(root) {
            for (number, section, entry) in entries(&read(&manifest)) {
                let Some(dependency) = Dependency::new(&section, &entry) else { continue };
                let chosen = ["version", "path", "git", "features", "default-features"]
                    .iter()
                    .filter(|key| dependency.sets(key))
                    .all(|key| *key == "features" && ours.contains(dependency.name));
                if !(chosen && dependency.is_inherited()) {
                    let path = shown(root, &manifest);
                    breaches.push(format!("{path}:{number}: `{entry}` is not inherited"));
                }
            }
        }
        breaches
    }

    /// Every package that a command in a page names exists.
    pub(super) fn commands_name_packages(root: &Path) -> Vec<String> {
        let packages = packages(root);
        let mut breaches = Vec::new();
        for page in pages(root) {
            for name in named_packages(&read(&page)) {
                if !packages.contains(&name) {
                    breaches.push(format!(
                        "{}: a command names {name}, which is no package",
                        shown(root, &page)
                    ));
                }
            }
        }
        breaches
    }

    /// Every relative link in a README, or in a page at the root, leads somewhere.
    pub(super) fn links_lead_somewhere(root: &Path) -> Vec<String> {
        let mut breaches = Vec::new();
        for page in pages(root) {
            let folder = page.parent().expect("a page lies in a folder");
            if folder != root && page.file_name().is_none_or(|name| name != "README.md") {
                continue;
            }
            for target in relative_links(&read(&page)) {
                if !folder.join(&target).exists() {
                    breaches.push(format!(
                        "{} links to {target}, which does not exist",
                        shown(root, &page)
                    ));
                }
            }
        }
        breaches
    }

    /// The README at the root mentions every row and links to every cell.
    pub(super) fn readme_shows_the_grid(root: &Path) -> Vec<String> {
        let page = fs::read_to_string(root.join("README.md")).unwrap_or_default();
        let links: Vec<PathBuf> =
            relative_links(&page).iter().map(|target| normalised(Path::new(target))).collect();
        let text = without_links(&page);
        let words: BTreeSet<&str> =
            text.split(|letter: char| !letter.is_alphanumeric() && letter != '-').collect();
        let workspace = Workspace::at(root).expect("the tree can be read");
        let mut breaches = Vec::new();
        for row in workspace.rows() {
            if !words.contains(&*row.name) {
                breaches.push(format!("README.md does not mention {}", row.name));
            }
            for cell in &row.cells {
                let path = cell.folder.strip_prefix(root).expect("a cell lies below the root");
                if !links.iter().any(|link| link.starts_with(path)) {
                    breaches.push(format!("README.md does not link to {}", path.display()));
                }
            }
        }
        breaches
    }
}

/// A line of a manifest that says something of a dependency.
struct Dependency<'a> {
    name: &'a str,
    /// What the line says of it.
    value: &'a str,
    /// Whether it has a section of its own, in which each line says one thing.
    alone: bool,
}

impl<'a> Dependency<'a> {
    /// In the section `dependencies` each line is one; `target.'cfg(unix)'.dev-dependencies` is
    /// such a section too. `dependencies.tokio` is a section about one.
    fn new(section: &'a str, entry: &'a str) -> Option<Self> {
        let of_dependencies = |section: &str| {
            let kind = section.rsplit_once('.').map_or(section, |(_, kind)| kind);
            ["dependencies", "dev-dependencies", "build-dependencies"].contains(&kind)
        };
        if of_dependencies(section) {
            let name = entry.split(['.', '=', ' ']).next()?;
            return Some(Self { name, value: entry.strip_prefix(name)?, alone: false });
        }
        let (above, name) = section.rsplit_once('.')?;
        of_dependencies(above).then_some(Self { name, value: entry, alone: true })
    }

    fn sets(&self, key: &str) -> bool {
        let mut words = self.value.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
        words.any(|word| word == key)
    }

    fn is_inherited(&self) -> bool {
        self.alone || self.value.contains("workspace = true")
    }
}

/// The lines of a manifest that set something, with their numbers and sections.
fn entries(manifest: &str) -> Vec<(usize, String, String)> {
    let mut section = String::new();
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(manifest.lines()) {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.trim_matches(['[', ']']).clone_into(&mut section);
        } else if !line.is_empty() && !line.starts_with('#') {
            entries.push((number, section.clone(), line.to_owned()));
        }
    }
    entries
}

fn package_name(manifest: &str) -> Option<&str> {
    let package = manifest.split("[package]").nth(1)?;
    let line = package.lines().find(|line| line.starts_with("name"))?;
    line.split('"').nth(1)
}

/// The packages that the commands of a page name: those that follow `-p` in `cargo run`, `test`,
/// `bench`, `build` or the like, up to the `--` after which the program's own arguments begin.
fn named_packages(page: &str) -> Vec<String> {
    let page = page.replace("\\\n", " ");
    let mut packages = Vec::new();
    for line in page.lines() {
        for command in line.split("cargo ").skip(1) {
            let mut words = command
                .split(['`', '|', '&', ';', '#', ')'])
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .take_while(|word| *word != "--");
            while let Some(word) = words.next() {
                let name = match word {
                    "-p" | "--package" => words.next(),
                    _ => word.strip_prefix("--package="),
                };
                let Some(name) = name else { continue };
                let name = name.trim_end_matches([',', '.', ':', '"', '\'']);
                // Whatever is not spelled like a package, such as ROW or <row>-<cell>, stands for
                // one.
                let spelled = |letter: char| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter)
                };
                if !name.is_empty() && name.chars().all(spelled) {
                    packages.push(name.to_owned());
                }
            }
        }
    }
    packages
}

/// The targets of a page's relative links, without their anchors. Code is no link.
fn relative_links(page: &str) -> Vec<String> {
    let prose = without_code(page);
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let referenced = prose.lines().filter_map(|line| {
        let (label, target) = line.split_once("]: ")?;
        label.starts_with('[').then_some(target)
    });
    inline
        .chain(referenced)
        .filter_map(|target| target.split_whitespace().next())
        .map(|target| target.trim_matches(['<', '>']))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// The page without the targets of its links.
fn without_links(page: &str) -> String {
    let mut parts = page.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("] ");
        text.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    text
}

/// The page without its blocks and spans of code; a link may well have code for its text.
fn without_code(page: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            for (place, part) in line.split('`').enumerate() {
                prose.push_str(if place % 2 == 0 { part } else { "code" });
            }
            prose.push('\n');
        }
    }
    prose
}

/// The path without `.` and `..`.
fn normalised(path: &Path) -> PathBuf {
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

fn rows(root: &Path) -> Vec<PathBuf> {
    Side::ALL.iter().flat_map(|side| folders(&root.join(side.folder()))).collect()
}

/// All folders that the root's manifest counts among the members, with or without a manifest of
/// their own.
fn member_folders(root: &Path) -> Vec<PathBuf> {
    let manifest = read(&root.join("Cargo.toml"));
    let members = manifest
        .split_once("\nmembers = [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .expect("the root's manifest has a list of members")
        .0;
    // What stands between the quotes is every second part.
    let patterns = members.split('"').skip(1).step_by(2);
    patterns
        .flat_map(|pattern| {
            pattern.split('/').fold(vec![root.to_path_buf()], |above, part| match part {
                "*" => above.iter().flat_map(|folder| folders(folder)).collect(),
                name => above.iter().map(|folder| folder.join(name)).collect(),
            })
        })
        .collect()
}

fn manifests(root: &Path) -> Vec<PathBuf> {
    member_folders(root)
        .into_iter()
        .map(|folder| folder.join("Cargo.toml"))
        .filter(|manifest| manifest.is_file())
        .collect()
}

/// The names of all members.
fn packages(root: &Path) -> BTreeSet<String> {
    manifests(root)
        .iter()
        .filter_map(|manifest| package_name(&read(manifest)).map(ToOwned::to_owned))
        .collect()
}

/// All pages below the root, but for what cargo has made.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = children(folder)
        .into_iter()
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == "md"))
        .collect();
    for folder in folders(folder) {
        if folder.file_name().is_none_or(|name| name != "target") {
            pages.extend(self::pages(&folder));
        }
    }
    pages
}

/// The folders in a folder, but for hidden ones.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let visible = |path: &PathBuf| {
        path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    };
    children(folder).into_iter().filter(|path| path.is_dir() && visible(path)).collect()
}

/// What is in a folder, by name; nothing if there is no such folder.
fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut children: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    children.sort();
    children
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string().replace('\\', "/")
}

mod this_workspace {
    use super::*;

    fn keeps(rule: Rule) {
        let workspace = Workspace::find().expect("this test lies in the workspace");
        let breaches = rule(workspace.root());
        assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
    }

    #[test]
    fn has_complete_rows() {
        keeps(rules::rows_are_complete);
    }

    #[test]
    fn has_nothing_but_packages_where_members_are() {
        keeps(rules::folders_of_members_have_manifests);
    }

    #[test]
    fn has_names_that_agree_with_their_paths() {
        keeps(rules::names_agree_with_paths);
    }

    #[test]
    fn has_its_lints_in_every_member() {
        keeps(rules::members_inherit_the_lints);
    }

    #[test]
    fn has_its_dependencies_declared_once() {
        keeps(rules::members_inherit_their_dependencies);
    }

    #[test]
    fn has_commands_that_name_packages() {
        keeps(rules::commands_name_packages);
    }

    #[test]
    fn has_links_that_lead_somewhere() {
        keeps(rules::links_lead_somewhere);
    }

    #[test]
    fn has_a_readme_that_shows_the_grid() {
        keeps(rules::readme_shows_the_grid);
    }
}

/// A rule that cannot be broken is worth nothing, so each is broken here.
mod a_small_tree {
    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        /// A tree that keeps all rules.
        fn new() -> Self {
            let tree = Self(tempfile::tempdir().expect("a temporary folder can be made"));
            let mut grid = String::from("# A tree\n\nThe row http, for `cargo run -p compare`:\n");
            for part in COLUMNS.into_iter().chain(["workload"]) {
                let folder = format!("examples-io/http/{part}");
                tree.member(&folder, &format!("http-{part}"));
                grid.extend(["- [`", part, "`](./", &folder, "/src/lib.rs#L1)\n"]);
            }
            tree.member("comparisons/compare", "compare");
            tree.member("benches/http", "bench-http");
            tree.write(
                "Cargo.toml",
                "[workspace]\nmembers = [\"benches/*\", \"comparisons/*\", \"examples-cpu/*/*\", \
                 \"examples-io/*/*\"]\n",
            );
            tree.write("README.md", &grid);
            tree.write(
                "examples-io/http/README.md",
                "See [all](../../README.md), [us](https://example.org), [below](#below).\n\n\
                 ## Below\n`cargo run --release -p http-tokio -- -p nothing`, or a cell:\n\n\
                 ```sh\ncargo run -p http-<cell>  # [no](link.md)\ncargo test --package=http-smol \
                 -p bench-http\n```\n",
            );
            tree
        }

        fn member(&self, folder: &str, name: &str) {
            self.write(
                &format!("{folder}/Cargo.toml"),
                &format!(
                    "[package]\nname = \"{name}\"\nversion.workspace = true\n\n[dependencies]\n\
                     anyhow.workspace = true\n\n[dependencies.http]\nworkspace = true\n\n\
                     [target.'cfg(unix)'.dependencies]\nnix = {{ workspace = true }}\n\n\
                     [lints]\nworkspace = true\n"
                ),
            );
            self.write(&format!("{folder}/src/lib.rs"), "");
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().expect("a file lies in a folder"))
                .expect("the folder can be made");
            fs::write(path, text).expect("the file can be written");
        }

        fn append(&self, path: &str, text: &str) {
            let old = read(&self.0.path().join(path));
            self.write(path, &(old + text));
        }

        fn replace(&self, path: &str, old: &str, new: &str) {
            let text = read(&self.0.path().join(path));
            assert!(text.contains(old), "{path} has no {old:?} that could be replaced");
            self.write(path, &text.replace(old, new));
        }

        fn remove(&self, path: &str) {
            let path = self.0.path().join(path);
            let removed =
                if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            removed.expect("it can be removed");
        }

        /// That the rule finds exactly these breaches, after it has found none before.
        fn breaks(&self, rule: Rule, breaches: &[&str]) {
            let before = Tree::new();
            assert_eq!(rule(before.0.path()), [""; 0], "the tree must keep the rule at first");
            assert_eq!(rule(self.0.path()), breaches);
        }
    }

    #[test]
    fn without_a_column_or_its_lesson_is_incomplete() {
        let tree = Tree::new();
        tree.remove("examples-io/http/rayon");
        tree.remove("examples-io/http/workload");
        tree.remove("examples-io/http/README.md");
        tree.write("examples-cpu/life/README.md", "");
        let breaches = rules::rows_are_complete(tree.0.path());
        assert_eq!(
            breaches[..3],
            [
                "examples-io/http has no rayon",
                "examples-io/http has no workload",
                "examples-io/http has no README.md"
            ]
        );
        assert_eq!(breaches.len(), 3 + 9, "life has a README.md and nothing else");
        assert_eq!(rules::rows_are_complete(Tree::new().0.path()), [""; 0]);
    }

    #[test]
    fn with_a_plain_folder_among_the_members_is_refused_by_cargo() {
        let tree = Tree::new();
        tree.write("examples-io/http/pictures/timeline.txt", "");
        tree.write("comparisons/notes/note.txt", "");
        tree.breaks(
            rules::folders_of_members_have_manifests,
            &["comparisons/notes has no Cargo.toml", "examples-io/http/pictures has no Cargo.toml"],
        );
    }

    #[test]
    fn with_a_copied_folder_has_a_name_twice() {
        let tree = Tree::new();
        tree.member("examples-io/http/actors", "http-tokio");
        tree.member("comparisons/race", "racing");
        tree.member("benches/primes", "primes");
        tree.breaks(
            rules::names_agree_with_paths,
            &[
                "benches/primes is called primes, not bench-primes",
                "comparisons/race is called racing, not race",
                "examples-io/http/actors is called http-tokio, not http-actors",
            ],
        );
    }

    #[test]
    fn may_lack_lints() {
        let tree = Tree::new();
        tree.replace("benches/http/Cargo.toml", "[lints]\nworkspace = true\n", "");
        tree.replace("examples-io/http/smol/Cargo.toml", "[lints]\n", "[lints.rust]\n");
        tree.breaks(
            rules::members_inherit_the_lints,
            &[
                "benches/http/Cargo.toml has no [lints] workspace = true",
                "examples-io/http/smol/Cargo.toml has no [lints] workspace = true",
            ],
        );
    }

    #[test]
    fn may_declare_a_dependency_anew() {
        let tree = Tree::new();
        let manifest = "examples-io/http/smol/Cargo.toml";
        // The first two are all right: our own package, and a choice that changes no dependency.
        tree.append(
            manifest,
            "\n[dev-dependencies]\nhttp-workload = { workspace = true, features = [\"async\"] }\n\
             log = { workspace = true, optional = true }\nsmol = \"2\"\nh = { path = \"../h\" }\n\
             \n[dependencies.tokio]\nversion = \"1\"\n\
             \n[target.'cfg(unix)'.build-dependencies]\ncc = { workspace = true, features = [] }\n",
        );
        tree.breaks(
            rules::members_inherit_their_dependencies,
            &[
                "examples-io/http/smol/Cargo.toml:20: `smol = \"2\"` is not inherited",
                "examples-io/http/smol/Cargo.toml:21: `h = { path = \"../h\" }` is not inherited",
                "examples-io/http/smol/Cargo.toml:24: `version = \"1\"` is not inherited",
                "examples-io/http/smol/Cargo.toml:27: `cc = { workspace = true, features = [] }` \
                 is not inherited",
            ],
        );
    }

    #[test]
    fn may_have_commands_that_name_nothing() {
        let tree = Tree::new();
        tree.append("README.md", "\n    cargo run --release \\\n      -p http-tokyo -- -p x\n");
        tree.write("docs/src/page.md", "Try `cargo bench -p bench-htpp`, and `cargo test`.\n");
        tree.breaks(
            rules::commands_name_packages,
            &[
                "README.md: a command names http-tokyo, which is no package",
                "docs/src/page.md: a command names bench-htpp, which is no package",
            ],
        );
    }

    #[test]
    fn may_have_links_that_lead_nowhere() {
        let tree = Tree::new();
        tree.append("examples-io/http/README.md", "[this](tokio/src/main.rs) and `[x](y)`\n");
        tree.append("README.md", "\nSee [that].\n\n[that]: CONTRIBUTING.md#rows\n");
        tree.breaks(
            rules::links_lead_somewhere,
            &[
                "README.md links to CONTRIBUTING.md, which does not exist",
                "examples-io/http/README.md links to tokio/src/main.rs, which does not exist",
            ],
        );
    }

    #[test]
    fn may_have_cells_that_the_readme_does_not_show() {
        let tree = Tree::new();
        tree.member("examples-cpu/primes/timely", "primes-timely");
        tree.member("examples-io/http/actors", "http-actors");
        tree.breaks(
            rules::readme_shows_the_grid,
            &[
                "README.md does not link to examples-io/http/actors",
                "README.md does not mention primes",
                "README.md does not link to examples-cpu/primes/timely",
            ],
        );
        tree.remove("README.md");
        assert!(rules::readme_shows_the_grid(tree.0.path()).len() > 8);
    }
}
