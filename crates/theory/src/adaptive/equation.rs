//! The equations of RMSprop(W) and Adam(W), per coordinate, and those of Malladi et al. beside them.
//!
//! ```text
//! dX = −(1/gamma1) (M + c (g − M)) / (sqrt(V/gamma2) + epsilon) dt − theta X dt [+ noise]
//! dM = rho1 (g − M) dt + sqrt(eta) rho1 sigma dW
//! dV = rho2 (g² + sigma² − V) dt;          Malladi et al.: without g²
//! rho_i = (1 − beta_i)/eta,   gamma_i = 1 − e^{−rho_i t},   c = eta rho1;   Malladi et al.: c = 0
//! ```

use maruyama_dynamics::real;

use crate::adaptive::adam_system::LookAhead;

/// Where a coordinate is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinate {
    /// `X`
    pub x: f64,
    /// Its gradient `g(X)`.
    pub gradient: f64,
    /// `M`; not used by RMSprop.
    pub mean: f64,
    /// `V ≥ 0`
    pub square: f64,
}

/// Drift and diffusion of `(X, M, V)`, which share one Brownian motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Change per unit of time.
    pub drift: [f64; 3],
    /// What the increment of the Brownian motion is multiplied by.
    pub noise: [f64; 3],
}

/// How averages are corrected for their start at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BiasForm {
    /// `gamma_i = 1`
    None,
    /// `gamma_i = 1 − e^{−rho_i t}`, as the equation is written; 0/0 at `t = 0`.
    Exponential,
    /// `gamma1 = 1 − beta1^(t/eta + 1)`, `gamma2 = 1 − beta2^(t/eta)`: those of the optimiser (derived).
    Power,
}

/// The equation of Adam(W).
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, section on AdamW (recalled; derived; order one verified by the
/// engine's comparisons, not here).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamEquation {
    /// `eta > 0`
    pub step_size: f64,
    /// `beta1` in `(0, 1)`.
    pub beta1: f64,
    /// `beta2` in `(0, 1)`.
    pub beta2: f64,
    /// Decoupled `theta ≥ 0`.
    pub weight_decay: f64,
    /// `epsilon ≥ 0`
    pub epsilon: f64,
    /// Standard deviation `sigma ≥ 0` of the noise on this coordinate.
    pub sigma: f64,
    /// Bias correction.
    pub bias: BiasForm,
    /// The term `eta rho1 (g − M)` of the drift.
    pub look_ahead: LookAhead,
    /// Whether `g²` is in the equation of `V`.
    pub squares_gradient: bool,
}

impl AdamEquation {
    /// The same optimiser by Malladi et al.: neither `g²` in `V` nor the look-ahead.
    ///
    /// # Source
    /// Malladi et al., arXiv 2205.10287, definition of the Adam equation, in the clock `t = k eta`
    /// (derived; see [`malladi_terms`] for its own).
    #[must_use]
    pub fn of_malladi(self) -> AdamEquation {
        AdamEquation { look_ahead: LookAhead::None, squares_gradient: false, ..self }
    }

    /// `gamma1`, `gamma2` at `time > 0`.
    #[must_use]
    pub fn biases(&self, time: f64) -> [f64; 2] {
        let betas = [self.beta1, self.beta2];
        let n = time / self.step_size;
        match self.bias {
            BiasForm::None => [1.0, 1.0],
            BiasForm::Exponential => betas.map(|beta| -real::expm1((beta - 1.0) * n)),
            BiasForm::Power => {
                let logs = betas.map(real::ln);
                [-real::expm1((n + 1.0) * logs[0]), -real::expm1(n * logs[1])]
            }
        }
    }

    /// Drift and diffusion at `time > 0`.
    #[must_use]
    pub fn terms(&self, time: f64, at: Coordinate) -> Terms {
        let [gamma1, gamma2] = self.biases(time);
        let [rho1, rho2] = [self.beta1, self.beta2].map(|beta| (1.0 - beta) / self.step_size);
        let root = self.step_size.sqrt();
        let scale = 1.0 / (gamma1 * ((at.square / gamma2).sqrt() + self.epsilon));
        let ahead = if self.look_ahead == LookAhead::None { 0.0 } else { 1.0 - self.beta1 };
        let ahead_noise = if self.look_ahead == LookAhead::DriftAndNoise { ahead } else { 0.0 };
        let numerator = at.mean + ahead * (at.gradient - at.mean);
        Terms {
            drift: [
                -scale * numerator - self.weight_decay * at.x,
                rho1 * (at.gradient - at.mean),
                rho2 * (self.source(at.gradient) - at.square),
            ],
            noise: [-scale * ahead_noise * root * self.sigma, root * rho1 * self.sigma, 0.0],
        }
    }

    /// Drift and diffusion of RMSprop(W) with the same `beta2`, `theta`, `epsilon` and noise: `dX = −(g
    /// dt + sqrt(eta) sigma dW)/(sqrt(V) + epsilon) − theta X dt`.
    ///
    /// # Source
    /// arXiv 2411.15958, section on RMSpropW (recalled; derived); without `g²` in `V` Malladi et al.
    #[must_use]
    pub fn rmsprop_terms(&self, at: Coordinate) -> Terms {
        let rho = (1.0 - self.beta2) / self.step_size;
        let scale = 1.0 / (at.square.sqrt() + self.epsilon);
        let drift_of_x = -scale * at.gradient - self.weight_decay * at.x;
        Terms {
            drift: [drift_of_x, 0.0, rho * (self.source(at.gradient) - at.square)],
            noise: [-scale * self.step_size.sqrt() * self.sigma, 0.0, 0.0],
        }
    }

    /// `E g²`, with or without the mean's part.
    fn source(&self, gradient: f64) -> f64 {
        let square = if self.squares_gradient { gradient * gradient } else { 0.0 };
        square + self.sigma * self.sigma
    }
}

/// The parameters of Malladi et al., whose time is `t_M = k eta²` and whose noise is `sigma' z` with `z`
/// of variance `Sigma_0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MalladiParameters {
    /// `sigma_0 = sigma' eta`
    pub noise_scale: f64,
    /// `epsilon_0 = epsilon eta`
    pub epsilon: f64,
    /// `c_i = (1 − beta_i)/eta²`
    pub rates: [f64; 2],
}

impl MalladiParameters {
    /// Those of Adam with step size `eta`, betas, `epsilon` and noise scale `sigma'`.
    ///
    /// # Source
    /// arXiv 2205.10287, as recalled; derived from the optimiser.
    #[must_use]
    pub fn new(step_size: f64, betas: [f64; 2], epsilon: f64, sigma: f64) -> MalladiParameters {
        MalladiParameters {
            noise_scale: sigma * step_size,
            epsilon: epsilon * step_size,
            rates: betas.map(|beta| (1.0 - beta) / (step_size * step_size)),
        }
    }
}

/// Drift and diffusion of `(X, m, u)` of the equation of Adam by Malladi et al., in their own clock:
///
/// ```text
/// dX = −(sqrt(gamma2)/gamma1) m/(sigma_0 sqrt(u) + epsilon_0 sqrt(gamma2)) dt,   gamma_i = 1 − e^{−c_i t}
/// dm = c_1 (g − m) dt + sigma_0 c_1 sqrt(s) dW,   du = c_2 (s − u) dt,   u = v/sigma'²
/// ```
///
/// # Arguments
/// * `parameters`: see [`MalladiParameters`]
/// * `variance`: the entry `s` of `Sigma_0`
/// * `time`: `t_M > 0`
/// * `at`: with `u` in place of `V`
///
/// # Source
/// Malladi et al., arXiv 2205.10287, definition of the Adam equation (recalled; derived).
#[must_use]
pub fn malladi_terms(
    parameters: &MalladiParameters,
    variance: f64,
    time: f64,
    at: Coordinate,
) -> Terms {
    let MalladiParameters { noise_scale, epsilon, rates } = *parameters;
    let [gamma1, gamma2] = rates.map(|rate| -real::expm1(-rate * time));
    let root = gamma2.sqrt();
    let denominator = noise_scale * at.square.sqrt() + epsilon * root;
    Terms {
        drift: [
            -root / gamma1 * at.mean / denominator,
            rates[0] * (at.gradient - at.mean),
            rates[1] * (variance - at.square),
        ],
        noise: [0.0, noise_scale * rates[0] * variance.sqrt(), 0.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EQUATION: AdamEquation = AdamEquation {
        step_size: 0.01,
        beta1: 0.9,
        beta2: 0.99,
        weight_decay: 0.4,
        epsilon: 0.05,
        sigma: 0.7,
        bias: BiasForm::Exponential,
        look_ahead: LookAhead::Drift,
        squares_gradient: true,
    };

    const AT: Coordinate = Coordinate { x: 0.8, gradient: -1.2, mean: 0.5, square: 0.3 };

    fn assert_near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} {expected}");
    }

    /// `dt_M = eta dt`, `u = v/sigma'²`: the same drift and noise in both clocks.
    #[test]
    fn both_clocks_have_the_same_equation() {
        let equation = AdamEquation { weight_decay: 0.0, ..EQUATION }.of_malladi();
        let (ratio, eta) = (2.0, 0.01);
        let parameters = MalladiParameters::new(eta, [0.9, 0.99], 0.05, ratio);
        let variance = 0.49 / (ratio * ratio);
        let ours = equation.terms(0.03, AT);
        let there = Coordinate { square: 0.3 / (ratio * ratio), ..AT };
        let theirs = malladi_terms(&parameters, variance, 0.03 * eta, there);
        let units = [1.0, 1.0, ratio * ratio];
        for i in 0..3 {
            assert_near(theirs.drift[i] * eta * units[i], ours.drift[i]);
            assert_near(theirs.noise[i] * eta.sqrt() * units[i], ours.noise[i]);
        }
    }

    /// A step of length `eta` with powers as biases, from the start: that of the optimiser for the mean
    /// of `g²`, once `M` and `V` have moved.
    #[test]
    fn a_step_is_that_of_the_optimiser() {
        let equation = AdamEquation {
            bias: BiasForm::Power,
            look_ahead: LookAhead::DriftAndNoise,
            ..EQUATION
        };
        let (eta, k, z) = (0.01, 6.0, 0.3);
        let terms = equation.terms(eta * k, AT);
        // Brownian increments of a step are sqrt(eta) z.
        let moved = |i: usize| eta * terms.drift[i] + eta.sqrt() * terms.noise[i] * z;
        let noisy = AT.gradient + 0.7 * z;
        assert_near(AT.mean + moved(1), 0.9 * AT.mean + 0.1 * noisy);
        assert_near(AT.square + moved(2), 0.99 * AT.square + 0.01 * (1.44 + 0.49));
        let gamma = [1.0 - real::pow(0.9, k + 1.0), 1.0 - real::pow(0.99, k)];
        let mean = (0.9 * AT.mean + 0.1 * noisy) / gamma[0];
        let step = mean / ((AT.square / gamma[1]).sqrt() + 0.05) + 0.4 * AT.x;
        assert_near(moved(0), -eta * step);
    }

    #[test]
    fn rmsprop_moves_by_its_gradient() {
        let terms = EQUATION.rmsprop_terms(AT);
        let root = 0.3_f64.sqrt() + 0.05;
        assert_near(terms.drift[0], 1.2 / root - 0.32);
        assert_near(terms.drift[2], 1.44 + 0.49 - 0.3);
        assert_near(terms.noise[0], -0.07 / root);
        let theirs = EQUATION.of_malladi().rmsprop_terms(AT);
        assert_near(theirs.drift[2], 0.49 - 0.3);
    }
}
