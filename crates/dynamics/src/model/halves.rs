//! Rows of sixteen chains in the layout [`Layout::ByHalf`](crate::model::shape::Layout).

use crate::noise::Lanes;
use crate::problem::Row;

/// The rows of the first eight and of the other chains.
pub(crate) fn halves(lanes: &[Lanes]) -> [&[Row]; 2] {
    let rows: &[Row] = lanes.as_flattened().as_chunks().0;
    let (first, second) = rows.split_at(lanes.len());
    [first, second]
}

/// [`halves`], to be changed.
pub(crate) fn halves_mut(lanes: &mut [Lanes]) -> [&mut [Row]; 2] {
    let n = lanes.len();
    let rows: &mut [Row] = lanes.as_flattened_mut().as_chunks_mut().0;
    let (first, second) = rows.split_at_mut(n);
    [first, second]
}

/// Writes rows that stand coordinate by coordinate to `out`, by half; both `[d, LANES]`.
pub(crate) fn write_by_half(rows: &[Lanes], out: &mut [Lanes]) {
    let [first, second] = halves_mut(out);
    for ((row, first), second) in rows.iter().zip(first).zip(second) {
        let (left, right) = row.split_at(first.len());
        first.copy_from_slice(left);
        second.copy_from_slice(right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shape::{Layout, Shape};
    use crate::noise::LANES;

    #[test]
    fn a_number_stands_where_the_shape_says() {
        let shape = Shape { layout: Layout::ByHalf, dim: 3, n_vectors: 1 };
        let rows: Vec<Lanes> = (0..3_u32)
            .map(|j| std::array::from_fn(|lane| f64::from(j * 100) + lane as f64))
            .collect();
        let mut out = vec![[0.0; LANES]; 3];
        write_by_half(&rows, &mut out);
        for (j, row) in rows.iter().enumerate() {
            for (lane, value) in row.iter().enumerate() {
                assert_eq!(out.as_flattened()[shape.place(lane, j)], *value);
            }
        }
    }
}
