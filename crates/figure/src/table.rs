//! Tables of text, numbers and intervals, for three writers.

use crate::number::{self, Shown};
use crate::{csv, latex, markdown};

/// Rows under headed columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it shows, in [markup](crate::markup); empty for none.
    pub caption: String,
    /// Name under which LaTeX refers to it, as `table:fits`; empty for none.
    pub label: String,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// One cell per column; a shorter row ends in missing cells.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Plain name, the heading in CSV.
    pub key: String,
    /// Heading for readers, in [markup](crate::markup).
    pub heading: String,
    /// Where cells stand.
    pub align: Align,
    /// What the `digits` of numbers count.
    pub format: Format,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left, as text does.
    Left,
    /// In the middle.
    Centre,
    /// At the right, as numbers do.
    Right,
}

/// What the `digits` of numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Significant digits. Magnitudes from 10^-4 up to 10^6 are written out, with all digits left
    /// of the point; others as a number between 1 and 10 times a power of ten.
    Significant,
    /// Digits right of the point.
    Decimals,
}

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, in [markup](crate::markup).
    Text(String),
    /// A number; NaN is missing.
    Number {
        /// Its value.
        value: f64,
        /// Digits shown to readers; CSV has all.
        digits: usize,
    },
    /// A number between two others; NaN as the value is missing.
    Interval {
        /// Its value.
        value: f64,
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
        /// Digits of the value shown to readers; the ends have as many after the point.
        digits: usize,
    },
    /// Nothing, shown as a dash.
    Missing,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn text(key: &str, heading: &str) -> Self {
        let (key, heading) = (key.to_owned(), heading.to_owned());
        Self { key, heading, align: Align::Left, format: Format::Significant }
    }

    /// A column of numbers with significant digits.
    #[must_use]
    pub fn number(key: &str, heading: &str) -> Self {
        Self { align: Align::Right, ..Self::text(key, heading) }
    }
}

impl Table {
    /// GitHub Markdown, the caption as a paragraph above.
    ///
    /// # Panics
    /// If a row has more cells than there are columns.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::write(self)
    }

    /// RFC 4180 with keys as header: numbers as the shortest decimals that give the same `f64`,
    /// `inf` for infinity, nothing for missing; the ends of intervals in columns `key_lo` and
    /// `key_hi`.
    ///
    /// # Panics
    /// If a row has more cells than there are columns.
    #[must_use]
    pub fn to_csv(&self) -> String {
        csv::write(self)
    }

    /// A LaTeX `table` for the package `booktabs`.
    ///
    /// # Panics
    /// If a row has more cells than there are columns.
    #[must_use]
    pub fn to_latex(&self) -> String {
        latex::write(self)
    }

    /// The cells of a row with their columns, missing ones included.
    pub(crate) fn cells<'a>(
        &'a self,
        row: &'a [Cell],
    ) -> impl Iterator<Item = (&'a Column, &'a Cell)> {
        let (cells, columns) = (row.len(), self.columns.len());
        assert!(cells <= columns, "a row of {cells} cells stands under {columns} columns");
        let padded = row.iter().chain(std::iter::repeat(&Cell::Missing));
        self.columns.iter().zip(padded)
    }
}

/// A number of a cell as it is read.
pub(crate) enum Reading<'a> {
    Text(&'a str),
    Number(Shown),
    /// A value, its ends, and the power of ten that multiplies all three.
    Interval([Shown; 3], Option<i32>),
    Missing,
}

impl Cell {
    /// The cell as it stands in a Markdown table, with significant digits.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::read(&self.read(Format::Significant))
    }

    /// The cell with its digits rounded as its column asks.
    pub(crate) fn read(&self, format: Format) -> Reading<'_> {
        match *self {
            Self::Text(ref text) => Reading::Text(text),
            Self::Number { value, digits } if !value.is_nan() => {
                Reading::Number(number::show(value, digits, format))
            }
            Self::Interval { value, lo, hi, digits } if !value.is_nan() => {
                let (shown, exponent) = number::show_interval([value, lo, hi], digits, format);
                Reading::Interval(shown, exponent)
            }
            _ => Reading::Missing,
        }
    }
}
