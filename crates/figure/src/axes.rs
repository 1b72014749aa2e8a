//! Grid, axes, tick labels, axis labels and titles.

use crate::colour::{GRID, INK};
use crate::markup::{self, Shift, Span};
use crate::scene::{Anchor, Item, Paint, Rect, Text};
use crate::text::{Block, HALF_CAPITAL, LEADING};
use crate::tick::{self, Ticks};

/// Font sizes in pixels of 1/96 inch: 7.9 and 8.6 points.
pub(crate) const LABEL: f64 = 10.5;
pub(crate) const TITLE: f64 = 11.5;
/// Distance of tick labels from their axis, and of axis labels from tick labels.
pub(crate) const TICK_OFFSET: f64 = 6.0;
pub(crate) const LABEL_OFFSET: f64 = 5.0;
/// Room of the tick labels below a panel.
pub(crate) const TICK_HEIGHT: f64 = 10.0;

/// Lines at the labelled ticks.
pub(crate) fn grid(area: &Rect, x: &Ticks, y: &Ticks) -> Vec<Item> {
    let paint = Paint::stroke(GRID, 0.8);
    let labelled = |ticks: &Ticks| -> Vec<f64> {
        ticks.ticks.iter().filter(|t| t.label.is_some()).map(|t| t.at).collect()
    };
    let vertical = labelled(x).into_iter().map(|at| {
        let x = area.x + at * area.w;
        Item::segment((x, area.y), (x, area.bottom()), paint)
    });
    let horizontal = labelled(y).into_iter().map(|at| {
        let y = area.bottom() - at * area.h;
        Item::segment((area.x, y), (area.right(), y), paint)
    });
    vertical.chain(horizontal).collect()
}

/// The two axes with their ticks and tick labels.
pub(crate) fn axes(area: &Rect, x: &Ticks, y: &Ticks) -> Vec<Item> {
    let paint = Paint::stroke(INK, 1.0);
    let fine = Paint::stroke(INK, 0.8);
    let corner = (area.x, area.bottom());
    let mut items = vec![
        Item::segment((area.x, area.y), (corner.0, corner.1 + 0.5), paint),
        Item::segment((corner.0 - 0.5, corner.1), (area.right(), corner.1), paint),
    ];
    let reach = |label: &Option<String>| if label.is_some() { 3.5 } else { 2.0 };
    for tick in &x.ticks {
        let at = area.x + tick.at * area.w;
        items.push(Item::segment((at, corner.1), (at, corner.1 + reach(&tick.label)), fine));
        if let Some(label) = &tick.label {
            let baseline = corner.1 + TICK_OFFSET + 0.88 * tick::SIZE;
            let text = Text::new(at, baseline, markup::parse(label), tick::SIZE);
            items.push(Item::Text(text.anchored(Anchor::Middle)));
        }
    }
    for tick in &y.ticks {
        let at = area.bottom() - tick.at * area.h;
        items.push(Item::segment((corner.0 - reach(&tick.label), at), (corner.0, at), fine));
        if let Some(label) = &tick.label {
            let baseline = at + HALF_CAPITAL * tick::SIZE;
            let text =
                Text::new(corner.0 - TICK_OFFSET, baseline, markup::parse(label), tick::SIZE);
            items.push(Item::Text(text.anchored(Anchor::End)));
        }
    }
    items
}

/// The label below the horizontal axis, centred.
pub(crate) fn x_label(area: &Rect, label: &Block) -> Vec<Item> {
    let top = area.bottom() + TICK_OFFSET + TICK_HEIGHT + LABEL_OFFSET;
    let line = |(i, spans): (usize, &Vec<Span>)| {
        let y = top + label.size * (0.85 + LEADING * i as f64);
        let text = Text::new(area.x + 0.5 * area.w, y, spans.clone(), label.size);
        Item::Text(text.anchored(Anchor::Middle))
    };
    label.lines.iter().enumerate().map(line).collect()
}

/// The label beside the vertical axis, whose tick labels are `widest` pixels wide; centred.
pub(crate) fn y_label(area: &Rect, label: &Block, widest: f64) -> Vec<Item> {
    let right = area.x - TICK_OFFSET - widest - LABEL_OFFSET;
    let line = |(i, spans): (usize, &Vec<Span>)| {
        let from_last = (label.lines.len() - 1 - i) as f64;
        let x = right - label.size * (0.28 + LEADING * from_last);
        let text = Text::new(x, area.y + 0.5 * area.h, spans.clone(), label.size);
        Item::Text(Text { upwards: true, ..text }.anchored(Anchor::Middle))
    };
    label.lines.iter().enumerate().map(line).collect()
}

/// Letter and title above the panel, starting at its left edge.
pub(crate) fn title(area: &Rect, letter: &str, title: &Block) -> Vec<Item> {
    let lines = title.lines.len().max(1) as f64;
    let first = area.y - 9.0 - (lines - 1.0) * title.size * LEADING;
    let mut items = Vec::new();
    if !letter.is_empty() {
        let bold = Text { bold: true, ..Text::new(area.x, first, letter_span(letter), TITLE) };
        items.push(Item::Text(bold));
    }
    let x = area.x + letter_width(letter);
    for (i, line) in title.lines.iter().enumerate() {
        let y = first + i as f64 * title.size * LEADING;
        items.push(Item::Text(Text::new(x, y, line.clone(), title.size)));
    }
    items
}

/// Room that a panel's letter takes before its title.
pub(crate) fn letter_width(letter: &str) -> f64 {
    match letter {
        "" => 0.0,
        _ => crate::text::width(&letter_span(letter), TITLE, true) + 6.0,
    }
}

fn letter_span(letter: &str) -> Vec<Span> {
    vec![Span { text: letter.to_owned(), italic: false, shift: Shift::Base }]
}
