//! NumPy's legacy generator, `numpy.random.RandomState(seed)`, for published data sets that used it.
//!
//! MT19937 seeded by `init_genrand`, 53-bit uniforms, and Gaussians by Marsaglia's polar method,
//! which returns the second variate of a pair first.

use crate::real;

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// A generator that reproduces `numpy.random.RandomState(seed).randn`.
///
/// # Source
/// Matsumoto & Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; the order of draws is that of
/// NumPy's `legacy_gauss`, which NumPy has frozen (NEP 19).
/// The last bit of a Gaussian can differ where NumPy's logarithm is not correctly rounded.
#[derive(Clone, Debug)]
pub struct NumpyLegacy {
    state: Vec<u32>,
    used: usize,
    spare: Option<f64>,
}

impl NumpyLegacy {
    /// The generator that `RandomState(seed)` is.
    #[must_use]
    pub fn new(seed: u32) -> NumpyLegacy {
        let mut state = Vec::with_capacity(SIZE);
        let mut word = seed;
        state.push(word);
        for idx in 1..SIZE as u32 {
            word = 1_812_433_253_u32.wrapping_mul(word ^ word >> 30).wrapping_add(idx);
            state.push(word);
        }
        NumpyLegacy { state, used: SIZE, spare: None }
    }

    /// The next standard normal variate of `randn`.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let first = 2.0 * self.uniform() - 1.0;
            let second = 2.0 * self.uniform() - 1.0;
            let square = first * first + second * second;
            if 0.0 < square && square < 1.0 {
                let factor = (-2.0 * real::ln(square) / square).sqrt();
                self.spare = Some(factor * first);
                return factor * second;
            }
        }
    }

    /// `randn(len)` `[len]`, that is also `randn(rows, columns)` in row-major order.
    #[must_use]
    pub fn normals(&mut self, len: usize) -> Vec<f64> {
        (0..len).map(|_| self.normal()).collect()
    }

    /// A uniform variate in [0, 1), a multiple of 2⁻⁵³.
    fn uniform(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    fn next_u32(&mut self) -> u32 {
        if self.used == SIZE {
            self.twist();
        }
        let mut word = self.state[self.used];
        self.used += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    fn twist(&mut self) {
        for idx in 0..SIZE {
            let next = self.state[(idx + 1) % SIZE];
            let joined = self.state[idx] & 0x8000_0000 | next & 0x7fff_ffff;
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[idx] = self.state[(idx + SHIFT) % SIZE] ^ joined >> 1 ^ odd;
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_one_gives_the_normals_that_numpy_gives() {
        let numpy = [
            1.624_345_363_663_241_7,
            -0.611_756_413_650_075_4,
            -0.528_171_752_263_455_7,
            -1.072_968_622_156_170_5,
            0.865_407_629_324_678_5,
            -2.301_538_696_880_282_7,
            1.744_811_764_216_48,
            -0.761_206_900_895_102_8,
        ];
        let mut generator = NumpyLegacy::new(1);
        for expected in numpy {
            let value = generator.normal();
            assert!((value - expected).abs() <= 1e-15, "{value} instead of {expected}");
        }
    }

    #[test]
    fn words_are_those_of_the_mersenne_twister() {
        // First output of init_genrand(5489), and the 10000th, which ISO C++ 29.5.6 requires.
        let mut generator = NumpyLegacy::new(5489);
        assert_eq!(generator.next_u32(), 3_499_211_612);
        let last = (1..10_000).map(|_| generator.next_u32()).last();
        assert_eq!(last, Some(4_123_659_995));
    }
}
