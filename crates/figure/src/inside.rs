//! Lists of names and remarks between the axes.

use std::collections::BTreeMap;

use crate::colour::{GRID, WHITE};
use crate::direct::SIZE;
use crate::draw::{self, Frame};
use crate::figure::{Corner, Legend, Panel, Place};
use crate::mark::{Mark, Shape};
use crate::markup::{self, Span};
use crate::place::{corner_box, emptiest, free_corner};
use crate::scene::{Anchor, Item, Paint, Rect, Text};
use crate::text::{self, HALF_CAPITAL};
use crate::tick;

/// Distance of boxes from the axes, and within boxes.
pub(crate) const INSET: f64 = 5.0;
pub(crate) const PADDING: f64 = 4.0;
/// Distance from the top, where no axis is.
pub(crate) const TOP: f64 = 2.0;
/// Height of a line and width of a sample of a mark.
pub(crate) const LINE: f64 = 13.0;
const SAMPLE: f64 = 20.0;
/// A name and the marks that bear it.
pub(crate) struct Entry<'a> {
    pub name: Vec<Span>,
    pub marks: Vec<&'a Mark>,
}

/// Names in the order in which they first appear. A heat map's name stands at its colour scale
/// and a vertical line's beside it, so neither is listed.
pub(crate) fn entries(marks: &[Mark]) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry> = Vec::new();
    for mark in marks {
        let elsewhere = matches!(mark.shape, Shape::HeatMap(_) | Shape::Vertical(_));
        if mark.label.is_empty() || elsewhere {
            continue;
        }
        match entries.iter_mut().find(|entry| entry.marks[0].label == mark.label) {
            Some(entry) => entry.marks.push(mark),
            None => entries.push(Entry { name: markup::parse(&mark.label), marks: vec![mark] }),
        }
    }
    entries
}

/// Remarks, names of vertical lines and, unless the names stand `outside` the panel, their list.
pub(crate) fn draw(panel: &Panel, frame: &Frame, outside: bool) -> Vec<Item> {
    let mut used: BTreeMap<Corner, f64> = BTreeMap::new();
    let mut items = Vec::new();
    for note in &panel.notes {
        let lines: Vec<Vec<Span>> = note.text.lines().map(markup::parse).collect();
        items.extend(match note.place {
            Place::Corner(corner) => corner_note(frame, &lines, corner, &mut used),
            Place::At(x, y) => point_note(frame, &lines, x, y),
        });
    }
    if panel.legend == Legend::None {
        return items;
    }
    items.extend(panel.marks.iter().filter_map(|mark| vertical_name(frame, mark)));
    let entries = entries(&panel.marks);
    if outside || entries.is_empty() {
        return items;
    }
    let size = list_size(frame, &entries);
    let place = match panel.legend {
        Legend::Inside(corner) => free_corner(frame, size, corner, &used).0,
        _ => emptiest(panel, frame, size, &used).0,
    };
    items.extend(list(frame, &entries, &place));
    items
}

fn corner_note(
    frame: &Frame,
    lines: &[Vec<Span>],
    corner: Corner,
    used: &mut BTreeMap<Corner, f64>,
) -> Vec<Item> {
    let room = frame.area.w - 2.0 * INSET;
    let height = lines.len() as f64 * LINE;
    let offset = used.entry(corner).or_insert(0.0);
    let place = corner_box(frame, (room, height), corner, *offset);
    *offset += height;
    let right = matches!(corner, Corner::TopRight | Corner::BottomRight);
    let (x, anchor) = if right { (place.right(), Anchor::End) } else { (place.x, Anchor::Start) };
    let line = |(i, spans): (usize, &Vec<Span>)| {
        let size = shrunk(spans, tick::SIZE, room);
        let y = place.y + LINE * (i as f64 + 0.5) + HALF_CAPITAL * size;
        let text = Text { halo: true, ..Text::new(x, y, spans.clone(), size) };
        Item::Text(text.anchored(anchor))
    };
    lines.iter().enumerate().map(line).collect()
}

fn point_note(frame: &Frame, lines: &[Vec<Span>], x: f64, y: f64) -> Vec<Item> {
    let area = &frame.area;
    let Some((px, py)) = frame.place(x, y) else { return vec![] };
    let room = area.w - 2.0 * INSET;
    let sizes: Vec<f64> = lines.iter().map(|spans| shrunk(spans, tick::SIZE, room)).collect();
    let widths = lines.iter().zip(&sizes).map(|(spans, size)| text::width(spans, *size, false));
    let (w, h) = (widths.fold(0.0, f64::max), lines.len() as f64 * LINE);
    let left = (px + 4.0).min(area.right() - w).max(area.x + 2.0);
    let top = (py - h - 2.0).min(area.bottom() - h).max(area.y);
    let line = |(i, (spans, size)): (usize, (&Vec<Span>, &f64))| {
        let baseline = top + LINE * (i as f64 + 0.5) + HALF_CAPITAL * size;
        Item::Text(Text { halo: true, ..Text::new(left, baseline, spans.clone(), *size) })
    };
    lines.iter().zip(&sizes).enumerate().map(line).collect()
}

/// The name of a vertical line at its top, on the side where there is room.
fn vertical_name(frame: &Frame, mark: &Mark) -> Option<Item> {
    let Shape::Vertical(value) = mark.shape else { return None };
    let area = &frame.area;
    let x = frame.px(value).filter(|x| (area.x..=area.right()).contains(x))?;
    let spans = markup::parse(&mark.label);
    let size = shrunk(&spans, tick::SIZE, (x - area.x).max(area.right() - x) - 4.0);
    let fits = x + 4.0 + text::width(&spans, size, false) <= area.right();
    let (x, anchor) = if fits { (x + 4.0, Anchor::Start) } else { (x - 4.0, Anchor::End) };
    let text = Text { halo: true, ..Text::new(x, area.y + 0.9 * size, spans, size) };
    (!mark.label.is_empty()).then(|| Item::Text(text.filled(mark.colour.text()).anchored(anchor)))
}

/// The size at which a line is at most `room` wide.
fn shrunk(spans: &[Span], size: f64, room: f64) -> f64 {
    let width = text::width(spans, size, false);
    if width > room { size * (room / width).max(0.05) } else { size }
}

/// Width of a list whose names are not shrunk.
pub(crate) fn list_width(entries: &[Entry]) -> f64 {
    let widths = entries.iter().map(|entry| text::width(&entry.name, SIZE, false));
    2.0 * PADDING + SAMPLE + PADDING + widths.fold(0.0, f64::max)
}

/// Width and height of a list between the axes.
pub(crate) fn list_size(frame: &Frame, entries: &[Entry]) -> (f64, f64) {
    let height = 2.0 * PADDING + LINE * entries.len() as f64;
    let room = (frame.area.w - 2.0 * INSET, frame.area.h - TOP - INSET);
    (list_width(entries).min(room.0), height.min(room.1))
}

/// The list of names in the place.
pub(crate) fn list(frame: &Frame, entries: &[Entry], place: &Rect) -> Vec<Item> {
    let border = Paint { stroke: Some((GRID, 0.6)), ..Paint::fill(WHITE) };
    let mut items = vec![Item::rectangle(*place, border.opaque(0.88))];
    let room = place.w - 3.0 * PADDING - SAMPLE;
    let line = (place.h - 2.0 * PADDING) / entries.len() as f64;
    for (i, entry) in entries.iter().enumerate() {
        let middle = place.y + PADDING + line * (i as f64 + 0.5);
        let left = place.x + PADDING;
        for mark in &entry.marks {
            items.extend(example(frame, mark, left, middle));
        }
        let size = shrunk(&entry.name, SIZE.min(SIZE * line / LINE), room);
        let x = left + SAMPLE + PADDING;
        let text = Text::new(x, middle + HALF_CAPITAL * size, entry.name.clone(), size);
        items.push(Item::Text(text));
    }
    items
}

/// What a mark looks like, in a few pixels right of `left` around the height `middle`.
fn example(frame: &Frame, mark: &Mark, left: f64, middle: f64) -> Vec<Item> {
    let colour = mark.colour.rgb();
    let (right, centre) = (left + SAMPLE, left + 0.5 * SAMPLE);
    let line = |paint| vec![Item::segment((left, middle), (right, middle), paint)];
    let block = |opacity| {
        let rect = Rect { x: left, y: middle - 4.0, w: SAMPLE, h: 8.0 };
        vec![Item::rectangle(rect, Paint::fill(colour).opaque(opacity))]
    };
    match &mark.shape {
        Shape::Line { dash, .. } | Shape::Steps { dash, .. } => line(draw::line_paint(mark, *dash)),
        Shape::Points { marker, size, .. } => {
            draw::markers(&[(centre, middle)], *marker, size.max(3.0), colour)
        }
        Shape::Intervals { points, marker } => {
            let stem = Paint::stroke(colour, 1.1);
            let mut items = draw::markers(&[(centre, middle)], *marker, draw::POINT, colour);
            if points.iter().any(|p| frame.py(p.hi).is_some()) {
                items.push(Item::segment((centre, middle - 5.0), (centre, middle + 5.0), stem));
            }
            items
        }
        Shape::Band { .. } => block(draw::BAND),
        Shape::Bars { .. } => block(draw::BARS),
        Shape::Diagonal | Shape::Horizontal(_) => line(draw::reference_paint(colour)),
        Shape::HeatMap(_) | Shape::Vertical(_) => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_one_name_share_an_entry_in_order_of_appearance() {
        let mark = |name: &str| Mark::line(vec![]).labelled(name);
        let vertical = Mark::new(Shape::Vertical(1.0)).labelled("mean");
        let marks = [mark("b"), mark("a"), mark(""), mark("b"), vertical];
        let found: Vec<(String, usize)> = entries(&marks)
            .into_iter()
            .map(|entry| (entry.name[0].text.clone(), entry.marks.len()))
            .collect();
        assert_eq!(found, [("b".to_owned(), 2), ("a".to_owned(), 1)]);
    }
}
