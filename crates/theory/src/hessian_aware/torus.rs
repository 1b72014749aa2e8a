//! Expectations on the circle without Monte Carlo: operators on trigonometric interpolants.
//!
//! ```text
//! chain:      (P u)(x) = E u(m(x) + s(x) z) = sum_k u_k e^{i k m(x)} e^{−k² s(x)²/2}
//! diffusion:  E u(X_T) = e^{T L} u,   L = b d/dx + (D/2) d²/dx²
//! ```
//!
//! on `n` equidistant nodes of `[0, 2 pi)`, `n` odd, where `u_k` are the Fourier coefficients.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, finite, positive};
use crate::hessian_aware::exit_time::Field;
use crate::matrix::{combine, expm, product};

/// Equidistant nodes on the circle with their differentiation matrices.
#[derive(Clone, Debug)]
pub struct Torus {
    nodes: Vec<f64>,
    first: Matrix,
    second: Matrix,
}

impl Torus {
    /// The circle with `n` nodes, `n` odd and at least 3; functions with frequencies up to
    /// `(n − 1)/2` are exact.
    ///
    /// # Errors
    /// If `n` is even or below 3.
    pub fn new(n: usize) -> Result<Torus, HessianAwareError> {
        if n < 3 || n.is_multiple_of(2) {
            let (what, range) = ("the number of nodes", "odd and at least 3");
            return Err(HessianAwareError::OutOfRange { what, value: n as f64, range });
        }
        let spacing = 2.0 * std::f64::consts::PI / n as f64;
        let entries = (0..n * n).map(|at| {
            let (row, column) = (at / n, at % n);
            if row == column {
                return 0.0;
            }
            let distance = row.abs_diff(column);
            let half = 0.5 / real::sin(0.5 * spacing * distance as f64);
            let sign = if row > column { 1.0 } else { -1.0 };
            if distance.is_multiple_of(2) { sign * half } else { -sign * half }
        });
        let first = Matrix::new(n, n, entries.collect());
        let second = product(&first, &first);
        Ok(Torus { nodes: (0..n).map(|j| spacing * j as f64).collect(), first, second })
    }

    /// The nodes, `[n]`.
    #[must_use]
    pub fn nodes(&self) -> &[f64] {
        &self.nodes
    }

    /// The matrix of `d/dx`, `[n, n]`.
    #[must_use]
    pub fn first_derivative(&self) -> &Matrix {
        &self.first
    }

    /// The matrix of `d²/dx²`, `[n, n]`.
    #[must_use]
    pub fn second_derivative(&self) -> &Matrix {
        &self.second
    }

    /// The matrix that takes values at the nodes to the expectations `E u(m + s z)` of their
    /// interpolant, one row for each pair `(m, s)` of mean and standard deviation,
    /// `[steps.len(), n]`; `s = 0` interpolates.
    ///
    /// # Errors
    /// If a mean or deviation is not finite.
    pub fn expectation(&self, steps: &[(f64, f64)]) -> Result<Matrix, HessianAwareError> {
        let n = self.nodes.len();
        let waves = 1 + 2 * (n / 2);
        let mut weights = Vec::with_capacity(steps.len() * waves);
        for (mean, deviation) in steps {
            finite("a step", &[*mean, *deviation])?;
            weights.push(1.0 / n as f64);
            for k in 1..=n / 2 {
                let damping = k as f64 * deviation;
                let size = 2.0 / n as f64 * real::exp(-0.5 * damping * damping);
                let (sin, cos) = real::sin_cos(k as f64 * mean);
                weights.extend([size * cos, size * sin]);
            }
        }
        let mut basis = vec![1.0; n];
        for k in 1..=n / 2 {
            // k j is reduced so that the argument of the sine stays small.
            let angle = |j: usize| self.nodes[k * j % n];
            basis.extend((0..n).map(|j| real::cos(angle(j))));
            basis.extend((0..n).map(|j| real::sin(angle(j))));
        }
        Ok(product(&Matrix::new(steps.len(), waves, weights), &Matrix::new(waves, n, basis)))
    }

    /// The operator `P` of the chain whose step from `x` has mean and standard deviation
    /// `step(x)`, `[n, n]`.
    ///
    /// # Source
    /// The characteristic function of the normal law.
    ///
    /// # Errors
    /// If `step` is not finite somewhere.
    pub fn chain(&self, step: &dyn Fn(f64) -> (f64, f64)) -> Result<Matrix, HessianAwareError> {
        self.expectation(&self.nodes.iter().map(|x| step(*x)).collect::<Vec<_>>())
    }

    /// The generator `L` of the diffusion with the coefficients `field`, `[n, n]`.
    ///
    /// # Errors
    /// If a coefficient fails.
    pub fn generator(&self, field: Field<'_>) -> Result<Matrix, HessianAwareError> {
        generator(&self.nodes, &self.first, &self.second, field)
    }

    /// The operator `e^{T L}` of the diffusion over the time `T = time`, `[n, n]`.
    ///
    /// # Errors
    /// If a coefficient fails.
    pub fn diffusion(&self, field: Field<'_>, time: f64) -> Result<Matrix, HessianAwareError> {
        let generator = self.generator(field)?;
        Ok(expm(&combine(time, &generator, 0.0, &generator))?)
    }
}

/// `diag(b) D_1 + diag(D/2) D_2` on any nodes.
pub(crate) fn generator(
    nodes: &[f64],
    first: &Matrix,
    second: &Matrix,
    field: Field<'_>,
) -> Result<Matrix, HessianAwareError> {
    let mut entries = Vec::with_capacity(nodes.len() * nodes.len());
    for ((x, slope), bend) in nodes.iter().zip(first.rows()).zip(second.rows()) {
        let at = field(*x)?;
        let row = slope.iter().zip(bend).map(|(d, dd)| at.drift * d + 0.5 * at.diffusion * dd);
        entries.extend(row);
    }
    Ok(Matrix::new(nodes.len(), nodes.len(), entries))
}

/// `operator^steps values` `[n]`, one step of the operator `[n, n]` after the other.
///
/// # Panics
/// If the shapes disagree.
#[must_use]
pub fn advance(operator: &Matrix, values: &[f64], steps: u64) -> Vec<f64> {
    (0..steps).fold(values.to_vec(), |values, _| operator.times(&values))
}

/// The largest `|x_i − y_i|` of `x` and `y` `[n]`, the weak error of two expectations over all starting
/// points.
///
/// # Errors
/// If a difference is not finite.
///
/// # Panics
/// If the lengths differ.
pub fn largest_gap(x: &[f64], y: &[f64]) -> Result<f64, HessianAwareError> {
    assert_eq!(x.len(), y.len(), "expectations at the same points are compared");
    let gaps: Vec<f64> = x.iter().zip(y).map(|(a, b)| (a - b).abs()).collect();
    finite("an expectation", &gaps)?;
    Ok(gaps.into_iter().fold(0.0, f64::max))
}

/// The local orders `log(e_i/e_{i+1})/log(eta_i/eta_{i+1})` of errors `e`, `[n − 1]`.
///
/// # Errors
/// If an error or step size is not positive and finite, or two neighbouring step sizes agree.
///
/// # Panics
/// If the lengths differ.
pub fn weak_orders(step_sizes: &[f64], errors: &[f64]) -> Result<Vec<f64>, HessianAwareError> {
    assert_eq!(step_sizes.len(), errors.len(), "one error for each step size");
    for value in step_sizes.iter().chain(errors) {
        positive("an error or a step size", *value)?;
    }
    let logs = |x: &[f64]| -> Vec<f64> {
        x.windows(2).map(|pair| real::ln(pair[0]) - real::ln(pair[1])).collect()
    };
    let orders: Vec<f64> =
        logs(errors).iter().zip(logs(step_sizes)).map(|(e, eta)| e / eta).collect();
    finite("an order", &orders)?;
    Ok(orders)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian_aware::line::LineCoefficients;

    fn values(torus: &Torus, f: impl Fn(f64) -> f64) -> Vec<f64> {
        torus.nodes().iter().map(|x| f(*x)).collect()
    }

    #[test]
    fn derivatives_are_exact_up_to_the_highest_frequency() {
        let torus = Torus::new(15).unwrap();
        for k in [1.0, 3.0, 7.0] {
            let u = values(&torus, |x| real::sin(k * x + 0.3));
            let first = torus.first_derivative().times(&u);
            let second = torus.second_derivative().times(&u);
            for (x, (d, dd)) in torus.nodes().iter().zip(first.iter().zip(&second)) {
                assert!((d - k * real::cos(k * x + 0.3)).abs() < 1e-13);
                assert!((dd + k * k * real::sin(k * x + 0.3)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_step_of_a_chain_damps_waves() {
        let torus = Torus::new(21).unwrap();
        let step = |x: f64| (x + 0.3 * real::sin(x), 0.2 + 0.1 * real::cos(x));
        let u = values(&torus, |x| real::cos(4.0 * x));
        for (x, value) in torus.nodes().iter().zip(torus.chain(&step).unwrap().times(&u)) {
            let (mean, s) = step(*x);
            let expected = real::exp(-8.0 * s * s) * real::cos(4.0 * mean);
            assert!((value - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn heat_flow_with_drift_turns_and_damps_waves() {
        let torus = Torus::new(21).unwrap();
        let field = |_: f64| Ok(LineCoefficients { drift: 0.7, diffusion: 0.4 });
        let flow = torus.diffusion(&field, 1.5).unwrap();
        let u = values(&torus, |x| real::sin(3.0 * x));
        for (x, value) in torus.nodes().iter().zip(flow.times(&u)) {
            let expected = real::exp(-0.5 * 0.4 * 9.0 * 1.5) * real::sin(3.0 * (x + 1.05));
            assert!((value - expected).abs() < 1e-13);
        }
        let generator = torus.generator(&field).unwrap();
        assert!(generator.times(&[1.0; 21]).iter().all(|x| x.abs() < 1e-13));
    }

    #[test]
    fn orders_and_gaps() {
        let orders = weak_orders(&[0.4, 0.2, 0.1], &[0.16, 0.04, 0.005]).unwrap();
        assert!((orders[0] - 2.0).abs() < 1e-14 && (orders[1] - 3.0).abs() < 1e-14);
        assert!(weak_orders(&[0.2, 0.1], &[0.0, 0.1]).is_err());
        assert!(weak_orders(&[0.1, 0.1], &[0.2, 0.1]).is_err());
        assert_eq!(largest_gap(&[1.0, 2.0], &[1.5, 2.0]), Ok(0.5));
        assert!(largest_gap(&[f64::NAN], &[0.0]).is_err());
        assert!(Torus::new(10).is_err());
        assert!(Torus::new(3).unwrap().expectation(&[(f64::NAN, 0.1)]).is_err());
    }
}
