//! Gradients of quadratics with matrices at the points of sixteen chains, and their noise.
//!
//! ```text
//! g = A x + s R xi,   coordinates of xi independent
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::linear_algebra::Matrix;
use crate::model::brownian::BrownianIncrements;
use crate::model::core::{Bundle, Workspace, rows, rows_mut};
use crate::model::gradient_noise::fill;
use crate::model::noise_schedule::NoiseSchedule;
use crate::model::objective::Objective;
use crate::model::shape::Layout;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::problem::QuadraticForm;
use crate::simd::{Aligned, Isa};

/// `out <- out + M x`; `x` has as many rows as `matrix` has columns, `out` as many as it has rows.
///
/// Terms are added in the order of the columns, each by a fused multiply-add.
#[inline(always)]
pub(crate) fn add_product<S: Isa>(isa: S, matrix: &Matrix, x: &[Lanes], out: &mut [Lanes]) {
    for (entries, out) in matrix.rows().zip(out) {
        let out = S::as_mut_simd_f64s(out).0;
        for (vector, out) in out.iter_mut().enumerate() {
            let mut sum = *out;
            for (entry, x) in entries.iter().zip(x) {
                let x = S::as_simd_f64s(x).0[vector];
                sum = isa.mul_add_f64s(isa.splat_f64s(*entry), x, sum);
            }
            *out = sum;
        }
    }
}

/// `rows <- factor rows`
#[inline(always)]
fn multiply<S: Isa>(isa: S, factor: f64, rows: &mut [Lanes]) {
    let factor = isa.splat_f64s(factor);
    for row in rows {
        for entry in S::as_mut_simd_f64s(row).0 {
            *entry = isa.mul_f64s(factor, *entry);
        }
    }
}

impl Objective for QuadraticForm {
    fn dim(&self) -> usize {
        self.hessian.n_rows()
    }

    #[inline(always)]
    fn gradient<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        for row in out.iter_mut() {
            *row = [0.0; LANES];
        }
        add_product(isa, &self.hessian, x, out);
    }

    #[inline(always)]
    fn value<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut Lanes) {
        *out = [0.0; LANES];
        for (entries, own) in self.hessian.rows().zip(x) {
            let mut image = [[0.0; LANES]];
            for (entry, x) in entries.iter().zip(x) {
                let image = S::as_mut_simd_f64s(&mut image[0]).0;
                for (image, x) in image.iter_mut().zip(S::as_simd_f64s(x).0) {
                    *image = isa.mul_add_f64s(isa.splat_f64s(0.5 * entry), *x, *image);
                }
            }
            let (image, own) = (S::as_simd_f64s(&image[0]).0, S::as_simd_f64s(own).0);
            for ((out, image), own) in S::as_mut_simd_f64s(out).0.iter_mut().zip(image).zip(own) {
                *out = isa.mul_add_f64s(*image, *own, *out);
            }
        }
    }
}

/// The gradient of a quadratic with matrices and the noise that belongs to it, `2^levels` draws of which
/// share an increment of a Brownian path if there are levels.
#[derive(Clone, Debug)]
pub(crate) struct ShapedNoise {
    form: QuadraticForm,
    /// `s R`, `[d, d]`.
    root: Matrix,
    /// How it changes from step to step.
    schedule: NoiseSchedule,
    increments: BrownianIncrements,
    levels: u32,
}

impl ShapedNoise {
    /// The gradient whose noise is `scale` times that of `form`, times its `schedule`; along a path with
    /// levels it has to be Gaussian.
    pub(crate) fn new(
        form: &QuadraticForm,
        scale: f64,
        schedule: NoiseSchedule,
        levels: u32,
    ) -> ShapedNoise {
        let entries = form.root.entries().iter().map(|entry| scale * entry).collect();
        let dim = form.root.n_rows();
        ShapedNoise {
            form: form.clone(),
            root: Matrix::new(dim, dim, entries),
            schedule,
            increments: BrownianIncrements::new(dim, levels),
            levels,
        }
    }
}

impl StochasticGradient for ShapedNoise {
    fn layout(&self) -> Layout {
        Layout::ByCoordinate
    }

    fn dim(&self) -> usize {
        self.root.n_rows()
    }

    fn workspace(&self) -> Workspace {
        let reals = Aligned::zeros(self.root.n_rows() * LANES);
        Workspace { reals, ..Workspace::default() }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        self.form.gradient(isa, x, out);
        let unit = isa.splat_f64s(self.form.noise.variance());
        for (row, out) in self.root.rows().zip(out) {
            let mut variance = isa.splat_f64s(0.0);
            for entry in row {
                let entry = isa.splat_f64s(*entry);
                variance = isa.mul_add_f64s(isa.mul_f64s(unit, entry), entry, variance);
            }
            for mean in S::as_mut_simd_f64s(out).0 {
                *mean = isa.mul_add_f64s(*mean, *mean, variance);
            }
        }
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        let draws = rows_mut(room.reals);
        if self.levels > 0 {
            let part = bundle.step & ((1 << self.levels) - 1);
            self.increments.fill_part(isa, part, bundle, draws);
        } else {
            fill(isa, self.form.noise, &mut bundle.streams.brownian, draws);
        }
        if self.schedule != NoiseSchedule::CONSTANT {
            multiply(isa, self.schedule.factor(bundle.step), draws);
        }
        self.form.gradient(isa, &rows(&bundle.state)[..out.len()], out);
        add_product(isa, &self.root, draws, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::core::{Dynamics, Model};
    use crate::model::descent::Descent;
    use crate::model::gradient_descent::GradientDescent;
    use crate::model::schedule::Schedule;
    use crate::noise::StreamKey;
    use crate::problem::{GradientNoise, Problem as _};
    use crate::simd::{Kernel, dispatch};

    fn form(noise: GradientNoise) -> QuadraticForm {
        let hessian = Matrix::new(2, 2, vec![1.5, 0.4, 0.4, -0.5]);
        QuadraticForm::new(hessian, &Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.2]), noise)
    }

    /// `C' = M C M + eta² Sigma`, `M = I − eta A`, from a fixed point.
    #[test]
    fn sgd_has_the_exact_covariance() {
        let (eta, k) = (0.2, 6);
        for noise in [GradientNoise::Gaussian, GradientNoise::StudentT { nu: 9.0 }] {
            let form = form(noise);
            let (sigma, m) = (form.covariance(), [0.7, -0.08, -0.08, 1.1]);
            let (mut c, mut mean) = ([0.0; 4], [1.0, 0.5]);
            for _ in 0..k {
                let s = sigma.entries();
                mean = [m[0] * mean[0] + m[1] * mean[1], m[2] * mean[0] + m[3] * mean[1]];
                let half = [
                    m[0] * c[0] + m[1] * c[2],
                    m[0] * c[1] + m[1] * c[3],
                    m[2] * c[0] + m[3] * c[2],
                    m[2] * c[1] + m[3] * c[3],
                ];
                c = [
                    half[0] * m[0] + half[1] * m[2] + eta * eta * s[0],
                    half[0] * m[1] + half[1] * m[3] + eta * eta * s[1],
                    half[2] * m[0] + half[3] * m[2] + eta * eta * s[2],
                    half[2] * m[1] + half[3] * m[3] + eta * eta * s[3],
                ];
            }
            let descent = Descent {
                gradient: ShapedNoise::new(&form, 1.0, NoiseSchedule::CONSTANT, 0),
                optimizer: GradientDescent,
                schedule: Schedule::constant(eta),
                averaging: None,
            };
            let (shape, mut workspace) = (Dynamics::shape(&descent), Dynamics::workspace(&descent));
            let n = 80_000;
            let mut sums = [0.0; 3];
            for first_chain in (0..n).step_by(LANES) {
                let mut bundle = Bundle::new(shape, StreamKey(3), first_chain);
                (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[1.0, 0.5]));
                Model::advance(&descent, k, &mut bundle, &mut workspace);
                for lane in 0..LANES {
                    let mut x = [0.0; 2];
                    bundle.get(shape, 0, lane, &mut x);
                    let z = [x[0] - mean[0], x[1] - mean[1]];
                    sums[0] += z[0] * z[0];
                    sums[1] += z[0] * z[1];
                    sums[2] += z[1] * z[1];
                }
            }
            // The excess kurtosis of a weighted sum is at most that of one t(9) variate, 6/5.
            let kurtosis = 2.0 + 1.2;
            for (sum, (found, scale)) in
                sums.iter().zip([(c[0], c[0]), (c[1], (c[0] * c[3]).sqrt()), (c[3], c[3])])
            {
                let error = (sum / n as f64 - found) / scale * (n as f64 / kurtosis).sqrt();
                assert!(error.abs() < 4.5, "{noise:?}: {error}");
            }
        }
    }

    struct Values<'a>(&'a QuadraticForm, [f64; 2]);

    impl Kernel for Values<'_> {
        type Output = (f64, [f64; 2]);

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) -> Self::Output {
            let x = self.1.map(|x| [x; LANES]);
            let (mut value, mut gradient) = ([0.0; LANES], [[1.0; LANES]; 2]);
            self.0.value(isa, &x, &mut value);
            self.0.gradient(isa, &x, &mut gradient);
            (value[7], gradient.map(|row| row[7]))
        }
    }

    #[test]
    fn value_and_gradient_are_those_of_the_problem() {
        let form = form(GradientNoise::Gaussian);
        let (value, gradient) = dispatch(Values(&form, [0.7, -1.2]));
        assert!((value - form.risk(&[0.7, -1.2])).abs() < 1e-15);
        assert!((gradient[1] - (0.28 + 0.6)).abs() < 1e-15);
    }
}
