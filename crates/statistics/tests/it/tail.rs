//! Tails against scipy, powerlaw, R's evd and fExtremes; `scripts/fixtures/tail.py` and `tail_r.py` make
//! the reference values.

use std::collections::BTreeMap;

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_statistics::fit::generalised_pareto::fit;
use maruyama_statistics::fit::generalised_pareto_interval::xi_interval;
use maruyama_statistics::fit::generalised_pareto_moments::weighted_moments;
use maruyama_statistics::law::generalised_pareto::GeneralisedPareto;
use maruyama_statistics::law::interface::Law;
use maruyama_statistics::tail::alternative::{Alternative, compare};
use maruyama_statistics::tail::hill::{HillError, Magnitudes};
use maruyama_statistics::tail::mean_excess::mean_excess;
use maruyama_statistics::tail::moment::{moment, pickands};
use maruyama_statistics::tail::power_law::{Distance, power_law, power_law_at};
use maruyama_statistics::tail::report::TailReport;
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/tail.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap_or(f64::NAN)).collect()
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap()
}

fn samples(fixture: &Value) -> BTreeMap<String, Vec<f64>> {
    let samples = fixture["samples"].as_object().unwrap();
    samples.iter().map(|(name, x)| (name.clone(), numbers(x))).collect()
}

/// The rows of a table, each with its sample.
fn rows(fixture: &Value, table: &str) -> Vec<(Value, Vec<f64>)> {
    let samples = samples(fixture);
    let rows = fixture[table].as_array().unwrap();
    rows.iter().map(|row| (row.clone(), samples[row["sample"].as_str().unwrap()].clone())).collect()
}

/// The largest relative difference seen, which must stay below a bound.
struct Largest(f64);

impl Largest {
    fn see(&mut self, value: f64, reference: f64, bound: f64, what: &str) {
        let difference = if value == reference {
            0.0
        } else {
            (value - reference).abs() / reference.abs().max(f64::MIN_POSITIVE)
        };
        assert!(difference <= bound, "{what}: {value} against {reference}");
        self.0 = self.0.max(difference);
    }
}

#[test]
fn the_generalised_pareto_law_is_scipys() {
    let mut largest = Largest(0.0);
    for row in fixture()["law"].as_array().unwrap() {
        let what = row.to_string();
        let [xi, x, cdf, sf, ln_pdf] = numbers(row)[..] else { panic!("{what}") };
        let law = GeneralisedPareto::new(xi, 1.0).unwrap();
        largest.see(law.cdf(x), cdf, 2e-13, &what);
        largest.see(law.sf(x), sf, 2e-13, &what);
        if ln_pdf.is_finite() {
            assert!((law.ln_pdf(x) - ln_pdf).abs() <= 2e-13 * (1.0 + ln_pdf.abs()), "{what}");
        }
    }
    println!("law: largest relative difference {:e}", largest.0);
}

#[test]
fn indices_are_those_of_the_formulas() {
    let mut largest = Largest(0.0);
    for (row, x) in rows(&fixture(), "index") {
        let (k, what) = (row["k"].as_u64().unwrap() as usize, row.to_string());
        let m = Magnitudes::top(&x, k).unwrap();
        largest.see(m.hill(k).unwrap().alpha, number(&row, "alpha"), 1e-12, &what);
        match moment(&m, k) {
            Ok(estimate) => {
                // The reference's 1 - M1^2 / M2 cancels.
                let reference = number(&row, "moment");
                let bound = 1e-11 * (1.0 + reference.abs());
                assert!((estimate.xi - reference).abs() < bound, "{what}: {estimate:?}");
            }
            Err(error) => assert!(matches!(error, HillError::Tied { .. }), "{what}: {error}"),
        }
        match (pickands(&m, k), row["pickands"].as_f64()) {
            (Ok(estimate), Some(reference)) => {
                assert!((estimate.xi - reference).abs() < 1e-11, "{what}: {estimate:?}");
            }
            (found, reference) => assert!(found.is_err() && reference.is_none(), "{what}"),
        }
    }
    println!("Hill: largest relative difference {:e}", largest.0);
}

#[test]
fn generalised_pareto_fits_are_never_worse() {
    let (mut moments, mut gains) = (Largest(0.0), [0.0_f64; 2]);
    for (row, x) in rows(&fixture(), "generalised_pareto") {
        let (u, what) = (number(&row, "threshold"), row.to_string());
        let excesses: Vec<f64> = x.iter().filter(|x| **x > u).map(|x| x - u).collect();
        let best = fit(&excesses).unwrap();
        if let [_, _, value] = numbers_or_none(&row["scipy"])[..] {
            assert!(best.log_likelihood >= value - 1e-6, "{what}: {best:?}");
            gains[0] = gains[0].max(best.log_likelihood - value);
        }
        if let [scale, xi, _, xi_error, value, _] = numbers_or_none(&row["evd"])[..]
            && xi >= -1.0
        {
            assert!(best.log_likelihood >= value - 1e-6, "{what}: {best:?}");
            gains[1] = gains[1].max(best.log_likelihood - value);
            // Standard errors, where both are at the same regular maximum.
            if let Some(errors) = best.standard_errors()
                && (best.log_likelihood - value).abs() < 1e-7
                && (best.scale / scale - 1.0).abs() < 1e-3
            {
                assert!((errors[0] / xi_error - 1.0).abs() < 0.01, "{what}: {best:?}");
            }
        }
        let weighted = weighted_moments(&excesses).unwrap();
        let reference = numbers(&row["pwm"]);
        assert!((weighted.xi - reference[0]).abs() < 1e-11, "{what}: {weighted:?}");
        moments.see(weighted.scale, reference[1], 1e-11, &what);
        let excess = mean_excess(&x, &[u]).unwrap()[0];
        let reference = numbers(&row["mean_excess"]);
        moments.see(excess.mean.unwrap(), reference[0], 1e-12, &what);
        moments.see(excess.standard_error.unwrap(), reference[1], 1e-12, &what);
        let interval = xi_interval(&best, &excesses, 0.95).unwrap();
        assert!(interval.low <= best.xi && best.xi < interval.high, "{what}: {interval:?}");
    }
    println!("moments {:e}; gains over scipy and evd {gains:?}", moments.0);
}

fn r_fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/tail_r.json")).unwrap()
}

#[test]
fn fits_are_never_worse_than_those_of_evir() {
    let (r, samples) = (r_fixture(), samples(&fixture()));
    let (mut gain, mut errors, mut compared) = (0.0_f64, Largest(0.0), 0);
    let fits = r["generalised_pareto"].as_array().unwrap();
    for row in fits {
        let what = row.to_string();
        let x = &samples[row["sample"].as_str().unwrap()];
        let u = number(row, "threshold");
        let excesses: Vec<f64> = x.iter().filter(|x| **x > u).map(|x| x - u).collect();
        let best = fit(&excesses).unwrap();
        let value = number(row, "log_likelihood");
        // Below xi = -1 the likelihood has no maximum, and any value can be reached.
        if number(row, "xi") >= -1.0 {
            assert!(best.log_likelihood >= value - 1e-6, "{what}: {best:?}");
            gain = gain.max(best.log_likelihood - value);
        }
        if let (Some(own), [xi, _]) = (best.standard_errors(), &numbers_or_none(&row["errors"])[..])
            && (best.log_likelihood - value).abs() < 1e-6
        {
            // The derivatives of `optim` are differences.
            errors.see(own[0], *xi, 0.01, &what);
            compared += 1;
        }
    }
    println!("evir: {} fits, gains up to {gain:e}", fits.len());
    println!("evir: {compared} standard errors, largest relative difference {:e}", errors.0);
    assert!(fits.len() >= 40 && compared >= 10);
}

#[test]
fn hill_and_mean_excess_are_those_of_evir() {
    let (r, samples) = (r_fixture(), samples(&fixture()));
    let (mut hill, mut excess) = (Largest(0.0), Largest(0.0));
    for row in r["hill"].as_array().unwrap() {
        let (k, alpha) = (row[1].as_u64().unwrap() as usize, row[2].as_f64().unwrap());
        let m = Magnitudes::top(&samples[row[0].as_str().unwrap()], k - 1).unwrap();
        // Theirs divides by k, the threshold among them.
        let own = m.hill(k - 1).unwrap().alpha * k as f64 / (k - 1) as f64;
        hill.see(own, alpha, 1e-11, &row.to_string());
    }
    let rows = r["mean_excess"].as_array().unwrap();
    for row in rows {
        let x = &samples[row[0].as_str().unwrap()];
        let own = mean_excess(x, &[row[1].as_f64().unwrap()]).unwrap()[0].mean.unwrap();
        excess.see(own, row[2].as_f64().unwrap(), 1e-11, &row.to_string());
    }
    println!("evir: Hill {:e}, {} mean excesses {:e}", hill.0, rows.len(), excess.0);
}

fn numbers_or_none(value: &Value) -> Vec<f64> {
    value.as_array().map(|_| numbers(value)).unwrap_or_default()
}

#[test]
fn thresholds_are_those_of_powerlaw() {
    let mut largest = Largest(0.0);
    for (row, x) in rows(&fixture(), "threshold") {
        let what = row.to_string();
        let found = power_law(&x, Distance::AtValues, 2).unwrap();
        assert_eq!(found.x_min, number(&row, "x_min"), "{what}: {found:?}");
        assert_eq!(found.n_tail as u64, row["n_tail"].as_u64().unwrap(), "{what}");
        largest.see(found.alpha, number(&row, "alpha"), 1e-10, &what);
        largest.see(found.distance, number(&row, "distance"), 1e-10, &what);
        let supremum = power_law(&x, Distance::Supremum, 2).unwrap();
        assert!(supremum.distance >= found.distance, "{what}: {supremum:?}");
    }
    println!("power law: largest relative difference {:e}", largest.0);
}

#[test]
fn alternatives_are_never_worse_than_powerlaws() {
    let fixture = fixture();
    let samples = samples(&fixture);
    let (mut largest, mut agreed) = (Largest(0.0), 0);
    for row in fixture["comparison"].as_array().unwrap() {
        let what = row.to_string();
        let x = &samples[row[0].as_str().unwrap()];
        let name = row[2].as_str().unwrap();
        let alternative = Alternative::ALL.into_iter().find(|a| a.name() == name).unwrap();
        let [power, other, statistic, p] = [3, 4, 5, 6].map(|i| row[i].as_f64().unwrap());
        let fit = power_law_at(x, row[1].as_f64().unwrap(), Distance::AtValues).unwrap();
        let found = compare(x, &fit, alternative).unwrap();
        assert!((found.power_law - power).abs() < 1e-8 * (1.0 + power.abs()), "{what}: {found:?}");
        assert!(found.other >= other - 1e-6, "{what}: {found:?}");
        // Where powerlaw's search for the alternative found the same maximum.
        if found.parameters.is_some() && (found.other - other).abs() < 1e-7 {
            agreed += 1;
            largest.see(found.statistic, statistic, 1e-3, &what);
            assert!((found.p - p).abs() < 1e-3, "{what}: {found:?}");
        }
    }
    assert!(agreed >= 30, "{agreed} maxima agree");
    println!("Vuong: {agreed} agree, largest relative difference {:e}", largest.0);
}

#[test]
fn nothing_is_undefined_on_broken_samples() {
    let mut stream = Stream::new(StreamKey(167), 0, Purpose::Bootstrap);
    let values = [0.0, -0.0, 1.0, 1.0, -1.0, 2.0, 5e-324, 1e-310, 1e308, -1e308, 3.5];
    for _ in 0..300 {
        let n = 1 + stream.index(14);
        let x: Vec<f64> = (0..n).map(|_| values[stream.index(values.len())]).collect();
        for k in 1..n {
            let Ok(report) = TailReport::new(&x, k) else { panic!("{x:?}") };
            for row in report.estimates {
                let is_number = row.xi.as_ref().is_ok_and(|xi| !xi.is_nan());
                let error = row.standard_error.unwrap_or_default();
                assert!(row.xi.is_err() || (is_number && !error.is_nan()), "{x:?}: {row:?}");
            }
        }
        if let Ok(fit) = power_law(&x, Distance::Supremum, 2) {
            assert!(fit.alpha > 0.0 && (0.0..=1.0).contains(&fit.distance), "{x:?}: {fit:?}");
            for alternative in Alternative::ALL {
                if let Ok(found) = compare(&x, &fit, alternative) {
                    assert!((0.0..=1.0).contains(&found.p), "{x:?}: {found:?}");
                }
            }
        }
    }
}
