//! Independence of two draws that belong together in some way.

use maruyama_dynamics::noise::{LANES, LaneStream, Lanes, Purpose};

use crate::draw::{Address, Draw, fill, probabilities};
use crate::finding::Finding;

/// Rows of sixteen draws that are in the first cache together; a multiple of four.
const ROWS: usize = 100;
/// Pairs of rows of a part, which has streams of its own.
const ROWS_OF_A_PART: usize = 62_500;
/// Equally probable cells of each of the two draws.
const SIDE: usize = 64;
const KEY: u64 = 100;

/// How two draws belong together.
#[derive(Clone, Copy)]
enum Pairing {
    /// In a chain, `lag` draws apart, after `skip` draws; pairs do not overlap.
    InAChain { skip: usize, lag: usize },
    /// In the chains of neighbouring lanes.
    Lanes,
    /// In two streams, as functions of the number of the part.
    Streams(fn(u64) -> [Address; 2]),
    /// The first draws of neighbouring chains.
    First,
}

use Pairing::{First, InAChain, Lanes as InLanes, Streams};

const PAIRINGS: &[(&str, Pairing)] = &[
    ("one pair of Box–Muller", InAChain { skip: 0, lag: 1 }),
    ("neighbours in two pairs of Box–Muller", InAChain { skip: 1, lag: 1 }),
    ("two draws apart in a chain", InAChain { skip: 0, lag: 2 }),
    ("lanes 2j and 2j + 1", InLanes),
    ("chains c and c + 16", Streams(|part| addresses(KEY, KEY, 32 * part, 32 * part + 16))),
    ("chains c and c + 2³²", Streams(|part| addresses(KEY, KEY, 16 * part, 16 * part + (1 << 32)))),
    ("keys k and k + 1", Streams(|part| addresses(2 * part, 2 * part + 1, 0, 0))),
    ("keys k and k + 2³²", Streams(|part| addresses(part, part + (1 << 32), 0, 0))),
    ("purposes `Batch` and `Brownian`", Streams(|part| purposes(part, Purpose::Batch))),
    ("purposes `Start` and `Brownian`", Streams(|part| purposes(part, Purpose::Start))),
    ("a key and the one derived from it", Streams(derived)),
    ("first draws of chains 2c and 2c + 1", First),
];

fn addresses(key: u64, other_key: u64, chain: u64, other_chain: u64) -> [Address; 2] {
    let purpose = Purpose::Brownian;
    [Address(key, chain, purpose), Address(other_key, other_chain, purpose)]
}

fn purposes(part: u64, purpose: Purpose) -> [Address; 2] {
    [Address(KEY, 16 * part, purpose), Address(KEY, 16 * part, Purpose::Brownian)]
}

fn derived(part: u64) -> [Address; 2] {
    let derived = maruyama_dynamics::noise::StreamKey(KEY).derive(part);
    addresses(KEY, derived.0, 16 * part, 16 * part)
}

/// Tests `n_parts` times 10⁶ pairs of each kind.
pub fn findings(n_parts: u64) -> Vec<Finding> {
    PAIRINGS.iter().flat_map(|(name, pairing)| test(name, *pairing, n_parts)).collect()
}

/// Correlations of pairs and of their squares, and counts of them in the cells of the square.
fn test(name: &str, pairing: Pairing, n_parts: u64) -> Vec<Finding> {
    let mut seen = Seen { product: 0.0, squares: 0.0, counts: vec![0; SIDE * SIDE] };
    // A new stream for every draw is slow.
    let n_parts = if matches!(pairing, First) { n_parts.div_ceil(10) } else { n_parts };
    for part in 0..n_parts {
        let mut source = Source::new(pairing, part);
        let (mut x, mut y) = ([[0.0; LANES]; ROWS], [[0.0; LANES]; ROWS]);
        for _ in 0..ROWS_OF_A_PART / ROWS {
            source.fill(&mut x, &mut y);
            seen.add(x.as_flattened(), y.as_flattened());
        }
    }
    let n: u64 = seen.counts.iter().sum();
    let root = (n as f64).sqrt();
    vec![
        Finding::z(format!("{name}: mean of xy"), n, seen.product / root),
        Finding::z(format!("{name}: mean of (x² − 1)(y² − 1)"), n, seen.squares / (2.0 * root)),
        Finding::even(format!("{name}: 64 × 64 cells"), &seen.counts),
    ]
}

struct Seen {
    product: f64,
    squares: f64,
    counts: Vec<u64>,
}

impl Seen {
    fn add(&mut self, x: &[f64], y: &[f64]) {
        const N: usize = ROWS * LANES;
        let (mut u, mut v) = ([0.0; N], [0.0; N]);
        probabilities(x, &mut u);
        probabilities(y, &mut v);
        let (mut product, mut squares) = (0.0, 0.0);
        for ((x, y), (u, v)) in x.iter().zip(y).zip(u.iter().zip(&v)) {
            product += x * y;
            squares += (x * x - 1.0) * (y * y - 1.0);
            let cell = |u: f64| ((u * SIDE as f64) as usize).min(SIDE - 1);
            self.counts[cell(*u) * SIDE + cell(*v)] += 1;
        }
        self.product += product;
        self.squares += squares;
    }
}

/// Where the pairs of a part come from.
struct Source {
    pairing: Pairing,
    streams: [LaneStream; 2],
    next_chain: u64,
}

impl Source {
    fn new(pairing: Pairing, part: u64) -> Source {
        let addresses = match pairing {
            Streams(addresses) => addresses(part),
            _ => addresses(KEY + 1, KEY + 2, 16 * part, 16 * part),
        };
        let mut streams = addresses.map(Address::stream);
        if let InAChain { skip, .. } = pairing {
            fill(&mut streams[0], Draw::Normals, &mut vec![[0.0; LANES]; skip]);
        }
        let next_chain = part * (2 * LANES * ROWS_OF_A_PART) as u64;
        Source { pairing, streams, next_chain }
    }

    fn fill(&mut self, x: &mut [Lanes; ROWS], y: &mut [Lanes; ROWS]) {
        if let Streams(_) = self.pairing {
            fill(&mut self.streams[0], Draw::Normals, x);
            fill(&mut self.streams[1], Draw::Normals, y);
            return;
        }
        let mut both = vec![[0.0; LANES]; 2 * ROWS];
        if let First = self.pairing {
            for row in &mut both {
                let mut stream = Address(KEY, self.next_chain, Purpose::Start).stream();
                fill(&mut stream, Draw::Normals, std::slice::from_mut(row));
                self.next_chain += LANES as u64;
            }
        } else {
            fill(&mut self.streams[0], Draw::Normals, &mut both);
        }
        if let InAChain { lag, .. } = self.pairing {
            for (i, rows) in both.chunks_exact(2 * lag).enumerate() {
                x[i * lag..][..lag].copy_from_slice(&rows[..lag]);
                y[i * lag..][..lag].copy_from_slice(&rows[lag..]);
            }
            return;
        }
        let (pairs, _) = both.as_flattened().as_chunks::<2>();
        let targets = x.as_flattened_mut().iter_mut().zip(y.as_flattened_mut());
        targets.zip(pairs).for_each(|((x, y), pair)| (*x, *y) = (pair[0], pair[1]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_itself() {
        let same = Streams(|part| addresses(KEY, KEY, part, part));
        assert!(test("", same, 1).iter().all(|finding| finding.p < 1e-12));
    }
}
