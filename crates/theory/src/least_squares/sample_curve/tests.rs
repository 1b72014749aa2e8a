use maruyama_dynamics::linear_algebra::right_svd;
use maruyama_dynamics::noise::NumpyLegacy;

use super::*;
use crate::least_squares::reference::{assert_all_close, assert_close, d2_design};
use crate::least_squares::{LeastSquares, MomentCurves, averaged_limit, contraction_bound};
use crate::matrix::{combine, identity, outer};

const TIMES: [f64; 4] = [0.0, 0.4, 2.0, 9.0];

/// Rows in principal coordinates, residuals, and the description by fourth moments.
fn described(design: &Matrix, responses: &[f64]) -> (Matrix, Vec<f64>, LeastSquares) {
    let svd = right_svd(design);
    let entries = design.rows().flat_map(|row| svd.right_vectors.times(row)).collect();
    let rows = Matrix::new(design.n_rows(), svd.singular_values.len(), entries);
    let problem = LeastSquares::training(&rows, responses, None).unwrap();
    let fits = rows.times(problem.minimiser());
    let residuals = fits.iter().zip(responses).map(|(fit, y)| fit - y).collect();
    (rows, residuals, problem)
}

/// Noisy samples, and samples that can be fitted.
fn cases() -> [(Matrix, Vec<f64>, LeastSquares); 2] {
    let mut generator = NumpyLegacy::new(7);
    let design = Matrix::new(20, 6, generator.normals(120));
    let noisy = described(&design, &generator.normals(20));
    [noisy, described(&d2_design(), &[-0.275, -1.575, 1.6])]
}

fn start(r: usize) -> Moments {
    let mean: Vec<f64> = (0..r).map(|j| 1.0 - 0.3 * j as f64).collect();
    let second = combine(1.0, &outer(&mean, &mean), 0.2, &identity(r));
    Moments { mean, second }
}

#[test]
fn curves_are_those_of_the_description_by_fourth_moments() {
    for (rows, residuals, problem) in cases() {
        for measure in [Measure::Distance, Measure::ExcessLoss] {
            let start = start(problem.dim());
            let general = MomentCurves::new(&problem, start.clone(), measure).unwrap();
            let own = SampleCurves::new(rows.clone(), residuals.clone(), start, measure).unwrap();
            let gamma = |k: u64| 0.1 / (1.0 + 0.1 * k as f64);
            let sgd = SgdSteps { step_size: &gamma, share: 0.4 };
            let steps = [0, 1, 7, 40];
            let found = own.sgd(&sgd, &steps).unwrap();
            assert_all_close(&found, &general.sgd(&sgd, &steps).unwrap(), 1e-12);
            for from in [0, 5] {
                let found = own.sgd_average(&sgd, from, &steps).unwrap();
                let expected = general.sgd_average(&sgd, from, &steps).unwrap();
                assert_all_close(&found, &expected, 1e-12);
            }
            let flow = own.gradient_flow(&TIMES).unwrap();
            assert_all_close(&flow, &general.gradient_flow(&TIMES).unwrap(), 1e-12);
        }
    }
}

#[test]
fn equations_of_both_orders_are_those_of_one_exponential() {
    for (rows, residuals, problem) in cases() {
        let start = start(problem.dim());
        let general = MomentCurves::new(&problem, start.clone(), Measure::Distance).unwrap();
        let own = SampleCurves::new(rows, residuals, start, Measure::Distance).unwrap();
        for (equation, share) in [
            (Equation::FirstOrder, 0.25),
            (Equation::SecondOrder, 1.0),
            (Equation::SecondOrderWithNoise, 1.0),
        ] {
            // Second moments grow at the second step size.
            for step_size in [0.05, 0.9] {
                let found = own.equation(step_size, share, equation, &TIMES).unwrap();
                let expected = general.equation(step_size, share, equation, &TIMES).unwrap();
                for (found, expected) in found.iter().zip(expected) {
                    assert_close(*found, expected, 1e-10);
                }
            }
        }
        assert!(own.equation(0.1, 0.5, Equation::SecondOrder, &TIMES).is_err());
        assert!(own.equation(0.1, 1.0, Equation::FirstOrder, &[1.0, 0.5]).is_err());
    }
}

#[test]
fn constants_are_those_of_the_description_by_fourth_moments() {
    for (rows, residuals, problem) in cases() {
        let own = SampleCurves::new(rows, residuals, start(problem.dim()), Measure::Distance);
        let own = own.unwrap();
        assert_close(own.sharp_constant(), problem.sharp_constant(), 1e-12);
        assert_close(own.smallest_eigenvalue(), problem.smallest_eigenvalue(), 1e-12);
        assert_close(own.covariance_trace(), trace(problem.covariance()), 1e-13);
        assert!((own.noise_trace() - trace(problem.noise())).abs() < 1e-13);
        assert!((own.averaged_limit() - averaged_limit(&problem).unwrap()).abs() < 1e-11);
    }
}

/// Forty samples in forty dimensions can be fitted: the mean square of SGD's equation stays below the
/// bound of its contraction and above that of gradient flow's.
#[test]
fn high_ranks_stay_between_the_bounds() {
    let mut generator = NumpyLegacy::new(8);
    let design = Matrix::new(60, 40, generator.normals(2400));
    let truth = generator.normals(40);
    let (rows, residuals, problem) = described(&design, &design.times(&truth));
    let start = Moments::at_point(&vec![1.0; 40]);
    let curves = SampleCurves::new(rows, residuals, start, Measure::Distance).unwrap();
    let (gamma, times) = (1.0 / curves.sharp_constant(), [1.0, 5.0]);
    let found = curves.equation(gamma, 1.0, Equation::FirstOrder, &times).unwrap();
    let flow = curves.gradient_flow(&times).unwrap();
    for (i, time) in times.iter().enumerate() {
        let bound = 40.0 * contraction_bound(&problem, gamma, *time).unwrap();
        assert!(flow[i] < found[i] && found[i] < bound, "{} {} {bound}", flow[i], found[i]);
    }
}

#[test]
fn what_is_too_long_or_not_principal_is_refused() {
    let (rows, residuals, _) = &cases()[0];
    let of = |rows: &Matrix, residuals: &[f64]| {
        SampleCurves::new(rows.clone(), residuals.to_vec(), start(6), Measure::Distance)
    };
    let curves = of(rows, residuals).unwrap();
    let endless = SgdSteps { step_size: &|_| 0.1, share: 1.0 };
    let found = curves.sgd(&endless, &[1_000_000_000]);
    assert!(matches!(found, Err(LeastSquaresError::TooMuchWork { .. })), "{found:?}");
    let found = curves.equation(0.1, 1.0, Equation::FirstOrder, &[1e9]);
    assert!(matches!(found, Err(LeastSquaresError::TooMuchWork { .. })), "{found:?}");
    assert!(of(rows, &residuals[1..]).is_err());
    let turned = rows.rows().flat_map(|x| [x[0] + x[1], x[1], x[2], x[3], x[4], x[5]]);
    let turned = Matrix::new(20, 6, turned.collect());
    assert!(of(&turned, residuals).is_err());
    let empty = Matrix::new(20, 6, vec![0.0; 120]);
    assert_eq!(of(&empty, residuals).err(), Some(LeastSquaresError::NoSignal));
}
