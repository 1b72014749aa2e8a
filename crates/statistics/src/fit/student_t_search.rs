//! The maximum of the Student-t likelihood over all of its parameters.
//!
//! ```text
//! L = n [c(nu) - ln s] - ((nu + 1) / 2) S,   S = sum_i ln(1 + d_i^2 / a),   a = nu s^2,  theta = 1 / nu
//! w_i = 1 / (a + d_i^2),   dS/dl = -2 sum w d,   dS/dln a = a sum w - n
//! ```

use maruyama_dynamics::real;

use crate::fit::family::FitError;
use crate::fit::normal;
use crate::fit::student_t_profile::{Location, NAME, NU_MAX, Profile, ProfilePoint, digamma_step};
use crate::fit::student_t_sums::{Weights, weights_and_logarithms};
use crate::sample::moments::mean;

/// Where the slope of the profile is taken to find its maxima.
const STARTS: [f64; 6] = [1.0, 3.0, 12.0, 60.0, 400.0, NU_MAX];

/// Above these degrees of freedom the likelihood is that of the normal law, to 1e-12 a value.
pub(crate) const NORMAL: f64 = 1e6;

/// Steps of Newton's method in all parameters before the profile is searched instead.
const JOINT_STEPS: usize = 12;

/// The highest of the profile's maxima from `nu_low` to the normal law.
pub(crate) fn highest(
    profile: &Profile,
    nu_low: f64,
    start: (f64, f64),
) -> Result<ProfilePoint, FitError> {
    let first = profile.near(nu_low, start)?;
    let (mut left, mut inside) = (first, None);
    for nu in STARTS.into_iter().filter(|nu| *nu > nu_low) {
        let start = (left.loc, left.scale);
        // What lies beyond the last one is found from its slope.
        let right = if nu < NU_MAX { profile.near(nu, start)? } else { profile.at(nu, start)? };
        if left.slope > 0.0 && right.slope <= 0.0 {
            let root = root_of_slope(profile, left, right)?;
            inside = Some(inside.map_or(root, |best| higher(best, root)));
        }
        left = right;
    }
    let end = higher(first, left);
    let best = match inside {
        Some(best) if best.log_likelihood >= end.log_likelihood => best,
        _ => profile.at(end.nu, (end.loc, end.scale))?,
    };
    Ok(if left.slope > 0.0 { higher(best, beyond(profile, left)?) } else { best })
}

/// The highest point beyond `last` at [`NU_MAX`], where the profile still rises: the normal law, or
/// where the derivative in `theta`, which is a line this near to it, is zero.
fn beyond(profile: &Profile, last: ProfilePoint) -> Result<ProfilePoint, FitError> {
    let (limit, at_limit) = normal_limit(profile);
    if at_limit >= 0.0 {
        return Ok(limit);
    }
    let theta = false_position((1.0 / last.nu, height(&last)), (0.0, at_limit));
    if theta * NORMAL < 1.0 {
        return Ok(limit);
    }
    Ok(higher(limit, profile.at(1.0 / theta, (last.loc, last.scale))?))
}

/// The normal law of the highest likelihood, as the point at infinity, and the limit of [`height`]:
///
/// ```text
/// -dL/dtheta at 0 = n (3 - m_4 / m_2²) / 4,   m_k = (1/n) sum d^k
/// ```
fn normal_limit(profile: &Profile) -> (ProfilePoint, f64) {
    let n = profile.sample.len() as f64;
    let loc = match profile.location {
        Location::Free => mean(profile.sample),
        Location::Zero => 0.0,
    };
    let squares: Vec<f64> = profile.sample.iter().map(|x| (x - loc) * (x - loc)).collect();
    let variance = real::sum(&squares) / n;
    let fourth = real::dot(&squares, &squares) / n;
    let scale = variance.sqrt();
    let log_likelihood = normal::log_likelihood(n, scale);
    let nu = f64::INFINITY;
    let limit = ProfilePoint { nu, loc, scale, log_likelihood, slope: 0.0 };
    (limit, 0.25 * n * (3.0 - fourth / (variance * variance)))
}

fn higher(a: ProfilePoint, b: ProfilePoint) -> ProfilePoint {
    if b.log_likelihood > a.log_likelihood { b } else { a }
}

/// The zero of the slope between two points: by Newton's method in all parameters, or else along the
/// profile.
fn root_of_slope(
    profile: &Profile,
    left: ProfilePoint,
    right: ProfilePoint,
) -> Result<ProfilePoint, FitError> {
    let theta = false_position((1.0 / left.nu, height(&left)), (1.0 / right.nu, height(&right)));
    let start = profile.near(1.0 / theta, (left.loc, left.scale))?;
    match joint(profile, (left.nu, right.nu), start) {
        Some(point) => Ok(point),
        None => root_along_profile(profile, left, right),
    }
}

/// `nu` times the slope in `ln nu`: the derivative in `1 / nu`, which stays finite at infinity.
fn height(point: &ProfilePoint) -> f64 {
    point.slope * point.nu
}

/// Where the line through two points crosses zero.
fn false_position((a, at_a): (f64, f64), (b, at_b): (f64, f64)) -> f64 {
    (a * at_b - b * at_a) / (at_b - at_a)
}

/// Newton's method from `start`, as long as the likelihood is concave, the degrees of freedom stay
/// between `low` and `high` and each step is at most half as long as the last one.
fn joint(profile: &Profile, (low, high): (f64, f64), start: ProfilePoint) -> Option<ProfilePoint> {
    let ProfilePoint { mut nu, mut loc, mut scale, .. } = start;
    let mut longest = 1.0;
    for _ in 0..JOINT_STEPS {
        let [shift, ln_a, by_theta] = step(profile, nu, loc, scale)?;
        let length = shift.abs() / scale + ln_a.abs() + by_theta.abs() * nu;
        let next = 1.0 / (1.0 / nu + by_theta);
        // Also ends where a step is NaN.
        if !(length <= longest && low <= next && next <= high) {
            return None;
        }
        scale *= (real::exp(ln_a) * nu / next).sqrt();
        loc += shift;
        nu = next;
        // The step squares the error, down to the last digit of the location.
        if length < 1e-6 + 4.0 * f64::EPSILON * loc.abs() / scale {
            return Some(profile.evaluate(nu, loc, scale));
        }
        longest = 0.5 * length;
    }
    None
}

/// Newton's step in `(l, ln a, theta)`; none where the likelihood is not concave.
fn step(profile: &Profile, nu: f64, loc: f64, scale: f64) -> Option<[f64; 3]> {
    let n = profile.sample.len() as f64;
    let a = nu * scale * scale;
    let (sums, logs) = weights_and_logarithms(profile.sample, loc, a);
    let Weights { mass, first, square, square_first } = sums;
    let pulls = n - a * mass;
    let raised = nu + 1.0;
    // Derivatives of L in ln nu at fixed a; that of the digamma functions by a difference.
    let constant = |ln_factor: f64| {
        let nu = nu * real::exp(ln_factor);
        0.5 * nu * digamma_step(nu)
    };
    let bend = (constant(1e-3) - constant(-1e-3)) / 2e-3;
    let by_nu = n * (constant(0.0) + 0.5) - 0.5 * nu * logs;
    let by_nu_twice = n * bend - 0.5 * nu * logs;
    let mut gradient = [raised * first, 0.5 * (raised * pulls - n), -nu * by_nu];
    let mut fall = [
        [raised * (2.0 * a * square - mass), 0.0, 0.0],
        [raised * a * square_first, 0.5 * raised * a * (mass - a * square), 0.0],
        [nu * nu * first, 0.5 * nu * nu * pulls, -nu * nu * (by_nu_twice + by_nu)],
    ];
    if profile.location == Location::Zero {
        gradient[0] = 0.0;
        (fall[0][0], fall[1][0], fall[2][0]) = (1.0, 0.0, 0.0);
    }
    solve(&fall, gradient)
}

/// `x` of `M x = y` for a symmetric `M` of which the lower half is given; none unless it is positive
/// definite.
fn solve(m: &[[f64; 3]; 3], y: [f64; 3]) -> Option<[f64; 3]> {
    let (mut factor, mut pivots) = ([[0.0; 3]; 3], [0.0; 3]);
    for i in 0..3 {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| factor[i][k] * factor[j][k] * pivots[k]).sum();
            let rest = m[i][j] - inner;
            if j < i {
                factor[i][j] = rest / pivots[j];
            } else {
                pivots[i] = rest;
            }
        }
        if pivots[i].is_nan() || pivots[i] <= 0.0 {
            return None;
        }
    }
    let mut x = y;
    for i in 0..3 {
        x[i] -= (0..i).map(|k| factor[i][k] * x[k]).sum::<f64>();
    }
    for i in (0..3).rev() {
        x[i] = x[i] / pivots[i] - (i + 1..3).map(|k| factor[k][i] * x[k]).sum::<f64>();
    }
    Some(x)
}

/// The zero of the slope by the Illinois variant of the regula falsi in `1 / nu`.
fn root_along_profile(
    profile: &Profile,
    left: ProfilePoint,
    right: ProfilePoint,
) -> Result<ProfilePoint, FitError> {
    const ITERATIONS: usize = 100;
    let (mut a, mut b) = ((1.0 / left.nu, height(&left)), (1.0 / right.nu, height(&right)));
    let mut point = left;
    for _ in 0..ITERATIONS {
        let theta = false_position(a, b);
        let last = point.nu;
        point = profile.at(1.0 / theta, (point.loc, point.scale))?;
        if (point.nu / last - 1.0).abs() < 1e-9 {
            return Ok(point);
        }
        // Halving the height of an end that stays is what makes the method superlinear.
        if height(&point) > 0.0 {
            (a, b.1) = ((theta, height(&point)), 0.5 * b.1);
        } else {
            (b, a.1) = ((theta, height(&point)), 0.5 * a.1);
        }
    }
    Err(FitError::NotConverged { family: NAME, iterations: ITERATIONS })
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::fit::student_t_profile::Profile;
    use crate::law::interface::Law;
    use crate::law::normal::standard_quantile;
    use crate::law::student_t::StudentT;

    #[test]
    fn both_ways_lead_to_one_maximum() {
        for (chain, nu) in (0..).zip([0.6, 2.0, 5.0]) {
            let law = StudentT::new(nu, -1.0, 3.0).unwrap();
            let mut stream = Stream::new(StreamKey(61), chain, Purpose::Bootstrap);
            let sample: Vec<f64> = (0..400).map(|_| law.draw(&mut stream)).collect();
            for location in [Location::Free, Location::Zero] {
                let profile = Profile { sample: &sample, location };
                let ends = [0.6 * nu, 1e3].map(|nu| profile.at(nu, (0.0, 3.0)).unwrap());
                let along = root_along_profile(&profile, ends[0], ends[1]).unwrap();
                let start = profile.near(1.2 * along.nu, (0.0, 3.0)).unwrap();
                let joint = joint(&profile, (0.6 * nu, 1e3), start).unwrap();
                assert!((joint.nu / along.nu - 1.0).abs() < 1e-7, "{joint:?} {along:?}");
                assert!((joint.scale / along.scale - 1.0).abs() < 1e-8);
                assert!(joint.log_likelihood > along.log_likelihood - 1e-9);
                assert!(joint.slope.abs() < 1e-6, "{joint:?}");
            }
        }
    }

    /// Quantiles of the normal law, moved until their kurtosis is `3 + excess`.
    fn of_kurtosis(n: usize, excess: f64) -> Vec<f64> {
        let kurtosis = |power: f64| -> (Vec<f64>, f64) {
            let x: Vec<f64> = (0..n)
                .map(|i| standard_quantile((i as f64 + 0.5) / n as f64))
                .map(|z| z * real::pow(z.abs(), power))
                .collect();
            let squares: Vec<f64> = x.iter().map(|x| x * x).collect();
            let (second, fourth) = (real::sum(&squares), real::dot(&squares, &squares));
            (x, n as f64 * fourth / (second * second) - 3.0)
        };
        let (mut low, mut high) = (-0.2, 0.2);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if kurtosis(middle).1 < excess { low = middle } else { high = middle }
        }
        kurtosis(low).0
    }

    #[test]
    fn near_the_normal_law_the_maximum_lies_where_the_kurtosis_says() {
        for location in [Location::Free, Location::Zero] {
            let normal = of_kurtosis(4001, -1e-3);
            let loc = if location == Location::Free { 0.1 } else { 0.0 };
            let at =
                |sample: &[f64]| highest(&Profile { sample, location }, 0.2, (loc, 1.0)).unwrap();
            let found = at(&normal);
            assert_eq!(found.nu, f64::INFINITY);
            let own = normal::log_likelihood(4001.0, found.scale);
            assert_eq!(found.log_likelihood, own);
            // With a few times 1e-5 of excess kurtosis the maximum is above NU_MAX.
            let near = of_kurtosis(4001, 1e-4);
            let found = at(&near);
            let profile = Profile { sample: &near, location };
            assert!(found.nu > NU_MAX && found.nu < NORMAL, "{found:?}");
            for factor in [0.5, 2.0] {
                let other = profile.at(factor * found.nu, (found.loc, found.scale)).unwrap();
                assert!(other.log_likelihood < found.log_likelihood, "{found:?}, {other:?}");
            }
            assert!(found.log_likelihood > normal_limit(&profile).0.log_likelihood);
        }
    }

    #[test]
    fn the_limit_of_the_derivative_is_approached() {
        let sample: Vec<f64> = (0..500).map(|i| f64::from(i * i % 97)).collect();
        let profile = Profile { sample: &sample, location: Location::Free };
        let (limit, at_limit) = normal_limit(&profile);
        let start = (limit.loc, limit.scale);
        for (nu, bound) in [(1e3, 1e-2), (1e4, 1e-3)] {
            let point = profile.at(nu, start).unwrap();
            assert!((height(&point) / at_limit - 1.0).abs() < bound, "{nu}: {point:?}");
            let fall = limit.log_likelihood - point.log_likelihood;
            assert!((fall * nu / at_limit - 1.0).abs() < bound, "{nu}: {fall}");
        }
    }

    #[test]
    fn only_positive_definite_systems_are_solved() {
        let m = [[6.0, 0.0, 0.0], [3.0, 6.0, 0.0], [3.0, 4.0, 11.0]];
        let x = solve(&m, [4.0, 4.0, 5.0]).unwrap();
        for (row, y) in
            [[6.0, 3.0, 3.0], [3.0, 6.0, 4.0], [3.0, 4.0, 11.0]].iter().zip([4.0, 4.0, 5.0])
        {
            assert!((real::dot(row, &x) - y).abs() < 1e-14);
        }
        assert!(solve(&[[1.0, 0.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [1.0; 3]).is_none());
    }
}
