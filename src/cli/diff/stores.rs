//! Two stores: which cells each has, and by how much results of the same cells differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cli::diff::{Difference, Largest};
use crate::cli::tree::Tree;
use crate::error::{Error, plural};
use crate::identity::Digest;
use crate::store::{BlockId, Index, Location, Observations, Store, StoreError, StoredBlock};

/// Cells listed of each kind before the rest is counted.
const LISTED_CELLS: usize = 20;

/// A store with its blocks by cell: the resolved parameters without the number of chains.
struct Side {
    store: Store,
    index: Index,
    cells: BTreeMap<String, BTreeMap<BlockId, StoredBlock>>,
}

impl Side {
    fn open(path: &Path) -> Result<Side, StoreError> {
        let store = Location::find(path, None)?.open_to_read()?;
        let index = store.index()?;
        let text = |cell| serde_json::Value::Object(cell).to_string();
        let names: BTreeMap<Digest, String> =
            store.ensembles(&index).into_iter().map(|(id, one)| (id, text(one.cell))).collect();
        let mut cells: BTreeMap<String, BTreeMap<BlockId, StoredBlock>> = BTreeMap::new();
        for (id, block) in &index.blocks {
            if let Some(name) = names.get(&block.ensemble) {
                cells.entry(name.clone()).or_default().insert(*id, *block);
            }
        }
        Ok(Side { store, index, cells })
    }
}

/// Compares the stores at `a` and `b`.
///
/// # Errors
/// If one cannot be read, or a file is damaged while it is compared.
pub(crate) fn diff(a: &Path, b: &Path) -> Result<Difference, Error> {
    let (a, b) = (Side::open(a)?, Side::open(b)?);
    let names: BTreeSet<&String> = a.cells.keys().chain(b.cells.keys()).collect();
    let (mut only_a, mut only_b, mut other, mut n_same) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for name in names {
        match (a.cells.get(name), b.cells.get(name)) {
            (Some(_), None) => only_a.push(name.clone()),
            (None, _) => only_b.push(name.clone()),
            (Some(blocks_a), Some(blocks_b)) => {
                match compare((&a.store, blocks_a), (&b.store, blocks_b))? {
                    None => n_same += 1,
                    Some(how) => other.push(format!("{name}: {how}")),
                }
            }
        }
    }
    let n_damaged = a.index.damaged.len() + b.index.damaged.len();
    let differs = !(only_a.is_empty() && only_b.is_empty() && other.is_empty() && n_damaged == 0);
    let mut fields = vec![
        ("same", plural(n_same, "cell").into()),
        ("only in the first", listed(only_a)),
        ("only in the second", listed(only_b)),
        ("different", listed(other)),
    ];
    if n_damaged > 0 {
        fields.push((
            "damaged",
            format!("{}, which `verify` names", plural(n_damaged, "file")).into(),
        ));
    }
    Ok(Difference { tree: Tree::Fields(fields), differs })
}

fn listed(mut names: Vec<String>) -> Tree {
    let n_more = names.len().saturating_sub(LISTED_CELLS);
    names.truncate(LISTED_CELLS);
    if n_more > 0 {
        names.push(format!("and {}", plural(n_more, "more cell")));
    }
    Tree::List(names.into_iter().map(Tree::from).collect())
}

/// How the results of a cell differ; `None` if all blocks are the same.
fn compare(
    (store_a, a): (&Store, &BTreeMap<BlockId, StoredBlock>),
    (store_b, b): (&Store, &BTreeMap<BlockId, StoredBlock>),
) -> Result<Option<String>, StoreError> {
    let contents = |blocks: &BTreeMap<BlockId, StoredBlock>| -> BTreeSet<Digest> {
        blocks.values().map(|block| block.digest).collect()
    };
    let (in_a, in_b) = (contents(a), contents(b));
    if in_a == in_b {
        return Ok(None);
    }
    let n_both = in_a.intersection(&in_b).count();
    let only = |blocks: &BTreeMap<BlockId, StoredBlock>, other: &BTreeSet<Digest>| {
        let own = blocks.iter().filter(|(_, block)| !other.contains(&block.digest));
        own.map(|(id, block)| (*id, *block)).collect::<BTreeMap<_, _>>()
    };
    let (chains_a, chains_b) =
        (chains(store_a, &only(a, &in_b))?, chains(store_b, &only(b, &in_a))?);
    let mut largest = Largest::default();
    for (first_chain, block) in &chains_a {
        if let Some(other) = chains_b.get(first_chain)
            && (&block.steps, &block.observables) == (&other.steps, &other.observables)
        {
            block.values.iter().zip(&other.values).for_each(|(a, b)| largest.add(*a, *b));
        }
    }
    let mut how = format!("{} of {} and {} blocks are the same", n_both, in_a.len(), in_b.len());
    if largest.n > 0 {
        how = format!("{how}; {}", largest.show());
    }
    Ok(Some(how))
}

/// Blocks of chains by their first chain; statistics have none.
fn chains(
    store: &Store,
    blocks: &BTreeMap<BlockId, StoredBlock>,
) -> Result<BTreeMap<u64, Observations>, StoreError> {
    let files: BTreeSet<Digest> = blocks.values().map(|block| block.file).collect();
    let mut chains = BTreeMap::new();
    for file in files {
        let read = match store.read_blocks(file) {
            Err(StoreError::Damaged { .. }) => continue,
            read => read?,
        };
        let own = read.into_iter().filter(|(id, _)| blocks.contains_key(id));
        chains.extend(own.map(|(_, block)| (block.first_chain, block)));
    }
    Ok(chains)
}
