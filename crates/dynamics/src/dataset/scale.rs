//! Scaling of a design matrix.

use crate::dataset::core::DatasetError;
use crate::linear_algebra::Matrix;
use crate::real;

/// Scales the whole matrix to [0, 1]: `(entry − min) / (max − min)` with the extremes of all entries.
///
/// # Errors
/// [`DatasetError::Constant`] if all entries are equal.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4.1: extremes of the matrix, not of its columns.
pub fn min_max(design: &mut Matrix) -> Result<(), DatasetError> {
    let entries = design.entries_mut();
    let low = entries.iter().fold(f64::INFINITY, |low, entry| low.min(*entry));
    let high = entries.iter().fold(f64::NEG_INFINITY, |high, entry| high.max(*entry));
    let width = high - low;
    if width <= 0.0 {
        return Err(DatasetError::Constant { what: "the design".to_owned() });
    }
    for entry in entries {
        *entry = (*entry - low) / width;
    }
    Ok(())
}

/// Scales each column to mean 0 and variance 1, the variance with denominator `n`.
///
/// # Arguments
/// * `names`: names of the columns, `[d]`, for messages
///
/// # Errors
/// [`DatasetError::Constant`] with the name of the first constant column.
///
/// # Panics
/// If there is not one name for each column.
pub fn standardise(design: &mut Matrix, names: &[String]) -> Result<(), DatasetError> {
    let (n, d) = (design.n_rows(), design.n_columns());
    assert_eq!(names.len(), d, "one name for each column");
    for (idx, name) in names.iter().enumerate() {
        let column: Vec<f64> = design.rows().map(|row| row[idx]).collect();
        let mean = real::sum(&column) / n as f64;
        let centred: Vec<f64> = column.iter().map(|entry| entry - mean).collect();
        let deviation = (real::dot(&centred, &centred) / n as f64).sqrt();
        if column.iter().all(|entry| *entry == column[0]) {
            return Err(DatasetError::Constant { what: format!("column `{name}`") });
        }
        for (row, value) in design.entries_mut().chunks_exact_mut(d).zip(&centred) {
            row[idx] = value / deviation;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn min_max_uses_the_extremes_of_the_whole_matrix() {
        let mut design = Matrix::new(2, 2, vec![1.0, 2.0, 3.0, 5.0]);
        assert_eq!(min_max(&mut design), Ok(()));
        assert_eq!(design.entries(), [0.0, 0.25, 0.5, 1.0]);
        let mut constant = Matrix::new(1, 2, vec![7.0, 7.0]);
        assert!(matches!(min_max(&mut constant), Err(DatasetError::Constant { .. })));
    }

    #[test]
    fn standardise_gives_mean_zero_and_variance_one_by_column() {
        let mut design = Matrix::new(2, 2, vec![1.0, 10.0, 3.0, 30.0]);
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(standardise(&mut design, &names), Ok(()));
        assert_eq!(design.entries(), [-1.0, -1.0, 1.0, 1.0]);
        let mut constant = Matrix::new(2, 2, vec![1.0, 0.1, 2.0, 0.1]);
        assert_eq!(
            standardise(&mut constant, &names),
            Err(DatasetError::Constant { what: "column `b`".to_owned() })
        );
    }
}
