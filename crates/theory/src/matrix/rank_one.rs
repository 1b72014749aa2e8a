//! Eigenvalues and functions of a diagonal matrix with a symmetric update of rank one.
//!
//! ```text
//! A = diag(d) + rho z zᵀ,   1 + rho sum_j z_j² / (d_j − mu) = 0 at its eigenvalues mu
//! ```

use maruyama_dynamics::real;

/// The eigenvalues of `diag(d) + rho z zᵀ`, `rho > 0`, in a form that keeps their distances to all
/// poles accurate.
#[derive(Clone, Debug)]
pub struct RankOneUpdate {
    /// The given diagonal, `[n]`.
    diagonal: Vec<f64>,
    /// The given direction, `[n]`.
    direction: Vec<f64>,
    /// The pole of each coordinate, if its direction is not zero, `[n]`.
    pole_of: Vec<Option<usize>>,
    /// Distinct diagonal entries, ascending, `[r]`.
    poles: Vec<f64>,
    /// Norm of the direction on each pole's coordinates, `[r]`.
    norms: Vec<f64>,
    /// Weights for which the computed eigenvalues are exact, `[r]`.
    weights: Vec<f64>,
    /// Eigenvalue `k` is `poles[origin] + offset`, `[r]`.
    roots: Vec<(usize, f64)>,
}

impl RankOneUpdate {
    /// The update of `diag(d)`, `[n]`, by `rho z zᵀ`, `z` of shape `[n]`.
    ///
    /// # Accuracy
    /// Eigenvalues to about 1e-15 of the largest; eigenvectors orthogonal to rounding, however
    /// close the diagonal entries.
    ///
    /// # Source
    /// Golub, "Some modified matrix eigenvalue problems", SIAM Rev. 15, 1973; weights after Gu &
    /// Eisenstat, SIAM J. Matrix Anal. Appl. 15(4), 1994, section 3. Roots by bisection.
    ///
    /// # Panics
    /// If the shapes differ, or if an entry is not finite, or if `rho` is not positive.
    #[must_use]
    pub fn new(d: &[f64], z: &[f64], rho: f64) -> RankOneUpdate {
        assert_eq!(d.len(), z.len(), "one direction entry for each diagonal entry");
        assert!(rho > 0.0 && d.iter().chain(z).all(|x| x.is_finite()), "a finite update");
        let mut order: Vec<usize> = (0..d.len()).filter(|i| z[*i] != 0.0).collect();
        order.sort_by(|i, j| d[*i].total_cmp(&d[*j]));
        let mut poles: Vec<f64> = Vec::new();
        let mut squares: Vec<f64> = Vec::new();
        let mut pole_of = vec![None; d.len()];
        for i in order {
            if poles.last() != Some(&d[i]) {
                poles.push(d[i]);
                squares.push(0.0);
            }
            let last = poles.len() - 1;
            squares[last] += z[i] * z[i];
            pole_of[i] = Some(last);
        }
        let roots = (0..poles.len()).map(|k| root(&poles, &squares, rho, k)).collect();
        let mut update = RankOneUpdate {
            diagonal: d.to_vec(),
            direction: z.to_vec(),
            pole_of,
            norms: squares.iter().map(|square| square.sqrt()).collect(),
            weights: Vec::new(),
            poles,
            roots,
        };
        update.weights = (0..update.poles.len()).map(|i| update.weight(i, rho)).collect();
        update
    }

    /// The eigenvalues that the update moves, ascending, `[distinct entries with z ≠ 0]`.
    #[must_use]
    pub fn moved_eigenvalues(&self) -> Vec<f64> {
        self.roots.iter().map(|(origin, offset)| self.poles[*origin] + offset).collect()
    }

    /// `e^{tA} x`, `[n]`.
    ///
    /// # Panics
    /// If `x` is not of shape `[n]`.
    #[must_use]
    pub fn exponential_times(&self, t: f64, x: &[f64]) -> Vec<f64> {
        self.function_times(|value| real::exp(t * value), x)
    }

    /// `f(A) x`, `[n]`, by the values of `f` at the eigenvalues.
    ///
    /// # Panics
    /// If `x` is not of shape `[n]`.
    #[must_use]
    pub fn function_times(&self, f: impl Fn(f64) -> f64, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.diagonal.len(), "one coordinate for each diagonal entry");
        let mut along = vec![0.0; self.poles.len()];
        for (i, pole) in self.pole_of.iter().enumerate() {
            if let Some(pole) = pole {
                along[*pole] += x[i] * self.direction[i] / self.norms[*pole];
            }
        }
        let mut image = vec![0.0; self.poles.len()];
        for (k, (origin, offset)) in self.roots.iter().enumerate() {
            let vector = self.vector(k);
            let scale = f(self.poles[*origin] + offset) * real::dot(&vector, &along)
                / real::dot(&vector, &vector);
            real::add_scaled(&mut image, scale, &vector);
        }
        let coordinate = |i: usize| {
            let decay = f(self.diagonal[i]);
            let Some(pole) = self.pole_of[i] else { return decay * x[i] };
            let unit = self.direction[i] / self.norms[pole];
            // What is orthogonal to the direction within a pole's coordinates is not moved.
            decay * (x[i] - along[pole] * unit) + image[pole] * unit
        };
        (0..x.len()).map(coordinate).collect()
    }

    /// `d_j − mu_k`.
    fn distance(&self, j: usize, k: usize) -> f64 {
        let (origin, offset) = self.roots[k];
        (self.poles[j] - self.poles[origin]) - offset
    }

    /// Eigenvector `k` on the poles, `[r]`, unscaled.
    fn vector(&self, k: usize) -> Vec<f64> {
        let (origin, offset) = self.roots[k];
        let base = self.poles[origin];
        let entries = self.weights.iter().zip(&self.poles);
        entries.map(|(weight, pole)| weight / ((pole - base) - offset)).collect()
    }

    /// The weight of pole `i` for which the computed roots are the exact eigenvalues.
    fn weight(&self, i: usize, rho: f64) -> f64 {
        let last = self.poles.len() - 1;
        let mut square = -self.distance(i, last) / rho;
        for k in 0..last {
            let pole = if k < i { k } else { k + 1 };
            square *= self.distance(i, k) / (self.poles[i] - self.poles[pole]);
        }
        square.max(0.0).sqrt()
    }
}

/// Eigenvalue `k`: the pole that it is nearest to, and the distance from it.
fn root(poles: &[f64], squares: &[f64], rho: f64, k: usize) -> (usize, f64) {
    let secular =
        |origin: usize, offset: f64| 1.0 + rho * shifted_sum(poles, squares, poles[origin], offset);
    let (origin, mut low, mut high) = if k + 1 == poles.len() {
        (k, 0.0, rho * real::sum(squares))
    } else {
        let half = 0.5 * (poles[k + 1] - poles[k]);
        if secular(k, half) >= 0.0 { (k, 0.0, half) } else { (k + 1, -half, 0.0) }
    };
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || high <= middle {
            // An end at zero is a pole, which no root is.
            return (origin, if low == 0.0 { high } else { low });
        }
        if secular(origin, middle) >= 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// `sum_j s_j / ((d_j − base) − offset)` in the order of [`real::sum`].
fn shifted_sum(poles: &[f64], squares: &[f64], base: f64, offset: f64) -> f64 {
    let mut partial = [0.0; 8];
    let (pole_blocks, pole_rest) = poles.as_chunks::<8>();
    let (square_blocks, square_rest) = squares.as_chunks::<8>();
    for (pole, square) in pole_blocks.iter().zip(square_blocks) {
        for lane in 0..8 {
            partial[lane] += square[lane] / ((pole[lane] - base) - offset);
        }
    }
    for (lane, (pole, square)) in pole_rest.iter().zip(square_rest).enumerate() {
        partial[lane] += square / ((pole - base) - offset);
    }
    real::sum(&partial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{combine, diagonal, expm, outer, symmetric_eigen};

    #[test]
    fn exponentials_match_those_of_the_dense_matrix() {
        let d = [-2.0, -0.5, -0.5, -1.0 - 1e-12, -1.0, 0.3, 0.3, 0.3];
        let z = [1.0, 0.4, -0.3, 0.2, 0.1, 0.0, 2.0, 1.0];
        let x = [1.0, -2.0, 0.5, 3.0, 1.5, 0.7, -1.0, 0.25];
        let rho = 0.4;
        let dense = combine(1.0, &diagonal(&d), rho, &outer(&z, &z));
        let update = RankOneUpdate::new(&d, &z, rho);
        for t in [0.0, 0.3, 1.7] {
            let scaled = combine(t, &dense, 0.0, &dense);
            let expected = expm(&scaled).unwrap().times(&x);
            for (value, other) in update.exponential_times(t, &x).iter().zip(&expected) {
                assert!((value - other).abs() < 2e-13, "{value} vs {other}");
            }
        }
        let all = symmetric_eigen(&dense).values;
        for value in update.moved_eigenvalues() {
            assert!(all.iter().any(|other| (other - value).abs() < 1e-13), "{value}");
        }
    }

    #[test]
    fn one_pole_moves_by_the_whole_update() {
        let update = RankOneUpdate::new(&[1.0, 1.0], &[3.0, 4.0], 2.0);
        assert!((update.moved_eigenvalues()[0] - 51.0).abs() < 1e-13);
    }
}
