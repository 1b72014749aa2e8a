//! Second and fourth moments of homogenized SGD: growth rates and rates of convergence.
//!
//! ```text
//! Lambda(p) = lim t⁻¹ ln E|Z_t|^p        for dZ_i = −theta_i Z_i dt + s_i |Z| dB_i
//! Lambda(2):  sum_i s_i²/(Lambda + 2 theta_i) = 1
//! Lambda(4):  spectral radius of K(Lambda) = 1
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::matrix::perron_eigenvalue;
use crate::root::crossing;
use crate::tail::diffusion::Diffusion;

/// Growth rate `Lambda(2)` of the second moment, per iteration: the largest root of
/// `sum_i s_i²/(Lambda + 2 theta_i) = 1`. The index exceeds 2 exactly if it is negative.
///
/// # Accuracy
/// Bisection to the last bit.
///
/// # Source
/// Not in the paper: `d/dt E Z_i² = −2 theta_i E Z_i² + s_i² sum_j E Z_j²` for the model (7) of Jiao &
/// Keller-Ressel, arXiv 2402.01382.
#[must_use]
pub fn second_moment_rate(diffusion: &Diffusion) -> f64 {
    let Diffusion { theta, noise } = diffusion;
    let slowest = 2.0 * theta.iter().copied().fold(f64::INFINITY, f64::min);
    // In terms of x = Lambda + slowest, no pole is positive.
    let excess = |x: f64| {
        let term = |(theta, s2): (&f64, &f64)| s2 / (x + (2.0 * theta - slowest));
        1.0 - real::sum(&theta.iter().zip(noise).map(term).collect::<Vec<f64>>())
    };
    let total = real::sum(noise);
    // The upper end is a root if all rates are equal; rounding must not lose it.
    crossing(0.0, total * (1.0 + 8.0 * f64::EPSILON), 0.0, excess) - slowest
}

/// Growth rate `Lambda(4)` of the fourth moment, per iteration. The index exceeds 4 exactly if it
/// is negative.
///
/// ```text
/// K_jl = s_j²/(Lambda + 2 theta_j + 2 theta_l)
///        + [j = l] (sum_i s_i²/(Lambda + 2 theta_i + 2 theta_j) + 4 s_j²/(Lambda + 4 theta_j))
/// ```
///
/// # Accuracy
/// 1e-13 of the largest rate.
///
/// # Source
/// Not in the paper: the closed linear equations of `E Z_i² Z_j²` for the model (7).
#[must_use]
pub fn fourth_moment_rate(diffusion: &Diffusion) -> f64 {
    let Diffusion { theta, noise } = diffusion;
    let slowest = 4.0 * theta.iter().copied().fold(f64::INFINITY, f64::min);
    let total = real::sum(noise);
    let largest = noise.iter().copied().fold(0.0, f64::max);
    // The moment's equations bound the rate by |z|⁴ as a Lyapunov function.
    let high = 2.0 * total + 4.0 * largest;
    let excess = |x: f64| 1.0 - perron_eigenvalue(&coupling(diffusion, x, slowest)).middle();
    let width = 1e-14 * (high + slowest);
    crossing(width, high * (1.0 + 1e-12), width, excess) - slowest
}

/// The matrix `K` at `Lambda = x − slowest`, `[r, r]`, where `slowest` is at most `4 min theta_i` and
/// `x` positive.
pub(crate) fn coupling(diffusion: &Diffusion, x: f64, slowest: f64) -> Matrix {
    let Diffusion { theta, noise } = diffusion;
    let r = theta.len();
    let mut entries = Vec::with_capacity(r * r);
    for j in 0..r {
        let gap = |l: usize| x + (2.0 * (theta[j] + theta[l]) - slowest);
        let row: Vec<f64> = (0..r).map(|l| noise[j] / gap(l)).collect();
        let shared: Vec<f64> = (0..r).map(|i| noise[i] / gap(i)).collect();
        entries.extend(row);
        entries[j * r + j] += real::sum(&shared) + 4.0 * noise[j] / gap(j);
    }
    Matrix::new(r, r, entries)
}

/// The sharp rate `−Lambda(2)/2` of convergence to the stationary law in W₂ by synchronous coupling,
/// per iteration; absent where second moments grow.
///
/// # Source
/// Not in the paper: the difference of two solutions that share their noise has second moments with
/// at most the growth rate `Lambda(2)`.
#[must_use]
pub fn coupling_rate(diffusion: &Diffusion) -> Option<f64> {
    let rate = -second_moment_rate(diffusion) / 2.0;
    (rate > 0.0).then_some(rate)
}

/// The paper's rate `rho_*` of convergence in W₂, per iteration: the root in `(0, min theta_i)` of
/// `sum_i 2 s_i²/(theta_i − rho) = 1`; absent unless `gamma < gamma'`, that is `4 sum phi_i < 1`.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, Theorem 3.4 with (40). The equation has `r` positive
/// roots; this is the one that the theorem means.
#[must_use]
pub fn printed_coupling_rate(diffusion: &Diffusion) -> Option<f64> {
    let Diffusion { theta, noise } = diffusion;
    if 4.0 * real::sum(&diffusion.phi()) >= 1.0 {
        return None;
    }
    let slowest = theta.iter().copied().fold(f64::INFINITY, f64::min);
    let excess = |rho: f64| {
        let term = |(theta, s2): (&f64, &f64)| 2.0 * s2 / (theta - rho);
        real::sum(&theta.iter().zip(noise).map(term).collect::<Vec<f64>>()) - 1.0
    };
    // The open end is a pole; half of the interval at a time comes as near as need be.
    Some(crossing(0.0, slowest, 0.0, |rho| if rho < slowest { excess(rho) } else { f64::MAX }))
}
