//! The invariant law of the equation of SGD on least squares, where it is known exactly.
//!
//! ```text
//! one feature:               Pearson IV; inverse gamma if the noise vanishes at a point; normal if v = 0
//! population, equal variances: multivariate t, (a + b) |eta|²/s² ~ BetaPrime(d/2, alpha/2) for
//!                            variances 1; a = kappa, b = 2 kappa − 1
//! ```

use maruyama_dynamics::problem::{LeastSquares as Finite, Problem};
use maruyama_dynamics::real;
use maruyama_statistics::law::interface::Law;
use maruyama_statistics::law::inverse_gamma::InverseGamma;
use maruyama_statistics::law::normal::Normal;
use maruyama_statistics::law::pearson_iv::PearsonIv;
use maruyama_theory::least_squares::ScalarNoise;
use maruyama_theory::least_squares::law::{MultivariateT, ScalarLaw, log_concave_core};
use maruyama_theory::least_squares::tail::RotationInvariantRate;
use maruyama_theory::quadrature::{composite_nodes, on_half_line};

use crate::analyse::cell::described::described;
use crate::analyse::cell::population::Population;
use crate::analyse::estimator::AnalysisError;

/// The law of `eta = x − x_*` for one feature: `eta = edge ± Y`.
pub(crate) struct LineLaw {
    law: Box<dyn Law>,
    edge: f64,
    is_turned: bool,
    name: &'static str,
    tail_index: f64,
    mean_square: f64,
    core: (f64, f64),
}

/// An invariant law.
pub(crate) enum ExactLaw {
    /// Of one feature.
    Line(LineLaw),
    /// Of features whose law no rotation changes.
    Radial(MultivariateT),
}

impl ExactLaw {
    /// The invariant law of the equation of `problem` at `step_size`, which is `gamma/B`.
    ///
    /// # Errors
    /// If it is not known exactly, or if there is none.
    ///
    /// # Source
    /// The zero-flux solutions of `maruyama_theory::least_squares::law`. A population with variances
    /// `lambda` at `gamma` is one with variances 1 at `lambda gamma`, times `1/√lambda`.
    pub(crate) fn of(problem: &dyn Problem, step_size: f64) -> Result<ExactLaw, AnalysisError> {
        if problem.dim() == 1 {
            let noise = ScalarNoise::of(&described(problem)?).map_err(AnalysisError::statistic)?;
            return LineLaw::of(&noise, step_size).map(ExactLaw::Line);
        }
        let refuse = |why: &str| Err(AnalysisError::Data(why.to_owned()));
        let Some(found) = Population::of(problem) else {
            return match problem.get::<Finite>() {
                Some(_) => refuse("the invariant law of samples is known for one feature only"),
                None => Err(AnalysisError::NotLeastSquares),
            };
        };
        let (population, kurtosis) = (found.gaussian(), found.kurtosis());
        let lambda = population.eigenvalues[0];
        if population.eigenvalues.iter().any(|value| *value != lambda) {
            return refuse("the invariant law of a population is known for equal variances only");
        }
        let (dim, step_size) = (problem.dim(), lambda * step_size);
        let along = 2.0 * kurtosis - 1.0;
        let rate = RotationInvariantRate { dim, isotropic: kurtosis, along, step_size };
        let law =
            MultivariateT::of(&rate, population.noise_std).map_err(AnalysisError::statistic)?;
        let scale_square = law.scale_square / lambda;
        Ok(ExactLaw::Radial(MultivariateT { scale_square, ..law }))
    }

    /// Its family.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            ExactLaw::Line(line) => line.name,
            ExactLaw::Radial(_) => "multivariate t",
        }
    }

    /// `alpha`; infinite for a normal law.
    pub(crate) fn tail_index(&self) -> f64 {
        match self {
            ExactLaw::Line(line) => line.tail_index,
            ExactLaw::Radial(law) => law.tail_index,
        }
    }

    /// `E|eta|²`, infinite for `alpha ≤ 2`.
    pub(crate) fn mean_square(&self) -> f64 {
        match self {
            ExactLaw::Line(line) => line.mean_square,
            ExactLaw::Radial(law) => law.mean_square(),
        }
    }

    /// `P(|eta| > r)`, with relative accuracy.
    pub(crate) fn survival(&self, r: f64) -> f64 {
        match self {
            ExactLaw::Line(line) => line.survival(r) + line.cdf(-r),
            ExactLaw::Radial(law) => law.radial_survival(r),
        }
    }

    /// Density of `|eta|` at `r > 0`, per unit of length.
    pub(crate) fn distance_density(&self, r: f64) -> f64 {
        match self {
            ExactLaw::Line(line) => line.density(r) + line.density(-r),
            ExactLaw::Radial(law) => law.radial_density(r),
        }
    }

    /// The law of `eta` itself, which a single feature has.
    pub(crate) fn line(&self) -> Option<&LineLaw> {
        match self {
            ExactLaw::Line(line) => Some(line),
            ExactLaw::Radial(_) => None,
        }
    }

    /// `E|eta|`, infinite for `alpha ≤ 1`.
    pub(crate) fn mean_distance(&self) -> f64 {
        if self.tail_index() <= 1.0 {
            return f64::INFINITY;
        }
        on_half_line(|r| self.survival(r))
    }

    /// Probability of where the density is not log-concave.
    pub(crate) fn outside_core(&self) -> f64 {
        match self {
            ExactLaw::Line(line) => line.cdf(line.core.0) + line.survival(line.core.1),
            ExactLaw::Radial(law) => law.radial_survival(law.log_concave_radius()),
        }
    }

    /// The least `r` with `P(|eta| > r) ≤ q`, `0 < q < 1`, to 1e-12 relatively.
    pub(crate) fn distance_quantile(&self, q: f64) -> f64 {
        let scale = if self.mean_square().is_finite() { self.mean_square().sqrt() } else { 1.0 };
        let (mut low, mut high) = (1e-12 * scale, 1e12 * scale);
        for _ in 0..60 {
            let middle = (low * high).sqrt();
            if self.survival(middle) > q {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// What Hill's estimator above the threshold `u` estimates:
    /// `1/E[ln(|eta|/u) given |eta| > u]`, which goes to `alpha` as `u` grows.
    pub(crate) fn hill_index(&self, u: f64) -> f64 {
        let reach = (45.0 / self.tail_index()).max(2.0);
        let nodes = composite_nodes(0.0, reach, 60);
        let terms: Vec<f64> =
            nodes.iter().map(|(s, weight)| weight * self.survival(u * real::exp(*s))).collect();
        self.survival(u) / real::sum(&terms)
    }
}

impl LineLaw {
    fn of(noise: &ScalarNoise, step_size: f64) -> Result<LineLaw, AnalysisError> {
        let law = ScalarLaw::of(noise, step_size).map_err(AnalysisError::statistic)?;
        let moments = noise.stationary_moments(step_size, 2).map_err(AnalysisError::statistic)?;
        let (edge, is_turned, name, law) = match law {
            ScalarLaw::Point => {
                return Err(AnalysisError::Data("without label noise x ends at x_*".to_owned()));
            }
            ScalarLaw::Normal { variance } => {
                (0.0, false, "normal", boxed(Normal::new(0.0, variance.sqrt()))?)
            }
            ScalarLaw::OneSided(law) => {
                let inverse = boxed(InverseGamma::new(law.shape, law.scale))?;
                (law.edge, law.edge > 0.0, "inverse gamma", inverse)
            }
            ScalarLaw::PearsonFour(law) => {
                // exp(−skew atan z) = exp(mu (nu − 1) atan z) in the units of the statistics.
                let nu = law.tail_index();
                let pearson = PearsonIv::new(nu, -law.skew / (nu - 1.0), law.location, law.scale);
                (0.0, false, "Pearson IV", boxed(pearson)?)
            }
        };
        Ok(LineLaw {
            law,
            edge,
            is_turned,
            name,
            tail_index: noise.tail_index(step_size),
            mean_square: moments[2].unwrap_or(f64::INFINITY),
            core: log_concave_core(noise, step_size).map_err(AnalysisError::statistic)?,
        })
    }

    /// `P(eta ≤ x)`.
    pub(crate) fn cdf(&self, x: f64) -> f64 {
        if self.is_turned { self.law.sf(self.edge - x) } else { self.law.cdf(x - self.edge) }
    }

    /// `P(eta > x)`.
    pub(crate) fn survival(&self, x: f64) -> f64 {
        if self.is_turned { self.law.cdf(self.edge - x) } else { self.law.sf(x - self.edge) }
    }

    /// Density at `x`, per unit of `eta`.
    pub(crate) fn density(&self, x: f64) -> f64 {
        let y = if self.is_turned { self.edge - x } else { x - self.edge };
        real::exp(self.law.ln_pdf(y))
    }

    /// The point with `P(eta ≤ x) = q`.
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        if self.is_turned {
            self.edge - self.law.quantile(1.0 - q)
        } else {
            self.edge + self.law.quantile(q)
        }
    }
}

fn boxed<L: Law + 'static>(
    law: Result<L, maruyama_statistics::law::interface::LawError>,
) -> Result<Box<dyn Law>, AnalysisError> {
    Ok(Box::new(law.map_err(AnalysisError::statistic)?))
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::dataset::Dataset;
    use maruyama_dynamics::linear_algebra::Matrix;
    use maruyama_dynamics::problem::{GaussianPopulation, SpherePopulation};
    use maruyama_theory::least_squares::LeastSquares;
    use maruyama_theory::least_squares::law::PearsonFour;

    use super::*;

    fn finite(x: &[f64], y: &[f64]) -> Finite {
        let design = Matrix::new(x.len(), 1, x.to_vec());
        Finite::new(Dataset::new(design, y.to_vec()), 0.0)
    }

    fn d3() -> Finite {
        finite(&[1.0, -0.5, 1.5, 0.8], &[1.2, -0.1, 1.0, 0.9])
    }

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() < relative, "{found} vs {expected}");
    }

    #[test]
    fn one_feature_has_the_law_and_quantiles_of_the_reference() {
        let law = ExactLaw::of(&d3(), 2.0).unwrap();
        let line = law.line().unwrap();
        assert_eq!(law.name(), "Pearson IV");
        let quantiles =
            [(0.001, -1.433_146_569_17), (0.5, -0.053_747_865_543_8), (0.99, 1.351_906_111_16)];
        for (q, expected) in quantiles {
            close(line.quantile(q), expected, 1e-4);
            close(line.cdf(line.quantile(q)), q, 1e-9);
        }
        close(law.mean_distance(), 0.250_283_448_664, 1e-5);
        close(law.mean_square(), 0.179_322_603_538, 1e-10);
        // Another implementation of the same law.
        let problem = LeastSquares::training(
            &Matrix::new(4, 1, vec![1.0, -0.5, 1.5, 0.8]),
            &[1.2, -0.1, 1.0, 0.9],
            None,
        );
        let noise = ScalarNoise::of(&problem.unwrap()).unwrap();
        let other = PearsonFour::of(&noise, 2.0).unwrap();
        for x in [-2.0, -0.3, 0.1, 1.7] {
            close(line.density(x), other.density(x), 1e-9);
            close(line.cdf(x), other.cdf(x), 1e-9);
        }
    }

    #[test]
    fn distances_have_quantiles_and_the_index_of_hill_s_estimator() {
        let law = ExactLaw::of(&d3(), 2.0).unwrap();
        let u = law.distance_quantile(0.005);
        close(law.survival(u), 0.005, 1e-9);
        // Towards alpha = 2.84 from below: the tail of a shifted power law.
        let (near, far) = (law.hill_index(u), law.hill_index(1e4 * u));
        close(far, 2.840_245_366_05, 1e-4);
        assert!(near < far && near > 2.4, "{near}");
    }

    #[test]
    fn two_samples_have_a_law_on_one_side() {
        let problem = finite(&[1.0, 0.5], &[1.0, -0.5]);
        let law = ExactLaw::of(&problem, 0.4).unwrap();
        let line = law.line().unwrap();
        assert_eq!(law.name(), "inverse gamma");
        let below = if line.is_turned { 1.0 } else { 0.0 };
        assert_eq!(line.cdf(line.edge), below);
        close(line.cdf(line.quantile(0.3)), 0.3, 1e-9);
        close(line.cdf(0.1) + line.survival(0.1), 1.0, 1e-12);
    }

    #[test]
    fn equal_variances_have_a_multivariate_t_law_that_scales() {
        let population = |lambda: f64| GaussianPopulation::new(vec![lambda; 5], 1.0, vec![0.0; 5]);
        let unit = ExactLaw::of(&population(1.0), 0.2).unwrap();
        close(unit.tail_index(), 4.0, 1e-12);
        close(unit.mean_square(), 1.25, 1e-10);
        close(unit.outside_core(), unit.survival(std::f64::consts::FRAC_1_SQRT_2), 1e-12);
        let wide = ExactLaw::of(&population(4.0), 0.05).unwrap();
        close(wide.survival(0.6), unit.survival(1.2), 1e-12);
        close(unit.mean_distance(), on_half_line(|r| r * unit.distance_density(r)), 1e-9);
        assert!(ExactLaw::of(&population(1.0), 1.5).is_err());
        let uneven = GaussianPopulation::new(vec![1.0, 0.5], 1.0, vec![0.0; 2]);
        assert!(ExactLaw::of(&uneven, 0.2).is_err());
    }

    /// In five dimensions `a + b = 8/7` and `alpha = 1.75/gamma − 1.5`; one feature `±√λ` has no
    /// multiplicative noise, and a normal law of variance `gamma s²/2`.
    #[test]
    fn features_on_the_sphere_have_their_own_law() {
        let sphere = |dim: usize| {
            SpherePopulation::new(GaussianPopulation::new(vec![1.0; dim], 1.0, vec![0.0; dim]))
        };
        let law = ExactLaw::of(&sphere(5), 0.28).unwrap();
        close(law.tail_index(), 4.75, 1e-12);
        close(law.mean_square(), 5.0 * 7.0 / 8.0 / 4.75 * 4.75 / 2.75, 1e-10);
        let line = ExactLaw::of(&sphere(1), 0.3).unwrap();
        assert_eq!((line.name(), line.tail_index()), ("normal", f64::INFINITY));
        close(line.mean_square(), 0.15, 1e-12);
    }
}
