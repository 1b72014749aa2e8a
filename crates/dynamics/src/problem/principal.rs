//! Problems with principal coordinates.

/// A problem whose Hessian is known by its eigenvectors `q_i`, the rows of `Qᵀ`, largest eigenvalue
/// first; directions of zero curvature are left out.
///
/// ```text
/// Y = Qᵀ (x − x_*),   alpha = −Qᵀ x_*
/// ```
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 2.3.
pub trait PrincipalForm {
    /// Number of principal coordinates `r`.
    fn rank(&self) -> usize;

    /// Principal coordinates `Y`, `[r]`, of the point `x`, `[d]`.
    fn principal(&self, x: &[f64]) -> Vec<f64>;

    /// The coordinate `Y_index` of the point `x`, `[d]`; `index < r`.
    fn principal_coordinate(&self, x: &[f64], index: usize) -> f64;

    /// The coordinate `q_1·x = Y_1 − alpha_1` of the point `x`, `[d]`.
    fn leading(&self, x: &[f64]) -> f64;

    /// `alpha`, the principal coordinates of `x = 0`, `[r]`.
    fn alpha(&self) -> &[f64];

    /// The risk, without a penalty, of the point with principal coordinates `y`, `[r]`.
    fn principal_risk(&self, y: &[f64]) -> f64;

    /// Principal coordinates of the minimiser of the objective, penalty included, `[r]`.
    fn principal_minimiser(&self) -> &[f64];
}
