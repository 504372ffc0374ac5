//! A workspace as the rules see it: the packages as cargo understands them, their manifests as they
//! are written, their sources, and the pages.

use std::{
    path::{Path, PathBuf},
    sync::{LazyLock, OnceLock},
};

use serde::Deserialize;
use workspace::{Side, Workspace};

use super::{
    files::{folders, pages, read},
    sources::Sources,
};
use crate::{family::Ran, programs};

/// What lists the breaches of a rule in a workspace.
pub(super) type Rule = fn(&Tree) -> Vec<String>;

/// A workspace.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    packages: OnceLock<Vec<Package>>,
}

/// A package, as `cargo metadata` shows it.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    /// Its name.
    pub(super) name: String,
    /// Its library, its programs, and whatever else is compiled of it.
    pub(super) targets: Vec<Target>,
    manifest_path: PathBuf,
}

/// What is compiled of a package.
#[derive(Debug, Deserialize)]
pub(super) struct Target {
    kind: Vec<String>,
    /// The file that its other files are modules of.
    pub(super) src_path: PathBuf,
    /// Whether `cargo test` builds and runs its unit tests.
    pub(super) test: bool,
    /// Whether `cargo test` runs the examples in its documentation.
    pub(super) doctest: bool,
    #[serde(skip)]
    sources: OnceLock<Sources>,
}

impl Target {
    /// Whether it is a library.
    pub(super) fn is_lib(&self) -> bool {
        self.kind.iter().any(|kind| kind == "lib")
    }

    /// Whether it is a program.
    pub(super) fn is_bin(&self) -> bool {
        self.kind.iter().any(|kind| kind == "bin")
    }

    /// The files that it is compiled from.
    pub(super) fn sources(&self) -> &Sources {
        self.sources.get_or_init(|| Sources::of(&self.src_path))
    }
}

impl Tree {
    /// The workspace whose root is known.
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_path_buf(), packages: OnceLock::new() }
    }

    /// The folder of the workspace's own manifest.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Its rows and cells.
    pub(super) fn workspace(&self) -> Workspace {
        Workspace::at(&self.root).expect("the tree can be read")
    }

    /// The folders of the rows, with or without cells.
    pub(super) fn rows(&self) -> Vec<PathBuf> {
        Side::ALL.iter().flat_map(|side| folders(&self.root.join(side.folder()))).collect()
    }

    /// All members, by their paths.
    pub(super) fn packages(&self) -> &[Package] {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<Package>,
        }
        self.packages.get_or_init(|| {
            let mut cargo = workspace::cargo::command();
            cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
            let ran = Ran::of(cargo.current_dir(&self.root));
            assert_eq!(ran.status, Some(0), "{}", ran.stderr);
            let metadata: Metadata =
                serde_json::from_str(&ran.stdout).expect("cargo prints what its book says");
            let mut packages = metadata.packages;
            packages.sort_by(|a, b| a.manifest_path.cmp(&b.manifest_path));
            packages
        })
    }

    /// The cells and the workloads of all rows.
    pub(super) fn of_rows(&self) -> impl Iterator<Item = &Package> {
        self.packages().iter().filter(|package| {
            let folder = self.folder(package);
            Side::ALL.iter().any(|side| folder.starts_with(&format!("{}/", side.folder())))
        })
    }

    /// The folder of a package, from the root on.
    pub(super) fn folder(&self, package: &Package) -> String {
        self.shown(package.manifest_path.parent().expect("a manifest lies in a folder"))
    }

    /// The manifest of a package, from the root on.
    pub(super) fn manifest_path(&self, package: &Package) -> String {
        self.shown(&package.manifest_path)
    }

    /// The manifest of a package, as it is written.
    pub(super) fn manifest(package: &Package) -> toml::Table {
        manifest(&package.manifest_path)
    }

    /// The manifest of the workspace itself.
    pub(super) fn root_manifest(&self) -> toml::Table {
        manifest(&self.root.join("Cargo.toml"))
    }

    /// The workspace of the exercises, if there is one.
    pub(super) fn exercises(&self) -> Option<Self> {
        let root = self.root.join("exercises");
        root.join("Cargo.toml").is_file().then(|| Self::at(&root))
    }

    /// All pages, but for what cargo has made.
    pub(super) fn pages(&self) -> Vec<PathBuf> {
        pages(&self.root)
    }

    /// A path, from the root on.
    pub(super) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// This workspace.
pub(super) fn this_workspace() -> &'static Tree {
    static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::at(programs::workspace().root()));
    &TREE
}

fn manifest(path: &Path) -> toml::Table {
    read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
