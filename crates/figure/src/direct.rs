//! Names beside the right ends of curves, moved apart where they would touch.

use crate::colour::{GREY, Rgb};
use crate::draw::{Frame, diagonal_values};
use crate::figure::{Legend, Panel};
use crate::inside::{Entry, entries};
use crate::mark::{Mark, Shape};
use crate::markup::Span;
use crate::scene::{Item, Paint, Rect, Text};
use crate::text::{self, HALF_CAPITAL};

/// Font size of names in pixels of 1/96 inch: 7.5 points.
pub(crate) const SIZE: f64 = 10.0;
/// Distance of names from the panel, and of the baselines of two names.
const OFFSET: f64 = 7.0;
const LINE: f64 = 12.5;
/// A curve must end in this last part of the panel for a name beside the panel to be its own.
const LAST_PART: f64 = 0.85;
/// Share of a panel's room that names may take.
pub(crate) const WIDEST: f64 = 0.34;

/// Names beside a panel.
pub(crate) struct Beside {
    names: Vec<Name>,
}

struct Name {
    spans: Vec<Span>,
    fill: Rgb,
    /// Where its curve ends, in parts of the panel's width from the left.
    end_x: f64,
    /// Height of the end and of the name's middle, in pixels from the panel's top.
    end_y: f64,
    y: f64,
}

impl Beside {
    /// Names of the panel's marks, or `None` if they cannot all stand beside their curves:
    /// `height` is the panel's, `room` the width of panel and margins.
    pub fn new(panel: &Panel, frame: &Frame, room: f64) -> Option<Self> {
        if panel.legend != Legend::Direct {
            return None;
        }
        let mut names = Vec::new();
        for Entry { name, marks } in entries(&panel.marks) {
            let (mark, (x, y)) = marks.iter().find_map(|mark| Some((mark, end(frame, mark)?)))?;
            let wide = text::width(&name, SIZE, false) > WIDEST * room;
            if x < LAST_PART || wide {
                return None;
            }
            names.push(Name { spans: name, fill: mark.colour.text(), end_x: x, end_y: y, y });
        }
        names.sort_by(|a, b| a.end_y.total_cmp(&b.end_y));
        let ends: Vec<f64> = names.iter().map(|name| name.end_y).collect();
        let places = spread(&ends, LINE, 2.0, frame.area.h - 2.0)?;
        for (name, place) in names.iter_mut().zip(places) {
            name.y = place;
        }
        Some(Self { names })
    }

    /// Pixels taken to the right of a panel of the given width.
    pub fn width(&self, panel: f64) -> f64 {
        let widths = self.names.iter().map(|name| text::width(&name.spans, SIZE, false));
        widths.map(|width| width + OFFSET - (1.0 - self.last_end()) * panel).fold(0.0, f64::max)
    }

    /// Where the rightmost curve ends, in parts of the panel's width: all names start there.
    fn last_end(&self) -> f64 {
        self.names.iter().map(|name| name.end_x).fold(0.0, f64::max)
    }

    /// Draws the names, with a fine line to the curve where a name had to move.
    pub fn draw(&self, area: &Rect) -> Vec<Item> {
        let last = area.x + self.last_end() * area.w;
        let mut items = Vec::new();
        for name in &self.names {
            let end = (area.x + name.end_x * area.w, area.y + name.end_y);
            let y = area.y + name.y;
            let far = (name.end_y - name.y).abs() > 4.0 || last - end.0 > 8.0;
            if far {
                let to = (last + OFFSET - 1.0, y);
                let from = (end.0 + 1.0, end.1);
                items.push(Item::segment(from, to, Paint::stroke(GREY, 0.5)));
            }
            let x = last + OFFSET;
            let text = Text::new(x, y + HALF_CAPITAL * SIZE, name.spans.clone(), SIZE);
            items.push(Item::Text(Text { halo: true, ..text }.filled(name.fill)));
        }
        items
    }
}

/// Rightmost visible point of a mark: part of the width, and pixels from the top.
fn end(frame: &Frame, mark: &Mark) -> Option<(f64, f64)> {
    let visible = |x: f64, y: f64| {
        let (fx, fy) = frame.x.fraction(x).zip(frame.y.fraction(y))?;
        let inside = (-1e-9..=1.0 + 1e-9).contains(&fx) && (-1e-9..=1.0 + 1e-9).contains(&fy);
        inside.then_some((fx, (1.0 - fy) * frame.area.h))
    };
    let last = |points: &mut dyn Iterator<Item = (f64, f64)>| {
        points.filter_map(|(x, y)| visible(x, y)).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    match &mark.shape {
        Shape::Line { points, .. } | Shape::Steps { points, .. } | Shape::Points { points, .. } => {
            last(&mut points.iter().copied())
        }
        Shape::Intervals { points, .. } => last(&mut points.iter().map(|p| (p.x, p.y))),
        Shape::Diagonal => last(&mut diagonal_values(frame).map(|v| (v, v))),
        Shape::Horizontal(y) => {
            let fy = frame.y.fraction(*y).filter(|fy| (0.0..=1.0).contains(fy))?;
            Some((1.0, (1.0 - fy) * frame.area.h))
        }
        Shape::Band { .. } | Shape::Bars { .. } | Shape::HeatMap(_) | Shape::Vertical(_) => None,
    }
}

/// Increasing places at least `gap` apart within `lo..hi`, nearest in squares to the increasing
/// `targets`; `None` if there is no room.
///
/// With `z_i = y_i - i gap` this is isotonic regression, solved by pooling neighbours that violate
/// the order; clamping its solution to the ends gives the constrained optimum.
///
/// # Source
/// Barlow, Bartholomew, Bremner & Brunk, *Statistical Inference under Order Restrictions*, 1972.
fn spread(targets: &[f64], gap: f64, lo: f64, hi: f64) -> Option<Vec<f64>> {
    let last = targets.len().saturating_sub(1) as f64;
    if hi - lo < last * gap {
        return None;
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (i, target) in targets.iter().enumerate() {
        let mut pool = (target - i as f64 * gap, 1);
        while let Some(&(mean, count)) = pools.last().filter(|(mean, _)| *mean > pool.0) {
            let total = count + pool.1;
            pool.0 = (mean * count as f64 + pool.0 * pool.1 as f64) / total as f64;
            pool.1 = total;
            pools.pop();
        }
        pools.push(pool);
    }
    let levels = pools.iter().flat_map(|&(mean, count)| std::iter::repeat_n(mean, count));
    let clamped = levels.map(|z| z.clamp(lo, hi - last * gap));
    Some(clamped.enumerate().map(|(i, z)| z + i as f64 * gap).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::{Axis, Window};

    /// Names of lines that end at the given places, in a panel of 100 by 100 pixels.
    fn beside(ends: &[(f64, f64)], name: &str) -> Option<Beside> {
        let axis = || Axis::linear("").between(0.0, 1.0);
        let mut panel = Panel::new("", axis(), axis());
        for (i, end) in ends.iter().enumerate() {
            let line = Mark::line(vec![(0.0, 0.0), *end]).labelled(&format!("{name}{i}"));
            panel = panel.with(line);
        }
        let area = Rect { x: 0.0, y: 0.0, w: 100.0, h: 100.0 };
        let window = Window::new(&axis(), None, (0.0, 0.0));
        Beside::new(&panel, &Frame { area, x: window, y: window }, 100.0)
    }

    #[test]
    fn names_stand_at_their_curves_or_not_at_all() {
        let names = beside(&[(1.0, 0.2), (0.9, 0.9)], "c").unwrap();
        let heights: Vec<f64> = names.names.iter().map(|name| name.y.round()).collect();
        assert_eq!(heights, [10.0, 80.0]);
        assert_eq!(names.last_end(), 1.0);
        assert!(beside(&[(0.5, 0.2)], "c").is_none(), "a curve that ends early");
        assert!(beside(&[(1.0, 0.2)], "a very long name").is_none());
        assert!(beside(&[(1.0, 0.5); 20], "c").is_none(), "too many");
    }

    #[test]
    fn names_far_apart_stay_and_near_ones_part_evenly() {
        assert_eq!(spread(&[10.0, 50.0], 12.0, 0.0, 100.0), Some(vec![10.0, 50.0]));
        assert_eq!(spread(&[50.0, 50.0], 12.0, 0.0, 100.0), Some(vec![44.0, 56.0]));
        assert_eq!(spread(&[1.0, 2.0, 3.0], 10.0, 0.0, 25.0), Some(vec![0.0, 10.0, 20.0]));
        assert_eq!(spread(&[1.0, 2.0, 3.0], 10.0, 0.0, 15.0), None);
        assert_eq!(spread(&[], 10.0, 0.0, 15.0), Some(vec![]));
    }

    #[test]
    fn places_are_the_nearest_in_squares() {
        // Compared with a search over a grid.
        let (targets, gap, lo, hi) = ([3.0, 4.0, 16.0], 5.0, 0.0, 20.0);
        let cost =
            |y: &[f64]| -> f64 { y.iter().zip(targets).map(|(a, b)| (a - b) * (a - b)).sum() };
        let found = spread(&targets, gap, lo, hi).unwrap();
        let grid =
            |from: f64| (0..=40).map(move |i| from + 0.5 * f64::from(i)).filter(|y| *y <= 20.0);
        for a in grid(0.0) {
            for b in grid(a + gap) {
                for c in grid(b + gap) {
                    assert!(cost(&found) <= cost(&[a, b, c]) + 1e-12);
                }
            }
        }
    }
}
