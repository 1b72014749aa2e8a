//! Laws of the statistics under the hypothesis that all draws are what they claim to be.

use maruyama_dynamics::real;

/// `P(|Z| >= |z|)` for a standard normal `Z`.
pub fn normal(z: f64) -> f64 {
    real::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// Twice the smaller of `P(X <= x)` and `P(X >= x)` for a chi-square with `df` degrees of freedom:
/// counts that are too even are as suspicious as counts that are too uneven.
pub fn chi_square(df: usize, x: f64) -> f64 {
    both(upper_gamma(df as f64 / 2.0, x / 2.0))
}

/// Twice the smaller of `P(N <= count)` and `P(N >= count)`, at most 1, for a Poisson count.
pub fn poisson(mean: f64, count: u64) -> f64 {
    let at_most = upper_gamma(count as f64 + 1.0, mean);
    let at_least = if count == 0 { 1.0 } else { 1.0 - upper_gamma(count as f64, mean) };
    (2.0 * at_most.min(at_least)).min(1.0)
}

/// Two-sided p-value from the probability of one of the sides.
pub fn both(p: f64) -> f64 {
    2.0 * p.min(1.0 - p)
}

/// The limit of `P(A² >= z)` for the Anderson–Darling statistic.
///
/// # Accuracy
/// Absolute 2e-6.
///
/// # Source
/// Marsaglia & Marsaglia, "Evaluating the Anderson–Darling distribution", J. Stat. Softw. 9(2),
/// 2004, section 2.
pub fn anderson_darling(z: f64) -> f64 {
    const LOW: [f64; 6] =
        [2.000_12, 0.247_105, -0.064_982_1, 0.034_796_2, -0.011_672, 0.001_686_91];
    const HIGH: [f64; 6] = [1.0776, -2.306_95, 0.434_24, -0.082_433, 0.008_056, -0.000_314_6];
    let polynomial = |c: [f64; 6]| c.iter().rev().fold(0.0, |sum, c| sum * z + c);
    if z <= 0.0 {
        1.0
    } else if z < 2.0 {
        1.0 - real::exp(-1.233_714_1 / z) / z.sqrt() * polynomial(LOW)
    } else {
        -real::expm1(-real::exp(polynomial(HIGH)))
    }
}

/// The regularised incomplete gamma function `Q(a, x) = Γ(a, x) / Γ(a)`, for `a > 0`.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 8.11.4 (series) and 8.9.2 (continued fraction),
/// the latter by Lentz's method.
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = real::exp(a * real::ln(x) - x - real::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > 1e-16 * sum {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return 1.0 - front * sum;
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for i in 1..1_000_000 {
        let numerator = f64::from(i) * (a - f64::from(i));
        b += 2.0;
        d = 1.0 / (b + numerator * d);
        c = b + numerator / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_laws_have_their_probabilities() {
        let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 2e-3;
        // Upper 5 % and 1 % points; Anderson & Darling 1954, and tables of chi-square.
        for (z, p) in [(1.933, 0.1), (2.492, 0.05), (3.878, 0.01)] {
            assert!(close(anderson_darling(z), p), "{z}: {}", anderson_darling(z));
        }
        for (df, x, p) in [(1, 3.841_459, 0.05), (10, 23.209_251, 0.01), (100, 124.342_113, 0.05)] {
            assert!(close(chi_square(df, x), 2.0 * p), "{df}: {}", chi_square(df, x));
        }
        // Wilson and Hilferty: the cube root of X/df is nearly normal.
        let df = (1 << 20) - 1;
        let spread = f64::sqrt(2.0 / 9.0 / df as f64);
        for z in [-3.0, -1.0, 1.0, 3.0] {
            let root = 1.0 - spread * spread + z * spread;
            let p = chi_square(df, df as f64 * root * root * root);
            assert!(close(p, normal(z)), "{z}: {p}");
        }
    }

    #[test]
    fn poisson_probabilities_are_sums() {
        // P(N <= 1) = 3 e^-2, P(N >= 4) = 1 - (1 + 2 + 2 + 4/3) e^-2.
        let e = real::exp(-2.0);
        assert!((poisson(2.0, 1) - 6.0 * e).abs() < 1e-12);
        assert!((poisson(2.0, 4) - 2.0 * (1.0 - 19.0 / 3.0 * e)).abs() < 1e-12);
        assert_eq!(poisson(1e-9, 0), 1.0);
    }
}
