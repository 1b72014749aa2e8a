//! Tests of samples, adjusted p-values, series and intervals against the values that
//! `scripts/fixtures/goodness.py` takes from SciPy, mpmath, R, statsmodels, arviz and arch.

use maruyama_statistics::goodness::k_sample::{self, Ties};
use maruyama_statistics::goodness::pair::Pair;
use maruyama_statistics::goodness::pair_test::{Method, Side};
use maruyama_statistics::goodness::{
    anderson_darling, cramer_von_mises, kolmogorov, kuiper, statistic,
};
use maruyama_statistics::interval::bootstrap::bca;
use maruyama_statistics::interval::mean::student_interval;
use maruyama_statistics::law::normal::Normal;
use maruyama_statistics::multiple::adjust::{NamedP, Procedure, adjust};
use maruyama_statistics::sample::check::sorted;
use maruyama_statistics::sample::moments::{mean, moments};
use maruyama_statistics::sample::quantile::quantile;
use maruyama_statistics::series::autocorrelation::autocovariance;
use maruyama_statistics::series::block_length::block_length;
use maruyama_statistics::series::chains::convergence;
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/goodness.json")).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The largest difference of a topic, printed with `--nocapture`.
struct Worst {
    topic: &'static str,
    bound: f64,
    largest: f64,
    cases: usize,
}

impl Worst {
    fn new(topic: &'static str, bound: f64) -> Worst {
        Worst { topic, bound, largest: 0.0, cases: 0 }
    }

    fn relative(&mut self, found: f64, expected: f64, case: &str) {
        self.difference(
            (found - expected).abs() / expected.abs().max(1e-300),
            found,
            expected,
            case,
        );
    }

    fn absolute(&mut self, found: f64, expected: f64, case: &str) {
        self.difference((found - expected).abs(), found, expected, case);
    }

    fn difference(&mut self, difference: f64, found: f64, expected: f64, case: &str) {
        let Worst { topic, bound, .. } = *self;
        assert!(difference <= bound, "{topic}, {case}: {found:e} against {expected:e}");
        self.largest = self.largest.max(difference);
        self.cases += 1;
    }
}

impl Drop for Worst {
    fn drop(&mut self) {
        println!("{}: {} cases, {:.1e}", self.topic, self.cases, self.largest);
    }
}

#[test]
fn kolmogorov_laws_match_high_precision() {
    let fixture = fixture();
    let mut worst = Worst::new("Kolmogorov, two-sided p", 1e-8);
    for row in rows(&fixture["kolmogorov"]["two_sided"]) {
        let [n, d, p] = numbers(row)[..] else { panic!("a row of three") };
        worst.relative(kolmogorov::p_value(n as usize, d), p, &format!("n = {n}, d = {d}"));
    }
    let mut worst = Worst::new("Kolmogorov, one-sided p", 1e-8);
    for row in rows(&fixture["kolmogorov"]["one_sided"]) {
        let [n, d, p] = numbers(row)[..] else { panic!("a row of three") };
        let case = format!("n = {n}, d = {d}");
        worst.relative(kolmogorov::one_sided_p(n as usize, d), p, &case);
        // Beyond n d^2 = 4 both sides together are twice as probable.
        worst.relative(kolmogorov::p_value(n as usize, d), 2.0 * p, &case);
    }
}

#[test]
fn one_sample_statistics_match_scipy() {
    let fixture = fixture();
    let law = Normal::new(0.0, 1.0).unwrap();
    let mut distance = Worst::new("one-sample statistics", 1e-12);
    let mut p = Worst::new("Cramér-von Mises, p of samples", 1e-8);
    for row in rows(&fixture["one"]["samples"]) {
        let x = numbers(&row["x"]);
        let case = format!("n = {}", x.len());
        if row["cvm"].is_array() {
            let w = cramer_von_mises::cramer_von_mises(&x, &law).unwrap();
            let expected = numbers(&row["cvm"]);
            distance.relative(w, expected[0], &case);
            if expected[1] > 1e-3 && x.len() > 4 {
                p.absolute(cramer_von_mises::p_value(x.len(), w), expected[1], &case);
            }
        }
        let a = anderson_darling::anderson_darling(&x, &law).unwrap();
        distance.relative(a, number(&row["ad"]), &case);
        let d = statistic::kolmogorov_smirnov(&x, &law).unwrap();
        distance.relative(d, number(&row["ks"]), &case);
        distance.relative(kuiper::kuiper(&x, &law).unwrap(), number(&row["kuiper"]), &case);
    }
}

#[test]
fn quadratic_laws_match_series_and_integrals() {
    let fixture = fixture();
    let mut worst = Worst::new("Cramér-von Mises, corrected p", 1e-9);
    for row in rows(&fixture["one"]["cvm"]) {
        let [n, w, p] = numbers(row)[..] else { panic!("a row of three") };
        worst.absolute(cramer_von_mises::p_value(n as usize, w), p, &format!("n = {n}, w = {w}"));
    }
    let mut worst = Worst::new("Cramér-von Mises, limit", 1e-12);
    for row in rows(&fixture["one"]["cvm_limit"]) {
        let [w, p] = numbers(row)[..] else { panic!("a row of two") };
        worst.absolute(cramer_von_mises::limit_sf(w), p, &format!("w = {w}"));
    }
    let mut worst = Worst::new("Anderson-Darling, limit", 1e-11);
    for row in rows(&fixture["one"]["quadratic"]) {
        let [a, p] = numbers(row)[..] else { panic!("a row of two") };
        worst.relative(anderson_darling::limit_sf(a), p, &format!("a = {a}"));
    }
}

#[test]
fn two_sample_tests_match_scipy_and_exact_counts() {
    let fixture = fixture();
    let mut statistics = Worst::new("two-sample statistics", 1e-12);
    let mut exact = Worst::new("Kolmogorov-Smirnov, exact p", 1e-8);
    let mut limit = Worst::new("Kolmogorov-Smirnov, asymptotic p", 1e-6);
    let mut squares = Worst::new("Cramér-von Mises, exact p", 1e-12);
    let mut squares_limit = Worst::new("Cramér-von Mises, asymptotic p", 1e-11);
    for row in rows(&fixture["pairs"]["plain"]) {
        let pair = Pair::new(&numbers(&row["x"]), &numbers(&row["y"])).unwrap();
        let case = format!("{:?}", pair.sizes());
        for (side, name) in
            [(Side::Both, "two-sided"), (Side::Above, "greater"), (Side::Below, "less")]
        {
            let [d, p] = numbers(&row["exact"][name])[..] else { panic!("a statistic and its p") };
            let test = pair.kolmogorov_smirnov_by(side, Method::Exact);
            statistics.absolute(test.statistic, d, &case);
            exact.relative(test.p, p, &format!("{case} {name}"));
            let test = pair.kolmogorov_smirnov_by(side, Method::Asymptotic);
            limit.absolute(test.p, number(&row["asymptotic"][name]), &format!("{case} {name}"));
        }
        let [t, p] = numbers(&row["cvm"])[..] else { panic!("a statistic and its p") };
        let test = pair.cramer_von_mises_by(Method::Asymptotic);
        statistics.absolute(test.statistic, t, &case);
        // Below, SciPy's difference from 1 has lost its digits.
        if p > 1e-6 {
            squares_limit.absolute(test.p, p, &case);
        }
        if let Some(p) = row["cvm_exact"].as_f64() {
            squares.absolute(pair.cramer_von_mises_by(Method::Exact).p, p, &case);
        }
    }
}

#[test]
fn exact_probabilities_of_tied_samples_match_counts_and_r() {
    let fixture = fixture();
    let mut worst = Worst::new("Kolmogorov-Smirnov with ties, exact p", 1e-8);
    let mut r = Worst::new("Kolmogorov-Smirnov with ties, both sides, R", 1e-8);
    for row in rows(&fixture["pairs"]["tied"]) {
        let pair = Pair::new(&numbers(&row["x"]), &numbers(&row["y"])).unwrap();
        let counted = numbers(&row["counted"]);
        for (side, p) in [Side::Both, Side::Above, Side::Below].into_iter().zip(counted) {
            let test = pair.kolmogorov_smirnov_by(side, Method::Exact);
            worst.relative(test.p, p, &format!("{:?} {side:?}", pair.sizes()));
        }
        let both = pair.kolmogorov_smirnov_by(Side::Both, Method::Exact);
        r.relative(both.p, numbers(&row["r"])[0], &format!("{:?}", pair.sizes()));
    }
}

#[test]
fn k_sample_tests_match_scipy() {
    let fixture = fixture();
    let mut worst = Worst::new("k samples, standardised statistic", 1e-10);
    let mut p_worst = Worst::new("k samples, p in SciPy's table", 0.02);
    for row in rows(&fixture["k_samples"]) {
        let samples: Vec<Vec<f64>> = rows(&row["samples"]).iter().map(numbers).collect();
        let slices: Vec<&[f64]> = samples.iter().map(Vec::as_slice).collect();
        for (ties, name) in [(Ties::Right, "right"), (Ties::Midrank, "midrank")] {
            let test = k_sample::anderson_darling(&slices, ties).unwrap();
            let expected = number(&row[name]);
            let case = format!("{} samples, {name}", samples.len());
            worst.absolute(test.standardised, expected, &case);
            let p = number(&row[format!("{name}_p")]);
            // SciPy's table ends at these probabilities.
            if p > 0.0011 && p < 0.2499 {
                p_worst.absolute(test.p, p, &case);
            }
        }
    }
}

#[test]
fn adjusted_p_values_match_statsmodels() {
    let fixture = fixture();
    let mut worst = Worst::new("adjusted p", 1e-13);
    for row in rows(&fixture["multiple"]) {
        let tests: Vec<NamedP> = numbers(&row["p"])
            .iter()
            .enumerate()
            .map(|(i, p)| NamedP::new(format!("test {i}"), *p))
            .collect();
        for (procedure, name) in [
            (Procedure::Holm, "holm"),
            (Procedure::BenjaminiHochberg, "fdr_bh"),
            (Procedure::BenjaminiYekutieli, "fdr_by"),
        ] {
            let adjusted = adjust(&tests, procedure).unwrap();
            for (found, expected) in adjusted.iter().zip(numbers(&row[name])) {
                worst.absolute(found.adjusted, expected, name);
            }
        }
    }
}

#[test]
fn series_match_statsmodels_and_arviz() {
    let fixture = fixture();
    let mut covariances = Worst::new("autocovariances", 1e-12);
    let mut lengths = Worst::new("block lengths", 1e-10);
    for row in rows(&fixture["series"]["series"]) {
        let x = numbers(&row["x"]);
        let expected = numbers(&row["acov"]);
        let found = autocovariance(&x, expected.len() - 1).unwrap();
        for (found, expected) in found.iter().zip(&expected) {
            covariances.absolute(*found, *expected, &format!("n = {}", x.len()));
        }
        let blocks = block_length(&x).unwrap();
        let [stationary, circular] = numbers(&row["blocks"])[..] else { panic!("two lengths") };
        lengths.relative(blocks.stationary, stationary, "stationary");
        lengths.relative(blocks.circular, circular, "circular");
    }
    let mut worst = Worst::new("R-hat and effective sizes", 1e-9);
    for row in rows(&fixture["series"]["chains"]) {
        let chains: Vec<Vec<f64>> = rows(&row["x"]).iter().map(numbers).collect();
        let slices: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
        let found = convergence(&slices).unwrap();
        let case = format!("{} chains of {}", chains.len(), chains[0].len());
        for (name, value) in [
            ("rhat", found.r_hat),
            ("bulk", found.bulk_size),
            ("tail", found.tail_size),
            ("mean", found.mean_size),
        ] {
            worst.relative(value, number(&row[name]), &format!("{case}, {name}"));
        }
    }
}

#[test]
fn intervals_match_scipy() {
    let fixture = fixture();
    let mut worst = Worst::new("BCa intervals", 1e-9);
    for row in rows(&fixture["series"]["bca"]) {
        let x = numbers(&row["x"]);
        let statistic = |x: &[f64]| match row["statistic"].as_str() {
            Some("mean") => mean(x),
            Some("std") => moments(x).unwrap().std,
            _ => quantile(&sorted(x), 0.5),
        };
        let jackknife: Vec<f64> =
            (0..x.len()).map(|i| statistic(&[&x[..i], &x[i + 1..]].concat())).collect();
        let found = bca(statistic(&x), &numbers(&row["replicates"]), &jackknife, 0.95).unwrap();
        let [low, high] = numbers(&row["interval"])[..] else { panic!("two ends") };
        let case = row["statistic"].to_string();
        worst.absolute(found.low, low, &case);
        worst.absolute(found.high, high, &case);
    }
    let mut worst = Worst::new("Student intervals", 1e-11);
    for row in rows(&fixture["series"]["means"]) {
        let found = student_interval(&numbers(&row["x"]), 0.9).unwrap().interval;
        let [low, high] = numbers(&row["interval"])[..] else { panic!("two ends") };
        worst.absolute(found.low, low, "low");
        worst.absolute(found.high, high, "high");
    }
}
