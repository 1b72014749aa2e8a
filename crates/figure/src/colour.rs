//! Colours that stay apart for colour-blind readers, and one map from numbers to colours.

/// What a mark is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Colour of the `i`-th series, counted from zero; the palette repeats after eight.
    ///
    /// # Source
    /// Okabe & Ito, "Color Universal Design", 2008, without yellow (unreadable on white) and black
    /// (that is [`Colour::Ink`]); then indigo and dark red of Tol, "Colour Schemes", 2021.
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

const SERIES: [Rgb; 8] = [
    Rgb(0x00, 0x72, 0xb2),
    Rgb(0xd5, 0x5e, 0x00),
    Rgb(0x00, 0x9e, 0x73),
    Rgb(0xcc, 0x79, 0xa7),
    Rgb(0xe6, 0x9f, 0x00),
    Rgb(0x56, 0xb4, 0xe9),
    Rgb(0x33, 0x22, 0x88),
    Rgb(0x66, 0x11, 0x00),
];

/// The same hues, darkened until text on white has a contrast of at least 4.5 (WCAG 2.1, 1.4.3).
const SERIES_TEXT: [Rgb; 8] = [
    Rgb(0x00, 0x6a, 0xa6),
    Rgb(0xb8, 0x51, 0x00),
    Rgb(0x00, 0x7a, 0x59),
    Rgb(0xa2, 0x4a, 0x7c),
    Rgb(0x94, 0x66, 0x00),
    Rgb(0x1b, 0x73, 0xa6),
    Rgb(0x33, 0x22, 0x88),
    Rgb(0x66, 0x11, 0x00),
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

    fn linear(colour: Rgb) -> [f64; 3] {
        [colour.0, colour.1, colour.2].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        })
    }

    fn times(matrix: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    }

    /// Relative luminance of WCAG 2.1.
    fn luminance(colour: Rgb) -> f64 {
        let [r, g, b] = linear(colour);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// CIE 1976 L*a*b* of linear sRGB, white D65.
    fn lab(rgb: [f64; 3]) -> [f64; 3] {
        let to_xyz = [
            [0.412_456_4, 0.357_576_1, 0.180_437_5],
            [0.212_672_9, 0.715_152_2, 0.072_175_0],
            [0.019_333_9, 0.119_192_0, 0.950_304_1],
        ];
        let [x, y, z] = times(to_xyz, rgb.map(|c| c.clamp(0.0, 1.0)));
        let [x, y, z] = [x / 0.950_47, y, z / 1.088_83]
            .map(|t| if t > 0.008_856 { libm::cbrt(t) } else { 7.787 * t + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// What people see who lack red, green or blue cones, of linear sRGB.
    ///
    /// # Source
    /// Machado, Oliveira & Fernandes, IEEE TVCG 15(6), 2009, Table 1, severity 1.
    const SIGHT: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    #[test]
    fn series_stay_apart_for_every_kind_of_sight() {
        // A difference of 2.3 in L*a*b* is just noticeable; Okabe and Ito's own come as near as 16.
        for (sight, matrix) in SIGHT.into_iter().enumerate() {
            let seen = SERIES.map(|colour| lab(times(matrix, linear(colour))));
            for (i, a) in seen.iter().enumerate() {
                for (j, b) in seen[..i].iter().enumerate() {
                    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
                    assert!(squares.sqrt() > 16.0, "sight {sight}: {i} and {j}, {squares}");
                }
            }
        }
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
