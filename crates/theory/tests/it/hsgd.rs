//! Homogenized SGD: bounds, moments and exact indices.

use maruyama_theory::tail::{
    Diffusion, Group, certified_lower, coupling_rate, fourth_moment_rate, isotropic_index,
    printed_coupling_rate, second_moment_rate, two_group_index, two_group_rate,
};

use crate::reference::{assert_close, diffusion, real, reals, reference};

#[test]
fn moments_and_certificates_of_formula_cases() {
    for case in reference()["bounds_formula_cases"].as_array().unwrap() {
        let diffusion = diffusion(reals(case, "theta"), &reals(case, "phi"));
        let second = second_moment_rate(&diffusion);
        assert_close("Lambda(2)", second, real(case, "Lambda2"), 1e-12);
        let fourth = fourth_moment_rate(&diffusion);
        assert_close("Lambda(4)", fourth, real(case, "Lambda4"), 1e-12);
        let certified = certified_lower(&diffusion, 21).unwrap();
        assert_close("certified", certified, real(case, "eta_certified_c21"), 1e-9);
        assert!(certified >= real(case, "eta_sharp") - 1e-12);
        assert!(certified <= real(case, "eta_up") + 1e-12);
    }
}

#[test]
fn indices_of_two_groups_with_a_ridge() {
    for case in reference()["exact_eta_two_group_delta"]["cases"].as_array().unwrap() {
        let (ridge, ratio) = (real(case, "delta"), real(case, "lam2_ratio"));
        let mult = real(case, "mult");
        let group = |eigenvalue: f64, phi: f64, multiplicity: f64| {
            let theta = eigenvalue + ridge;
            Group { theta, noise: 2.0 * theta * phi, multiplicity }
        };
        let (phi1, phi2) = (real(case, "phi1"), real(case, "phi2"));
        let groups = [group(1.0, phi1, 1.0), group(ratio, phi2, mult)];
        let exact = two_group_index(&groups, 60).unwrap();
        assert_close("exact", exact, real(case, "eta_exact"), 1e-8);

        let mut theta = vec![1.0 + ridge];
        let mut phi = vec![phi1];
        theta.resize(1 + mult as usize, ratio + ridge);
        phi.resize(1 + mult as usize, phi2);
        let diffusion = diffusion(theta, &phi);
        let certified = certified_lower(&diffusion, 21).unwrap();
        assert_close("certified", certified, real(case, "eta_certified"), 1e-8);
        assert!(certified <= exact && exact <= real(case, "eta_up"));
        assert_close("upper", diffusion.upper(), real(case, "eta_up"), 1e-14);
        let sharp = diffusion.sharp_lower().unwrap();
        assert_close("sharp", sharp, real(case, "eta_sharp"), 1e-14);
    }
}

#[test]
fn growth_rates_of_two_groups() {
    let reference = reference();
    let case = &reference["moment_lyapunov_two_group_05x3_phi03"];
    let groups = [
        Group { theta: 1.0, noise: 0.6, multiplicity: 1.0 },
        Group { theta: 0.5, noise: 0.15, multiplicity: 3.0 },
    ];
    for (p, expected) in reals(case, "p").into_iter().zip(reals(case, "Lambda")) {
        let found = two_group_rate(&groups, p, 60);
        assert_close("Lambda", found.middle(), expected, 1e-10);
    }
    let diffusion = Diffusion { theta: reals(case, "theta"), noise: reals(case, "s2") };
    let expected = reals(case, "Lambda");
    assert_close("Lambda(2)", second_moment_rate(&diffusion), expected[1], 1e-12);
    assert_close("Lambda(4)", fourth_moment_rate(&diffusion), expected[5], 1e-12);
    let index = two_group_index(&groups, 60).unwrap();
    assert_close("eta", index, 3.216_233_871_176_797_8, 1e-9);
}

#[test]
fn isotropic_indices_by_closed_form_and_by_the_two_group_equation() {
    for case in reference()["isotropic_exact"]["cases"].as_array().unwrap() {
        let (r, phi, eta) = (real(case, "r"), real(case, "phi"), real(case, "eta"));
        assert_close("closed form", isotropic_index(phi, r).unwrap(), eta, 1e-12);
        let group = |multiplicity| Group { theta: 0.7, noise: 1.4 * phi, multiplicity };
        let index = two_group_index(&[group(1.0), group((r - 1.0).max(1e-3))], 40).unwrap();
        let expected = isotropic_index(phi, 1.0 + (r - 1.0).max(1e-3)).unwrap();
        assert_close("two equal groups", index, expected, 1e-9);
    }
}

#[test]
fn index_of_a_leading_component_and_a_pooled_bulk_four_thousand_times_slower() {
    // The paper's data set X at step size 0.02, its 199 smaller eigenvalues pooled.
    let groups = [
        Group { theta: 1.022_920_714_241_735_6, noise: 1.046_366_787_624_822_4, multiplicity: 1.0 },
        Group {
            theta: 2.619_338_971_646_085_6e-4,
            noise: 6.860_936_648_383_97e-8,
            multiplicity: 180.732_609_678_193_8,
        },
    ];
    // Within 5e-6 of differences on 32 000 points; collocation in w itself with 60 intervals, which
    // does not resolve the layer of width 7e-8 at w = 1, has 2.954740.
    let index = two_group_index(&groups, 60).unwrap();
    assert_close("eta", index, 2.955_048_430_311, 1e-11);
    assert_close("coarse", two_group_index(&groups, 40).unwrap(), index, 1e-11);
    let second = two_group_rate(&groups, 2.0, 60).middle();
    let term = |group: &Group| group.multiplicity * group.noise / (second + 2.0 * group.theta);
    assert_close("secular equation", term(&groups[0]) + term(&groups[1]), 1.0, 1e-7);
}

#[test]
fn rates_of_convergence_solve_their_equations() {
    for case in reference()["bounds_formula_cases"].as_array().unwrap() {
        let diffusion = diffusion(reals(case, "theta"), &reals(case, "phi"));
        let sharp = coupling_rate(&diffusion).unwrap();
        assert_close("sharp rate", sharp, -0.5 * real(case, "Lambda2"), 1e-12);
        let Some(printed) = printed_coupling_rate(&diffusion) else {
            // gamma' is a quarter of the threshold of second moments.
            assert!(real(case, "gamma") >= real(case, "gamma_prime"));
            continue;
        };
        assert!(real(case, "gamma") < real(case, "gamma_prime"));
        // (40), in the symbols of the paper.
        let (n, gamma) = (real(case, "n"), real(case, "gamma"));
        let (ridge, batch_size) = (real(case, "delta"), real(case, "B"));
        let term = |lambda: f64| {
            let square = lambda * lambda;
            square * square / (square + ridge - n * printed / gamma)
        };
        let sum: f64 = reals(case, "lambda_").into_iter().map(term).sum();
        assert_close("(40)", sum / (n * batch_size / (2.0 * gamma)), 1.0, 1e-9);
        let slowest = diffusion.theta.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(0.0 < printed && printed < sharp && sharp < slowest);
    }
}
