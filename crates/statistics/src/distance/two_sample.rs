//! The Wasserstein distance between two samples on the line with its null level and its interval.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

use crate::distance::compared::Compared;
use crate::distance::error::{DistanceError, check_order};
use crate::distance::line::{Ordered, between_sorted};
use crate::sample::check::SampleError;
use crate::sample::sort::sort;

/// Compares two samples with `replicates` bootstrap and as many null replicates.
///
/// Replicate `r` uses the stream of chain `r` alone, under `key` for the bootstrap and under
/// `key.derive(1)` for the null level, of sample `x` for even `r` and of `y` for odd: threads that
/// share the replicates get the same numbers.
///
/// # Arguments
/// * `x`, `y`: at least four values each
/// * `order`: `p >= 1`, infinity included
/// * `level`: probability of the interval and of the null quantile
///
/// # Errors
/// If there are too few values or fewer than two replicates, or if `order` is below 1.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn two_sample(
    x: &Ordered,
    y: &Ordered,
    order: f64,
    level: f64,
    replicates: u64,
    key: StreamKey,
) -> Result<Compared, DistanceError> {
    let distance = x.wasserstein(y, order)?;
    let stream = |key, r| Stream::new(key, r, Purpose::Bootstrap);
    let bootstrap: Result<Vec<f64>, _> =
        (0..replicates).map(|r| bootstrap_replicate(x, y, order, &mut stream(key, r))).collect();
    let null: Result<Vec<f64>, _> = (0..replicates)
        .map(|r| {
            null_replicate(if r % 2 == 0 { x } else { y }, order, &mut stream(key.derive(1), r))
        })
        .collect();
    Compared::new(distance, &bootstrap?, &null?, level)
}

/// The distance between two samples drawn with replacement from `x` and from `y`.
///
/// # Errors
/// If `order` is below 1.
pub fn bootstrap_replicate(
    x: &Ordered,
    y: &Ordered,
    order: f64,
    stream: &mut Stream,
) -> Result<f64, DistanceError> {
    let x = resample(x.values(), stream);
    Ordered::from_sorted(x).wasserstein(&Ordered::from_sorted(resample(y.values(), stream)), order)
}

/// Values drawn with replacement from increasing `values`, in order: counts are drawn, not values.
fn resample(values: &[f64], stream: &mut Stream) -> Vec<f64> {
    let mut counts = vec![0_u32; values.len()];
    for _ in 0..values.len() {
        counts[stream.index(values.len())] += 1;
    }
    let pairs = values.iter().zip(counts);
    pairs.flat_map(|(x, count)| std::iter::repeat_n(*x, count as usize)).collect()
}

/// The distance between two random halves of `sample`, of `floor(n / 2)` values each.
///
/// # Errors
/// If the sample has fewer than four values, or `order` is below 1.
pub fn null_replicate(
    sample: &Ordered,
    order: f64,
    stream: &mut Stream,
) -> Result<f64, DistanceError> {
    check_order(order)?;
    let n = sample.values().len();
    if n < 4 {
        return Err(SampleError::TooFew { n, needed: 4 }.into());
    }
    let mut values = sample.values().to_vec();
    for i in 0..n - 1 {
        values.swap(i, i + stream.index(n - i));
    }
    let (first, rest) = values.split_at_mut(n / 2);
    let second = &mut rest[..n / 2];
    sort(first);
    sort(second);
    Ok(between_sorted(first, second, order))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normals(chain: u64, n: usize, loc: f64) -> Ordered {
        let mut values = vec![0.0; n];
        Stream::new(StreamKey(83), chain, Purpose::Start).fill_normals(&mut values);
        for x in &mut values {
            *x += loc;
        }
        Ordered::new(&values).unwrap()
    }

    #[test]
    fn intervals_cover_a_shift() {
        // W_1 between N(0, 1) and N(1, 1) is 1.
        let covered = (0..60)
            .filter(|chain| {
                let (x, y) = (normals(2 * chain, 400, 0.0), normals(2 * chain + 1, 300, 1.0));
                let result = two_sample(&x, &y, 1.0, 0.9, 100, StreamKey(*chain)).unwrap();
                assert!(result.null_quantile < 0.4 && result.distance > result.null_quantile);
                result.interval.low <= 1.0 && 1.0 <= result.interval.high
            })
            .count();
        // Binomial(60, 0.9) has mean 54 and standard deviation 2.3.
        assert!((46..=60).contains(&covered), "{covered} of 60");
    }

    #[test]
    fn equal_laws_are_at_the_null_level() {
        let below = (0..60)
            .filter(|chain| {
                let (x, y) = (normals(2 * chain, 300, 0.0), normals(2 * chain + 1, 300, 0.0));
                let result = two_sample(&x, &y, 2.0, 0.9, 60, StreamKey(*chain)).unwrap();
                result.distance < result.null_quantile
            })
            .count();
        assert!(below >= 54, "{below} of 60");
    }

    #[test]
    fn replicates_may_be_computed_in_any_order() {
        let (x, y) = (normals(0, 50, 0.0), normals(1, 70, 0.3));
        let stream = |r| Stream::new(StreamKey(5), r, Purpose::Bootstrap);
        let all = two_sample(&x, &y, 1.0, 0.95, 20, StreamKey(5)).unwrap();
        let mut bootstrap: Vec<f64> =
            (0..20).map(|r| bootstrap_replicate(&x, &y, 1.0, &mut stream(r)).unwrap()).collect();
        bootstrap.reverse();
        let again = Compared::new(all.distance, &bootstrap, &[0.1, 0.2], 0.95).unwrap();
        assert_eq!(again.interval, all.interval);
        assert!(Compared::new(1.0, &[1.0], &[1.0, 2.0], 0.9).is_err());
        let three = Ordered::new(&[1.0, 2.0, 3.0]).unwrap();
        assert!(null_replicate(&three, 1.0, &mut stream(0)).is_err());
    }
}
