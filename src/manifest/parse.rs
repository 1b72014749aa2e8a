//! Text, vocabulary and profile to a checked manifest, or to everything that is wrong with it.

use crate::manifest::analysis::analysis;
use crate::manifest::cells;
use crate::manifest::diagnostic::{Diagnostic, Diagnostics};
use crate::manifest::fields::{Faults, Fields, entries, items};
use crate::manifest::name;
use crate::manifest::output::{Known, claims, figure, names, reference, table};
use crate::manifest::part::data_sets;
use crate::manifest::profile::{Profile, profile};
use crate::manifest::simulate;
use crate::manifest::span::{Located, Span};
use crate::manifest::tree::{self, Entry, Node};
use crate::manifest::types::{Manifest, Paper, Sweep};
use crate::manifest::vocabulary::Vocabulary;

/// Reads the manifest `text` of the file at `path` in the given profile; `paper` is the file as it
/// stands.
///
/// # Errors
/// Every mistake in the file, in the order of their places; a syntax error alone, since nothing
/// behind it can be trusted.
pub fn parse(
    path: &str,
    text: &str,
    vocabulary: &Vocabulary<'_>,
    profile: &str,
) -> Result<Manifest, Diagnostics> {
    let report = |faults: Faults| Diagnostics::new(path, text, faults);
    let (root, mut faults) = tree::parse(text).map_err(|error| report(vec![error]))?;
    let manifest = read(path, &root, vocabulary, profile, &mut faults);
    match manifest {
        Some(manifest) if faults.is_empty() => Ok(manifest),
        _ => Err(report(faults)),
    }
}

/// The sections of a manifest, as nodes.
struct Sections<'n> {
    data: Option<&'n Node>,
    simulate: Option<&'n Node>,
    analyse: Option<&'n Node>,
    names: Option<&'n Node>,
    reference: Option<&'n Node>,
    tables: Option<&'n Node>,
    figures: Option<&'n Node>,
    claims: Option<&'n Node>,
    profiles: Option<&'n Node>,
}

fn read(
    path: &str,
    root: &Node,
    vocabulary: &Vocabulary<'_>,
    profile_name: &str,
    faults: &mut Faults,
) -> Option<Manifest> {
    let mut fields = Fields::open(root, Span::default(), "the manifest", faults);
    let title = fields.required_text("title", faults);
    let item = item(path, fields.text("item", faults), faults);
    let paper = fields.take("paper").map(|node| paper(node, faults));
    let about = fields.plain_text("about", faults);
    let sections = Sections::take(&mut fields);
    fields.close(faults);
    let mut manifest = sections.read(vocabulary, profile_name, faults);
    path.clone_into(&mut manifest.path);
    manifest.item = item;
    manifest.title = title?.value;
    manifest.about = about;
    manifest.paper = paper;
    Some(manifest)
}

impl<'n> Sections<'n> {
    fn take(fields: &mut Fields<'n>) -> Sections<'n> {
        Sections {
            data: fields.take("data"),
            simulate: fields.require("simulate"),
            analyse: fields.take("analyse"),
            names: fields.take("names"),
            reference: fields.take("reference"),
            tables: fields.take("tables"),
            figures: fields.take("figures"),
            claims: fields.take("claims"),
            profiles: fields.take("profiles"),
        }
    }

    fn sweeps(&self, faults: &mut Faults) -> &'n [Entry] {
        let sweeps = section(self.simulate, "`simulate`", faults);
        if let Some(node) = self.simulate.filter(|_| sweeps.is_empty()) {
            faults.push(Diagnostic::new(node.span, "`simulate` has no sweeps"));
        }
        sweeps
    }

    fn read(
        &self,
        vocabulary: &Vocabulary<'_>,
        profile_name: &str,
        faults: &mut Faults,
    ) -> Manifest {
        let sweeps = self.sweeps(faults);
        let analyses = section(self.analyse, "`analyse`", faults);
        let known = Known { sweeps: keys(sweeps), analyses: keys(analyses) };
        let profile = profile(self.profiles, profile_name, &known, faults);
        let data = data_sets(self.data, vocabulary, faults);
        let sweep = |entry: &Entry, faults: &mut Faults| {
            name::check(&entry.key, "a sweep", faults);
            let settings = Profile::settings(profile.simulate, &entry.key.value);
            let grid = simulate::grid(entry, settings, vocabulary, faults);
            cells::sweep(&grid, &data, vocabulary, faults)
        };
        let swept: Vec<Sweep> = sweeps.iter().map(|entry| sweep(entry, faults)).collect();
        let estimate = |entry: &Entry, faults: &mut Faults| {
            let settings = Profile::settings(profile.analyse, &entry.key.value);
            analysis(entry, settings, vocabulary, (&known, &swept), faults)
        };
        let analyses = analyses.iter().filter_map(|entry| estimate(entry, faults)).collect();
        let references = self.reference.map_or(&[][..], |node| items(node, "`reference`", faults));
        let tables = section(self.tables, "`tables`", faults);
        let figures = section(self.figures, "`figures`", faults);
        Manifest {
            path: String::new(),
            item: String::new(),
            title: String::new(),
            about: String::new(),
            paper: None,
            profile: profile_name.to_owned(),
            profiles: keys(section(self.profiles, "`profiles`", faults))
                .into_iter()
                .map(str::to_owned)
                .collect(),
            analyses,
            sweeps: swept,
            names: names(section(self.names, "`names`", faults), faults),
            references: references.iter().filter_map(|n| reference(n, &known, faults)).collect(),
            tables: tables.iter().filter_map(|entry| table(entry, &known, faults)).collect(),
            figures: figures
                .iter()
                .filter_map(|entry| figure(entry, vocabulary, &known, faults))
                .collect(),
            claims: self.claims.map_or(Vec::new(), |node| claims(node, &known, faults)),
        }
    }
}

fn section<'n>(node: Option<&'n Node>, what: &str, faults: &mut Faults) -> &'n [Entry] {
    node.map_or(&[], |node| entries(node, what, faults))
}

fn keys(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.key.value.as_str()).collect()
}

fn item(path: &str, given: Option<Located<String>>, faults: &mut Faults) -> String {
    if let Some(item) = given {
        name::check(&item, "an experiment", faults);
        return item.value;
    }
    let item = name::of_path(path);
    if !name::is_valid(&item) {
        let message =
            format!("`{item}`, after the file's path, cannot be the name of an experiment");
        faults.push(Diagnostic::new(Span::default(), message).help("give a name: `item: my-name`"));
    }
    item
}

fn paper(node: &Node, faults: &mut Faults) -> Paper {
    let mut fields = Fields::open(node, node.span, "`paper`", faults);
    let arxiv = fields.plain_text("arxiv", faults);
    let place = fields.plain_text("where", faults);
    fields.close(faults);
    Paper { arxiv, place }
}
