//! Names of words in tables, figures and evidence, and the looks of series.

use std::collections::BTreeSet;

use maruyama_figure::{Colour, Dash, Marker};

use crate::analyse::Scalar;
use crate::manifest::types::{Manifest, Status};
use crate::report::word::{Look, WORDS, Word};

/// Before a column, it means the published value.
const PUBLISHED: &str = "ref_";
/// How published values are known, in a word or two.
pub(crate) const TAGS: [&str; 4] = ["paper-reported", "authors’ code", "recalled", "derived"];

/// How a published value is known.
pub(crate) fn tag(status: Status) -> &'static str {
    TAGS[match status {
        Status::Paper => 0,
        Status::Code => 1,
        Status::Recalled => 2,
        Status::Derived => 3,
    }]
}

/// The names that a manifest gives, and those of the words that are known behind them.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    manifest: &'a Manifest,
}

impl<'a> Names<'a> {
    /// The names of words in the report of `manifest`.
    #[must_use]
    pub fn of(manifest: &'a Manifest) -> Names<'a> {
        Names { manifest }
    }

    /// The name of `word` in the markup of labels, if it has one.
    #[must_use]
    pub fn given(self, word: &str) -> Option<&'a str> {
        let own = self.manifest.names.iter().find(|(known, _)| known.value == word);
        let own = own.map(|(_, name)| name.as_str());
        own.or_else(|| known(word).map(|known| known.shown).filter(|shown| !shown.is_empty()))
    }

    /// The name of `word`, or the word itself with blanks.
    #[must_use]
    pub fn shown(self, word: &str) -> String {
        self.given(word).map_or_else(|| word.replace('_', " "), str::to_owned)
    }

    /// The name of `column` in rows of the analysis `of`: a given one, that of a table of the analysis,
    /// or the word with blanks.
    #[must_use]
    pub fn column(self, of: &str, column: &str) -> String {
        let tables = self.manifest.tables.iter().filter(|table| table.of == of);
        let mut columns = tables.flat_map(|table| &table.columns);
        let heading = || columns.find(|one| one.show.value == column)?.heading.as_deref();
        self.given(column).or_else(heading).map_or_else(|| self.shown(column), str::to_owned)
    }

    /// The heading of a column of rows of the analysis `of`: one of published values says how they
    /// are known, as in `theory (derived)`.
    #[must_use]
    pub fn tagged(self, of: &str, column: &str, heading: &str) -> String {
        let name = column.strip_prefix(PUBLISHED).unwrap_or_default();
        let references = self.manifest.references.iter().filter(|reference| {
            reference.of == of && reference.values.iter().any(|(known, _)| known.value == name)
        });
        let tags: BTreeSet<&str> = references.map(|reference| tag(reference.status)).collect();
        if tags.is_empty() {
            return heading.to_owned();
        }
        format!("{heading} ({})", tags.into_iter().collect::<Vec<_>>().join(", "))
    }

    /// What a curve, panel or cell is called that stands for a value of `column`: the name of a
    /// text, and of a number that of the column too, `γ = 0.5` if it is a given one.
    #[must_use]
    pub fn entry(self, column: &str, value: &Scalar) -> String {
        let number = match value {
            Scalar::Text(text) => return self.text(column, text),
            Scalar::Number(value) | Scalar::Interval { value, .. } => value.to_string(),
            Scalar::Missing => "–".to_owned(),
        };
        self.text(column, &number)
    }

    /// The same of a value that was written as text.
    #[must_use]
    pub fn text(self, column: &str, value: &str) -> String {
        if value != "–" && value.parse::<f64>().is_err() {
            return self.shown(value);
        }
        let number = value.replace('-', "−");
        match self.given(column) {
            Some(name) => format!("{name} = {number}"),
            None => format!("{} {number}", self.shown(column)),
        }
    }
}

fn known(word: &str) -> Option<&'static Word> {
    WORDS.iter().find(|known| known.key == word)
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Colour of lines, points and bands.
    pub colour: Colour,
    /// Pattern of the line.
    pub dash: Dash,
    /// Form of the points.
    pub marker: Marker,
}

impl Style {
    fn series(idx: usize) -> Style {
        let colour = Colour::Series(idx);
        Style { colour, dash: Dash::series(idx), marker: Marker::series(idx) }
    }

    /// Whether the series is theory, drawn in ink over the others and without points.
    pub(crate) fn is_theory(self) -> bool {
        self.colour == Colour::Ink
    }
}

/// The styles of the series of a panel, which stand for `words`: a word of [`WORDS`] looks the same
/// in every figure, and the others are the first series that are free.
pub(crate) fn styles(words: &[&str]) -> Vec<Style> {
    let mut taken = BTreeSet::new();
    let mut n_theories = 0;
    let fixed: Vec<Option<Style>> = words
        .iter()
        .map(|word| match known(&word.to_lowercase().replace(' ', "_"))?.look {
            Look::Any => None,
            Look::Series(idx) => taken.insert(idx).then(|| Style::series(idx)),
            Look::Theory => {
                n_theories += 1;
                Some(Style { colour: Colour::Ink, ..Style::series(n_theories) })
            }
        })
        .collect();
    let mut free = (0..).filter(|idx| !taken.contains(idx));
    let mut first_free = || Style::series(free.next().unwrap_or_default());
    fixed.into_iter().map(|style| style.unwrap_or_else(&mut first_free)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_keep_their_look_and_others_take_what_is_free() {
        let found = styles(&["0.5", "sme_1", "0.7", "sgd"]);
        assert_eq!(found[1], Style::series(1));
        assert_eq!((found[0], found[2]), (Style::series(0), Style::series(2)));
        assert!(found[3].is_theory());
        assert_eq!(styles(&["ha_sme", "sme_1"])[1], found[1]);
        assert_eq!(styles(&["Gradient flow"]), styles(&["gradient_flow"]));
    }

    #[test]
    fn no_two_series_look_alike() {
        let found = styles(&["simulated", "optimiser", "exact", "sgd", "a", "b", "c", "d"]);
        for (i, style) in found.iter().enumerate() {
            assert!(!found[..i].contains(style), "{found:?}");
        }
    }
}
