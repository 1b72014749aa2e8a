//! The digamma function `psi(x) = d/dx ln Gamma(x)`.

use maruyama_dynamics::real;

/// `psi(x)` for `x > 0`: recurrence up to `x >= 12`, then the asymptotic series.
///
/// # Accuracy
/// Absolute error below 1e-14; the first omitted term at 12 is `1 / (12 x^14) < 1e-16`.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 5.5.2 and 5.11.2.
pub(crate) fn digamma(x: f64) -> f64 {
    const SERIES: [f64; 6] =
        [691.0 / 32_760.0, -1.0 / 132.0, 1.0 / 240.0, -1.0 / 252.0, 1.0 / 120.0, -1.0 / 12.0];
    let mut shifted = x;
    let mut recurrence = 0.0;
    while shifted < 12.0 {
        recurrence += 1.0 / shifted;
        shifted += 1.0;
    }
    let inverse_square = 1.0 / (shifted * shifted);
    let series = SERIES.iter().fold(0.0, |sum, c| sum * inverse_square + c) * inverse_square;
    real::ln(shifted) - 0.5 / shifted + series - recurrence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let euler = 0.577_215_664_901_532_9;
        let ln2 = std::f64::consts::LN_2;
        assert!((digamma(1.0) + euler).abs() < 1e-14);
        assert!((digamma(0.5) + euler + 2.0 * ln2).abs() < 1e-14);
        assert!((digamma(0.25) + euler + 3.0 * ln2 + std::f64::consts::FRAC_PI_2).abs() < 1e-14);
    }

    #[test]
    fn recurrence_holds_across_the_switch() {
        for x in [0.7, 11.5, 12.5, 400.0] {
            assert!((digamma(x + 1.0) - digamma(x) - 1.0 / x).abs() < 1e-14, "x = {x}");
        }
    }
}
