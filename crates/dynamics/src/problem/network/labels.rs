//! Responses that are classes.

use crate::parameter::Violation;
use crate::problem::network::loss::Loss;

/// Classes at most, for labels that are counted.
const MAX_CLASSES: usize = 10_000;

/// Number of outputs that `loss` takes: one, or one for each class, which are one more than the largest
/// label.
pub(crate) fn n_outputs(loss: Loss, response: &[f64]) -> usize {
    if loss != Loss::CrossEntropy {
        return 1;
    }
    let classes = response.iter().filter_map(|label| class(*label, MAX_CLASSES));
    classes.max().map_or(1, |largest| largest + 1)
}

/// Responses that are no classes, and classes that cannot be told apart.
pub(crate) fn check(loss: Loss, response: &[f64]) -> Option<Violation> {
    let (n_classes, what, name) = match loss {
        Loss::Squared => return None,
        Loss::Logistic => (2, "0 or 1", "logistic"),
        Loss::CrossEntropy => (MAX_CLASSES, "a class 0, 1, 2, ...", "cross_entropy"),
    };
    let faulty = response.iter().enumerate().find(|(_, label)| class(**label, n_classes).is_none());
    if let Some((row, label)) = faulty {
        let message =
            format!("the response {label} of sample {row} is not {what}, as `{name}` needs");
        let remedy = "give labels in the data, or take `squared`".to_owned();
        return Some(Violation { parameter: "loss", message, remedy });
    }
    let is_single = response.windows(2).all(|pair| pair[0] == pair[1]);
    is_single.then(|| Violation {
        parameter: "loss",
        message: "all samples are of one class".to_owned(),
        remedy: "take data of two classes or more".to_owned(),
    })
}

/// The class that a label below `n_classes` is.
fn class(label: f64, n_classes: usize) -> Option<usize> {
    let is_class = label >= 0.0 && label < n_classes as f64 && label.floor() == label;
    is_class.then_some(label as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_must_be_classes() {
        let message = |loss, response: &[f64]| check(loss, response).map(|fault| fault.message);
        let digits = [0.0, 3.0, 1.0];
        assert_eq!(message(Loss::CrossEntropy, &digits), None);
        assert_eq!(n_outputs(Loss::CrossEntropy, &digits), 4);
        assert_eq!(n_outputs(Loss::Squared, &digits), 1);
        assert_eq!(message(Loss::Squared, &[0.5, -1.0]), None);
        let fault = message(Loss::Logistic, &digits).unwrap();
        assert_eq!(fault, "the response 3 of sample 1 is not 0 or 1, as `logistic` needs");
        let fault = message(Loss::CrossEntropy, &[1.0, 0.5]).unwrap();
        assert!(fault.starts_with("the response 0.5 of sample 1 is not a class"), "{fault}");
        for label in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(message(Loss::CrossEntropy, &[0.0, label]).is_some());
        }
        let fault = message(Loss::CrossEntropy, &[1.0, 1.0]).unwrap();
        assert_eq!(fault, "all samples are of one class");
    }
}
