//! The estimator `matrix_free`: how well few products with the Hessian stand for a dense one.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::{Purpose, Stream};
use maruyama_dynamics::parameter::{Default, Kind, Parameter, Parameters, Part, Value};
use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::{
    HessianAwareError, LowRankDiffusion, Model, NonPsd, Quadratic, coefficients, matrix_free_drift,
    matrix_free_noise,
};
use maruyama_theory::matrix::{SymmetricEigen, combine, symmetric_eigen};

use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

const PART: Part = Part {
    name: "matrix_free",
    doc: "The Hessian-aware equation on a `quadratic` from products with its Hessian: relative errors of \
          the drift and of the factorised noise by Lanczos for a random gradient, after each number of \
          products, and in the Frobenius norm that of the diffusion from the leading eigenpairs, beside ηΣ \
          alone. Theory: reads no simulation. One row for each number and series.",
    parameters: &[
        Parameter {
            name: "products",
            doc: "Numbers of products with the Hessian.",
            unit: "",
            kind: Kind::Integers { min: 1, max: 200 },
            default: Default::Absent,
        },
        Parameter {
            name: "pairs",
            doc: "Numbers of eigenpairs, those of the largest eigenvalues.",
            unit: "",
            kind: Kind::Integers { min: 0, max: 200 },
            default: Default::Absent,
        },
    ],
    source: file!(),
};

/// Matrix-free approximations.
pub(crate) struct MatrixFree;

impl Estimator for MatrixFree {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "`drift`, `noise` or `diffusion`"),
            ("count", "products, or eigenpairs of `diffusion`"),
            ("error", "relative error"),
            ("plain_error", "that of ηΣ for the diffusion"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let problem = input.problem()?;
        let refuse = |why: &str| AnalysisError::Data(why.to_owned());
        let form = problem
            .quadratic_form()
            .ok_or_else(|| refuse("the problem of the cell is no quadratic"))?;
        let step_size = input.parameters.get("step_size").and_then(Value::as_real);
        let step_size = step_size.ok_or_else(|| refuse("the model has no step size"))?;
        let dense = Dense {
            eigen: symmetric_eigen(&form.hessian),
            noise: form.covariance(),
            hessian: form.hessian,
            step_size,
        };
        let mut gradient = vec![0.0; problem.dim()];
        Stream::new(input.stream, 0, Purpose::Bootstrap).fill_normals(&mut gradient);
        let mut rows = Vec::new();
        for count in counts(parameters, "products") {
            input.go_on()?;
            let (drift, noise) =
                dense.lanczos(&gradient, count).map_err(AnalysisError::statistic)?;
            rows.push(row("drift", count, drift));
            rows.push(row("noise", count, noise));
        }
        for count in counts(parameters, "pairs") {
            input.go_on()?;
            let (error, plain) = dense.low_rank(count).map_err(AnalysisError::statistic)?;
            let mut row = row("diffusion", count, error);
            row.insert("plain_error".to_owned(), Scalar::number(plain));
            rows.push(row);
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn counts(parameters: &Parameters, name: &str) -> Vec<usize> {
    let list = parameters.get(name).and_then(Value::as_list).unwrap_or_default();
    let count = |value: &Value| usize::try_from(value.as_integer()?).ok();
    list.iter().filter_map(count).collect()
}

fn row(series: &str, count: usize, error: f64) -> Row {
    Row::from([
        ("series".to_owned(), Scalar::text(series)),
        ("count".to_owned(), Scalar::count(count)),
        ("error".to_owned(), Scalar::number(error)),
    ])
}

/// What is approximated.
struct Dense {
    hessian: Matrix,
    eigen: SymmetricEigen,
    noise: Matrix,
    step_size: f64,
}

impl Dense {
    /// Relative errors of drift and noise after `count` products.
    fn lanczos(&self, v: &[f64], count: usize) -> Result<(f64, f64), HessianAwareError> {
        let times = |x: &[f64], out: &mut [f64]| out.copy_from_slice(&self.hessian.times(x));
        let model = Model::HessianAware(NonPsd::MomentsOnly);
        let drift = matrix_free_drift(model, &times, v, self.step_size, count)?;
        let exact = coefficients(model, v, &self.eigen, &self.noise, self.step_size)?.drift;
        let noise = matrix_free_noise(&times, v, self.step_size, count)?;
        let root = |lambda: f64| {
            let a = self.step_size * lambda;
            (self.step_size * Model::Factorised.noise_factor(a, a)).sqrt()
        };
        let mut rotated = self.eigen.vectors.times(v);
        for (entry, lambda) in rotated.iter_mut().zip(&self.eigen.values) {
            *entry *= root(*lambda);
        }
        let exact_noise = self.eigen.vectors.transpose_times(&rotated);
        Ok((relative(&drift, &exact), relative(&noise, &exact_noise)))
    }

    /// Relative error of the diffusion from `count` eigenpairs, and of `eta Sigma` alone.
    fn low_rank(&self, count: usize) -> Result<(f64, f64), HessianAwareError> {
        let quadratic = Quadratic::new(&self.hessian, &self.noise, self.step_size)?;
        let exact = quadratic.diffusion(Model::HessianAware(NonPsd::MomentsOnly))?;
        let n = self.eigen.values.len();
        let pairs: Vec<(f64, Vec<f64>)> = (n - count.min(n)..n)
            .map(|i| (self.eigen.values[i], self.eigen.vectors.row(i).to_vec()))
            .collect();
        let sigma = |x: &[f64], out: &mut [f64]| out.copy_from_slice(&self.noise.times(x));
        let reduced = LowRankDiffusion::new(&pairs, 0.0, &sigma, self.step_size)?;
        let dim = self.noise.n_rows();
        let mut entries = Vec::with_capacity(dim * dim);
        for i in 0..dim {
            let mut unit = vec![0.0; dim];
            unit[i] = 1.0;
            entries.extend(reduced.times(&unit, self.noise.row(i)));
        }
        let plain = combine(self.step_size, &self.noise, 0.0, &self.noise);
        let error = relative(&entries, exact.entries());
        Ok((error, relative(plain.entries(), exact.entries())))
    }
}

/// `|x − y|/|y|`.
fn relative(x: &[f64], y: &[f64]) -> f64 {
    let gap: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
    (real::dot(&gap, &gap) / real::dot(y, y)).sqrt()
}

#[cfg(test)]
mod tests {
    use maruyama_theory::matrix::diagonal;

    use super::*;

    #[test]
    fn all_products_and_all_pairs_are_exact() {
        let hessian = diagonal(&[0.0, 0.5, 2.0]);
        let noise = Matrix::new(3, 3, vec![1.0, 0.2, 0.1, 0.2, 0.8, 0.0, 0.1, 0.0, 0.5]);
        let eigen = symmetric_eigen(&hessian);
        let dense = Dense { hessian, eigen, noise, step_size: 0.4 };
        let (drift, root) = dense.lanczos(&[1.0, -0.5, 0.7], 3).unwrap();
        assert!(drift < 1e-14 && root < 1e-14);
        let (early, _) = dense.lanczos(&[1.0, -0.5, 0.7], 1).unwrap();
        assert!(early > 1e-3);
        // The eigenvalue that is left is 0, for which the others count.
        let (error, plain) = dense.low_rank(2).unwrap();
        assert!(error < 1e-14 && plain > 0.1);
        assert!((dense.low_rank(0).unwrap().0 - plain).abs() < 1e-15);
    }
}
