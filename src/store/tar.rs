//! Archives in the format `ustar` (POSIX.1-1988): regular files with fixed times and owners, so that
//! equal content makes equal archives.

use std::io::{self, Read, Write};

/// Size of a header, and the unit of which contents take a whole number.
const BLOCK: usize = 512;
/// Longest name.
const MAX_NAME: usize = 100;
/// Largest file: eleven octal digits.
const MAX_SIZE: u64 = (1 << 33) - 1;

/// Name and size of a file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub name: String,
    pub size_bytes: u64,
}

impl Header {
    /// The header's bytes.
    ///
    /// # Errors
    /// If the name or the file is too long for the format.
    fn to_bytes(&self) -> io::Result<[u8; BLOCK]> {
        if self.name.len() > MAX_NAME || self.size_bytes > MAX_SIZE {
            let message = format!("`{}` does not fit the format of archives", self.name);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let mut bytes = [0; BLOCK];
        bytes[..self.name.len()].copy_from_slice(self.name.as_bytes());
        bytes[100..108].copy_from_slice(b"0000644\0");
        bytes[108..116].copy_from_slice(b"0000000\0");
        bytes[116..124].copy_from_slice(b"0000000\0");
        bytes[124..136].copy_from_slice(format!("{:011o}\0", self.size_bytes).as_bytes());
        bytes[136..148].copy_from_slice(b"00000000000\0");
        bytes[156] = b'0';
        bytes[257..265].copy_from_slice(b"ustar\x0000");
        let sum = checksum(&bytes);
        bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        Ok(bytes)
    }

    /// Reads a header; `None` for the end of the archive.
    fn parse(bytes: &[u8; BLOCK]) -> Result<Option<Header>, String> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let octal = |field: &[u8]| {
            let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
            u64::from_str_radix(text, 8).ok()
        };
        if octal(&bytes[148..156]) != Some(u64::from(checksum(bytes))) {
            return Err("a header does not have its checksum".to_owned());
        }
        if !matches!(bytes[156], b'0' | 0) || bytes[345] != 0 {
            return Err("it has entries that are no plain files".to_owned());
        }
        let end = bytes[..MAX_NAME].iter().position(|byte| *byte == 0).unwrap_or(MAX_NAME);
        let name = String::from_utf8(bytes[..end].to_vec());
        let name = name.map_err(|_| "a name is not UTF-8".to_owned())?;
        let size_bytes = octal(&bytes[124..136]).ok_or("a size cannot be read")?;
        Ok(Some(Header { name, size_bytes }))
    }
}

/// Sum of the bytes, those of the checksum taken as spaces.
fn checksum(bytes: &[u8; BLOCK]) -> u32 {
    let byte =
        |(idx, byte): (usize, &u8)| if (148..156).contains(&idx) { 32 } else { u32::from(*byte) };
    bytes.iter().enumerate().map(byte).sum()
}

/// Bytes that fill the last block of a content.
fn padding(size_bytes: u64) -> usize {
    (BLOCK - (size_bytes % BLOCK as u64) as usize) % BLOCK
}

/// Appends a file to an archive.
///
/// # Errors
/// If `content` has not the size that the header says, or something cannot be read or written.
pub(crate) fn append(
    to: &mut impl Write,
    header: &Header,
    content: &mut impl Read,
) -> io::Result<()> {
    to.write_all(&header.to_bytes()?)?;
    let written = io::copy(content, to)?;
    if written != header.size_bytes {
        let message = format!("`{}` changed while it was read", header.name);
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    to.write_all(&[0; BLOCK][..padding(written)])
}

/// Ends an archive.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn end(to: &mut impl Write) -> io::Result<()> {
    to.write_all(&[0; 2 * BLOCK])
}

/// Calls `visit` with each file of an archive and its content, which it may leave unread.
///
/// # Errors
/// A sentence, if the archive is cut or is none, or the first that `visit` gives.
pub(crate) fn read<R: Read>(
    from: &mut R,
    mut visit: impl FnMut(&Header, &mut io::Take<&mut R>) -> Result<(), String>,
) -> Result<(), String> {
    let cut = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ => error.to_string(),
    };
    loop {
        let mut bytes = [0; BLOCK];
        from.read_exact(&mut bytes).map_err(cut)?;
        let Some(header) = Header::parse(&bytes)? else { return Ok(()) };
        let mut content = from.take(header.size_bytes);
        visit(&header, &mut content)?;
        io::copy(&mut content, &mut io::sink()).map_err(cut)?;
        if content.limit() > 0 {
            return Err("it ends too early".to_owned());
        }
        from.read_exact(&mut bytes[..padding(header.size_bytes)]).map_err(cut)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content) in files {
            let header = Header { name: (*name).to_owned(), size_bytes: content.len() as u64 };
            append(&mut bytes, &header, &mut &content[..]).unwrap();
        }
        end(&mut bytes).unwrap();
        bytes
    }

    fn files(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
        let mut files = Vec::new();
        read(&mut &bytes[..], |header, content| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).unwrap();
            files.push((header.name.clone(), bytes));
            Ok(())
        })?;
        Ok(files)
    }

    #[test]
    fn files_come_back_in_order() {
        let long = vec![7; 1025];
        let bytes = archive(&[("a", b""), ("b/c", b"text"), ("d", &long), ("e", &long[..512])]);
        assert_eq!(bytes.len() % BLOCK, 0);
        let back = files(&bytes).unwrap();
        assert_eq!(back[1], ("b/c".to_owned(), b"text".to_vec()));
        assert_eq!((back[0].1.len(), back[2].1.len(), back[3].1.len()), (0, 1025, 512));
    }

    #[test]
    fn every_cut_and_every_changed_byte_of_a_header_is_noticed() {
        let bytes = archive(&[("results", b"some text")]);
        for end in 0..=2 * BLOCK {
            assert!(files(&bytes[..end]).is_err(), "cut after {end}");
        }
        for at in 0..BLOCK {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(files(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn links_and_long_names_are_refused() {
        let mut bytes = archive(&[("a", b"")]);
        bytes[156] = b'2';
        let mut header = [0; BLOCK];
        header.copy_from_slice(&bytes[..BLOCK]);
        bytes[148..156].copy_from_slice(format!("{:06o}\0 ", checksum(&header)).as_bytes());
        assert!(files(&bytes).unwrap_err().contains("no plain files"));
        let header = Header { name: "x".repeat(101), size_bytes: 0 };
        assert!(append(&mut Vec::new(), &header, &mut io::empty()).is_err());
    }
}
