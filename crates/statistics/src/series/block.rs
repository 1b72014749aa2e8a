//! The block bootstrap of a stationary series.
//!
//! A replicate is put together from blocks `x_s, ..., x_(s+l-1)` at random places `s`, so that
//! neighbours stay neighbours; it has the length of the series.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

use crate::interval::binomial::Interval;
use crate::interval::bootstrap::{BootstrapError, checked, percentile};
use crate::sample::check::{SampleError, finite};
use crate::sample::moments::mean;
use crate::series::block_length::block_length;

/// How blocks are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// Blocks of one length that lie within the series: Künsch, Ann. Statist. 17, 1989.
    Moving,
    /// Blocks of one length on the series closed to a circle: Politis & Romano 1992.
    Circular,
    /// Blocks of geometric length on the circle: Politis & Romano, JASA 89, 1994.
    Stationary,
}

/// A statistic of a series with its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesEstimate {
    /// The statistic of the series.
    pub estimate: f64,
    /// Standard deviation of the replicates.
    pub standard_error: f64,
    /// Percentile interval.
    pub interval: Interval,
    /// Length of the blocks, expected for [`Blocks::Stationary`].
    pub block_length: f64,
}

impl Blocks {
    /// Fills `out`, of any length, with blocks of `series`.
    ///
    /// # Arguments
    /// * `length`: length of the blocks, rounded up to a whole number up to that of the series, or
    ///   the expected length for [`Blocks::Stationary`], at least 1
    ///
    /// # Panics
    /// If the series is empty or `length` not a finite number of at least 1.
    pub fn resample(self, series: &[f64], length: f64, stream: &mut Stream, out: &mut [f64]) {
        assert!(length.is_finite() && length >= 1.0, "blocks of length {length}");
        let n = series.len();
        if self == Blocks::Stationary {
            let mut place = stream.index(n);
            for (t, target) in out.iter_mut().enumerate() {
                let fresh = t > 0 && stream.uniform() < 1.0 / length;
                place = if fresh { stream.index(n) } else { place };
                *target = series[place];
                place = if place + 1 == n { 0 } else { place + 1 };
            }
            return;
        }
        let whole = (length.ceil() as usize).min(n);
        let starts = if self == Blocks::Moving { n - whole + 1 } else { n };
        for block in out.chunks_mut(whole) {
            let start = stream.index(starts);
            for (offset, target) in block.iter_mut().enumerate() {
                let place = start + offset;
                *target = series[if place < n { place } else { place - n }];
            }
        }
    }

    /// The automatic length of blocks: `series::block_length`.
    ///
    /// # Errors
    /// As [`block_length`].
    pub fn automatic_length(self, series: &[f64]) -> Result<f64, SampleError> {
        let lengths = block_length(series)?;
        Ok(match self {
            Blocks::Stationary => lengths.stationary,
            Blocks::Moving | Blocks::Circular => lengths.circular.ceil(),
        })
    }
}

/// What a block bootstrap is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockBootstrap {
    /// How blocks are drawn.
    pub blocks: Blocks,
    /// Length of the blocks, at least 1; `None` for the automatic one.
    pub length: Option<f64>,
    /// Number of replicates, at least 2.
    pub replicates: usize,
    /// Level of the interval, in the open interval `(0, 1)`.
    pub level: f64,
}

impl BlockBootstrap {
    /// The `statistic` of `series` with its interval; `statistic` takes a series of the same length.
    ///
    /// # Source
    /// Lahiri, "Resampling Methods for Dependent Data", Springer 2003, chapter 2.
    ///
    /// # Errors
    /// If the series is too short or constant for an automatic length, a value or statistic is not
    /// finite, or there are fewer than two replicates.
    ///
    /// # Panics
    /// If the level or the length lies outside its range.
    pub fn estimate(
        &self,
        series: &[f64],
        statistic: impl Fn(&[f64]) -> f64,
        stream: &mut Stream,
    ) -> Result<SeriesEstimate, BootstrapError> {
        finite(series, 2)?;
        let length = match self.length {
            Some(length) => length,
            None => self.blocks.automatic_length(series)?,
        };
        let estimate = checked(statistic(series))?;
        let mut drawn = vec![0.0; series.len()];
        let mut values = Vec::with_capacity(self.replicates);
        for _ in 0..self.replicates {
            self.blocks.resample(series, length, stream, &mut drawn);
            values.push(checked(statistic(&drawn))?);
        }
        let interval = percentile(&values, self.level)?;
        let centre = mean(&values);
        let squares: Vec<f64> = values.iter().map(|v| (v - centre) * (v - centre)).collect();
        let standard_error = (real::sum(&squares) / (values.len() as f64 - 1.0)).sqrt();
        Ok(SeriesEstimate { estimate, standard_error, interval, block_length: length })
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;

    const ALL: [Blocks; 3] = [Blocks::Moving, Blocks::Circular, Blocks::Stationary];

    fn stream(chain: u64) -> Stream {
        Stream::new(StreamKey(89), chain, Purpose::Bootstrap)
    }

    #[test]
    fn blocks_keep_neighbours_together() {
        let series: Vec<f64> = (0..50).map(f64::from).collect();
        for blocks in ALL {
            let mut drawn = vec![0.0; 5000];
            blocks.resample(&series, 5.0, &mut stream(0), &mut drawn);
            let follows = |pair: &&[f64]| pair[1] == (pair[0] + 1.0) % 50.0;
            let breaks = drawn.windows(2).filter(|pair| !follows(pair)).count();
            // 999 breaks of fixed blocks, of which 1 in 50 goes unseen; geometric ones vary by 28.
            assert!((850..=1110).contains(&breaks), "{blocks:?}: {breaks}");
            let wraps = drawn.windows(2).filter(|pair| pair[0] == 49.0 && pair[1] == 0.0).count();
            assert!((wraps > 20) == (blocks != Blocks::Moving), "{blocks:?}: {wraps}");
        }
    }

    #[test]
    fn standard_error_of_a_mean_has_its_long_run_variance() {
        // Autoregression with phi = 0.5: variance of the mean 4 / n.
        let mut source = stream(1);
        let mut x = 0.0;
        let series: Vec<f64> = (0..20_000)
            .map(|_| {
                x = 0.5 * x + source.normal();
                x
            })
            .collect();
        for blocks in ALL {
            let bootstrap = BlockBootstrap { blocks, length: None, replicates: 1000, level: 0.95 };
            let found = bootstrap.estimate(&series, mean, &mut stream(2)).unwrap();
            let ratio = found.standard_error / (4.0 / 20_000.0_f64).sqrt();
            assert!((ratio - 1.0).abs() < 0.15, "{blocks:?}: {found:?}");
            assert!(found.interval.low < found.estimate && found.estimate < found.interval.high);
        }
    }

    #[test]
    fn broken_series_are_named() {
        let blocks = Blocks::Circular;
        let bootstrap = BlockBootstrap { blocks, length: Some(2.0), replicates: 10, level: 0.9 };
        assert!(bootstrap.estimate(&[1.0], mean, &mut stream(3)).is_err());
        assert!(bootstrap.estimate(&[1.0, 2.0, 3.0], |_| f64::NAN, &mut stream(3)).is_err());
        let automatic = BlockBootstrap { length: None, ..bootstrap };
        assert!(automatic.estimate(&[1.0; 20], mean, &mut stream(3)).is_err());
        let constant = bootstrap.estimate(&[1.0; 20], mean, &mut stream(3)).unwrap();
        assert_eq!((constant.standard_error, constant.interval.low), (0.0, 1.0));
    }
}
