//! The rules of quadrature.

/// Nodes and weights of a rule, `sum_k w_k f(x_k)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Nodes `x_k`, smallest first, `[n]`.
    pub nodes: Vec<f64>,
    /// Weights `w_k`, which sum to the mass of what is integrated against, `[n]`.
    pub weights: Vec<f64>,
}
