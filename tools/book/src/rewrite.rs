//! Chapters as the book has them: formulas as MathML, links to what is in the book.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{RenderConfig, Storage, push_mathml};

use crate::links::joined;

/// Folder of the book for pictures from outside `docs/`.
pub const PICTURES: &str = "pictures";

/// Where pictures are, and what they are called in the book.
pub type Pictures = BTreeMap<PathBuf, String>;

/// Rewrites every chapter; adds formulas that cannot be set to `faults`.
pub fn rewrite(book: &mut MDBook, docs: &Path, faults: &mut Vec<String>) -> Pictures {
    let summary = docs.join("SUMMARY.md");
    let mut places = BTreeMap::new();
    for chapter in book.book.chapters() {
        if let (Some(source), Some(place)) = (&chapter.source_path, &chapter.path) {
            places.insert(joined(&summary, &source.to_string_lossy()), place.clone());
        }
    }
    let mut pictures = Pictures::new();
    let mut pages = Pages { docs, places: &places, pictures: &mut pictures, faults };
    book.book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else { return };
        let found = pages.places.iter().find(|(_, path)| Some(*path) == chapter.path.as_ref());
        if let Some((own, path)) = found {
            chapter.content = pages.rewritten(&chapter.content, own, path);
        }
    });
    pictures
}

struct Pages<'a> {
    docs: &'a Path,
    /// Files that are chapters, with their paths in the book.
    places: &'a BTreeMap<PathBuf, PathBuf>,
    pictures: &'a mut Pictures,
    faults: &'a mut Vec<String>,
}

impl Pages<'_> {
    /// The Markdown of the chapter `own`, which has the path `place` in the book.
    fn rewritten(&mut self, text: &str, own: &Path, place: &Path) -> String {
        let options = Options::ENABLE_MATH | Options::ENABLE_TABLES;
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        let mut is_code = false;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            let change = match event {
                Event::InlineMath(formula) => Some(self.math(&formula, DisplayMode::Inline, own)),
                Event::DisplayMath(formula) => Some(self.math(&formula, DisplayMode::Block, own)),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    self.link(&text[range.clone()], &dest_url, own, place)
                }
                Event::Start(Tag::Image { dest_url, .. }) => {
                    self.picture(&text[range.clone()], &dest_url, own, place)
                }
                Event::Text(words) if !is_code && words.contains('$') => {
                    self.faults
                        .push(format!("{}: no formula begins at `$` in: {words}", own.display()));
                    None
                }
                Event::Start(Tag::CodeBlock(_)) => {
                    is_code = true;
                    None
                }
                Event::End(TagEnd::CodeBlock) => {
                    is_code = false;
                    None
                }
                _ => None,
            };
            changes.extend(change.map(|change| (range, change)));
        }
        let mut text = text.to_owned();
        for (range, change) in changes.into_iter().rev() {
            text.replace_range(range, &change);
        }
        text
    }

    fn math(&mut self, formula: &str, display_mode: DisplayMode, own: &Path) -> String {
        let storage = Storage::new();
        let parser = pulldown_latex::Parser::new(formula, &storage);
        let mut html = String::new();
        let config = RenderConfig { display_mode, ..RenderConfig::default() };
        // What cannot be read is set as an error, which is none of the call.
        let is_set = push_mathml(&mut html, parser, config).is_ok() && !html.contains("<merror");
        if !is_set {
            self.faults.push(format!("{}: ${formula}$ cannot be set", own.display()));
        }
        as_inline_html(&html)
    }

    /// A link to a file that is no page of the book becomes its text.
    fn link(&mut self, text: &str, to: &str, own: &Path, place: &Path) -> Option<String> {
        let (path, anchor) = to.split_once('#').map_or((to, None), |(path, one)| (path, Some(one)));
        if path.is_empty() || is_elsewhere(path) {
            return None;
        }
        let target = joined(own, path);
        let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
        if let Some(page) = self.places.get(&target) {
            return Some(
                text.replace(&format!("]({to})"), &format!("]({}{anchor})", between(place, page))),
            );
        }
        if !target.exists() {
            self.faults.push(format!("{}: there is no {to}", own.display()));
        }
        if target.starts_with(self.docs) && target.is_file() {
            return None;
        }
        let words =
            text.strip_prefix('[').and_then(|text| text.rsplit_once("](")).map(|(words, _)| words);
        words.map(str::to_owned)
    }

    /// A picture from outside `docs/` is copied.
    fn picture(&mut self, text: &str, to: &str, own: &Path, place: &Path) -> Option<String> {
        let target = joined(own, to);
        if is_elsewhere(to) || target.starts_with(self.docs) {
            return None;
        }
        if !target.is_file() {
            self.faults.push(format!("{}: there is no {to}", own.display()));
            return None;
        }
        let name = target.file_name()?.to_string_lossy().into_owned();
        let path = between(place, &Path::new(PICTURES).join(&name));
        self.pictures.insert(target, name);
        Some(text.replace(&format!("]({to})"), &format!("]({path})")))
    }
}

/// One line in which Markdown has nothing to read.
fn as_inline_html(html: &str) -> String {
    let mut line = String::with_capacity(html.len());
    for c in html.chars() {
        match c {
            '\n' => line.push(' '),
            '*' | '_' | '[' | ']' | '~' | '`' | '\\' | '|' => {
                line.push_str(&format!("&#{};", u32::from(c)));
            }
            c => line.push(c),
        }
    }
    line
}

fn is_elsewhere(path: &str) -> bool {
    path.starts_with("https://") || path.starts_with("http://")
}

/// The path from one page to another, both relative to the book.
fn between(from: &Path, to: &Path) -> String {
    let up = from.components().count().saturating_sub(1);
    format!("{}{}", "../".repeat(up), to.display())
}
