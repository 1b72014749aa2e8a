//! Which instruction set kernels run on.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

use pulp::{Scalar, Simd, WithSimd};

use crate::simd::isa::Isa;

/// An instruction set; results are the same on all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// One lane; no more than what every processor of the architecture has.
    Scalar,
    /// Four lanes: AVX2 with fused multiply-add.
    Avx2,
    /// Eight lanes: AVX-512 F, BW, CD, DQ and VL.
    Avx512,
}

impl Level {
    /// Every level, the narrowest first.
    pub const ALL: [Level; 3] = [Level::Scalar, Level::Avx2, Level::Avx512];

    /// The levels of this processor, the narrowest first.
    #[must_use]
    pub fn available() -> Vec<Level> {
        Level::ALL.into_iter().filter(|level| level.is_available()).collect()
    }

    /// Whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Level::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => pulp::x86::V3::try_new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => pulp::x86::V4::try_new().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The level that [`dispatch`] uses: the widest one, unless [`Level::force`] has been called.
    #[must_use]
    pub fn current() -> Level {
        let widest = || Level::ALL.into_iter().rev().find(|level| level.is_available());
        let forced = Level::ALL.get(FORCED.load(Ordering::Relaxed) as usize).copied();
        forced.or_else(widest).unwrap_or(Level::Scalar)
    }

    /// Makes every later [`dispatch`] of the process use this level; no result depends on it.
    ///
    /// # Errors
    /// If this processor lacks it.
    pub fn force(self) -> Result<(), MissingLevel> {
        if !self.is_available() {
            return Err(MissingLevel(self));
        }
        FORCED.store(self as u8, Ordering::Relaxed);
        Ok(())
    }
}

/// Index into [`Level::ALL`], or anything else for the widest.
static FORCED: AtomicU8 = AtomicU8::new(u8::MAX);

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Scalar => "scalar",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        })
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Level, UnknownLevel> {
        let level = Level::ALL.into_iter().find(|level| level.to_string() == name);
        level.ok_or_else(|| UnknownLevel(name.to_owned()))
    }
}

/// A name that is no instruction set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no instruction set: expected scalar, avx2 or avx512")]
pub struct UnknownLevel(pub String);

/// An instruction set that this processor lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this processor has no {0}")]
pub struct MissingLevel(pub Level);

/// A computation that is compiled for every instruction set.
pub trait Kernel {
    /// What it returns.
    type Output;

    /// The computation; to be marked `#[inline(always)]`, like all that it calls in its loops.
    fn run<S: Isa>(self, isa: S) -> Self::Output;
}

/// Runs `kernel` on the instruction set [`Level::current`].
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    dispatch_at(Level::current(), kernel)
}

/// Runs `kernel` on the instruction set `level`, or on the scalar one if the processor lacks it.
#[inline]
pub fn dispatch_at<K: Kernel>(level: Level, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if level == Level::Avx512
            && let Some(isa) = pulp::x86::V4::try_new()
        {
            return Simd::vectorize(isa, On { isa, kernel });
        }
        if level == Level::Avx2
            && let Some(isa) = pulp::x86::V3::try_new()
        {
            return Simd::vectorize(isa, On { isa, kernel });
        }
    }
    let _ = level;
    kernel.run(Scalar)
}

/// A kernel with the instruction set that it is to run on, for [`Simd::vectorize`].
struct On<S, K> {
    isa: S,
    kernel: K,
}

impl<S: Isa, K: Kernel> WithSimd for On<S, K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<T: Simd>(self, _: T) -> K::Output {
        self.kernel.run(self.isa)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_they_are_written() {
        for level in Level::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert_eq!("AVX".parse::<Level>(), Err(UnknownLevel("AVX".to_owned())));
        assert_eq!(Level::available()[0], Level::Scalar);
    }

    #[test]
    fn a_kernel_runs_on_the_level_asked_for() {
        struct Lanes;
        impl Kernel for Lanes {
            type Output = usize;
            fn run<S: Isa>(self, _: S) -> usize {
                S::F64_LANES
            }
        }
        for level in Level::available() {
            let expected = [1, 4, 8][level as usize];
            assert_eq!(dispatch_at(level, Lanes), expected);
        }
    }
}
