//! Where everything stands: margins that fit their labels, panels aligned in rows and columns.

use crate::aside::Aside;
use crate::axes::{self, LABEL, LABEL_OFFSET, TICK_HEIGHT, TICK_OFFSET, TITLE};
use crate::direct::Beside;
use crate::draw::{self, Frame};
use crate::extent;
use crate::figure::{Figure, Panel, TWO_COLUMNS};
use crate::heat::ColourBar;
use crate::markup;
use crate::scale::Window;
use crate::scene::{Item, Rect, Scene};
use crate::text::{self, Block};
use crate::tick::{self, Along, Tick, Ticks};

/// White edge of the drawing, and between columns and rows of panels.
const EDGE: f64 = 3.0;
const COLUMN_GAP: f64 = 14.0;
const ROW_GAP: f64 = 14.0;
/// Least margin to the right of a panel and above one without a title.
const LEAST_RIGHT: f64 = 6.0;
const LEAST_TOP: f64 = 8.0;
/// Least width of a panel; a figure too narrow for it becomes wider instead.
const LEAST_WIDTH: f64 = 40.0;

/// What is known of a panel before its width is.
struct Draft<'a> {
    panel: &'a Panel,
    letter: String,
    x: Window,
    y: Window,
    y_ticks: Ticks,
    y_label: Block,
    beside: Option<Beside>,
    aside: Option<Aside>,
    bar: Option<ColourBar>,
}

/// What follows from the width of a panel.
struct Fitted {
    x_ticks: Ticks,
    x_label: Block,
    title: Block,
}

/// Widths of margins by column, and of all panels.
struct Columns {
    left: Vec<f64>,
    right: Vec<f64>,
    width: f64,
}

/// Lays out a figure.
pub(crate) fn scene(figure: &Figure) -> Scene {
    let across = figure.across.clamp(1, figure.panels.len().max(1));
    let height = finite(figure.panel_height, 150.0).clamp(30.0, 4000.0);
    let width = finite(figure.width, TWO_COLUMNS).clamp(60.0, 8000.0);
    let drafts: Vec<Draft> = (figure.panels.iter().enumerate())
        .map(|(i, panel)| {
            Draft::new(panel, letter(i, figure.panels.len()), height, width / across as f64)
        })
        .collect();
    let columns = Columns::new(&drafts, across, width);
    let fitted: Vec<Fitted> = (drafts.iter().enumerate())
        .map(|(i, draft)| Fitted::new(draft, &columns, i % across))
        .collect();
    let mut items = Vec::new();
    let mut y = EDGE;
    for (row, drafts) in drafts.chunks(across).enumerate() {
        let fitted = &fitted[row * across..row * across + drafts.len()];
        y += drafts.iter().zip(fitted).map(|(d, f)| f.top(d)).fold(LEAST_TOP, f64::max);
        for (column, (draft, fit)) in drafts.iter().zip(fitted).enumerate() {
            let area = Rect { x: columns.start(column), y, w: columns.width, h: height };
            items.extend(draft.draw(fit, area));
        }
        y += height + fitted.iter().map(Fitted::bottom).fold(0.0, f64::max) + ROW_GAP;
    }
    let titles: Vec<String> = figure.panels.iter().map(|p| markup::plain(&p.title)).collect();
    let drawn = columns.end(across).max(width);
    let height = if drafts.is_empty() { y + EDGE } else { y - ROW_GAP + EDGE };
    Scene { name: figure.name.clone(), title: titles.join("; "), width: drawn, height, items }
}

fn finite(value: f64, otherwise: f64) -> f64 {
    if value.is_finite() { value } else { otherwise }
}

/// a, b, ..., z, aa, ab, ...; nothing for a panel that stands alone.
fn letter(index: usize, count: usize) -> String {
    if count < 2 {
        return String::new();
    }
    let last = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => last.to_string(),
        before => format!("{}{last}", letter(before - 1, count)),
    }
}

impl<'a> Draft<'a> {
    fn new(panel: &'a Panel, letter: String, height: f64, room: f64) -> Self {
        let x = extent::horizontal(&panel.x, &panel.marks);
        let y = extent::vertical(&panel.y, &panel.marks);
        let y_ticks = tick::ticks(&panel.y, &y, Along::Vertical, height);
        let words = markup::parse(&tick::scaled(&panel.y.label, y_ticks.exponent));
        let y_label = text::fit(&words, LABEL, height + LEAST_TOP);
        let area = Rect { x: 0.0, y: 0.0, w: room, h: height };
        let beside = Beside::new(panel, &Frame { area, x, y }, room);
        let bar = ColourBar::new(&panel.marks, height);
        let mut draft = Self { panel, letter, x, y, y_ticks, y_label, beside, aside: None, bar };
        if draft.beside.is_none() && draft.bar.is_none() {
            let w = (room - draft.left() - LEAST_RIGHT - COLUMN_GAP).max(LEAST_WIDTH);
            draft.aside = Aside::new(panel, &Frame { area: Rect { w, ..area }, x, y }, room);
        }
        draft
    }

    fn left(&self) -> f64 {
        let label =
            if self.y_label.lines.is_empty() { 0.0 } else { LABEL_OFFSET + self.y_label.height() };
        TICK_OFFSET + self.y_ticks.widest() + label
    }

    /// Margin to the right of a panel of the given width.
    fn right(&self, panel: f64) -> f64 {
        let bar = self.bar.as_ref().map_or(0.0, ColourBar::width);
        let beside = self.beside.as_ref().map_or(0.0, |beside| beside.width(panel));
        let aside = self.aside.as_ref().map_or(0.0, Aside::width);
        beside.max(aside).max(bar).max(LEAST_RIGHT)
    }

    /// Pixels by which tick labels reach beyond the two ends of a horizontal axis.
    fn beyond(&self, panel: f64) -> (f64, f64) {
        let ticks = tick::ticks(&self.panel.x, &self.x, Along::Horizontal, panel);
        let reach = ticks.ticks.iter().map(|tick| overhang(tick, panel));
        reach.fold((0.0, 0.0), |most, tick| (most.0.max(tick.0 + 0.5), most.1.max(tick.1 + 0.5)))
    }

    fn draw(&self, fit: &Fitted, area: Rect) -> Vec<Item> {
        let frame = Frame { area, x: self.x, y: self.y };
        let mut items = axes::grid(&area, &fit.x_ticks, &self.y_ticks);
        let mut over = Vec::new();
        let mut clipped = Vec::new();
        for mark in &self.panel.marks {
            let (inside, free) = draw::mark(&frame, mark);
            clipped.extend(inside);
            over.extend(free);
        }
        items.push(Item::Clipped(area, clipped));
        items.extend(axes::axes(&area, &fit.x_ticks, &self.y_ticks));
        items.extend(over);
        items.extend(axes::x_label(&area, &fit.x_label));
        items.extend(axes::y_label(&area, &self.y_label, self.y_ticks.widest()));
        items.extend(axes::title(&area, &self.letter, &fit.title));
        let is_outside = self.beside.is_some() || self.aside.is_some();
        items.extend(crate::inside::draw(self.panel, &frame, is_outside));
        items.extend(self.beside.iter().flat_map(|beside| beside.draw(&area)));
        items.extend(self.aside.iter().flat_map(|aside| aside.draw(self.panel, &frame)));
        items.extend(self.bar.iter().flat_map(|bar| bar.draw(&area)));
        items
    }
}

impl Fitted {
    fn new(draft: &Draft, columns: &Columns, column: usize) -> Self {
        let width = columns.width;
        let (left, right) = (columns.left[column], columns.right[column]);
        let mut x_ticks = tick::ticks(&draft.panel.x, &draft.x, Along::Horizontal, width);
        for tick in &mut x_ticks.ticks {
            let (before, after) = overhang(tick, width);
            if before > left || after > right {
                tick.label = None;
            }
        }
        let label = markup::parse(&tick::scaled(&draft.panel.x.label, x_ticks.exponent));
        let title_room = width + right - axes::letter_width(&draft.letter);
        Self {
            x_ticks,
            x_label: text::fit(&label, LABEL, width + 2.0 * left.min(right)),
            title: text::fit(&markup::parse(&draft.panel.title), TITLE, title_room),
        }
    }

    fn top(&self, draft: &Draft) -> f64 {
        let lines = self.title.lines.len().max(usize::from(!draft.letter.is_empty()));
        if lines == 0 { 0.0 } else { 9.0 + TITLE + (lines - 1) as f64 * TITLE * text::LEADING }
    }

    fn bottom(&self) -> f64 {
        let label =
            if self.x_label.lines.is_empty() { 0.0 } else { LABEL_OFFSET + self.x_label.height() };
        TICK_OFFSET + TICK_HEIGHT + label
    }
}

/// Pixels by which a tick's label reaches beyond the start and the end of its axis.
fn overhang(tick: &Tick, width: f64) -> (f64, f64) {
    let label = tick.label.as_deref().unwrap_or("");
    let half = 0.5 * text::width(&markup::parse(label), tick::SIZE, false);
    (half - tick.at * width, half - (1.0 - tick.at) * width)
}

impl Columns {
    /// Labels at the ends of an axis and names beside curves reach into the margins as far as the
    /// width of the panels, which follows from the margins, lets them. So margins are first taken
    /// too large, then lowered to what the panels need, which can only widen the panels.
    fn new(drafts: &[Draft], across: usize, width: f64) -> Self {
        let left: Vec<f64> = drafts.iter().map(Draft::left).collect();
        let right = |panel| drafts.iter().map(|draft| draft.right(panel)).collect::<Vec<f64>>();
        let mut columns = Self::with(&left, &right(0.0), across, width);
        for _ in 0..2 {
            let panel = columns.width;
            let beyond: Vec<(f64, f64)> = drafts.iter().map(|d| d.beyond(panel)).collect();
            let left: Vec<f64> = left.iter().zip(&beyond).map(|(m, b)| m.max(b.0)).collect();
            let right = right(panel);
            let right: Vec<f64> = right.iter().zip(&beyond).map(|(m, b)| m.max(b.1)).collect();
            columns = Self::with(&left, &right, across, width);
        }
        columns
    }

    /// Columns that hold the margins of all their panels.
    fn with(left: &[f64], right: &[f64], across: usize, width: f64) -> Self {
        let widest = |margins: &[f64]| -> Vec<f64> {
            let of = |c| margins.iter().skip(c).step_by(across).copied().fold(0.0, f64::max);
            (0..across).map(of).collect()
        };
        let mut columns = Self { left: widest(left), right: widest(right), width: 0.0 };
        columns.share(width);
        columns
    }

    /// Divides what margins leave of `width` equally among the panels.
    fn share(&mut self, width: f64) {
        let across = self.left.len() as f64;
        let margins: f64 = self.left.iter().chain(&self.right).sum();
        let free = width - 2.0 * EDGE - (across - 1.0) * COLUMN_GAP - margins;
        self.width = (free / across).max(LEAST_WIDTH);
    }

    /// Left edge of the panels in a column.
    fn start(&self, column: usize) -> f64 {
        let before = &self.right[..column];
        let margins: f64 = self.left[..=column].iter().chain(before).sum();
        EDGE + margins + column as f64 * (self.width + COLUMN_GAP)
    }

    /// Right edge of the drawing.
    fn end(&self, across: usize) -> f64 {
        self.start(across - 1) + self.width + self.right[across - 1] + EDGE
    }
}
