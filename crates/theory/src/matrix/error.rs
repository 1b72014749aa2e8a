//! What can go wrong in a factorisation.

/// Why a system was not solved or an eigenvalue not found.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum MatrixError {
    /// A pivot is zero or not finite.
    #[error("the matrix is singular: pivot {pivot} of {n} is zero or not finite")]
    Singular {
        /// Row of the pivot, from 0.
        pivot: usize,
        /// Number of rows.
        n: usize,
    },
    /// Entries are not finite.
    #[error("the matrix holds an entry that is not finite")]
    NotFinite,
    /// The powers of the matrix do not settle on a real leading eigenvalue.
    #[error("no real leading eigenvalue stands out")]
    NoDominantEigenvalue,
}
