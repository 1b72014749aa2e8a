//! Distances against SciPy, POT, NumPy and mpmath; `scripts/fixtures/distance.py` makes the cases.

use std::collections::BTreeMap;

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_statistics::distance::energy::{energy, energy_on_line, energy_on_line_weighted};
use maruyama_statistics::distance::gaussian::gelbrich_squared;
use maruyama_statistics::distance::line::{wasserstein, wasserstein_weighted};
use maruyama_statistics::distance::mmd::{median_bandwidth, mmd};
use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::sliced::sliced_wasserstein;
use maruyama_statistics::distance::to_law::wasserstein_to_law;
use maruyama_statistics::distance::transport::assignment::assign;
use maruyama_statistics::distance::transport::cost::{Cost, Ground};
use maruyama_statistics::distance::transport::exact::{transport, transport_weighted};
use maruyama_statistics::distance::transport::sinkhorn::{
    SinkhornSettings, sinkhorn, sinkhorn_divergence,
};
use maruyama_statistics::law::interface::Law;
use maruyama_statistics::law::normal::Normal;
use maruyama_statistics::law::student_t::StudentT;
use serde_json::Value;

/// One case: a kind, parameters and the value expected.
struct Case<'a>(&'a Value);

impl Case<'_> {
    fn real(&self, name: &str) -> f64 {
        self.0[name].as_f64().unwrap_or_else(|| panic!("{name} in {}", self.0))
    }

    fn count(&self, name: &str) -> usize {
        self.real(name) as usize
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("{name} in {}", self.0))
    }

    /// The sample of size `n` whose seed is larger by `shift`.
    fn sample(&self, shift: u64, n: usize) -> Vec<f64> {
        let s = self.count("seed") as u64 + shift;
        let word = |i: u64| ((31 * s + 7) * i * i + (17 * s + 3) * i + 101 * s) % 1009;
        (0..n as u64).map(|i| word(i) as f64 / 64.0 - 8.0).collect()
    }

    fn weights(&self, shift: u64, n: usize, least: f64) -> Vec<f64> {
        self.sample(shift, n).iter().map(|x| x + 8.0 + least).collect()
    }

    /// Two samples on the line.
    fn pair(&self) -> [Vec<f64>; 2] {
        let y = self.sample(20, self.count("m"));
        [self.sample(0, self.count("n")), y.iter().map(|y| 1.25 * y + 0.5).collect()]
    }

    /// Two samples in `d` dimensions.
    fn clouds(&self, d: usize) -> [Vec<f64>; 2] {
        [self.sample(0, d * self.count("n")), self.sample(20, d * self.count("m"))]
    }
}

fn on_line(case: &Case) -> f64 {
    let [x, y] = case.pair();
    let (a, b) = (case.weights(3, x.len(), 0.25), case.weights(5, y.len(), 0.0));
    let c = case.weights(5, y.len(), 0.25);
    match case.text("kind") {
        "line" => wasserstein(&x, &y, case.real("order")).unwrap(),
        "line_weighted" => wasserstein_weighted((&x, &a), (&y, &b), case.real("order")).unwrap(),
        "energy" => energy_on_line(&x, &y).unwrap(),
        _ => energy_on_line_weighted((&x, &a), (&y, &c)).unwrap(),
    }
}

fn to_law(case: &Case) -> f64 {
    let (loc, scale) = (case.real("loc"), case.real("scale"));
    let law: Box<dyn Law> = match case.text("law") {
        "normal" => Box::new(Normal::new(loc, scale).unwrap()),
        _ => Box::new(StudentT::new(case.real("nu"), loc, scale).unwrap()),
    };
    wasserstein_to_law(&case.sample(0, case.count("n")), law.as_ref(), case.real("order")).unwrap()
}

fn in_slices(case: &Case) -> f64 {
    let d = case.count("d");
    let [x, y] = case.clouds(d);
    let mut directions = case.sample(40, d * case.count("k"));
    for t in &mut directions {
        *t += 0.125;
    }
    let (x, y) = (Points::new(&x, d).unwrap(), Points::new(&y, d).unwrap());
    sliced_wasserstein(&x, &y, &directions, case.real("order")).unwrap().distance
}

fn exactly(case: &Case) -> f64 {
    let d = case.count("d");
    let [x, y] = case.clouds(d);
    let (x, y) = (Points::new(&x, d).unwrap(), Points::new(&y, d).unwrap());
    let squared = case.text("ground") == "squared";
    let ground = if squared { Ground::SquaredEuclidean } else { Ground::Euclidean };
    let cost = Cost::between(&x, &y, ground).unwrap();
    let mut a = case.weights(3, x.n(), 0.25);
    let mut b = case.weights(5, y.n(), 0.25);
    let plan = if case.0["weighted"] == Value::Bool(true) {
        transport_weighted(&cost, &a, &b).unwrap()
    } else {
        (a, b) = (vec![1.0; x.n()], vec![1.0; y.n()]);
        transport(&cost).unwrap()
    };
    for weights in [&mut a, &mut b] {
        let total: f64 = weights.iter().sum();
        for w in weights.iter_mut() {
            *w /= total;
        }
    }
    let certificate = plan.certificate(&cost, &a, &b);
    assert!(certificate.violation <= 1e-13 * cost.largest(), "{} {certificate:?}", case.0);
    assert!(certificate.duality_gap.abs() <= 1e-13 * cost.largest(), "{certificate:?}");
    assert!(certificate.marginal_error < 1e-14, "{certificate:?}");
    plan.cost
}

fn assignment(case: &Case) -> f64 {
    let n = case.count("n");
    let cost = Cost::new(case.sample(0, n * n), n, n).unwrap();
    let columns = assign(&cost).unwrap().columns;
    columns.iter().enumerate().map(|(i, j)| cost.row(i)[*j]).sum()
}

fn entropic(case: &Case) -> f64 {
    let d = case.count("d");
    let [x, y] = case.clouds(d);
    let (x, y) = (Points::new(&x, d).unwrap(), Points::new(&y, d).unwrap());
    let settings = SinkhornSettings {
        epsilon: case.real("epsilon"),
        max_iterations: 50_000,
        tolerance: 1e-15,
    };
    if case.text("kind") == "divergence" {
        return sinkhorn_divergence(&x, &y, Ground::SquaredEuclidean, settings).unwrap().0;
    }
    let cost = Cost::between(&x, &y, Ground::SquaredEuclidean).unwrap();
    let (a, b) = (case.weights(3, x.n(), 0.25), case.weights(5, y.n(), 0.25));
    let found = sinkhorn(&cost, &a, &b, settings).unwrap();
    assert!(found.marginal_error < 1e-12, "{}", found.marginal_error);
    if case.text("kind") == "sinkhorn_cost" { found.cost } else { found.value }
}

fn gaussian(case: &Case) -> f64 {
    let (d, k) = (case.count("d"), case.count("k"));
    let covariance = |shift: u64| {
        // Ties are rounded to even, as NumPy does.
        let x: Vec<f64> = case.sample(shift, k * d).iter().map(|x| x.round_ties_even()).collect();
        let entry = |at: usize| {
            let products = (0..k).map(|r| x[r * d + at / d] * x[r * d + at % d]);
            products.sum::<f64>() / 64.0
        };
        Matrix::new(d, d, (0..d * d).map(entry).collect())
    };
    let means = [case.sample(3, d), case.sample(5, d)];
    gelbrich_squared([&means[0], &means[1]], [&covariance(0), &covariance(20)]).unwrap()
}

fn in_space(case: &Case) -> f64 {
    let kind = case.text("kind");
    let d = if kind == "energy_space" { 3 } else { case.count("d") };
    let [x, y] = case.clouds(d);
    let (x, y) = (Points::new(&x, d).unwrap(), Points::new(&y, d).unwrap());
    if kind == "energy_space" {
        return energy(&x, &y).unwrap();
    }
    let bandwidth = median_bandwidth(&x, &y).unwrap();
    let found = mmd(&x, &y, bandwidth).unwrap();
    match kind {
        "mmd_bandwidth" => bandwidth,
        "mmd_biased" => found.biased,
        _ => found.unbiased,
    }
}

/// Relative tolerance; kernel and energy distances are differences of numbers near one, and plans of
/// Sinkhorn's algorithm are as good as their marginals.
fn tolerance(kind: &str) -> (f64, f64) {
    match kind {
        "sinkhorn_cost" | "sinkhorn_value" | "divergence" => (1e-10, 0.0),
        "mmd_biased" | "mmd_unbiased" => (1e-12, 1e-14),
        "energy_space" => (1e-12, 1e-13),
        _ => (1e-12, 1e-15),
    }
}

#[test]
fn distances_are_those_of_the_reference_implementations() {
    let fixtures: Value = serde_json::from_str(include_str!("../fixtures/distance.json")).unwrap();
    let cases = fixtures["cases"].as_array().unwrap();
    assert!(cases.len() >= 130);
    let mut worst: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases.iter().map(Case) {
        let kind = case.0["kind"].as_str().unwrap();
        let found = match kind {
            "line" | "line_weighted" | "energy" | "energy_weighted" => on_line(&case),
            "law" => to_law(&case),
            "sliced" => in_slices(&case),
            "exact" => exactly(&case),
            "assignment" => assignment(&case),
            "sinkhorn_cost" | "sinkhorn_value" | "divergence" => entropic(&case),
            "gaussian" => gaussian(&case),
            _ => in_space(&case),
        };
        let expected = case.real("expected");
        let (relative, absolute) = tolerance(kind);
        let difference = (found - expected).abs();
        let entry = worst.entry(kind).or_default();
        let size = if expected == 0.0 { 1.0 } else { expected.abs() };
        *entry = (entry.0 + 1, entry.1.max(difference / size));
        // A NaN is no agreement.
        if difference.is_nan() || difference > relative * expected.abs() + absolute {
            wrong.push(format!("{}: {found:?}", case.0));
        }
    }
    println!("cases and largest relative differences: {worst:#?}");
    assert!(wrong.is_empty(), "{wrong:#?}\n{worst:#?}");
}
