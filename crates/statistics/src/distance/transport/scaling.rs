//! The passes of Sinkhorn's algorithm over the matrix.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::real;
use maruyama_dynamics::simd::{Aligned, Isa, Kernel, exp};

use crate::distance::power_mean::Accumulator;
use crate::distance::transport::cost::Cost;

/// Rows that a pass takes together.
const ROWS: usize = 4;

/// Scalings outside the interval from the reciprocal of this to this are absorbed.
const LARGE: f64 = 1e60;

/// What is to be solved: costs `[n, m]`, positive probabilities `[n]` and `[m]`, regularisation.
pub(crate) struct Problem<'a> {
    pub(crate) cost: &'a Cost,
    pub(crate) a: &'a [f64],
    pub(crate) b: &'a [f64],
    pub(crate) epsilon: f64,
}

/// The state: potentials, scalings, and the matrix that belongs to the potentials.
pub(crate) struct Entropic {
    pub(crate) f: Vec<f64>,
    pub(crate) g: Vec<f64>,
    pub(crate) u: Vec<f64>,
    pub(crate) v: Aligned,
    gathered: Aligned,
    kernel: Aligned,
    /// Length of a row of `kernel`, `v` and `gathered`; what is beyond `m` is zero.
    stride: usize,
}

impl Entropic {
    pub(crate) fn new(problem: &Problem) -> Entropic {
        let (n, m) = (problem.cost.n(), problem.cost.m());
        let stride = m.next_multiple_of(8);
        let ln_b = |b: &f64| problem.epsilon * real::ln(*b);
        Entropic {
            f: vec![0.0; n],
            g: problem.b.iter().map(ln_b).collect(),
            u: vec![1.0; n.next_multiple_of(ROWS)],
            v: Aligned::zeros(stride),
            gathered: Aligned::zeros(stride),
            kernel: Aligned::zeros(stride * n.next_multiple_of(ROWS)),
            stride,
        }
    }

    /// Moves the scalings of the sinks into their potentials.
    fn absorb(&mut self, epsilon: f64) {
        for (g, v) in self.g.iter_mut().zip(self.v.iter_mut()) {
            *g += epsilon * real::ln(*v);
            *v = 1.0;
        }
    }
}

/// One iteration on potentials, with logarithms of sums of exponentials, and the matrix anew.
pub(crate) struct LogStep<'a> {
    pub(crate) problem: &'a Problem<'a>,
    pub(crate) state: &'a mut Entropic,
}

impl Kernel for LogStep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let LogStep { problem, state } = self;
        let Problem { cost, a, b, epsilon } = *problem;
        let (n, m) = (cost.n(), cost.m());
        let mut exponents = vec![0.0; m];
        let mut largest = vec![f64::NEG_INFINITY; m];
        for i in 0..n {
            fill_exponents(&mut exponents, cost.row(i), (0.0, &state.g), epsilon);
            let shift =
                exponents.iter().fold(f64::NEG_INFINITY, |s, e| if *e > s { *e } else { s });
            for e in &mut exponents {
                *e -= shift;
            }
            exponentials(isa, &mut exponents);
            state.f[i] = epsilon * (real::ln(a[i]) - shift - real::ln(real::sum(&exponents)));
        }
        for i in 0..n {
            fill_exponents(&mut exponents, cost.row(i), (state.f[i], &state.g), epsilon);
            largest
                .iter_mut()
                .zip(&exponents)
                .for_each(|(l, e)| *l = if *e > *l { *e } else { *l });
        }
        let mut sums = vec![0.0; m];
        for i in 0..n {
            fill_exponents(&mut exponents, cost.row(i), (state.f[i], &state.g), epsilon);
            exponents.iter_mut().zip(&largest).for_each(|(e, l)| *e -= l);
            exponentials(isa, &mut exponents);
            sums.iter_mut().zip(&exponents).for_each(|(sum, e)| *sum += e);
        }
        for j in 0..m {
            state.g[j] += epsilon * (real::ln(b[j]) - largest[j] - real::ln(sums[j]));
        }
        for i in 0..n {
            let row = &mut state.kernel[i * state.stride..][..m];
            fill_exponents(row, cost.row(i), (state.f[i], &state.g), epsilon);
            exponentials(isa, row);
        }
        state.u[..n].fill(1.0);
        state.v[..m].fill(1.0);
    }
}

/// One averaged step `f <- (f + T f) / 2` for a sample of `n` equal weights against itself, where
/// `f = g` at the optimum: `(T f)_i = -eps ln sum_j exp((f_j - C_ij) / eps) / n`. Returns the error
/// `sum_i |(P 1)_i - 1/n|` of the marginals before it.
pub(crate) struct SelfStep<'a> {
    pub(crate) cost: &'a Cost,
    pub(crate) epsilon: f64,
    pub(crate) f: &'a mut [f64],
}

impl Kernel for SelfStep<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> f64 {
        let SelfStep { cost, epsilon, f } = self;
        let n = cost.n() as f64;
        let mut exponents = vec![0.0; cost.m()];
        let mut transformed = Vec::with_capacity(cost.n());
        let mut error = Accumulator::default();
        for i in 0..cost.n() {
            fill_exponents(&mut exponents, cost.row(i), (0.0, f), epsilon);
            let shift = largest_of(&exponents);
            for e in &mut exponents {
                *e -= shift;
            }
            exponentials(isa, &mut exponents);
            let ln_mean = shift + real::ln(real::sum(&exponents) / n);
            error.add(real::expm1(f[i] / epsilon + ln_mean).abs() / n);
            transformed.push(-epsilon * ln_mean);
        }
        f.iter_mut().zip(&transformed).for_each(|(f, t)| *f = 0.5 * (*f + t));
        error.value()
    }
}

#[inline(always)]
fn largest_of(x: &[f64]) -> f64 {
    x.iter().fold(f64::NEG_INFINITY, |largest, x| if *x > largest { *x } else { largest })
}

/// `(f + g_j - c_j) / epsilon`
#[inline(always)]
fn fill_exponents(out: &mut [f64], costs: &[f64], (f, g): (f64, &[f64]), epsilon: f64) {
    let scale = 1.0 / epsilon;
    for ((out, c), g) in out.iter_mut().zip(costs).zip(g) {
        *out = (f + (g - c)) * scale;
    }
}

#[inline(always)]
fn exponentials<S: Isa>(isa: S, x: &mut [f64]) {
    let (vectors, rest) = S::as_mut_simd_f64s(x);
    for x in vectors {
        *x = exp(isa, *x);
    }
    let last = exp(isa, isa.partial_load_f64s(rest));
    isa.partial_store_f64s(rest, last);
}

/// One iteration of scalings: the error of the sinks' marginal before it, or nothing if a scaling
/// leaves its range; the scalings of the sinks are absorbed then.
pub(crate) struct Iterate<'a> {
    pub(crate) problem: &'a Problem<'a>,
    pub(crate) state: &'a mut Entropic,
}

impl Kernel for Iterate<'_> {
    type Output = Option<f64>;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> Option<f64> {
        let Iterate { problem, state } = self;
        let (n, stride) = (problem.cost.n(), state.stride);
        state.gathered.fill(0.0);
        let (mut before, mut u) = (&state.kernel[..ROWS * stride], [0.0; ROWS]);
        for (block, rows) in state.kernel.chunks_exact(ROWS * stride).enumerate() {
            let sums = pass(isa, rows, &state.v, (before, &u), &mut state.gathered);
            let first = block * ROWS;
            u = [0.0; ROWS];
            for (k, sum) in sums.into_iter().enumerate().take(n - first) {
                u[k] = problem.a[first + k] / sum;
            }
            state.u[first..first + ROWS].copy_from_slice(&u);
            before = rows;
        }
        pass(isa, before, &state.v, (before, &u), &mut state.gathered);
        let in_range = |x: &f64| *x < LARGE && *x > 1.0 / LARGE;
        let scaled = problem.b.iter().zip(state.gathered.iter()).map(|(b, t)| b / t);
        if !(state.u[..n].iter().all(in_range) && scaled.clone().all(|v| in_range(&v))) {
            state.absorb(problem.epsilon);
            return None;
        }
        let mut error = Accumulator::default();
        let updates = state.v.iter_mut().zip(state.gathered.iter()).zip(problem.b);
        for ((v, t), b) in updates {
            error.add((*v * t - b).abs());
            *v = b / t;
        }
        Some(error.value())
    }
}

/// Inner products of `rows` with `v`, while `sum_k u_k before_k` is added to `gathered`: one waits for
/// memory, the other does not.
#[inline(always)]
fn pass<S: Isa>(
    isa: S,
    rows: &[f64],
    v: &[f64],
    (before, u): (&[f64], &[f64; ROWS]),
    gathered: &mut [f64],
) -> [f64; ROWS] {
    let stride = v.len();
    let u = u.map(|u| isa.splat_eight(u));
    let mut sums = [isa.splat_eight(0.0); ROWS];
    let blocks = v.as_chunks::<8>().0.iter().zip(gathered.as_chunks_mut::<8>().0);
    for (block, (v, gathered)) in blocks.enumerate() {
        let v = isa.load_eight(v);
        let mut sum = isa.load_eight(gathered);
        for k in 0..ROWS {
            let at = k * stride + 8 * block;
            sums[k] = isa.mul_add_eight(isa.load_eight(eight(rows, at)), v, sums[k]);
            sum = isa.mul_add_eight(isa.load_eight(eight(before, at)), u[k], sum);
        }
        isa.store_eight(sum, gathered);
    }
    sums.map(|sum| isa.sum_of_eight(sum))
}

#[inline(always)]
fn eight(x: &[f64], start: usize) -> &[f64; 8] {
    x[start..start + 8].try_into().expect("eight numbers")
}

/// The cost of the plan and the error of its marginals.
pub(crate) struct Finish<'a> {
    pub(crate) problem: &'a Problem<'a>,
    pub(crate) state: &'a Entropic,
}

impl Kernel for Finish<'_> {
    type Output = (f64, f64);

    #[inline(always)]
    fn run<S: Isa>(self, _: S) -> (f64, f64) {
        let Finish { problem, state } = self;
        let (n, m) = (problem.cost.n(), problem.cost.m());
        let (mut cost, mut error) = (Accumulator::default(), Accumulator::default());
        let mut columns = vec![0.0; m];
        let mut masses = vec![0.0; m];
        for i in 0..n {
            let row = &state.kernel[i * state.stride..][..m];
            for j in 0..m {
                masses[j] = state.u[i] * row[j] * state.v[j];
                columns[j] += masses[j];
            }
            cost.add(real::dot(&masses, problem.cost.row(i)));
            error.add((real::sum(&masses) - problem.a[i]).abs());
        }
        columns.iter().zip(problem.b).for_each(|(mass, b)| error.add((mass - b).abs()));
        (cost.value(), error.value())
    }
}
