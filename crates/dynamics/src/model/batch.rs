//! Mini-batches of distinct samples.

use crate::noise::Stream;

/// Moves `size` distinct uniform indices to the front of `order = 0, 1, 2, ...`: the beginning of a
/// Fisher–Yates shuffle.
pub(crate) fn draw_distinct(stream: &mut Stream, size: usize, order: &mut [usize]) {
    for i in 0..size {
        order.swap(i, i + stream.index(order.len() - i));
    }
}

/// Undoes [`draw_distinct`], so that a step depends on nothing but the stream.
///
/// Every place beyond the front that the shuffle touched has lost its own index to the front.
pub(crate) fn restore(size: usize, order: &mut [usize]) {
    for i in 0..size {
        let index = order[i];
        if size <= index {
            order[index] = index;
        }
    }
    for i in 0..size {
        order[i] = i;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{Purpose, StreamKey};

    #[test]
    fn batches_without_replacement_are_uniform_over_subsets() {
        let mut stream = Stream::new(StreamKey(1), 0, Purpose::Batch);
        let (n, size, draws) = (5, 2, 40_000_u32);
        let mut order: Vec<usize> = (0..n).collect();
        let mut counts = [[0_u32; 5]; 5];
        for _ in 0..draws {
            draw_distinct(&mut stream, size, &mut order);
            assert_ne!(order[0], order[1]);
            counts[order[0]][order[1]] += 1;
            restore(size, &mut order);
            assert_eq!(order, [0, 1, 2, 3, 4]);
        }
        let expected = f64::from(draws) / 20.0;
        let deviation = |count: u32| (f64::from(count) - expected) * (f64::from(count) - expected);
        let chi_square: f64 = (0..n)
            .flat_map(|i| (0..n).filter(move |j| *j != i).map(move |j| (i, j)))
            .map(|(i, j)| deviation(counts[i][j]) / expected)
            .sum();
        // 99.99 % quantile of chi-square with 19 degrees of freedom.
        assert!(chi_square < 50.8, "{chi_square}");
    }
}
