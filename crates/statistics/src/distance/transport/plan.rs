//! An optimal transport plan with the certificate of its optimality.
//!
//! ```text
//! primal: min sum_ij c_ij f_ij,   sum_j f_ij = a_i,  sum_i f_ij = b_j,  f_ij >= 0
//! dual:   max sum_i a_i u_i + sum_j b_j v_j,   u_i + v_j <= c_ij
//! ```
//!
//! Any feasible pair bounds the optimum from both sides, so that a plan is judged without trust in
//! the algorithm that made it.

use maruyama_dynamics::real;

use crate::distance::power_mean::Accumulator;
use crate::distance::transport::cost::Cost;

/// Mass that moves from one source to one sink.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// Index of the source.
    pub source: usize,
    /// Index of the sink.
    pub sink: usize,
    /// Mass moved, as a probability.
    pub mass: f64,
}

/// An optimal plan and optimal dual potentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is moved, by source and sink; at most `n + m - 1` moves.
    pub moves: Vec<Move>,
    /// Cost of the plan, `sum_ij c_ij f_ij`.
    pub cost: f64,
    /// Potentials `u` of the sources, `[n]`.
    pub source_potentials: Vec<f64>,
    /// Potentials `v` of the sinks, `[m]`.
    pub sink_potentials: Vec<f64>,
}

/// How far a plan can be from the optimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// Cost of the plan less the value of the potentials; the plan's cost is within
    /// `duality_gap + violation` of the optimum.
    pub duality_gap: f64,
    /// Largest `u_i + v_j - c_ij`, at least 0.
    pub violation: f64,
    /// Largest difference between the mass that leaves a source, or reaches a sink, and its weight.
    pub marginal_error: f64,
}

impl Plan {
    /// Checks the plan for `cost` and the probabilities `a` of the sources and `b` of the sinks,
    /// using nothing but the definitions above.
    ///
    /// # Panics
    /// If the shapes differ from those that the plan was made for.
    #[must_use]
    pub fn certificate(&self, cost: &Cost, a: &[f64], b: &[f64]) -> Certificate {
        let (mut out, mut into) = (a.to_vec(), b.to_vec());
        for part in &self.moves {
            out[part.source] -= part.mass;
            into[part.sink] -= part.mass;
        }
        let marginal_error = out.iter().chain(&into).fold(0.0_f64, |e, rest| e.max(rest.abs()));
        let mut violation = 0.0_f64;
        for (i, u) in self.source_potentials.iter().enumerate() {
            for (c, v) in cost.row(i).iter().zip(&self.sink_potentials) {
                violation = violation.max(u + v - c);
            }
        }
        let dual = real::dot(a, &self.source_potentials) + real::dot(b, &self.sink_potentials);
        Certificate { duality_gap: self.cost - dual, violation, marginal_error }
    }
}

/// `sum c_ij f_ij`
pub(crate) fn cost_of(moves: &[Move], cost: &Cost) -> f64 {
    let mut sum = Accumulator::default();
    for part in moves {
        sum.add(cost.row(part.source)[part.sink] * part.mass);
    }
    sum.value()
}
