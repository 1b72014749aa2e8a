//! Polyak–Ruppert averages of iterates.
//!
//! ```text
//! a_n = (x_k0 + ... + x_n) / (n − k0 + 1)  for n ≥ k0,   a_n = x_n before
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::Lanes;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters};
use crate::simd::Isa;

/// The parameter `averaging` of models of SGD.
pub(crate) const AVERAGING: Parameter = Parameter {
    name: "averaging",
    doc: "What is observed: `none` observes the iterate x_n, `polyak_ruppert` the average of the \
          iterates from `average_from` to n.",
    unit: "",
    kind: Kind::Choice(&["none", "polyak_ruppert"]),
    default: Default::Text("none"),
};

/// The parameter `average_from` of models of SGD.
pub(crate) const AVERAGE_FROM: Parameter = Parameter {
    name: "average_from",
    doc: "First iterate k₀ of the average; before it, the iterate itself is observed.",
    unit: "steps",
    kind: Kind::Integer { min: 0, max: 1 << 53 },
    default: Default::Integer(0),
};

/// Polyak–Ruppert averaging.
///
/// # Source
/// Polyak & Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J. Control
/// Optim. 30(4), 1992, eq. (3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Averaging {
    /// The first iterate `k0` of the average; 0 is the starting point.
    pub from: u64,
}

impl Averaging {
    /// What `averaging` and `average_from` ask for.
    #[must_use]
    pub fn from_parameters(parameters: &Parameters) -> Option<Averaging> {
        let is_on = parameters.text("averaging") == "polyak_ruppert";
        is_on.then(|| Averaging { from: parameters.count("average_from") })
    }

    /// `a_n` from `a_{n−1}` and the iterate `x_n`, `n ≥ 1`; both in the same layout.
    #[inline(always)]
    pub(crate) fn update<S: Isa>(self, isa: S, n: u64, x: &[Lanes], average: &mut [Lanes]) {
        if n <= self.from {
            average.copy_from_slice(x);
            return;
        }
        let weight = isa.splat_f64s(1.0 / (n - self.from + 1) as f64);
        for (average, x) in average.iter_mut().zip(x) {
            let average = S::as_mut_simd_f64s(average).0;
            for (a, x) in average.iter_mut().zip(S::as_simd_f64s(x).0) {
                *a = isa.mul_add_f64s(weight, isa.sub_f64s(*x, *a), *a);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::dataset::Dataset;
    use crate::linear_algebra::Matrix;
    use crate::model::{Bundle, model};
    use crate::noise::{NumpyLegacy, StreamKey};
    use crate::observable::States;
    use crate::parameter::{Value, defaults};
    use crate::problem::{GradientNoise, LeastSquares, Problem, Quadratic};

    /// What is observed of chain 3 after each of twelve steps of SGD.
    fn observed(problem: &Arc<dyn Problem>, averaging: &str, from: i64) -> Vec<Vec<f64>> {
        let kind = model("sgd").unwrap();
        let mut parameters = defaults(kind.part().parameters);
        parameters.insert("step_size".to_owned(), Value::Real(0.1));
        parameters.insert("averaging".to_owned(), Value::Text(averaging.to_owned()));
        parameters.insert("average_from".to_owned(), Value::Integer(from));
        let model = kind.build(&parameters, problem);
        let mut bundle = Bundle::new(model.shape(), StreamKey(1), 0);
        let mut workspace = model.workspace();
        let mut after_a_step = |_| {
            model.advance(1, &mut bundle, &mut workspace);
            States::of(model.as_ref(), &bundle).chain(3).values
        };
        (0..12).map(&mut after_a_step).collect()
    }

    #[test]
    fn the_average_is_that_of_the_iterates() {
        let mut generator = NumpyLegacy::new(4);
        let dataset = Dataset::new(Matrix::new(8, 3, generator.normals(24)), generator.normals(8));
        let quadratic = Quadratic::new(vec![1.0, 2.0, 0.5], 1.0, GradientNoise::Gaussian);
        let problems: [Arc<dyn Problem>; 2] =
            [Arc::new(LeastSquares::new(dataset, 0.0)), Arc::new(quadratic)];
        for problem in problems {
            let mut iterates = vec![vec![0.0; 3]];
            iterates.extend(observed(&problem, "none", 0));
            for from in [0, 5, 40] {
                let averages = observed(&problem, "polyak_ruppert", from as i64);
                for (n, average) in (1..).zip(averages) {
                    let averaged = &iterates[from.min(n)..=n];
                    for j in 0..3 {
                        let sum: f64 = averaged.iter().map(|x| x[j]).sum();
                        let expected = sum / averaged.len() as f64;
                        assert!((average[j] - expected).abs() < 1e-14, "{from} {n}");
                    }
                }
            }
        }
    }
}
