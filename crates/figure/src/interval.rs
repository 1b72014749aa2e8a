//! Points with vertical intervals.

use crate::colour::Rgb;
use crate::draw::{self, Frame};
use crate::mark::{Estimate, Marker};
use crate::scene::{Item, Paint};

/// Width of the bars.
const BAR: f64 = 1.1;
/// Length of a bar whose end has no place on the axis, as zero on a logarithmic one.
const ARROW: f64 = 15.0;
/// Half the width, and the length, of the head of an arrow.
const HEAD: (f64, f64) = (2.4, 4.0);

/// The bars, and the points in front of them.
///
/// A bar that leaves the panel is cut at its edge, and one whose end has no place is `ARROW` pixels
/// long or reaches the edge; both end in the head of an arrow.
pub(crate) fn draw(
    frame: &Frame,
    points: &[Estimate],
    marker: Marker,
    colour: Rgb,
) -> (Vec<Item>, Vec<Item>) {
    let mut strokes = Vec::new();
    let mut places = Vec::new();
    for point in points {
        let Some((x, y)) = frame.place(point.x, point.y) else { continue };
        places.push((x, y));
        if point.lo.is_nan() || point.hi.is_nan() {
            continue;
        }
        let low = end(frame.py(point.lo), y, frame.area.bottom());
        let high = end(frame.py(point.hi), y, frame.area.y);
        strokes.push(vec![(x, low.0), (x, high.0)]);
        for ((tip, is_cut), back) in [(low, -HEAD.1), (high, HEAD.1)] {
            if is_cut {
                strokes.push(vec![(x - HEAD.0, tip + back), (x, tip), (x + HEAD.0, tip + back)]);
            }
        }
    }
    let bars = draw::path(strokes.into_iter(), Paint::stroke(colour, BAR));
    (bars, draw::markers(&draw::visible(frame, &places), marker, draw::POINT, colour))
}

/// Where a bar from the height `y` towards the height `edge` of the panel ends, and whether that is
/// short of its own end at `place`.
fn end(place: Option<f64>, y: f64, edge: f64) -> (f64, bool) {
    let down = if edge >= y { 1.0 } else { -1.0 };
    match place {
        Some(place) if down * (place - edge) <= 0.5 => (place, false),
        Some(_) => (edge, true),
        None => (y + down * ARROW.min((edge - y).abs()), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_ends_at_its_end_at_the_edge_or_in_an_arrow() {
        assert_eq!(end(Some(80.0), 50.0, 100.0), (80.0, false));
        assert_eq!(end(Some(130.0), 50.0, 100.0), (100.0, true));
        assert_eq!(end(None, 50.0, 100.0), (65.0, true));
        assert_eq!(end(None, 90.0, 100.0), (100.0, true));
        assert_eq!(end(Some(20.0), 50.0, 0.0), (20.0, false));
        assert_eq!(end(Some(-20.0), 50.0, 0.0), (0.0, true));
        assert_eq!(end(None, 50.0, 0.0), (35.0, true));
    }
}
