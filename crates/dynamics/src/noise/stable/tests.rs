use super::*;
use crate::noise::{LANES, Purpose, Stream, StreamKey};
use crate::real;
use crate::simd::{Kernel, Level, dispatch, dispatch_at};

const KEY: StreamKey = StreamKey(21);
const INDICES: [f64; 8] = [0.5, 0.7, 1.0 - 1e-9, 1.0, 1.3, 1.75, 1.99, 2.0];

struct Fill<'a>(f64, &'a mut LaneStream, &'a mut [Lanes]);

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        SymmetricStable::new(self.0).fill(isa, self.1, self.2);
    }
}

/// `n` rows of variates of the chains from 32 on.
fn draws(alpha: f64, n: usize) -> Vec<Lanes> {
    let mut stream = LaneStream::new(KEY, 32, Purpose::Brownian);
    let mut out = vec![[0.0; LANES]; n];
    dispatch(Fill(alpha, &mut stream, &mut out));
    out
}

/// `sin(pi a)` and `cos(pi a)` for `a` in [0, 1), by the smaller of the angles to an axis.
fn sin_cos(a: f64) -> (f64, f64) {
    let pi = std::f64::consts::PI;
    let sin = if a > 0.5 { real::sin(pi * (1.0 - a)) } else { real::sin(pi * a) };
    (sin, real::sin(pi * (0.5 - a)))
}

/// The formula of Chambers, Mallows and Stuck, for one variate.
fn formula(alpha: f64, v: f64, w: f64) -> f64 {
    let magnitude = v.abs();
    let (sin, _) = sin_cos(alpha * magnitude);
    let (_, cos) = sin_cos(magnitude);
    let (_, turned) = sin_cos((1.0 - alpha).abs() * magnitude);
    let size = sin / real::pow(cos, 1.0 / alpha) * real::pow(turned / w, (1.0 - alpha) / alpha);
    size.copysign(v)
}

/// The midpoint of the cell of (0, 1) that the lower bits of a word say, as exponentials take it.
fn lower_uniform(word: u64) -> f64 {
    ((word & 0x000f_ffff_ffff_ffff) as f64 + 0.5) * f64::EPSILON
}

#[test]
fn each_lane_has_the_variates_of_the_formula_at_the_words_of_its_chain() {
    for alpha in INDICES {
        let rows = draws(alpha, 300);
        for lane in 0..LANES {
            let mut stream = Stream::new(KEY, 32 + lane as u64, Purpose::Brownian);
            for row in &rows {
                let v = stream.uniform() - 0.5;
                let expected = formula(alpha, v, -real::ln(lower_uniform(stream.next_u64())));
                let error = (row[lane] / expected - 1.0).abs();
                assert!(error < 2e-13, "alpha {alpha}: {} vs {expected}", row[lane]);
            }
        }
    }
}

#[test]
fn every_level_and_every_division_into_requests_gives_the_same_variates() {
    for alpha in INDICES {
        let reference = draws(alpha, 41);
        for level in Level::available() {
            let mut stream = LaneStream::new(KEY, 32, Purpose::Brownian);
            let mut out = vec![[0.0; LANES]; 41];
            for rows in out.chunks_mut(7) {
                dispatch_at(level, Fill(alpha, &mut stream, rows));
            }
            assert_eq!(out, reference, "alpha {alpha} at {level}");
        }
    }
}

/// One variate from given uniform and exponential numbers.
struct At(f64, f64, f64);

impl Kernel for At {
    type Output = f64;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> f64 {
        let law = SymmetricStable::new(self.0);
        let s = law.variate(isa, isa.splat_f64s(self.1), isa.splat_f64s(self.2));
        pulp::bytemuck::cast_slice::<_, f64>(&[s])[0]
    }
}

/// The smallest and the largest uniform and exponential numbers of a stream.
const CELL: f64 = f64::EPSILON / 2.0;
const UNIFORMS: [f64; 2] = [CELL, 1.0 - CELL];
const EXPONENTIALS: [f64; 2] = [1.110_223_024_625_156_6e-16, 36.736_800_569_677_1];

/// High-precision values of the formula at the largest angle and the least, unit and largest
/// exponential numbers.
#[test]
fn the_largest_variates_are_those_of_high_precision() {
    const VALUES: [(f64, [f64; 3]); 6] = [
        (0.5, [3.702_026_894_739_542e46, 4.110_075_496_321_411e30, 1.118_789_723_815_498_9e29]),
        (0.75, [7.625_533_756_768_83e25, 3.664_997_290_358_345_6e20, 1.102_486_332_774_511e20]),
        (1.0, [2_867_080_569_611_328.7, 2_867_080_569_611_328.7, 2_867_080_569_611_328.7]),
        (1.25, [1_404_514_543.799_231_7, 2_179_938_265_027.880_6, 4_481_923_720_688.019]),
        (1.75, [57.116_834_695_930_76, 393_047_883.272_186_6, 1_841_633_366.668_899]),
        (2.0, [2.107_342_425_544_701_6e-8, 2.0, 12.122_178_116_110_504]),
    ];
    for (alpha, values) in VALUES {
        for (w, expected) in [EXPONENTIALS[0], 1.0, EXPONENTIALS[1]].into_iter().zip(values) {
            let found = dispatch(At(alpha, UNIFORMS[1], w));
            assert!((found / expected - 1.0).abs() < 2e-14, "{alpha} {w}: {found} {expected}");
        }
    }
}

#[test]
fn the_extremes_of_the_words_give_finite_variates_that_are_odd_in_the_angle() {
    for alpha in INDICES.into_iter().chain([0.5 + 1e-12, 1.0 + 1e-12, 2.0 - 1e-12]) {
        for w in EXPONENTIALS {
            let [low, high] = UNIFORMS.map(|u| dispatch(At(alpha, u, w)));
            assert!(high.is_finite() && high > 0.0 && low == -high, "{alpha} {w}: {low} {high}");
            assert!(high < 1e47);
            let [low, high] = [0.5 - CELL, 0.5 + CELL].map(|u| dispatch(At(alpha, u, w)));
            assert!(high > 0.0 && low == -high, "{alpha} {w}: {low} {high}");
        }
    }
}

/// `E cos(uS) = e^(−|u|^alpha)`, `Var cos(uS) = (1 + e^(−|2u|^alpha))/2 − e^(−2|u|^alpha)`.
#[test]
fn the_characteristic_function_is_the_stretched_exponential() {
    for alpha in INDICES {
        let draws = draws(alpha, 20_000);
        let n = (draws.len() * LANES) as f64;
        for u in [0.2, 1.0, 1.7] {
            let cosines: Vec<f64> = draws.as_flattened().iter().map(|s| real::cos(u * s)).collect();
            let expected = real::exp(-real::pow(u, alpha));
            let double = real::exp(-real::pow(2.0 * u, alpha));
            let error = ((0.5 + 0.5 * double - expected * expected) / n).sqrt();
            let z = (real::sum(&cosines) / n - expected) / error;
            assert!(z.abs() < 4.5, "alpha {alpha}, u {u}: {z}");
        }
    }
}

/// `P(|S| > x)` from Zolotarev's integral in high precision.
#[test]
fn the_tails_are_those_of_the_law() {
    const VALUES: [(f64, [(f64, f64); 4]); 5] = [
        (
            0.5,
            [
                (0.5, 0.662_619_100_001_516),
                (3.0, 0.367_090_983_697_068),
                (30.0, 0.135_466_493_979_217),
                (1e6, 0.000_797_566_317_407_057),
            ],
        ),
        (
            0.75,
            [
                (0.5, 0.685_479_060_707_336),
                (3.0, 0.275_690_256_115_945),
                (30.0, 0.054_992_300_400_082_2),
                (1e4, 0.000_720_541_543_281_977),
            ],
        ),
        (
            1.0,
            [
                (0.5, 0.704_832_764_699_133),
                (3.0, 0.204_832_764_699_133),
                (30.0, 0.021_212_804_811_070_8),
                (1e3, 0.000_636_619_560_167_7),
            ],
        ),
        (
            1.5,
            [
                (0.5, 0.721_191_547_037_457),
                (3.0, 0.103_195_607_118_37),
                (30.0, 0.002_451_660_554_637_95),
                (100.0, 0.000_399_579_772_852_983),
            ],
        ),
        (
            2.0,
            [
                (0.5, 0.723_673_609_831_763),
                (1.0, 0.479_500_122_186_953_5),
                (3.0, 0.033_894_853_524_689_3),
                (4.0, 0.004_677_734_981_047_266),
            ],
        ),
    ];
    for (alpha, tails) in VALUES {
        let draws = draws(alpha, 20_000);
        let n = (draws.len() * LANES) as f64;
        for (x, p) in tails {
            let beyond = draws.as_flattened().iter().filter(|s| s.abs() > x).count() as f64;
            let z = (beyond - n * p) / (n * p * (1.0 - p)).sqrt();
            assert!(z.abs() < 4.5, "alpha {alpha}, x {x}: {z}");
        }
    }
}
