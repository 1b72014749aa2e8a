use super::*;

fn block(name: &str) -> BlockId {
    BlockId(Digest::of_bytes(name.as_bytes()))
}

/// A store, and the claims of two processes on the machines `hosts`.
fn two(folder: &tempfile::TempDir, hosts: [&str; 2]) -> (Store, [Claims; 2]) {
    let store = Store::open_to_write(&folder.path().join("store")).unwrap();
    let claims = hosts.map(|host| store.claims(BTreeSet::new(), host).unwrap());
    (store, claims)
}

/// A process that is killed closes its file and leaves it where it is.
fn kill(mut claims: Claims) -> PathBuf {
    let path = claims.own_path.to_path_buf();
    claims.own_path.disable_cleanup(true);
    drop(claims);
    assert!(path.exists());
    path
}

#[test]
fn a_block_is_claimed_once_given_up_and_lost_with_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let (store, [mut first, mut second]) = two(&folder, ["here", "here"]);
    let [a, b, c] = ["a", "b", "c"].map(block);
    assert_eq!(first.take(&store, &[a, b]).unwrap(), [Whose::Ours; 2]);
    assert_eq!(second.take(&store, &[b, c]).unwrap(), [Whose::Theirs, Whose::Ours]);
    assert_eq!(first.take(&store, &[a, c]).unwrap(), [Whose::Ours, Whose::Theirs]);
    first.give_up(&[b]).unwrap();
    assert_eq!(second.take(&store, &[a, b]).unwrap(), [Whose::Theirs, Whose::Ours]);
    let path = kill(first);
    assert_eq!(second.take(&store, &[a]).unwrap(), [Whose::Ours]);
    assert!(!path.exists(), "the claims of a dead process are left");
}

#[test]
fn a_process_elsewhere_lives_while_its_file_grows() {
    let folder = tempfile::tempdir().unwrap();
    let (store, [mut here, mut there]) = two(&folder, ["here", "there"]);
    let [a, b] = ["a", "b"].map(block);
    assert_eq!(there.take(&store, &[a]).unwrap(), [Whose::Ours]);
    // Its lock does not reach this machine, as on some shared file systems.
    there.own.unlock().unwrap();
    assert_eq!(here.take(&store, &[a, b]).unwrap(), [Whose::Theirs, Whose::Ours]);
    here.lease = Duration::ZERO;
    there.beat().unwrap();
    let path = kill(there);
    assert_eq!(here.take(&store, &[a]).unwrap(), [Whose::Ours]);
    assert!(!path.exists(), "the claims of a dead process are left");
}

#[test]
fn without_locks_claims_are_seen_and_given_up_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let (store, [mut first, mut second]) = two(&folder, ["one", "two"]);
    for claims in [&mut first, &mut second] {
        claims.turn = None;
        claims.own.unlock().unwrap();
    }
    let a = block("a");
    assert_eq!(first.take(&store, &[a]).unwrap(), [Whose::Ours]);
    assert_eq!(second.take(&store, &[a]).unwrap(), [Whose::Theirs]);
    second.lease = Duration::ZERO;
    assert_eq!(second.take(&store, &[a]).unwrap(), [Whose::Ours]);
}

#[test]
fn a_line_that_is_being_written_is_read_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claims");
    let mut other = Other::new();
    let line = format!("+{}\n", block("a").0);
    for (end, n) in [(10, 0), (65, 0), (66, 1)] {
        fs::write(&path, &line[..end]).unwrap();
        other.read(&mut File::open(&path).unwrap()).unwrap();
        assert_eq!(other.blocks.len(), n, "after {end} bytes");
    }
}
