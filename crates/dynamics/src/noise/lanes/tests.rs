use super::*;
use crate::simd::{Kernel, Level, dispatch_at};

/// Every kind of draw, in amounts that leave spares and cross words, as bits.
struct Everything(LaneStream);

impl Kernel for Everything {
    type Output = Vec<[u64; LANES]>;

    fn run<S: Isa>(mut self, isa: S) -> Vec<[u64; LANES]> {
        let mut reals = vec![[0.0; LANES]; 300];
        let (normals, rest) = reals.split_at_mut(100);
        let (uniforms, signs) = rest.split_at_mut(100);
        let (head, tail) = normals.split_at_mut(33);
        self.0.fill_normals(isa, head);
        self.0.fill_uniforms(isa, uniforms);
        self.0.fill_normals(isa, tail);
        self.0.fill_signs(isa, signs);
        let mut indices = vec![[0; LANES]; 20];
        let (head, tail) = indices.split_at_mut(7);
        self.0.fill_indices(isa, 1000, head);
        self.0.fill_indices(isa, 1000, tail);
        reals.push(self.0.exponentials(isa));
        let bits = reals.iter().map(|row| row.map(f64::to_bits));
        bits.chain(indices).collect()
    }
}

fn stream(purpose: Purpose) -> LaneStream {
    LaneStream::new(StreamKey(11), 1000, purpose)
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let reference = dispatch_at(Level::Scalar, Everything(stream(Purpose::Brownian)));
    for level in Level::available() {
        let found = dispatch_at(level, Everything(stream(Purpose::Brownian)));
        assert_eq!(found, reference, "{level}");
    }
}

#[test]
fn a_lane_is_the_stream_of_its_chain() {
    let drawn = dispatch_at(Level::current(), Everything(stream(Purpose::Batch)));
    for lane in [0, 7, 15] {
        let mut single = Stream::new(StreamKey(11), 1000 + lane as u64, Purpose::Batch);
        let mut lane: Vec<u64> = drawn.iter().map(|row| row[lane]).collect();
        let exponential = f64::from_bits(lane.remove(300));
        let mut normals = vec![0.0; 33];
        single.fill_normals(&mut normals);
        let uniforms: Vec<f64> = (0..100).map(|_| single.uniform()).collect();
        let mut rest = vec![0.0; 67];
        single.fill_normals(&mut rest);
        normals.extend(rest);
        normals.extend(uniforms);
        for word in (0..2).map(|_| single.next_u64()) {
            let sign = |bit: usize| if word << bit >> 63 == 1 { -1.0 } else { 1.0 };
            normals.extend((0..if normals.len() == 200 { 64 } else { 36 }).map(sign));
        }
        let expected = normals.iter().map(|real: &f64| real.to_bits());
        let words: Vec<u64> = (0..10).map(|_| single.next_u64()).collect();
        let indices = words.iter().flat_map(|word| [word >> 32, word & LOWER_HALF]);
        let indices = indices.map(|half| (half * 1000) >> 32);
        assert_eq!(lane, expected.chain(indices).collect::<Vec<u64>>());
        let u = ((single.next_u64() << 12 >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
        assert!((exponential + crate::real::ln(u)).abs() < 1e-14);
    }
}

/// Fifty indices of each chain below a given number.
struct Indices(LaneStream, u32);

impl Kernel for Indices {
    type Output = Vec<[u64; LANES]>;

    fn run<S: Isa>(mut self, isa: S) -> Vec<[u64; LANES]> {
        let mut indices = vec![[0; LANES]; 50];
        self.0.fill_indices(isa, self.1, &mut indices);
        indices
    }
}

/// The first fifty indices below 1000 from the generator in this state.
fn indices(mut state: [u64; 4]) -> Vec<u64> {
    let mut indices = Vec::new();
    while indices.len() < 50 {
        let word = next_word(&mut state);
        for half in [word >> 32, word & LOWER_HALF] {
            let product = half * 1000;
            // 2³² = 4 294 967 · 1000 + 296
            let is_rejected = product & LOWER_HALF < 296;
            let redrawn = is_rejected.then(|| draw_index(&mut state, 1000) as u64);
            indices.push(redrawn.unwrap_or(product >> 32));
        }
    }
    indices
}

#[test]
fn rejected_halves_are_replaced_in_their_chain_alone() {
    // A rejection is forced by the state: an output of zero, both halves of which are rejected for
    // every n that is no power of two.
    for level in Level::available() {
        let mut lanes = stream(Purpose::Batch);
        let plain = dispatch_at(level, Indices(lanes.clone(), 1000));
        for row in 0..4 {
            lanes.state[row][3] = 0;
        }
        lanes.state[1][3] = 1;
        let forced = dispatch_at(level, Indices(lanes.clone(), 1000));
        let expected = indices([0, 1, 0, 0]);
        for (i, (a, b)) in plain.iter().zip(&forced).enumerate() {
            assert_eq!(b[3], expected[i], "{level}");
            assert!((0..LANES).filter(|lane| *lane != 3).all(|lane| a[lane] == b[lane]));
        }
    }
}
