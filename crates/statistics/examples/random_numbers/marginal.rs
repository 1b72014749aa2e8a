//! Many normal variates against the normal law.
//!
//! Batches of 10⁶ are sorted, which gives the exact statistics of Kolmogorov and Smirnov and of
//! Anderson and Darling of each batch; whether those of all batches follow their laws is one more
//! test. All batches together are counted in 2²⁰ equally probable cells.

use maruyama_dynamics::noise::{LANES, Lanes, Purpose};
use maruyama_statistics::goodness::kolmogorov;

use crate::batch::{BATCH, CELLS, Sorter, anderson_darling, distance};
use crate::draw::{Address, Draw, fill, probabilities};
use crate::finding::Finding;
use crate::law;

/// Rows of sixteen draws that are in the first cache together.
const ROWS: usize = 100;
/// Batches of one stream; then sixteen other chains are drawn from.
const BATCHES_OF_A_STREAM: u64 = 50;
/// Highest power of the moments.
const POWERS: usize = 8;
/// `E x^p` of the normal law for p = 0..16.
const MOMENTS: [f64; 17] = [
    1.0,
    0.0,
    1.0,
    0.0,
    3.0,
    0.0,
    15.0,
    0.0,
    105.0,
    0.0,
    945.0,
    0.0,
    10_395.0,
    0.0,
    135_135.0,
    0.0,
    2_027_025.0,
];
/// Bounds of the tails with `P(|x| > bound)`.
const TAILS: [f64; 4] = [4.0, 5.0, 6.0, 7.0];

/// Tests the normals of `n_batches` batches under the key `first_key` and the ones after it.
pub fn findings(first_key: u64, n_batches: u64) -> Vec<Finding> {
    let mut seen = Seen::new(first_key);
    for batch in 0..n_batches {
        seen.add(batch);
    }
    let n = n_batches * BATCH as u64;
    let mut findings = moments(n, &seen.powers);
    findings.extend(tails(n, &seen.tails));
    findings.extend(whole(&seen.counts));
    let second = |what: &str, mut p: Vec<f64>| {
        p.sort_unstable_by(f64::total_cmp);
        let d = distance(&p);
        Finding {
            what: format!("normals, {what} of batches of 10⁶"),
            size: n_batches,
            value: format!("D = {d:.4} of their p-values from uniform"),
            law: "Kolmogorov".to_owned(),
            p: kolmogorov::p_value(p.len(), d),
        }
    };
    findings.push(second("Kolmogorov–Smirnov", seen.kolmogorov));
    findings.push(second("Anderson–Darling", seen.anderson));
    findings
}

/// What has been seen of the batches so far.
struct Seen {
    first_key: u64,
    stream: maruyama_dynamics::noise::LaneStream,
    /// Sums of powers.
    powers: [f64; POWERS],
    /// Draws beyond each of [`TAILS`].
    tails: [u64; TAILS.len()],
    /// Draws in each cell.
    counts: Vec<u64>,
    /// p-values of the batches.
    kolmogorov: Vec<f64>,
    anderson: Vec<f64>,
    normals: Vec<Lanes>,
    uniform: Vec<f64>,
    sorter: Sorter,
}

impl Seen {
    fn new(first_key: u64) -> Seen {
        Seen {
            first_key,
            stream: Address(first_key, 0, Purpose::Brownian).stream(),
            powers: [0.0; POWERS],
            tails: [0; TAILS.len()],
            counts: vec![0; CELLS],
            kolmogorov: Vec::new(),
            anderson: Vec::new(),
            normals: vec![[0.0; LANES]; ROWS],
            uniform: vec![0.0; BATCH],
            sorter: Sorter::new(),
        }
    }

    fn add(&mut self, batch: u64) {
        if batch.is_multiple_of(BATCHES_OF_A_STREAM) {
            let group = batch / BATCHES_OF_A_STREAM;
            let purpose = if group.is_multiple_of(2) { Purpose::Brownian } else { Purpose::Start };
            self.stream =
                Address(self.first_key + group / 4, group % 4 * LANES as u64, purpose).stream();
        }
        let mut powers = [[0.0; LANES]; POWERS];
        for uniform in self.uniform.chunks_mut(ROWS * LANES) {
            fill(&mut self.stream, Draw::Normals, &mut self.normals);
            add_powers(&self.normals, &mut powers);
            let flat = self.normals.as_flattened();
            for (count, bound) in self.tails.iter_mut().zip(TAILS) {
                *count += flat.iter().filter(|x| x.abs() > bound).count() as u64;
            }
            probabilities(flat, uniform);
        }
        for (total, sums) in self.powers.iter_mut().zip(&powers) {
            *total += sums.iter().sum::<f64>();
        }
        let sorted = self.sorter.sort(&self.uniform, &mut self.counts);
        self.kolmogorov.push(kolmogorov::p_value(BATCH, distance(sorted)));
        self.anderson.push(law::anderson_darling(anderson_darling(sorted)));
    }
}

fn add_powers(rows: &[Lanes], sums: &mut [Lanes; POWERS]) {
    for row in rows {
        let mut power = *row;
        for sum in sums.iter_mut() {
            for lane in 0..LANES {
                sum[lane] += power[lane];
                power[lane] *= row[lane];
            }
        }
    }
}

fn moments(n: u64, powers: &[f64; POWERS]) -> Vec<Finding> {
    let size = n as f64;
    let of_power = |(i, sum): (usize, &f64)| {
        let (mean, square) = (MOMENTS[i + 1], MOMENTS[2 * i + 2]);
        let z = (sum / size - mean) / ((square - mean * mean) / size).sqrt();
        Finding::z(
            format!("normals, mean of x{}", ["", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸"][i]),
            n,
            z,
        )
    };
    powers.iter().enumerate().map(of_power).collect()
}

fn tails(n: u64, counts: &[u64]) -> Vec<Finding> {
    let of_tail = |(bound, count): (f64, &u64)| {
        let mean = n as f64 * law::normal(bound);
        Finding {
            what: format!("normals beyond {bound} in magnitude"),
            size: n,
            value: format!("{count}"),
            law: format!("Poisson, mean {mean:.4}"),
            p: law::poisson(mean, *count),
        }
    };
    TAILS.into_iter().zip(counts).map(of_tail).collect()
}

/// All draws as counts of cells: the differences of a distribution function at their edges.
fn whole(counts: &[u64]) -> Vec<Finding> {
    let n: u64 = counts.iter().sum();
    let (size, cells) = (n as f64, counts.len() as f64);
    let (mut below, mut largest, mut area) = (0, 0.0_f64, 0.0);
    for (i, count) in counts[..counts.len() - 1].iter().enumerate() {
        below += count;
        let probability = (i + 1) as f64 / cells;
        let difference = below as f64 / size - probability;
        largest = largest.max(difference.abs());
        area += difference * difference / (probability * (1.0 - probability));
    }
    let (d, a) = (largest * size.sqrt(), area * size / cells);
    let finding = |what: &str, value, law: &str, p| Finding {
        what: format!("normals, {what} of all"),
        size: n,
        value,
        law: law.to_owned(),
        p,
    };
    vec![
        Finding::even("normals, 2²⁰ equally probable cells", counts),
        finding(
            "Kolmogorov–Smirnov",
            format!("√n D = {d:.4}"),
            "Kolmogorov",
            kolmogorov::limit_sf(d),
        ),
        finding(
            "Anderson–Darling",
            format!("A² = {a:.4}"),
            "limit of A²",
            law::anderson_darling(a),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_of_two_thousandths_is_seen() {
        let mut counts = vec![0; CELLS];
        let mut uniform = vec![0.0; BATCH];
        for batch in 0..10 {
            let mut rows = vec![[0.0; LANES]; BATCH / LANES];
            fill(&mut Address(batch, 0, Purpose::Brownian).stream(), Draw::Normals, &mut rows);
            rows.as_flattened_mut().iter_mut().for_each(|x| *x += 2e-3);
            probabilities(rows.as_flattened(), &mut uniform);
            Sorter::new().sort(&uniform, &mut counts);
        }
        let findings = whole(&counts);
        assert!(findings[1..].iter().all(|finding| finding.p < 1e-4), "{findings:?}");
    }
}
