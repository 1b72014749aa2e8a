//! Sorting positive floating-point numbers by the digits of their bits.

/// Bits of a digit.
const DIGIT: u32 = 11;
const N_DIGITS: usize = 1 << DIGIT;
/// Digits that are sorted by; words that agree in them are sorted by comparison.
const N_PASSES: u32 = 3;
/// Fewer words are sorted by comparison.
const FEW: usize = 2_000;

/// Sorts `words` in increasing order.
///
/// The least is subtracted, so that the leading digits tell words apart; these are sorted by from the
/// last to the first, each pass keeping the order of the one before.
pub(crate) fn sort(words: &mut Vec<u64>) {
    if words.len() < FEW {
        words.sort_unstable();
        return;
    }
    let (mut least, mut most) = (u64::MAX, 0);
    for word in words.iter() {
        (least, most) = (least.min(*word), most.max(*word));
    }
    let n_bits = u64::BITS - (most - least).leading_zeros();
    let skipped = n_bits.saturating_sub(N_PASSES * DIGIT);
    let prefix = |word: u64| (word - least) >> skipped;
    let mut other = vec![0; words.len()];
    for pass in 0..(n_bits - skipped).div_ceil(DIGIT) {
        let digit = |word: u64| (prefix(word) >> (pass * DIGIT)) as usize % N_DIGITS;
        let mut places = [0_usize; N_DIGITS];
        for word in words.iter() {
            places[digit(*word)] += 1;
        }
        let mut next = 0;
        for place in &mut places {
            (*place, next) = (next, next + *place);
        }
        for word in words.iter() {
            let place = &mut places[digit(*word)];
            other[*place] = *word;
            *place += 1;
        }
        std::mem::swap(words, &mut other);
    }
    if skipped > 0 {
        for alike in words.chunk_by_mut(|a, b| prefix(*a) == prefix(*b)) {
            if alike.len() > 1 {
                alike.sort_unstable();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    #[test]
    fn words_are_sorted_as_by_comparison() {
        let mut stream = Stream::new(StreamKey(173), 0, Purpose::Bootstrap);
        for n in [0, 1, 1_999, 2_000, 5_003] {
            for shift in [0, 13, 40, 60, 63] {
                let mut words: Vec<u64> = (0..n).map(|_| stream.next_u64() >> shift).collect();
                let mut expected = words.clone();
                expected.sort_unstable();
                sort(&mut words);
                assert_eq!(words, expected);
            }
        }
        let mut far: Vec<u64> = (0..4_000).map(|_| stream.next_u64() >> 40).collect();
        far.push(u64::MAX);
        let mut expected = far.clone();
        expected.sort_unstable();
        sort(&mut far);
        assert_eq!(far, expected);
        let mut same = vec![7; 3_000];
        sort(&mut same);
        assert_eq!(same, vec![7; 3_000]);
    }
}
