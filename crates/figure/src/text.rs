//! Widths of text in the vendored font, so that margins fit their labels.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::markup::{Shift, Span};

pub(crate) const REGULAR: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");
pub(crate) const BOLD: &[u8] = include_bytes!("../fonts/DejaVuSans-Bold.ttf");
pub(crate) const OBLIQUE: &[u8] = include_bytes!("../fonts/DejaVuSans-Oblique.ttf");

/// Size of raised and lowered characters relative to the line's.
pub(crate) const INDEX_SCALE: f64 = 0.72;
/// Rise of a superscript and fall of a subscript, in units of the line's font size.
pub(crate) const RISE: f64 = 0.36;
pub(crate) const FALL: f64 = 0.17;
/// Half the height of a capital, which centres a line on a height.
pub(crate) const HALF_CAPITAL: f64 = 0.365;
/// Distance of two baselines, in units of the font size.
pub(crate) const LEADING: f64 = 1.25;

/// Width in pixels of a line at `size` pixels per em.
pub(crate) fn width(spans: &[Span], size: f64, bold: bool) -> f64 {
    let mut total = 0.0;
    for span in spans {
        let scale = if span.shift == Shift::Base { size } else { size * INDEX_SCALE };
        total += scale * ems(&span.text, span.italic, bold);
    }
    total
}

/// Width in ems. The fonts carry no kerning (`fonts/README.md`), so advances add up.
fn ems(text: &str, italic: bool, bold: bool) -> f64 {
    let face = match (bold, italic) {
        (true, _) => BOLD,
        (false, true) => OBLIQUE,
        (false, false) => REGULAR,
    };
    let font = FontRef::new(face).expect("the vendored font is well formed");
    let characters = font.charmap();
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    let units_per_em =
        f64::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
    let units: f64 = text
        .chars()
        .map(|c| characters.map(c).unwrap_or(GlyphId::NOTDEF))
        .map(|glyph| f64::from(metrics.advance_width(glyph).unwrap_or(0.0)))
        .sum();
    units / units_per_em
}

/// Lines of text and the size at which each of them is no wider than asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub lines: Vec<Vec<Span>>,
    pub size: f64,
}

impl Block {
    /// Height in pixels.
    pub fn height(&self) -> f64 {
        self.lines.len() as f64 * self.size * LEADING
    }
}

/// Breaks a line at blanks so that each part is at most `limit` pixels wide; a word that alone is
/// wider shrinks the whole block instead, so nothing is ever cut off.
pub(crate) fn fit(spans: &[Span], size: f64, limit: f64) -> Block {
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for word in words(spans) {
        match lines.last_mut() {
            Some(line) if width(&joined(line, &word), size, false) <= limit => {
                *line = joined(line, &word);
            }
            _ => lines.push(word),
        }
    }
    let widest = lines.iter().map(|line| width(line, size, false)).fold(0.0, f64::max);
    let shrink = if widest > limit { (limit / widest).max(0.0) } else { 1.0 };
    Block { lines, size: size * shrink }
}

fn joined(line: &[Span], word: &[Span]) -> Vec<Span> {
    let blank = Span { text: " ".to_owned(), italic: false, shift: Shift::Base };
    line.iter().cloned().chain([blank]).chain(word.iter().cloned()).collect()
}

fn words(spans: &[Span]) -> Vec<Vec<Span>> {
    let mut words = vec![Vec::new()];
    for span in spans {
        for (i, piece) in span.text.split(' ').enumerate() {
            if i > 0 {
                words.push(Vec::new());
            }
            if let (false, Some(word)) = (piece.is_empty(), words.last_mut()) {
                word.push(Span { text: piece.to_owned(), ..span.clone() });
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{parse, plain};

    #[test]
    fn digits_have_the_width_the_font_states() {
        // DejaVu Sans: every digit advances 1303 of 2048 units.
        assert!((width(&parse("0123456789"), 10.0, false) - 100.0 * 1303.0 / 2048.0).abs() < 1e-9);
        let raised = width(&parse("^{7}"), 10.0, false);
        assert!((raised - 7.2 * 1303.0 / 2048.0).abs() < 1e-9);
    }

    #[test]
    fn every_character_the_figures_use_has_a_glyph() {
        for face in [REGULAR, BOLD, OBLIQUE] {
            let font = FontRef::new(face).unwrap();
            for c in "−×–∞≤≥αβγδεηθλμνρσφψωΓΔΘΛΣΦΨΩ∇∂∫√→ℝôłé·±≈∼⁻⁵".chars()
            {
                assert!(font.charmap().map(c).is_some(), "{c}");
            }
        }
    }

    #[test]
    fn long_lines_break_at_blanks_and_long_words_shrink() {
        let spans = parse("excess *risk* along training");
        let block = fit(&spans, 10.0, 70.0);
        assert!(block.lines.len() > 1 && block.size == 10.0);
        assert!(block.lines.iter().all(|line| width(line, 10.0, false) <= 70.0));
        let text: Vec<String> =
            block.lines.iter().map(|l| l.iter().map(|s| s.text.as_str()).collect()).collect();
        assert_eq!(text.join(" "), plain("excess *risk* along training"));
        let word = fit(&parse("incomprehensibilities"), 10.0, 50.0);
        assert_eq!(word.lines.len(), 1);
        assert!((width(&word.lines[0], word.size, false) - 50.0).abs() < 1e-9);
        assert!(fit(&[], 10.0, 50.0).lines.is_empty());
    }
}
