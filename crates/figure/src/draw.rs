//! Marks as shapes in pixels.

use std::collections::BTreeSet;

use crate::colour::Rgb;
use crate::heat;
use crate::interval;
use crate::mark::{Dash, Mark, Marker, Shape};
use crate::scale::Window;
use crate::scene::{Item, Move, Paint, Rect};

/// Width of a curve; theory in ink lies over data in colour and is finer.
const CURVE: f64 = 1.5;
const FINE: f64 = 1.0;
/// Opacity of bands, over which curves and grid stay visible.
pub(crate) const BAND: f64 = 0.18;
/// Opacity of bars.
pub(crate) const BARS: f64 = 0.7;
/// Diameter of the points of intervals.
pub(crate) const POINT: f64 = 4.6;

/// The area between the axes and the intervals they show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub area: Rect,
    pub x: Window,
    pub y: Window,
}

impl Frame {
    /// Horizontal position of a value in pixels.
    pub fn px(&self, value: f64) -> Option<f64> {
        self.x.fraction(value).map(|f| self.area.x + f * self.area.w)
    }

    /// Vertical position of a value in pixels.
    pub fn py(&self, value: f64) -> Option<f64> {
        self.y.fraction(value).map(|f| self.area.bottom() - f * self.area.h)
    }

    /// Position of a point in pixels.
    pub fn place(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        self.px(x).zip(self.py(y))
    }

    /// Vertical position of the lower end of a band or bar: the bottom if it has no place.
    fn foot(&self, value: f64) -> f64 {
        self.py(value).unwrap_or(self.area.bottom())
    }
}

/// Shapes of a mark: those cut off at the frame, and those that may stand over an axis.
pub(crate) fn mark(frame: &Frame, mark: &Mark) -> (Vec<Item>, Vec<Item>) {
    let colour = mark.colour.rgb();
    match &mark.shape {
        Shape::Line { points, dash } => {
            (path(runs(frame, points).iter().map(|r| thin(r)), line_paint(mark, *dash)), vec![])
        }
        Shape::Steps { points, dash } => {
            let stairs = runs(frame, points).into_iter().map(|r| thin(&stairs(&r)));
            (path(stairs, line_paint(mark, *dash)), vec![])
        }
        Shape::Points { points, marker, size } => {
            let places: Vec<_> = points.iter().filter_map(|p| frame.place(p.0, p.1)).collect();
            (vec![], markers(&visible(frame, &places), *marker, *size, colour))
        }
        Shape::Band { points } => (band(frame, points, colour), vec![]),
        Shape::Intervals { points, marker } => interval::draw(frame, points, *marker, colour),
        Shape::Bars { edges, heights } => (bars(frame, edges, heights, colour), vec![]),
        Shape::HeatMap(map) => (heat::cells(frame, map), vec![]),
        Shape::Diagonal | Shape::Horizontal(_) | Shape::Vertical(_) => {
            (reference(frame, &mark.shape, colour).into_iter().collect(), vec![])
        }
    }
}

/// Paint of a curve.
pub(crate) fn line_paint(mark: &Mark, dash: Dash) -> Paint {
    let fine = !matches!(mark.colour, crate::Colour::Series(_));
    let mut paint = Paint::stroke(mark.colour.rgb(), if fine { FINE } else { CURVE });
    paint.dashes = match dash {
        Dash::Solid => &[],
        Dash::Dashed => &[5.0, 3.0],
        Dash::Dotted => &[1.2, 2.4],
        Dash::DashDot => &[6.0, 2.5, 1.2, 2.5],
        Dash::LongDashed => &[10.0, 3.5],
        Dash::DashDotDot => &[6.0, 2.5, 1.2, 2.5, 1.2, 2.5],
    };
    paint
}

/// Paint of a reference line.
pub(crate) fn reference_paint(colour: Rgb) -> Paint {
    Paint { dashes: &[3.5, 2.5], ..Paint::stroke(colour, FINE) }
}

fn reference(frame: &Frame, shape: &Shape, colour: Rgb) -> Option<Item> {
    let area = &frame.area;
    let (from, to) = match *shape {
        Shape::Horizontal(value) => {
            let y = frame.py(value)?;
            ((area.x, y), (area.right(), y))
        }
        Shape::Vertical(value) => {
            let x = frame.px(value)?;
            ((x, area.bottom()), (x, area.y))
        }
        _ => return diagonal(frame, colour),
    };
    Some(Item::segment(from, to, reference_paint(colour)))
}

/// `y = x` through as many places as make it smooth where one axis is linear, the other not.
fn diagonal(frame: &Frame, colour: Rgb) -> Option<Item> {
    let points: Vec<(f64, f64)> = diagonal_values(frame).map(|v| (v, v)).collect();
    path(runs(frame, &points).into_iter(), reference_paint(colour)).pop()
}

/// Values along the horizontal axis, ends included.
pub(crate) fn diagonal_values(frame: &Frame) -> impl Iterator<Item = f64> {
    let window = frame.x;
    let pieces = if frame.x.scale == frame.y.scale { 1 } else { 64 };
    (0..=pieces).map(move |i| {
        let t = f64::from(i) / f64::from(pieces);
        let coordinate = window.lo * (1.0 - t) + window.hi * t;
        match window.scale {
            crate::Scale::Linear => coordinate,
            crate::Scale::Log => libm::pow(10.0, coordinate),
        }
    })
}

/// Maximal stretches of points that have a place.
fn runs(frame: &Frame, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let places: Vec<Option<(f64, f64)>> = points.iter().map(|p| frame.place(p.0, p.1)).collect();
    places
        .split(Option::is_none)
        .map(|run| run.iter().copied().flatten().collect::<Vec<_>>())
        .filter(|run| !run.is_empty())
        .collect()
}

/// Corners of the function that jumps at each point.
fn stairs(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut corners = Vec::with_capacity(2 * points.len());
    for (i, point) in points.iter().enumerate() {
        if i > 0 {
            corners.push((point.0, points[i - 1].1));
        }
        corners.push(*point);
    }
    corners
}

/// Of neighbouring points in one half-pixel column keeps the first, lowest, highest and last,
/// which draw the same dots.
///
/// # Source
/// Jugel, Jerzak, Hackenbroich & Markl, "M4: a visualization-oriented time series data
/// aggregation", VLDB 7(10), 2014.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let column = |p: &(f64, f64)| (2.0 * p.0).floor() as i64;
    let mut kept = Vec::new();
    for group in points.chunk_by(|a, b| column(a) == column(b)) {
        let order = |a: &usize, b: &usize| group[*a].1.total_cmp(&group[*b].1);
        let last = group.len() - 1;
        let lowest = (0..=last).min_by(order).unwrap_or(0);
        let highest = (0..=last).max_by(order).unwrap_or(0);
        let chosen = BTreeSet::from([0, lowest, highest, last]);
        kept.extend(chosen.into_iter().map(|i| group[i]));
    }
    kept
}

pub(crate) fn path(runs: impl Iterator<Item = Vec<(f64, f64)>>, paint: Paint) -> Vec<Item> {
    let mut moves = Vec::new();
    for run in runs {
        for (i, &(x, y)) in run.iter().enumerate() {
            moves.push(if i == 0 { Move::To(x, y) } else { Move::Line(x, y) });
        }
    }
    if moves.is_empty() { vec![] } else { vec![Item::Path { moves, paint }] }
}

/// Places between the axes, each quarter of a pixel once: coinciding opaque points look like one.
pub(crate) fn visible(frame: &Frame, places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut seen = BTreeSet::new();
    let quarter = |v: f64| (4.0 * v).round() as i64;
    let inside = places.iter().filter(|p| frame.area.holds(p.0, p.1));
    inside.filter(|p| seen.insert((quarter(p.0), quarter(p.1)))).copied().collect()
}

/// Markers of diameter `size` centred at the places.
pub(crate) fn markers(places: &[(f64, f64)], marker: Marker, size: f64, colour: Rgb) -> Vec<Item> {
    let r = 0.5 * size;
    let polygon: Vec<(f64, f64)> = match marker {
        Marker::Circle => {
            let width = (0.25 * size).clamp(0.6, 1.2);
            let paint = Paint::stroke(colour, width);
            let ring = |&(x, y): &(f64, f64)| Item::Disc { x, y, radius: r - 0.5 * width, paint };
            return places.iter().map(ring).collect();
        }
        Marker::Disc => vec![(0.0, 0.0), (0.0, 0.0)],
        Marker::Cross => vec![(-r, -r), (r, r), (-r, r), (r, -r)],
        Marker::Square => {
            vec![(-0.9 * r, -0.9 * r), (0.9 * r, -0.9 * r), (0.9 * r, 0.9 * r), (-0.9 * r, 0.9 * r)]
        }
        Marker::Triangle => vec![(0.0, -1.2 * r), (1.1 * r, 0.8 * r), (-1.1 * r, 0.8 * r)],
        Marker::Diamond => {
            vec![(0.0, -1.25 * r), (1.25 * r, 0.0), (0.0, 1.25 * r), (-1.25 * r, 0.0)]
        }
    };
    let (paint, stride, close) = match marker {
        Marker::Disc => (Paint { round: true, ..Paint::stroke(colour, size) }, 2, false),
        Marker::Cross => (Paint::stroke(colour, (0.25 * size).max(0.6)), 2, false),
        _ => (Paint::fill(colour), polygon.len(), true),
    };
    let mut moves = Vec::new();
    for &(x, y) in places {
        for (i, corner) in polygon.iter().enumerate() {
            let (cx, cy) = (x + corner.0, y + corner.1);
            moves.push(if i % stride == 0 { Move::To(cx, cy) } else { Move::Line(cx, cy) });
        }
        if close {
            moves.push(Move::Close);
        }
    }
    if moves.is_empty() { vec![] } else { vec![Item::Path { moves, paint }] }
}

fn band(frame: &Frame, points: &[(f64, f64, f64)], colour: Rgb) -> Vec<Item> {
    let places: Vec<Option<(f64, f64, f64)>> = points
        .iter()
        .filter(|p| !p.1.is_nan())
        .map(|p| Some((frame.px(p.0)?, frame.foot(p.1), frame.py(p.2)?)))
        .collect();
    let mut moves = Vec::new();
    for run in places.split(Option::is_none) {
        let run: Vec<(f64, f64, f64)> = run.iter().copied().flatten().collect();
        let upper: Vec<(f64, f64)> = run.iter().map(|p| (p.0, p.2)).collect();
        let lower: Vec<(f64, f64)> = run.iter().map(|p| (p.0, p.1)).collect();
        let outline = thin(&upper).into_iter().chain(thin(&lower).into_iter().rev());
        for (i, (x, y)) in outline.enumerate() {
            moves.push(if i == 0 { Move::To(x, y) } else { Move::Line(x, y) });
        }
        if run.len() > 1 {
            moves.push(Move::Close);
        }
    }
    if moves.is_empty() {
        return vec![];
    }
    vec![Item::Path { moves, paint: Paint::fill(colour).opaque(BAND) }]
}

fn bars(frame: &Frame, edges: &[f64], heights: &[f64], colour: Rgb) -> Vec<Item> {
    let mut moves = Vec::new();
    let foot = frame.foot(0.0);
    for (ends, height) in edges.windows(2).zip(heights) {
        if let (Some((left, top)), Some(right)) = (frame.place(ends[0], *height), frame.px(ends[1]))
        {
            let corners = [(left, top), (right, top), (right, foot)];
            moves.push(Move::To(left, foot));
            moves.extend(corners.map(|(x, y)| Move::Line(x, y)));
            moves.push(Move::Close);
        }
    }
    if moves.is_empty() {
        return vec![];
    }
    let paint = Paint { stroke: Some((crate::colour::WHITE, 0.4)), ..Paint::fill(colour) };
    vec![Item::Path { moves, paint: paint.opaque(BARS) }]
}
