//! Places between the axes where a list of names covers little.

use std::collections::BTreeMap;

use crate::draw::{self, Frame};
use crate::figure::{Corner, Legend, Panel, Place};
use crate::inside::{INSET, LINE, PADDING, TOP, entries, list_size, list_width};
use crate::scene::{Item, Rect};

/// Order in which equally empty corners are taken; right before left, top before bottom.
const CORNERS: [Corner; 4] =
    [Corner::TopRight, Corner::TopLeft, Corner::BottomRight, Corner::BottomLeft];

/// The width of the panel's list of names if there is none of its places where it would cover
/// nothing; `None` if there is one, or if there is no list to be placed.
pub(crate) fn crowded(panel: &Panel, frame: &Frame) -> Option<f64> {
    let entries = entries(&panel.marks);
    if entries.is_empty() || !matches!(panel.legend, Legend::Direct | Legend::Emptiest) {
        return None;
    }
    let mut used: BTreeMap<Corner, f64> = BTreeMap::new();
    for note in &panel.notes {
        if let Place::Corner(corner) = note.place {
            *used.entry(corner).or_insert(0.0) += note.text.lines().count() as f64 * LINE;
        }
    }
    let size = list_size(frame, &entries);
    (emptiest(panel, frame, size, &used).1 > 0).then(|| list_width(&entries))
}

/// The place of a list of this size in a corner, and whether a remark stands there too.
pub(crate) fn free_corner(
    frame: &Frame,
    (w, h): (f64, f64),
    corner: Corner,
    used: &BTreeMap<Corner, f64>,
) -> (Rect, bool) {
    let offset = used.get(&corner).copied().unwrap_or(0.0);
    let room = (frame.area.h - TOP - INSET - offset).max(2.0 * PADDING);
    (corner_box(frame, (w, h.min(room)), corner, offset), offset > 0.0)
}

/// The place, in a corner or else in the middle of a side, where a list of this size covers the
/// fewest points, and no remark if possible; with the number of points that it covers.
pub(crate) fn emptiest(
    panel: &Panel,
    frame: &Frame,
    size: (f64, f64),
    used: &BTreeMap<Corner, f64>,
) -> (Rect, usize) {
    let points = sample(panel, frame);
    let covered = |place: &Rect| points.iter().filter(|p| place.holds(p.0, p.1)).count();
    let corners = CORNERS.map(|corner| free_corner(frame, size, corner, used));
    let (right, left) = (corners[0].0.x, corners[1].0.x);
    let (top, bottom) = (frame.area.y + TOP, frame.area.bottom() - INSET - size.1);
    let middle = (0.5 * (left + right), 0.5 * (top + bottom));
    let sides = [(middle.0, top), (right, middle.1), (left, middle.1), (middle.0, bottom)];
    let sides = sides.map(|(x, y)| (Rect { x, y, w: size.0, h: size.1 }, !used.is_empty()));
    let mut best = (corners[0].0, (usize::MAX, true));
    for (place, has_remark) in corners.into_iter().chain(sides) {
        let crowd = (covered(&place), has_remark);
        if crowd < best.1 {
            best = (place, crowd);
        }
    }
    (best.0, best.1.0)
}

/// The place of a list of this size in a corner, `offset` away from its horizontal edge.
pub(crate) fn corner_box(frame: &Frame, (w, h): (f64, f64), corner: Corner, offset: f64) -> Rect {
    let area = &frame.area;
    let x = match corner {
        Corner::TopRight | Corner::BottomRight => area.right() - INSET - w,
        Corner::TopLeft | Corner::BottomLeft => area.x + INSET,
    };
    let y = match corner {
        Corner::TopRight | Corner::TopLeft => area.y + TOP + offset,
        Corner::BottomRight | Corner::BottomLeft => area.bottom() - INSET - offset - h,
    };
    Rect { x, y, w, h }
}

/// Places on all marks, close enough along lines that none passes a list unseen.
fn sample(panel: &Panel, frame: &Frame) -> Vec<(f64, f64)> {
    let mut places = Vec::new();
    for mark in &panel.marks {
        let (clipped, free) = draw::mark(frame, mark);
        for item in clipped.iter().chain(&free) {
            match item {
                Item::Path { moves, .. } => places.extend(crate::scene::along(moves, 4.0)),
                Item::Disc { x, y, .. } => places.push((*x, *y)),
                Item::Text(_) | Item::Clipped(..) => {}
            }
        }
    }
    places.retain(|p| frame.area.holds(p.0, p.1));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::Mark;
    use crate::scale::{Axis, Window};

    #[test]
    fn the_emptiest_corner_is_away_from_curves_and_remarks() {
        let axis = || Axis::linear("").between(0.0, 1.0);
        let window = Window::new(&axis(), None, (0.0, 0.0));
        let area = Rect { x: 0.0, y: 0.0, w: 100.0, h: 100.0 };
        let frame = Frame { area, x: window, y: window };
        let corner = |ends: [(f64, f64); 2], used: &BTreeMap<Corner, f64>| {
            let panel = Panel::new("", axis(), axis()).with(Mark::line(ends.to_vec()));
            let (place, covered) = emptiest(&panel, &frame, (40.0, 30.0), used);
            assert_eq!(covered, 0);
            CORNERS.into_iter().find(|c| free_corner(&frame, (40.0, 30.0), *c, used).0 == place)
        };
        let none = BTreeMap::new();
        let (falling, rising) = ([(0.0, 1.0), (1.0, 0.0)], [(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(corner(falling, &none), Some(Corner::TopRight));
        assert_eq!(corner(rising, &none), Some(Corner::TopLeft));
        let remark = BTreeMap::from([(Corner::TopRight, 13.0)]);
        assert_eq!(corner(falling, &remark), Some(Corner::BottomLeft));
    }

    #[test]
    fn a_list_without_a_free_place_is_crowded_and_one_with_a_free_side_is_not() {
        let axis = || Axis::linear("").between(0.0, 1.0);
        let window = Window::new(&axis(), None, (0.0, 0.0));
        let area = Rect { x: 0.0, y: 0.0, w: 200.0, h: 100.0 };
        let frame = Frame { area, x: window, y: window };
        let zigzag = |rows: &[f64]| {
            let lines = rows.iter().map(|y| Mark::line(vec![(0.0, *y), (1.0, *y)]).labelled("c"));
            let panel = Panel::new("", axis(), axis()).legend(Legend::Emptiest);
            lines.fold(panel, Panel::with)
        };
        let rows: Vec<f64> = (0..20).map(|i| f64::from(i) / 20.0).collect();
        assert!(crowded(&zigzag(&rows), &frame).is_some());
        assert!(crowded(&zigzag(&[0.05, 0.95]), &frame).is_none(), "the middle is free");
        assert!(crowded(&zigzag(&rows).legend(Legend::None), &frame).is_none());
    }
}
