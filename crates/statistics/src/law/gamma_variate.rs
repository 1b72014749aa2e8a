//! Gamma variates by the squeeze-free method of Marsaglia and Tsang.
//!
//! ```text
//! d = a - 1/3,  c = 1 / sqrt(9 d),  v = (1 + c x)^3,  x ~ N(0, 1)
//! accept d v  if  ln u < x^2 / 2 + d - d v + d ln v
//! ```

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;

/// One variate of the gamma law with `shape > 0` and scale 1.
///
/// # Source
/// Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000;
/// shapes below 1 through `Gamma(a) = Gamma(a + 1) U^(1/a)`.
pub(crate) fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        let power = real::pow(stream.uniform(), 1.0 / shape);
        return gamma(shape + 1.0, stream) * power;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = stream.normal();
        let base = 1.0 + c * x;
        if base <= 0.0 {
            continue;
        }
        let v = base * base * base;
        if real::ln(stream.uniform()) < 0.5 * x * x + d - d * v + d * real::ln(v) {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;

    #[test]
    fn mean_and_variance_equal_the_shape() {
        for (chain, shape) in [(0, 0.4), (1, 1.0), (2, 7.5)] {
            let mut stream = Stream::new(StreamKey(5), chain, Purpose::Bootstrap);
            let n = 40_000;
            let draws: Vec<f64> = (0..n).map(|_| gamma(shape, &mut stream)).collect();
            let mean = real::sum(&draws) / f64::from(n);
            let squares: Vec<f64> = draws.iter().map(|x| (x - shape) * (x - shape)).collect();
            let variance = real::sum(&squares) / f64::from(n);
            // Four standard errors; the fourth central moment of the law is 3 a^2 + 6 a.
            let bound = 4.0 * (shape / f64::from(n)).sqrt();
            assert!((mean - shape).abs() < bound, "shape {shape}: mean {mean}");
            let bound = 4.0 * ((2.0 * shape * shape + 6.0 * shape) / f64::from(n)).sqrt();
            assert!((variance - shape).abs() < bound, "shape {shape}: variance {variance}");
        }
    }
}
