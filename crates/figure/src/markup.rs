//! The small markup of labels: `*italic*`, `_{subscript}`, `^{superscript}`, and backslash escapes.
//!
//! Whatever does not close is literal text, so no label can fail to parse.

/// Height of a span relative to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// On the line.
    Base,
    /// Lowered, `_{...}`.
    Sub,
    /// Raised, `^{...}`.
    Sup,
}

/// A run of characters with one appearance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The characters, without markup.
    pub text: String,
    /// Whether they slant, as mathematical letters do.
    pub italic: bool,
    /// Whether they are lowered or raised.
    pub shift: Shift,
}

/// Splits `source` into spans of one appearance.
///
/// An opening `*` must be followed, and a closing one preceded, by something that is not a blank,
/// so `2 * 3 * 4` is literal. `\*`, `\_`, `\^` and `\\` stand for the second character.
#[must_use]
pub fn parse(source: &str) -> Vec<Span> {
    let characters: Vec<char> = source.chars().collect();
    let mut spans = Vec::new();
    parse_into(&mut spans, &characters, false, Shift::Base);
    spans
}

/// The characters of `source` without their appearance.
#[must_use]
pub fn plain(source: &str) -> String {
    parse(source).into_iter().map(|span| span.text).collect()
}

fn parse_into(spans: &mut Vec<Span>, source: &[char], italic: bool, shift: Shift) {
    let mut at = 0;
    while at < source.len() {
        let next = source.get(at + 1).copied();
        match (source[at], next) {
            ('\\', Some(escaped)) if "*_^\\".contains(escaped) => {
                push(spans, escaped, italic, shift);
                at += 2;
                continue;
            }
            ('*', _) => {
                if let Some(end) = closing_star(source, at) {
                    parse_into(spans, &source[at + 1..end], true, shift);
                    at = end + 1;
                    continue;
                }
            }
            (mark @ ('_' | '^'), Some('{')) if shift == Shift::Base => {
                if let Some(end) = closing_brace(source, at + 1) {
                    let inner = if mark == '_' { Shift::Sub } else { Shift::Sup };
                    parse_into(spans, &source[at + 2..end], italic, inner);
                    at = end + 1;
                    continue;
                }
            }
            _ => {}
        }
        push(spans, source[at], italic, shift);
        at += 1;
    }
}

fn push(spans: &mut Vec<Span>, character: char, italic: bool, shift: Shift) {
    match spans.last_mut() {
        Some(last) if last.italic == italic && last.shift == shift => last.text.push(character),
        _ => spans.push(Span { text: character.to_string(), italic, shift }),
    }
}

fn closing_star(source: &[char], open: usize) -> Option<usize> {
    if source.get(open + 1).is_none_or(|c| c.is_whitespace() || *c == '*') {
        return None;
    }
    let mut at = open + 1;
    while at < source.len() {
        match source[at] {
            '\\' => at += 1,
            '{' => at = closing_brace(source, at).unwrap_or(at),
            '*' if !source[at - 1].is_whitespace() => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn closing_brace(source: &[char], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = open;
    while at < source.len() {
        match source[at] {
            '\\' => at += 1,
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, italic: bool, shift: Shift) -> Span {
        Span { text: text.to_owned(), italic, shift }
    }

    #[test]
    fn letters_slant_and_indices_move() {
        assert_eq!(
            parse("risk at *z*_{(i)}^{*}"),
            [
                span("risk at ", false, Shift::Base),
                span("z", true, Shift::Base),
                span("(i)", false, Shift::Sub),
                span("*", false, Shift::Sup),
            ]
        );
        assert_eq!(parse("^{*k*}"), [span("k", true, Shift::Sup)]);
        assert_eq!(parse("*x_{1}*")[1], span("1", true, Shift::Sub));
    }

    #[test]
    fn what_does_not_close_is_literal() {
        for text in
            ["a*b", "x_{1", "x^1", "2 * 3 * 4", "step_size", "**", "*", "_{", "}{", "*a", ""]
        {
            assert_eq!(plain(text), text);
            assert!(parse(text).iter().all(|s| !s.italic && s.shift == Shift::Base), "{text}");
        }
        assert_eq!(plain(r"\*a\* \q \"), r"*a* \q \");
    }

    #[test]
    fn indices_of_indices_are_literal() {
        assert_eq!(
            parse("x_{a_{b}}"),
            [span("x", false, Shift::Base), span("a_{b}", false, Shift::Sub)]
        );
    }
}
