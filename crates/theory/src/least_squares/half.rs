//! First and second moments as one vector, with each second moment once.
//!
//! ```text
//! state = (m_1 .. m_d, M_11, M_12, .., M_1d, M_22, .., M_dd, 1)
//! ```

use maruyama_dynamics::linear_algebra::Matrix;

use crate::least_squares::Moments;

/// The number of entries of a state in `d` dimensions.
fn length(d: usize) -> usize {
    d + d * (d + 1) / 2 + 1
}

/// The state of these moments, `[d + d (d + 1)/2 + 1]`.
pub(crate) fn pack(moments: &Moments) -> Vec<f64> {
    let mut state = moments.mean.clone();
    for (i, row) in moments.second.rows().enumerate() {
        state.extend_from_slice(&row[i..]);
    }
    state.push(1.0);
    state
}

/// The second moments of a state in `d` dimensions, `[d, d]`.
///
/// # Panics
/// If the state has another length.
pub(crate) fn second_moments(d: usize, state: &[f64]) -> Matrix {
    assert_eq!(state.len(), length(d), "a state of moments in {d} dimensions");
    let mut entries = vec![0.0; d * d];
    let mut values = state[d..].iter();
    for i in 0..d {
        for (j, value) in (i..d).zip(&mut values) {
            (entries[i * d + j], entries[j * d + i]) = (*value, *value);
        }
    }
    Matrix::new(d, d, entries)
}

/// The matrix of a linear map of states, whose last entry is zero.
///
/// # Arguments
/// * `mean`: map of means, `[d, d]`
/// * `second`: map of second moments, `[d², d²]`, which keeps symmetric matrices symmetric
/// * `cross`: what means add to second moments, `[d², d]`
/// * `constant`: what is added to second moments, `[d²]`
pub(crate) fn generator(
    mean: &Matrix,
    second: &Matrix,
    cross: &Matrix,
    constant: &[f64],
) -> Matrix {
    let d = mean.n_rows();
    let size = length(d);
    let mut entries = Vec::with_capacity(size * size);
    for row in mean.rows() {
        entries.extend_from_slice(row);
        entries.resize(entries.len() + size - d, 0.0);
    }
    for row in (0..d).flat_map(|i| (i..d).map(move |j| i * d + j)) {
        entries.extend_from_slice(cross.row(row));
        let from = second.row(row);
        for k in 0..d {
            entries.push(from[k * d + k]);
            entries.extend((k + 1..d).map(|l| from[k * d + l] + from[l * d + k]));
        }
        entries.push(constant[row]);
    }
    entries.resize(size * size, 0.0);
    Matrix::new(size, size, entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_hold_the_moments() {
        let second = Matrix::new(2, 2, vec![2.0, 0.5, 0.5, 3.0]);
        let moments = Moments { mean: vec![1.0, -1.0], second };
        let state = pack(&moments);
        assert_eq!(state, [1.0, -1.0, 2.0, 0.5, 3.0, 1.0]);
        assert_eq!(second_moments(2, &state), moments.second);
    }

    /// `M -> A M + M Aᵀ + 2 m_1 E + F` with an `A` that is not symmetric.
    #[test]
    fn maps_of_states_are_those_of_the_moments() {
        let mean = Matrix::new(2, 2, vec![0.0, 1.0, -1.0, 0.5]);
        let second = Matrix::new(
            4,
            4,
            vec![2.0, 0.3, 0.3, 0.0, 0.1, 1.0, 0.5, 0.3, 0.1, 0.5, 1.0, 0.3, 0.0, 0.1, 0.1, 4.0],
        );
        let cross = Matrix::new(4, 2, vec![1.0, 0.0, 0.2, 0.1, 0.2, 0.1, 0.0, 2.0]);
        let constant = [0.7, 0.1, 0.1, 0.9];
        let m = Matrix::new(2, 2, vec![2.0, 0.5, 0.5, 3.0]);
        let moments = Moments { mean: vec![1.0, -1.0], second: m.clone() };
        let moved = generator(&mean, &second, &cross, &constant).times(&pack(&moments));
        assert_eq!(moved[..2], [-1.0, -1.5]);
        let full = second.times(m.entries());
        let more = cross.times(&moments.mean);
        for (place, row) in [(2, 0), (3, 1), (4, 3)] {
            let expected = full[row] + more[row] + constant[row];
            assert!((moved[place] - expected).abs() < 1e-14);
        }
        assert_eq!(moved[5], 0.0);
    }
}
