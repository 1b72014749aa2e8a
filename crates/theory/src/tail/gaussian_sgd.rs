//! The exact tail index of SGD on fresh isotropic Gaussian samples.
//!
//! ```text
//! h(s) = E |M u|^s = E ((1 − cX)² + c² X Y)^{s/2},   c = gamma sigma²/B,
//! X ~ chi²_B and Y ~ chi²_{d−1} independent;      h(alpha) = 1
//! ```

use maruyama_dynamics::real;

use crate::quadrature::{Rule, gamma_rule, on_half_line, on_interval};
use crate::root::crossing;
use crate::tail::interface::NotApplicable;

/// Largest index that is looked for; the quadrature is not tested beyond.
const LARGEST_POWER: f64 = 400.0;

/// A power below which no index is looked for.
const SMALLEST_POWER: f64 = 1e-3;

/// SGD on fresh samples `a ~ N(0, sigma² I_d)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianSgd {
    /// Dimension `d ≥ 1`.
    pub dim: usize,
    /// Batch size `B ≥ 1`.
    pub batch_size: u64,
    /// `gamma sigma² > 0`.
    pub relaxation: f64,
}

impl GaussianSgd {
    /// `h(2) = 1 − 2 gamma sigma² + (gamma sigma²)² (B + d + 1)/B`.
    #[must_use]
    pub fn second_moment(&self) -> f64 {
        let (b, d) = (self.batch_size as f64, self.dim as f64);
        1.0 - 2.0 * self.relaxation + self.relaxation * self.relaxation * (b + d + 1.0) / b
    }

    /// The value `2B/(B + d + 1)` of `gamma sigma²` at which the index is 2.
    #[must_use]
    pub fn relaxation_of_index_two(&self) -> f64 {
        let (b, d) = (self.batch_size as f64, self.dim as f64);
        2.0 * b / (b + d + 1.0)
    }

    /// `ln h(s)` by quadrature of `n_nodes` nodes in each variable; in one dimension, where the
    /// integrand has a kink, on either side of it.
    ///
    /// # Accuracy
    /// 1e-10 for `s ≤ 70` with 150 nodes in three dimensions and more; about 1e-6 in two, where the
    /// integrand is rough near `X = 1/c`, `Y = 0`.
    #[must_use]
    pub fn ln_moment(&self, s: f64, n_nodes: usize) -> f64 {
        if self.dim == 1 { self.ln_moment_on_line(s) } else { self.rules(n_nodes).ln_moment(s) }
    }

    /// The tail index: the root `alpha` of `h(alpha) = 1`.
    ///
    /// # Errors
    /// If there is no stationary law, `h(0.001) ≥ 1`, or no index below 400.
    ///
    /// # Source
    /// Gürbüzbalaban, Şimşekli & Zhu, arXiv 2006.04740, Theorem 2 and Corollary 3 for isotropic
    /// Gaussian data; the two chi-square variables are the length of the projections on `u` and of
    /// the rest.
    pub fn index(&self, n_nodes: usize) -> Result<f64, NotApplicable> {
        let rules = (self.dim > 1).then(|| self.rules(n_nodes));
        let excess = |s: f64| match &rules {
            Some(rules) => rules.ln_moment(s),
            None => self.ln_moment_on_line(s),
        };
        if excess(SMALLEST_POWER) >= 0.0 {
            return Err(NotApplicable::NoStationaryLaw);
        }
        let mut high = 2.0;
        while excess(high) < 0.0 {
            high *= 2.0;
            if high > LARGEST_POWER {
                return Err(NotApplicable::NotFound { limit: LARGEST_POWER });
            }
        }
        let low = if high > 2.0 { high / 2.0 } else { SMALLEST_POWER };
        Ok(crossing(low, high, 1e-13 * high, excess))
    }

    fn rules(&self, n_nodes: usize) -> Rules {
        let c = self.relaxation / self.batch_size as f64;
        Rules {
            c,
            along: gamma_rule(n_nodes, 0.5 * self.batch_size as f64),
            across: gamma_rule(n_nodes, 0.5 * (self.dim as f64 - 1.0)),
        }
    }

    /// `ln E |1 − cX|^s` by double exponential quadrature on both sides of `X = 1/c`.
    fn ln_moment_on_line(&self, s: f64) -> f64 {
        let b = self.batch_size as f64;
        let c = self.relaxation / b;
        let half = 0.5 * b;
        let normaliser = half * real::ln(2.0) + real::lgamma(half);
        let ln_density = |x: f64| (half - 1.0) * real::ln(x) - 0.5 * x - normaliser;
        let below = on_interval(0.0, 1.0 / c, |x, to_kink| {
            real::exp(ln_density(x) + s * real::ln(c * to_kink))
        });
        let above = on_half_line(|x| real::exp(ln_density(1.0 / c + x) + s * real::ln(c * x)));
        real::ln(below + above)
    }
}

/// Nodes and weights for `X/2` and `Y/2`.
struct Rules {
    c: f64,
    along: Rule,
    across: Rule,
}

impl Rules {
    fn ln_moment(&self, s: f64) -> f64 {
        let inner = |x: f64| {
            let pairs = self.across.nodes.iter().zip(&self.across.weights);
            let term = |(y, weight): (&f64, &f64)| {
                let rest = 1.0 - self.c * 2.0 * x;
                let square = rest * rest + self.c * self.c * 4.0 * x * y;
                weight * real::exp(0.5 * s * real::ln(square))
            };
            real::sum(&pairs.map(term).collect::<Vec<f64>>())
        };
        let pairs = self.along.nodes.iter().zip(&self.along.weights);
        real::ln(real::sum(&pairs.map(|(&x, weight)| weight * inner(x)).collect::<Vec<f64>>()))
    }
}
