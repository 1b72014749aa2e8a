//! The page of an item, in Markdown.

use std::fmt::Write as _;

use maruyama_figure::{Table, markdown};

use crate::manifest::types::{Manifest, Status, Verdict};
use crate::plan::PlannedItem;
use crate::report::name::Names;
use crate::report::published::Compared;
use crate::report::verdict::Judged;
use crate::report::{beside, evidence};

/// What a page shows.
pub(crate) struct Page<'a> {
    pub item: &'a PlannedItem,
    pub claims: &'a [Judged<'a>],
    /// Names and tables, in the manifest's order.
    pub tables: &'a [(String, Table)],
    /// Names and captions of the figures, in the manifest's order.
    pub figures: &'a [(String, String)],
    /// Published values beside ours.
    pub published: &'a [Compared<'a>],
    /// Of which statistics chains are missing, a sentence each.
    pub survivors: &'a [String],
}

impl Page<'_> {
    /// The page as Markdown, one file named `README.md` in the item's folder.
    pub(crate) fn to_markdown(&self) -> String {
        let manifest = &self.item.manifest;
        let mut page = format!("# {}\n\n", manifest.title);
        if let Some(paper) = &manifest.paper {
            let _ = write!(page, "[arXiv:{0}](https://arxiv.org/abs/{0})", paper.arxiv);
            if !paper.place.is_empty() {
                let _ = write!(page, ", {}", paper.place);
            }
            page.push_str(".\n\n");
        }
        if !manifest.about.is_empty() {
            let _ = writeln!(page, "{}\n", manifest.about.trim());
        }
        self.write_claims(&mut page);
        self.write_figures(&mut page);
        self.write_tables(&mut page);
        self.write_references(&mut page);
        self.write_survivors(&mut page);
        self.write_how_to(&mut page);
        page
    }

    fn write_claims(&self, page: &mut String) {
        if self.claims.is_empty() {
            return;
        }
        page.push_str("## Claims\n\n");
        for judged in self.claims {
            let claim = judged.claim;
            let _ = writeln!(
                page,
                "### {} {}: {}\n\n{}\n\n*Source:* {} ({}).\n*Test:* `{}`, {}.\n",
                symbol(judged.verdict),
                capitalised(&judged.verdict.to_string()),
                claim.id,
                markdown(claim.statement.trim()),
                markdown(claim.place.trim()),
                status(claim.status),
                claim.test.value,
                quantifier(judged),
            );
            if !judged.as_expected() {
                let _ = writeln!(page, "**The verdict on record is: {}.**\n", claim.expect);
            }
            page.push_str(&evidence::to_markdown(judged, Names::of(&self.item.manifest)));
            if judged.n_missing > 0 {
                let cells = crate::error::plural(judged.n_missing, "cell");
                let _ =
                    writeln!(page, "**{cells} gave no result and is no part of this evidence.**\n");
            }
            if !claim.remark.is_empty() {
                let _ = writeln!(page, "{}\n", claim.remark.trim());
            }
        }
    }

    fn write_figures(&self, page: &mut String) {
        if self.figures.is_empty() {
            return;
        }
        page.push_str("## Figures\n\n");
        for (name, caption) in self.figures {
            let _ = writeln!(page, "![{name}]({name}.png)\n\n{}\n", markdown(caption.trim()));
            let _ = writeln!(page, "[SVG]({name}.svg)\n");
        }
    }

    fn write_tables(&self, page: &mut String) {
        if self.tables.is_empty() {
            return;
        }
        page.push_str("## Tables\n\n");
        for (name, table) in self.tables {
            let _ =
                writeln!(page, "{}\n[CSV]({name}.csv), [LaTeX]({name}.tex)\n", table.to_markdown());
        }
    }

    fn write_references(&self, page: &mut String) {
        let references = &self.item.manifest.references;
        if references.is_empty() {
            return;
        }
        let is_ours = references.iter().all(|reference| reference.status == Status::Derived);
        let heading = if is_ours { "Reference values" } else { "Published values" };
        let _ = writeln!(page, "## {heading}\n");
        let mut sources: Vec<String> = references
            .iter()
            .map(|reference| format!("{} ({})", reference.source, status(reference.status)))
            .collect();
        sources.dedup();
        let _ = writeln!(page, "Sources: {}.\n", sources.join("; "));
        page.push_str(&beside::to_markdown(self.published, Names::of(&self.item.manifest)));
    }

    fn write_survivors(&self, page: &mut String) {
        if self.survivors.is_empty() {
            return;
        }
        page.push_str("## Chains that diverged\n\n");
        for sentence in self.survivors {
            let _ = writeln!(page, "- {sentence}");
        }
        page.push('\n');
    }

    fn write_how_to(&self, page: &mut String) {
        let manifest = &self.item.manifest;
        let _ = writeln!(
            page,
            "## How to rerun\n\n```sh\nmaruyama reproduce {}\n```\n\n{}",
            arguments(manifest),
            scale(self.item, manifest)
        );
    }
}

/// How a command names `manifest` in its profile: `experiments/a.yaml --profile smoke`.
pub(crate) fn arguments(manifest: &Manifest) -> String {
    if manifest.report_name() == manifest.item {
        manifest.path.clone()
    } else {
        format!("{} --profile {}", manifest.path, manifest.profile)
    }
}

/// A sentence on how much was simulated.
fn scale(item: &PlannedItem, manifest: &Manifest) -> String {
    let sweeps: Vec<String> = item
        .sweeps
        .iter()
        .map(|sweep| {
            let chains: u64 = sweep.cells.iter().map(|cell| cell.chains).sum();
            let cells = crate::error::plural(sweep.cells.len(), "cell");
            format!("sweep `{}`: {cells}, {chains} chains", sweep.name)
        })
        .collect();
    format!("Profile `{}`; {}.\n", manifest.profile, sweeps.join("; "))
}

fn quantifier(judged: &Judged<'_>) -> String {
    match judged.claim.over {
        crate::manifest::types::Over::Every => "for every row".to_owned(),
        crate::manifest::types::Over::Any => "for some row".to_owned(),
    }
}

/// A sign that tells the verdicts apart without colour.
pub(crate) fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "✓",
        Verdict::Contradicted => "✗",
        Verdict::Inconclusive => "?",
    }
}

/// Where a statement comes from.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Paper => "stated in the paper",
        Status::Code => "printed by the authors' code",
        Status::Recalled => "recalled, not checked against the paper",
        Status::Derived => "derived here",
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
