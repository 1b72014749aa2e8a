//! The statistics of one batch of probabilities that are to be uniform.

use crate::draw::logarithms;

/// Draws of a batch.
pub const BATCH: usize = 1_000_000;
/// Equally probable cells.
pub const CELLS: usize = 1 << 20;

/// Sorts numbers in [0, 1] that are nearly uniform: by cells, then within them.
pub struct Sorter {
    starts: Vec<u32>,
    sorted: Vec<f64>,
}

impl Sorter {
    pub fn new() -> Sorter {
        Sorter { starts: vec![0; CELLS], sorted: vec![0.0; BATCH] }
    }

    /// The sorted numbers; `counts`, `[CELLS]`, is increased by how many are in each cell.
    pub fn sort(&mut self, uniform: &[f64], counts: &mut [u64]) -> &[f64] {
        let cell = |u: f64| ((u * CELLS as f64) as usize).min(CELLS - 1);
        self.starts.fill(0);
        for u in uniform {
            self.starts[cell(*u)] += 1;
        }
        let mut start = 0;
        for (place, count) in self.starts.iter_mut().zip(counts) {
            *count += u64::from(*place);
            start += std::mem::replace(place, start);
        }
        for u in uniform {
            let place = &mut self.starts[cell(*u)];
            self.sorted[*place as usize] = *u;
            *place += 1;
        }
        for i in 1..self.sorted.len() {
            let mut j = i;
            while j > 0 && self.sorted[j - 1] > self.sorted[j] {
                self.sorted.swap(j - 1, j);
                j -= 1;
            }
        }
        &self.sorted
    }
}

/// `D = sup |F_n(u) − u|` of sorted numbers.
pub fn distance(sorted: &[f64]) -> f64 {
    let n = sorted.len() as f64;
    let gap = |(i, u): (usize, &f64)| ((i + 1) as f64 / n - u).max(u - i as f64 / n);
    sorted.iter().enumerate().map(gap).fold(0.0, f64::max)
}

/// `A² = −n − (1/n) sum_i [(2i − 1) ln u_(i) + (2(n − i) + 1) ln(1 − u_(i))]` of sorted numbers.
pub fn anderson_darling(sorted: &[f64]) -> f64 {
    const PART: usize = 2000;
    let n = sorted.len() as f64;
    let (mut rest, mut below, mut above) = ([0.0; PART], [0.0; PART], [0.0; PART]);
    let mut sum = 0.0;
    for (part, u) in sorted.chunks_exact(PART).enumerate() {
        rest.iter_mut().zip(u).for_each(|(rest, u)| *rest = 1.0 - u);
        logarithms(u, &mut below);
        logarithms(&rest, &mut above);
        let mut of_part = 0.0;
        for (i, (below, above)) in below.iter().zip(&above).enumerate() {
            let rank = (part * PART + i) as f64;
            of_part += (2.0 * rank + 1.0) * below + (2.0 * (n - rank) - 1.0) * above;
        }
        sum += of_part;
    }
    -n - sum / n
}

#[cfg(test)]
mod tests {
    use maruyama_statistics::goodness::{anderson_darling as reference, statistic};
    use maruyama_statistics::law::normal::Normal;

    use maruyama_dynamics::noise::{LANES, Purpose};

    use super::*;
    use crate::draw::{Address, Draw, fill, probabilities};

    #[test]
    fn statistics_of_a_batch_are_those_of_the_library() {
        let law = Normal::new(0.0, 1.0).unwrap();
        let mut stream = Address(9, 0, Purpose::Brownian).stream();
        let mut rows = vec![[0.0; LANES]; BATCH / LANES];
        fill(&mut stream, Draw::Normals, &mut rows);
        let mut uniform = vec![0.0; BATCH];
        probabilities(rows.as_flattened(), &mut uniform);
        let mut sorter = Sorter::new();
        let sorted = sorter.sort(&uniform, &mut vec![0; CELLS]);
        assert!(sorted.is_sorted());
        let d = statistic::kolmogorov_smirnov(rows.as_flattened(), &law).unwrap();
        assert!((distance(sorted) - d).abs() < 1e-12);
        let a = reference::anderson_darling(rows.as_flattened(), &law).unwrap();
        assert!((anderson_darling(sorted) - a).abs() < 1e-6, "{} {a}", anderson_darling(sorted));
    }
}
