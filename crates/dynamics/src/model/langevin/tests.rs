use super::*;
use crate::model::core::rows;
use crate::noise::StreamKey;
use crate::parameter::{Value, defaults};
use crate::problem::GradientNoise;
use crate::real;

const INTEGRATORS: [&str; 6] =
    ["euler_maruyama", "heun", "rk4_drift", "exact_ou", "leimkuhler_matthews", "mala"];

fn parameters(integrator: &str, dt: f64, temperature: f64, refinement: i64) -> Parameters {
    let mut parameters = defaults(PART.parameters);
    for (name, value) in [
        ("dt", Value::Real(dt)),
        ("temperature", Value::Real(temperature)),
        ("integrator", Value::Text(integrator.to_owned())),
        ("refinement", Value::Integer(refinement)),
    ] {
        parameters.insert(name.to_owned(), value);
    }
    parameters
}

fn quadratic(curvatures: &[f64]) -> Arc<dyn Problem> {
    Arc::new(Quadratic::new(curvatures.to_vec(), 0.0, GradientNoise::Gaussian))
}

/// A bundle of chains that start at one.
fn bundle(model: &dyn Model, first_chain: u64) -> Bundle {
    let shape = model.shape();
    let mut bundle = Bundle::new(shape, StreamKey(8), first_chain);
    (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &vec![1.0; shape.dim]));
    bundle
}

/// Mean squares of both coordinates over `n` almost independent points of stationary chains, in
/// units of the law's variances: deviations from one in standard errors, for a normal law.
fn deviations(model: &dyn Model, variances: [f64; 2]) -> [f64; 2] {
    let (n_bundles, n_points, gap) = (64, 200, 24);
    let mut sums = [0.0; 2];
    let mut workspace = model.workspace();
    for first_chain in (0..n_bundles).map(|i| i * LANES as u64) {
        let mut bundle = bundle(model, first_chain);
        model.advance(60, &mut bundle, &mut workspace);
        for _ in 0..n_points {
            model.advance(gap, &mut bundle, &mut workspace);
            for j in 0..2 {
                let row = rows(&bundle.state)[j];
                sums[j] += real::dot(&row, &row) / variances[j];
            }
        }
    }
    let n = (n_bundles * LANES as u64 * n_points) as f64;
    sums.map(|sum| (sum / n - 1.0) * (n / 2.0).sqrt())
}

#[test]
fn stationary_variances_are_those_of_the_laws_in_discrete_time() {
    let (curvatures, dt, temperature) = ([0.5, 2.0], 0.4, 0.7);
    let problem = quadratic(&curvatures);
    for integrator in INTEGRATORS {
        let model = LangevinKind.build(&parameters(integrator, dt, temperature, 0), &problem);
        let variances = curvatures.map(|a| {
            let (q, gibbs) = (a * dt, temperature / a);
            let c = 1.0 - q + q * q / 2.0 - q * q * q / 6.0 + q * q * q * q / 24.0;
            match integrator {
                "euler_maruyama" => gibbs / (1.0 - q / 2.0),
                "heun" => gibbs * (1.0 - q / 2.0) / (1.0 - q / 2.0 + q * q / 4.0),
                "rk4_drift" => 2.0 * temperature * dt / (1.0 - c * c),
                _ => gibbs,
            }
        });
        for deviation in deviations(model.as_ref(), variances) {
            assert!(deviation.abs() < 4.5, "{integrator}: {deviation} standard errors");
        }
    }
}

#[test]
fn steps_in_several_calls_give_the_same_bits_as_in_one() {
    let problem = quadratic(&[0.5, 1.0, -0.2]);
    for integrator in INTEGRATORS {
        for refinement in [0, 2] {
            let model = LangevinKind.build(&parameters(integrator, 0.1, 1.0, refinement), &problem);
            let mut workspace = model.workspace();
            let mut whole = bundle(model.as_ref(), 16);
            model.advance(60, &mut whole, &mut workspace);
            let mut parts = bundle(model.as_ref(), 16);
            for n_steps in [0, 1, 2, 0, 7, 16, 1, 33] {
                workspace.reals.fill(f64::NAN);
                // What a simulation does before it looks for a divergence.
                let mut copy = bundle(model.as_ref(), 0);
                copy.clone_from(&parts);
                model.advance(n_steps, &mut copy, &mut workspace);
                parts = copy;
            }
            assert_eq!(*whole.state, *parts.state, "{integrator}, {refinement} levels");
            assert_eq!((whole.step, parts.step), (60, 60));
            assert!(whole.state.iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn a_refined_step_is_the_same_as_several_short_ones_in_law_and_time() {
    // At temperature zero, where noise does not tell: (1 − a dt/4)^4.
    let model = LangevinKind.build(&parameters("euler_maruyama", 0.4, 0.0, 2), &quadratic(&[2.0]));
    let mut bundle = bundle(model.as_ref(), 0);
    model.advance(1, &mut bundle, &mut model.workspace());
    let expected = 0.8 * 0.8 * 0.8 * 0.8;
    assert!(bundle.state.iter().all(|x| (x - expected).abs() < 1e-15));
}

#[test]
fn unstable_steps_are_refused() {
    let problem = quadratic(&[1.0, 4.0, -9.0]);
    let refused = |integrator, dt, refinement| {
        let parameters = parameters(integrator, dt, 1.0, refinement);
        assert!(LangevinKind.check(&parameters, 0).is_empty());
        !LangevinKind.check_problem(&parameters, problem.as_ref()).is_empty()
    };
    for integrator in ["euler_maruyama", "heun", "leimkuhler_matthews"] {
        assert!(!refused(integrator, 0.499, 0));
        assert!(refused(integrator, 0.5, 0));
        assert!(!refused(integrator, 0.5, 1));
    }
    assert!(!refused("rk4_drift", 0.69, 0) && refused("rk4_drift", 0.7, 0));
    assert!(!refused("exact_ou", 10.0, 0) && !refused("mala", 10.0, 0));
}

#[test]
fn mala_needs_a_temperature_and_work_counts_gradients() {
    assert_eq!(LangevinKind.check(&parameters("mala", 0.1, 0.0, 0), 0).len(), 1);
    assert!(LangevinKind.check(&parameters("heun", 0.1, 0.0, 0), 0).is_empty());
    let work = [1, 2, 4, 1, 1, 2];
    for (integrator, work) in INTEGRATORS.into_iter().zip(work) {
        assert_eq!(LangevinKind.passes_per_step(&parameters(integrator, 0.1, 1.0, 0)), work);
        assert_eq!(LangevinKind.passes_per_step(&parameters(integrator, 0.1, 1.0, 3)), 8 * work);
    }
}
