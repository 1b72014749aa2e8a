use super::*;
use crate::dataset::Dataset;
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::observable::OBSERVABLES;
use crate::parameter::{Parameters, Value, defaults};
use crate::problem::LeastSquares;

fn simulation(model: &str, step_size: f64, start_std: f64, record_at: &[u64]) -> Simulation {
    let mut generator = NumpyLegacy::new(9);
    let design = Matrix::new(30, 5, generator.normals(150));
    let dataset = Dataset::new(design, generator.normals(30));
    let kind = crate::model::model(model).unwrap();
    let mut parameters: Parameters = defaults(kind.part().parameters);
    parameters.insert("step_size".to_owned(), Value::Real(step_size));
    let problem: Arc<dyn Problem> = Arc::new(LeastSquares::new(dataset, 0.0));
    Simulation {
        model: kind.build(&parameters, &problem),
        problem,
        observables: OBSERVABLES.iter().collect(),
        start: Start { mean: 0.0, std: start_std },
        record_at: record_at.to_vec(),
        key: StreamKey(21),
    }
}

const N: usize = OBSERVABLES.len();

/// The observables of one chain, record by record.
fn chain(simulation: &Simulation, chain: u64) -> Vec<Vec<f64>> {
    simulation.run(chain..chain + 1).values.chunks(N).map(<[f64]>::to_vec).collect()
}

#[test]
fn a_longer_run_and_more_records_extend_a_shorter_run_bit_for_bit() {
    for model in ["sgd", "hsgd"] {
        let short = chain(&simulation(model, 0.05, 1.0, &[0, 70, 100]), 3);
        let long = chain(&simulation(model, 0.05, 1.0, &[0, 1, 70, 99, 100, 200]), 3);
        assert_eq!(short, [long[0].clone(), long[2].clone(), long[4].clone()], "{model}");
    }
}

#[test]
fn a_chain_is_the_same_in_every_company() {
    for model in ["sgd", "hsgd"] {
        let simulation = simulation(model, 0.05, 1.0, &[10, 40]);
        let all = simulation.run(0..40);
        assert_eq!(all.diverged_at, vec![None; 40]);
        for start in [0, 5, 15, 16, 39] {
            let part = simulation.run(start..40);
            assert_eq!(part.values, all.values[start as usize * 2 * N..], "{model} from {start}");
        }
        assert_ne!(chain(&simulation, 5), chain(&simulation, 6));
        assert!(simulation.run(7..7).values.is_empty());
    }
}

#[test]
fn both_coordinates_give_the_same_observables_at_the_start() {
    let records = ["sgd", "hsgd"].map(|model| chain(&simulation(model, 0.05, 1.0, &[0]), 2));
    for (a, b) in records[0][0].iter().zip(&records[1][0]) {
        assert!((a - b).abs() < 1e-13 * a.abs().max(1.0), "{a} vs {b}");
    }
}

#[test]
fn divergence_is_recorded_at_its_step_and_leaves_no_values_behind_it() {
    let every: Vec<u64> = (0..=2000).collect();
    for model in ["sgd", "hsgd"] {
        let full = simulation(model, 30.0, 1.0, &every).run(0..20);
        let sparse = simulation(model, 30.0, 1.0, &[1, 2000]).run(0..20);
        assert_eq!(full.diverged_at, sparse.diverged_at);
        for (lane, step) in full.diverged_at.iter().enumerate() {
            let step = step.expect("a step size of 30 diverges") as usize;
            let chain = &full.values[lane * 2001 * N..(lane + 1) * 2001 * N];
            assert!(chain[..step * N].iter().all(|value| value.is_finite()));
            assert!(chain[step * N..].iter().all(|value| value.is_nan()));
            let records = &sparse.values[lane * 2 * N..(lane + 1) * 2 * N];
            assert_eq!(records[..N], chain[N..2 * N]);
            assert!(records[N..].iter().all(|value| value.is_nan()));
        }
    }
    let at_once = simulation("sgd", 0.1, 1e300, &[0, 10]).run(0..1);
    assert_eq!(at_once.diverged_at, [Some(0)]);
    assert!(at_once.values.iter().all(|value| value.is_nan()));
}

#[test]
fn a_chain_that_diverges_leaves_its_neighbours_alone() {
    let wild = simulation("sgd", 0.4, 1.0, &[0, 3000]);
    let record = wild.run(0..64);
    let n_diverged = record.diverged_at.iter().flatten().count();
    assert!((1..64).contains(&n_diverged), "{n_diverged} of 64 diverged");
    for lane in 0..64 {
        let alone = wild.run(lane..lane + 1);
        assert_eq!(alone.diverged_at[0], record.diverged_at[lane as usize]);
        let values = &record.values[lane as usize * 2 * N..(lane as usize + 1) * 2 * N];
        let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits();
        assert!(alone.values.iter().zip(values).all(same));
    }
}

#[test]
fn sgd_stays_bounded_below_the_expansion_threshold() {
    // gamma max|a_i|² < 2: no order of the samples can expand without bound.
    let bounded = simulation("sgd", 0.1, 1.0, &[1_000, 10_000, 100_000]);
    let problem: &LeastSquares = bounded.problem.expect();
    assert!(crate::theory::kesten_criterion(&problem.dataset().design, 0.1).expansion < 2.0);
    for values in bounded.run(0..5).values.chunks(N) {
        assert!(values[3] < 10.0, "norm {}", values[3]);
    }
}
