//! SVG text: coordinates rounded to hundredths of a pixel, nothing that depends on the process.

use std::fmt::{self, Display, Write};

use crate::colour::{INK, Rgb, WHITE};
use crate::markup::{Shift, Span};
use crate::scene::{Anchor, Item, Move, Paint, Rect, Scene, Text};
use crate::text::{FALL, INDEX_SCALE, RISE};

/// Writes the drawing.
pub(crate) fn write(scene: &Scene) -> String {
    let mut svg = Writer { out: String::new(), name: identifier(&scene.name), clips: 0 };
    svg.scene(scene).expect("writing to a string cannot fail");
    svg.out
}

struct Writer {
    out: String,
    name: String,
    clips: usize,
}

impl Writer {
    fn scene(&mut self, scene: &Scene) -> fmt::Result {
        let (w, h) = (Pixels(scene.width), Pixels(scene.height));
        writeln!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\" role=\"img\">"
        )?;
        writeln!(self.out, "<title>{}</title>", Escaped(&scene.title))?;
        writeln!(self.out, "<rect width=\"{w}\" height=\"{h}\" fill=\"{WHITE}\"/>")?;
        writeln!(
            self.out,
            "<g font-family=\"'DejaVu Sans', Verdana, sans-serif\" fill=\"{INK}\" \
             stroke-linejoin=\"round\">"
        )?;
        self.items(&scene.items)?;
        self.out.push_str("</g>\n</svg>\n");
        Ok(())
    }

    fn items(&mut self, items: &[Item]) -> fmt::Result {
        for item in items {
            match item {
                Item::Text(text) => self.text(text)?,
                Item::Path { moves, paint } => {
                    writeln!(self.out, "<path d=\"{}\"{paint}/>", Path(moves))?;
                }
                Item::Disc { x, y, radius, paint } => {
                    let (x, y, r) = (Pixels(*x), Pixels(*y), Pixels(*radius));
                    writeln!(self.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{paint}/>")?;
                }
                Item::Clipped(rect, items) => self.clipped(rect, items)?,
            }
        }
        Ok(())
    }

    fn clipped(&mut self, rect: &Rect, items: &[Item]) -> fmt::Result {
        self.clips += 1;
        let id = format!("{}-clip-{}", self.name, self.clips);
        let (x, y, w, h) = (Pixels(rect.x), Pixels(rect.y), Pixels(rect.w), Pixels(rect.h));
        writeln!(
            self.out,
            "<clipPath id=\"{id}\"><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>\
             </clipPath>\n<g clip-path=\"url(#{id})\">"
        )?;
        self.items(items)?;
        self.out.push_str("</g>\n");
        Ok(())
    }

    fn text(&mut self, text: &Text) -> fmt::Result {
        let (x, y) = (Pixels(text.x), Pixels(text.y));
        if text.upwards {
            write!(self.out, "<text transform=\"translate({x} {y}) rotate(-90)\"")?;
        } else {
            write!(self.out, "<text x=\"{x}\" y=\"{y}\"")?;
        }
        write!(self.out, " font-size=\"{}\"", Pixels(text.size))?;
        self.out.push_str(match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        });
        if text.bold {
            self.out.push_str(" font-weight=\"bold\"");
        }
        if text.fill != INK {
            write!(self.out, " fill=\"{}\"", text.fill)?;
        }
        if text.halo {
            let stroke = Pixels(0.3 * text.size);
            write!(
                self.out,
                " stroke=\"{WHITE}\" stroke-width=\"{stroke}\" paint-order=\"stroke\""
            )?;
        }
        self.out.push('>');
        self.spans(&text.spans, text.size)?;
        self.out.push_str("</text>\n");
        Ok(())
    }

    fn spans(&mut self, spans: &[Span], size: f64) -> fmt::Result {
        let mut height = 0.0;
        for span in spans {
            let wanted = match span.shift {
                Shift::Base => 0.0,
                Shift::Sub => FALL * size,
                Shift::Sup => -RISE * size,
            };
            let shifted = span.shift != Shift::Base;
            if !shifted && !span.italic && wanted == height {
                write!(self.out, "{}", Escaped(&span.text))?;
                continue;
            }
            self.out.push_str("<tspan");
            if wanted != height {
                write!(self.out, " dy=\"{}\"", Pixels(wanted - height))?;
            }
            if shifted {
                write!(self.out, " font-size=\"{}\"", Pixels(INDEX_SCALE * size))?;
            }
            if span.italic {
                self.out.push_str(" font-style=\"italic\"");
            }
            write!(self.out, ">{}</tspan>", Escaped(&span.text))?;
            height = wanted;
        }
        Ok(())
    }
}

/// The characters of a name that may stand in an identifier.
fn identifier(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("figure-{kept}")
}

/// A length in pixels to two decimals, without trailing zeros or a negative zero.
pub(crate) struct Pixels(pub f64);

impl Display for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round() as i64;
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", rest / 10),
            _ => write!(f, "{sign}{whole}.{rest:02}"),
        }
    }
}

struct Path<'a>(&'a [Move]);

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.0 {
            match step {
                Move::To(x, y) => write!(f, "M{} {}", Pixels(*x), Pixels(*y))?,
                Move::Line(x, y) => write!(f, "L{} {}", Pixels(*x), Pixels(*y))?,
                Move::Close => f.write_str("Z")?,
            }
        }
        Ok(())
    }
}

impl Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fill {
            Some(fill) => write!(f, " fill=\"{fill}\"")?,
            None => f.write_str(" fill=\"none\"")?,
        }
        if let Some((colour, width)) = self.stroke {
            write!(f, " stroke=\"{colour}\" stroke-width=\"{}\"", Pixels(width))?;
        }
        if self.opacity < 1.0 {
            write!(f, " opacity=\"{}\"", Pixels(self.opacity))?;
        }
        if !self.dashes.is_empty() {
            let dashes: Vec<String> =
                self.dashes.iter().map(|dash| Pixels(*dash).to_string()).collect();
            write!(f, " stroke-dasharray=\"{}\"", dashes.join(" "))?;
        }
        if self.round {
            f.write_str(" stroke-linecap=\"round\"")?;
        }
        Ok(())
    }
}

/// Text with the characters that XML reserves replaced, and those it forbids left out.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\t' | '\n' => f.write_char(' ')?,
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {}
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::parse;

    #[test]
    fn lengths_have_at_most_two_decimals() {
        for (value, text) in
            [(1.0, "1"), (-0.001, "0"), (0.5, "0.5"), (12.345_6, "12.35"), (-3.05, "-3.05")]
        {
            assert_eq!(Pixels(value).to_string(), text);
        }
    }

    #[test]
    fn reserved_characters_are_escaped_and_forbidden_ones_dropped() {
        let escaped = Escaped("a<b & \"c\">\u{1}d").to_string();
        assert_eq!(escaped, "a&lt;b &amp; &quot;c&quot;&gt;d");
    }

    #[test]
    fn indices_return_to_the_baseline() {
        let items = vec![Item::Text(Text::new(1.0, 2.0, parse("*x*_{1}^{2}!"), 10.0))];
        let scene =
            Scene { name: "a b".into(), title: String::new(), width: 9.0, height: 9.0, items };
        let text = "<text x=\"1\" y=\"2\" font-size=\"10\"><tspan font-style=\"italic\">x</tspan>\
                    <tspan dy=\"1.7\" font-size=\"7.2\">1</tspan>\
                    <tspan dy=\"-5.3\" font-size=\"7.2\">2</tspan><tspan dy=\"3.6\">!</tspan></text>";
        assert!(write(&scene).contains(text), "{}", write(&scene));
    }
}
