//! Distances between weighted samples on the line with their null level and their interval.
//!
//! A value and its weight are one draw: they are resampled, and split into halves, together. So
//! weights that are functions of the values, as those of importance sampling, are as random in the
//! replicates as in the sample.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

use crate::distance::compared::Compared;
use crate::distance::error::{DistanceError, probabilities};
use crate::sample::check::{SampleError, finite};

/// A sample of values with weights, borrowed: `([n], [n])`.
pub type Weighted<'a> = (&'a [f64], &'a [f64]);

/// Compares two weighted samples with `replicates` bootstrap and as many null replicates.
///
/// Replicate `r` uses the stream of chain `r` alone, under `key` for the bootstrap and under
/// `key.derive(1)` for the null level, of sample `x` for even `r` and of `y` for odd. Values of
/// weight zero have no part.
///
/// # Arguments
/// * `x`, `y`: finite values with weights of at least 0, at least four of each positive; the weights
///   are divided by their sums
/// * `distance`: of two weighted samples, as `line::wasserstein_weighted` of some order or
///   `energy::energy_on_line_weighted`
/// * `level`: probability of the interval and of the null quantile
///
/// # Source
/// Davison & Hinkley, "Bootstrap Methods and their Application", Cambridge 1997, section 5.2.
///
/// # Errors
/// If values or weights cannot be used, there are too few of them or fewer than two replicates, or
/// `distance` fails.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn two_sample(
    (x, y): (Weighted, Weighted),
    distance: impl Fn(Weighted, Weighted) -> Result<f64, DistanceError>,
    level: f64,
    replicates: u64,
    key: StreamKey,
) -> Result<Compared, DistanceError> {
    let (x, y) = (Draws::new(x)?, Draws::new(y)?);
    let stream = |key, r| Stream::new(key, r, Purpose::Bootstrap);
    let bootstrap: Result<Vec<f64>, _> = (0..replicates)
        .map(|r| {
            let stream = &mut stream(key, r);
            let (a, b) = (x.resampled(stream), y.resampled(stream));
            distance(a.borrowed(), b.borrowed())
        })
        .collect();
    let null: Result<Vec<f64>, _> = (0..replicates)
        .map(|r| {
            let sample = if r % 2 == 0 { &x } else { &y };
            let [a, b] = sample.halves(&mut stream(key.derive(1), r))?;
            distance(a.borrowed(), b.borrowed())
        })
        .collect();
    Compared::new(distance(x.borrowed(), y.borrowed())?, &bootstrap?, &null?, level)
}

/// Values with positive weights.
struct Draws {
    values: Vec<f64>,
    weights: Vec<f64>,
}

impl Draws {
    fn new((values, weights): Weighted) -> Result<Draws, DistanceError> {
        finite(values, 1)?;
        let p = probabilities(weights, values.len())?;
        let (values, weights) =
            values.iter().zip(&p).filter(|(_, p)| **p > 0.0).map(|(x, p)| (*x, *p)).unzip();
        Ok(Draws { values, weights })
    }

    fn borrowed(&self) -> Weighted<'_> {
        (&self.values, &self.weights)
    }

    fn picked(&self, places: &[usize]) -> Draws {
        let pick = |from: &[f64]| places.iter().map(|i| from[*i]).collect();
        Draws { values: pick(&self.values), weights: pick(&self.weights) }
    }

    fn resampled(&self, stream: &mut Stream) -> Draws {
        let n = self.values.len();
        self.picked(&(0..n).map(|_| stream.index(n)).collect::<Vec<usize>>())
    }

    /// Two random halves, of `floor(n / 2)` draws each.
    fn halves(&self, stream: &mut Stream) -> Result<[Draws; 2], DistanceError> {
        let n = self.values.len();
        if n < 4 {
            return Err(SampleError::TooFew { n, needed: 4 }.into());
        }
        let mut places: Vec<usize> = (0..n).collect();
        for i in 0..n - 1 {
            places.swap(i, i + stream.index(n - i));
        }
        Ok([self.picked(&places[..n / 2]), self.picked(&places[n / 2..2 * (n / 2)])])
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::real;

    use super::*;
    use crate::distance::energy::energy_on_line_weighted;
    use crate::distance::line::wasserstein_weighted;

    fn normals(chain: u64, n: usize) -> Vec<f64> {
        let mut values = vec![0.0; n];
        Stream::new(StreamKey(223), chain, Purpose::Start).fill_normals(&mut values);
        values
    }

    /// Weights that make a sample of `N(0, 1)` one of `N(t, 1)`: `exp(t x)`.
    fn compared(chain: u64, n: usize, tilt: f64) -> Compared {
        let (x, y) = (normals(2 * chain, n), normals(2 * chain + 1, n));
        let weights = |x: &[f64], t: f64| x.iter().map(|x| real::exp(t * x)).collect();
        let (v, w): (Vec<f64>, Vec<f64>) = (weights(&x, tilt - 0.3), weights(&y, -0.3));
        let w1 = |x: Weighted, y: Weighted| wasserstein_weighted(x, y, 1.0);
        two_sample(((&x, &v), (&y, &w)), w1, 0.9, 60, StreamKey(chain)).unwrap()
    }

    #[test]
    fn intervals_cover_the_distance_of_tilted_laws() {
        // W_1 between N(0.6, 1) and N(-0.3, 1).
        let covered = (0..60)
            .filter(|chain| {
                let found = compared(*chain, 400, 0.9);
                assert!(found.distance > found.null_quantile, "{found:?}");
                found.interval.low <= 0.9 && 0.9 <= found.interval.high
            })
            .count();
        // Binomial(60, 0.9) has mean 54 and standard deviation 2.3.
        assert!(covered >= 44, "{covered} of 60");
    }

    #[test]
    fn equal_laws_are_at_the_null_level() {
        let below = (0..60)
            .filter(|chain| {
                let found = compared(*chain, 200, 0.0);
                found.distance < found.null_quantile
            })
            .count();
        assert!(below >= 45, "{below} of 60");
    }

    #[test]
    fn equal_weights_are_no_weights_and_zeros_have_no_part() {
        let (x, y) = (normals(0, 20), normals(1, 30));
        let key = StreamKey(3);
        let distance = energy_on_line_weighted;
        let plain =
            two_sample(((&x, &[2.0; 20]), (&y, &[1.0; 30])), distance, 0.9, 20, key).unwrap();
        let mut longer = x.clone();
        longer.push(1e3);
        let mut weights = vec![1.0; 20];
        weights.push(0.0);
        let more =
            two_sample(((&longer, &weights), (&y, &[1.0; 30])), distance, 0.9, 20, key).unwrap();
        assert!((plain.distance - more.distance).abs() < 1e-12);
        assert!((plain.null_mean - more.null_mean).abs() < 1e-12);
        assert!((plain.interval.high - more.interval.high).abs() < 1e-12);
    }

    #[test]
    fn broken_input_is_named() {
        let four = [1.0, 2.0, 3.0, 4.0];
        let compare = |values: &[f64], weights: &[f64]| {
            let samples = ((values, weights), (&four[..], &[1.0; 4][..]));
            two_sample(samples, energy_on_line_weighted, 0.9, 4, StreamKey(1)).map(|_| ())
        };
        assert!(compare(&four, &[1.0; 4]).is_ok());
        assert!(matches!(compare(&four, &[1.0; 3]), Err(DistanceError::Length { .. })));
        assert!(matches!(compare(&four, &[0.0; 4]), Err(DistanceError::NoMass { .. })));
        let few = compare(&four, &[1.0, 1.0, 1.0, 0.0]);
        assert_eq!(few, Err(SampleError::TooFew { n: 3, needed: 4 }.into()));
        assert!(compare(&[1.0, f64::NAN, 2.0, 3.0], &[1.0; 4]).is_err());
    }
}
