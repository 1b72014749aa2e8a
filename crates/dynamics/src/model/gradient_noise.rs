//! Gradients of sixteen chains with noise that is added to them.
//!
//! ```text
//! g = ∇f(x) + sigma R(x) xi,   E xi = 0 where it exists, coordinates of xi independent
//! ```
//!
//! where `R` is the identity, unless the objective has another.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::common_noise;
use crate::model::core::{Bundle, Workspace, rows, rows_mut};
use crate::model::noise_schedule::NoiseSchedule;
use crate::model::objective::Objective;
use crate::model::shape::Layout;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, LaneStream, Lanes};
use crate::parameter::Parameters;
use crate::problem::{Formula, GradientNoise, Quadratic};
use crate::simd::{Aligned, Isa, exp_m1, ln, sin_cos_pi};

/// Rows that are drawn together: as many as one word has signs.
const BLOCK: usize = 64;

/// The gradient of an objective with additive noise: `g = ∇f(x) + sigma R(x) xi`.
#[derive(Clone, Debug)]
pub struct Noisy<O> {
    /// What the gradient is of.
    pub objective: O,
    /// Scale `sigma` of the noise; its sign does not change its law.
    pub std: f64,
    /// Law of `xi`.
    pub noise: GradientNoise,
    /// How `sigma` changes from step to step.
    pub schedule: NoiseSchedule,
}

impl Noisy<Quadratic> {
    /// The gradient of a quadratic with the noise that belongs to it, always the same.
    #[must_use]
    pub fn of(quadratic: &Quadratic) -> Noisy<Quadratic> {
        let Quadratic { noise_std: std, noise, .. } = *quadratic;
        Noisy { objective: quadratic.clone(), std, noise, schedule: NoiseSchedule::CONSTANT }
    }

    /// [`Noisy::of`], with the sign and the schedule that the noise of a cell with these parameters has.
    pub(crate) fn from_parameters(
        parameters: &Parameters,
        quadratic: &Quadratic,
    ) -> Noisy<Quadratic> {
        let plain = Noisy::of(quadratic);
        let std = common_noise::sign(parameters) * plain.std;
        Noisy { std, schedule: NoiseSchedule::from_parameters(parameters), ..plain }
    }
}

impl Noisy<Formula> {
    /// The gradient of a formula with the noise that belongs to it, and the sign and the schedule that
    /// the noise of a cell with these parameters has.
    pub(crate) fn of_formula(parameters: &Parameters, formula: &Formula) -> Noisy<Formula> {
        let std = common_noise::sign(parameters) * formula.noise_std;
        let schedule = NoiseSchedule::from_parameters(parameters);
        Noisy { objective: formula.clone(), std, noise: formula.noise, schedule }
    }
}

impl<O> Noisy<O> {
    /// Scale `sigma_k` of the noise of the step `k`.
    pub(crate) fn std_at(&self, k: u64) -> f64 {
        self.std * self.schedule.factor(k)
    }
}

impl<O: Objective> StochasticGradient for Noisy<O> {
    fn layout(&self) -> Layout {
        Layout::ByCoordinate
    }

    fn dim(&self) -> usize {
        self.objective.dim()
    }

    fn workspace(&self) -> Workspace {
        let reals = Aligned::zeros(self.objective.n_rooms() * LANES);
        Workspace { reals, ..Workspace::default() }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        self.objective.mean_square(isa, variance_of(self.noise, self.std), x, out);
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        fill(isa, self.noise, &mut bundle.streams.brownian, out);
        let x = &rows(&bundle.state)[..self.objective.dim()];
        self.objective.add_gradient(isa, x, self.std_at(bundle.step), rows_mut(room.reals), out);
    }
}

/// Variance of noise of the scale `std`.
pub(crate) fn variance_of(noise: GradientNoise, std: f64) -> f64 {
    std * std * noise.variance()
}

/// Fills `out` with draws of `xi`.
///
/// Whatever the values, each call takes the same number of words from the stream: for Student's law
/// two for each variate; for signs one for every 64.
#[inline(always)]
pub fn fill<S: Isa>(isa: S, noise: GradientNoise, stream: &mut LaneStream, out: &mut [Lanes]) {
    match noise {
        GradientNoise::Gaussian => stream.fill_normals(isa, out),
        GradientNoise::Rademacher => stream.fill_signs(isa, out),
        GradientNoise::StudentT { nu } => fill_student_t(isa, nu, stream, out),
    }
}

/// Student's t with `nu > 0` degrees of freedom, in its usual scale.
///
/// ```text
/// T = sqrt( nu (U^(−2/nu) − 1) ) cos(2 pi V),   U, V uniform in (0, 1)
/// ```
///
/// The law is exact for every `nu > 0`. The sine of the same angle would be a second variate that is
/// uncorrelated with the first and depends on it, and is not used.
///
/// # Accuracy
/// The largest value is `sqrt(nu) 2^(53/nu)`, which is exceeded with probability 2⁻⁵³; it overflows
/// for `nu < 0.104`.
///
/// # Source
/// Bailey, "Polar generation of random variates with the t-distribution", Math. Comp. 62, 1994.
#[inline(always)]
fn fill_student_t<S: Isa>(isa: S, nu: f64, stream: &mut LaneStream, out: &mut [Lanes]) {
    let mut angles = [[0.0; LANES]; BLOCK];
    for rows in out.chunks_mut(BLOCK) {
        let angles = &mut angles[..rows.len()];
        stream.fill_uniforms(isa, rows);
        stream.fill_uniforms(isa, angles);
        for (row, angles) in rows.iter_mut().zip(angles) {
            let row = S::as_mut_simd_f64s(row).0;
            for (t, angle) in row.iter_mut().zip(S::as_simd_f64s(angles).0) {
                let power = isa.mul_f64s(isa.splat_f64s(-2.0 / nu), ln(isa, *t));
                let square = isa.mul_f64s(isa.splat_f64s(nu), exp_m1(isa, power));
                let (_, cos) = sin_cos_pi(isa, isa.add_f64s(*angle, *angle));
                *t = isa.mul_f64s(isa.sqrt_f64s(square), cos);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shape::Shape;
    use crate::noise::{Purpose, StreamKey};
    use crate::real;
    use crate::simd::{Kernel, dispatch};

    struct Fill<'a>(GradientNoise, &'a mut LaneStream, &'a mut [Lanes]);

    impl Kernel for Fill<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) {
            fill(isa, self.0, self.1, self.2);
        }
    }

    /// 320 000 draws.
    fn draws(noise: GradientNoise) -> Vec<f64> {
        let mut stream = LaneStream::new(StreamKey(8), 0, Purpose::Brownian);
        let mut out = vec![[0.0; LANES]; 20_000];
        for rows in out.chunks_mut(100) {
            dispatch(Fill(noise, &mut stream, rows));
        }
        out.concat()
    }

    /// `P(t(nu) <= s)`, exact for one, two and four degrees of freedom.
    fn cumulative(nu: f64, s: f64) -> f64 {
        let u = 1.0 + s * s / nu;
        0.5 + match nu {
            1.0 => real::atan(s) / std::f64::consts::PI,
            2.0 => 0.5 * s / (2.0 + s * s).sqrt(),
            _ => 0.375 * s / u.sqrt() * (1.0 - s * s / (12.0 * u)),
        }
    }

    #[test]
    fn students_variates_have_students_law() {
        for nu in [1.0, 2.0, 4.0] {
            let mut sorted = draws(GradientNoise::StudentT { nu });
            sorted.sort_by(f64::total_cmp);
            let n = sorted.len() as f64;
            let distance = |(i, s): (usize, &f64)| {
                let p = cumulative(nu, *s);
                (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs())
            };
            let distance = sorted.iter().enumerate().map(distance).fold(0.0, f64::max);
            // Kolmogorov: exceeded with probability 2 exp(−2 2.2²) = 1.3e-4.
            assert!(distance * n.sqrt() < 2.2, "nu = {nu}: {}", distance * n.sqrt());
        }
    }

    #[test]
    fn the_far_tail_of_students_law_is_a_power() {
        // P(|t(1)| > 1000) = 6.4e-4: 204 of 320 000 draws, with standard error 14.
        let beyond = draws(GradientNoise::StudentT { nu: 1.0 });
        let beyond = beyond.into_iter().filter(|t| t.abs() > 1000.0).count();
        assert!((beyond as f64 - 203.7).abs() < 4.0 * 14.3, "{beyond}");
    }

    #[test]
    fn rademacher_variates_are_fair_signs_that_do_not_depend_on_each_other() {
        let signs = draws(GradientNoise::Rademacher);
        assert!(signs.iter().all(|sign| sign.abs() == 1.0));
        let n = signs.len() as f64;
        assert!((signs.iter().sum::<f64>() / n.sqrt()).abs() < 4.0);
        for lag in [1, LANES, 64 * LANES] {
            let products: f64 = signs.iter().zip(&signs[lag..]).map(|(a, b)| a * b).sum();
            assert!((products / n.sqrt()).abs() < 4.0, "lag {lag}: {products}");
        }
    }

    /// An objective without a fused form of its gradient.
    struct Plain(Quadratic);

    impl Objective for Plain {
        fn dim(&self) -> usize {
            Objective::dim(&self.0)
        }

        #[inline(always)]
        fn gradient<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
            self.0.gradient(isa, x, out);
        }

        #[inline(always)]
        fn value<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut Lanes) {
            self.0.value(isa, x, out);
        }
    }

    struct Draw<'a, O>(Noisy<O>, &'a mut [Lanes]);

    impl<O: Objective> Kernel for Draw<'_, O> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) {
            let (layout, dim) = (Layout::ByCoordinate, self.1.len());
            let shape = Shape { layout, dim, n_vectors: 1 };
            let mut bundle = Bundle::new(shape, StreamKey(8), 0);
            (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[0.5, 1.5, 2.5]));
            let Workspace { mut reals, mut indices, mut sampler } = self.0.workspace();
            let (indices, sampler) = (&mut indices[..], &mut sampler);
            let room = Room { reals: &mut reals, indices, sampler };
            self.0.draw(isa, &mut bundle, room, self.1);
        }
    }

    #[test]
    fn the_fused_gradient_is_the_plain_one() {
        let noise = GradientNoise::Gaussian;
        let quadratic = Quadratic::new(vec![1.0, -2.0, 0.3], 0.5, noise);
        let mut found = [[[0.0; LANES]; 3]; 2];
        let schedule = NoiseSchedule::CONSTANT;
        let plain = Noisy { objective: Plain(quadratic.clone()), std: 0.5, noise, schedule };
        dispatch(Draw(plain, &mut found[0]));
        dispatch(Draw(Noisy::of(&quadratic), &mut found[1]));
        for (plain, fused) in found[0].as_flattened().iter().zip(found[1].as_flattened()) {
            assert!((plain - fused).abs() < 1e-15 * plain.abs().max(1.0));
        }
    }
}
