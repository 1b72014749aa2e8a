use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::problem::{GaussianPopulation, SpherePopulation};
use maruyama_theory::least_squares::SgdSteps;

use super::*;

const STILL: Start = Start { level: 0.0, std: 0.0 };

fn data(n_rows: usize, entries: &[f64], response: &[f64], ridge: f64) -> Finite {
    let design = Matrix::new(n_rows, entries.len() / n_rows, entries.to_vec());
    Finite::new(Dataset::new(design, response.to_vec()), ridge)
}

fn refusal(case: Result<Case, AnalysisError>) -> String {
    case.err().map_or_else(String::new, |error| error.to_string())
}

#[test]
fn data_are_seen_on_their_range() {
    let problem = data(1, &[3.0, 4.0], &[10.0], 0.0);
    let case = Case::of_data(&problem, STILL).unwrap();
    let (described, start) = case.moments().unwrap();
    assert_eq!(described.dim(), 1);
    // The minimiser is (1.2, 1.6), at the distance 2 from zero.
    assert!((trace(&start.second) - 4.0).abs() < 1e-13);
    assert!((described.smallest_eigenvalue() - 25.0).abs() < 1e-12);
    let curves = case.curves(Measure::Distance).unwrap();
    assert!((curves.gradient_flow(&[0.0]).unwrap()[0] - 4.0).abs() < 1e-13);
}

#[test]
fn what_the_theory_does_not_cover_is_refused() {
    let spread = Start { level: 0.0, std: 1.0 };
    let flat = data(1, &[3.0, 4.0], &[10.0], 0.0);
    assert!(refusal(Case::of_data(&flat, spread)).contains("do not see"));
    let ridge = data(1, &[3.0], &[10.0], 0.5);
    assert!(refusal(Case::of_data(&ridge, STILL)).contains("ridge 0"));
    let zero = data(2, &[0.0, 0.0], &[1.0, 2.0], 0.0);
    assert!(refusal(Case::of_data(&zero, STILL)).contains("zero"));
}

/// Twenty-five samples on the axes: each feature is `±1` or zero, `lambda = 1/25`.
#[test]
fn data_of_a_large_rank_have_curves_and_constants_but_no_fourth_moments() {
    let mut identity = vec![0.0; 25 * 25];
    (0..25).for_each(|i| identity[26 * i] = 1.0);
    let case = Case::of_data(&data(25, &identity, &[2.0; 25], 0.0), STILL).unwrap();
    let (constants, limit) = case.constants().unwrap();
    assert!((constants.start - 100.0).abs() < 1e-12 && limit < 1e-24);
    assert!((constants.sharp_constant - 1.0).abs() < 1e-12);
    assert!((constants.smallest_eigenvalue - 0.04).abs() < 1e-14);
    let curves = case.curves(Measure::Distance).unwrap();
    // A sample's feature is halved in its square with the probability 1/25.
    let sgd = SgdSteps { step_size: &|_| 0.5, share: 1.0 };
    let found = curves.sgd(&sgd, &[1]).unwrap()[0];
    assert!((found - 100.0 * (1.0 - 0.75 / 25.0)).abs() < 1e-11, "{found}");
    let why = case.moments().err().map(|error| error.to_string());
    assert!(why.is_some_and(|why| why.contains("rank up to 24, and theirs is 25")));
}

#[test]
fn large_populations_have_curves_but_no_fourth_moments() {
    let start = Start { level: 1.0, std: 0.5 };
    for dim in [3, 40] {
        let gaussian = GaussianPopulation::new(vec![1.0; dim], 0.0, vec![0.25; dim]);
        let sphere = SpherePopulation::new(gaussian.clone());
        let d = dim as f64;
        for (population, constant) in
            [(Population::Gaussian(&gaussian), d + 2.0), (Population::Sphere(&sphere), d)]
        {
            let case = Case::of_population(population, start).unwrap();
            let curves = case.curves(Measure::Distance).unwrap();
            let expected = d * (0.75 * 0.75 + 0.25);
            let found = curves.gradient_flow(&[0.0]).unwrap()[0];
            assert!((found - expected).abs() < 1e-12, "{found}");
            let (constants, _) = case.constants().unwrap();
            assert!((constants.start - expected).abs() < 1e-12);
            assert!((constants.sharp_constant - constant).abs() < 1e-12);
            assert_eq!(case.moments().is_ok(), dim == 3);
        }
    }
}
