//! The Kolmogorov-Smirnov statistic of a sample against a law.

use crate::law::interface::Law;
use crate::sample::check::{SampleError, finite, sorted};

/// `D = sup_x |F_n(x) - F(x)|`, in `[0, 1]`.
///
/// ```text
/// D = max_i max( i / n - F(x_(i)), F(x_(i)) - (i - 1) / n ),   i = 1..n
/// ```
///
/// A law whose distribution function is an integral is evaluated at a few of the points only:
/// between two points with known values `F` is monotone, which bounds what lies between, and what
/// cannot exceed the largest value found is left out. The result is the maximum over all points.
///
/// # Errors
/// If the sample is empty or a value is not finite. Ties are allowed.
pub fn kolmogorov_smirnov(sample: &[f64], law: &dyn Law) -> Result<f64, SampleError> {
    finite(sample, 1)?;
    let values = sorted(sample);
    let mut search = Search { law, values: &values, largest: 0.0 };
    let last = values.len() - 1;
    let (first_cdf, last_cdf) = (search.visit(0), search.visit(last));
    search.between((0, first_cdf), (last, last_cdf));
    Ok(search.largest)
}

/// The one-sided statistics `(D+, D-)`.
///
/// ```text
/// D+ = max_i ( i / n - F(x_(i)) ),   D- = max_i ( F(x_(i)) - (i - 1) / n )
/// ```
///
/// `goodness::kolmogorov::one_sided_p` is the law of each.
///
/// # Errors
/// If the sample is empty or a value is not finite. Ties are allowed.
pub fn one_sided_deviations(sample: &[f64], law: &dyn Law) -> Result<(f64, f64), SampleError> {
    finite(sample, 1)?;
    let n = sample.len() as f64;
    let deviations = sorted(sample).iter().enumerate().fold((0.0_f64, 0.0_f64), |most, (i, x)| {
        let cdf = law.cdf(*x);
        (most.0.max((i + 1) as f64 / n - cdf), most.1.max(cdf - i as f64 / n))
    });
    Ok(deviations)
}

struct Search<'a> {
    law: &'a dyn Law,
    values: &'a [f64],
    largest: f64,
}

impl Search<'_> {
    /// Takes the `index`-th point into account and returns its value of `F`.
    fn visit(&mut self, index: usize) -> f64 {
        let n = self.values.len() as f64;
        let cdf = self.law.cdf(self.values[index]);
        let (above, below) = ((index + 1) as f64 / n - cdf, cdf - index as f64 / n);
        self.largest = self.largest.max(above).max(below);
        cdf
    }

    /// Searches the points strictly between two that have been visited.
    fn between(&mut self, low: (usize, f64), high: (usize, f64)) {
        let n = self.values.len() as f64;
        // Point k in between has D_k <= max(k_max / n - F_low, F_high - (k_min - 1) / n).
        let bound = (high.0 as f64 / n - low.1).max(high.1 - (low.0 + 1) as f64 / n);
        if high.0 - low.0 < 2 || bound <= self.largest {
            return;
        }
        let middle = low.0.midpoint(high.0);
        let at = (middle, self.visit(middle));
        self.between(low, at);
        self.between(at, high);
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::normal::Normal;
    use crate::law::stable::Stable;
    use crate::law::student_t::StudentT;
    use crate::reference::SIXTY;

    #[test]
    fn statistic_of_the_reference_sample() {
        let law =
            StudentT::new(5.417_120_853_516_909, 0.305_167_887_831_162_1, 1.863_191_325_801_132_3);
        let d = kolmogorov_smirnov(&SIXTY, &law.unwrap()).unwrap();
        assert!((d - 0.056_986_314_299_770_36).abs() < 1e-9, "{d}");
    }

    #[test]
    fn search_finds_the_maximum_over_all_points() {
        let law = Stable::new(1.4, 0.3, 0.0, 1.0).unwrap();
        let normal = Normal::new(0.1, 1.3).unwrap();
        for chain in 0..20 {
            let mut stream = Stream::new(StreamKey(3), chain, Purpose::Bootstrap);
            let n = 40 + 17 * chain as usize;
            let values = sorted(&(0..n).map(|_| law.draw(&mut stream)).collect::<Vec<f64>>());
            for law in [&law as &dyn Law, &normal] {
                let every = values.iter().enumerate().fold(0.0_f64, |largest, (i, x)| {
                    let cdf = law.cdf(*x);
                    largest.max((i + 1) as f64 / n as f64 - cdf).max(cdf - i as f64 / n as f64)
                });
                assert_eq!(kolmogorov_smirnov(&values, law), Ok(every));
            }
        }
    }

    #[test]
    fn larger_one_sided_statistic_is_the_two_sided_one() {
        let law = Normal::new(0.3, 2.0).unwrap();
        let (plus, minus) = one_sided_deviations(&SIXTY, &law).unwrap();
        assert!(plus > 0.0 && minus > 0.0 && plus != minus);
        assert_eq!(kolmogorov_smirnov(&SIXTY, &law), Ok(plus.max(minus)));
        assert!(one_sided_deviations(&[f64::NAN], &law).is_err());
    }

    #[test]
    fn ties_and_broken_samples() {
        let law = Normal::new(0.0, 1.0).unwrap();
        assert_eq!(kolmogorov_smirnov(&[0.0; 5], &law), Ok(0.5));
        assert_eq!(kolmogorov_smirnov(&[], &law), Err(SampleError::TooFew { n: 0, needed: 1 }));
        assert!(kolmogorov_smirnov(&[1.0, f64::NAN], &law).is_err());
    }
}
