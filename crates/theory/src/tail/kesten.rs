//! Tail index of SGD itself, by Kesten's theorem on products of random matrices.
//!
//! ```text
//! x_{k+1} − x_* = M_k (x_k − x_*) + ...,   M_k = (1 − gamma delta/n) I − (gamma/B) sum a_i a_iᵀ
//! index alpha > 0:  lim k⁻¹ ln E|M_k ... M_1 u|^alpha = 0
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

/// What is known about the tail index of SGD with batch size one and no ridge on finite data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KestenCriterion {
    /// `gamma max_i |a_i|²`; the index is finite exactly if it exceeds 2.
    pub expansion: f64,
    /// Fraction of the rows with `gamma |a_i|² > 2`, whose updates expand.
    pub expanding_fraction: f64,
    /// Upper bound `ln n / ln(gamma max|a_i|² − 1)` of the index; `+inf` if no row expands: then
    /// the iterates are bounded whatever the order of the samples.
    pub upper: f64,
}

/// The criterion for the rows of `design` `[n, d]` at step size `gamma`, batch size 1, without ridge.
///
/// # Source
/// Boundedness: Meshulam, "On products of projections", Discrete Math. 154, 1996, for relaxations
/// `gamma |a_i|²` in (0, 2). Bound: `E|M_k...M_1 a|^p ≥ n^−k (gamma |a|² − 1)^{pk}` for the
/// longest row `a`.
#[must_use]
pub fn kesten_criterion(design: &Matrix, step_size: f64) -> KestenCriterion {
    let relaxations = || design.rows().map(|row| step_size * real::dot(row, row));
    let n = design.n_rows() as f64;
    let expansion = relaxations().fold(0.0, f64::max);
    let n_expanding = relaxations().filter(|relaxation| *relaxation > 2.0).count();
    let upper =
        if n_expanding == 0 { f64::INFINITY } else { real::ln(n) / real::ln(expansion - 1.0) };
    KestenCriterion { expansion, expanding_fraction: n_expanding as f64 / n, upper }
}

/// Tail index of one-dimensional SGD with batch size one: the root `alpha > 0` of
/// `(1/n) sum_i |1 − gamma delta/n − gamma a_i²|^alpha = 1`.
///
/// `+inf` if no factor exceeds 1 in magnitude, and `None` if there is no stationary law because the
/// mean logarithm of the factors is not negative.
///
/// # Arguments
/// * `a`: the data, `[n]`
/// * `step_size`, `ridge`: `gamma` and `delta`
///
/// # Accuracy
/// Bisection to the last bit of `alpha`.
///
/// # Source
/// Kesten, Acta Math. 131, 1973; Gürbüzbalaban, Şimşekli & Zhu, arXiv 2006.04740, for SGD.
#[must_use]
pub fn scalar_kesten_index(a: &[f64], step_size: f64, ridge: f64) -> Option<f64> {
    let n = a.len() as f64;
    let shrinkage = 1.0 - step_size * ridge / n;
    let logs: Vec<f64> =
        a.iter().map(|a| real::ln((shrinkage - step_size * a * a).abs())).collect();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // A factor of exactly zero has logarithm −inf, which only helps; NaN fails the comparison.
    if real::sum(&logs) >= 0.0 || largest.is_nan() {
        return None;
    }
    if largest <= 0.0 {
        return Some(f64::INFINITY);
    }
    let excess = |alpha: f64| {
        let powers: Vec<f64> = logs.iter().map(|log| real::exp(alpha * (log - largest))).collect();
        alpha * largest + real::ln(real::sum(&powers) / n)
    };
    // The logarithm of the moment is convex, zero at 0 with negative slope, and grows in the end.
    let mut high = 1.0;
    while excess(high) <= 0.0 {
        high *= 2.0;
    }
    let mut low = high / 2.0;
    while excess(low) > 0.0 {
        low /= 2.0;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || high <= middle {
            return Some(high);
        }
        if excess(middle) > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalar_index_matches_the_reference() {
        let alpha = scalar_kesten_index(&[0.3, 0.8, 1.0, 1.4, 1.9], 0.9, 0.0).unwrap();
        assert!((alpha - 1.386_649_673_588_424).abs() < 1e-10, "{alpha}");
    }

    #[test]
    fn scalar_index_solves_its_equation_with_a_ridge() {
        let (a, gamma, delta) = ([0.5, 1.0, 1.7], 0.8, 0.3);
        let alpha = scalar_kesten_index(&a, gamma, delta).unwrap();
        let moment: f64 = a
            .iter()
            .map(|a| real::pow((1.0 - gamma * delta / 3.0 - gamma * a * a).abs(), alpha))
            .sum();
        assert!((moment / 3.0 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn scalar_index_is_infinite_or_absent_at_the_extremes() {
        assert_eq!(scalar_kesten_index(&[0.5, 1.0], 1.0, 0.0), Some(f64::INFINITY));
        assert_eq!(scalar_kesten_index(&[2.0, 2.5], 1.0, 0.0), None);
    }

    #[test]
    fn criterion_counts_expanding_rows() {
        let design = Matrix::new(4, 2, vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.5]);
        let bounded = kesten_criterion(&design, 0.99);
        assert_eq!((bounded.expanding_fraction, bounded.upper), (0.0, f64::INFINITY));
        let heavy = kesten_criterion(&design, 1.5);
        assert_eq!((heavy.expansion, heavy.expanding_fraction), (3.0, 0.25));
        assert!((heavy.upper - 2.0).abs() < 1e-15);
    }
}
