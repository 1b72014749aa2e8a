//! The Lyapunov exponent of the equation on a training set, by simulated directions.
//!
//! ```text
//! lambda_1 = lim t⁻¹ ln|eta_t| = E q(u),   u = eta/|eta| in its stationary law
//! q(u) = −uᵀ Sigma u + ½ gamma (trace C(u) − 2 uᵀ C(u) u),   C(u) = F[u uᵀ]
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;

use crate::least_squares::LeastSquaresError;
use crate::least_squares::error::positive;

/// How directions are simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LyapunovSettings {
    /// Independent directions, at least two.
    pub walkers: u64,
    /// Steps of each direction that count, at least one; a quarter as many come before them.
    pub steps: u64,
    /// Length `h > 0` of a step of Euler–Maruyama, in time; the error is of order `h`.
    pub time_step: f64,
    /// Key of the random streams.
    pub key: StreamKey,
}

/// A Monte Carlo estimate of the exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LyapunovEstimate {
    /// `lambda_1`, per unit of time.
    pub value: f64,
    /// Its standard error, from independent directions; without the error of the time step.
    pub standard_error: f64,
}

/// `lambda_1` of the equation without label noise for SGD with step size `gamma > 0` on the rows of
/// `design`, `[n, d]`, which have to span the space.
///
/// # Errors
/// If a number is outside its range, or if there are no rows.
///
/// # Source
/// Itô's formula for `ln|eta|`: Khasminskii, Theory Probab. Appl. 12, 1967. The mean of `q` along
/// paths has a smaller variance than the mean growth of `ln|eta|`, which is a martingale more.
pub fn lyapunov_exponent(
    design: &Matrix,
    step_size: f64,
    settings: LyapunovSettings,
) -> Result<LyapunovEstimate, LeastSquaresError> {
    positive("step size", step_size)?;
    positive("time step", settings.time_step)?;
    if settings.walkers < 2 || settings.steps == 0 {
        let value = settings.walkers.min(settings.steps) as f64;
        return Err(LeastSquaresError::OutOfRange { name: "walkers", value });
    }
    if design.entries().iter().all(|entry| *entry == 0.0) {
        return Err(LeastSquaresError::NoSignal);
    }
    let means: Vec<f64> = (0..settings.walkers)
        .map(|walker| Walker::new(design, step_size, settings, walker).mean())
        .collect();
    let n = means.len() as f64;
    let value = real::sum(&means) / n;
    let spread: Vec<f64> = means.iter().map(|mean| mean - value).collect();
    let standard_error = (real::dot(&spread, &spread) / (n * (n - 1.0))).sqrt();
    Ok(LyapunovEstimate { value, standard_error })
}

/// One direction.
struct Walker<'a> {
    design: &'a Matrix,
    squares: Vec<f64>,
    step_size: f64,
    settings: LyapunovSettings,
    stream: Stream,
    u: Vec<f64>,
    /// `x_i·u`, `[n]`.
    products: Vec<f64>,
    normals: Vec<f64>,
}

impl<'a> Walker<'a> {
    fn new(
        design: &'a Matrix,
        step_size: f64,
        settings: LyapunovSettings,
        walker: u64,
    ) -> Walker<'a> {
        let mut stream = Stream::new(settings.key, walker, Purpose::Brownian);
        let mut u = vec![0.0; design.n_columns()];
        stream.fill_normals(&mut u);
        let mut walker = Walker {
            squares: design.rows().map(|row| real::dot(row, row)).collect(),
            products: vec![0.0; design.n_rows()],
            normals: vec![0.0; design.n_rows()],
            design,
            step_size,
            settings,
            stream,
            u,
        };
        walker.normalise();
        walker
    }

    /// Scales `u` to length one and takes its products with the rows.
    fn normalise(&mut self) {
        let length = real::dot(&self.u, &self.u).sqrt();
        for entry in &mut self.u {
            *entry /= length;
        }
        for (product, row) in self.products.iter_mut().zip(self.design.rows()) {
            *product = real::dot(row, &self.u);
        }
    }

    /// One step of the equation from `u`, in direction alone.
    fn step(&mut self) {
        let n = self.design.n_rows() as f64;
        let h = self.settings.time_step;
        let scale = (self.step_size * h / n).sqrt();
        self.stream.fill_normals(&mut self.normals);
        let mean = real::sum(&self.normals) / n;
        let weights = self.products.iter().zip(&self.normals);
        let weights: Vec<f64> =
            weights.map(|(product, z)| product * (scale * (z - mean) - h / n)).collect();
        for (row, weight) in self.design.rows().zip(weights) {
            real::add_scaled(&mut self.u, weight, row);
        }
        self.normalise();
    }

    /// `q(u)`.
    fn rate(&self) -> f64 {
        let n = self.design.n_rows() as f64;
        let (mut drift, mut trace, mut along) = (0.0, 0.0, 0.0);
        let mut image = vec![0.0; self.u.len()];
        for ((row, product), square) in self.design.rows().zip(&self.products).zip(&self.squares) {
            let p = product * product;
            drift += p / n;
            trace += p * square / n;
            along += p * p / n;
            real::add_scaled(&mut image, product / n, row);
        }
        let trace = trace - real::dot(&image, &image);
        let along = along - drift * drift;
        -drift + 0.5 * self.step_size * (trace - 2.0 * along)
    }

    /// The mean of `q` along the path.
    fn mean(mut self) -> f64 {
        let n_steps = self.settings.steps;
        for _ in 0..n_steps / 4 {
            self.step();
        }
        let mut sum = 0.0;
        for _ in 0..n_steps {
            self.step();
            sum += self.rate();
        }
        sum / n_steps as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{d1, d2_design};
    use crate::least_squares::tail::CircleRate;
    use maruyama_dynamics::linear_algebra::right_svd;

    const SETTINGS: LyapunovSettings =
        LyapunovSettings { walkers: 40, steps: 2500, time_step: 0.02, key: StreamKey(4) };

    /// D1, whose exponents are eigenvalues on the circle: four standard errors and the error of the
    /// time step, which half a step shows to be below 0.002.
    #[test]
    fn exponents_of_two_features_are_those_on_the_circle() {
        let design = Matrix::new(
            8,
            2,
            vec![
                1.0, 0.2, 0.5, -0.8, -1.2, 0.4, 0.3, 1.1, -0.7, -0.6, 0.9, 0.7, -0.4, 0.9, 1.3,
                -0.5,
            ],
        );
        for gamma in [0.3, 1.5] {
            let exact = CircleRate::new(&d1(), gamma, 64).unwrap().lyapunov_exponent().unwrap();
            let found = lyapunov_exponent(&design, gamma, SETTINGS).unwrap();
            let gap = (found.value - exact).abs();
            assert!(gap < 4.0 * found.standard_error + 0.002, "{found:?} vs {exact}");
            assert!(found.standard_error < 0.01, "{found:?}");
        }
    }

    /// One feature: `lambda_1 = −lambda − gamma v/2`, without any randomness.
    #[test]
    fn the_exponent_of_one_feature_is_exact() {
        let design = Matrix::new(4, 1, vec![1.0, -0.5, 1.5, 0.8]);
        let settings = LyapunovSettings { walkers: 2, steps: 10, ..SETTINGS };
        let found = lyapunov_exponent(&design, 0.5, settings).unwrap();
        assert!((found.value + 1.035 + 0.25 * 0.562_425).abs() < 1e-14, "{found:?}");
    }

    /// By convexity `2 lambda_1 ≤ Lambda(2)`; D2 on its range at `gamma = 0.25`.
    #[test]
    fn typical_paths_fall_faster_than_their_mean_square() {
        let design = d2_design();
        let right = right_svd(&design).right_vectors;
        let rows = design.rows().flat_map(|row| right.times(row)).collect();
        let design = Matrix::new(3, 3, rows);
        let found = lyapunov_exponent(&design, 0.25, SETTINGS).unwrap();
        assert!(2.0 * (found.value + 3.0 * found.standard_error) < -0.953_657_186_709, "{found:?}");
        assert!(lyapunov_exponent(&design, -1.0, SETTINGS).is_err());
        let none = LyapunovSettings { walkers: 1, ..SETTINGS };
        assert!(lyapunov_exponent(&design, 0.25, none).is_err());
        let zero = Matrix::new(1, 2, vec![0.0; 2]);
        assert_eq!(lyapunov_exponent(&zero, 0.2, SETTINGS), Err(LeastSquaresError::NoSignal));
    }
}
