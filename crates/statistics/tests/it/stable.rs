//! Stable laws beside R's `stabledist` (`scripts/fixtures/stable.R`) and, where that package is to be
//! doubted, beside integrals with 30 digits (`scripts/fixtures/stable.py`).

use maruyama_dynamics::real;
use maruyama_statistics::law::Law;
use maruyama_statistics::law::stable::Stable;
use serde_json::Value;

fn rows(name: &str) -> Vec<Vec<f64>> {
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/stable.json")).unwrap();
    let numbers = |row: &Value| row.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    fixture[name].as_array().unwrap().iter().map(numbers).collect()
}

/// Density, distribution function and survival function at `x`.
fn ours(alpha: f64, beta: f64, x: f64) -> [f64; 3] {
    let law = Stable::s0(alpha, beta, 0.0, 1.0).unwrap();
    [real::exp(law.ln_pdf(x)), law.cdf(x), law.sf(x)]
}

#[test]
fn stable_laws_are_their_integrals() {
    let rows = rows("exact");
    let mut worst = 0.0_f64;
    for row in &rows {
        let [alpha, beta, x, exact @ ..] = &row[..] else { panic!("{row:?}") };
        for (value, exact) in ours(*alpha, *beta, *x).iter().zip(exact) {
            // The integral itself is good to 1e-18.
            let difference = (value - exact).abs();
            let relative = if difference < 3e-18 { 0.0 } else { difference / exact };
            assert!(relative < 1e-9, "{row:?}: {value}");
            worst = worst.max(relative);
        }
    }
    println!("stable: {} integrals, largest difference {worst:e}", rows.len());
    assert!(rows.len() >= 150);
}

/// At `x = 5`, `alpha = 1`, `beta = -1`, by Zolotarev's integral with 40 digits; `stabledist` is off by
/// 1.2e-4.
const LIGHT: [f64; 2] = [1.519_023_306_496_657e-261, 1.601_617_442_505_904e-264];

#[test]
fn a_light_tail_keeps_its_digits() {
    let [pdf, _, sf] = ours(1.0, -1.0, 5.0);
    assert!((pdf / LIGHT[0] - 1.0).abs() < 1e-11, "{pdf:e}");
    assert!((sf / LIGHT[1] - 1.0).abs() < 1e-11, "{sf:e}");
}

/// Its densities are nearly exact; its probabilities are off by up to 5e-7, and near `alpha = 1` by
/// more: there its two tails do not sum to one, and the integrals decide.
#[test]
fn stable_laws_are_those_of_stabledist() {
    let (rows, exact) = (rows("laws"), rows("exact"));
    let (mut densities, mut probabilities, mut doubted) = (0, 0, 0);
    for row in &rows {
        let [alpha, beta, x, pdf, cdf, sf] = row[..] else { panic!("{row:?}") };
        let found = ours(alpha, beta, x);
        let is_decided =
            row[..3] == [1.0, -1.0, 5.0] || exact.iter().any(|exact| exact[..3] == row[..3]);
        let is_near = (found[0] - pdf).abs() <= 1e-9 * pdf;
        // Far out the package itself has few digits.
        let is_far = pdf < 1e-11 && (found[0] - pdf).abs() <= 1e-4 * pdf;
        // Its densities far out at alpha = 1 miss those of the tail, (1 +- beta) / (pi x^2), by 40 %.
        let tail = (1.0 + beta * x.signum()) / (std::f64::consts::PI * x * x);
        let is_tail = alpha == 1.0 && x.abs() >= 20.0 && (found[0] / tail - 1.0).abs() < 0.15;
        assert!(is_near || is_decided || is_far || is_tail, "{row:?}: {found:?}");
        densities += usize::from(is_near);
        let errors = [found[1] - cdf, found[2] - sf];
        if errors.iter().all(|error| error.abs() < 6e-7) {
            probabilities += 1;
        } else {
            let is_inconsistent = (cdf + sf - 1.0).abs() > 6e-7;
            assert!(is_decided || is_inconsistent, "{row:?}: {found:?}");
            doubted += 1;
        }
    }
    println!("stabledist: {densities} densities, {probabilities} probabilities, {doubted} doubted");
    assert!(densities >= 530 && probabilities >= 500 && doubted <= 46);
}

#[test]
fn stable_quantiles_are_those_of_stabledist() {
    let rows = rows("quantiles");
    let mut compared = 0;
    for row in &rows {
        let [alpha, beta, p, reference] = row[..] else { panic!("{row:?}") };
        let law = Stable::s0(alpha, beta, 0.0, 1.0).unwrap();
        let quantile = law.quantile(p);
        let error = (law.cdf(quantile) - p).abs().min((law.sf(quantile) - (1.0 - p)).abs());
        assert!(error < 1e-10 * p.min(1.0 - p), "{row:?}: {quantile}, {error:e}");
        if alpha != 1.0 {
            // What the package takes for p has the error of its distribution function.
            assert!((law.cdf(reference) - p).abs() < 1e-6, "{row:?}: {quantile}");
            compared += 1;
        }
    }
    assert!(compared >= 300, "{compared}");
}
