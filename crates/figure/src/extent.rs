//! How far marks reach along each axis.

use crate::mark::{Mark, Shape};
use crate::scale::{Axis, Scale, Window};

/// Room left beside points, relative to the length of the data, so that none sits on an axis.
const PAD: f64 = 0.04;
/// Decades that the lower end of an interval may stretch a logarithmic axis below its point; an
/// interval that nearly reaches zero would otherwise squeeze everything else.
const TAIL: f64 = 1.0;

/// The horizontal interval that shows all marks.
pub(crate) fn horizontal(axis: &Axis, marks: &[Mark]) -> Window {
    let mut reach = Reach::new(axis.scale);
    let mut pad = 0.0;
    for mark in marks {
        match &mark.shape {
            Shape::Line { points, .. } | Shape::Steps { points, .. } => {
                reach.all(points.iter().map(|p| p.0));
            }
            Shape::Points { points, .. } => {
                reach.all(points.iter().map(|p| p.0));
                pad = PAD;
            }
            Shape::Band { points } => reach.all(points.iter().map(|p| p.0)),
            Shape::Intervals { points, .. } => {
                reach.all(points.iter().map(|p| p.x));
                pad = PAD;
            }
            Shape::Bars { edges, .. } => reach.all(edges.iter().copied()),
            Shape::HeatMap(map) => reach.all(map.x_edges.iter().copied()),
            Shape::Vertical(x) => {
                reach.add(*x);
                pad = PAD;
            }
            Shape::Diagonal | Shape::Horizontal(_) => {}
        }
    }
    Window::new(axis, reach.extent, (pad, pad))
}

/// The vertical interval that shows all marks.
pub(crate) fn vertical(axis: &Axis, marks: &[Mark]) -> Window {
    let mut reach = Reach::new(axis.scale);
    let mut pad = (PAD, PAD);
    for mark in marks {
        match &mark.shape {
            Shape::Line { points, .. }
            | Shape::Steps { points, .. }
            | Shape::Points { points, .. } => reach.all(points.iter().map(|p| p.1)),
            Shape::Band { points } => {
                for p in points {
                    reach.interval(p.2, p.1, p.2);
                }
            }
            Shape::Intervals { points, .. } => {
                for p in points {
                    reach.interval(p.y, p.lo, p.hi);
                }
            }
            Shape::Bars { heights, .. } => {
                reach.all(heights.iter().copied());
                reach.add(0.0);
                if axis.scale == Scale::Linear && !heights.iter().any(|h| *h < 0.0) {
                    pad.0 = 0.0;
                }
            }
            Shape::HeatMap(map) => {
                reach.all(map.y_edges.iter().copied());
                pad = (0.0, 0.0);
            }
            Shape::Horizontal(y) => reach.add(*y),
            Shape::Diagonal | Shape::Vertical(_) => {}
        }
    }
    Window::new(axis, reach.extent, pad)
}

/// Smallest and largest coordinate seen.
pub(crate) struct Reach {
    scale: Scale,
    pub extent: Option<(f64, f64)>,
}

impl Reach {
    pub fn new(scale: Scale) -> Self {
        Self { scale, extent: None }
    }

    pub fn add(&mut self, value: f64) {
        if let Some(c) = self.scale.coordinate(value) {
            let (lo, hi) = self.extent.unwrap_or((c, c));
            self.extent = Some((lo.min(c), hi.max(c)));
        }
    }

    pub fn all(&mut self, values: impl Iterator<Item = f64>) {
        values.for_each(|value| self.add(value));
    }

    fn interval(&mut self, value: f64, lo: f64, hi: f64) {
        self.add(value);
        self.add(hi);
        let tail = match (self.scale, self.scale.coordinate(value)) {
            (Scale::Log, Some(c)) => libm::pow(10.0, c - TAIL),
            _ => f64::NEG_INFINITY,
        };
        self.add(lo.max(tail));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::Estimate;

    #[test]
    fn lines_touch_the_frame_and_points_do_not() {
        let points = vec![(0.0, 1.0), (10.0, 2.0), (f64::NAN, 50.0)];
        let line = horizontal(&Axis::linear(""), &[Mark::line(points.clone())]);
        assert_eq!((line.lo, line.hi), (0.0, 10.0));
        let dots = horizontal(&Axis::linear(""), &[Mark::points(points)]);
        assert_eq!((dots.lo, dots.hi), (-0.4, 10.4));
    }

    #[test]
    fn an_interval_that_nearly_reaches_zero_does_not_squeeze_a_logarithmic_axis() {
        let point = Estimate { x: 1.0, y: 1e-3, lo: 1e-30, hi: 1e-2 };
        let window = vertical(&Axis::log(""), &[Mark::intervals(vec![point])]);
        assert!(window.lo < -4.0 && window.lo > -4.3, "{window:?}");
    }

    #[test]
    fn bars_stand_on_zero() {
        let bars = Shape::Bars { edges: vec![0.0, 1.0, 2.0], heights: vec![3.0, 4.0] };
        let window = vertical(&Axis::linear(""), &[Mark::new(bars)]);
        assert_eq!(window.lo, 0.0);
        assert!(window.hi > 4.0);
    }
}
