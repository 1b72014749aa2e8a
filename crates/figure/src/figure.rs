//! Figures: panels in rows, and what stands in each of them.

use crate::mark::Mark;
use crate::raster::{self, RasterError};
use crate::scale::Axis;
use crate::{layout, svg};

/// Panels in rows, drawn at one common size.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name, unique among the figures of one document: it begins the identifiers inside the SVG,
    /// so that several can stand in one page. Letters, digits and hyphens are kept.
    pub name: String,
    /// The panels, row by row; lettered a, b, c, ... if there are several.
    pub panels: Vec<Panel>,
    /// Panels in a row; zero counts as one.
    pub across: usize,
    /// Width of the whole in pixels of 1/96 inch; text is sized for print at this width.
    pub width: f64,
    /// Height in pixels of the area between the axes of each panel.
    pub panel_height: f64,
}

/// Width of one journal column (89 mm) in pixels of 1/96 inch.
pub const ONE_COLUMN: f64 = 336.0;
/// Width of two journal columns (183 mm) in pixels of 1/96 inch.
pub const TWO_COLUMNS: f64 = 692.0;

/// A pair of axes and what is drawn between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What it shows, in the [markup](crate::markup) of labels; may be empty.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, from back to front.
    pub marks: Vec<Mark>,
    /// Where the names of marks stand.
    pub legend: Legend,
    /// Remarks inside the panel.
    pub notes: Vec<Note>,
}

/// Where the names of marks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// Beside the right end of each curve; else, as where curves end far from the right, or names
    /// are too long or too many, a list as with [`Legend::Emptiest`].
    Direct,
    /// A list in a corner or at a side where it covers nothing; to the right of the panel if there
    /// is no such place; where it covers least if it is too wide for that.
    Emptiest,
    /// A list in the given corner.
    Inside(Corner),
    /// Nowhere.
    None,
}

/// A corner of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Corner {
    /// Upper right.
    TopRight,
    /// Upper left.
    TopLeft,
    /// Lower right.
    BottomRight,
    /// Lower left.
    BottomLeft,
}

/// A remark inside a panel, in the [markup](crate::markup) of labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What it says; lines end at `\n`.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// Where a [`Note`] stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// In a corner, below or above what stands there already.
    Corner(Corner),
    /// To the upper right of the point `(x, y)`, moved as needed to stay between the axes.
    At(f64, f64),
}

impl Panel {
    /// An empty panel with names beside curves.
    #[must_use]
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        Self {
            title: title.to_owned(),
            x,
            y,
            marks: Vec::new(),
            legend: Legend::Direct,
            notes: Vec::new(),
        }
    }

    /// The same panel with one more mark in front.
    #[must_use]
    pub fn with(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// The same panel with one more remark.
    #[must_use]
    pub fn noted(mut self, place: Place, text: &str) -> Self {
        self.notes.push(Note { text: text.to_owned(), place });
        self
    }

    /// The same panel with its names elsewhere.
    #[must_use]
    pub fn legend(self, legend: Legend) -> Self {
        Self { legend, ..self }
    }
}

impl Figure {
    /// Panels in rows of `across`, two journal columns wide, each 0.55 times as high as its share
    /// of the width but between 90 and 240 pixels.
    #[must_use]
    pub fn new(name: &str, across: usize, panels: Vec<Panel>) -> Self {
        let panel_height = (TWO_COLUMNS / across.max(1) as f64 * 0.55).clamp(90.0, 240.0);
        Self { name: name.to_owned(), panels, across, width: TWO_COLUMNS, panel_height }
    }

    /// The figure as SVG text: a function of the figure alone, byte for byte.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::write(&layout::scene(self))
    }

    /// The figure as a PNG of twice as many dots as pixels, on white, with the vendored font.
    ///
    /// # Errors
    /// [`RasterError`] if the figure is too large to hold in memory.
    pub fn to_png(&self) -> Result<Vec<u8>, RasterError> {
        raster::png(&self.to_svg(), 2.0)
    }
}
