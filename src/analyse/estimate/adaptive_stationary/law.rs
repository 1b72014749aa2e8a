//! Stationary variances and losses by theory, for each model.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::parameter::{Lookup as _, Parameters};
use maruyama_dynamics::problem::GradientNoise;
use maruyama_theory::adaptive::{
    AdamSystem, AdaptiveError, DecayForm, LinearPhase, LookAhead, LossSetting, SecondMoment,
    SignChain, adam_w_approach, momentum_factor, penalised_variance, preconditioned_variance,
    sign_sde_variance,
};

use crate::analyse::cell::optimiser_cell::{OptimiserCell, real_or, text_or};
use crate::analyse::estimator::AnalysisError;

/// Values of each coordinate, `[d]`, by series.
pub(crate) type Series = Vec<(&'static str, Vec<f64>)>;

/// What theory says of one cell.
pub(crate) struct Law {
    /// The exact variances of the model of the cell, `[d]`, where they are finite.
    pub(crate) own: Option<Vec<f64>>,
    /// Variances of each series, `[d]`.
    pub(crate) variances: Series,
    /// Losses that are no sums of variances: bounds.
    pub(crate) losses: Vec<(&'static str, f64)>,
}

/// The laws that concern the cell.
pub(crate) fn laws(cell: &OptimiserCell, parameters: &Parameters) -> Result<Law, AnalysisError> {
    match cell.model.as_str() {
        "sgd" => sgd(cell),
        "sign_sgd" | "sign_sgd_sde" => sign(cell),
        _ => adaptive(cell, parameters),
    }
}

fn bound(cell: &OptimiserCell) -> LossSetting {
    LossSetting {
        convexity: cell.convexity(),
        trace: cell.trace(),
        dim: cell.curvatures.len(),
        largest_sigma: cell.sigma,
        step_size: cell.step_size,
    }
}

/// `f` of each curvature.
fn each(
    cell: &OptimiserCell,
    f: impl Fn(f64) -> Result<f64, AdaptiveError>,
) -> Result<Vec<f64>, AnalysisError> {
    cell.curvatures.iter().map(|lambda| f(*lambda).map_err(AnalysisError::statistic)).collect()
}

/// `eta sigma²/(lambda (2 − eta lambda))` for the chain, `eta sigma²/(2 lambda)` for its equation, which
/// is Lemma 3.8. Without a finite variance of the noise there is none.
fn sgd(cell: &OptimiserCell) -> Result<Law, AnalysisError> {
    let (eta, sigma) = (cell.step_size, cell.noise_std());
    let gain = |lambda: f64| eta * sigma * sigma / lambda;
    let chain = each(cell, |lambda| Ok(gain(lambda) / (2.0 - eta * lambda)))?;
    let is_stable = eta * cell.smoothness() < 2.0 && sigma.is_finite();
    let lemma = each(cell, |lambda| Ok(0.5 * gain(lambda)))?;
    if !is_stable {
        return Ok(Law { own: None, variances: Vec::new(), losses: Vec::new() });
    }
    let losses = match cell.noise {
        GradientNoise::Gaussian => vec![("bound", bound(cell).sgd().floor)],
        _ => Vec::new(),
    };
    Ok(Law {
        own: Some(chain.clone()),
        variances: vec![("chain", chain), ("lemma", lemma)],
        losses,
    })
}

fn sign(cell: &OptimiserCell) -> Result<Law, AnalysisError> {
    let (noise, sigma, eta) = (cell.noise, cell.sigma, cell.step_size);
    let phase = |curvature| LinearPhase { curvature, noise, scale: sigma, step_size: eta };
    let chain = |lambda| SignChain::new(lambda, noise, sigma, eta);
    let lattice = each(cell, |lambda| {
        let law = chain(lambda)?.stationary(0.0)?;
        Ok(law.moments(lambda).variance)
    })?;
    let equation = each(cell, |lambda| sign_sde_variance(&chain(lambda)?))?;
    let own = if cell.model == "sign_sgd" { lattice.clone() } else { equation.clone() };
    let variances = vec![
        ("chain", lattice),
        ("equation", equation),
        ("lemma", each(cell, |lambda| Ok(phase(lambda).stationary_variance()))?),
        ("leading", each(cell, |lambda| Ok(phase(lambda).leading_variance()))?),
        ("corrected", each(cell, |lambda| Ok(phase(lambda).chain_variance()))?),
    ];
    let losses = match noise {
        GradientNoise::Gaussian => vec![
            ("bound", bound(cell).third_phase().floor),
            ("rigorous_bound", bound(cell).third_phase_of_sign_sgd().floor),
        ],
        _ => Vec::new(),
    };
    Ok(Law { own: Some(own), variances, losses })
}

fn adaptive(cell: &OptimiserCell, parameters: &Parameters) -> Result<Law, AnalysisError> {
    let (eta, sigma) = (cell.step_size, cell.noise_std());
    let theta = parameters.real("weight_decay");
    let is_penalty = text_or(parameters, "decay_form", "decoupled") == "l2";
    let chain = each(cell, |lambda| system(cell, parameters, lambda).chain().map(first))?;
    let lemma = each(cell, |lambda| {
        Ok(if is_penalty {
            penalised_variance(eta, lambda, sigma, theta)
        } else {
            preconditioned_variance(eta, lambda, sigma, theta)
        })
    })?;
    let (place, equations) = equations(cell, parameters)?;
    let own = if cell.model.ends_with("_sde") { &equations[place].1 } else { &chain };
    let own = Some(own.clone());
    let mut variances = vec![("chain", chain)];
    variances.extend(equations);
    if theta > 0.0 && !is_penalty && cell.model.starts_with("adam_w") {
        let factor = momentum_factor((1.0 - real_or(parameters, "beta1", 0.0)) / eta, theta);
        let values = lemma.iter().map(|variance| factor * variance).collect();
        variances.push(("lemma_and_momentum", values));
    }
    variances.push(("lemma", lemma));
    let mut losses = Vec::new();
    if !is_penalty {
        let setting = LossSetting { largest_sigma: sigma, ..bound(cell) };
        losses.push(("bound", adam_w_approach(&setting, cell.smoothness(), theta).floor));
    }
    if !is_penalty && theta > 0.0 {
        losses.push(("ceiling", 0.25 * eta * cell.trace() / theta));
    }
    Ok(Law { own, variances, losses })
}

/// Variances of the forms of the equation, and the place of that of the cell among them.
fn equations(
    cell: &OptimiserCell,
    parameters: &Parameters,
) -> Result<(usize, Series), AnalysisError> {
    if cell.model.starts_with("rmsprop_w") {
        let values =
            each(cell, |lambda| system(cell, parameters, lambda).rmsprop_equation().map(first))?;
        return Ok((0, vec![("equation", values)]));
    }
    let forms = [
        ("equation", LookAhead::None),
        ("equation_ahead", LookAhead::Drift),
        ("equation_ahead_noise", LookAhead::DriftAndNoise),
    ];
    let asked = text_or(parameters, "look_ahead", "none");
    let place = ["none", "drift", "drift_and_noise"].iter().position(|name| *name == asked);
    let mut series = Vec::new();
    for (name, form) in forms {
        let of = |lambda| system(cell, parameters, lambda).adam_equation(form).map(first);
        series.push((name, each(cell, of)?));
    }
    Ok((place.unwrap_or(0), series))
}

/// The variance of `x` in one dimension.
#[expect(clippy::needless_pass_by_value, reason = "it ends a chain of results")]
fn first(covariance: Matrix) -> f64 {
    covariance.row(0)[0]
}

/// One coordinate of the cell.
fn system(cell: &OptimiserCell, parameters: &Parameters, lambda: f64) -> AdamSystem {
    let sigma = cell.noise_std();
    let of_gradient = text_or(parameters, "second_moment", "gradient_and_noise") != "noise";
    let is_penalty = text_or(parameters, "decay_form", "decoupled") == "l2";
    AdamSystem {
        hessian: Matrix::new(1, 1, vec![lambda]),
        noise: Matrix::new(1, 1, vec![sigma * sigma]),
        step_size: cell.step_size,
        beta1: real_or(parameters, "beta1", 0.0),
        weight_decay: parameters.real("weight_decay"),
        decay_form: if is_penalty { DecayForm::Penalty } else { DecayForm::Decoupled },
        epsilon: parameters.real("epsilon"),
        second_moment: if of_gradient { SecondMoment::OfGradient } else { SecondMoment::OfNoise },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::parameter::Value;

    fn cell(model: &str, curvatures: &[f64], sigma: f64, step_size: f64) -> OptimiserCell {
        OptimiserCell {
            model: model.to_owned(),
            curvatures: curvatures.to_vec(),
            noise: GradientNoise::Gaussian,
            sigma,
            step_size,
        }
    }

    fn series<'a>(law: &'a Law, name: &str) -> &'a [f64] {
        let found = law.variances.iter().find(|(series, _)| *series == name);
        &found.unwrap_or_else(|| panic!("no series {name}")).1
    }

    fn assert_near(found: f64, expected: f64, tolerance: f64) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found} {expected}");
    }

    /// Reference values `signsgd_statvar_*_eta0.1_lam2_sig0.5`.
    #[test]
    fn sign_sgd_has_its_reference_variances() {
        let law = laws(&cell("sign_sgd", &[2.0], 0.5, 0.1), &Parameters::new()).unwrap();
        assert_near(series(&law, "chain")[0], 0.017_700_452_341_187_674, 1e-10);
        assert_near(series(&law, "equation")[0], 0.015_010_577_651_398_295, 1e-5);
        assert_near(series(&law, "lemma")[0], 0.013_510_467_957_880_775, 1e-12);
        assert_eq!(law.own.as_deref(), Some(series(&law, "chain")));
    }

    fn adam(model: &str, beta1: f64, theta: f64) -> (OptimiserCell, Parameters) {
        let reals = [("beta1", beta1), ("weight_decay", theta), ("epsilon", 1e-8)];
        let parameters =
            reals.map(|(name, value)| (name.to_owned(), Value::Real(value))).into_iter().collect();
        (cell(model, &[1.0, 2.0], 0.2, 0.002), parameters)
    }

    /// Reference values `statvar_*_AdamW_b1_0.995`.
    #[test]
    fn adam_w_has_its_reference_variances() {
        let (cell, parameters) = adam("adam_w", 0.995, 4.0);
        let law = laws(&cell, &parameters).unwrap();
        let factored = series(&law, "lemma_and_momentum");
        assert_near(factored[0], 4.273_504_273_504_275_5e-5, 1e-12);
        assert_near(factored[1], 2.747_252_747_252_749e-5, 1e-12);
        // The reference freezes v at the mean square of the gradient, too.
        assert_near(series(&law, "chain")[0], 4.283_478_627_996_393e-5, 1e-6);
        let ceiling = law.losses.iter().find(|(name, _)| *name == "ceiling").unwrap().1;
        assert_near(ceiling, 0.25 * 0.002 * 3.0 / 4.0, 1e-15);
    }

    #[test]
    fn an_equation_is_compared_with_its_own_law() {
        let (cell, mut parameters) = adam("adam_w_sde", 0.9, 0.0);
        let own = |parameters: &Parameters| laws(&cell, parameters).unwrap().own.unwrap()[0];
        parameters.insert("look_ahead".to_owned(), Value::Text("none".to_owned()));
        let without = own(&parameters);
        parameters.insert("look_ahead".to_owned(), Value::Text("drift".to_owned()));
        // (1 − eta rho)²/(1 + eta lambda/sigma) = 0.81/1.01 for theta = 0.
        assert_near(own(&parameters) / without, 0.81 / 1.01, 1e-3);
    }

    #[test]
    fn noise_without_a_variance_leaves_sgd_without_a_law() {
        let heavy = OptimiserCell {
            noise: GradientNoise::StudentT { nu: 2.0 },
            ..cell("sgd", &[1.0], 0.5, 0.1)
        };
        let law = laws(&heavy, &Parameters::new()).unwrap();
        assert!(law.own.is_none() && law.variances.is_empty() && law.losses.is_empty());
        let law = laws(&cell("sgd", &[1.0], 0.5, 0.02), &Parameters::new()).unwrap();
        assert_near(series(&law, "chain")[0], 0.002_525_252_525_252_525_5, 1e-12);
        assert_near(series(&law, "lemma")[0], 0.002_5, 1e-12);
    }
}
