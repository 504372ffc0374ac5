//! The sources of a library or a program: its modules, and what the rules want to know of each file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    slice,
};

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, ImplItemFn, Item, ItemMod, ItemUse, Lit, Macro, Meta, MetaNameValue,
    UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

use super::files::read;

/// All files that something is compiled from.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The files, the one that the others are modules of first.
    pub(super) files: Vec<Source>,
    /// The files of all modules, also of those that share one; not of those for unit tests alone.
    pub(super) modules: BTreeMap<Vec<String>, PathBuf>,
}

/// What there is to know of a file.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its documentation, a text for each item that has some.
    pub(super) documentation: Vec<String>,
    /// Whether it has unit tests.
    pub(super) has_unit_tests: bool,
    /// Whether something is there for doctests alone.
    pub(super) has_doctests_apart: bool,
    /// What it names by a path, but for what is there for unit tests alone.
    pub(super) names: Vec<Name>,
}

/// A path that something is named by.
#[derive(Debug)]
pub(super) struct Name {
    /// The module in which it stands: none for the root, `["a", "b"]` for `crate::a::b`.
    pub(super) within: Vec<String>,
    /// Its parts. Of `use a::*` that is `a`.
    pub(super) path: Vec<String>,
    /// Where in the file it stands.
    pub(super) line: usize,
}

impl Sources {
    /// The sources that begin with this file.
    pub(super) fn of(file: &Path) -> Self {
        let mut sources = Self::default();
        let folder = file.parent().expect("a file lies in a folder");
        sources.load(file, Vec::new(), folder, false);
        sources
    }

    /// Adds a file, and those that it declares as modules, which are in the folder.
    fn load(&mut self, path: &Path, module: Vec<String>, folder: &Path, for_tests: bool) {
        let file = syn::parse_file(&read(path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut reader = Reader { source: Source::default(), module, depth: 0, doc_ends: None };
        reader.depth = usize::from(for_tests);
        reader.visit_file(&file);
        reader.source.path = path.to_path_buf();
        self.files.push(reader.source);
        self.declare(&file.items, path, &reader.module, folder, for_tests);
    }

    /// Adds the modules among these items of a file.
    fn declare(
        &mut self,
        items: &[Item],
        path: &Path,
        module: &[String],
        folder: &Path,
        for_tests: bool,
    ) {
        if !for_tests {
            self.modules.insert(module.to_vec(), path.to_path_buf());
        }
        for item in items {
            let Item::Mod(item) = item else { continue };
            let name = item.ident.to_string();
            let for_tests = for_tests || is_for_tests(&item.attrs);
            let module = [module, slice::from_ref(&name)].concat();
            let below = folder.join(&name);
            if let Some((_, items)) = &item.content {
                self.declare(items, path, &module, &below, for_tests);
                continue;
            }
            let file = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
            let file = file.into_iter().find(|file| file.is_file());
            let file = file.unwrap_or_else(|| panic!("{} has no file for {name}", path.display()));
            self.load(&file, module, &below, for_tests);
        }
    }
}

/// Reads what there is to know from a file's syntax.
struct Reader {
    source: Source,
    module: Vec<String>,
    /// How many items around are there for unit tests alone.
    depth: usize,
    /// The line in which the last text of the documentation ends.
    doc_ends: Option<usize>,
}

impl Reader {
    fn name<'a>(&mut self, path: impl IntoIterator<Item = &'a Ident>) {
        let path: Vec<&Ident> = path.into_iter().collect();
        if let (0, Some(first)) = (self.depth, path.first()) {
            self.source.names.push(Name {
                within: self.module.clone(),
                path: path.iter().map(ToString::to_string).collect(),
                line: first.span().start().line,
            });
        }
    }

    /// Notes the paths in what a macro or an attribute is given. That need not be Rust, so whatever
    /// looks like a path is one.
    fn name_all(&mut self, tokens: TokenStream) {
        let mut paths = Vec::new();
        collect_paths(tokens, &mut paths);
        for path in paths.iter().filter(|path| path.len() > 1) {
            self.name(path);
        }
    }

    /// Adds to the documentation. Each `///` is an attribute of its own, in the line below the one
    /// before.
    fn document(&mut self, attribute: &Attribute, text: &str) {
        let (span, text) = (attribute.span(), format!("{text}\n"));
        match self.source.documentation.last_mut() {
            Some(before) if self.doc_ends == span.start().line.checked_sub(1) => *before += &text,
            _ => self.source.documentation.push(text),
        }
        self.doc_ends = Some(span.end().line);
    }

    /// Visits what has these attributes.
    fn visit_with(&mut self, attributes: &[Attribute], visit: impl FnOnce(&mut Self)) {
        let for_tests = usize::from(is_for_tests(attributes));
        self.depth += for_tests;
        visit(self);
        self.depth -= for_tests;
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.source.has_unit_tests |= attribute.path().is_ident("test");
        self.source.has_doctests_apart |= has_cfg(attribute, "doctest");
        if let Meta::NameValue(MetaNameValue {
            value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }),
            ..
        }) = &attribute.meta
            && attribute.path().is_ident("doc")
        {
            self.document(attribute, &text.value());
        }
        if let Meta::List(list) = &attribute.meta {
            self.name_all(list.tokens.clone());
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        self.visit_with(attributes(item), |reader| visit::visit_item(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.visit_with(&item.attrs, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for path in used(&item.tree) {
            self.name(path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // A single name is no path, and `pub(super)` names nothing.
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.name(path.segments.iter().map(|segment| &segment.ident));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.name_all(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}

/// All paths of a `use`; those of `a::*` and of `a::{self}` are `a`.
fn used(tree: &UseTree) -> Vec<Vec<&Ident>> {
    match tree {
        UseTree::Path(path) => {
            let below = used(&path.tree).into_iter();
            below.map(|below| [vec![&path.ident], below].concat()).collect()
        }
        UseTree::Group(group) => group.items.iter().flat_map(used).collect(),
        UseTree::Glob(_) => vec![vec![]],
        UseTree::Name(name) if name.ident == "self" => vec![vec![]],
        UseTree::Name(name) => vec![vec![&name.ident]],
        UseTree::Rename(name) => vec![vec![&name.ident]],
    }
}

/// Adds all that looks like a path, if only of a single name.
fn collect_paths(tokens: TokenStream, paths: &mut Vec<Vec<Ident>>) {
    let mut path: Vec<Ident> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(name) => {
                if colons != 2 {
                    paths.push(std::mem::take(&mut path));
                }
                path.push(name);
            }
            TokenTree::Group(group) => {
                paths.push(std::mem::take(&mut path));
                collect_paths(group.stream(), paths);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => paths.push(std::mem::take(&mut path)),
        }
        colons = 0;
    }
    paths.push(path);
}

/// Whether what has these attributes is there for unit tests alone.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| has_cfg(attribute, "test"))
}

/// Whether this is `#[cfg(option)]`, or says among other things that the option must be set.
fn has_cfg(attribute: &Attribute, option: &str) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let condition = list.tokens.to_string();
    let mut words = condition.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    list.path.is_ident("cfg") && !condition.contains("not") && words.any(|word| word == option)
}

/// The attributes of an item.
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
