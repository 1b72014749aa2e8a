//! The Gibbs law on the line.
//!
//! ```text
//! pi(x) = e^{−V(x)/D}/Z,   Z = ∫ e^{−V/D} dx
//! ```

use maruyama_dynamics::real;

use crate::langevin::LangevinError;
use crate::langevin::error::positive;
use crate::quadrature::{composite_nodes, integrate};

/// Cells of the quadrature.
const N_CELLS: usize = 2000;

/// The Gibbs law of a potential at a temperature, on an interval.
#[derive(Clone, Debug)]
pub struct Gibbs<V> {
    potential: V,
    temperature: f64,
    /// Ends of the interval.
    range: (f64, f64),
    /// Least potential at the nodes, which keeps exponentials in range.
    floor: f64,
    /// `∫ e^{−(V − floor)/D}`.
    shifted: f64,
}

impl<V: Fn(f64) -> f64> Gibbs<V> {
    /// The law of `potential`, `V`, at `temperature`, `D > 0`, on `range`, which is to hold all of
    /// the mass that matters.
    ///
    /// # Accuracy
    /// Gauss–Legendre quadrature of order 16 on 2000 cells: rounding errors for smooth potentials
    /// that change by less than about 10 D in a cell.
    ///
    /// # Errors
    /// If the temperature or the length of the range is not positive, or if the potential is not
    /// finite somewhere.
    pub fn new(
        potential: V,
        temperature: f64,
        range: (f64, f64),
    ) -> Result<Gibbs<V>, LangevinError> {
        positive("temperature", temperature)?;
        positive("length of the range", range.1 - range.0)?;
        let nodes = composite_nodes(range.0, range.1, N_CELLS);
        let values: Vec<f64> = nodes.iter().map(|(x, _)| potential(*x)).collect();
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(LangevinError::OutOfRange { name: "potential", value: *value });
        }
        let floor = values.iter().copied().fold(f64::INFINITY, f64::min);
        let terms: Vec<f64> = nodes
            .iter()
            .zip(&values)
            .map(|((_, weight), value)| weight * real::exp((floor - value) / temperature))
            .collect();
        Ok(Gibbs { potential, temperature, range, floor, shifted: real::sum(&terms) })
    }

    /// `ln Z`.
    #[must_use]
    pub fn log_normaliser(&self) -> f64 {
        real::ln(self.shifted) - self.floor / self.temperature
    }

    /// Density at `x`, per unit of `x`.
    #[must_use]
    pub fn density(&self, x: f64) -> f64 {
        real::exp((self.floor - (self.potential)(x)) / self.temperature) / self.shifted
    }

    /// `E f(X)` for a smooth `f`.
    #[must_use]
    pub fn expectation(&self, f: impl Fn(f64) -> f64) -> f64 {
        let nodes = composite_nodes(self.range.0, self.range.1, N_CELLS);
        let terms: Vec<f64> =
            nodes.iter().map(|(x, weight)| weight * self.density(*x) * f(*x)).collect();
        real::sum(&terms)
    }

    /// `P(X ≤ x)`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        let end = x.clamp(self.range.0, self.range.1);
        let width = (end - self.range.0) / N_CELLS as f64;
        let edge = |cell: usize| width.mul_add(cell as f64, self.range.0);
        let cells =
            (0..N_CELLS).map(|cell| integrate(edge(cell), edge(cell + 1), |y| self.density(y)));
        real::sum(&cells.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() < relative, "{found} vs {expected}");
    }

    #[test]
    fn the_double_well_matches_the_reference() {
        let potential = |x: f64| x * x * (0.25 * x * x - 0.5);
        let law = Gibbs::new(potential, 0.15, (-4.0, 4.0)).unwrap();
        close(real::exp(law.log_normaliser()), 8.230_177_460_79, 1e-11);
        let shifted = real::exp(law.log_normaliser() - 0.25 / 0.15);
        close(shifted, 1.554_479_729_37, 1e-11);
        close(law.expectation(|x| x * x), 0.840_247_890_779, 1e-11);
        close(law.cdf(0.0), 0.5, 1e-13);
        close(law.cdf(9.0), 1.0, 1e-13);
    }

    #[test]
    fn quadratic_potentials_have_normal_laws() {
        let law = Gibbs::new(|x: f64| x * x, 0.3, (-8.0, 8.0)).unwrap();
        close(law.expectation(|x| x * x), 0.15, 1e-13);
        close(law.density(0.0), 1.0 / (2.0 * std::f64::consts::PI * 0.15).sqrt(), 1e-13);
        assert!(Gibbs::new(|x: f64| x, 0.0, (0.0, 1.0)).is_err());
        assert!(Gibbs::new(|x: f64| 1.0 / x, 1.0, (1.0, 0.0)).is_err());
    }
}
