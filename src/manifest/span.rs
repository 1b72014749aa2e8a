//! Places in a manifest's text.

use std::ops::Range;

/// A byte range of the text, half-open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The smallest span that covers `self` and `other`.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span as a range that can be printed: inside `text`, on character boundaries, ending no
    /// later than the line on which it starts.
    #[must_use]
    pub fn on_first_line(self, text: &str) -> Range<usize> {
        let start = text.floor_char_boundary(self.start);
        let end = text.ceil_char_boundary(self.end.max(start));
        let first_line = text[start..end].split(['\n', '\r']).next().unwrap_or("");
        start..start + first_line.trim_end().len()
    }
}

/// A value and where the manifest says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its place. Of quoted text without escapes, the part between the quotes.
    pub span: Span,
}

impl Located<String> {
    /// The place of the bytes `range` of the text, for errors inside it; the whole place if the
    /// text was escaped or folded, so that its bytes are not those of the file.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Span {
        if self.span.end - self.span.start == self.value.len() && range.end <= self.value.len() {
            Span { start: self.span.start + range.start, end: self.span.start + range.end }
        } else {
            self.span
        }
    }
}

/// A position as editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The position of byte `offset` of `text`; of its end, if `offset` lies behind it.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Position {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |idx| idx + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].trim_start_matches('\u{feff}').chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "a: 1\r\nβ: x\n";
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, text.find('x').unwrap()), Position { line: 2, column: 4 });
        assert_eq!(Position::of(text, 999), Position { line: 3, column: 1 });
    }

    #[test]
    fn printed_spans_end_with_their_first_line() {
        let text = "about: one\r\n  two\n";
        assert_eq!(Span { start: 7, end: 17 }.on_first_line(text), 7..10);
        assert_eq!(Span { start: 40, end: 50 }.on_first_line(text), text.len()..text.len());
    }

    #[test]
    fn a_part_of_escaped_text_is_the_whole() {
        let exact = Located { value: "p >= 1".to_owned(), span: Span { start: 10, end: 16 } };
        assert_eq!(exact.part(2..4), Span { start: 12, end: 14 });
        let escaped = Located { value: "p >= 1".to_owned(), span: Span { start: 10, end: 19 } };
        assert_eq!(escaped.part(2..4), escaped.span);
    }
}
