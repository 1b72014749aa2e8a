//! The objectives of the reference on the line.

use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::LineObjective;

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
