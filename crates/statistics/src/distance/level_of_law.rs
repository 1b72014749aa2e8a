//! The Wasserstein distance from a sample to a law with its null level and its interval.
//!
//! Where the law is that of the sample, the distance is the one from the law to a sample of it, of
//! which as many as one likes can be drawn, at the full size: the null level is exact but for its
//! Monte-Carlo error.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

use crate::distance::compared::Compared;
use crate::distance::error::DistanceError;
use crate::distance::to_law::wasserstein_to_law;
use crate::law::interface::Law;
use crate::sample::check::finite;

/// Compares `sample` with `law` by `replicates` bootstrap and as many null replicates.
///
/// Replicate `r` uses the stream of chain `r` alone, under `key` for the bootstrap and under
/// `key.derive(1)` for the null level. The law has to be known before the sample is seen: a law that
/// was fitted to it is nearer than the null level says.
///
/// # Arguments
/// * `sample`: finite values, at least two
/// * `order`: finite `p >= 1`
/// * `level`: probability of the interval and of the null quantile
///
/// # Source
/// Davison & Hinkley, "Bootstrap Methods and their Application", Cambridge 1997, section 5.2.
///
/// # Errors
/// As [`wasserstein_to_law`], and if there are fewer than two values or replicates.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn with_level(
    sample: &[f64],
    law: &dyn Law,
    order: f64,
    level: f64,
    replicates: u64,
    key: StreamKey,
) -> Result<Compared, DistanceError> {
    finite(sample, 2)?;
    let stream = |key, r| Stream::new(key, r, Purpose::Bootstrap);
    let bootstrap: Result<Vec<f64>, _> = (0..replicates)
        .map(|r| bootstrap_replicate(sample, law, order, &mut stream(key, r)))
        .collect();
    let null: Result<Vec<f64>, _> = (0..replicates)
        .map(|r| null_replicate(sample.len(), law, order, &mut stream(key.derive(1), r)))
        .collect();
    Compared::new(wasserstein_to_law(sample, law, order)?, &bootstrap?, &null?, level)
}

/// The distance from a sample drawn with replacement from `sample` to `law`.
///
/// # Errors
/// As [`wasserstein_to_law`].
pub fn bootstrap_replicate(
    sample: &[f64],
    law: &dyn Law,
    order: f64,
    stream: &mut Stream,
) -> Result<f64, DistanceError> {
    finite(sample, 1)?;
    let drawn: Vec<f64> = (0..sample.len()).map(|_| sample[stream.index(sample.len())]).collect();
    wasserstein_to_law(&drawn, law, order)
}

/// The distance from a sample of `law` of the size `n` to it.
///
/// # Errors
/// As [`wasserstein_to_law`].
pub fn null_replicate(
    n: usize,
    law: &dyn Law,
    order: f64,
    stream: &mut Stream,
) -> Result<f64, DistanceError> {
    let drawn: Vec<f64> = (0..n).map(|_| law.draw(stream)).collect();
    wasserstein_to_law(&drawn, law, order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::normal::Normal;
    use crate::law::student_t::StudentT;

    fn compared(chain: u64, shift: f64, order: f64) -> Compared {
        let law = Normal::new(shift, 1.0).unwrap();
        let mut stream = Stream::new(StreamKey(227), chain, Purpose::Start);
        let sample: Vec<f64> = (0..50).map(|_| stream.normal()).collect();
        with_level(&sample, &law, order, 0.9, 40, StreamKey(chain)).unwrap()
    }

    #[test]
    fn intervals_cover_a_shift() {
        for order in [1.0, 2.0] {
            let covered = (0..40)
                .filter(|chain| {
                    let found = compared(*chain, 1.5, order);
                    assert!(found.distance > found.null_quantile, "{found:?}");
                    found.interval.low <= 1.5 && 1.5 <= found.interval.high
                })
                .count();
            // Binomial(40, 0.9) has mean 36 and standard deviation 1.9.
            assert!(covered >= 28, "{covered} of 40 at order {order}");
        }
    }

    #[test]
    fn samples_of_the_law_are_at_the_null_level() {
        let above = (0..60)
            .filter(|chain| {
                let found = compared(*chain, 0.0, 1.0);
                found.distance > found.null_quantile
            })
            .count();
        // One in ten: mean 6, standard deviation 2.3, and that of the level.
        assert!((1..=14).contains(&above), "{above} of 60");
    }

    #[test]
    fn what_has_no_distance_is_named() {
        let law = StudentT::new(1.5, 0.0, 1.0).unwrap();
        let level = |sample: &[f64]| with_level(sample, &law, 2.0, 0.9, 4, StreamKey(1));
        assert!(matches!(level(&[0.0, 1.0]), Err(DistanceError::NoMoment { .. })));
        assert!(matches!(level(&[0.0]), Err(DistanceError::Sample(_))));
    }
}
