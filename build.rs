//! Takes the fingerprints of the program's own sources: analyses and reports depend on them.

fn main() -> std::io::Result<()> {
    maruyama_fingerprint::emit()
}
