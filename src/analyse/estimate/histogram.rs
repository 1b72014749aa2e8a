//! Histograms as curves.

use crate::analyse::outcome::Curve;

/// Bars between the ends.
const BARS: usize = 60;

/// The density of `sorted` between `low` and `high` in 60 bars: their lower ends with their heights,
/// and the upper end of the last one with height zero. What is outside counts in the total.
pub(crate) fn histogram(sorted: &[f64], (low, high): (f64, f64)) -> Curve {
    let width = (high - low) / BARS as f64;
    let edge = |i: usize| if i == BARS { high } else { width.mul_add(i as f64, low) };
    let below = |x: f64| sorted.partition_point(|value| *value < x);
    let x: Vec<f64> = (0..=BARS).map(edge).collect();
    let mut y: Vec<f64> = x
        .windows(2)
        .map(|ends| {
            let count = below(ends[1]) - below(ends[0]);
            count as f64 / (sorted.len() as f64 * (ends[1] - ends[0]))
        })
        .collect();
    y.push(0.0);
    Curve { x, y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_the_mass_that_is_within() {
        let sorted: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 500.0).collect();
        let curve = histogram(&sorted, (0.0, 1.2));
        assert_eq!((curve.x.len(), curve.x[60], curve.y[60]), (61, 1.2, 0.0));
        let mass: f64 = curve.y.iter().map(|height| height * 1.2 / 60.0).sum();
        assert!((mass - 0.6).abs() < 1e-12, "{mass}");
        assert!(curve.y[..60].iter().all(|height| (height - 0.5).abs() < 1e-9));
    }
}
