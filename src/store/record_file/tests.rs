use std::sync::Arc;

use maruyama_dynamics::model::Cause;

use super::*;
use crate::fingerprint::Fingerprint;
use crate::store::{Block, BlockId, Observations};

const PROVENANCE: Provenance = Provenance {
    wall_seconds: 0.0,
    host: String::new(),
    threads: 1,
    git_commit: None,
    version: "0",
    unix_time: 0,
};

fn block() -> Block {
    let n_steps = 5;
    let n_chains = 19;
    let mut values: Vec<f64> = (0..n_chains * n_steps * 2).map(|i| f64::from(i) / 3.0).collect();
    values[0] = -0.0;
    values[13..20].fill(f64::NAN);
    let mut diverged_at = vec![None; n_chains as usize];
    diverged_at[1] = Some(15);
    Block {
        id: BlockId(Digest::of_bytes(b"block")),
        ensemble: Digest::of_bytes(b"ensemble"),
        description: "{}".to_owned(),
        causes: crate::store::causes(32, &[None, Some(Cause::NoLogarithm)]),
        code: Arc::new(Fingerprint {
            digest: Digest::of_bytes(b"code"),
            files: BTreeMap::from([("file.rs".to_owned(), "0".to_owned())]),
        }),
        observations: Observations {
            first_chain: 32,
            observables: vec!["q1".to_owned(), "risk".to_owned()],
            steps: vec![0, 10, 20, 30, 37],
            values,
            diverged_at,
        },
    }
}

/// The recorded steps of [`block`].
fn steps() -> Steps {
    use maruyama_dynamics::parameter::{Parameters, Value};
    let settings = [("steps", 37), ("record_every", 10), ("record_from", 0)];
    let of = |(name, value): (&str, i64)| (name.to_owned(), Value::Integer(value));
    Steps::new(&settings.into_iter().map(of).collect::<Parameters>())
}

fn head(block: &Block) -> BlockHead {
    BlockHead {
        id: block.id,
        ensemble: block.ensemble,
        description: block.description.clone(),
        code: Arc::clone(&block.code),
        first_chain: block.observations.first_chain,
        n_chains: block.observations.n_chains() as u64,
        observables: block.observations.observables.clone(),
    }
}

/// Sixteen chains, then three, each in stretches of `steps_at_once` recorded steps.
fn push(record: &mut OpenRecord<'_>, block: &Block, steps_at_once: usize) {
    for chains in [0..16, 16..19] {
        for first in (0..5).step_by(steps_at_once) {
            let steps = first..5.min(first + steps_at_once);
            let of_chain = |chain: usize| {
                let all = &block.observations.values[chain * 10..][..10];
                all[2 * steps.start..2 * steps.end].to_vec()
            };
            let values: Vec<f64> = chains.clone().flat_map(of_chain).collect();
            record.push(chains.start as u64..chains.end as u64, &values).unwrap();
        }
    }
}

#[test]
fn a_file_is_the_same_bytes_however_its_numbers_come() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_to_write(folder.path()).unwrap();
    let block = block();
    let at_once = store.write_blocks(std::slice::from_ref(&block), &PROVENANCE).unwrap();
    for steps_at_once in 1..=5 {
        let mut record = store.begin_record(head(&block)).unwrap();
        push(&mut record, &block, steps_at_once);
        record.note(block.causes.clone());
        let name = record.keep(&steps(), &block.observations.diverged_at, &PROVENANCE).unwrap();
        assert_eq!(name, at_once, "{steps_at_once}");
    }
    let [(id, found)] = store.read_blocks(at_once).unwrap().try_into().unwrap();
    assert_eq!((id, found.digest()), (block.id, block.observations.digest()));
    assert_eq!(store.index().unwrap().causes[&block.id]["no_logarithm"], [33]);
}

#[test]
fn rows_beyond_one_batch_are_the_same_bytes_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_to_write(folder.path()).unwrap();
    let mut block = block();
    let n_steps = ROWS_AT_ONCE as u64 / 3;
    block.observations.steps = (0..=n_steps).collect();
    let n_rows = 19 * (n_steps + 1) as usize * 2;
    block.observations.values = (0..n_rows).map(|i| (i % 1013) as f64).collect();
    let at_once = store.write_blocks(std::slice::from_ref(&block), &PROVENANCE).unwrap();
    let mut record = store.begin_record(head(&block)).unwrap();
    record.push(0..19, &block.observations.values).unwrap();
    record.note(block.causes.clone());
    let steps = {
        use maruyama_dynamics::parameter::{Parameters, Value};
        let settings = [("steps", n_steps as i64), ("record_every", 1), ("record_from", 0)];
        let of = |(name, value): (&str, i64)| (name.to_owned(), Value::Integer(value));
        Steps::new(&settings.into_iter().map(of).collect::<Parameters>())
    };
    let name = record.keep(&steps, &block.observations.diverged_at, &PROVENANCE).unwrap();
    assert_eq!(name, at_once);
}

#[test]
fn a_record_that_is_not_kept_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_to_write(folder.path()).unwrap();
    let block = block();
    let mut record = store.begin_record(head(&block)).unwrap();
    push(&mut record, &block, 2);
    drop(record);
    for name in ["tmp", "results"] {
        assert_eq!(std::fs::read_dir(folder.path().join(name)).unwrap().count(), 0, "{name}");
    }
}
