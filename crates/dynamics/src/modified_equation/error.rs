//! Why an equation has no coefficients in a point.

/// Why an equation that stands for SGD does not exist in a point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CoefficientError {
    /// The step size times an eigenvalue of the Hessian is 1 or more: there is no real logarithm.
    #[error("step size times curvature is {product}, but a real equation needs less than 1")]
    TooSharp {
        /// `eta lambda` of the sharpest direction.
        product: f64,
    },
    /// The diffusion is not positive semidefinite, so no real process has it.
    #[error("the diffusion has the negative eigenvalue {smallest} beside the largest {largest}")]
    NotPsd {
        /// The smallest eigenvalue of the diffusion.
        smallest: f64,
        /// The largest one.
        largest: f64,
    },
    /// The gradient or a product with the Hessian has entries that are no finite numbers.
    #[error("a derivative of the objective is not finite")]
    NotFinite,
}

/// An equation that does not exist where all chains start.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("at the starting point {} {}", listed(point), told(cause, *step_size))]
pub struct StartError {
    /// The point, `[d]`.
    pub point: Vec<f64>,
    /// The step size `eta`.
    pub step_size: f64,
    /// Why there is no equation.
    #[source]
    pub cause: CoefficientError,
}

impl StartError {
    /// The parameter of the model that a remedy changes, and the remedy.
    #[must_use]
    pub fn remedy(&self) -> (&'static str, &'static str) {
        match self.cause {
            CoefficientError::TooSharp { .. } => {
                ("step_size", "take a smaller one, start elsewhere, or set `too_sharp: cap`")
            }
            CoefficientError::NotPsd { .. } => {
                ("psd", "take `clip` or `factorise`, or start elsewhere")
            }
            CoefficientError::NotFinite => ("initial", "start elsewhere"),
        }
    }
}

/// Coordinates that a message shows.
const SHOWN: usize = 6;

/// `(x_0, x_1, ...)`, long points cut off.
fn listed(point: &[f64]) -> String {
    let shown: Vec<String> = point.iter().take(SHOWN).map(f64::to_string).collect();
    let more = if point.len() > SHOWN { ", …" } else { "" };
    format!("({}{more})", shown.join(", "))
}

/// What is wrong in a point, with the eigenvalue.
fn told(cause: &CoefficientError, step_size: f64) -> String {
    match cause {
        CoefficientError::TooSharp { product } => {
            format!("the Hessian has the eigenvalue {}: {cause}", product / step_size)
        }
        _ => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_named_with_eigenvalue_and_remedy() {
        let cause = CoefficientError::TooSharp { product: 1.5 };
        let error = StartError { point: vec![1.0, -0.5], step_size: 0.5, cause };
        assert_eq!(
            error.to_string(),
            "at the starting point (1, -0.5) the Hessian has the eigenvalue 3: step size times curvature is \
             1.5, but a real equation needs less than 1"
        );
        assert_eq!(error.remedy().0, "step_size");
        let cause = CoefficientError::NotPsd { smallest: -0.1, largest: 1.0 };
        let error = StartError { point: vec![0.0; 7], step_size: 0.5, cause };
        let text = error.to_string();
        assert!(
            text.starts_with("at the starting point (0, 0, 0, 0, 0, 0, …) the diffusion has the")
        );
        assert_eq!(error.remedy().0, "psd");
    }
}
