//! Heat maps and the colour scale beside them.

use crate::colour::{INK, MISSING, sequential};
use crate::draw::Frame;
use crate::extent::Reach;
use crate::mark::{HeatMap, Mark, Shape};
use crate::markup;
use crate::scale::{Axis, Window};
use crate::scene::{Anchor, Item, Paint, Rect, Text};
use crate::text::{self, Block, HALF_CAPITAL, LEADING};
use crate::tick::{self, Along, Ticks};

/// Distance of the scale from the panel, its width, and the distance of its labels.
const OFFSET: f64 = 8.0;
const WIDTH: f64 = 9.0;
const LABEL_OFFSET: f64 = 5.0;

/// The colour scale of a panel's first heat map.
pub(crate) struct ColourBar {
    ticks: Ticks,
    label: Block,
}

impl ColourBar {
    /// The scale of the first heat map among `marks`, if there is one, `height` pixels high.
    pub fn new(marks: &[Mark], height: f64) -> Option<Self> {
        let (map, label) = marks.iter().find_map(|mark| match &mark.shape {
            Shape::HeatMap(map) => Some((map, &mark.label)),
            _ => None,
        })?;
        let window = window(map);
        let axis = Axis { scale: map.scale, ..Axis::linear(label) };
        let ticks = tick::ticks(&axis, &window, Along::Vertical, height);
        let words = markup::parse(&tick::scaled(label, ticks.exponent));
        let label = text::fit(&words, crate::axes::LABEL, height);
        Some(Self { ticks, label })
    }

    /// Pixels it takes to the right of the panel.
    pub fn width(&self) -> f64 {
        let label = if self.label.lines.is_empty() { 0.0 } else { 4.0 + self.label.height() };
        OFFSET + WIDTH + LABEL_OFFSET + self.ticks.widest() + label
    }

    /// Draws it beside `area`.
    pub fn draw(&self, area: &Rect) -> Vec<Item> {
        let bar = Rect { x: area.right() + OFFSET, w: WIDTH, ..*area };
        let pieces = 64;
        let h = bar.h / f64::from(pieces);
        let mut items: Vec<Item> = (0..pieces)
            .map(|i| {
                let colour = sequential((f64::from(i) + 0.5) / f64::from(pieces));
                // Each piece reaches half a pixel under the next, so that no seam shows.
                let seam = if i + 1 < pieces { 0.5 } else { 0.0 };
                let y = bar.bottom() - f64::from(i + 1) * h - seam;
                Item::rectangle(Rect { y, h: h + seam, ..bar }, Paint::fill(colour))
            })
            .collect();
        for tick in &self.ticks.ticks {
            let y = bar.bottom() - tick.at * bar.h;
            let reach = if tick.label.is_some() { 3.0 } else { 1.5 };
            let line = Paint::stroke(INK, 0.8);
            items.push(Item::segment((bar.right(), y), (bar.right() + reach, y), line));
            if let Some(label) = &tick.label {
                let x = bar.right() + LABEL_OFFSET;
                let baseline = y + HALF_CAPITAL * tick::SIZE;
                items.push(Item::Text(Text::new(x, baseline, markup::parse(label), tick::SIZE)));
            }
        }
        let start = bar.right() + LABEL_OFFSET + self.ticks.widest() + 4.0;
        for (i, line) in self.label.lines.iter().enumerate() {
            let x = start + self.label.size * (0.8 + LEADING * i as f64);
            let text = Text::new(x, bar.y + 0.5 * bar.h, line.clone(), self.label.size);
            items.push(Item::Text(Text { upwards: true, ..text }.anchored(Anchor::Middle)));
        }
        items
    }
}

fn window(map: &HeatMap) -> Window {
    let mut reach = Reach::new(map.scale);
    reach.all(map.values.iter().copied());
    let axis = Axis { scale: map.scale, range: map.range, ..Axis::linear("") };
    Window::new(&axis, reach.extent, (0.0, 0.0))
}

/// Rectangles of a heat map.
pub(crate) fn cells(frame: &Frame, map: &HeatMap) -> Vec<Item> {
    let window = window(map);
    let columns = map.x_edges.len().saturating_sub(1);
    let mut items = Vec::new();
    for (i, value) in map.values.iter().enumerate().take_while(|_| columns > 0) {
        let (row, column) = (i / columns, i % columns);
        let Some(y_ends) = map.y_edges.get(row..row + 2) else { break };
        let x_ends = &map.x_edges[column..column + 2];
        let corners = frame.place(x_ends[0], y_ends[1]).zip(frame.place(x_ends[1], y_ends[0]));
        if let Some(((left, top), (right, bottom))) = corners {
            let colour = window.fraction(*value).map_or(MISSING, sequential);
            let rect = Rect { x: left, y: top, w: right - left, h: bottom - top };
            // A border of its own colour closes the seams that anti-aliasing leaves.
            let paint = Paint { stroke: Some((colour, 0.5)), ..Paint::fill(colour) };
            items.push(Item::rectangle(rect, paint));
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::Scale;

    fn map(values: Vec<f64>) -> HeatMap {
        let (x_edges, y_edges) = (vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 2.0]);
        HeatMap { x_edges, y_edges, values, scale: Scale::Log, range: None }
    }

    fn frame() -> Frame {
        let area = Rect { x: 0.0, y: 0.0, w: 20.0, h: 20.0 };
        let axis = Axis::linear("").between(0.0, 2.0);
        let window = Window::new(&axis, None, (0.0, 0.0));
        Frame { area, x: window, y: window }
    }

    #[test]
    fn cells_go_from_the_lower_left_and_missing_values_are_grey() {
        let items = cells(&frame(), &map(vec![1.0, 10.0, f64::NAN, 100.0]));
        assert_eq!(items.len(), 4);
        let fill = |i: usize| match &items[i] {
            Item::Path { paint, .. } => paint.fill,
            _ => None,
        };
        assert_eq!(fill(0), Some(sequential(0.0)));
        assert_eq!(fill(1), Some(sequential(0.5)));
        assert_eq!(fill(2), Some(MISSING));
        assert_eq!(fill(3), Some(sequential(1.0)));
    }

    #[test]
    fn too_many_values_or_no_columns_are_left_out() {
        assert_eq!(cells(&frame(), &map(vec![1.0; 9])).len(), 4);
        let empty = HeatMap { x_edges: vec![], ..map(vec![1.0]) };
        assert!(cells(&frame(), &empty).is_empty());
    }

    #[test]
    fn the_scale_spans_the_values() {
        let window = window(&map(vec![1e-3, 1e-1, 0.0, 1.0]));
        assert_eq!((window.fraction(1e-3), window.fraction(1.0)), (Some(0.0), Some(1.0)));
    }
}
