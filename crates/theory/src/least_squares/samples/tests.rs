use super::*;
use crate::least_squares::reference::{assert_all_close, assert_close, d1, d2, d2_design, d3};
use crate::matrix::symmetric_eigen;

#[test]
fn the_first_data_set_matches_its_reference() {
    let p = d1();
    assert_all_close(p.minimiser(), &[0.870_747_048_536, 0.656_548_380_062], 1e-11);
    assert_all_close(p.covariance().entries(), &[0.741_25, -0.038_75, -0.038_75, 0.495], 1e-14);
    let noise =
        [0.023_823_403_610_6, -0.005_265_857_934_3, -0.005_265_857_934_3, 0.014_901_247_012_6];
    assert_all_close(p.noise().entries(), &noise, 1e-11);
    assert_close(p.largest_square(), 1.94, 1e-14);
    assert_close(p.sharp_constant(), 1.478_158_036_17, 1e-11);
    assert_close(p.smallest_eigenvalue(), 0.489_046_232_865, 1e-11);
    let values = symmetric_eigen(p.covariance()).values;
    assert_all_close(&values, &[0.489_046_232_865, 0.747_203_767_135], 1e-11);
    assert_close(p.floor(), 0.014_458_557_107_2, 1e-11);
}

#[test]
fn the_second_data_set_is_interpolated_by_the_nearest_minimiser() {
    let p = d2();
    let shortest = [
        0.365_425_559_436,
        -0.895_576_186_921,
        0.113_745_791_172,
        0.925_700_105_023,
        -0.490_933_928_04,
    ];
    assert_all_close(p.minimiser(), &shortest, 1e-11);
    let covariance = [
        [0.416_666_666_667, 0.0, -0.1, 0.233_333_333_333, 0.16],
        [0.0, 0.5, 0.116_666_666_667, -0.216_666_666_667, 0.193_333_333_333],
        [-0.1, 0.116_666_666_667, 0.363_333_333_333, 0.146_666_666_667, -0.21],
        [0.233_333_333_333, -0.216_666_666_667, 0.146_666_666_667, 0.43, -0.17],
        [0.16, 0.193_333_333_333, -0.21, -0.17, 0.286_666_666_667],
    ];
    assert_all_close(p.covariance().entries(), covariance.as_flattened(), 1e-11);
    assert_close(p.largest_square(), 2.13, 1e-14);
    assert_close(p.sharp_constant(), 2.13, 1e-12);
    assert_close(p.smallest_eigenvalue(), 0.500_319_924_044, 1e-11);
    assert!(p.floor() < 1e-30 && p.noise().entries().iter().all(|entry| entry.abs() < 1e-29));
    let values = symmetric_eigen(p.covariance()).values;
    let reference = [0.0, 0.0, 0.500_319_924_044, 0.653_751_540_405, 0.842_595_202_218];
    assert_all_close(&values, &reference, 1e-11);

    // From another start the limit differs by what is orthogonal to the rows.
    let truth = [0.5, -1.0, 0.25, 0.75, -0.5];
    let responses = d2_design().times(&truth);
    let there = LeastSquares::training(&d2_design(), &responses, Some(&truth)).unwrap();
    assert_all_close(there.minimiser(), &truth, 1e-14);
}

#[test]
fn the_third_data_set_matches_its_reference() {
    let p = d3();
    assert_close(p.minimiser()[0], 0.838_164_251_208, 1e-11);
    assert_close(p.covariance().entries()[0], 1.035, 1e-14);
    assert_close(p.smallest_eigenvalue(), 1.035, 1e-14);
    assert_close(p.noise().entries()[0], 0.084_743_379_367_1, 1e-11);
    assert_close(p.sharp_constant(), 1.578_405_797_1, 1e-10);
    assert_close(p.floor(), 0.043_946_256_038_6, 1e-11);
    assert_close(p.largest_square(), 2.25, 1e-14);
}

#[test]
fn noise_is_the_covariance_of_single_sample_gradients() {
    let design = Matrix::new(5, 2, vec![1.0, 0.2, 0.5, -0.8, -1.2, 0.4, 0.3, 1.1, -0.7, -0.6]);
    let responses = [0.9, -0.3, -1.0, 0.8, -1.1];
    let p = LeastSquares::training(&design, &responses, None).unwrap();
    let eta = [0.7, -1.3];
    let theta: Vec<f64> = p.minimiser().iter().zip(&eta).map(|(a, b)| a + b).collect();
    let gradients: Vec<Vec<f64>> = design
        .rows()
        .zip(&responses)
        .map(|(x, y)| x.iter().map(|entry| (real::dot(x, &theta) - y) * entry).collect())
        .collect();
    let mean = |f: &dyn Fn(&[f64]) -> f64| gradients.iter().map(|g| f(g)).sum::<f64>() / 5.0;
    let found = p.noise_covariance(&eta);
    for i in 0..2 {
        for j in 0..2 {
            let covariance = mean(&|g| g[i] * g[j]) - mean(&|g| g[i]) * mean(&|g| g[j]);
            assert_close(found.row(i)[j], covariance, 1e-13);
        }
    }
}

#[test]
fn populations_have_their_noise_in_closed_form() {
    let (spectrum, s, eta) = ([2.0, 0.5], 0.7, [0.3, -1.1]);
    let p = LeastSquares::gaussian(&spectrum, s).unwrap();
    let excess = 2.0 * 0.09 + 0.5 * 1.21;
    let c = p.noise_covariance(&eta);
    assert_close(c.row(0)[0], (excess + 0.49) * 2.0 + 4.0 * 0.09, 1e-14);
    assert_close(c.row(0)[1], 2.0 * 0.5 * 0.3 * -1.1, 1e-14);
    assert_close(p.sharp_constant(), 2.5 + 4.0, 1e-14);

    let sphere = LeastSquares::rotation_invariant(3, 0.6, 0.2, 0.5).unwrap();
    let eta = [0.5, -1.0, 2.0];
    let c = sphere.noise_covariance(&eta);
    assert_close(c.row(0)[0], 0.6 * 5.25 + 0.25 + 0.2 * 0.25, 1e-14);
    assert_close(c.row(0)[2], 0.2, 1e-14);
    // Points of the sphere of radius √3 have |x|² = 3 and E[|x|² x xᵀ] = 3 I.
    assert_close(sphere.sharp_constant(), 3.0, 1e-14);
    let same = LeastSquares::sphere(&[1.0; 3], 0.5).unwrap();
    assert_all_close(same.fourth.entries(), sphere.fourth.entries(), 1e-15);
    assert_eq!(same.largest_square(), 3.0);
    let gaussian = LeastSquares::rotation_invariant(2, 1.0, 1.0, 0.7).unwrap();
    assert_eq!(gaussian, LeastSquares::gaussian(&[1.0, 1.0], 0.7).unwrap());
}

/// Eight points at equal angles on the circle have all moments of up to seventh order of the uniform
/// law on it.
#[test]
fn the_sphere_in_the_plane_has_the_moments_of_points_at_equal_angles() {
    let spectrum = [2.0_f64, 0.5];
    let point = |i: u32| {
        let angle = 0.25 * std::f64::consts::PI * (f64::from(i) + 0.3);
        let radius = 2.0_f64.sqrt();
        [
            spectrum[0].sqrt() * radius * real::cos(angle),
            spectrum[1].sqrt() * radius * real::sin(angle),
        ]
    };
    let rows: Vec<f64> = (0..8).flat_map(point).collect();
    let samples = LeastSquares::training(&Matrix::new(8, 2, rows), &[0.0; 8], None).unwrap();
    let sphere = LeastSquares::sphere(&spectrum, 0.0).unwrap();
    assert_all_close(sphere.covariance().entries(), samples.covariance().entries(), 1e-14);
    assert_all_close(sphere.fourth.entries(), samples.fourth.entries(), 1e-14);
    assert!(samples.largest_square() <= sphere.largest_square());
}

#[test]
fn the_range_keeps_eigenvalues_and_noise() {
    let (reduced, basis) = d2().on_range().unwrap();
    assert_eq!((reduced.dim(), basis.n_columns()), (3, 5));
    assert_close(reduced.sharp_constant(), 2.13, 1e-12);
    let (turned, basis) = d1().on_range().unwrap();
    let eta = [0.4, -0.9];
    let there = crate::matrix::congruence(&basis, &d1().noise_covariance(&eta));
    assert_all_close(turned.noise_covariance(&basis.times(&eta)).entries(), there.entries(), 1e-13);
}

#[test]
fn impossible_samples_are_refused() {
    let design = Matrix::new(2, 1, vec![0.0, 0.0]);
    let none = LeastSquares::training(&design, &[1.0, 2.0], None);
    assert_eq!(none, Err(LeastSquaresError::NoSignal));
    assert!(LeastSquares::training(&design, &[1.0], None).is_err());
    let empty = LeastSquares::training(&Matrix::new(0, 2, Vec::new()), &[], None);
    assert_eq!(empty, Err(LeastSquaresError::NoSignal));
    assert!(LeastSquares::training(&design, &[1.0, f64::NAN], None).is_err());
    assert!(LeastSquares::gaussian(&[1.0, -1.0], 0.0).is_err());
    assert_eq!(LeastSquares::sphere(&[], 0.0), Err(LeastSquaresError::NoSignal));
    assert!(LeastSquares::rotation_invariant(2, 1.0, -2.0, 0.0).is_err());
}
