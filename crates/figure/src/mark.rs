//! Marks: what is drawn in a panel, and how far it reaches.

use crate::colour::Colour;
use crate::scale::Scale;

/// Something drawn in the coordinates of a panel.
///
/// Points that are not finite, or not positive on a logarithmic axis, are left out and interrupt
/// the line they belong to.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its geometry.
    pub shape: Shape,
    /// Its paint.
    pub colour: Colour,
    /// Its name in [markup](crate::markup), empty for none; marks of one name share one entry.
    pub label: String,
}

/// Geometry of a [`Mark`].
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Points `(x, y)` joined in their order.
    Line {
        /// `(x, y)`.
        points: Vec<(f64, f64)>,
        /// Pattern of the line.
        dash: Dash,
    },
    /// A function that jumps to `y` at `x` and stays there, as a distribution function does.
    Steps {
        /// `(x, y)` with `x` increasing.
        points: Vec<(f64, f64)>,
        /// Pattern of the line.
        dash: Dash,
    },
    /// Separate points.
    Points {
        /// `(x, y)`.
        points: Vec<(f64, f64)>,
        /// Form of each point.
        marker: Marker,
        /// Diameter in pixels.
        size: f64,
    },
    /// The area between two curves.
    Band {
        /// `(x, lower, upper)`; on a logarithmic axis a lower end `<= 0` is the panel's bottom.
        points: Vec<(f64, f64, f64)>,
    },
    /// Points with a vertical interval each.
    Intervals {
        /// The points.
        points: Vec<Estimate>,
        /// Form of each point.
        marker: Marker,
    },
    /// Bars from zero (from the panel's bottom on a logarithmic axis).
    Bars {
        /// Ends of the bars, increasing, one more than bars.
        edges: Vec<f64>,
        /// Height of each bar.
        heights: Vec<f64>,
    },
    /// A coloured table with a scale beside the panel.
    HeatMap(HeatMap),
    /// The line `y = x`.
    Diagonal,
    /// The line `y = constant`.
    Horizontal(f64),
    /// The line `x = constant`.
    Vertical(f64),
}

/// A point with a vertical interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Abscissa.
    pub x: f64,
    /// Ordinate.
    pub y: f64,
    /// Lower end. An end that the axis does not show, as one `<= 0` on a logarithmic axis, is drawn
    /// as an arrow.
    pub lo: f64,
    /// Upper end, likewise.
    pub hi: f64,
}

/// Values on a grid of rectangles.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Ends of the columns, increasing, one more than columns.
    pub x_edges: Vec<f64>,
    /// Ends of the rows, increasing from the bottom, one more than rows.
    pub y_edges: Vec<f64>,
    /// One value per rectangle, row by row from the bottom; what the scale cannot show is grey.
    pub values: Vec<f64>,
    /// How values become colours.
    pub scale: Scale,
    /// Values of the darkest and lightest colour; `None` fits the values.
    pub range: Option<(f64, f64)>,
}

/// Pattern of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dashes and dots in turn.
    DashDot,
    /// Long dashes.
    LongDashed,
    /// A dash and two dots in turn.
    DashDotDot,
}

/// Form of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// Filled circle.
    Disc,
    /// Open circle.
    Circle,
    /// Filled square.
    Square,
    /// Filled triangle.
    Triangle,
    /// Filled diamond.
    Diamond,
    /// Diagonal cross.
    Cross,
}

impl Dash {
    /// Pattern of the `i`-th series, so that series differ in greyscale; repeats after six, so that
    /// 24 series differ in pattern or [colour](crate::Colour::Series).
    #[must_use]
    pub fn series(i: usize) -> Self {
        let patterns = [
            Self::Solid,
            Self::Dashed,
            Self::DashDot,
            Self::Dotted,
            Self::LongDashed,
            Self::DashDotDot,
        ];
        patterns[i % patterns.len()]
    }
}

impl Marker {
    /// Form of the `i`-th series, so that series differ in greyscale; repeats after six.
    #[must_use]
    pub fn series(i: usize) -> Self {
        [Self::Disc, Self::Square, Self::Triangle, Self::Diamond, Self::Circle, Self::Cross][i % 6]
    }
}

impl Mark {
    /// A mark in ink, without a name.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self { shape, colour: Colour::Ink, label: String::new() }
    }

    /// An unbroken line through `points`.
    #[must_use]
    pub fn line(points: Vec<(f64, f64)>) -> Self {
        Self::new(Shape::Line { points, dash: Dash::Solid })
    }

    /// Discs of diameter 4 pixels at `points`.
    #[must_use]
    pub fn points(points: Vec<(f64, f64)>) -> Self {
        Self::new(Shape::Points { points, marker: Marker::Disc, size: 4.0 })
    }

    /// The area between `(x, lower)` and `(x, upper)`.
    #[must_use]
    pub fn band(points: Vec<(f64, f64, f64)>) -> Self {
        Self::new(Shape::Band { points })
    }

    /// Discs with intervals.
    #[must_use]
    pub fn intervals(points: Vec<Estimate>) -> Self {
        Self::new(Shape::Intervals { points, marker: Marker::Disc })
    }

    /// The same mark in another colour.
    #[must_use]
    pub fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// The same mark with a name.
    #[must_use]
    pub fn labelled(self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self }
    }

    /// The same mark with another line pattern, if it is a line.
    #[must_use]
    pub fn dashed(mut self, pattern: Dash) -> Self {
        if let Shape::Line { dash, .. } | Shape::Steps { dash, .. } = &mut self.shape {
            *dash = pattern;
        }
        self
    }

    /// The same mark with another form and size (diameter in pixels) of its points, if it has any.
    #[must_use]
    pub fn marked(mut self, form: Marker, diameter: f64) -> Self {
        match &mut self.shape {
            Shape::Points { marker, size, .. } => (*marker, *size) = (form, diameter),
            Shape::Intervals { marker, .. } => *marker = form,
            _ => {}
        }
        self
    }
}
