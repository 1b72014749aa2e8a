//! SVG to PNG with the vendored font and no other, so that dots do not depend on the machine.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use crate::text::{BOLD, OBLIQUE, REGULAR};

/// Why an SVG could not become dots.
#[derive(Debug)]
pub enum RasterError {
    /// The text is not an SVG.
    Svg(Box<dyn Error + Send + Sync>),
    /// The picture has no dots, or more than can be held.
    Size {
        /// Width in dots.
        width: u32,
        /// Height in dots.
        height: u32,
    },
    /// The dots could not be packed.
    Png(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for RasterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Svg(_) => f.write_str("read the SVG"),
            Self::Size { width, height } => write!(f, "hold a picture of {width} by {height} dots"),
            Self::Png(_) => f.write_str("pack the PNG"),
        }
    }
}

impl Error for RasterError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Svg(cause) | Self::Png(cause) => Some(cause.as_ref()),
            Self::Size { .. } => None,
        }
    }
}

/// Draws `svg` on white, `scale` dots per pixel, and packs it as PNG.
///
/// # Errors
/// [`RasterError`] if the text is not an SVG or the picture is too large.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, RasterError> {
    let mut fonts = fontdb::Database::new();
    for face in [REGULAR, BOLD, OBLIQUE] {
        fonts.load_font_data(face.to_vec());
    }
    let options = usvg::Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree =
        usvg::Tree::from_str(svg, &options).map_err(|error| RasterError::Svg(error.into()))?;
    let size = tree.size();
    let (width, height) =
        ((size.width() * scale).ceil() as u32, (size.height() * scale).ceil() as u32);
    let mut dots = Pixmap::new(width, height).ok_or(RasterError::Size { width, height })?;
    dots.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut dots.as_mut());
    dots.encode_png().map_err(|error| RasterError::Png(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_asked_size_and_the_same_bytes_again() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'>\
                   <text x='1' y='9' font-size='8' font-family='DejaVu Sans'>a</text></svg>";
        let first = png(svg, 2.0).unwrap();
        assert_eq!(first, png(svg, 2.0).unwrap());
        // Bytes 16 to 23 of a PNG are its width and height.
        assert_eq!(first[16..24], [0, 0, 0, 40, 0, 0, 0, 20]);
        let blank = png(&svg.replace(">a<", "> <"), 2.0).unwrap();
        assert_ne!(first, blank, "the font must be found");
    }

    #[test]
    fn what_is_not_an_svg_is_an_error() {
        assert!(matches!(png("<p>", 1.0), Err(RasterError::Svg(_))));
        let wide = "<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1e9'/>";
        assert!(png(wide, 1.0).is_err());
    }
}
