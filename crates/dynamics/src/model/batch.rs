//! Mini-batches: which samples each of sixteen chains takes in a step.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::core::Bundle;
use crate::noise::{LANES, LaneStream, Purpose};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Violation};
use crate::simd::Isa;

/// The parameter `sampling` of models of SGD.
pub(crate) const SAMPLING: Parameter = Parameter {
    name: "sampling",
    doc: "How the samples of one batch are drawn: `with_replacement`; `without_replacement` within \
          a batch, batches being independent of each other; or `reshuffling`, where every epoch \
          takes all samples once in a new random order. The first two are the same for batches of \
          one.",
    unit: "",
    kind: Kind::Choice(&["with_replacement", "without_replacement", "reshuffling"]),
    default: Default::Text("with_replacement"),
};

/// How the samples of one batch are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Independent uniform indices.
    WithReplacement,
    /// A uniform set of distinct indices, independent of other steps.
    WithoutReplacement,
    /// A new random order of all samples in each epoch; a batch may straddle two epochs.
    Reshuffling,
}

impl Sampling {
    /// What `sampling` asks for.
    #[must_use]
    pub fn from_parameters(parameters: &Parameters) -> Sampling {
        match parameters.text("sampling") {
            "without_replacement" => Sampling::WithoutReplacement,
            "reshuffling" => Sampling::Reshuffling,
            _ => Sampling::WithReplacement,
        }
    }

    /// The variance of the mean over a batch of `size` out of `n` samples over that of a single
    /// sample, `1/B`, and less where samples are distinct.
    pub(crate) fn share_of_variance(self, n: usize, size: usize) -> f64 {
        let (n, size) = (n as f64, size as f64);
        match self {
            Sampling::WithReplacement => 1.0 / size,
            Sampling::WithoutReplacement | Sampling::Reshuffling if n > 1.0 => {
                (n - size) / ((n - 1.0) * size)
            }
            _ => 0.0,
        }
    }
}

/// A batch that has more distinct samples than there are.
pub(crate) fn check(parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
    let batch_size = parameters.count("batch_size");
    let is_distinct = Sampling::from_parameters(parameters) != Sampling::WithReplacement;
    if !is_distinct || batch_size <= n_rows as u64 {
        return Vec::new();
    }
    vec![Violation {
        parameter: "batch_size",
        message: format!("{batch_size} distinct samples out of {n_rows}"),
        remedy: format!("take at most {n_rows}, or draw with replacement"),
    }]
}

/// Draws batches, with the memory that this takes.
#[derive(Clone, Debug, std::default::Default)]
pub struct Sampler {
    /// `0, 1, ..., n − 1`, for sampling without replacement.
    order: Vec<u32>,
    /// Chains and epoch that `permutations` are for.
    epoch: Option<(u64, u64)>,
    /// Orders of all samples, `[LANES, n]`.
    permutations: Vec<u32>,
}

impl Sampler {
    /// Draws the samples `out`, `[steps, B, LANES]`, of the steps from `bundle.step` on out of `n`.
    #[inline(always)]
    pub(crate) fn draw<S: Isa>(
        &mut self,
        isa: S,
        sampling: Sampling,
        n: usize,
        bundle: &mut Bundle,
        batch_size: usize,
        out: &mut [[u64; LANES]],
    ) {
        match sampling {
            Sampling::WithReplacement => bundle.streams.batch.fill_indices(isa, n as u32, out),
            Sampling::WithoutReplacement => {
                for batch in out.chunks_exact_mut(batch_size) {
                    self.draw_distinct(n, &mut bundle.streams.batch, batch);
                }
            }
            Sampling::Reshuffling => self.draw_in_order(n, bundle, batch_size, out),
        }
    }

    fn draw_distinct(&mut self, n: usize, stream: &mut LaneStream, out: &mut [[u64; LANES]]) {
        if self.order.len() != n {
            self.order = (0..n as u32).collect();
        }
        for lane in 0..LANES {
            let mut draw = |range| stream.index(lane, range);
            shuffle_front(out.len(), &mut self.order, &mut draw);
            for (row, index) in out.iter_mut().zip(&self.order) {
                row[lane] = u64::from(*index);
            }
            restore(out.len(), &mut self.order);
        }
    }

    fn draw_in_order(
        &mut self,
        n: usize,
        bundle: &Bundle,
        batch_size: usize,
        out: &mut [[u64; LANES]],
    ) {
        let first = bundle.step * batch_size as u64;
        for (place, row) in (first..).zip(out) {
            let (epoch, place) = (place / n as u64, (place % n as u64) as usize);
            self.shuffle(n, bundle, epoch);
            for (lane, index) in row.iter_mut().enumerate() {
                *index = u64::from(self.permutations[lane * n + place]);
            }
        }
    }

    /// The orders of `epoch`, from streams of its own, so that they can be made again at any step.
    fn shuffle(&mut self, n: usize, bundle: &Bundle, epoch: u64) {
        if self.epoch == Some((bundle.first_chain, epoch)) && self.permutations.len() == n * LANES {
            return;
        }
        let key = bundle.key.derive(epoch);
        let mut stream = LaneStream::new(key, bundle.first_chain, Purpose::Batch);
        self.permutations.clear();
        for lane in 0..LANES {
            self.permutations.extend(0..n as u32);
            let order = &mut self.permutations[lane * n..];
            shuffle_front(n, order, &mut |range| stream.index(lane, range));
        }
        self.epoch = Some((bundle.first_chain, epoch));
    }
}

/// Moves `size` distinct uniform indices to the front of `order`: the beginning of a Fisher–Yates
/// shuffle.
fn shuffle_front(size: usize, order: &mut [u32], draw: &mut dyn FnMut(usize) -> usize) {
    for i in 0..size {
        order.swap(i, i + draw(order.len() - i));
    }
}

/// Undoes [`shuffle_front`] on `order = 0, 1, 2, ...`.
///
/// Every place beyond the front that the shuffle touched has lost its own index to the front.
fn restore(size: usize, order: &mut [u32]) {
    for i in 0..size {
        let index = order[i] as usize;
        if size <= index {
            order[index] = index as u32;
        }
    }
    for i in 0..size {
        order[i] = i as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shape::{Layout, Shape};
    use crate::noise::StreamKey;
    use crate::simd::{Kernel, dispatch};

    struct Draw<'a>(&'a mut Sampler, Sampling, usize, &'a mut Bundle, &'a mut [[u64; LANES]]);

    impl Kernel for Draw<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) {
            let batch_size = self.4.len();
            self.0.draw(isa, self.1, self.2, self.3, batch_size, self.4);
            self.3.step += 1;
        }
    }

    fn bundle() -> Bundle {
        let shape = Shape { layout: Layout::ByChain, dim: 1, n_vectors: 1 };
        Bundle::new(shape, StreamKey(1), 0)
    }

    #[test]
    fn batches_without_replacement_are_uniform_over_ordered_pairs() {
        let (n, n_steps) = (5, 2_500_u32);
        let (mut bundle, mut sampler) = (bundle(), Sampler::default());
        let mut counts = [[0_u32; 5]; 5];
        for _ in 0..n_steps {
            let mut pair = [[0; LANES]; 2];
            dispatch(Draw(&mut sampler, Sampling::WithoutReplacement, n, &mut bundle, &mut pair));
            for lane in 0..LANES {
                assert_ne!(pair[0][lane], pair[1][lane]);
                counts[pair[0][lane] as usize][pair[1][lane] as usize] += 1;
            }
        }
        let expected = f64::from(n_steps) * LANES as f64 / 20.0;
        let deviation = |count: u32| (f64::from(count) - expected) * (f64::from(count) - expected);
        let chi_square: f64 = (0..n)
            .flat_map(|i| (0..n).filter(move |j| *j != i).map(move |j| (i, j)))
            .map(|(i, j)| deviation(counts[i][j]) / expected)
            .sum();
        // 99.99 % quantile of chi-square with 19 degrees of freedom.
        assert!(chi_square < 50.8, "{chi_square}");
    }

    #[test]
    fn every_epoch_takes_every_sample_once_in_an_order_of_its_own() {
        let (n, size) = (7, 3);
        let (mut bundle, mut sampler) = (bundle(), Sampler::default());
        let mut seen: Vec<Vec<u64>> = vec![Vec::new(); LANES];
        for _ in 0..2 * n {
            let mut batch = vec![[0; LANES]; size];
            let sampling = Sampling::Reshuffling;
            dispatch(Draw(&mut sampler, sampling, n, &mut bundle, &mut batch));
            for (lane, seen) in seen.iter_mut().enumerate() {
                seen.extend(batch.iter().map(|row| row[lane]));
            }
            // A sampler that starts anew in the middle of an epoch goes on alike.
            sampler = Sampler::default();
        }
        for seen in &seen {
            let epochs: Vec<Vec<u64>> = seen.chunks(n).map(<[u64]>::to_vec).collect();
            assert_eq!(epochs.len(), 6);
            assert_ne!(epochs[0], epochs[1]);
            for mut epoch in epochs {
                epoch.sort_unstable();
                assert_eq!(epoch, (0..n as u64).collect::<Vec<u64>>());
            }
        }
        assert_ne!(seen[0], seen[1]);
    }
}
