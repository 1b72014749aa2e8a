//! The drawing as a list of shapes in pixels, between layout and SVG.

use crate::colour::Rgb;
use crate::markup::Span;

/// A rectangle; `y` grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    pub fn holds(&self, x: f64, y: f64) -> bool {
        (self.x..=self.right()).contains(&x) && (self.y..=self.bottom()).contains(&y)
    }
}

/// Which part of a line of text stands at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text with its baseline at `(x, y)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    pub x: f64,
    pub y: f64,
    pub spans: Vec<Span>,
    pub size: f64,
    pub anchor: Anchor,
    pub bold: bool,
    pub fill: Rgb,
    /// Read from bottom to top instead of left to right.
    pub upwards: bool,
    /// Surrounded by white, to be readable over marks.
    pub halo: bool,
}

impl Text {
    /// Black text from `(x, y)` to the right.
    pub fn new(x: f64, y: f64, spans: Vec<Span>, size: f64) -> Self {
        let (anchor, fill) = (Anchor::Start, crate::colour::INK);
        Self { x, y, spans, size, anchor, bold: false, fill, upwards: false, halo: false }
    }

    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub fn filled(self, fill: Rgb) -> Self {
        Self { fill, ..self }
    }
}

/// Paint of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Paint {
    pub fill: Option<Rgb>,
    pub stroke: Option<(Rgb, f64)>,
    pub opacity: f64,
    /// Lengths of dashes and gaps in pixels, or none.
    pub dashes: &'static [f64],
    pub round: bool,
}

impl Paint {
    pub fn stroke(colour: Rgb, width: f64) -> Self {
        let stroke = Some((colour, width));
        Self { fill: None, stroke, opacity: 1.0, dashes: &[], round: false }
    }

    pub fn fill(colour: Rgb) -> Self {
        Self { fill: Some(colour), stroke: None, opacity: 1.0, dashes: &[], round: false }
    }

    pub fn opaque(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Move {
    To(f64, f64),
    Line(f64, f64),
    Close,
}

/// The corners of a path and places between them at most `step` pixels apart.
pub(crate) fn along(moves: &[Move], step: f64) -> Vec<(f64, f64)> {
    let mut places: Vec<(f64, f64)> = Vec::new();
    for made in moves {
        match *made {
            Move::To(x, y) => places.push((x, y)),
            Move::Line(x, y) => {
                let (from_x, from_y) = places.last().copied().unwrap_or((x, y));
                let length = (x - from_x).abs().max((y - from_y).abs());
                let pieces = (length / step).ceil().clamp(1.0, 1000.0);
                for i in 1..=pieces as u32 {
                    let t = f64::from(i) / pieces;
                    places.push((from_x + t * (x - from_x), from_y + t * (y - from_y)));
                }
            }
            Move::Close => {}
        }
    }
    places
}

/// One shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Text(Text),
    Path {
        moves: Vec<Move>,
        paint: Paint,
    },
    Disc {
        x: f64,
        y: f64,
        radius: f64,
        paint: Paint,
    },
    /// Shapes of which only what lies in the rectangle is seen.
    Clipped(Rect, Vec<Item>),
}

impl Item {
    pub fn segment(from: (f64, f64), to: (f64, f64), paint: Paint) -> Self {
        Self::Path { moves: vec![Move::To(from.0, from.1), Move::Line(to.0, to.1)], paint }
    }

    pub fn rectangle(rect: Rect, paint: Paint) -> Self {
        let (right, bottom) = (rect.right(), rect.bottom());
        let moves = vec![
            Move::To(rect.x, rect.y),
            Move::Line(right, rect.y),
            Move::Line(right, bottom),
            Move::Line(rect.x, bottom),
            Move::Close,
        ];
        Self::Path { moves, paint }
    }
}

/// A whole drawing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scene {
    /// Beginning of every identifier.
    pub name: String,
    /// What the drawing shows, for readers that do not see it.
    pub title: String,
    pub width: f64,
    pub height: f64,
    pub items: Vec<Item>,
}
