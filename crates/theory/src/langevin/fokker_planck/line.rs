//! The equation on the line, by implicit Euler steps.
//!
//! ```text
//! dp_j/dt = −(J_{j+½} − J_{j−½})/Delta x_j,   no flux through the ends
//! ```

use maruyama_dynamics::real;

use crate::langevin::LangevinError;
use crate::langevin::error::{positive, shape};
use crate::langevin::fokker_planck::Grid;
use crate::langevin::fokker_planck::flux::coefficients;
use crate::matrix::{solve_tridiagonal, symmetric_tridiagonal_eigenvalue};

/// A Fokker–Planck equation with a known zero-flux steady state.
#[derive(Clone, Debug)]
pub struct LineEquation {
    grid: Grid,
    /// Coefficients of the flux through the right face of each cell but the last, `[n − 1]`.
    faces: Vec<(f64, f64)>,
}

impl LineEquation {
    /// The equation `dp/dt = (p V' + D p')'` of Langevin dynamics in a potential.
    ///
    /// # Errors
    /// If the temperature `D` is not positive, or if the potential is not finite at a node.
    ///
    /// # Source
    /// Scharfetter & Gummel, IEEE Trans. Electron Devices 16(1), 1969; Chang & Cooper, J. Comput.
    /// Phys. 6(1), 1970, with the exact logarithm of the steady state.
    pub fn langevin(
        grid: &Grid,
        potential: impl Fn(f64) -> f64,
        temperature: f64,
    ) -> Result<LineEquation, LangevinError> {
        positive("temperature", temperature)?;
        LineEquation::new(grid, |x| -potential(x) / temperature, |_| temperature)
    }

    /// The equation with steady state `p*` and diffusion `D(x)`, `dp/dt = (D p* (p/p*)')'`.
    ///
    /// Itô's equation with noise `√(gamma C(x))` has `D = gamma C/2`, and the invariant law as its
    /// steady state.
    ///
    /// # Arguments
    /// * `log_steady`: `ln p*` up to a constant, at the nodes
    /// * `diffusion`: `D(x) > 0`, at the faces
    ///
    /// # Errors
    /// If one of them is not finite, or the diffusion not positive.
    pub fn new(
        grid: &Grid,
        log_steady: impl Fn(f64) -> f64,
        diffusion: impl Fn(f64) -> f64,
    ) -> Result<LineEquation, LangevinError> {
        let logs: Vec<f64> = grid.nodes().iter().map(|x| log_steady(*x)).collect();
        if let Some(value) = logs.iter().find(|value| !value.is_finite()) {
            return Err(LangevinError::OutOfRange { name: "steady state", value: *value });
        }
        let mut faces = Vec::with_capacity(logs.len() - 1);
        let mut face = grid.nodes()[0] - 0.5 * grid.widths()[0];
        for (j, pair) in logs.windows(2).enumerate() {
            face = if j == 0 { face + grid.widths()[0] } else { face + grid.widths()[j] };
            let middle = diffusion(f64::midpoint(grid.nodes()[j], grid.nodes()[j + 1]));
            positive("diffusion", middle)?;
            faces.push(coefficients(pair[0] - pair[1], middle / grid.gap(j)));
        }
        Ok(LineEquation { grid: grid.clone(), faces })
    }

    /// The density after `n_steps` implicit steps of length `time_step`, `[n]`, from the density
    /// `start` at the nodes, `[n]`. Mass `sum_j p_j Delta x_j` is kept and densities stay positive.
    ///
    /// # Errors
    /// If shapes disagree, if the time step is not positive, or if a step fails.
    pub fn advance(
        &self,
        start: &[f64],
        time_step: f64,
        n_steps: usize,
    ) -> Result<Vec<f64>, LangevinError> {
        positive("time step", time_step)?;
        let n = self.grid.n_cells();
        shape("start", start.len(), n)?;
        // In masses m = p Delta x the columns of the system sum to one.
        let rate = |face: usize| {
            let (left, right) = self.faces[face];
            let widths = self.grid.widths();
            (time_step * left / widths[face], time_step * right / widths[face + 1])
        };
        let mut diagonal = vec![1.0; n];
        let (mut lower, mut upper) = (vec![0.0; n - 1], vec![0.0; n - 1]);
        for face in 0..n - 1 {
            let (out, back) = rate(face);
            diagonal[face] += out;
            diagonal[face + 1] += back;
            lower[face] = -out;
            upper[face] = -back;
        }
        let mut masses: Vec<f64> =
            start.iter().zip(self.grid.widths()).map(|(p, width)| p * width).collect();
        for _ in 0..n_steps {
            masses = solve_tridiagonal(&lower, &diagonal, &upper, &masses)?;
        }
        Ok(masses.iter().zip(self.grid.widths()).map(|(m, width)| m / width).collect())
    }

    /// Rate `lambda_idx ≥ 0` with which the mode number `idx` decays; number 0 is the steady state.
    ///
    /// # Errors
    /// If `idx` is not below the number of cells.
    pub fn rate(&self, idx: usize) -> Result<f64, LangevinError> {
        let n = self.grid.n_cells();
        positive("modes above the one asked for", n as f64 - idx as f64)?;
        let widths = self.grid.widths();
        let mut diagonal = vec![0.0; n];
        let mut off = Vec::with_capacity(n - 1);
        for (j, (left, right)) in self.faces.iter().enumerate() {
            diagonal[j] += left / widths[j];
            diagonal[j + 1] += right / widths[j + 1];
            off.push(-((left / widths[j]) * (right / widths[j + 1])).sqrt());
        }
        Ok(symmetric_tridiagonal_eigenvalue(&diagonal, &off, idx))
    }

    /// The mass `sum_j p_j Delta x_j` of a density at the nodes, `[n]`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    pub fn mass(&self, density: &[f64]) -> f64 {
        real::dot(density, self.grid.widths())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::ScalarNoise;
    use crate::least_squares::law::PearsonFour;
    use crate::least_squares::reference::d3;

    fn double_well(x: f64) -> f64 {
        x * x * (0.25 * x * x - 0.5)
    }

    /// All mass in cell `idx`.
    fn point(grid: &Grid, idx: usize) -> Vec<f64> {
        let mut density = vec![0.0; grid.n_cells()];
        density[idx] = 1.0 / grid.widths()[idx];
        density
    }

    #[test]
    fn rates_of_the_double_well_match_the_reference() {
        let grid = Grid::uniform(-3.0, 3.0, 1200).unwrap();
        let equation = LineEquation::langevin(&grid, double_well, 0.15).unwrap();
        assert!(equation.rate(0).unwrap().abs() < 1e-9);
        let close = |found: f64, expected: f64, relative: f64| {
            assert!((found / expected - 1.0).abs() < relative, "{found} vs {expected}");
        };
        close(equation.rate(1).unwrap(), 0.082_135_667_397_6, 1e-4);
        close(equation.rate(2).unwrap(), 1.117_030_573_33, 1e-4);
        let cold = LineEquation::langevin(&grid, double_well, 0.05).unwrap();
        close(2.0 / cold.rate(1).unwrap(), 720.41, 1e-4);
        assert!(equation.rate(1200).is_err());
    }

    #[test]
    fn steps_keep_mass_and_sign_and_end_at_the_steady_state() {
        let grid = Grid::uniform(-3.0, 3.0, 200).unwrap();
        let equation = LineEquation::langevin(&grid, double_well, 0.15).unwrap();
        let early = equation.advance(&point(&grid, 40), 0.05, 20).unwrap();
        assert!((equation.mass(&early) - 1.0).abs() < 1e-13);
        assert!(early.iter().all(|p| *p >= 0.0));
        let late = equation.advance(&early, 1e3, 20).unwrap();
        let weights: Vec<f64> =
            grid.nodes().iter().map(|x| real::exp(-double_well(*x) / 0.15)).collect();
        let total = equation.mass(&weights);
        for (p, weight) in late.iter().zip(&weights) {
            assert!((p - weight / total).abs() < 1e-11, "{p}");
        }
    }

    #[test]
    fn multiplicative_noise_on_a_stretched_grid_has_the_pearson_law_and_moments() {
        let noise = ScalarNoise::of(&d3()).unwrap();
        let gamma = 0.5;
        let law = PearsonFour::of(&noise, gamma).unwrap();
        let grid = Grid::sinh(law.location, law.scale, 6.0, 800).unwrap();
        let log_steady = |x: f64| real::ln(law.density(x));
        let diffusion = |x: f64| 0.5 * gamma * noise.variance(x);
        let equation = LineEquation::new(&grid, log_steady, diffusion).unwrap();
        let moments = |density: &[f64]| {
            let weighted = |f: &dyn Fn(f64) -> f64| {
                let values: Vec<f64> =
                    density.iter().zip(grid.nodes()).map(|(p, x)| p * f(*x)).collect();
                equation.mass(&values)
            };
            (weighted(&|x| x), weighted(&|x| x * x))
        };
        let steady: Vec<f64> = grid.nodes().iter().map(|x| law.density(*x)).collect();
        let kept = equation.advance(&steady, 10.0, 3).unwrap();
        assert!(kept.iter().zip(&steady).all(|(a, b)| (a - b).abs() < 1e-10 * (1.0 + b)));
        // Moments at time 1 from one cell near 1, against the exact equation of moments.
        let near = grid.nodes().iter().position(|x| *x > 1.0).unwrap();
        let density = equation.advance(&point(&grid, near), 0.0005, 2000).unwrap();
        let exact = noise.moments_at(gamma, grid.nodes()[near], 1.0, 2).unwrap();
        let (mean, square) = moments(&density);
        assert!((mean - exact[1]).abs() < 1e-3, "{mean} vs {}", exact[1]);
        assert!((square - exact[2]).abs() < 2e-3, "{square} vs {}", exact[2]);
    }
}
