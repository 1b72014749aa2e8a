//! The equation in the plane, on five points, by implicit Euler steps with one banded factorisation.

use maruyama_dynamics::real;

use crate::langevin::LangevinError;
use crate::langevin::error::{positive, shape};
use crate::langevin::fokker_planck::Grid;
use crate::langevin::fokker_planck::flux::coefficients;
use crate::matrix::Banded;

/// Fokker–Planck's equation of Langevin dynamics in the plane, `dp/dt = ∇·(p ∇V + D ∇p)`, with a
/// fixed time step. Cell `(i, j)` of two grids stands at index `i n_y + j`.
#[derive(Clone, Debug)]
pub struct PlaneEquation {
    areas: Vec<f64>,
    step: Banded,
}

impl PlaneEquation {
    /// The implicit step of length `time_step` in a potential `V(x, y)` at `temperature`, `D`.
    ///
    /// Takes `n_x n_y` times `min(n_x, n_y)²` operations if the shorter grid is given second.
    ///
    /// # Errors
    /// If a number is not positive, if the potential is not finite at a node, or if the
    /// factorisation fails.
    ///
    /// # Source
    /// The flux of [`crate::langevin::fokker_planck::LineEquation`] along each axis.
    pub fn langevin(
        x: &Grid,
        y: &Grid,
        potential: impl Fn(f64, f64) -> f64,
        temperature: f64,
        time_step: f64,
    ) -> Result<PlaneEquation, LangevinError> {
        positive("temperature", temperature)?;
        positive("time step", time_step)?;
        let n_y = y.n_cells();
        let nodes = x.nodes().iter().flat_map(|a| y.nodes().iter().map(move |b| (*a, *b)));
        let energies: Vec<f64> = nodes.map(|(a, b)| potential(a, b) / temperature).collect();
        if let Some(value) = energies.iter().find(|value| !value.is_finite()) {
            return Err(LangevinError::OutOfRange { name: "potential", value: *value });
        }
        let areas: Vec<f64> =
            x.widths().iter().flat_map(|a| y.widths().iter().map(move |b| a * b)).collect();
        let mut entries: Vec<(usize, usize, f64)> =
            (0..areas.len()).map(|cell| (cell, cell, 1.0)).collect();
        let mut join = |first: usize, second: usize, length: f64, gap: f64| {
            let conductance = time_step * temperature * length / gap;
            let (left, right) = coefficients(energies[second] - energies[first], conductance);
            let (out, back) = (left / areas[first], right / areas[second]);
            entries.extend([(first, first, out), (second, second, back)]);
            entries.extend([(second, first, -out), (first, second, -back)]);
        };
        for i in 0..x.n_cells() {
            for j in 0..n_y {
                let cell = i * n_y + j;
                if j + 1 < n_y {
                    join(cell, cell + 1, x.widths()[i], y.gap(j));
                }
                if i + 1 < x.n_cells() {
                    join(cell, cell + n_y, y.widths()[j], x.gap(i));
                }
            }
        }
        let step = Banded::new(areas.len(), n_y, entries)?;
        Ok(PlaneEquation { areas, step })
    }

    /// The density after `n_steps` steps, `[n_x n_y]`, from the density `start` at the nodes. Mass
    /// is kept and densities stay positive.
    ///
    /// # Errors
    /// If shapes disagree.
    pub fn advance(&self, start: &[f64], n_steps: usize) -> Result<Vec<f64>, LangevinError> {
        shape("start", start.len(), self.areas.len())?;
        let mut masses: Vec<f64> =
            start.iter().zip(&self.areas).map(|(p, area)| p * area).collect();
        for _ in 0..n_steps {
            masses = self.step.solve(&masses);
        }
        Ok(masses.iter().zip(&self.areas).map(|(m, area)| m / area).collect())
    }

    /// The mass of a density at the nodes, `[n_x n_y]`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    pub fn mass(&self, density: &[f64]) -> f64 {
        real::dot(density, &self.areas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::langevin::fokker_planck::LineEquation;

    fn well(x: f64, y: f64) -> f64 {
        x * x * (0.25 * x * x - 0.5) + 0.5 * y * y + 0.2 * x * y
    }

    #[test]
    fn steps_keep_mass_and_sign_and_end_at_the_gibbs_law() {
        let (x, y) = (Grid::uniform(-2.5, 2.5, 30).unwrap(), Grid::uniform(-2.0, 2.0, 24).unwrap());
        let mut start = vec![0.0; 720];
        start[7 * 24 + 9] = 3.0;
        let early = PlaneEquation::langevin(&x, &y, well, 0.2, 0.02).unwrap();
        let density = early.advance(&start, 30).unwrap();
        assert!((early.mass(&density) - early.mass(&start)).abs() < 1e-13);
        assert!(density.iter().all(|p| *p >= 0.0));
        let late = PlaneEquation::langevin(&x, &y, well, 0.2, 1e3).unwrap();
        let steady = late.advance(&start, 12).unwrap();
        let weights: Vec<f64> = x
            .nodes()
            .iter()
            .flat_map(|a| y.nodes().iter().map(move |b| real::exp(-well(*a, *b) / 0.2)))
            .collect();
        let scale = late.mass(&start) / late.mass(&weights);
        for (p, weight) in steady.iter().zip(&weights) {
            assert!((p - scale * weight).abs() < 1e-11);
        }
    }

    #[test]
    fn separable_potentials_spread_along_each_axis_alone() {
        let grid = Grid::uniform(-3.0, 3.0, 40).unwrap();
        let flat = Grid::uniform(0.0, 1.0, 5).unwrap();
        let line = LineEquation::langevin(&grid, |x| 0.5 * x * x, 0.3).unwrap();
        let mut start = vec![0.0; 40];
        start[28] = 1.0;
        let expected = line.advance(&start, 0.05, 20).unwrap();
        let plane = PlaneEquation::langevin(&grid, &flat, |x, _| 0.5 * x * x, 0.3, 0.05).unwrap();
        let spread: Vec<f64> = start.iter().flat_map(|p| [*p; 5]).collect();
        let found = plane.advance(&spread, 20).unwrap();
        for (i, p) in found.iter().enumerate() {
            assert!((p - expected[i / 5]).abs() < 1e-14);
        }
    }
}
