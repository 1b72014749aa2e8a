//! Chains of which more is recorded than is kept in memory: some recorded steps at a time.

use std::ops::Range;

use maruyama_dynamics::model::Cause;
use maruyama_dynamics::noise::LANES;
use maruyama_dynamics::simulate::{Scratch, Simulation, Steps, Walk};

/// How chains ended.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ends {
    /// Steps of their divergences, `[n_chains]`.
    pub(crate) diverged_at: Vec<Option<u64>>,
    /// What caused these, `[n_chains]`.
    pub(crate) causes: Vec<Option<Cause>>,
}

/// Runs `chains` and passes on what they show at `steps`; says how each ended.
///
/// What is passed on are the values of up to [`LANES`] neighbours at up to `steps_at_once` steps,
/// `[n, n_steps, n_observables]`, with the places of the chains among `chains`. Put together they
/// are those of [`Simulation::run`], whatever `steps_at_once`.
///
/// # Errors
/// Those of `pass_on`, after which nothing is computed.
pub(crate) fn record<E>(
    simulation: &Simulation,
    (steps, steps_at_once): (&Steps, usize),
    chains: Range<u64>,
    mut pass_on: impl FnMut(Range<u64>, &[f64]) -> Result<(), E>,
) -> Result<Ends, E> {
    let mut ends = Ends::default();
    let mut scratch = Scratch::new(simulation);
    let mut values = Vec::new();
    let n_observables = simulation.observables.len();
    for first_chain in chains.clone().step_by(LANES) {
        let n_chains = (chains.end - first_chain).min(LANES as u64);
        let place = first_chain - chains.start;
        let mut walk = Walk::start(simulation, first_chain);
        let mut steps = steps.clone().peekable();
        while steps.peek().is_some() {
            let some: Vec<u64> = steps.by_ref().take(steps_at_once.max(1)).collect();
            values.resize(n_chains as usize * some.len() * n_observables, f64::NAN);
            walk.record_all(&some, &mut scratch, &mut values);
            pass_on(place..place + n_chains, &values)?;
        }
        ends.diverged_at.extend_from_slice(&walk.diverged_at()[..n_chains as usize]);
        ends.causes.extend_from_slice(&walk.causes()[..n_chains as usize]);
    }
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use maruyama_dynamics::model::model;
    use maruyama_dynamics::noise::StreamKey;
    use maruyama_dynamics::parameter::{Parameters, Value, defaults};
    use maruyama_dynamics::problem::{GradientNoise, Quadratic};
    use maruyama_dynamics::simulate::PARAMETERS;

    use super::*;

    /// A cell of SGD with Cauchy noise that expands: its chains diverge at different steps.
    fn parameters() -> Parameters {
        let mut parameters = defaults(PARAMETERS);
        parameters.extend(defaults(model("sgd").unwrap().part().parameters));
        let text = |text: &str| Value::Text(text.to_owned());
        for (name, value) in [
            ("model", text("sgd")),
            ("problem", text("quadratic")),
            ("step_size", Value::Real(2.25)),
            ("steps", Value::Integer(1100)),
            ("record_every", Value::Integer(7)),
            ("observe", Value::List(vec![text("x_1"), text("norm")])),
        ] {
            parameters.insert(name.to_owned(), value);
        }
        parameters
    }

    #[test]
    fn stretches_give_the_numbers_of_the_whole() {
        let noise = GradientNoise::StudentT { nu: 0.3 };
        let problem = Arc::new(Quadratic::new(vec![1.0, 0.4], 1.0, noise));
        let parameters = parameters();
        let simulation = Simulation::new(&parameters, problem, StreamKey(3));
        let expected = simulation.run(5..42);
        let ends: std::collections::BTreeSet<_> = expected.diverged_at.iter().flatten().collect();
        assert!(ends.len() > 5, "chains diverge apart: {ends:?}");
        let per_chain = simulation.record_at.len() * 2;
        for steps_at_once in [1, 3, 50, 157, 158, 159, usize::MAX] {
            let mut found = vec![Vec::new(); 37];
            let pass_on = |chains: Range<u64>, values: &[f64]| {
                let per_chain = values.len() / (chains.end - chains.start) as usize;
                assert!(per_chain <= steps_at_once.saturating_mul(2));
                for (chain, values) in chains.zip(values.chunks(per_chain)) {
                    found[chain as usize].extend(values.iter().map(|value| value.to_bits()));
                }
                Ok::<(), Infallible>(())
            };
            let steps = (&Steps::new(&parameters), steps_at_once);
            let ends = record(&simulation, steps, 5..42, pass_on).unwrap();
            assert_eq!(ends.diverged_at, expected.diverged_at);
            assert_eq!(ends.causes, expected.causes);
            for (found, expected) in found.iter().zip(expected.values.chunks(per_chain)) {
                assert!(found.iter().copied().eq(expected.iter().map(|value| value.to_bits())));
            }
        }
    }

    #[test]
    fn an_error_ends_the_run() {
        let problem = Arc::new(Quadratic::new(vec![1.0, 0.4], 1.0, GradientNoise::Gaussian));
        let parameters = parameters();
        let simulation = Simulation::new(&parameters, problem, StreamKey(3));
        let mut n_calls = 0;
        let stop = |_: Range<u64>, _: &[f64]| {
            n_calls += 1;
            if n_calls == 3 { Err(()) } else { Ok(()) }
        };
        assert_eq!(record(&simulation, (&Steps::new(&parameters), 10), 0..32, stop), Err(()));
        assert_eq!(n_calls, 3);
    }
}
