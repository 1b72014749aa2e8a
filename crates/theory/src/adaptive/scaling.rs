//! How AdamW and RMSpropW change with the batch size.
//!
//! ```text
//! batch B -> kappa B:  eta -> sqrt(kappa) eta,  theta -> sqrt(kappa) theta,
//!                      1 − beta_i -> kappa (1 − beta_i),  epsilon -> epsilon/sqrt(kappa),  steps -> steps/kappa
//! per sample, where noise outweighs the gradient (sqrt(v) = sigma/sqrt(B)):
//!   drift eta/(sigma sqrt(B)),  noise eta²/B,  decay eta theta/B,  averages (1 − beta_i)/B
//! ```

use crate::adaptive::error::{AdaptiveError, positive};

/// The parameters of AdamW; of RMSpropW with `beta1 = 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamParameters {
    /// `eta`
    pub step_size: f64,
    /// `beta1` in `[0, 1)`.
    pub beta1: f64,
    /// `beta2` in `[0, 1)`.
    pub beta2: f64,
    /// Decoupled `theta`, in the form where `eta theta x` is taken off `x`.
    pub weight_decay: f64,
    /// `epsilon`
    pub epsilon: f64,
}

/// How `1 − beta_i` changes with a batch `kappa` times as large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AverageRule {
    /// `kappa (1 − beta_i)`: keeps the equation, with its law, in time per sample. It is the rule of
    /// Malladi et al., and `rho_i -> sqrt(kappa) rho_i`.
    Linear,
    /// `sqrt(kappa) (1 − beta_i)`: keeps `rho_i = (1 − beta_i)/eta`, not the equation.
    SquareRoot,
    /// `1 − beta_i`, as it is.
    Fixed,
}

/// The parameters for a batch `kappa` times as large.
///
/// # Arguments
/// * `parameters`: those of the smaller batch
/// * `kappa`: `> 0`; below 1 for smaller batches
/// * `rule`: of the averages; `beta1 = 0` stays
///
/// # Errors
/// If `kappa` is not positive, or some `1 − beta_i` would exceed 1.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Lemma 3.13 and Appendix F.8: `eta` and `theta` are confirmed,
/// `epsilon` is confirmed by an implementation, and of the averages nothing is: two readings are
/// found, of which [`AverageRule::Linear`] is derived as the only one that keeps the law. It is also
/// the rule of Malladi et al., arXiv 2205.10287, who have no decay.
pub fn scale_batch(
    parameters: &AdamParameters,
    kappa: f64,
    rule: AverageRule,
) -> Result<AdamParameters, AdaptiveError> {
    let root = positive("kappa", kappa)?.sqrt();
    let factor = match rule {
        AverageRule::Linear => kappa,
        AverageRule::SquareRoot => root,
        AverageRule::Fixed => 1.0,
    };
    let beta = |name, beta: f64| {
        let value = if beta == 0.0 { 0.0 } else { 1.0 - factor * (1.0 - beta) };
        let range = "[0, 1)";
        let is_average = (0.0..1.0).contains(&value);
        if is_average { Ok(value) } else { Err(AdaptiveError::OutOfRange { name, value, range }) }
    };
    Ok(AdamParameters {
        step_size: root * parameters.step_size,
        beta1: beta("beta1", parameters.beta1)?,
        beta2: beta("beta2", parameters.beta2)?,
        weight_decay: root * parameters.weight_decay,
        epsilon: parameters.epsilon / root,
    })
}

/// Factor of `theta` if the optimiser takes `theta x`, not `eta theta x`, off `x`: `kappa`, so that the
/// decay of a step is what it is under [`scale_batch`].
///
/// # Source
/// Derived; notes on arXiv 2512.22382 state it.
#[must_use]
pub fn plain_decay_factor(kappa: f64) -> f64 {
    kappa
}

/// What a batch of AdamW does per sample: two batches with equal rates have one law in time counted in
/// samples, where noise outweighs the gradient and steps are small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRates {
    /// Displacement for each unit of gradient, `eta/(sigma sqrt(B))`.
    pub drift: f64,
    /// Variance added to `x`, `eta²/B`.
    pub noise: f64,
    /// Share of `x` that decays, `eta theta/B`.
    pub decay: f64,
    /// Shares of the averages that are renewed, `(1 − beta_i)/B`; 0 for `beta1 = 0`.
    pub averages: [f64; 2],
    /// `epsilon sqrt(B)/sigma`, beside the root of the average of squares.
    pub epsilon: f64,
}

/// The rates for batches of `batch_size` `B` samples, one of which has noise `sigma > 0`.
///
/// # Source
/// Derived.
#[must_use]
pub fn sample_rates(parameters: &AdamParameters, batch_size: f64, sigma: f64) -> SampleRates {
    let AdamParameters { step_size, beta1, beta2, weight_decay, epsilon } = *parameters;
    let renewed = |beta: f64| if beta == 0.0 { 0.0 } else { (1.0 - beta) / batch_size };
    SampleRates {
        drift: step_size / (sigma * batch_size.sqrt()),
        noise: step_size * step_size / batch_size,
        decay: step_size * weight_decay / batch_size,
        averages: [renewed(beta1), renewed(beta2)],
        epsilon: epsilon * batch_size.sqrt() / sigma,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: AdamParameters = AdamParameters {
        step_size: 1e-3,
        beta1: 0.99,
        beta2: 0.999,
        weight_decay: 0.1,
        epsilon: 1e-8,
    };

    fn same(a: &SampleRates, b: &SampleRates) -> [bool; 5] {
        let near = |x: f64, y: f64| (x - y).abs() <= 1e-12 * y.abs();
        [
            near(a.drift, b.drift),
            near(a.noise, b.noise),
            near(a.decay, b.decay),
            near(a.averages[0], b.averages[0]) && near(a.averages[1], b.averages[1]),
            near(a.epsilon, b.epsilon),
        ]
    }

    #[test]
    fn only_the_linear_rule_of_averages_keeps_all_rates() {
        let before = sample_rates(&BASE, 8.0, 0.3);
        for (rule, keeps) in [
            (AverageRule::Linear, true),
            (AverageRule::SquareRoot, false),
            (AverageRule::Fixed, false),
        ] {
            let scaled = scale_batch(&BASE, 4.0, rule).unwrap();
            let after = sample_rates(&scaled, 32.0, 0.3);
            assert_eq!(same(&after, &before), [true, true, true, keeps, true], "{rule:?}");
        }
    }

    #[test]
    fn other_powers_of_the_step_size_or_decay_keep_less() {
        let before = sample_rates(&BASE, 8.0, 0.3);
        let scaled = scale_batch(&BASE, 4.0, AverageRule::Linear).unwrap();
        let linear = AdamParameters { step_size: 4.0 * BASE.step_size, ..scaled };
        assert_eq!(same(&sample_rates(&linear, 32.0, 0.3), &before)[..3], [false; 3]);
        let still = AdamParameters { weight_decay: BASE.weight_decay, ..scaled };
        assert!(!same(&sample_rates(&still, 32.0, 0.3), &before)[2]);
        let plain = plain_decay_factor(4.0) * BASE.step_size * BASE.weight_decay;
        assert!((plain - scaled.step_size * scaled.weight_decay).abs() < 1e-18);
    }

    #[test]
    fn rules_compose_and_refuse_averages_of_less_than_a_sample() {
        let there = scale_batch(&BASE, 4.0, AverageRule::Linear).unwrap();
        let back = scale_batch(&there, 0.25, AverageRule::Linear).unwrap();
        assert!((back.beta2 - BASE.beta2).abs() < 1e-15 && back.step_size == BASE.step_size);
        assert!(scale_batch(&BASE, 101.0, AverageRule::Linear).is_err());
        assert!(scale_batch(&BASE, 0.0, AverageRule::Linear).is_err());
        let rmsprop = AdamParameters { beta1: 0.0, ..BASE };
        assert_eq!(scale_batch(&rmsprop, 4.0, AverageRule::Linear).unwrap().beta1, 0.0);
    }
}
