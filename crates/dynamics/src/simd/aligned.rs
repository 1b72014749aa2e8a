//! Memory for vectors.

use std::ops::{Deref, DerefMut};

/// Doubles in a cache line, which is also the widest vector.
const LINE: usize = 8;

/// Zero-initialised reals that start at a cache line, so that no vector straddles two.
#[derive(Debug, Default)]
pub struct Aligned {
    memory: Vec<f64>,
    start: usize,
    len: usize,
}

impl Aligned {
    /// `len` zeros.
    #[must_use]
    pub fn zeros(len: usize) -> Aligned {
        let memory = vec![0.0; len + LINE - 1];
        let offset = memory.as_ptr().align_offset(LINE * size_of::<f64>());
        let start = if offset < LINE { offset } else { 0 };
        Aligned { memory, start, len }
    }
}

impl Deref for Aligned {
    type Target = [f64];

    #[inline]
    fn deref(&self) -> &[f64] {
        &self.memory[self.start..self.start + self.len]
    }
}

impl DerefMut for Aligned {
    #[inline]
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.memory[self.start..self.start + self.len]
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Aligned {
        let mut copy = Aligned::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }

    fn clone_from(&mut self, source: &Aligned) {
        if self.len == source.len {
            self.copy_from_slice(source);
        } else {
            *self = source.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_aligned_and_equal() {
        for len in [0, 1, 7, 8, 100] {
            let mut reals = Aligned::zeros(len);
            reals.iter_mut().zip(0_u32..).for_each(|(real, i)| *real = f64::from(i));
            let mut copy = Aligned::zeros(3);
            copy.clone_from(&reals);
            assert_eq!(*copy, *reals);
            assert_eq!(*reals.clone(), *reals);
            assert_eq!(copy.as_ptr().align_offset(64), 0);
        }
    }
}
