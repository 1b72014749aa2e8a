//! The equations by the names that they have in manifests.

use crate::modified_equation::equation::{Model, NonPsd};

/// An equation that stands for SGD, as a process that can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain(Model),
    /// The Hessian-aware equation with the terms of third order:
    ///
    /// ```text
    /// b = phi(eta H) g + eta² (−T[g, g]/12 + T:Sigma/4),   D = D_HA + (eta²/2) (g·∇)Sigma
    /// ```
    ThirdOrder(NonPsd),
    /// Started at `x − (eta/2) ∇f(x)` and read at `y + (eta/2) ∇f(y)`.
    Shifted(Model),
}

/// Names of the equations, in the order of the documentation.
pub const NAMES: &[&str] = &[
    "sme_1",
    "sme_2",
    "principal_flow",
    "spf",
    "ha_sme",
    "ha_sme_f",
    "ha_sme_3",
    "shifted_sme_2",
    "shifted_spf",
];

impl Form {
    /// The equation called `name`, with `policy` where its diffusion may be indefinite; none if there is
    /// no such name.
    ///
    /// # Source
    /// SME-1 and SME-2: Li, Tai & E, JMLR 20(40), 2019; the principal flow: Rosca et al., arXiv
    /// 2302.01952; HA-SME and the stochastic principal flow: Li, Shen, Zhang & He, arXiv 2405.18373; the
    /// factorised, third-order and shifted ones are ours.
    #[must_use]
    pub fn named(name: &str, policy: NonPsd) -> Option<Form> {
        Some(match name {
            "sme_1" => Form::Plain(Model::Sme1),
            "sme_2" => Form::Plain(Model::Sme2),
            "principal_flow" => Form::Plain(Model::PrincipalFlow),
            "spf" => Form::Plain(Model::StochasticPrincipalFlow),
            "ha_sme" => Form::Plain(Model::HessianAware(policy)),
            "ha_sme_f" => Form::Plain(Model::Factorised),
            "ha_sme_3" => Form::ThirdOrder(policy),
            "shifted_sme_2" => Form::Shifted(Model::Sme2),
            "shifted_spf" => Form::Shifted(Model::StochasticPrincipalFlow),
            _ => return None,
        })
    }

    /// The equation without shift and without terms of third order.
    #[must_use]
    pub fn model(self) -> Model {
        match self {
            Form::Plain(model) | Form::Shifted(model) => model,
            Form::ThirdOrder(policy) => Model::HessianAware(policy),
        }
    }

    /// Whether it starts and is read at shifted points.
    #[must_use]
    pub fn is_shifted(self) -> bool {
        matches!(self, Form::Shifted(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_own_equation() {
        let forms: Vec<Form> =
            NAMES.iter().filter_map(|name| Form::named(name, NonPsd::Clip)).collect();
        assert_eq!(forms.len(), NAMES.len());
        for (i, form) in forms.iter().enumerate() {
            assert!(!forms[..i].contains(form));
        }
        assert_eq!(Form::named("sme_3", NonPsd::Clip), None);
        assert_eq!(forms[6].model(), Model::HessianAware(NonPsd::Clip));
        assert!(forms[8].is_shifted() && !forms[3].is_shifted());
    }
}
