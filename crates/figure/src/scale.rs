//! Axes: what they say, and the map from a value to a place along them.

use libm::log10;

/// How values become lengths along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equal lengths.
    Linear,
    /// Equal ratios are equal lengths; values that are not positive are not drawn.
    Log,
}

/// One axis of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is measured, in the [markup](crate::markup) of labels; empty takes no room.
    pub label: String,
    /// How values become lengths.
    pub scale: Scale,
    /// Ends of the axis in either order; `None`, or ends that the scale cannot show, fits the
    /// marks.
    pub range: Option<(f64, f64)>,
    /// Named places instead of computed ticks, as for categories; empty computes them.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// A linear axis that fits its marks.
    #[must_use]
    pub fn linear(label: &str) -> Self {
        Self { label: label.to_owned(), scale: Scale::Linear, range: None, ticks: Vec::new() }
    }

    /// A logarithmic axis that fits its marks.
    #[must_use]
    pub fn log(label: &str) -> Self {
        Self { scale: Scale::Log, ..Self::linear(label) }
    }

    /// The same axis from one end to the other.
    #[must_use]
    pub fn between(self, from: f64, to: f64) -> Self {
        Self { range: Some((from, to)), ..self }
    }

    /// The same axis with names at given places.
    #[must_use]
    pub fn named(self, ticks: Vec<(f64, String)>) -> Self {
        Self { ticks, ..self }
    }
}

/// Largest magnitude drawn: differences of two such numbers are still finite.
const LARGEST: f64 = 1e300;
/// Magnitude below which a linear axis takes a value for zero: steps between ticks stay normal
/// numbers.
const SMALLEST: f64 = 1e-300;
/// Width, relative to the magnitude, below which a spread is rounding noise and drawn as constant.
const NARROWEST: f64 = 1e-9;

impl Scale {
    /// The coordinate in which the axis is straight, or `None` where the value has no place.
    pub(crate) fn coordinate(self, value: f64) -> Option<f64> {
        match self {
            Self::Linear if value.abs() < SMALLEST => Some(0.0),
            Self::Linear if value.abs() <= LARGEST => Some(value),
            Self::Log if value > 0.0 && value <= LARGEST => Some(log10(value)),
            _ => None,
        }
    }
}

/// The visible interval of an axis, in the coordinate in which it is straight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub scale: Scale,
    pub lo: f64,
    pub hi: f64,
}

impl Window {
    /// The interval of `axis`: what it asks for, or `extent` (in coordinates) widened on either
    /// side by `pad` times its length.
    pub fn new(axis: &Axis, extent: Option<(f64, f64)>, pad: (f64, f64)) -> Self {
        let coordinate = |value| axis.scale.coordinate(value);
        let asked = axis.range.and_then(|(a, b)| Some((coordinate(a)?, coordinate(b)?)));
        if let Some((a, b)) = asked.filter(|(a, b)| (a - b).abs() > noise(axis.scale, *a, *b)) {
            return Self { scale: axis.scale, lo: a.min(b), hi: a.max(b) };
        }
        let (lo, hi) = match extent {
            Some((lo, hi)) if hi - lo > noise(axis.scale, lo, hi) => {
                (lo - pad.0 * (hi - lo), hi + pad.1 * (hi - lo))
            }
            Some((lo, hi)) => around(axis.scale, 0.5 * lo + 0.5 * hi),
            None => (0.0, 1.0),
        };
        Self { scale: axis.scale, lo, hi }
    }

    /// Place of a value, 0 at the start and 1 at the end; beyond them it is outside the panel, and
    /// held within a hundred lengths so that coordinates stay exact in single precision.
    pub fn fraction(&self, value: f64) -> Option<f64> {
        self.scale.coordinate(value).map(|c| self.place(c).clamp(-100.0, 100.0))
    }

    /// Place of a coordinate.
    pub fn place(&self, coordinate: f64) -> f64 {
        (coordinate - self.lo) / (self.hi - self.lo)
    }
}

fn noise(scale: Scale, a: f64, b: f64) -> f64 {
    match scale {
        Scale::Linear => NARROWEST * a.abs().max(b.abs()),
        Scale::Log => NARROWEST,
    }
}

fn around(scale: Scale, centre: f64) -> (f64, f64) {
    let half = match scale {
        Scale::Log => 0.2,
        Scale::Linear if centre == 0.0 => 1.0,
        Scale::Linear => 0.1 * centre.abs(),
    };
    (centre - half, centre + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_map_to_zero_and_one() {
        let window = Window::new(&Axis::log("").between(1e-3, 10.0), None, (0.0, 0.0));
        assert_eq!(window.fraction(1e-3), Some(0.0));
        assert_eq!(window.fraction(10.0), Some(1.0));
        assert!((window.fraction(0.1).unwrap() - 0.5).abs() < 1e-15);
        assert_eq!(window.fraction(0.0), None);
        assert_eq!(window.fraction(f64::NAN), None);
        let reversed = Window::new(&Axis::linear("").between(5.0, -5.0), None, (0.0, 0.0));
        assert_eq!(reversed.fraction(-5.0), Some(0.0));
    }

    #[test]
    fn degenerate_extents_give_an_interval_around_them() {
        for scale in [Scale::Linear, Scale::Log] {
            let axis = Axis { scale, ..Axis::linear("") };
            for value in [1.0, 1e-300, 1e299, 7.25] {
                let c = scale.coordinate(value).unwrap();
                let window = Window::new(&axis, Some((c, c)), (0.1, 0.1));
                let place = window.fraction(value).unwrap();
                assert!((place - 0.5).abs() < 1e-6, "{scale:?} {value} {place}");
            }
        }
        let zero = Window::new(&Axis::linear(""), Some((0.0, 0.0)), (0.0, 0.0));
        assert_eq!((zero.lo, zero.hi), (-1.0, 1.0));
        let noise = Window::new(&Axis::linear(""), Some((1.0, 1.0 + 1e-15)), (0.0, 0.0));
        assert!(noise.hi - noise.lo > 0.1);
    }

    #[test]
    fn a_range_the_scale_cannot_show_is_fitted_instead() {
        let window = Window::new(&Axis::log("").between(-1.0, 10.0), Some((0.0, 2.0)), (0.0, 0.0));
        assert_eq!((window.lo, window.hi), (0.0, 2.0));
    }
}
