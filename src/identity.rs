//! Identities: SHA-256 digests over unambiguous encodings.

use std::fmt;
use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest: the identity of a cell, a block, an analysis, or a file's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digest of `bytes` as they are: what `sha256sum` prints for a file.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its bytes as four little-endian integers.
    #[must_use]
    pub fn words(&self) -> [u64; 4] {
        let (words, _) = self.0.as_chunks::<8>();
        std::array::from_fn(|idx| u64::from_le_bytes(words[idx]))
    }

    /// The first eight bytes as a little-endian integer.
    #[must_use]
    pub fn leading_u64(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// Reads 64 hexadecimal digits; `None` for anything else.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Digest> {
        let mut bytes = [0; 32];
        if hex.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let high = (pair[0] as char).to_digit(16)?;
            let low = (pair[1] as char).to_digit(16)?;
            *byte = (high << 4 | low) as u8;
        }
        Some(Digest(bytes))
    }

    /// The 64 hexadecimal digits.
    fn hexadecimal(&self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        hex
    }

    /// The first eight hexadecimal digits: enough for a person to tell two digests apart.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hexadecimal()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Accumulates length-prefixed fields under a domain tag, so that no two different sequences of
/// fields, and no two kinds of identity, share an encoding.
pub struct Hasher(Sha256);

impl Hasher {
    /// Starts an identity of the kind `domain`, which carries its own version number.
    #[must_use]
    pub fn new(domain: &str) -> Hasher {
        let mut hasher = Hasher(Sha256::new());
        hasher.field(domain.as_bytes());
        hasher
    }

    /// Appends one field.
    pub fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// Appends one field with the hexadecimal digits of `digest`.
    pub fn digest(&mut self, digest: Digest) {
        self.field(&digest.hexadecimal());
    }

    /// Appends one field that holds these numbers, eight bytes each, without a list of them.
    pub fn numbers(&mut self, numbers: impl ExactSizeIterator<Item = u64>) {
        self.begin_numbers(numbers.len() as u64);
        numbers.for_each(|number| self.number(number));
    }

    /// Begins a field of `n` numbers, as [`Hasher::numbers`] appends; [`Hasher::number`] has to be
    /// called as often.
    pub fn begin_numbers(&mut self, n: u64) {
        self.0.update((8 * n).to_le_bytes());
    }

    /// Appends one of the numbers of a field that has begun.
    pub fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    /// The digest of all fields so far.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// Passes bytes on to a writer, and digests what it takes.
pub struct Digesting<W> {
    to: W,
    hasher: Sha256,
}

impl<W: Write> Digesting<W> {
    /// A writer to `to`.
    pub fn new(to: W) -> Digesting<W> {
        Digesting { to, hasher: Sha256::new() }
    }

    /// The writer.
    pub fn get_ref(&self) -> &W {
        &self.to
    }

    /// The digest of all bytes so far.
    pub fn so_far(&self) -> Digest {
        Digest(self.hasher.clone().finalize().into())
    }

    /// The writer, and the digest of all bytes that it took.
    pub fn finish(self) -> (W, Digest) {
        (self.to, Digest(self.hasher.finalize().into()))
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_taken = self.to.write(bytes)?;
        self.hasher.update(&bytes[..n_taken]);
        Ok(n_taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_digested_on_their_way() {
        let mut writer = Digesting::new(Vec::new());
        writer.write_all(b"ab").unwrap();
        assert_eq!(writer.so_far(), Digest::of_bytes(b"ab"));
        writer.write_all(b"c").unwrap();
        assert_eq!(writer.finish(), (b"abc".to_vec(), Digest::of_bytes(b"abc")));
        let (mut listed, mut streamed) = (Hasher::new("test"), Hasher::new("test"));
        listed.field(&[7_u64, u64::MAX].map(u64::to_le_bytes).concat());
        streamed.numbers([7, u64::MAX].into_iter());
        assert_eq!(listed.finish(), streamed.finish());
        let (mut text, mut digits) = (Hasher::new("test"), Hasher::new("test"));
        text.field(Digest::of_bytes(b"abc").to_string().as_bytes());
        digits.digest(Digest::of_bytes(b"abc"));
        assert_eq!(text.finish(), digits.finish());
    }

    #[test]
    fn hexadecimal_round_trips() {
        let digest = Digest::of_bytes(b"abc");
        assert_eq!(
            digest.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        assert_eq!(Digest::parse("ba"), None);
        assert_eq!(Digest::parse(&"g".repeat(64)), None);
    }

    #[test]
    fn fields_do_not_run_together() {
        let of = |fields: &[&str]| {
            let mut hasher = Hasher::new("test");
            for field in fields {
                hasher.field(field.as_bytes());
            }
            hasher.finish()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["abc"]), of(&["abc", ""]));
    }
}
