//! The objectives of the reference on the line.

use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::{LineObjective, PlaneObjective};

/// `f = 1 − cos x + a (1 − cos 2x)` with noise variance `sigma² (1 + amplitude sin x)`.
pub struct Cosines {
    pub second: f64,
    pub variance: f64,
    pub amplitude: f64,
}

impl LineObjective for Cosines {
    fn gradient(&self, x: f64) -> f64 {
        real::sin(x) + 2.0 * self.second * real::sin(2.0 * x)
    }
    fn curvature(&self, x: f64) -> f64 {
        real::cos(x) + 4.0 * self.second * real::cos(2.0 * x)
    }
    fn third(&self, x: f64) -> f64 {
        -real::sin(x) - 8.0 * self.second * real::sin(2.0 * x)
    }
    fn variance(&self, x: f64) -> f64 {
        self.variance * (1.0 + self.amplitude * real::sin(x))
    }
    fn variance_slope(&self, x: f64) -> f64 {
        self.variance * self.amplitude * real::cos(x)
    }
}

/// `f = lambda x²/2 + cos(x + 0.8)` with unit noise.
pub struct Anharmonic {
    pub lambda: f64,
}

impl LineObjective for Anharmonic {
    fn gradient(&self, x: f64) -> f64 {
        self.lambda * x - real::sin(x + 0.8)
    }
    fn curvature(&self, x: f64) -> f64 {
        self.lambda - real::cos(x + 0.8)
    }
    fn third(&self, x: f64) -> f64 {
        real::sin(x + 0.8)
    }
    fn variance(&self, _: f64) -> f64 {
        1.0
    }
    fn variance_slope(&self, _: f64) -> f64 {
        0.0
    }
}

/// `f = 2 − cos x − cos y + 0.4 cos(x − y)` with noise
/// `[[0.6, 0.25], [0.25, 0.3]] (1 + 0.3 sin x)`.
pub struct Coupled;

impl PlaneObjective for Coupled {
    fn gradient(&self, x: f64, y: f64) -> [f64; 2] {
        let pull = 0.4 * real::sin(x - y);
        [real::sin(x) - pull, real::sin(y) + pull]
    }
    fn hessian(&self, x: f64, y: f64) -> [f64; 3] {
        let pull = 0.4 * real::cos(x - y);
        [real::cos(x) - pull, pull, real::cos(y) - pull]
    }
    fn third(&self, x: f64, y: f64) -> [f64; 4] {
        let pull = 0.4 * real::sin(x - y);
        [-real::sin(x) + pull, -pull, pull, -real::sin(y) - pull]
    }
    fn noise(&self, x: f64, _: f64) -> [f64; 3] {
        [0.6, 0.25, 0.3].map(|entry| entry * (1.0 + 0.3 * real::sin(x)))
    }
    fn noise_along(&self, x: f64, _: f64, v: [f64; 2]) -> [f64; 3] {
        [0.6, 0.25, 0.3].map(|entry| entry * 0.3 * real::cos(x) * v[0])
    }
}
