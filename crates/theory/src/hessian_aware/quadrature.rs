//! Gauss–Legendre rules, alone and on panels with running integrals.

use maruyama_dynamics::real;

/// Nodes and weights of a rule on an interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Nodes, smallest first, `[n]`.
    pub nodes: Vec<f64>,
    /// Weights, which sum to the length of the interval, `[n]`.
    pub weights: Vec<f64>,
}

/// The Gauss–Legendre rule with `n ≥ 1` nodes on `[low, high]`, exact for polynomials of degree
/// `2n − 1`.
///
/// # Source
/// Newton's method on the Legendre polynomial; Davis & Rabinowitz, "Methods of numerical
/// integration", 2nd edition, section 2.7.
///
/// # Panics
/// If `n` is zero.
#[must_use]
pub fn gauss_legendre(n: usize, low: f64, high: f64) -> Rule {
    assert!(n > 0, "a rule has a node");
    let (centre, half) = (f64::midpoint(low, high), 0.5 * (high - low));
    let mut rule = Rule { nodes: vec![centre; n], weights: vec![0.0; n] };
    for i in 0..n.div_ceil(2) {
        let angle = std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5);
        let mut x = if 2 * i + 1 == n { 0.0 } else { real::cos(angle) };
        let mut slope = legendre(n, x).1;
        // Quadratic convergence from an error of about 1/n²; the last step polishes.
        for _ in 0..6 {
            let (value, derivative) = legendre(n, x);
            slope = derivative;
            if 2 * i + 1 < n {
                x -= value / derivative;
            }
        }
        let weight = half * 2.0 / ((1.0 - x * x) * slope * slope);
        rule.nodes[i] = centre - half * x;
        rule.nodes[n - 1 - i] = centre + half * x;
        rule.weights[i] = weight;
        rule.weights[n - 1 - i] = weight;
    }
    rule
}

/// `P_n(x)` and its derivative, for `|x| < 1`.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let values = legendre_values(n, x);
    let degree = n as f64;
    (values[n], degree * (values[n - 1] - x * values[n]) / (1.0 - x * x))
}

/// `P_0(x), ..., P_n(x)`.
fn legendre_values(n: usize, x: f64) -> Vec<f64> {
    let mut values = vec![1.0, x];
    for k in 1..n {
        let degree = k as f64;
        values
            .push(((2.0 * degree + 1.0) * x * values[k] - degree * values[k - 1]) / (degree + 1.0));
    }
    values
}

/// Equal panels of an interval with a Gauss–Legendre rule on each.
#[derive(Clone, Debug)]
pub struct Panels {
    /// All nodes, smallest first, `[panels · ORDER]`.
    pub nodes: Vec<f64>,
    half: f64,
    weights: Vec<f64>,
    /// Row `i` integrates over a panel of length 2 from its start to node `i`.
    partial: Vec<Vec<f64>>,
}

/// Nodes on a panel.
pub const ORDER: usize = 12;

impl Panels {
    /// `count ≥ 1` panels on `[low, high]`.
    #[must_use]
    pub fn new(count: usize, low: f64, high: f64) -> Panels {
        let rule = gauss_legendre(ORDER, -1.0, 1.0);
        let half = 0.5 * (high - low) / count as f64;
        let nodes = (0..count)
            .flat_map(|panel| {
                let centre = low + half * (2 * panel + 1) as f64;
                rule.nodes.iter().map(move |x| centre + half * x)
            })
            .collect();
        let partial = rule.nodes.iter().map(|x| partial_weights(&rule, *x)).collect();
        Panels { nodes, half, weights: rule.weights, partial }
    }

    /// The integrals from the left end to each node, `[nodes]`, and over the whole interval, of a
    /// function with these values at the nodes.
    ///
    /// # Panics
    /// If there is not one value for each node.
    #[must_use]
    pub fn running(&self, values: &[f64]) -> (Vec<f64>, f64) {
        assert_eq!(values.len(), self.nodes.len(), "one value for each node");
        let mut total = 0.0;
        let mut integrals = Vec::with_capacity(values.len());
        for panel in values.chunks_exact(ORDER) {
            let inside = self.partial.iter().map(|weights| real::dot(weights, panel));
            integrals.extend(inside.map(|part| total + self.half * part));
            total += self.half * real::dot(&self.weights, panel);
        }
        (integrals, total)
    }
}

/// Weights that integrate the interpolant on the nodes of `rule` from −1 to `x`.
fn partial_weights(rule: &Rule, x: f64) -> Vec<f64> {
    // The interpolant is sum_n (2n + 1)/2 P_n(x) sum_j w_j P_n(x_j) f_j, and the integral of
    // (2n + 1) P_n from −1 is P_{n+1} − P_{n−1}.
    let n = rule.nodes.len();
    let top = legendre_values(n, x);
    let weights = rule.nodes.iter().zip(&rule.weights).map(|(node, weight)| {
        let at_node = legendre_values(n, *node);
        let terms: Vec<f64> =
            (1..n).map(|k| at_node[k] * (top[k + 1] - top[k - 1])).chain([1.0 + x]).collect();
        0.5 * weight * real::sum(&terms)
    });
    weights.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_exact_for_polynomials() {
        for n in [1, 2, 3, 10, 65, 400] {
            let rule = gauss_legendre(n, -1.0, 3.0);
            assert!(rule.nodes.is_sorted());
            assert!((real::sum(&rule.weights) - 4.0).abs() < 1e-13);
            let degree = (2 * n - 1).min(15) as f64;
            let values: Vec<f64> =
                rule.nodes.iter().map(|x| real::pow((x - 1.0) / 2.0 + 1.0, degree)).collect();
            let expected = 2.0 * real::pow(2.0, degree + 1.0) / (degree + 1.0);
            assert!((real::dot(&values, &rule.weights) / expected - 1.0).abs() < 1e-13, "{n}");
        }
        let two = gauss_legendre(2, -1.0, 1.0);
        assert!((two.nodes[1] - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn running_integrals_of_an_exponential() {
        let panels = Panels::new(7, -1.0, 2.0);
        let values: Vec<f64> = panels.nodes.iter().map(|x| real::exp(*x)).collect();
        let (integrals, total) = panels.running(&values);
        for (integral, value) in integrals.iter().zip(&values) {
            assert!((integral - (value - real::exp(-1.0))).abs() < 1e-14);
        }
        assert!((total - real::exp(2.0) + real::exp(-1.0)).abs() < 1e-14);
    }
}
