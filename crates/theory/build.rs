//! Takes the fingerprints of this crate's sources: results depend on them.

fn main() -> std::io::Result<()> {
    maruyama_fingerprint::emit()
}
