//! Linear systems of absorbing chains, without a subtraction.
//!
//! ```text
//! e_i t_i + sum_{j != i} k_ij (t_i − t_j) = r_i
//! ```
//!
//! with transition weights `k_ij ≥ 0`, absorption `e_i ≥ 0` and rewards `r_i ≥ 0`. Eliminating one
//! state after the other only adds, multiplies and divides positive numbers, so that relative
//! errors stay small even where absorption is as rare as one step in 10²⁰.

use maruyama_dynamics::real;

use crate::hessian_aware::error::HessianAwareError;

/// The expected total reward `t`, `[n]`, until absorption from each state.
///
/// # Arguments
/// * `weights`: rows `k_i`, `[n][n]`; the diagonal is not read
/// * `absorption`: `e`, `[n]`
/// * `reward`: `r`, `[n]`
///
/// # Accuracy
/// Relative errors of each entry of about `n` units in the last place, given those of the inputs.
///
/// # Source
/// Grassmann, Taksar & Heyman, Oper. Res. 33, 1985; Alfa, Xue & Ye, Math. Comp. 71, 2002.
///
/// # Errors
/// If a state is never left for good within the range of the numbers.
///
/// # Panics
/// If the shapes disagree.
pub fn expected_reward(
    mut weights: Vec<Vec<f64>>,
    absorption: &[f64],
    reward: &[f64],
) -> Result<Vec<f64>, HessianAwareError> {
    let n = weights.len();
    assert_eq!((absorption.len(), reward.len()), (n, n), "one absorption and reward a state");
    let (mut absorption, mut total) = (absorption.to_vec(), reward.to_vec());
    let mut leaving = vec![0.0; n];
    for k in (0..n).rev() {
        let (above, below) = weights.split_at_mut(k);
        let pivot = &below[0][..k];
        leaving[k] = absorption[k] + real::sum(pivot);
        if leaving[k] <= 0.0 || !leaving[k].is_finite() {
            return Err(HessianAwareError::NoExit);
        }
        for (i, row) in above.iter_mut().enumerate() {
            let share = row[k] / leaving[k];
            if share > 0.0 {
                real::add_scaled(&mut row[..k], share, pivot);
                absorption[i] += share * absorption[k];
                total[i] += share * total[k];
            }
        }
    }
    for k in 0..n {
        let onward = real::dot(&weights[k][..k], &total[..k]);
        total[k] = (total[k] + onward) / leaving[k];
    }
    if total.iter().all(|t| t.is_finite()) { Ok(total) } else { Err(HessianAwareError::NoExit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_on_the_line_takes_the_product_of_its_distances() {
        // A symmetric walk on 1..n absorbed at 0 and n + 1 takes i (n + 1 − i) steps.
        let n = 9;
        let weights = (0..n)
            .map(|i: usize| (0..n).map(|j| if i.abs_diff(j) == 1 { 0.5 } else { 0.0 }).collect())
            .collect();
        let mut absorption = vec![0.0; n];
        absorption[0] = 0.5;
        absorption[n - 1] = 0.5;
        let times = expected_reward(weights, &absorption, &vec![1.0; n]).unwrap();
        for (i, time) in times.iter().enumerate() {
            assert!((time - ((i + 1) * (n - i)) as f64).abs() < 1e-12);
        }
    }

    #[test]
    fn rare_absorption_keeps_its_relative_accuracy() {
        // Two states that exchange at rates 1 and 1/2; one is left at 1e-25 a step.
        let weights = vec![vec![0.0, 1.0], vec![0.5, 0.5]];
        let times = expected_reward(weights, &[0.0, 1e-25], &[1.0, 1.0]).unwrap();
        // From state 1: t = (1 + 1/2 + ...): e t_1 = 1 + k (t_0 − t_1) with t_0 = t_1 + 1.
        assert!((times[1] / 1.5e25 - 1.0).abs() < 1e-15);
        assert_eq!(
            expected_reward(vec![vec![0.0]], &[0.0], &[1.0]),
            Err(HessianAwareError::NoExit)
        );
    }
}
