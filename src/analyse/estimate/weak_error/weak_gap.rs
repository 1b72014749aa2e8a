//! Expectations under SGD and under its equations, and how far they are apart.

use maruyama_dynamics::formula::Tape;
use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_theory::hessian_aware::{
    Equation, FirstPassage, HessianAwareError, Interval, LineObjective, Plane, PlaneObjective,
    Torus, advance, chain_step, largest_gap, line_coefficients, plane_coefficients,
};

use crate::analyse::cell::smooth::{Smooth, equation, failure};
use crate::analyse::estimator::AnalysisError;

/// Equidistant points over which the largest error is taken on the circle, and along a side of the
/// plane.
const POINTS: (usize, usize) = (192, 30);

/// Nodes on the circle, along a side of the plane, and on an interval.
const NODES: [usize; 3] = [81, 31, 41];

/// Probability to leave the interval up to which expectations on it count as those on the line.
const LOST: f64 = 1e-9;

/// Distance of a gradient from that one period on up to which an objective counts as periodic.
const PERIODIC: f64 = 1e-9;

/// Functions whose expectations are compared, by their formulas.
pub(crate) struct Functions<'a> {
    pub(crate) names: Vec<&'a str>,
    pub(crate) tapes: Vec<Tape>,
}

/// An interval that paths do not leave, and where they start.
pub(crate) struct Start {
    pub(crate) interval: (f64, f64),
    pub(crate) from: f64,
}

/// A weak error.
pub(crate) struct Gap {
    pub(crate) equation: String,
    pub(crate) function: String,
    /// Euler–Maruyama steps for each step of SGD; none for the equation itself.
    pub(crate) substeps: Option<u64>,
    /// The error, or why there is none.
    pub(crate) error: Result<f64, String>,
    /// Distance of a discretisation from its equation.
    pub(crate) discretisation: Option<f64>,
}

impl Functions<'_> {
    /// The errors of an equation, one for each function.
    fn gaps(&self, name: &str, errors: &Result<Vec<f64>, HessianAwareError>) -> Vec<Gap> {
        let error = |at: usize| match errors {
            Ok(errors) => Ok(errors[at]),
            Err(error) => Err(error.to_string()),
        };
        let gap = |(at, function): (usize, &&str)| Gap {
            equation: name.to_owned(),
            function: (*function).to_owned(),
            substeps: None,
            error: error(at),
            discretisation: None,
        };
        self.names.iter().enumerate().map(gap).collect()
    }
}

/// `n` equidistant points on the circle.
fn circle(n: usize) -> Vec<f64> {
    (0..n).map(|j| 2.0 * std::f64::consts::PI * j as f64 / n as f64).collect()
}

/// The circle with the expectations under SGD, at the points over which errors are taken.
struct Circle<'a> {
    objective: &'a Smooth,
    functions: &'a Functions<'a>,
    eta: f64,
    steps: u64,
    torus: Torus,
    /// Interpolation to those points.
    points: Matrix,
    /// For each function.
    exact: Vec<Vec<f64>>,
}

impl Circle<'_> {
    fn at_nodes(&self, u: &Tape, shift: impl Fn(f64) -> f64) -> Vec<f64> {
        self.torus.nodes().iter().map(|x| u.at(&[x + shift(*x)])[0]).collect()
    }

    /// Expectations under an equation, for each function at the points.
    fn limits(
        &self,
        (equation, is_shifted): (Equation, bool),
    ) -> Result<Vec<Vec<f64>>, HessianAwareError> {
        let field = |x: f64| line_coefficients(equation, self.objective, x, self.eta);
        let flow = self.torus.diffusion(&field, self.eta * self.steps as f64)?;
        let shift = |x: f64| {
            let size = if is_shifted { 0.5 * self.eta } else { 0.0 };
            size * LineObjective::gradient(self.objective, x)
        };
        let back: Vec<(f64, f64)> =
            self.torus.nodes().iter().map(|x| (x - shift(*x), 0.0)).collect();
        let back = if is_shifted { Some(self.torus.expectation(&back)?) } else { None };
        let limit = |u: &Tape| {
            let values = flow.times(&self.at_nodes(u, shift));
            let values = back.as_ref().map_or_else(|| values.clone(), |back| back.times(&values));
            self.points.times(&values)
        };
        Ok(self.functions.tapes.iter().map(limit).collect())
    }

    /// Expectations under Euler–Maruyama with `n` steps for each step of SGD.
    fn discretised(&self, equation: Equation, n: u64) -> Result<Vec<Vec<f64>>, HessianAwareError> {
        let dt = self.eta / n as f64;
        let step = |x: &f64| -> Result<(f64, f64), HessianAwareError> {
            Ok(line_coefficients(equation, self.objective, *x, self.eta)?.euler_step(*x, dt))
        };
        let steps: Result<Vec<(f64, f64)>, _> = self.torus.nodes().iter().map(step).collect();
        let operator = self.torus.expectation(&steps?)?;
        let run = |u: &Tape| {
            let values = advance(&operator, &self.at_nodes(u, |_| 0.0), self.steps * n);
            self.points.times(&values)
        };
        Ok(self.functions.tapes.iter().map(run).collect())
    }

    fn errors(&self, found: &[Vec<f64>]) -> Result<Vec<f64>, HessianAwareError> {
        found.iter().zip(&self.exact).map(|(found, exact)| largest_gap(found, exact)).collect()
    }
}

/// Errors on the circle.
///
/// # Errors
/// If the objective is not periodic, or SGD has no expectations.
pub(crate) fn on_torus(
    objective: &Smooth,
    (eta, steps): (f64, u64),
    functions: &Functions<'_>,
    equations: &[&str],
    substeps: &[u64],
    nodes: Option<usize>,
) -> Result<Vec<Gap>, AnalysisError> {
    let torus = Torus::new(nodes.unwrap_or(NODES[0]))?;
    let away = |x: f64| {
        let near = LineObjective::gradient(objective, x);
        (near - LineObjective::gradient(objective, x + 2.0 * std::f64::consts::PI)).abs()
    };
    if torus.nodes().iter().any(|x| away(*x) > PERIODIC) {
        return Err(failure("the objective does not have the period 2π"));
    }
    let steps_to = circle(POINTS.0).into_iter().map(|x| (x, 0.0)).collect::<Vec<_>>();
    let points = torus.expectation(&steps_to)?;
    let chain = torus.chain(&|x| chain_step(objective, x, eta))?;
    let mut circle = Circle { objective, functions, eta, steps, torus, points, exact: Vec::new() };
    let expectation =
        |u: &Tape| circle.points.times(&advance(&chain, &circle.at_nodes(u, |_| 0.0), steps));
    circle.exact = functions.tapes.iter().map(expectation).collect();
    let mut gaps = Vec::new();
    for name in equations {
        let (equation, is_shifted) = equation(name);
        let limits = circle.limits((equation, is_shifted));
        let errors = limits.as_ref().map_err(Clone::clone).and_then(|found| circle.errors(found));
        gaps.extend(functions.gaps(name, &errors));
        let Ok(limits) = limits else { continue };
        for n in substeps.iter().filter(|_| !is_shifted) {
            let found = circle.discretised(equation, *n)?;
            let apart = found.iter().zip(&limits).map(|(found, limit)| largest_gap(found, limit));
            let apart: Result<Vec<f64>, _> = apart.collect();
            let apart = apart?;
            let errors = functions.gaps(name, &circle.errors(&found));
            gaps.extend(errors.into_iter().zip(apart).map(|(gap, apart)| Gap {
                substeps: Some(*n),
                discretisation: Some(apart),
                ..gap
            }));
        }
    }
    Ok(gaps)
}

/// Errors on an interval, the largest over the steps.
///
/// # Errors
/// If paths of SGD leave the interval.
pub(crate) fn on_interval(
    objective: &Smooth,
    (eta, steps): (f64, u64),
    start: &Start,
    functions: &Functions<'_>,
    equations: &[&str],
    nodes: Option<usize>,
) -> Result<Vec<Gap>, AnalysisError> {
    let step = |x: f64| chain_step(objective, x, eta);
    let chain = FirstPassage::new(&step, start.interval)?;
    let lost = 1.0 - chain.survival(start.from, &[steps])?[0];
    if lost > LOST {
        return Err(failure(format!("paths leave the interval with probability {lost:.1e}")));
    }
    let expectation = |u: &Tape| chain.expectations(start.from, &|x| u.at(&[x])[0], steps);
    let exact: Result<Vec<Vec<f64>>, _> = functions.tapes.iter().map(expectation).collect();
    let exact = exact?;
    let degree = nodes.unwrap_or(NODES[2]) - 1;
    let interval = Interval::new(degree, start.interval.0, start.interval.1)?;
    let errors = |name: &str| -> Result<Vec<f64>, HessianAwareError> {
        let (equation, is_shifted) = equation(name);
        let field = |x: f64| line_coefficients(equation, objective, x, eta);
        let flow = interval.diffusion(&field, eta)?;
        let size = if is_shifted { 0.5 * eta } else { 0.0 };
        let shift = |x: f64| size * LineObjective::gradient(objective, x);
        let from = start.from - shift(start.from);
        let largest = |(u, exact): (&Tape, &Vec<f64>)| {
            let read = |x: &f64| u.at(&[x + shift(*x)])[0];
            let mut values: Vec<f64> = interval.nodes().iter().map(read).collect();
            let mut found = Vec::new();
            for _ in 1..exact.len() {
                values = flow.times(&values);
                found.push(interval.interpolate(&values, from));
            }
            largest_gap(&found, &exact[1..])
        };
        functions.tapes.iter().zip(&exact).map(largest).collect()
    };
    Ok(equations.iter().flat_map(|name| functions.gaps(name, &errors(name))).collect())
}

/// Errors on the torus in two dimensions.
///
/// # Errors
/// If the objective is not periodic, an equation is a shifted one, or SGD has no expectations.
pub(crate) fn on_plane(
    objective: &Smooth,
    (eta, steps): (f64, u64),
    functions: &Functions<'_>,
    equations: &[&str],
    nodes: Option<usize>,
) -> Result<Vec<Gap>, AnalysisError> {
    if equations.iter().any(|name| equation(name).1) {
        return Err(failure("shifted equations are for objectives of one variable"));
    }
    let plane = Plane::new(nodes.unwrap_or(NODES[1]))?;
    let period = 2.0 * std::f64::consts::PI;
    let away = |[x, y]: &[f64; 2]| {
        let near = PlaneObjective::gradient(objective, *x, *y);
        let far = PlaneObjective::gradient(objective, x + period, y + period);
        (near[0] - far[0]).abs().max((near[1] - far[1]).abs())
    };
    if plane.nodes().iter().any(|node| away(node) > PERIODIC) {
        return Err(failure("the objective does not have the period 2π"));
    }
    let points = circle(POINTS.1);
    let values =
        |u: &Tape| -> Vec<f64> { plane.nodes().iter().map(|node| u.at(node)[0]).collect() };
    let values: Vec<Vec<f64>> = functions.tapes.iter().map(values).collect();
    let at_points = |values: &[f64]| plane.resample(values, &points);
    let expectation =
        |u: &Vec<f64>| plane.chain(objective, eta, u, steps).and_then(|u| at_points(&u));
    let exact: Result<Vec<Vec<f64>>, _> = values.iter().map(expectation).collect();
    let exact = exact?;
    let errors = |name: &str| -> Result<Vec<f64>, HessianAwareError> {
        let at = |node| plane_coefficients(equation(name).0, objective, node, eta);
        let coefficients: Result<Vec<_>, _> = plane.nodes().into_iter().map(at).collect();
        let coefficients = coefficients?;
        let error = |(u, exact): (&Vec<f64>, &Vec<f64>)| {
            let found = plane.diffusion(&coefficients, u, eta * steps as f64)?;
            largest_gap(&at_points(&found)?, exact)
        };
        values.iter().zip(&exact).map(error).collect()
    };
    Ok(equations.iter().flat_map(|name| functions.gaps(name, &errors(name))).collect())
}

#[cfg(test)]
mod tests;
