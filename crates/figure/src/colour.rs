//! Colours that stay apart for colour-blind readers, and one map from numbers to colours.

/// What a mark is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Colour of the `i`-th series, counted from zero; the palette repeats after six.
    ///
    /// # Source
    /// Okabe & Ito, "Color Universal Design", 2008, without yellow (unreadable on white).
    Series(usize),
    /// Near-black, for theory curves laid over data.
    Ink,
    /// Middle grey, for references that should stay in the background.
    Grey,
}

/// Red, green and blue in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub u8, pub u8, pub u8);

pub(crate) const INK: Rgb = Rgb(0x22, 0x22, 0x22);
pub(crate) const GREY: Rgb = Rgb(0x80, 0x80, 0x80);
pub(crate) const GRID: Rgb = Rgb(0xe8, 0xe8, 0xe8);
pub(crate) const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
/// A heat-map cell without a value.
pub(crate) const MISSING: Rgb = Rgb(0xd9, 0xd9, 0xd9);

const SERIES: [Rgb; 6] = [
    Rgb(0x00, 0x72, 0xb2),
    Rgb(0xd5, 0x5e, 0x00),
    Rgb(0x00, 0x9e, 0x73),
    Rgb(0xcc, 0x79, 0xa7),
    Rgb(0xe6, 0x9f, 0x00),
    Rgb(0x56, 0xb4, 0xe9),
];

/// The same hues, darkened until text on white has a contrast of at least 4.5 (WCAG 2.1, 1.4.3).
const SERIES_TEXT: [Rgb; 6] = [
    Rgb(0x00, 0x6a, 0xa6),
    Rgb(0xb8, 0x51, 0x00),
    Rgb(0x00, 0x7a, 0x59),
    Rgb(0xa2, 0x4a, 0x7c),
    Rgb(0x94, 0x66, 0x00),
    Rgb(0x1b, 0x73, 0xa6),
];

impl Colour {
    pub(crate) fn rgb(self) -> Rgb {
        match self {
            Self::Series(i) => SERIES[i % SERIES.len()],
            Self::Ink => INK,
            Self::Grey => GREY,
        }
    }

    /// The variant for text, dark enough to read.
    pub(crate) fn text(self) -> Rgb {
        match self {
            Self::Series(i) => SERIES_TEXT[i % SERIES_TEXT.len()],
            Self::Ink => INK,
            Self::Grey => Rgb(0x66, 0x66, 0x66),
        }
    }
}

/// Nine stops of viridis, dark to light; lightness rises evenly, so the map survives greyscale.
///
/// # Source
/// van der Walt & Smith, "A better default colormap for matplotlib", 2015.
const VIRIDIS: [Rgb; 9] = [
    Rgb(0x44, 0x01, 0x54),
    Rgb(0x47, 0x2d, 0x7b),
    Rgb(0x3b, 0x52, 0x8b),
    Rgb(0x2c, 0x72, 0x8e),
    Rgb(0x21, 0x91, 0x8c),
    Rgb(0x28, 0xae, 0x80),
    Rgb(0x5e, 0xc9, 0x62),
    Rgb(0xad, 0xdc, 0x30),
    Rgb(0xfd, 0xe7, 0x25),
];

/// Colour of `fraction` (clamped to 0..1) on the sequential map.
pub(crate) fn sequential(fraction: f64) -> Rgb {
    let place = fraction.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let stop = (place as usize).min(VIRIDIS.len() - 2);
    let t = place - stop as f64;
    let (a, b) = (VIRIDIS[stop], VIRIDIS[stop + 1]);
    let mix =
        |from: u8, to: u8| (f64::from(from) + t * (f64::from(to) - f64::from(from))).round() as u8;
    Rgb(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.1.
    fn luminance(colour: Rgb) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
    }

    #[test]
    fn text_colours_have_a_contrast_of_at_least_four_and_a_half() {
        for i in 0..SERIES_TEXT.len() {
            let contrast = 1.05 / (luminance(Colour::Series(i).text()) + 0.05);
            assert!(contrast >= 4.5, "series {i}: {contrast}");
        }
    }

    #[test]
    fn the_sequential_map_brightens_from_end_to_end() {
        let levels: Vec<f64> =
            (0..=64).map(|i| luminance(sequential(f64::from(i) / 64.0))).collect();
        assert!(levels.windows(2).all(|pair| pair[0] < pair[1]), "{levels:?}");
        assert_eq!(sequential(-1.0), VIRIDIS[0]);
        assert_eq!(sequential(2.0), VIRIDIS[8]);
    }
}
