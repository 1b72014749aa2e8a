//! Profiles: scaled-down variants of a manifest.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::{Faults, Fields, entries};
use crate::manifest::name;
use crate::manifest::output::Known;
use crate::manifest::span::Span;
use crate::manifest::suggest::advice;
use crate::manifest::tree::{Entry, Node};

/// The profile that is the file as it stands; it need not be declared.
pub const PAPER: &str = "paper";

/// The settings of a profile, by sweep and by analysis.
#[derive(Clone, Copy, Default)]
pub struct Profile<'n> {
    /// Sweeps and their final settings.
    pub simulate: &'n [Entry],
    /// Analyses and their final settings.
    pub analyse: &'n [Entry],
}

impl<'n> Profile<'n> {
    /// The settings under `name` in one of the two sections.
    #[must_use]
    pub fn settings(section: &'n [Entry], name: &str) -> &'n [Entry] {
        let found = section.iter().find(|entry| entry.key.value == name);
        // That each of them is a mapping was checked when the profile was read.
        found.map_or(&[], |entry| entries(&entry.value, "", &mut Faults::new()))
    }
}

/// The profile `name` of the section `profiles`. Reports sweeps and analyses that no profile can
/// change because they do not exist, and a profile that is not declared.
pub fn profile<'n>(
    section: Option<&'n Node>,
    name: &str,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Profile<'n> {
    let declared = section.map_or(&[][..], |node| entries(node, "`profiles`", faults));
    let mut selected = (name == PAPER).then(Profile::default);
    for entry in declared {
        name::check(&entry.key, "a profile", faults);
        let profile = read(entry, known, faults);
        if entry.key.value == name {
            selected = Some(profile);
        }
    }
    selected.unwrap_or_else(|| {
        let mut names = vec![PAPER];
        names.extend(declared.iter().map(|entry| entry.key.value.as_str()));
        let message = format!("the manifest has no profile `{name}`");
        let help = advice(name, &names, "profiles");
        faults
            .push(Diagnostic::new(section.map_or(Span::default(), |s| s.span), message).help(help));
        Profile::default()
    })
}

fn read<'n>(entry: &'n Entry, known: &Known<'_>, faults: &mut Faults) -> Profile<'n> {
    let what = format!("profile `{}`", entry.key.value);
    let mut fields = Fields::open(&entry.value, entry.key.span, &what, faults);
    let (simulate, analyse) = (fields.take("simulate"), fields.take("analyse"));
    fields.close(faults);
    let mut section = |node: Option<&'n Node>, names: &[&str], one: &str, many: &str| {
        let settings = node.map_or(&[][..], |node| entries(node, "settings", faults));
        for entry in settings {
            entries(&entry.value, "settings", faults);
            if !names.contains(&entry.key.value.as_str()) {
                let message = format!("there is no {one} `{}`", entry.key.value);
                let help = advice(&entry.key.value, names, many);
                faults.push(
                    Diagnostic::new(entry.key.span, message).label("unknown name").help(help),
                );
            }
        }
        settings
    };
    Profile {
        simulate: section(simulate, &known.sweeps, "sweep", "sweeps"),
        analyse: section(analyse, &known.analyses, "analysis", "analyses"),
    }
}
