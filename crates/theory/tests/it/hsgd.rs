//! Homogenized SGD: bounds, moments and exact indices.

use maruyama_theory::tail::{
    Diffusion, Group, certified_lower, fourth_moment_rate, isotropic_index, second_moment_rate,
    two_group_index, two_group_rate,
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
