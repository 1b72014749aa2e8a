//! The state of chains on their way as words, from which they go on, bit for bit.

use crate::model::{Bundle, Cause, Streams};
use crate::noise::{LANES, LaneStream, Purpose};

/// What can be put into words and taken back.
pub trait Saved {
    /// Appends to `words` all that the future of it depends on, but for what it was made from.
    fn save(&self, words: &mut Vec<u64>);

    /// Takes back what [`Saved::save`] wrote of one that was made from the same.
    ///
    /// `None` if `words` end before, or are of another one; it is then of no use.
    fn restore(&mut self, words: &mut impl Iterator<Item = u64>) -> Option<()>;
}

impl Saved for Bundle {
    fn save(&self, words: &mut Vec<u64>) {
        let Bundle { key, first_chain, step, ref state, ref streams, causes } = *self;
        words.extend([key.0, first_chain, step, state.len() as u64]);
        words.extend(state.iter().map(|entry| entry.to_bits()));
        let Streams { batch, brownian, bridges, waiting, acceptance } = streams;
        words.extend([bridges.len() as u64, waiting.len() as u64]);
        for stream in [batch, brownian, acceptance].into_iter().chain(bridges) {
            stream.save(words);
        }
        words.extend(waiting.iter().flatten().map(|entry| entry.to_bits()));
        words.extend(causes.map(Cause::word));
    }

    fn restore(&mut self, words: &mut impl Iterator<Item = u64>) -> Option<()> {
        let is_same = words.next()? == self.key.0 && words.next()? == self.first_chain;
        self.step = words.next()?;
        if !is_same || words.next()? != self.state.len() as u64 {
            return None;
        }
        for entry in self.state.iter_mut() {
            *entry = f64::from_bits(words.next()?);
        }
        let (n_bridges, n_waiting) = (words.next()?, words.next()?);
        let Streams { batch, brownian, bridges, waiting, acceptance } = &mut self.streams;
        for stream in [batch, brownian, acceptance] {
            stream.restore(words)?;
        }
        bridges.clear();
        for _ in 0..n_bridges {
            let mut stream = LaneStream::new(self.key, self.first_chain, Purpose::Brownian);
            stream.restore(words)?;
            bridges.push(stream);
        }
        waiting.clear();
        for _ in 0..n_waiting {
            let mut row = [0.0; LANES];
            for entry in &mut row {
                *entry = f64::from_bits(words.next()?);
            }
            waiting.push(row);
        }
        for cause in &mut self.causes {
            *cause = Cause::of_word(words.next()?)?;
        }
        Some(())
    }
}
