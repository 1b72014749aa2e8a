//! Columns of published values, told from ours by a mark around the content of their cells.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use crate::report::TAGS;

/// The heading of published values whose rows say how they are known.
const HEADING: &str = "published";
const OPEN: &str = "<span class=\"published\">";
const CLOSE: &str = "</span>";

/// The columns of published values of the open table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    columns: Vec<usize>,
    /// Number of the open cell in its row.
    column: usize,
    /// Where the open cell begins, in the list of events.
    start: usize,
    in_head: bool,
}

impl Published {
    /// Notes what `event` opens or ends, and marks in `events`, which stand before it, a cell of
    /// published values that it ends.
    pub(crate) fn look_at<'e>(&mut self, event: &Event<'e>, events: &mut Vec<Event<'e>>) {
        match event {
            Event::Start(Tag::TableHead) => {
                *self = Published { in_head: true, ..Published::default() };
            }
            Event::End(TagEnd::TableHead) => self.in_head = false,
            Event::Start(Tag::TableRow) => self.column = 0,
            Event::Start(Tag::TableCell) => self.start = events.len() + 1,
            Event::End(TagEnd::TableCell) => {
                if self.in_head && is_published(events) {
                    self.columns.push(self.column);
                }
                if self.columns.contains(&self.column) && self.start <= events.len() {
                    events.insert(self.start, Event::InlineHtml(OPEN.into()));
                    events.push(Event::InlineHtml(CLOSE.into()));
                }
                self.column += 1;
            }
            _ => {}
        }
    }
}

/// Whether the heading that ends `events` is one of published values; how they are known becomes a
/// badge.
fn is_published(events: &mut Vec<Event<'_>>) -> bool {
    let Some(Event::Text(text)) = events.last() else { return false };
    if &**text == HEADING {
        return true;
    }
    let Some((name, known)) = text.rsplit_once(" (") else { return false };
    let Some(known) = known.strip_suffix(')') else { return false };
    if !known.split(", ").all(|one| TAGS.contains(&one)) {
        return false;
    }
    let badge = format!("<small>{known}</small>");
    let name = CowStr::from(format!("{name} "));
    events.pop();
    events.extend([Event::Text(name), Event::InlineHtml(badge.into())]);
    true
}
