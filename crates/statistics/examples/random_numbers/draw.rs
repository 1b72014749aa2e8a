//! Draws of sixteen chains at a time, and what is computed of each of them.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::noise::{LANES, LaneStream, Lanes, Purpose, StreamKey};
use maruyama_dynamics::simd::{self, Isa, Kernel, dispatch};

/// What a stream draws.
#[derive(Clone, Copy, Debug)]
pub enum Draw {
    Normals,
    Uniforms,
    Signs,
    /// Indices below the number.
    Indices(u32),
}

/// Addresses sixteen streams: key, first chain, purpose.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub u64, pub u64, pub Purpose);

impl Address {
    pub fn stream(self) -> LaneStream {
        LaneStream::new(StreamKey(self.0), self.1, self.2)
    }
}

/// Fills `out` with the next draws of each chain.
pub fn fill(stream: &mut LaneStream, draw: Draw, out: &mut [Lanes]) {
    dispatch(Fill(stream, draw, out));
}

/// Writes `Φ(x)`, the distribution function of the normal law, to `out`; lengths are equal and
/// multiples of [`LANES`].
pub fn probabilities(x: &[f64], out: &mut [f64]) {
    dispatch(Map(x, out, Function::Probability));
}

/// Writes `ln x` to `out`, with lengths as above.
pub fn logarithms(x: &[f64], out: &mut [f64]) {
    dispatch(Map(x, out, Function::Logarithm));
}

struct Fill<'a>(&'a mut LaneStream, Draw, &'a mut [Lanes]);

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Fill(stream, draw, out) = self;
        match draw {
            Draw::Normals => stream.fill_normals(isa, out),
            Draw::Uniforms => stream.fill_uniforms(isa, out),
            Draw::Signs => stream.fill_signs(isa, out),
            Draw::Indices(n) => {
                for row in out {
                    let mut indices = [[0; LANES]];
                    stream.fill_indices(isa, n, &mut indices);
                    *row = indices[0].map(|index| index as f64);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Function {
    Probability,
    Logarithm,
}

struct Map<'a>(&'a [f64], &'a mut [f64], Function);

impl Kernel for Map<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Map(x, out, function) = self;
        let rows = x.as_chunks::<LANES>().0.iter().zip(out.as_chunks_mut::<LANES>().0);
        let scale = isa.splat_f64s(-std::f64::consts::FRAC_1_SQRT_2);
        let half = isa.splat_f64s(0.5);
        for (x, out) in rows {
            for (x, out) in S::as_simd_f64s(x).0.iter().zip(S::as_mut_simd_f64s(out).0) {
                *out = match function {
                    Function::Probability => {
                        isa.mul_f64s(half, simd::erfc(isa, isa.mul_f64s(*x, scale)))
                    }
                    Function::Logarithm => simd::ln(isa, *x),
                };
            }
        }
    }
}
