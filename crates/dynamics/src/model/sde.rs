//! What the limit of an optimiser is, a stochastic differential equation, and its integration.
//!
//! Time is `t = eta k` after `k` steps of size `eta`; the Brownian motions of coordinates are
//! independent.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::brownian::BrownianIncrements;
use crate::model::common_noise;
use crate::model::core::{Bundle, Dynamics, Model, Workspace, rows_mut};
use crate::model::full_gradient::FullGradient;
use crate::model::halves::write_by_half;
use crate::model::noise_schedule::NoiseSchedule;
use crate::model::objective::Objective;
use crate::model::optimizer::split;
use crate::model::schedule::Schedule;
use crate::model::settings::parts_of_a_step;
use crate::model::shape::{Layout, Shape};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Range};
use crate::problem::{Formula, Network, Problem, Quadratic};
use crate::simd::{Aligned, Isa};

/// The parameter `dt` of stochastic differential equations of optimisers.
pub(crate) const DT: Parameter = Parameter {
    name: "dt",
    doc: "Time step of Euler–Maruyama; a step is divided into ceil(1/dt) equal parts. With dt = 1 \
          the scheme all but repeats the optimiser: take at most 0.25 to see the equation itself.",
    unit: "SGD iterations",
    kind: Kind::Real(Range { low: 1e-6, high: 1.0, low_included: true, high_included: true }),
    default: Default::Real(0.25),
};

/// The parameter `second_moment` of equations with an average of squares.
pub(crate) const SECOND_MOMENT: Parameter = Parameter {
    name: "second_moment",
    doc: "What V relaxes to: `gradient_and_noise` is ∇f(X)² + σ²; `noise` is σ² alone, as in the \
          equations of Malladi et al. (2022), for a gradient that is small beside its noise.",
    unit: "",
    kind: Kind::Choice(&["gradient_and_noise", "noise"]),
    default: Default::Text("gradient_and_noise"),
};

/// Whether `second_moment` asks for the square of the gradient.
pub(crate) fn squares_gradient(parameters: &Parameters) -> bool {
    parameters.text("second_moment") == "gradient_and_noise"
}

/// Coordinates whose noise is drawn and used together, while it is in the nearest memory and the
/// processor's dividers, which one does not use, work for the other.
const BLOCK: usize = 32;

/// A part of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its end in steps since the start: `t/eta`, positive.
    pub end: f64,
    /// Number of such parts in a step: `1/n_parts = dt/eta`.
    pub n_parts: f64,
    /// Step size `gamma_k` of the step: `eta` for a constant one.
    pub step_size: f64,
    /// Scale of the noise in the step over that at the start: `sigma_k/sigma`.
    pub noise: f64,
}

/// A stochastic differential equation that moves every coordinate alike, given the gradient of the
/// objective, with `M` vectors besides `x` and one Brownian motion for each coordinate.
///
/// It acts on rows of [`LANES`] numbers, each number by itself.
pub trait Sde<const M: usize>: Send + Sync {
    /// The constants of one interval.
    type Step: Copy;

    /// The constants of one interval; a function of it alone.
    fn step(&self, interval: Interval) -> Self::Step;

    /// Sets the memory, which is zero, at the starting point, where the gradient is `gradient`. To
    /// be marked `#[inline(always)]`.
    #[inline(always)]
    fn begin<S: Isa>(&self, _: S, _gradient: &Lanes, _memory: [&mut Lanes; M]) {}

    /// One step of Euler–Maruyama for one row of `x` and of the memory, given those of the gradient
    /// and of standard normal variates. To be marked `#[inline(always)]`.
    fn update<S: Isa>(
        isa: S,
        step: Self::Step,
        gradient: &Lanes,
        normals: &Lanes,
        x: &mut Lanes,
        memory: [&mut Lanes; M],
    );
}

/// The equation `sde` on a quadratic, a formula or a network, by Euler–Maruyama.
///
/// # Panics
/// If the problem is another one.
pub(crate) fn scheme<E: Sde<M> + 'static, const M: usize>(
    parameters: &Parameters,
    problem: &Arc<dyn Problem>,
    sde: E,
) -> Box<dyn Model> {
    if let Some(formula) = problem.get::<Formula>() {
        return Box::new(EulerScheme::from_parameters(parameters, formula.clone(), sde));
    }
    if problem.get::<Network>().is_some() {
        let objective = FullGradient::new(problem.expect_shared());
        return Box::new(EulerScheme::from_parameters(parameters, objective, sde));
    }
    let quadratic: &Quadratic = problem.expect();
    Box::new(EulerScheme::from_parameters(parameters, quadratic.clone(), sde))
}

/// An [`Sde`] on an objective, by Euler–Maruyama with equal parts of a step.
#[derive(Clone, Debug)]
pub struct EulerScheme<O, E, const M: usize> {
    /// What the gradient is of.
    pub objective: O,
    /// The equation.
    pub sde: E,
    /// Step sizes of the optimiser.
    pub schedule: Schedule,
    /// How the noise changes from step to step.
    pub noise: NoiseSchedule,
    /// Parts of a step, at least one.
    pub n_parts: u64,
    /// The increments of the parts of a step, if they refine those of whole steps.
    pub refined: Option<BrownianIncrements>,
}

impl<O: Objective, E: Sde<M>, const M: usize> EulerScheme<O, E, M> {
    /// The scheme that `dt`, the schedule and `common_noise` ask for.
    pub(crate) fn from_parameters(parameters: &Parameters, objective: O, sde: E) -> Self {
        let dim = objective.dim();
        EulerScheme {
            objective,
            sde,
            schedule: Schedule::from_parameters(parameters),
            noise: NoiseSchedule::from_parameters(parameters),
            n_parts: parts_of_a_step(parameters.real("dt")),
            refined: common_noise::levels(parameters)
                .map(|levels| BrownianIncrements::new(dim, levels)),
        }
    }

    /// Rows of normals that are drawn together: all of them where chains lie by half.
    fn block(&self) -> usize {
        match self.objective.layout() {
            Layout::ByHalf => self.objective.dim().max(1),
            _ => BLOCK,
        }
    }

    /// Rows for normals: as they are drawn, and as they lie by half.
    fn n_normals(&self) -> usize {
        match self.objective.layout() {
            Layout::ByHalf => 2 * self.objective.dim(),
            _ => BLOCK,
        }
    }

    #[inline(always)]
    fn begin<S: Isa>(&self, isa: S, state: &mut [Lanes], gradient: &mut [Lanes]) {
        let (x, mut memory, _) = split::<M>(state, self.objective.dim());
        self.objective.gradient(isa, x, gradient);
        for (j, gradient) in gradient.iter().enumerate() {
            let memory = memory.each_mut().map(|vector| &mut vector[j]);
            self.sde.begin(isa, gradient, memory);
        }
    }

    /// Rows of the increments of a step that are drawn together.
    fn n_increments(&self) -> usize {
        self.refined.map_or(0, |refined| refined.rows_per_step())
    }

    /// One part of a step, along `increments`, `[d, LANES]`, or else the next normals of the stream.
    #[inline(always)]
    fn part_of_a_step<S: Isa>(
        &self,
        isa: S,
        interval: Interval,
        bundle: &mut Bundle,
        room: &mut [Lanes],
        increments: Option<&[Lanes]>,
    ) {
        let dim = self.objective.dim();
        let (x, mut memory, _) = split::<M>(rows_mut(&mut bundle.state), dim);
        let (gradient, normals) = room.split_at_mut(dim);
        self.objective.gradient(isa, x, gradient);
        let step = self.sde.step(interval);
        let is_by_half = self.objective.layout() == Layout::ByHalf;
        for start in (0..dim).step_by(self.block()) {
            let end = dim.min(start + self.block());
            let (normals, by_half) = normals.split_at_mut(end - start);
            match increments {
                Some(increments) => normals.copy_from_slice(&increments[start..end]),
                None => bundle.streams.brownian.fill_normals(isa, normals),
            }
            if is_by_half {
                write_by_half(normals, by_half);
            }
            let normals = if is_by_half { &*by_half } else { &*normals };
            for (j, normals) in (start..end).zip(normals) {
                let memory = memory.each_mut().map(|vector| &mut vector[j]);
                E::update(isa, step, &gradient[j], normals, &mut x[j], memory);
            }
        }
    }
}

impl<O: Objective, E: Sde<M>, const M: usize> Dynamics for EulerScheme<O, E, M> {
    fn shape(&self) -> Shape {
        Shape { layout: self.objective.layout(), dim: self.objective.dim(), n_vectors: 1 + M }
    }

    fn workspace(&self) -> Workspace {
        let rows = self.objective.dim() + self.n_normals() + self.n_increments();
        let reals = Aligned::zeros(rows * LANES);
        Workspace { reals, ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let dim = self.objective.dim();
        let (room, increments) =
            rows_mut(&mut workspace.reals).split_at_mut(dim + self.n_normals());
        if bundle.step == 0 && n_steps > 0 {
            self.begin(isa, rows_mut(&mut bundle.state), &mut room[..dim]);
        }
        let n_parts = self.n_parts as f64;
        for _ in 0..n_steps {
            if let Some(refined) = &self.refined {
                refined.fill(isa, bundle, increments);
            }
            let mut increments = increments.chunks_exact(dim.max(1));
            let step_size = self.schedule.step_size(bundle.step);
            let noise = self.noise.factor(bundle.step);
            for part in 1..=self.n_parts {
                let end = bundle.step as f64 + part as f64 / n_parts;
                let interval = Interval { end, n_parts, step_size, noise };
                self.part_of_a_step(isa, interval, bundle, room, increments.next());
            }
            bundle.step += 1;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::core::Model;
    use crate::noise::StreamKey;
    use crate::problem::{GradientNoise, Quadratic};

    /// Curvatures, starting point and step size of these tests.
    pub(crate) const H: [f64; 2] = [0.7, 1.9];
    pub(crate) const START: [f64; 2] = [0.8, -0.3];
    pub(crate) const STEP: f64 = 0.3;

    /// Checks mean and covariance of one step, `n_parts` of it, in standard errors.
    ///
    /// `expected(g, x, vector)` is mean and standard deviation of a coordinate of vector 0, `x`, to
    /// `M`, of the state after the step; vectors without noise are compared to rounding.
    pub(crate) fn assert_moments<E: Sde<M>, const M: usize>(
        sde: E,
        expected: impl Fn(f64, f64, usize) -> (f64, f64),
    ) {
        let objective = Quadratic::new(H.to_vec(), 0.0, GradientNoise::Gaussian);
        let schedule = Schedule::constant(STEP);
        let noise = NoiseSchedule::CONSTANT;
        let model = EulerScheme { objective, sde, schedule, noise, n_parts: 1, refined: None };
        let shape = Dynamics::shape(&model);
        let mut workspace = Dynamics::workspace(&model);
        let n = 160_000;
        let mut sums = vec![[0.0; 5]; 1 + M];
        for first_chain in (0..n).step_by(LANES) {
            let mut bundle = Bundle::new(shape, StreamKey(4), first_chain);
            (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &START));
            Model::advance(&model, 1, &mut bundle, &mut workspace);
            for (vector, sums) in sums.iter_mut().enumerate() {
                for lane in 0..LANES {
                    let mut found = [0.0; 2];
                    bundle.get(shape, vector, lane, &mut found);
                    let z = [0, 1].map(|j| {
                        let (mean, std) = expected(H[j] * START[j], START[j], vector);
                        let error = found[j] - mean;
                        assert!(std > 0.0 || error.abs() < 1e-15, "{} {mean}", found[j]);
                        if std > 0.0 { error / std } else { 0.0 }
                    });
                    let terms = [z[0], z[1], z[0] * z[0] - 1.0, z[1] * z[1] - 1.0, z[0] * z[1]];
                    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
                }
            }
        }
        let root = (n as f64).sqrt();
        for (vector, sums) in sums.iter().enumerate() {
            let is_random = expected(H[0] * START[0], START[0], vector).1 > 0.0;
            for (sum, std) in sums.iter().zip([1.0, 1.0, 2.0_f64.sqrt(), 2.0_f64.sqrt(), 1.0]) {
                let error = (sum / root / std).abs();
                assert!(!is_random || error < 4.5, "vector {vector}: {error}");
            }
        }
    }
}
