//! Scale of the Student law that homogenized SGD predicts along the leading direction.

/// Predicted scale `kappa = sqrt((beta + S_bulk) / nu_1) / lambda_1` of `q_1 · x ~ kappa t(nu_1)`.
///
/// The bulk moves slowly, so that its excess `S_bulk = sum_{j≥2} lambda_j² Y_j²` adds to the residual.
///
/// # Arguments
/// * `beta`: residual `|A x_* − b|²`
/// * `bulk`: `S_bulk`, from a simulation or its mean
/// * `lambda`: leading singular value `lambda_1`
/// * `nu`: degrees of freedom `nu_1 = 1 + 1/phi_1`
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, eq. (8) and (9) with `mu = 0`; `beta` is replaced by
/// `beta + S_bulk`, which is our quasi-static extension.
#[must_use]
pub fn student_t_scale(beta: f64, bulk: f64, lambda: f64, nu: f64) -> f64 {
    ((beta + bulk) / nu).sqrt() / lambda
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_of_the_one_dimensional_pearson_diffusion() {
        // Without bulk, Z = lambda Y/sqrt(beta) has sqrt(nu) Z ~ t(nu).
        assert_eq!(student_t_scale(36.0, 0.0, 3.0, 4.0), 1.0);
        assert_eq!(student_t_scale(20.0, 16.0, 3.0, 4.0), 1.0);
    }
}
