//! The list of names to the right of a panel, where it would cover something inside.

use crate::direct::WIDEST;
use crate::draw::Frame;
use crate::figure::Panel;
use crate::inside;
use crate::place;
use crate::scene::{Item, Rect};

/// Distance of the list from the panel.
const OFFSET: f64 = 6.0;

/// A list of names beside a panel.
pub(crate) struct Aside {
    width: f64,
}

impl Aside {
    /// The list of the panel's names, if it has no place inside that is free and is narrow enough to
    /// stand outside; `frame` is about the panel's, `room` the width of panel and margins.
    pub fn new(panel: &Panel, frame: &Frame, room: f64) -> Option<Self> {
        let width = place::crowded(panel, frame)?;
        (width <= WIDEST * room).then_some(Self { width })
    }

    /// Pixels taken to the right of the panel.
    pub fn width(&self) -> f64 {
        OFFSET + self.width
    }

    /// Draws the list, its top at the panel's.
    pub fn draw(&self, panel: &Panel, frame: &Frame) -> Vec<Item> {
        let entries = inside::entries(&panel.marks);
        let panel_area = &frame.area;
        let h = inside::list_size(frame, &entries).1;
        let area = Rect { x: panel_area.right() + OFFSET, y: panel_area.y, w: self.width, h };
        inside::list(frame, &entries, &area)
    }
}
