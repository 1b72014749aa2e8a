//! Entropic optimal transport by Sinkhorn's algorithm, and the debiased divergence.
//!
//! ```text
//! OT_eps(a, b) = min_P  sum_ij P_ij C_ij + eps KL(P | a b^T),   P 1 = a,  P^T 1 = b
//! P_ij = u_i K_ij v_j,  K_ij = exp((f_i + g_j - C_ij) / eps):   u = a / (K v),  v = b / (K^T u)
//! S_eps(x, y) = OT_eps(x, y) - OT_eps(x, x) / 2 - OT_eps(y, y) / 2
//! ```
//!
//! Scalings that grow are absorbed into the potentials `f, g` by a step in the logarithmic domain,
//! after which `K` is computed anew: any `eps` that the costs can be divided by works. A pass over
//! `K` updates `u` and gathers `K^T u` while a row is near, so that an iteration reads `K` once.
//!
//! Source: Schmitzer, "Stabilized sparse scaling algorithms for entropy regularized transport
//! problems", SIAM J. Sci. Comput. 41(3), 2019; Feydy et al., "Interpolating between optimal
//! transport and MMD using Sinkhorn divergences", AISTATS 2019, for the divergence.

use maruyama_dynamics::real;
use maruyama_dynamics::simd::dispatch;

use crate::distance::error::{DistanceError, probabilities};
use crate::distance::points::Points;
use crate::distance::transport::cost::{Cost, Ground};
use crate::distance::transport::scaling::{Entropic, Finish, Iterate, LogStep, Problem, SelfStep};

/// When the algorithm stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SinkhornSettings {
    /// Regularisation, in units of the cost; positive.
    pub epsilon: f64,
    /// Number of iterations after which it stops in any case; at least 1.
    pub max_iterations: usize,
    /// It stops where `sum_j |(P^T 1)_j - b_j|`, at `P 1 = a`, is at most this; 0 for never.
    pub tolerance: f64,
}

/// An entropic plan's values.
#[derive(Clone, Debug, PartialEq)]
pub struct Sinkhorn {
    /// Cost of the plan, `sum_ij P_ij C_ij`, without the entropy.
    pub cost: f64,
    /// The dual value `sum_i a_i f_i + sum_j b_j g_j`, which converges to `OT_eps`.
    pub value: f64,
    /// `sum_i |(P 1)_i - a_i| + sum_j |(P^T 1)_j - b_j|` of the plan at the end.
    pub marginal_error: f64,
    /// Number of iterations done.
    pub iterations: usize,
    /// Potentials `f` of the sources relative to `a`, `[n]`; zero where `a` is.
    pub source_potentials: Vec<f64>,
    /// Potentials `g` of the sinks relative to `b`, `[m]`; zero where `b` is.
    pub sink_potentials: Vec<f64>,
}

/// Sinkhorn's algorithm for `cost` and weights, which are divided by their sums.
///
/// The result is what the settings allow: whether it has converged is for the caller to read from
/// [`Sinkhorn::marginal_error`].
///
/// # Arguments
/// * `source_weights`, `sink_weights`: finite weights of at least 0, `[n]` and `[m]`
///
/// # Errors
/// If weights are negative, not finite, all zero or of the wrong number, `epsilon` is not positive
/// or so small that costs overflow when divided by it, or no iteration is allowed.
pub fn sinkhorn(
    cost: &Cost,
    source_weights: &[f64],
    sink_weights: &[f64],
    settings: SinkhornSettings,
) -> Result<Sinkhorn, DistanceError> {
    let (a, b) = (probabilities(source_weights, cost.n())?, probabilities(sink_weights, cost.m())?);
    check(settings, cost)?;
    let kept = |w: &[f64]| -> Vec<usize> { (0..w.len()).filter(|i| w[*i] > 0.0).collect() };
    let (sources, sinks) = (kept(&a), kept(&b));
    let pick = |w: &[f64], kept: &[usize]| -> Vec<f64> { kept.iter().map(|i| w[*i]).collect() };
    let rows = sources.iter().map(|i| pick(cost.row(*i), &sinks));
    let whole = sources.len() == a.len() && sinks.len() == b.len();
    let part = if whole { None } else { Some(rows.flatten().collect()) };
    let part = part.map(|c| Cost::new(c, sources.len(), sinks.len())).transpose()?;
    let problem = Problem {
        cost: part.as_ref().unwrap_or(cost),
        a: &pick(&a, &sources),
        b: &pick(&b, &sinks),
        epsilon: settings.epsilon,
    };
    let mut result = iterate(&problem, settings);
    let spread = |short: &[f64], kept: &[usize], n: usize| {
        let mut long = vec![0.0; n];
        kept.iter().zip(short).for_each(|(i, f)| long[*i] = *f);
        long
    };
    result.source_potentials = spread(&result.source_potentials, &sources, a.len());
    result.sink_potentials = spread(&result.sink_potentials, &sinks, b.len());
    Ok(result)
}

fn check(settings: SinkhornSettings, cost: &Cost) -> Result<(), DistanceError> {
    let SinkhornSettings { epsilon, max_iterations, .. } = settings;
    let is_usable = epsilon.is_finite() && epsilon > 0.0 && cost.largest() / epsilon < 1e300;
    if !is_usable {
        let expected = "a positive number that costs can be divided by";
        return Err(DistanceError::Parameter { parameter: "epsilon", value: epsilon, expected });
    }
    if max_iterations == 0 {
        let expected = "at least 1";
        let parameter = "max_iterations";
        return Err(DistanceError::Parameter { parameter, value: 0.0, expected });
    }
    Ok(())
}

fn iterate(problem: &Problem, settings: SinkhornSettings) -> Sinkhorn {
    let mut state = Entropic::new(problem);
    dispatch(LogStep { problem, state: &mut state });
    let mut iterations = 1;
    while iterations < settings.max_iterations {
        iterations += 1;
        match dispatch(Iterate { problem, state: &mut state }) {
            Some(error) if error <= settings.tolerance => break,
            Some(_) => (),
            None => dispatch(LogStep { problem, state: &mut state }),
        }
    }
    let (cost, marginal_error) = dispatch(Finish { problem, state: &state });
    let epsilon = problem.epsilon;
    let relative = |f: &[f64], u: &[f64], a: &[f64]| -> Vec<f64> {
        let potential =
            |((f, u), a): ((&f64, &f64), &f64)| f + epsilon * (real::ln(*u) - real::ln(*a));
        f.iter().zip(u).zip(a).map(potential).collect()
    };
    let source_potentials = relative(&state.f, &state.u, problem.a);
    let sink_potentials = relative(&state.g, &state.v, problem.b);
    let value = real::dot(problem.a, &source_potentials) + real::dot(problem.b, &sink_potentials);
    Sinkhorn { cost, value, marginal_error, iterations, source_potentials, sink_potentials }
}

/// The debiased divergence `S_eps` between samples of points with equal weights: not negative, zero
/// for equal samples, and between `OT` (small `eps`) and a kernel distance (large `eps`).
///
/// Returns the divergence and the largest marginal error of the three problems.
///
/// # Errors
/// As [`sinkhorn`] and [`Cost::between`].
pub fn sinkhorn_divergence(
    x: &Points,
    y: &Points,
    ground: Ground,
    settings: SinkhornSettings,
) -> Result<(f64, f64), DistanceError> {
    let cost = Cost::between(x, y, ground)?;
    let between = sinkhorn(&cost, &vec![1.0; x.n()], &vec![1.0; y.n()], settings)?;
    let (x_value, x_error) = against_itself(x, ground, settings)?;
    let (y_value, y_error) = against_itself(y, ground, settings)?;
    let error = between.marginal_error.max(x_error).max(y_error);
    Ok((between.value - 0.5 * (x_value + y_value), error))
}

/// `OT_eps(x, x)` and the error of its marginals; averaged steps settle in a few tens.
fn against_itself(
    x: &Points,
    ground: Ground,
    settings: SinkhornSettings,
) -> Result<(f64, f64), DistanceError> {
    let cost = Cost::between(x, x, ground)?;
    check(settings, &cost)?;
    let mut f = vec![0.0; x.n()];
    let mut error = f64::INFINITY;
    for _ in 0..settings.max_iterations {
        error = dispatch(SelfStep { cost: &cost, epsilon: settings.epsilon, f: &mut f });
        if error <= settings.tolerance {
            break;
        }
    }
    Ok((2.0 * real::sum(&f) / x.n() as f64, error))
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::distance::transport::exact::transport;

    fn normals(chain: u64, n: usize, shift: f64) -> Vec<f64> {
        let mut x = vec![0.0; n];
        Stream::new(StreamKey(103), chain, Purpose::Start).fill_normals(&mut x);
        for x in &mut x {
            *x += shift;
        }
        x
    }

    fn settings(epsilon: f64) -> SinkhornSettings {
        SinkhornSettings { epsilon, max_iterations: 20_000, tolerance: 1e-12 }
    }

    #[test]
    fn plans_come_near_the_exact_one() {
        let (x, y) = (normals(0, 60, 0.0), normals(1, 75, 0.4));
        let (x, y) = (Points::new(&x, 3).unwrap(), Points::new(&y, 3).unwrap());
        let cost = Cost::between(&x, &y, Ground::SquaredEuclidean).unwrap();
        let exact = transport(&cost).unwrap().cost;
        let mut previous = f64::INFINITY;
        for epsilon in [2.0, 0.5, 0.1, 0.02] {
            let found = sinkhorn(&cost, &[1.0; 20], &[1.0; 25], settings(epsilon)).unwrap();
            assert!(found.marginal_error < 1e-9, "{epsilon}: {}", found.marginal_error);
            assert!(found.cost > exact - 1e-9 && found.cost < previous);
            // The entropy of a plan relative to a product is at most the logarithm of its size.
            assert!(found.cost - exact < epsilon * real::ln(500.0));
            assert!(found.value > found.cost - 1e-9);
            previous = found.cost;
        }
        assert!(previous - exact < 0.01 * exact);
    }

    #[test]
    fn any_regularisation_works() {
        let (x, y) = (normals(2, 40, 0.0), normals(3, 40, 100.0));
        let (x, y) = (Points::new(&x, 2).unwrap(), Points::new(&y, 2).unwrap());
        let cost = Cost::between(&x, &y, Ground::SquaredEuclidean).unwrap();
        for epsilon in [1e-6, 1e-3, 1.0, 1e3, 1e8] {
            let settings = SinkhornSettings { epsilon, max_iterations: 300, tolerance: 0.0 };
            let found = sinkhorn(&cost, &[1.0; 20], &[1.0; 20], settings).unwrap();
            assert!(found.cost.is_finite() && found.value.is_finite() && found.cost > 1e4);
            // Far below the spacing of the costs 300 iterations are too few to converge.
            assert!(epsilon < 1.0 || found.marginal_error < 1e-3, "{}", found.marginal_error);
            let all = found.source_potentials.iter().chain(&found.sink_potentials);
            assert!(all.copied().all(f64::is_finite));
        }
        assert!(sinkhorn(&cost, &[1.0; 20], &[1.0; 20], settings(0.0)).is_err());
        assert!(sinkhorn(&cost, &[1.0; 20], &[1.0; 20], settings(f64::NAN)).is_err());
        let none = SinkhornSettings { max_iterations: 0, ..settings(1.0) };
        assert!(sinkhorn(&cost, &[1.0; 20], &[1.0; 20], none).is_err());
    }

    #[test]
    fn the_divergence_vanishes_on_the_diagonal() {
        let (x, y) = (normals(4, 60, 0.0), normals(5, 90, 0.5));
        let (x, y) = (Points::new(&x, 3).unwrap(), Points::new(&y, 3).unwrap());
        let s = |x, y| {
            let found = sinkhorn_divergence(x, y, Ground::SquaredEuclidean, settings(2.0));
            let (divergence, error) = found.unwrap();
            assert!(error < 1e-10, "{error}");
            divergence
        };
        assert!(s(&x, &x).abs() < 1e-10);
        assert!(s(&x, &y) > 0.1);
        assert!((s(&x, &y) - s(&y, &x)).abs() < 1e-9);
    }

    #[test]
    fn points_without_weight_have_no_part() {
        let cost = Cost::new(vec![0.0, 1.0, 9.0, 1.0, 0.0, 9.0], 2, 3).unwrap();
        let part = Cost::new(vec![0.0, 1.0, 1.0, 0.0], 2, 2).unwrap();
        let whole = sinkhorn(&cost, &[1.0, 2.0], &[3.0, 3.0, 0.0], settings(0.5)).unwrap();
        let small = sinkhorn(&part, &[1.0, 2.0], &[1.0, 1.0], settings(0.5)).unwrap();
        assert_eq!((whole.cost, whole.value), (small.cost, small.value));
        assert_eq!(whole.sink_potentials[2], 0.0);
    }
}
