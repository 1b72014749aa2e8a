use super::*;
use crate::model::core::Model;
use crate::noise::StreamKey;

const CURVATURES: [f64; 5] = [2.0, 1e-9, 0.0, -1e-12, -0.7];

/// Two steps of `tau` have the law of one of `2 tau`: scales `c` obey
/// `c_2^alpha = c_1^alpha (1 + e^(−alpha h tau))`.
#[test]
fn transitions_are_a_semigroup_at_every_curvature() {
    for alpha in [0.5, 1.0, 1.6, 2.0] {
        let [one, two] = [0.3, 0.6].map(|dt| StableLangevin::new(&CURVATURES, alpha, 0.4, dt));
        for (j, h) in CURVATURES.into_iter().enumerate() {
            assert!((one.decay[j] * one.decay[j] / two.decay[j] - 1.0).abs() < 1e-15);
            let growth = 1.0 + real::exp(-alpha * h * 0.3);
            let expected = one.noise[j] * real::pow(growth, 1.0 / alpha);
            assert!((two.noise[j] / expected - 1.0).abs() < 1e-14, "alpha {alpha}, h {h}");
        }
        assert!((one.noise[2] - 0.4 * real::pow(0.3, 1.0 / alpha)).abs() < 1e-15);
    }
}

/// At `alpha = 2` a variate has the variance 2, and the noise that of the temperature `sigma²`.
#[test]
fn the_gaussian_case_is_the_ornstein_uhlenbeck_process() {
    let stable = StableLangevin::new(&CURVATURES, 2.0, 0.4, 0.3);
    for (scale, h) in stable.noise.iter().zip(CURVATURES) {
        let temperature = 0.16;
        let variance = match h {
            0.0 => 2.0 * temperature * 0.3,
            h => -temperature * real::expm1(-2.0 * h * 0.3) / h,
        };
        assert!((2.0 * scale * scale / variance - 1.0).abs() < 1e-15, "curvature {h}");
    }
}

/// The characteristic function of `X_k` from `x_0`: `e^(iu x_0 e^(−h t)) e^(−(c u)^alpha)` with the
/// scale `c = sigma ((1 − e^(−alpha h t))/(alpha h))^(1/alpha)` over the whole time `t = k tau`.
#[test]
fn chains_have_the_law_of_the_process() {
    let (h, sigma, tau, k, start): (f64, f64, f64, u32, f64) = (0.8, 0.5, 0.25, 6, 1.5);
    let t = tau * f64::from(k);
    for alpha in [0.6, 1.0, 1.5] {
        let model = StableLangevin::new(&[h; 100], alpha, sigma, tau);
        let scale = sigma * real::pow(-real::expm1(-alpha * h * t) / (alpha * h), 1.0 / alpha);
        let mut workspace = Dynamics::workspace(&model);
        let mut cosines = [Vec::new(), Vec::new()];
        for first_chain in (0..1600).step_by(LANES) {
            let mut bundle = Bundle::new(Dynamics::shape(&model), StreamKey(6), first_chain);
            bundle.state.fill(start);
            Model::advance(&model, u64::from(k), &mut bundle, &mut workspace);
            let centred = bundle.state.iter().map(|x| (x - start * real::exp(-h * t)) / scale);
            for s in centred {
                cosines[0].push(real::cos(0.5 * s));
                cosines[1].push(real::cos(1.2 * s));
            }
        }
        for (u, cosines) in [0.5, 1.2].into_iter().zip(cosines) {
            let n = cosines.len() as f64;
            let expected = real::exp(-real::pow(u, alpha));
            let double = real::exp(-real::pow(2.0 * u, alpha));
            let error = ((0.5 + 0.5 * double - expected * expected) / n).sqrt();
            let z = (real::sum(&cosines) / n - expected) / error;
            assert!(z.abs() < 4.5, "alpha {alpha}, u {u}: {z}");
        }
    }
}
