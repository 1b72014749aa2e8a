//! Least squares: what does not exist is refused, with the reason.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_theory::least_squares::{
    Equation, GaussianDecay, LeastSquares, LeastSquaresError, MomentFlow, MomentMap,
    PolynomialBound, averaged_limit, contraction_bound, gaussian_stationary_sde,
    localisation_bounds, moment_bound, small_step_expansion, stationary_average, thresholds,
};

/// Four samples on the line.
fn line() -> LeastSquares {
    let design = Matrix::new(4, 1, vec![1.0, -0.5, 1.5, 0.8]);
    LeastSquares::training(&design, &[1.2, -0.1, 1.0, 0.9], None).unwrap()
}

/// Two samples in three dimensions.
fn plane() -> LeastSquares {
    let design = Matrix::new(2, 3, vec![1.0, 0.5, -0.3, 0.2, 0.7, -0.4]);
    LeastSquares::training(&design, &[1.0, -1.0], None).unwrap()
}

#[test]
fn no_samples_and_samples_of_zeros_are_no_problem() {
    let none = LeastSquares::training(&Matrix::new(0, 2, vec![]), &[], None);
    assert_eq!(none, Err(LeastSquaresError::NoSignal));
    let zeros = LeastSquares::training(&Matrix::new(2, 1, vec![0.0; 2]), &[1.0, 2.0], None);
    assert_eq!(zeros, Err(LeastSquaresError::NoSignal));
    assert_eq!(LeastSquares::gaussian(&[], 1.0), Err(LeastSquaresError::NoSignal));
    assert!(LeastSquares::gaussian(&[1.0, -1.0], 1.0).is_err());
    let odd = LeastSquares::training(&Matrix::new(1, 1, vec![f64::NAN]), &[1.0], None);
    assert!(matches!(odd, Err(LeastSquaresError::OutOfRange { .. })));
    assert!(GaussianDecay::new(&[1.0], 0.0).is_err());
}

#[test]
fn a_design_that_does_not_span_the_space_has_no_stationary_covariance() {
    let problem = plane();
    let degenerate = LeastSquaresError::Degenerate;
    let flow = MomentFlow::new(&problem, 0.1, Equation::FirstOrder).unwrap();
    assert_eq!(flow.stationary(), Err(degenerate.clone()));
    assert_eq!(MomentMap::sgd(&problem, 0.1).unwrap().stationary(), Err(degenerate.clone()));
    assert_eq!(thresholds(&problem), Err(degenerate.clone()));
    assert_eq!(small_step_expansion(&problem), Err(degenerate.clone()));
    assert_eq!(averaged_limit(&problem), Err(degenerate.clone()));
    assert_eq!(stationary_average(&problem, 0.1, 10.0), Err(degenerate.clone()));
    let bound = PolynomialBound::new(&problem, 0.1, 0.5, &[1.0, 0.0, 0.0]);
    assert_eq!(bound, Err(degenerate));
    let (range, _) = problem.on_range().unwrap();
    assert!(thresholds(&range).is_ok());
}

/// On the line `alpha = 1 + 2 lambda/(gamma v) ≤ 2` exactly for `gamma ≥ 2 lambda/v`, and `Lambda(2)`
/// changes sign there.
#[test]
fn a_covariance_that_is_infinite_is_refused_with_its_rate() {
    let (lambda, v) = (1.035, 0.562_425);
    let limit = 2.0 * lambda / v;
    for (factor, exists) in [(0.99, true), (1.01, false), (3.0, false)] {
        let gamma = factor * limit;
        let flow = MomentFlow::new(&line(), gamma, Equation::FirstOrder).unwrap();
        let rate = -2.0 * lambda + gamma * v;
        match flow.stationary() {
            Ok(covariance) => assert!(exists && covariance.entries()[0] > 0.0),
            Err(LeastSquaresError::NoSecondMoment { rate: found }) => {
                assert!(!exists && (found - rate).abs() < 1e-12, "{found} vs {rate}");
            }
            Err(other) => panic!("{other}"),
        }
        assert_eq!(stationary_average(&line(), gamma, 10.0).is_ok(), exists);
    }
    let found = gaussian_stationary_sde(&[1.0; 3], 1.0, 0.51);
    assert!(matches!(found, Err(LeastSquaresError::NoSecondMoment { .. })));
    assert!(gaussian_stationary_sde(&[1.0; 3], 1.0, 0.49).is_ok());
}

#[test]
fn bounds_are_refused_beyond_their_step_sizes() {
    let problem = line();
    let limit = 2.0 / problem.sharp_constant();
    for (factor, holds) in [(0.99, true), (1.01, false), (1.5, false)] {
        let gamma = factor * limit;
        assert_eq!(contraction_bound(&problem, gamma, 1.0).is_ok(), holds);
        assert_eq!(localisation_bounds(&problem, gamma).is_ok(), holds);
        assert_eq!(PolynomialBound::new(&problem, gamma, 0.5, &[1.0]).is_ok(), holds);
    }
    assert!(moment_bound(&problem, 0.5 * limit, 2.9, 1.0).is_ok());
    assert!(moment_bound(&problem, 0.5 * limit, 3.1, 1.0).is_err());
}
