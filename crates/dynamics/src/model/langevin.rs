//! Overdamped Langevin dynamics.
//!
//! ```text
//! dX = −∇f(X) dt + sqrt(2 T) dW
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::brownian::BrownianIncrements;
use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows_mut};
use crate::model::integrator::{
    Chains, EulerMaruyama, ExactOu, Heun, Integrator, LeimkuhlerMatthews, Mala, Rk4Drift, Step,
};
use crate::model::objective::Objective;
use crate::model::shape::{Layout, Shape};
use crate::noise::LANES;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Range, Violation};
use crate::problem::{Formula, Problem, Quadratic};
use crate::simd::{Aligned, Isa};

/// Rows of normals that are drawn at once, unless a single step takes more: few, so that steps wait
/// for each other while normals are drawn.
const ROWS: usize = 32;

/// Overdamped Langevin dynamics.
pub struct LangevinKind;

const PART: Part = Part {
    name: "langevin",
    doc: "Overdamped Langevin dynamics dX = −∇f(X) dt + √(2T) dW. One step is one time step dt.",
    parameters: &[
        Parameter {
            name: "dt",
            doc: "Time step.",
            unit: "time",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Required,
        },
        Parameter {
            name: "temperature",
            doc: "Temperature T; the stationary law has the density e^{−f/T}, up to a factor.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(1.0),
        },
        Parameter {
            name: "integrator",
            doc: "How a step is taken: `euler_maruyama`; `heun`, the trapezoidal rule with a \
                  predictor; `rk4_drift`, Runge–Kutta for the drift with the noise added after it; \
                  `exact_ou`, the exact transition on a quadratic; `leimkuhler_matthews`, with the \
                  mean of two consecutive variates; or `mala`, Euler–Maruyama with moves that are \
                  accepted or refused.",
            unit: "",
            kind: Kind::Choice(&[
                "euler_maruyama",
                "heun",
                "rk4_drift",
                "exact_ou",
                "leimkuhler_matthews",
                "mala",
            ]),
            default: Default::Text("euler_maruyama"),
        },
        Parameter {
            name: "refinement",
            doc: "How often a step is halved: it is taken as 2^l equal parts, along the Brownian \
                  path that is the same for every l.",
            unit: "",
            kind: Kind::Integer { min: 0, max: 10 },
            default: Default::Integer(0),
        },
    ],
    source: file!(),
};

/// The part of a step that is taken at once.
fn part_of_a_step(parameters: &Parameters) -> Step {
    Step {
        size: parameters.real("dt") / (1_u64 << parameters.count("refinement")) as f64,
        temperature: parameters.real("temperature"),
    }
}

impl ModelKind for LangevinKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic", "formula"]
    }

    fn check(&self, parameters: &Parameters, _: usize) -> Vec<Violation> {
        if parameters.text("integrator") != "mala" || parameters.real("temperature") > 0.0 {
            return Vec::new();
        }
        vec![Violation {
            parameter: "temperature",
            message: "at temperature zero `mala` has no stationary law to be exact for".to_owned(),
            remedy: "take a positive temperature, or another integrator".to_owned(),
        }]
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let integrator = parameters.text("integrator");
        let Some(quadratic) = problem.get::<Quadratic>() else {
            return check_transitions(integrator);
        };
        let limit = match integrator {
            "exact_ou" | "mala" => return Vec::new(),
            // The root of c(q) = 1 for the polynomial c of Runge–Kutta.
            "rk4_drift" => 2.785_293_563_405_282,
            _ => 2.0,
        };
        let largest = quadratic.curvatures.iter().copied().fold(0.0, f64::max);
        let rate = part_of_a_step(parameters).size * largest;
        if rate < limit {
            return Vec::new();
        }
        vec![Violation {
            parameter: "dt",
            message: format!(
                "`{integrator}` is unstable: dt h₁ = {rate:.3} with the largest curvature h₁"
            ),
            remedy: format!(
                "take dt below {:.3e}, refine it, or take `exact_ou`",
                parameters.real("dt") * limit / rate
            ),
        }]
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        let integrator = parameters.text("integrator");
        if !["exact_ou", "leimkuhler_matthews"].contains(&integrator) {
            return Ok(parameters.real("dt"));
        }
        Err(Violation {
            parameter: "integrator",
            message: format!("the noise of a step of `{integrator}` is no increment of a path"),
            remedy: "take another integrator, or leave `common_noise` out".to_owned(),
        })
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        if problem.get::<Formula>().is_some() {
            return integrated::<Formula>(parameters, problem.expect_shared());
        }
        let quadratic: Arc<Quadratic> = problem.expect_shared();
        if parameters.text("integrator") == "exact_ou" {
            let integrator = ExactOu::new(part_of_a_step(parameters), &quadratic.curvatures);
            return boxed(quadratic, integrator, parameters.count("refinement") as u32);
        }
        integrated(parameters, quadratic)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        let stages = match parameters.text("integrator") {
            "rk4_drift" => 4,
            "heun" | "mala" => 2,
            _ => 1,
        };
        stages << parameters.count("refinement")
    }
}

/// Exact transitions where there are none.
fn check_transitions(integrator: &str) -> Vec<Violation> {
    if integrator != "exact_ou" {
        return Vec::new();
    }
    vec![Violation {
        parameter: "integrator",
        message: "`exact_ou` is the transition on a quadratic".to_owned(),
        remedy: "take another integrator".to_owned(),
    }]
}

/// The model with an integrator that needs no more than gradients and values.
fn integrated<O: Objective + 'static>(
    parameters: &Parameters,
    objective: Arc<O>,
) -> Box<dyn Model> {
    let step = part_of_a_step(parameters);
    let levels = parameters.count("refinement") as u32;
    match parameters.text("integrator") {
        "heun" => boxed(objective, Heun(step), levels),
        "rk4_drift" => boxed(objective, Rk4Drift(step), levels),
        "leimkuhler_matthews" => boxed(objective, LeimkuhlerMatthews(step), levels),
        "mala" => boxed(objective, Mala(step), levels),
        _ => boxed(objective, EulerMaruyama(step), levels),
    }
}

fn boxed<O, I>(objective: Arc<O>, integrator: I, levels: u32) -> Box<dyn Model>
where
    O: Objective + 'static,
    I: Integrator<O> + 'static,
{
    Box::new(Langevin::new(objective, integrator, levels))
}

/// Langevin dynamics on an objective `O` by an integrator `I`.
///
/// # Source
/// Lemons & Gythiel, American Journal of Physics 65, 1997 (Langevin, 1908), without inertia.
#[derive(Debug)]
pub struct Langevin<O, I> {
    objective: Arc<O>,
    integrator: I,
    increments: BrownianIncrements,
}

impl<O: Objective, I: Integrator<O>> Langevin<O, I> {
    /// Steps that are taken as `2^levels` parts, whose length `integrator` knows.
    #[must_use]
    pub fn new(objective: Arc<O>, integrator: I, levels: u32) -> Langevin<O, I> {
        let increments = BrownianIncrements::new(objective.dim(), levels);
        Langevin { objective, integrator, increments }
    }

    /// Number of steps whose normals are drawn at once.
    fn steps_at_once(&self) -> usize {
        (ROWS / self.increments.rows_per_step()).max(1)
    }
}

impl<O: Objective, I: Integrator<O>> Dynamics for Langevin<O, I> {
    fn shape(&self) -> Shape {
        let dim = self.objective.dim();
        Shape { layout: Layout::ByCoordinate, dim, n_vectors: I::N_VECTORS }
    }

    fn workspace(&self) -> Workspace {
        let normals = self.steps_at_once() * self.increments.rows_per_step();
        let room = I::N_ROOMS * self.objective.dim();
        Workspace { reals: Aligned::zeros((normals + room) * LANES), ..Workspace::default() }
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
        if bundle.step == 0 && n_steps > 0 {
            let memory = &mut rows_mut(&mut bundle.state)[dim..];
            self.integrator.start(isa, &mut bundle.streams.brownian, memory);
        }
        let (room, normals) = rows_mut(&mut workspace.reals).split_at_mut(I::N_ROOMS * dim);
        let end = bundle.step + n_steps;
        while bundle.step < end {
            let n_steps = (end - bundle.step).min(self.steps_at_once() as u64);
            let normals = &mut normals[..n_steps as usize * self.increments.rows_per_step()];
            self.increments.fill(isa, bundle, normals);
            let state = rows_mut(&mut bundle.state);
            let chains = Chains { state, room, acceptance: &mut bundle.streams.acceptance };
            self.integrator.advance(isa, &self.objective, normals, chains);
            bundle.step += n_steps;
        }
    }
}

#[cfg(test)]
mod tests;
