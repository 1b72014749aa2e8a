//! Uniform variates, indices and signs.

use maruyama_dynamics::noise::{LANES, Purpose};

use crate::draw::{Address, Draw, fill};
use crate::finding::Finding;

/// Rows of sixteen draws at a time: one word of signs.
const ROWS: usize = 64;
/// Parts of `ROWS` rows that make 10⁶ draws, nearly.
const PARTS: u64 = 1_000_000 / (ROWS * LANES) as u64;

/// Tests `millions` times 10⁶ draws of each kind.
pub fn findings(millions: u64) -> Vec<Finding> {
    let uniforms = count(1, Draw::Uniforms, millions, 1 << 16, |u| (u * 65536.0) as usize);
    // The lowest 16 of the 52 bits.
    let lowest = |u: f64| (u * (1_u64 << 52) as f64) as usize & 0xffff;
    let low = count(1, Draw::Uniforms, millions, 1 << 16, lowest);
    let thousand = count(2, Draw::Indices(1000), millions, 1000, |i| i as usize);
    let seven = count(3, Draw::Indices(7), millions, 7, |i| i as usize);
    // A remainder instead of Lemire's method would favour the lowest third.
    let large = count(4, Draw::Indices(3 << 30), millions, 3 << 10, |i| i as usize >> 20);
    let mut findings = vec![
        Finding::even("uniforms, highest 16 bits", &uniforms),
        Finding::even("uniforms, lowest 16 of 52 bits", &low),
        Finding::even("indices below 7", &seven),
        Finding::even("indices below 1000", &thousand),
        Finding::even("indices below 3·2³⁰, groups of 2²⁰", &large),
        Finding::even("two successive indices below 64 of a chain", &successive(millions)),
    ];
    findings.extend(signs(millions));
    findings
}

/// Draws of each cell.
fn count(
    key: u64,
    draw: Draw,
    millions: u64,
    cells: usize,
    cell: impl Fn(f64) -> usize,
) -> Vec<u64> {
    let mut counts = vec![0; cells];
    each(key, draw, millions, |rows| {
        rows.as_flattened().iter().for_each(|value| counts[cell(*value)] += 1);
    });
    counts
}

fn each(key: u64, draw: Draw, millions: u64, mut see: impl FnMut(&[[f64; LANES]; ROWS])) {
    let mut rows = [[0.0; LANES]; ROWS];
    for part in 0..millions {
        let mut stream = Address(200 + key, part * LANES as u64, Purpose::Batch).stream();
        for _ in 0..PARTS {
            fill(&mut stream, draw, &mut rows);
            see(&rows);
        }
    }
}

fn successive(millions: u64) -> Vec<u64> {
    let mut counts = vec![0; 64 * 64];
    each(5, Draw::Indices(64), millions, |rows| {
        for [first, second] in rows.as_chunks::<2>().0 {
            for (a, b) in first.iter().zip(second) {
                counts[*a as usize * 64 + *b as usize] += 1;
            }
        }
    });
    counts
}

/// The mean of signs, and patterns of eight successive ones of a chain and of eight lanes.
fn signs(millions: u64) -> Vec<Finding> {
    let (mut sum, mut n) = (0.0, 0);
    let (mut chains, mut lanes) = (vec![0; 256], vec![0; 256]);
    let pattern =
        |signs: [f64; 8]| signs.iter().fold(0, |bits, s| 2 * bits + usize::from(*s > 0.0));
    each(6, Draw::Signs, millions, |rows| {
        sum += rows.as_flattened().iter().sum::<f64>();
        n += (ROWS * LANES) as u64;
        for eight in rows.as_chunks::<8>().0 {
            for lane in 0..LANES {
                chains[pattern(eight.map(|row| row[lane]))] += 1;
            }
        }
        for eight in rows.as_flattened().as_chunks::<8>().0 {
            lanes[pattern(*eight)] += 1;
        }
    });
    vec![
        Finding::z("signs, mean", n, sum / (n as f64).sqrt()),
        Finding::even("eight successive signs of a chain", &chains),
        Finding::even("signs of eight lanes", &lanes),
    ]
}
