//! The semi-parametric bootstrap of a power law with a fitted threshold.
//!
//! ```text
//! a replicate: n values; each, with probability n_tail / n, is drawn from the power law above
//! x_min, else from the values of the sample below x_min; threshold and index are fitted anew
//! p = (1 + #{r: D*r >= D}) / (R + 1)
//! ```
//!
//! Every replicate has a random stream of its own, so that replicates can be computed in any order.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::tail::power_law::{Distance, PowerLaw, PowerLawError, power_law};

/// The fit of one replicate of `sample`, whose power law is `fit`; its `distance` goes into
/// `BootstrapP::new`, the spread of its `alpha` and `x_min` shows the uncertainty of both.
///
/// # Source
/// Clauset, Shalizi & Newman, SIAM Review 51(4), 2009, section 4.1, which rules a power law out for
/// `p <= 0.1`.
///
/// # Errors
/// If the replicate has no power law.
pub fn replicate(
    sample: &[f64],
    fit: &PowerLaw,
    distance: Distance,
    min_tail: usize,
    stream: &mut Stream,
) -> Result<PowerLaw, PowerLawError> {
    let below: Vec<f64> = sample.iter().copied().filter(|x| *x < fit.x_min).collect();
    let drawn: Vec<f64> = (0..sample.len())
        .map(|_| {
            if below.is_empty() || stream.index(fit.n) < fit.n_tail {
                fit.x_min * real::exp(-real::ln(stream.uniform()) / fit.alpha)
            } else {
                below[stream.index(below.len())]
            }
        })
        .map(|x| x.min(f64::MAX))
        .collect();
    power_law(&drawn, distance, min_tail)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;
    use crate::goodness::bootstrap::BootstrapP;

    fn p_of(sample: &[f64]) -> f64 {
        let fit = power_law(sample, Distance::Supremum, 10).unwrap();
        let distances: Vec<f64> = (0..99)
            .map(|chain| {
                let mut stream = Stream::new(StreamKey(101), chain, Purpose::Bootstrap);
                replicate(sample, &fit, Distance::Supremum, 10, &mut stream).unwrap().distance
            })
            .collect();
        BootstrapP::new(fit.distance, &distances).p
    }

    #[test]
    fn power_laws_pass_and_thin_tails_do_not() {
        let mut passed = 0;
        for chain in 0..10 {
            let mut stream = Stream::new(StreamKey(103), chain, Purpose::Bootstrap);
            let x: Vec<f64> = (0..400).map(|_| real::pow(stream.uniform(), -0.5)).collect();
            passed += usize::from(p_of(&x) > 0.1);
        }
        // Binomial(10, 0.9) is below 6 once in 600.
        assert!(passed >= 6, "{passed} of 10");
        let grid: Vec<f64> = (1..=2_000).map(|i| -real::ln(f64::from(i) / 2_001.0)).collect();
        let fit = power_law(&grid, Distance::Supremum, 500).unwrap();
        let mut stream = Stream::new(StreamKey(107), 0, Purpose::Bootstrap);
        let other = replicate(&grid, &fit, Distance::Supremum, 500, &mut stream).unwrap();
        assert!(other.distance < 0.8 * fit.distance, "{fit:?} {other:?}");
    }
}
