//! Self-attention with several heads.
//!
//! ```text
//! p_ij = softmax_j( q_i·k_j / sqrt(d) ),   y_i = sum_j p_ij v_j,   in each head of d channels
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::problem::network::graph::operation::{Backward, Operation};
use crate::problem::network::graph::product::{Operand, Place, add_product};
use crate::problem::network::layer::Row;
use crate::simd::{Isa, Kernel, dispatch, exp};

/// Self-attention without the maps before and after it: it takes the channels of all queries, then
/// those of keys, then those of values, each at every position, and gives as many as there are
/// values. The channels of a head stand together.
///
/// # Source
/// Vaswani et al., "Attention Is All You Need", arXiv 1706.03762, section 3.2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attention {
    /// Heads, a divisor of `width`.
    pub(crate) n_heads: usize,
    /// Channels of all heads together.
    pub(crate) width: usize,
    /// Positions.
    pub(crate) n_positions: usize,
    /// Whether a position looks at itself and those before it only.
    pub(crate) is_causal: bool,
}

/// One head at one sample.
#[derive(Clone, Copy)]
struct Head {
    /// First channel.
    channel: usize,
    /// Channels `d`.
    width: usize,
    /// The sample.
    sample: usize,
    /// Samples of the batch.
    n_samples: usize,
    /// Positions.
    n_positions: usize,
}

impl Head {
    /// Distance of the rows of two channels.
    fn of_channel(&self) -> usize {
        self.n_positions * self.n_samples
    }

    /// The rows from the first channel of this head on, `offset` channels further.
    fn first(&self, offset: usize) -> usize {
        (self.channel + offset) * self.of_channel() + self.sample
    }

    /// Position by channel, for sums over channels.
    fn by_position<'a>(&self, rows: &'a [Row], offset: usize) -> Operand<'a> {
        let rows = &rows[self.first(offset)..];
        Operand { rows, outer: self.n_samples, inner: self.of_channel() }
    }

    /// Channel by position, for sums over positions.
    fn by_channel<'a>(&self, rows: &'a [Row], offset: usize) -> Operand<'a> {
        let rows = &rows[self.first(offset)..];
        Operand { rows, outer: self.of_channel(), inner: self.n_samples }
    }

    /// Where sums over positions go.
    fn place<'a>(&self, rows: &'a mut [Row], offset: usize) -> Place<'a> {
        let rows = &mut rows[self.first(offset)..];
        Place { rows, outer: self.of_channel(), inner: self.n_samples }
    }

    /// `[channel, position]`
    fn sizes(&self) -> [usize; 2] {
        [self.width, self.n_positions]
    }
}

impl Attention {
    fn heads(&self, n_samples: usize) -> impl Iterator<Item = Head> {
        let (n_positions, width) = (self.n_positions, self.width / self.n_heads);
        let samples = move |head| {
            (0..n_samples).map(move |sample| Head {
                channel: head * width,
                width,
                sample,
                n_samples,
                n_positions,
            })
        };
        (0..self.n_heads).flat_map(samples)
    }

    /// Writes `p`, `[n_positions, n_positions]`, to `out`.
    fn write_shares(&self, head: Head, inputs: &[Row], out: &mut [Row]) {
        let n = self.n_positions;
        out.fill([0.0; 8]);
        let (queries, keys) = (head.by_position(inputs, 0), head.by_position(inputs, self.width));
        let place = Place { rows: out, outer: n, inner: 1 };
        add_product(queries, keys, head.width, [n, n], place);
        let scale = 1.0 / (head.width as f64).sqrt();
        for (i, row) in out.chunks_exact_mut(n).enumerate() {
            let (seen, unseen) = row.split_at_mut(if self.is_causal { i + 1 } else { n });
            dispatch(Softmax { scale, rows: seen });
            unseen.fill([0.0; 8]);
        }
    }

    /// Replaces `deltas`, the derivatives by `shares`, by those by the products `q_i·k_j`.
    fn enter_products(&self, head: Head, shares: &[Row], deltas: &mut [Row]) {
        let (n, scale) = (self.n_positions, 1.0 / (head.width as f64).sqrt());
        for (shares, deltas) in shares.chunks_exact(n).zip(deltas.chunks_exact_mut(n)) {
            let mut mean = [0.0; 8];
            for (share, delta) in shares.iter().zip(deltas.iter()) {
                for lane in 0..8 {
                    mean[lane] += share[lane] * delta[lane];
                }
            }
            for (share, delta) in shares.iter().zip(deltas) {
                for lane in 0..8 {
                    delta[lane] = scale * (share[lane] * (delta[lane] - mean[lane]));
                }
            }
        }
    }
}

impl Operation for Attention {
    fn n_inputs(&self) -> usize {
        3 * self.width * self.n_positions
    }

    fn n_outputs(&self) -> usize {
        self.width * self.n_positions
    }

    fn n_room(&self) -> usize {
        2 * self.n_positions * self.n_positions
    }

    fn forward(
        &self,
        _: &[Row],
        inputs: &[Row],
        outputs: &mut [Row],
        room: &mut [Row],
        n_samples: usize,
    ) {
        let n = self.n_positions;
        let shares = &mut room[..n * n];
        outputs.fill([0.0; 8]);
        for head in self.heads(n_samples) {
            self.write_shares(head, inputs, shares);
            let values = head.by_channel(inputs, 2 * self.width);
            let shares = Operand { rows: shares, outer: n, inner: 1 };
            add_product(values, shares, n, head.sizes(), head.place(outputs, 0));
        }
    }

    fn backward(&self, pass: Backward<'_>) {
        let Some(out) = pass.input_deltas else { return };
        let (n, width) = (self.n_positions, self.width);
        let (shares, rest) = pass.room.split_at_mut(n * n);
        let products = &mut rest[..n * n];
        for head in self.heads(pass.n_samples) {
            self.write_shares(head, pass.inputs, shares);
            products.fill([0.0; 8]);
            let (deltas, values) =
                (head.by_position(pass.deltas, 0), head.by_position(pass.inputs, 2 * width));
            let place = Place { rows: products, outer: n, inner: 1 };
            add_product(deltas, values, head.width, [n, n], place);
            self.enter_products(head, shares, products);
            let by_key = |rows| Operand { rows, outer: 1, inner: n };
            let by_query = |rows| Operand { rows, outer: n, inner: 1 };
            let deltas = head.by_channel(pass.deltas, 0);
            let sizes = head.sizes();
            add_product(deltas, by_key(shares), n, sizes, head.place(out, 2 * width));
            let (queries, keys) =
                (head.by_channel(pass.inputs, 0), head.by_channel(pass.inputs, width));
            add_product(keys, by_query(products), n, sizes, head.place(out, 0));
            add_product(queries, by_key(products), n, sizes, head.place(out, width));
        }
    }
}

/// `row <- softmax(scale row)`, of each chain.
struct Softmax<'a> {
    scale: f64,
    rows: &'a mut [Row],
}

impl Kernel for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let scale = isa.splat_f64s(self.scale);
        for v in 0..8 / S::F64_LANES {
            let mut largest = isa.splat_f64s(f64::NEG_INFINITY);
            for row in self.rows.iter_mut() {
                let value = &mut S::as_mut_simd_f64s(row).0[v];
                *value = isa.mul_f64s(scale, *value);
                largest = isa.max_f64s(largest, *value);
            }
            let mut total = isa.splat_f64s(0.0);
            for row in self.rows.iter_mut() {
                let value = &mut S::as_mut_simd_f64s(row).0[v];
                *value = exp(isa, isa.sub_f64s(*value, largest));
                total = isa.add_f64s(total, *value);
            }
            for row in self.rows.iter_mut() {
                let value = &mut S::as_mut_simd_f64s(row).0[v];
                *value = isa.div_f64s(*value, total);
            }
        }
    }
}
