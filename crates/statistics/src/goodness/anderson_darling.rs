//! The Anderson-Darling statistic, which weighs the tails more than Kolmogorov and Smirnov's.
//!
//! ```text
//! A^2 = n int (F_n - F)^2 / (F (1 - F)) dF
//!     = -n - (1 / n) sum_(i=1)^n (2i - 1) [ln F(x_(i)) + ln(1 - F(x_(n+1-i)))]
//! ```

use maruyama_dynamics::real;

use crate::law::interface::Law;
use crate::sample::check::{SampleError, finite, sorted};

/// `A^2`, not negative; infinite where a value lies outside the support of the law.
///
/// Both logarithms come from the tail that is small, so that far values keep their weight.
///
/// # Source
/// Anderson & Darling, "A test of goodness of fit", JASA 49, 1954, equation (1).
///
/// # Errors
/// If the sample is empty or a value is not finite.
pub fn anderson_darling(sample: &[f64], law: &dyn Law) -> Result<f64, SampleError> {
    finite(sample, 1)?;
    let values = sorted(sample);
    let n = values.len();
    let terms: Vec<f64> = (0..n)
        .map(|i| {
            let (low, high) = (law.cdf(values[i]), law.sf(values[n - 1 - i]));
            if low <= 0.0 || high <= 0.0 {
                return f64::NEG_INFINITY;
            }
            (2 * i + 1) as f64 * (real::ln(low) + real::ln(high))
        })
        .collect();
    let size = n as f64;
    Ok(-size - real::sum(&terms) / size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::normal::Normal;

    #[test]
    fn one_point_at_the_median_has_a_closed_form() {
        // A^2 = -1 - 2 ln(1/2).
        let law = Normal::new(2.0, 1.0).unwrap();
        let value = anderson_darling(&[2.0], &law).unwrap();
        assert!((value - (2.0 * std::f64::consts::LN_2 - 1.0)).abs() < 1e-15);
    }

    #[test]
    fn statistic_equals_its_integral() {
        // For the sorted uniforms u the integral splits at the points:
        // n sum_i int_(u_i)^(u_(i+1)) (i/n - u)^2 / (u (1 - u)) du, by the midpoint rule.
        let law = Normal::new(0.0, 1.0).unwrap();
        let u = [0.1, 0.35, 0.4, 0.8];
        let sample: Vec<f64> = u.iter().map(|p| law.quantile(*p)).collect();
        let cells = 400_000;
        let integral: f64 = (0..cells)
            .map(|k| {
                let p = (f64::from(k) + 0.5) / f64::from(cells);
                let share = u.iter().filter(|x| **x <= p).count() as f64 / 4.0;
                (share - p) * (share - p) / (p * (1.0 - p)) / f64::from(cells)
            })
            .sum();
        let value = anderson_darling(&sample, &law).unwrap();
        assert!((value - 4.0 * integral).abs() < 1e-4, "{value} against {}", 4.0 * integral);
    }

    #[test]
    fn far_values_weigh_finitely() {
        let law = Normal::new(0.0, 1.0).unwrap();
        let value = anderson_darling(&[0.0, 30.0], &law).unwrap();
        assert!(value.is_finite() && value > 100.0, "{value}");
    }
}
