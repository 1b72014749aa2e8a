use super::*;
use crate::dataset::Dataset;
use crate::linear_algebra::Matrix;
use crate::noise::NumpyLegacy;
use crate::observable::{OBSERVABLES, Reading, observable};
use crate::parameter::{Parameters, Value, defaults};
use crate::problem::LeastSquares;
use crate::simulate::column::{Bound, Watch};

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
        directions: Vec::new(),
        observables: OBSERVABLES.iter().map(Reading::Single).map(Column::Now).collect(),
        start: Start { mean: vec![0.0; 5], std: start_std, is_scaled: false },
        record_at: record_at.to_vec(),
        key: StreamKey(21),
        check_every: 1024,
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
    let squares = problem.dataset().design.rows().map(|row| crate::real::dot(row, row));
    assert!(0.1 * squares.fold(0.0, f64::max) < 2.0);
    for values in bounded.run(0..5).values.chunks(N) {
        assert!(values[3] < 10.0, "norm {}", values[3]);
    }
}

/// Every step of `error` and `x_1` or `y_1`, then columns with a memory recorded at some steps.
fn watched(model: &str, watch: Watch) -> (Simulation, Simulation) {
    let coordinate = observable(if model == "sgd" { "x_1" } else { "y_1" }).unwrap();
    let error = observable("error").unwrap();
    let mut every = simulation(model, 0.05, 1.0, &(0..=200).collect::<Vec<_>>());
    every.observables = vec![Column::Now(error), Column::Now(coordinate)];
    let mut some = simulation(model, 0.05, 1.0, &[0, 5, 6, 130, 200]);
    let passage = Column::Passage(error, Watch { from: 0, ..watch }, Bound::Below(1.5));
    some.observables = vec![Column::Mean(coordinate, watch), passage, Column::Now(error)];
    (every, some)
}

#[test]
fn means_and_passages_are_those_of_the_path() {
    for (model, watch) in
        [("sgd", Watch { from: 6, every: 3 }), ("hsgd", Watch { from: 0, every: 1 })]
    {
        let (every, some) = watched(model, watch);
        let (path, found) = (every.run(0..20), some.run(0..20));
        assert_eq!(found.diverged_at, [None; 20]);
        let mut n_passed = 0;
        for (path, found) in path.values.chunks(2 * 201).zip(found.values.chunks(3 * 5)) {
            for (record, step) in some.record_at.iter().enumerate() {
                let looked = |from: u64| (from..=*step).step_by(watch.every as usize);
                let values: Vec<f64> =
                    looked(watch.from).map(|step| path[2 * step as usize + 1]).collect();
                let mean = crate::real::sum(&values) / values.len() as f64;
                let row = &found[3 * record..3 * record + 3];
                assert_eq!(row[0].is_nan(), values.is_empty());
                assert!(values.is_empty() || (row[0] - mean).abs() < 1e-12, "{row:?} {mean}");
                let passage = looked(0).find(|step| path[2 * *step as usize] <= 1.5);
                assert_eq!(row[1].is_nan(), passage.is_none(), "{model} at {step}");
                assert!(passage.is_none_or(|step| row[1] == step as f64), "{row:?} {passage:?}");
                n_passed += usize::from(passage.is_some_and(|step| step > 0));
                assert_eq!(row[2], path[2 * *step as usize]);
            }
        }
        assert!((1..100).contains(&n_passed), "{n_passed} of 100 passages");
    }
}

#[test]
fn watching_leaves_paths_alone_and_a_diverged_chain_has_no_mean() {
    let mut wild = simulation("sgd", 30.0, 1.0, &[0, 3, 2000]);
    let plain = wild.run(0..20);
    let risk = observable("risk").unwrap();
    let watch = Watch { from: 1, every: 1 };
    wild.observables.push(Column::Mean(risk, watch));
    wild.observables.push(Column::Passage(risk, watch, Bound::Above(1e3)));
    let found = wild.run(0..20);
    assert_eq!(found.diverged_at, plain.diverged_at);
    for (chain, plain) in found.values.chunks(3 * (N + 2)).zip(plain.values.chunks(3 * N)) {
        for (row, plain) in chain.chunks(N + 2).zip(plain.chunks(N)) {
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits();
            assert!(row.iter().zip(plain).all(same));
        }
        assert!(chain[N..N + 2].iter().all(|value| value.is_nan()), "nothing is watched yet");
        assert!(chain[2 * N + 2].is_finite());
        assert!(chain[2 * (N + 2)..].iter().all(|value| value.is_nan()));
    }
}

/// Chains that are put into words at every stop on their way, and go on from these.
#[test]
fn chains_go_on_from_words_bit_for_bit() {
    for (model, step_size) in [("sgd", 0.05), ("hsgd", 0.05), ("sgd", 0.9)] {
        let mut simulation = simulation(model, step_size, 1.0, &[700, 5000]);
        let watch = Watch { from: 3, every: 10 };
        simulation.observables.push(Column::Mean(Reading::Single(&OBSERVABLES[0]), watch));
        simulation.observables.push(Column::Passage(
            Reading::Single(&OBSERVABLES[0]),
            watch,
            Bound::Above(0.5),
        ));
        let expected = simulation.run(7..23);
        let n_observables = simulation.observables.len();
        let mut values = vec![f64::NAN; expected.values.len()];
        let mut row = vec![[f64::NAN; LANES]; n_observables];
        let mut walk = Walk::start(&simulation, 7);
        let mut n_stops = 0;
        for (record, step) in [700, 5000].into_iter().enumerate() {
            loop {
                let is_near = walk.approach(step, &mut Scratch::new(&simulation));
                let mut words = Vec::new();
                walk.save(&mut words);
                assert!(Walk::restore(&simulation, 8, &mut words.iter().copied()).is_none());
                let cut = &words[..words.len() - 1];
                assert!(Walk::restore(&simulation, 7, &mut cut.iter().copied()).is_none());
                walk = Walk::restore(&simulation, 7, &mut words.into_iter()).unwrap();
                n_stops += 1;
                if is_near {
                    break;
                }
            }
            let mut scratch = Scratch::new(&simulation);
            walk.record_one((step, record), 2, (&mut scratch, &mut row), &mut values);
        }
        assert!(n_stops > 1);
        assert_eq!(walk.diverged_at()[..], expected.diverged_at, "{model}");
        assert_eq!(step_size > 0.5, expected.diverged_at.iter().any(Option::is_some));
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&values), bits(&expected.values), "{model}");
    }
}
