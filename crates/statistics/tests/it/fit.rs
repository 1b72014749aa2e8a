//! Laws and fits beside mpmath and SciPy (`scripts/fixtures/fit.py`).

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;
use maruyama_statistics::fit::parametric::{Parametric, observed_errors};
use maruyama_statistics::fit::profile::profile_interval;
use maruyama_statistics::fit::skew_t::SkewTFamily;
use maruyama_statistics::fit::stable_skewed::{self, StableSkewedMl};
use maruyama_statistics::fit::student_t::StudentTFamily;
use maruyama_statistics::fit::{Family, FitError, family};
use maruyama_statistics::law::inverse_gamma::InverseGamma;
use maruyama_statistics::law::jones_faddy::JonesFaddy;
use maruyama_statistics::law::pearson_iv::PearsonIv;
use maruyama_statistics::law::skew_t::SkewT;
use maruyama_statistics::law::stable::Stable;
use maruyama_statistics::law::{Law, LawError};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/fit.json")).unwrap()
}

fn rows(fixture: &Value, name: &str) -> Vec<Vec<f64>> {
    let numbers = |row: &Value| row.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    fixture[name].as_array().unwrap().iter().map(numbers).collect()
}

/// Compares `(x, ln_pdf, cdf, sf)` at the end of each row, relatively; a tail below 1e-290 is not.
fn check_laws(
    name: &str,
    bound: f64,
    law: impl Fn(&[f64]) -> Result<Box<dyn Law>, LawError>,
) -> usize {
    let fixture = fixture();
    let rows = rows(&fixture, name);
    let mut worst = [0.0_f64; 3];
    for row in &rows {
        let (parameters, values) = row.split_at(row.len() - 4);
        let law = law(parameters).unwrap();
        let [x, ln_pdf, cdf, sf] = *values else { panic!("{row:?}") };
        let differences = [
            if ln_pdf < -600.0 { 0.0 } else { law.ln_pdf(x) - ln_pdf },
            if cdf < 1e-290 { 0.0 } else { law.cdf(x) / cdf - 1.0 },
            if sf < 1e-290 { 0.0 } else { law.sf(x) / sf - 1.0 },
        ];
        for (worst, difference) in worst.iter_mut().zip(differences) {
            assert!(difference.abs() < bound, "{name} {row:?}: {differences:?}");
            *worst = worst.max(difference.abs());
        }
    }
    println!("{name}: {} rows, largest differences {worst:?}", rows.len());
    rows.len()
}

#[test]
fn pearson_laws_of_type_iv_agree() {
    let law = |p: &[f64]| Ok(Box::new(PearsonIv::new(p[0], p[1], 0.0, 1.0)?) as Box<dyn Law>);
    assert!(check_laws("pearson_iv", 1e-10, law) >= 40);
}

#[test]
fn skew_t_laws_agree() {
    let law = |p: &[f64]| Ok(Box::new(SkewT::new(p[0], p[1], 0.0, 1.0)?) as Box<dyn Law>);
    assert!(check_laws("skew_t", 1e-10, law) >= 30);
}

#[test]
fn inverse_gamma_laws_agree() {
    let law = |p: &[f64]| Ok(Box::new(InverseGamma::new(p[0], 1.0)?) as Box<dyn Law>);
    assert!(check_laws("inverse_gamma", 1e-10, law) >= 30);
}

#[test]
fn jones_faddy_laws_agree() {
    let law = |p: &[f64]| Ok(Box::new(JonesFaddy::new(p[0], p[1], 0.0, 1.0)?) as Box<dyn Law>);
    assert!(check_laws("jones_faddy", 1e-10, law) >= 25);
}

#[test]
fn stable_laws_agree() {
    let fixture = fixture();
    let rows = rows(&fixture, "stable");
    let mut worst = [0.0_f64; 3];
    let mut missed = Vec::new();
    for row in &rows {
        let [alpha, beta, x, pdf, cdf, sf] = row[..] else { panic!("{row:?}") };
        let law = Stable::s0(alpha, beta, 0.0, 1.0).unwrap();
        // The reference itself is good to 1e-18.
        let relative = |value: f64, exact: f64| {
            let difference = value - exact;
            if difference.abs() < 3e-18 { 0.0 } else { difference / exact }
        };
        let differences = [
            relative(real::exp(law.ln_pdf(x)), pdf),
            relative(law.cdf(x), cdf),
            relative(law.sf(x), sf),
        ];
        if differences.iter().any(|difference| difference.abs() >= 1e-9) {
            missed.push((row.clone(), differences));
        }
        for (worst, difference) in worst.iter_mut().zip(differences) {
            *worst = worst.max(difference.abs());
        }
    }
    assert!(missed.is_empty(), "{} rows: {missed:?}", missed.len());
    println!("stable: {} rows, largest differences {worst:?}", rows.len());
    assert!(rows.len() >= 300);
}

#[test]
fn fits_are_never_less_likely_than_scipys() {
    let fixture = fixture();
    let cases = fixture["fits"].as_array().unwrap();
    for case in cases {
        let name = case["family"].as_str().unwrap();
        let values = case["sample"].as_array().unwrap();
        let sample: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
        let reference = case["log_likelihood"].as_f64().unwrap();
        let name = if name == "stable" { stable_skewed::NAME } else { name };
        let fitted = family(name).unwrap().fit(&sample).unwrap();
        let own = fitted.log_likelihood.unwrap();
        let sum: f64 = sample.iter().map(|x| fitted.law.ln_pdf(*x)).sum();
        assert!(
            (sum - own).abs() < 1e-6 * (1.0 + own.abs()),
            "{name}: {own}, but the law has {sum}"
        );
        assert!(
            own > reference - 1e-6,
            "{name}: {own}, SciPy {reference}, {:?}",
            fitted.parameters
        );
        println!("{name}: {:+.1e}", own - reference);
    }
    assert!(cases.len() >= 44);
}

fn new_laws() -> Vec<Box<dyn Law>> {
    vec![
        Box::new(PearsonIv::new(3.0, 1.5, 0.5, 2.0).unwrap()),
        Box::new(PearsonIv::with_asymmetry(0.7, -0.4, 0.0, 1.0).unwrap()),
        Box::new(SkewT::new(2.5, -2.0, 1.0, 0.5).unwrap()),
        Box::new(JonesFaddy::new(0.8, 2.0, -3.0, 1.5).unwrap()),
        Box::new(InverseGamma::new(1.4, 3.0).unwrap()),
        Box::new(Stable::s0(1.0, 0.6, 0.0, 1.0).unwrap()),
        Box::new(Stable::s0(0.97, -0.8, 2.0, 3.0).unwrap()),
        Box::new(Stable::s0(1.02, 0.1, 0.0, 1.0).unwrap()),
    ]
}

#[test]
fn draws_follow_the_distribution_functions() {
    for (chain, law) in new_laws().into_iter().enumerate() {
        let mut stream = Stream::new(StreamKey(67), chain as u64, Purpose::Bootstrap);
        let n = 4000;
        let draws: Vec<f64> = (0..n).map(|_| law.draw(&mut stream)).collect();
        for p in [0.03, 0.3, 0.5, 0.8, 0.98] {
            let x = law.quantile(p);
            let share = draws.iter().filter(|d| **d <= x).count() as f64 / f64::from(n);
            let bound = 4.0 * (p * (1.0 - p) / f64::from(n)).sqrt();
            assert!((share - p).abs() < bound, "{law:?}, {p}: {share}");
        }
    }
}

#[test]
fn quantiles_invert_and_densities_are_derivatives() {
    for law in new_laws() {
        for p in [1e-6, 0.04, 0.5, 0.77, 0.999] {
            let x = law.quantile(p);
            assert!((law.cdf(x) / p - 1.0).abs() < 1e-9, "{law:?}, {p}: {x}");
            assert!((law.cdf(x) + law.sf(x) - 1.0).abs() < 1e-11, "{law:?}, {p}: {x}");
            let h = 1e-5 * (1.0 + x.abs());
            let slope = (law.cdf(x + h) - law.cdf(x - h)) / (2.0 * h);
            let pdf = real::exp(law.ln_pdf(x));
            assert!((slope - pdf).abs() < 1e-5 * pdf + 1e-9, "{law:?}, {x}: {slope}, {pdf}");
        }
        assert!(law.quantile(1.5).is_nan());
    }
}

#[test]
fn unusable_samples_and_parameters_are_typed_errors() {
    for name in ["stable_skewed_ml", "stable_characteristic", "pearson_iv", "skew_t", "jones_faddy"]
    {
        let fit = |sample: &[f64]| family(name).unwrap().fit(sample).map(|_| ());
        assert!(matches!(fit(&[]), Err(FitError::Sample(_))), "{name}");
        assert!(matches!(fit(&[1.0; 20]), Err(FitError::Sample(_))), "{name}");
        assert!(matches!(fit(&[0.0, f64::NAN]), Err(FitError::Sample(_))), "{name}");
        let mut tied = vec![2.0; 20];
        tied.extend((0..15).map(f64::from));
        assert!(matches!(fit(&tied), Err(FitError::Tied { count: 21, .. })), "{name}");
    }
    let fit = |sample: &[f64]| family("inverse_gamma").unwrap().fit(sample).map(|_| ());
    let negative = FitError::NotPositive { index: 1, value: -2.0 };
    assert_eq!(fit(&[1.0, -2.0, 3.0]), Err(negative));
    assert!(matches!(fit(&[1.0, f64::INFINITY]), Err(FitError::Sample(_))));
    assert!(matches!(fit(&[1.0, 1.0 + f64::EPSILON]), Err(FitError::NotConverged { .. })));
    assert_eq!(PearsonIv::new(1.0, 0.0, 0.0, 1.0).unwrap_err().parameter, "nu");
    assert_eq!(SkewT::new(2.0, f64::NAN, 0.0, 1.0).unwrap_err().parameter, "shape");
    assert_eq!(JonesFaddy::new(2.0, 0.0, 0.0, 1.0).unwrap_err().parameter, "b");
    assert_eq!(InverseGamma::new(1.0, -1.0).unwrap_err().parameter, "scale");
}

#[test]
fn the_stationary_law_has_the_published_values() {
    // Computed from the diffusion with phi = 1/4 and mu = 0.8, by quadrature.
    let law = PearsonIv::new(5.0, 0.8, 0.0, 1.0).unwrap();
    for (value, exact) in [
        (real::exp(law.ln_pdf(0.0)), 0.326_910_664_365_932),
        (real::exp(law.ln_pdf(1.0)), 0.504_475_621_793_226_7),
        (law.cdf(0.0), 0.079_981_718_991_113_4),
        (law.cdf(1.0), 0.694_794_694_724_490_1),
    ] {
        assert!((value / exact - 1.0).abs() < 1e-12, "{value} against {exact}");
    }
}

#[test]
fn profile_intervals_hold_the_estimate_and_nest() {
    let law = Stable::s0(1.6, 0.3, 1.0, 2.0).unwrap();
    let mut stream = Stream::new(StreamKey(73), 0, Purpose::Bootstrap);
    let sample: Vec<f64> = (0..250).map(|_| law.draw(&mut stream)).collect();
    let families: [(&dyn Parametric, &str); 3] =
        [(&StableSkewedMl, "alpha"), (&StudentTFamily, "nu"), (&SkewTFamily, "nu")];
    for (family, parameter) in families {
        let estimate = family.fit(&sample).unwrap().parameter(parameter).unwrap();
        let interval =
            |level| profile_interval(family, &sample, parameter, level).unwrap().unwrap();
        let (narrow, wide) = (interval(0.5), interval(0.95));
        assert!(narrow.low < estimate && estimate < narrow.high, "{parameter}: {narrow:?}");
        assert!(wide.low < narrow.low && narrow.high < wide.high, "{parameter}: {wide:?}");
        // For a quadratic likelihood the widths are in the ratio of the normal quantiles, 2.906.
        let errors = observed_errors(family, &sample).unwrap();
        let error = errors.iter().find(|(name, _)| *name == parameter).unwrap().1;
        let ratio = (narrow.high - narrow.low) / (2.0 * 0.6745 * error);
        assert!((ratio - 1.0).abs() < 0.2, "{parameter}: {ratio}");
    }
    assert_eq!(profile_interval(&StudentTFamily, &sample, "beta", 0.9), Ok(None));
}

#[test]
fn the_likelihood_in_all_parameters_has_the_maximum_of_the_profile() {
    let fixture = fixture();
    for case in fixture["fits"].as_array().unwrap() {
        if case["family"] != "student_t" {
            continue;
        }
        let values = case["sample"].as_array().unwrap();
        let sample: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
        let fitted = StudentTFamily.fit(&sample).unwrap();
        let nu = fitted.parameter("nu").unwrap();
        let interval = profile_interval(&StudentTFamily, &sample, "nu", 0.95).unwrap().unwrap();
        assert!(interval.low <= nu * (1.0 + 1e-9) && nu <= interval.high, "{nu}: {interval:?}");
        let errors = observed_errors(&StudentTFamily, &sample).unwrap();
        let scale = errors.iter().find(|(name, _)| *name == "scale").unwrap().1;
        let other = fitted.standard_errors.iter().find(|(name, _)| *name == "scale").unwrap().1;
        // Observed information and outer product of the scores agree up to the size of the sample.
        assert!((0.4..2.5).contains(&(scale / other)), "{scale}, {other}");
    }
}
