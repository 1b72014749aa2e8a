//! The claims of an item, judged.

use std::iter::repeat_n;

use crate::analyse::{AnalysedItem, Scalar};
use crate::manifest::types::{Claim, Manifest, Verdict};
use crate::report::claim::{Test, Truth, verdict};
use crate::report::published::{self, Compared};
use crate::report::view::RowView;

/// The numbers that a claim was judged by, for one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What distinguishes the row: labels of its cell and text columns.
    pub of: Vec<(String, String)>,
    /// The truth of the test.
    pub truth: Truth,
    /// How far the row is from the boundary of the test; negative where it does not pass.
    pub margin: f64,
    /// The columns that the claim lists, and those of the row before that the test compares with.
    pub values: Vec<(String, Scalar)>,
}

/// A claim with its verdict.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// What became of it.
    pub verdict: Verdict,
    /// The rows that it was judged by.
    pub evidence: Vec<Evidence>,
    /// Cells that should have given evidence and have no result; what they would say is undecided.
    pub n_missing: usize,
    /// Published values of its rows beside ours.
    pub published: Vec<Compared<'a>>,
}

impl Judged<'_> {
    /// Whether the verdict is the one on record.
    #[must_use]
    pub fn as_expected(&self) -> bool {
        self.verdict == self.claim.expect
    }
}

/// Before a column in a test, it means the row before among those that pass the claim's filter; the
/// first of them is then not tested.
pub const PREVIOUS: &str = "previous.";

/// Judges every claim of `manifest`.
///
/// # Panics
/// If a test cannot be read: [`crate::check`] has read all of them.
#[must_use]
pub fn judge<'a>(manifest: &'a Manifest, item: &'a AnalysedItem<'a>) -> Vec<Judged<'a>> {
    manifest.claims.iter().map(|claim| judge_one(manifest, item, claim)).collect()
}

/// What claims ask for by names that no row says, a sentence each.
///
/// # Panics
/// As [`judge`].
#[must_use]
pub fn unknown_names(manifest: &Manifest, item: &AnalysedItem<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for claim in &manifest.claims {
        let test = Test::parse(&claim.test.value).expect("tests are read before anything runs");
        let of_test = test.columns().map(|column| column.strip_prefix(PREVIOUS).unwrap_or(column));
        let listed = claim.evidence.iter().map(|column| column.value.as_str());
        let listed = listed.map(|column| column.strip_prefix(PREVIOUS).unwrap_or(column));
        let filtered = claim.filter.iter().map(|condition| condition.column.value.as_str());
        for column in of_test.chain(listed).chain(filtered) {
            if let Some((analysis, name)) = RowView::unknown_name(item, column) {
                let id = &claim.id;
                found.push(format!(
                    "claim `{id}`, `{column}`: no row of analysis `{analysis}` says `{name}`"
                ));
            }
        }
    }
    found.dedup();
    found.extend(unknown_words(manifest, item));
    found.extend(idle_filters(manifest, item));
    found
}

/// Conditions of tables and claims that no row of their analysis meets, a sentence each; nothing where
/// some cell has no row, or in a profile, which may leave rows out.
fn idle_filters(manifest: &Manifest, item: &AnalysedItem<'_>) -> Vec<String> {
    if !manifest.is_as_written() {
        return Vec::new();
    }
    let tables =
        manifest.tables.iter().map(|table| ("table", &table.name, &table.of, &table.filter));
    let claims = manifest.claims.iter().map(|claim| ("claim", &claim.id, &claim.of, &claim.filter));
    let mut found = Vec::new();
    for (what, name, of, filter) in tables.chain(claims) {
        let has_all = |of: &String| {
            let cells = item.get(of.as_str()).map(Vec::as_slice).unwrap_or_default();
            cells.iter().all(|cell| !cell.outcome.rows.is_empty())
        };
        if !has_all(of) {
            continue;
        }
        for condition in filter {
            if RowView::select(manifest, item, of, &vec![condition.clone()]).is_empty() {
                let values: Vec<String> =
                    condition.values.iter().map(ToString::to_string).collect();
                found.push(format!(
                    "{what} `{name}`: no row of `{of}` has {} {}",
                    condition.column.value,
                    values.join(" or ")
                ));
            }
        }
    }
    found
}

/// Words that `names` has a name for and that are nowhere in the item's results, a sentence each;
/// nothing where some cell has none.
fn unknown_words(manifest: &Manifest, item: &AnalysedItem<'_>) -> Vec<String> {
    let cells = || item.values().flatten();
    if cells().any(|cell| cell.outcome.rows.is_empty()) {
        return Vec::new();
    }
    let rows = || cells().flat_map(|cell| &cell.outcome.rows);
    let is_said = |word: &str| {
        let text = Scalar::text(word);
        rows().any(|row| row.get(word).is_some() || row.values().any(|value| *value == text))
    };
    let is_of_cell = |word: &str| {
        let mut parameters = cells().map(|cell| (&cell.cell.ensemble.parameters, cell.cell));
        parameters.any(|(parameters, cell)| {
            parameters.contains_key(word)
                || cell.data_name() == Some(word)
                || parameters.values().any(|value| value.as_text() == Some(word))
        })
    };
    let words = manifest.names.iter().map(|(word, _)| &word.value);
    let unknown = words.filter(|word| !is_said(word) && !is_of_cell(word));
    unknown.map(|word| format!("`names`, `{word}`: no row has this column or says this")).collect()
}

fn judge_one<'a>(
    manifest: &'a Manifest,
    item: &'a AnalysedItem<'a>,
    claim: &'a Claim,
) -> Judged<'a> {
    let test = Test::parse(&claim.test.value).expect("tests are read before anything runs");
    let rows = RowView::select(manifest, item, &claim.of, &claim.filter);
    let shown = shown(claim, &test);
    let n_first = usize::from(test.columns().any(|column| column.starts_with(PREVIOUS)));
    let evidence: Vec<Evidence> = (n_first..rows.len())
        .map(|idx| (&rows[idx], idx.checked_sub(1).map(|idx| &rows[idx])))
        .map(|(row, before)| {
            let look_up = |column: &str| match (column.strip_prefix(PREVIOUS), before) {
                (Some(column), Some(before)) => before.look_up(column),
                (Some(_), None) => Scalar::Missing,
                (None, _) => row.look_up(column),
            };
            Evidence {
                of: distinguishing(row, claim),
                truth: test.evaluate(&look_up),
                margin: test.margin(&look_up),
                values: shown.iter().map(|name| (name.clone(), look_up(name))).collect(),
            }
        })
        .collect();
    let n_missing = RowView::n_without(manifest, item, &claim.of, &claim.filter);
    let truths = evidence.iter().map(|evidence| evidence.truth);
    let truths: Vec<Truth> = truths.chain(repeat_n(Truth::Undecided, n_missing)).collect();
    let published = published::of_claim(manifest, item, claim, &test);
    Judged { claim, verdict: verdict(claim.over, &truths), evidence, n_missing, published }
}

/// The columns that the claim lists; behind each, or else at the end, the value of the row before if
/// the test compares with it.
fn shown(claim: &Claim, test: &Test) -> Vec<String> {
    let listed: Vec<&str> = claim.evidence.iter().map(|column| column.value.as_str()).collect();
    let mut before: Vec<&str> =
        test.columns().filter(|one| one.starts_with(PREVIOUS) && !listed.contains(one)).collect();
    before.sort_unstable();
    before.dedup();
    let mut shown = Vec::new();
    for column in listed {
        shown.push(column.to_owned());
        let is_before = |one: &&str| one.strip_prefix(PREVIOUS) == Some(column);
        if let Some(idx) = before.iter().position(is_before) {
            shown.push(before.remove(idx).to_owned());
        }
    }
    shown.extend(before.into_iter().map(str::to_owned));
    shown
}

/// The labels of the row's cell, and its values of the columns that the claim filters by.
fn distinguishing(row: &RowView<'_>, claim: &Claim) -> Vec<(String, String)> {
    let mut of = row.cell.cell.owned_labels();
    for condition in claim.filter.iter().filter(|condition| condition.values.len() > 1) {
        let column = &condition.column.value;
        if of.iter().all(|(name, _)| name != column) {
            let value = match row.look_up(column) {
                Scalar::Text(text) => text,
                Scalar::Number(number) => number.to_string(),
                Scalar::Interval { value, .. } => value.to_string(),
                Scalar::Missing => continue,
            };
            of.push((column.clone(), value));
        }
    }
    of
}
