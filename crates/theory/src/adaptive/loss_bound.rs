//! Bounds on the expected loss of SignSGD, phase by phase, and of SGD.
//!
//! ```text
//! E S_t <= S_0 e^{−r t} + floor (1 − e^{−r t}),   S = f − min f
//! ```

use std::f64::consts::{FRAC_2_PI, PI, SQRT_2};

use maruyama_dynamics::real;

use crate::adaptive::phase::{SECANT_INTERCEPT, SECANT_SLOPE};

/// What the bounds need to know about a loss, its noise and the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossSetting {
    /// Strong convexity `mu > 0`.
    pub convexity: f64,
    /// Upper bound `L_tau ≥ mu d` of the trace of the Hessian.
    pub trace: f64,
    /// Number of parameters `d`.
    pub dim: usize,
    /// Largest standard deviation `sigma_max > 0` of the noise on a coordinate.
    pub largest_sigma: f64,
    /// Step size `eta > 0`.
    pub step_size: f64,
}

/// An exponential approach: `S_0 e^{−r t} + floor (1 − e^{−r t})`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Approach {
    /// `r > 0`, per unit of time; a step takes `eta`.
    pub rate: f64,
    /// The limit as time goes on.
    pub floor: f64,
}

impl Approach {
    /// The value at `time ≥ 0` from `start = S_0`.
    #[must_use]
    pub fn at(&self, start: f64, time: f64) -> f64 {
        let gone = -real::expm1(-self.rate * time);
        start + gone * (self.floor - start)
    }
}

impl LossSetting {
    /// An approach with speed `D`: rate `2 mu D`, floor `(eta/2) c/(2 mu D)`.
    fn approach(&self, speed: f64, c: f64) -> Approach {
        let rate = 2.0 * self.convexity * speed;
        Approach { rate, floor: 0.5 * self.step_size * c / rate }
    }

    /// SGD: rate `2 mu` whatever the noise, floor `(eta/2) L_tau sigma_max²/(2 mu)`.
    ///
    /// # Source
    /// Compagnoni et al., arXiv 2411.15958, Lemma 3.6 (recalled; derived; the exponents of sigma are
    /// confirmed).
    #[must_use]
    pub fn sgd(&self) -> Approach {
        self.approach(1.0, self.trace * self.largest_sigma * self.largest_sigma)
    }

    /// First phase of SignSGD: `S_t <= (sqrt(mu) t − 2 sqrt(S_0))²/4`, zero from `2 sqrt(S_0/mu)` on.
    ///
    /// # Source
    /// arXiv 2411.15958, Lemma 3.5, phase 1 (recalled; derived).
    #[must_use]
    pub fn first_phase(&self, start: f64, time: f64) -> f64 {
        let root = (2.0 * start.sqrt() - self.convexity.sqrt() * time).max(0.0);
        0.25 * root * root
    }

    /// A sharper bound of the first phase: `(sqrt(mu) t − sqrt(2 S_0))²/2`, zero from `sqrt(2 S_0/mu)`
    /// on.
    ///
    /// # Source
    /// Derived from `|g|_1 ≥ |g|_2 ≥ sqrt(2 mu S)`; an equality for a quadratic of one dimension.
    #[must_use]
    pub fn sharp_first_phase(&self, start: f64, time: f64) -> f64 {
        let root = ((2.0 * start).sqrt() - self.convexity.sqrt() * time).max(0.0);
        0.5 * root * root
    }

    /// Speed `D_2 = m/(sqrt 2 sigma_max) + eta mu m²/(4 sigma_max²)` of the second phase.
    #[must_use]
    pub fn second_phase_speed(&self) -> f64 {
        let slope = SECANT_SLOPE / (SQRT_2 * self.largest_sigma);
        slope + 0.5 * self.step_size * self.convexity * slope * slope
    }

    /// Second phase of SignSGD, with `c = L_tau − mu d q_sec²`.
    ///
    /// # Source
    /// arXiv 2411.15958, Lemma 3.5, phase 2 (recalled; derived).
    #[must_use]
    pub fn second_phase(&self) -> Approach {
        let certain = self.convexity * self.dim as f64 * SECANT_INTERCEPT * SECANT_INTERCEPT;
        self.approach(self.second_phase_speed(), self.trace - certain)
    }

    /// Third phase of the *linear* equation of SignSGD: `D_3 = sqrt(2/pi)/sigma_max + eta mu/(pi
    /// sigma_max²)`, so that the floor is about `(eta/4) (L_tau/mu) sqrt(pi/2) sigma_max`.
    ///
    /// SignSGD itself, started at `|Y| = 0.95`, exceeds it by up to 29 %: see
    /// [`LossSetting::third_phase_of_sign_sgd`].
    ///
    /// # Source
    /// arXiv 2411.15958, Lemma 3.5, phase 3 (recalled; derived).
    #[must_use]
    pub fn third_phase(&self) -> Approach {
        let sigma = self.largest_sigma;
        let speed =
            FRAC_2_PI.sqrt() / sigma + self.step_size * self.convexity / (PI * sigma * sigma);
        self.approach(speed, self.trace)
    }

    /// Third phase of the equation of SignSGD with its error function, while `|Y| <= 1` on all
    /// coordinates: `D = erf(1)/(sqrt 2 sigma_max)` and a diffusion of at most 1.
    ///
    /// # Source
    /// Derived: `|erf y| ≥ erf(1) |y|` for `|y| <= 1`.
    #[must_use]
    pub fn third_phase_of_sign_sgd(&self) -> Approach {
        self.approach(real::erf(1.0) / (SQRT_2 * self.largest_sigma), self.trace)
    }
}

/// Approach of AdamW and RMSpropW: floor `(eta L_tau sigma L/2)/(2 mu L + sigma theta (L + mu))`, rate `2
/// mu/sigma + theta (1 + mu/L)`. The floor is linear in `sigma` for `theta = 0` and bounded otherwise.
///
/// # Arguments
/// * `setting`: with `sigma_max` as the noise of every coordinate
/// * `smoothness`: `L ≥ mu`, the largest curvature
/// * `decay`: decoupled `theta ≥ 0`
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Lemmas 3.13 and 3.14 (recalled; derived from `g·x ≥ (1 + mu/L)
/// S`) for a minimiser at 0, `g² = O(eta)` and a fast momentum; that it is bounded is confirmed.
#[must_use]
pub fn adam_w_approach(setting: &LossSetting, smoothness: f64, decay: f64) -> Approach {
    let LossSetting { convexity, trace, largest_sigma, step_size, .. } = *setting;
    let rate = 2.0 * convexity / largest_sigma + decay * (1.0 + convexity / smoothness);
    Approach { rate, floor: 0.5 * step_size * trace / rate }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::SignChain;
    use maruyama_dynamics::problem::GradientNoise;

    const SETTING: LossSetting =
        LossSetting { convexity: 2.0, trace: 2.0, dim: 1, largest_sigma: 0.7, step_size: 0.01 };

    #[test]
    fn an_approach_starts_and_ends_where_it_should() {
        let approach = Approach { rate: 3.0, floor: 0.25 };
        assert_eq!((approach.at(4.0, 0.0), approach.at(4.0, 1e3)), (4.0, 0.25));
        assert!((approach.at(1.25, 0.5) - (0.25 + real::exp(-1.5))).abs() < 1e-15);
    }

    /// `x(t) = x_0 − t` on `f = x²`: the sharp bound is the loss itself.
    #[test]
    fn the_sharp_bound_is_the_loss_of_sign_descent() {
        for i in 0..=30 {
            let t = 0.1 * f64::from(i);
            let x = f64::max(2.0 - t, 0.0);
            let sharp = SETTING.sharp_first_phase(4.0, t);
            assert!((sharp - x * x).abs() < 1e-14, "{t}");
            assert!(sharp <= SETTING.first_phase(4.0, t) + 1e-14, "{t}");
        }
    }

    /// Losses of the chain, at the start of each phase, from the exact law.
    #[test]
    fn bounds_hold_for_the_chain_but_that_of_the_linear_equation() {
        let chain = SignChain::new(2.0, GradientNoise::Gaussian, 0.7, 0.01).unwrap();
        let place = |y: f64| y * 0.7 * SQRT_2 / 2.0;
        let excess = |y: f64, bound: Approach| {
            let moments = chain.moments(place(y), 400).unwrap();
            let start = moments[0].loss;
            let ratio = |(k, m): (usize, &crate::adaptive::Moments)| {
                m.loss / bound.at(start, k as f64 * 0.01)
            };
            moments.iter().enumerate().map(ratio).fold(0.0, f64::max)
        };
        // One step of length eta may exceed a bound for the equation by O(eta).
        assert!(excess(0.95, SETTING.third_phase_of_sign_sgd()) < 1.02);
        assert!(excess(0.4, SETTING.third_phase_of_sign_sgd()) < 1.02);
        let linear = excess(0.95, SETTING.third_phase());
        assert!((1.1..1.4).contains(&linear), "{linear}");
    }

    /// From `Y = 1.45` until the mean has left the second phase; and the constant of its floor.
    #[test]
    fn the_bound_of_the_second_phase_holds_and_counts_what_is_certain() {
        let chain = SignChain::new(2.0, GradientNoise::Gaussian, 0.7, 0.01).unwrap();
        let start = 1.45 * 0.7 * SQRT_2 / 2.0;
        let moments = chain.moments(start, 100).unwrap();
        let inside = moments.iter().take_while(|m| 2.0 * m.mean > 0.7 * SQRT_2);
        let mut n_steps = 0;
        for (k, m) in inside.enumerate() {
            let bound = SETTING.second_phase().at(moments[0].loss, k as f64 * 0.01);
            assert!(m.loss <= 1.02 * bound, "{k}: {} {bound}", m.loss);
            n_steps = k;
        }
        assert!(n_steps > 15, "{n_steps}");
        let phase = SETTING.second_phase();
        let source = 2.0 * phase.floor * phase.rate / 0.01;
        assert!((source - 2.0 * (1.0 - 0.355_087_378)).abs() < 1e-8, "{source}");
    }

    #[test]
    fn floors_grow_with_the_noise_as_its_square_and_linearly() {
        let loud = LossSetting { largest_sigma: 7.0, ..SETTING };
        assert!((loud.sgd().floor / SETTING.sgd().floor - 100.0).abs() < 1e-10);
        assert_eq!(loud.sgd().rate, SETTING.sgd().rate);
        let ratio = loud.third_phase().floor / SETTING.third_phase().floor;
        // The term of order eta in D_3 is 1.14 % of it for the smaller noise.
        assert!((ratio - 10.0).abs() < 0.12, "{ratio}");
        let floor = 0.0025 * (PI / 2.0).sqrt() * 0.7;
        assert!((SETTING.third_phase().floor / floor - 1.0).abs() < 0.02);
    }
}
