//! Gauss–Legendre rules of any number of nodes.

use maruyama_dynamics::real;

use crate::quadrature::Rule;

/// The Gauss–Legendre rule with `n ≥ 1` nodes on `[low, high]`, exact for polynomials of degree
/// `2n − 1`; the weights sum to the length of the interval.
///
/// # Source
/// Newton's method on the Legendre polynomial; Davis & Rabinowitz, "Methods of numerical
/// integration", 2nd edition, section 2.7.
///
/// # Panics
/// If `n` is zero.
#[must_use]
pub fn gauss_legendre(n: usize, low: f64, high: f64) -> Rule {
    assert!(n > 0, "a rule has a node");
    let (centre, half) = (f64::midpoint(low, high), 0.5 * (high - low));
    let mut rule = Rule { nodes: vec![centre; n], weights: vec![0.0; n] };
    for i in 0..n.div_ceil(2) {
        let angle = std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5);
        let mut x = if 2 * i + 1 == n { 0.0 } else { real::cos(angle) };
        let mut slope = legendre(n, x).1;
        // Quadratic convergence from an error of about 1/n²; the last step polishes.
        for _ in 0..6 {
            let (value, derivative) = legendre(n, x);
            slope = derivative;
            if 2 * i + 1 < n {
                x -= value / derivative;
            }
        }
        let weight = half * 2.0 / ((1.0 - x * x) * slope * slope);
        rule.nodes[i] = centre - half * x;
        rule.nodes[n - 1 - i] = centre + half * x;
        rule.weights[i] = weight;
        rule.weights[n - 1 - i] = weight;
    }
    rule
}

/// `P_n(x)` and its derivative, for `|x| < 1`.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let values = legendre_values(n, x);
    let degree = n as f64;
    (values[n], degree * (values[n - 1] - x * values[n]) / (1.0 - x * x))
}

/// `P_0(x), ..., P_n(x)`.
pub(crate) fn legendre_values(n: usize, x: f64) -> Vec<f64> {
    let mut values = vec![1.0, x];
    for k in 1..n {
        let degree = k as f64;
        values
            .push(((2.0 * degree + 1.0) * x * values[k] - degree * values[k - 1]) / (degree + 1.0));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_exact_for_polynomials() {
        for n in [1, 2, 3, 10, 65, 400] {
            let rule = gauss_legendre(n, -1.0, 3.0);
            assert!(rule.nodes.is_sorted());
            assert!((real::sum(&rule.weights) - 4.0).abs() < 1e-13);
            let degree = (2 * n - 1).min(15) as f64;
            let values: Vec<f64> =
                rule.nodes.iter().map(|x| real::pow((x - 1.0) / 2.0 + 1.0, degree)).collect();
            let expected = 2.0 * real::pow(2.0, degree + 1.0) / (degree + 1.0);
            assert!((real::dot(&values, &rule.weights) / expected - 1.0).abs() < 1e-13, "{n}");
        }
        let two = gauss_legendre(2, -1.0, 1.0);
        assert!((two.nodes[1] - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
    }
}
