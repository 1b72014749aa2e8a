//! Running integrals by a Gauss–Legendre rule on equal panels.

use maruyama_dynamics::real;

use crate::quadrature::Rule;
use crate::quadrature::gauss_legendre::{gauss_legendre, legendre_values};

/// Nodes on a panel.
const ORDER: usize = 12;

/// Equal panels of an interval with a Gauss–Legendre rule on each.
#[derive(Clone, Debug)]
pub struct Panels {
    /// All nodes, smallest first, `[12 panels]`.
    pub nodes: Vec<f64>,
    half: f64,
    weights: Vec<f64>,
    /// Row `i` integrates over a panel of length 2 from its start to node `i`.
    partial: Vec<Vec<f64>>,
}

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
