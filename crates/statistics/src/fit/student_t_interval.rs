//! Profile-likelihood interval for the degrees of freedom of Student's t law.
//!
//! ```text
//! { theta : 2 [ln L(1 / theta_hat) - ln L_profile(1 / theta)] <= chi^2_1(level) },  theta = 1 / nu
//! ```
//!
//! Near the normal law the estimate of `nu` has no useful variance, but `1 / nu` is regular and an
//! interval that contains 0 says that the tail cannot be told from a normal one.

use maruyama_dynamics::real;

use crate::fit::family::FitError;
use crate::fit::student_t::{Location, StudentTFit};
use crate::fit::student_t_profile::Profile;
use crate::fit::student_t_search::NORMAL;
use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;

/// Interval for `1 / nu`; `low = 0` (that is `nu` up to infinity) where the normal law is not
/// excluded, and `high = infinity` where no `nu` down to the smallest admissible one is.
///
/// # Arguments
/// * `fit`: the maximum-likelihood fit to the same `sample` with the same `location`
/// * `level`: probability of coverage for large samples; conservative at the bound `1 / nu = 0`
///
/// # Source
/// Wilks, Annals of Mathematical Statistics 9(1), 1938; at the bound Self & Liang, JASA 82, 1987.
///
/// # Errors
/// If a profile does not converge.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn inverse_nu_interval(
    fit: &StudentTFit,
    sample: &[f64],
    location: Location,
    level: f64,
) -> Result<Interval, FitError> {
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    let z = standard_quantile(0.5 * (1.0 + level));
    let profile = Profile { sample, location };
    let start = (fit.loc, fit.scale);
    let is_inside = |nu: f64| {
        let drop = 2.0 * (fit.log_likelihood - profile.at(nu, start)?.log_likelihood);
        Ok::<bool, FitError>(drop <= z * z)
    };
    // At the most, these degrees of freedom are as good as infinite ones.
    let best = fit.nu.min(NORMAL);
    if !is_inside(best)? {
        return Ok(Interval { low: 0.0, high: 1.0 / best });
    }
    let low = edge(best, NORMAL, is_inside)?.map_or(0.0, |nu| 1.0 / nu);
    let high = edge(best, fit.nu_low, is_inside)?.map_or(f64::INFINITY, |nu| 1.0 / nu);
    Ok(Interval { low, high })
}

/// Where the interval ends between `inside` and `bound`, by bisection in `ln nu`; `None` if the
/// bound itself belongs to it.
fn edge(
    inside: f64,
    bound: f64,
    is_inside: impl Fn(f64) -> Result<bool, FitError>,
) -> Result<Option<f64>, FitError> {
    if is_inside(bound)? {
        return Ok(None);
    }
    let (mut inside, mut outside) = (real::ln(inside), real::ln(bound));
    while (inside - outside).abs() > 1e-6 {
        let middle = 0.5 * (inside + outside);
        if is_inside(real::exp(middle))? {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    Ok(Some(real::exp(0.5 * (inside + outside))))
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::fit::student_t::fit;
    use crate::law::interface::Law;
    use crate::law::student_t::StudentT;

    fn interval_of(nu: f64, n: usize, chain: u64) -> Interval {
        let law = StudentT::new(nu, 0.0, 1.0).unwrap();
        let mut stream = Stream::new(StreamKey(41), chain, Purpose::Bootstrap);
        let sample: Vec<f64> = (0..n).map(|_| law.draw(&mut stream)).collect();
        let best = fit(&sample, Location::Zero).unwrap();
        inverse_nu_interval(&best, &sample, Location::Zero, 0.95).unwrap()
    }

    #[test]
    fn ends_are_where_the_likelihood_has_dropped() {
        let sample = crate::reference::SIXTY;
        let best = fit(&sample, Location::Free).unwrap();
        let interval = inverse_nu_interval(&best, &sample, Location::Free, 0.5).unwrap();
        let profile = Profile { sample: &sample, location: Location::Free };
        for theta in [interval.low, interval.high] {
            let at = profile.at(1.0 / theta, (best.loc, best.scale)).unwrap();
            // chi^2_1(0.5) = 0.454936.
            let drop = 2.0 * (best.log_likelihood - at.log_likelihood);
            assert!((drop - 0.454_936_423_119_572).abs() < 1e-5, "{theta}: {drop}");
        }
    }

    #[test]
    fn intervals_cover() {
        let covered = (0..100)
            .filter(|chain| {
                let interval = interval_of(4.0, 300, *chain);
                interval.low <= 0.25 && 0.25 <= interval.high
            })
            .count();
        // Binomial(100, 0.95) has standard deviation 2.2.
        assert!(covered >= 87, "{covered} of 100");
    }

    #[test]
    fn a_nearly_normal_sample_does_not_exclude_the_normal_law() {
        let excluded = (0..100).filter(|chain| interval_of(1e3, 200, *chain).low > 0.0).count();
        // At the bound half of the 5 % fall away: Binomial(100, 0.025) exceeds 8 once in 1000.
        assert!(excluded <= 8, "{excluded} of 100");
        assert!(interval_of(2.0, 1000, 0).low > 0.3);
    }
}
