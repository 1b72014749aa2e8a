//! Data sets, spectra and bounds against published and reference values.
//!
//! Published numbers are those that the authors' notebooks print; the others follow from closed
//! forms evaluated independently of this crate.

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::parameter::Value;
use maruyama_dynamics::real;
use maruyama_theory::tail::{
    corrected_index, kesten_criterion, kurtosis_factor, scalar_kesten_index,
};

use crate::setting::{STEP_SIZES, assert_close, bounds, build, problems};

#[test]
fn the_twelve_printed_numbers_of_table_3_are_reproduced() {
    // lambda_1, eta^*, eta_*, gamma_bar as the authors' notebooks print them.
    let printed = [
        [
            319.831_317_141_041_55,
            2.955_185_746_221_347,
            2.908_906_502_738_794_6,
            0.037_374_071_184_160_92,
        ],
        [
            137.069_958_552_038,
            2.912_905_473_666_586_3,
            2.476_868_300_004_667,
            0.133_207_239_251_936_98,
        ],
        [
            93.485_640_247_733_13,
            3.056_166_426_902_537,
            2.701_725_921_589_522_6,
            0.303_618_567_052_135_14,
        ],
    ];
    for (idx, expected) in printed.into_iter().enumerate() {
        let bounds = bounds(idx);
        let values = [
            problems()[idx].spectrum().singular_values[0],
            bounds.upper,
            bounds.lower.unwrap(),
            bounds.step_size_for_lower,
        ];
        for (value, expected) in values.into_iter().zip(expected) {
            assert_close(value, expected, 1e-10);
        }
    }
}

#[test]
fn data_sets_and_their_spectra_match_reference_values() {
    // sum A, sum b, |b|², A_00, last entry of A, b_0, lambda_2, lambda_r, |A|², beta
    let expected = [
        [
            202_251.814_324_494_98,
            71_007.915_042_957_2,
            2_583_527.363_259_481_3,
            0.682_759_918_953_139,
            0.571_421_849_665_786_4,
            43.198_365_120_504_6,
            6.370_346_205_616_641_6,
            3.383_539_815_903_072_5,
            107_026.071_103_947_48,
            16_397.642_852_811_69,
        ],
        [
            35_107.375,
            806.2,
            509.22,
            0.0,
            0.0,
            0.0,
            35.437_298_239_702_83,
            0.053_782_104_620_081_206,
            26_980.515_625_000_025,
            62.107_656_237_811_646,
        ],
        [
            37_593.844_398_806_774,
            806.2,
            509.22,
            0.0,
            0.0,
            0.0,
            23.344_535_337_677_492,
            0.059_214_522_245_693_92,
            11_837.220_743_429_913,
            27.473_299_651_282_947,
        ],
    ];
    for ((problem, expected), rank) in problems().iter().zip(expected).zip([200, 61, 192]) {
        let (Dataset { design, response, .. }, spectrum) = (problem.dataset(), problem.spectrum());
        assert_eq!(spectrum.rank(), rank);
        let singular_values = &spectrum.singular_values;
        let values = [
            real::sum(design.entries()),
            real::sum(response),
            real::dot(response, response),
            design.entries()[0],
            *design.entries().last().unwrap(),
            response[0],
            singular_values[1],
            *singular_values.last().unwrap(),
            real::dot(singular_values, singular_values),
            spectrum.beta,
        ];
        for (value, expected) in values.into_iter().zip(expected) {
            assert_close(value, expected, 1e-9);
        }
    }
}

#[test]
fn rates_thresholds_and_kesten_criteria_match_reference_values() {
    // theta_1, sum phi, gamma', gamma_2, gamma max|a|², expanding fraction, kappa_1, eta_corr
    let expected = [
        [
            1.022_920_714_241_735_6,
            0.535_130_355_519_737_5,
            0.009_343_517_796_040_228,
            0.037_374_071_184_160_91,
            1.193_802_033_924_937_8,
            0.0,
            1.000_988_243_193_330_6,
            1_979.445_952_794_258,
        ],
        [
            1.045_529_968_695_460_9,
            0.750_709_950_612_132_2,
            0.033_301_809_812_984_22,
            0.133_207_239_251_936_9,
            2.309_765_625_000_000_3,
            0.016_138_007_790_762_382,
            1.052_972_889_664_462_1,
            37.111_027_466_751_466,
        ],
        [
            0.972_683_910_131_171_2,
            0.658_721_243_373_951_7,
            0.075_904_641_763_033_78,
            0.303_618_567_052_135_14,
            1.972_526_587_310_088_8,
            0.0,
            1.052_772_393_948_426_4,
            39.962_917_409_280_28,
        ],
    ];
    for (idx, expected) in expected.into_iter().enumerate() {
        let (problem, bounds) = (&problems()[idx], bounds(idx));
        let design = &problem.dataset().design;
        let criterion = kesten_criterion(design, STEP_SIZES[idx]);
        let kappa = kurtosis_factor(design, problem.spectrum().right_vectors.row(0));
        let corrected = corrected_index(kappa, bounds.theta[0], 1);
        let values = [
            bounds.theta[0],
            real::sum(&bounds.phi),
            bounds.step_size_for_convergence,
            bounds.step_size_for_second_moment,
            criterion.expansion,
            criterion.expanding_fraction,
            kappa,
        ];
        for (value, expected) in values.into_iter().zip(expected) {
            assert_close(value, expected, 1e-9);
        }
        assert_close(corrected, expected[7], 1e-6);
        assert_eq!(criterion.upper.is_infinite(), idx != 1);
    }
    // The scalar equation for the projections a_i · q_1.
    for (idx, expected) in [f64::INFINITY, 102.58, f64::INFINITY].into_iter().enumerate() {
        let problem = &problems()[idx];
        let projections = problem.dataset().design.times(problem.spectrum().right_vectors.row(0));
        let index = scalar_kesten_index(&projections, STEP_SIZES[idx], 0.0).unwrap();
        assert!(index == expected || (index - expected).abs() < 0.005, "{index} vs {expected}");
    }
    let upper = kesten_criterion(&problems()[1].dataset().design, 0.1).upper;
    assert_close(upper, 27.770_700_849_782_15, 1e-9);
}

#[test]
fn conventions_for_labels_differ_in_the_last_response_only() {
    let all = build("digits", &[("labels", Value::Text("all".to_owned()))]);
    let authors = &problems()[1];
    let (all, authors) = (all.dataset(), authors.dataset());
    assert_eq!(all.design, authors.design);
    assert_eq!(all.response[..1796], authors.response[..1796]);
    assert_eq!((all.response[1796], authors.response[1796]), (0.8, 0.0));
    assert_eq!(problems()[2].dataset().response, authors.response);
}
