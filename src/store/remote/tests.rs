//! Machines that share a bucket, which here is a map in memory that can be made to fail.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tempfile::TempDir;

use super::location::Location;
use super::objects::{Fault, FaultKind, Objects};
use crate::fingerprint::Fingerprint;
use crate::identity::Digest;
use crate::store::{
    Block, BlockId, Causes, Observations, Outcome, Outcomes, Provenance, Store, StoreError,
};

/// Something that happens to the bytes of an object.
type Change = Box<dyn Fn(&mut Vec<u8>)>;

const URL: &str = "s3://lab/sgd";

/// A bucket, and what was asked of it.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    objects: BTreeMap<String, Vec<u8>>,
    is_down: bool,
    /// Names of the objects that were read, and numbers of bytes.
    reads: Vec<(String, u64)>,
    /// Objects that this many more reads deliver with a wrong byte.
    noise: usize,
}

impl Memory {
    fn with<T>(&self, f: impl FnOnce(&mut Inside) -> T) -> T {
        f(&mut self.0.lock().unwrap())
    }

    fn up(&self) -> Result<(), Fault> {
        let message = "connection refused".to_owned();
        let fault = Fault { kind: FaultKind::Unreachable, message };
        if self.with(|inside| inside.is_down) { Err(fault) } else { Ok(()) }
    }

    /// Names of the objects with this extension.
    fn names(&self, extension: &str) -> Vec<String> {
        let is_kind = |name: &&String| name.ends_with(extension);
        self.with(|inside| inside.objects.keys().filter(is_kind).cloned().collect())
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        self.with(|inside| change(inside.objects.get_mut(name).unwrap()));
    }

    /// A machine with an empty cache.
    fn machine(&self) -> Machine {
        let cache = TempDir::new().unwrap();
        let location = self.place(cache.path().join("cache")).unwrap();
        Machine { location, cache }
    }

    fn place(&self, cache: PathBuf) -> Result<Location, StoreError> {
        Location::shared(URL.to_owned(), Box::new(self.clone()), cache)
    }
}

impl Objects for Memory {
    fn list(&self, folder: &str) -> Result<Vec<(String, u64)>, Fault> {
        self.up()?;
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.with(|inside| {
            let named = inside.objects.iter().filter_map(|(name, bytes)| {
                Some((name.strip_prefix(&below)?.to_owned(), bytes.len() as u64))
            });
            Ok(named.collect())
        })
    }

    fn read(&self, name: &str, places: Range<u64>) -> Result<Bytes, Fault> {
        self.up()?;
        self.with(|inside| {
            inside.reads.push((name.to_owned(), places.end - places.start));
            let gone = || Fault { kind: FaultKind::NotFound, message: String::new() };
            let bytes = inside.objects.get(name).ok_or_else(gone)?;
            let end = bytes.len().min(places.end as usize);
            let mut read = bytes[(places.start as usize).min(end)..end].to_vec();
            if inside.noise > 0 && name.ends_with("parquet") {
                inside.noise -= 1;
                read[20] ^= 1;
            }
            Ok(read.into())
        })
    }

    fn write(&self, name: &str, content: &mut dyn Read, size: u64) -> Result<(), Fault> {
        self.up()?;
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, size);
        self.with(|inside| inside.objects.insert(name.to_owned(), bytes));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), Fault> {
        self.up()?;
        let gone = || Fault { kind: FaultKind::NotFound, message: String::new() };
        let bytes = self.with(|inside| inside.objects.remove(from)).ok_or_else(gone)?;
        self.with(|inside| inside.objects.insert(to.to_owned(), bytes));
        Ok(())
    }
}

struct Machine {
    location: Location,
    cache: TempDir,
}

impl Machine {
    /// The same machine at a later command.
    fn again(self, memory: &Memory) -> Machine {
        let location = memory.place(self.cache.path().join("cache")).unwrap();
        Machine { location, ..self }
    }

    /// Computes and uploads a block of this name.
    fn compute(&self, name: &str) -> Digest {
        let store = self.location.open_to_write().unwrap();
        let file = store.write_blocks(&[block(name)], &provenance()).unwrap();
        drop(store);
        self.location.share().unwrap();
        file
    }

    fn read(&self) -> Store {
        self.location.open_to_read().unwrap()
    }

    /// Names of the files of the cache below `folder`.
    fn files(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.location.folder().join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn block(name: &str) -> Block {
    Block {
        id: BlockId(Digest::of_bytes(name.as_bytes())),
        ensemble: Digest::of_bytes(b"ensemble"),
        description: "{}".to_owned(),
        causes: Causes::new(),
        code: Arc::new(Fingerprint { digest: Digest::of_bytes(b"code"), files: BTreeMap::new() }),
        observations: Observations {
            first_chain: 0,
            observables: vec!["x".to_owned()],
            steps: vec![0, 1],
            values: vec![1.0, name.len() as f64],
            diverged_at: vec![None],
        },
    }
}

fn provenance() -> Provenance {
    Provenance {
        wall_seconds: 2.5,
        host: "laptop".to_owned(),
        threads: 1,
        git_commit: None,
        version: "0",
        unix_time: 0,
    }
}

#[test]
fn what_one_machine_computes_another_has_without_fetching_it() {
    let memory = Memory::default();
    let file = memory.machine().compute("a");
    assert_eq!(memory.names("").len(), 3, "FORMAT, results and provenance");
    let laptop = memory.machine();
    let index = laptop.read().index().unwrap();
    let stored = index.blocks[&block("a").id];
    assert_eq!((stored.file, stored.digest), (file, block("a").observations.digest()));
    assert_eq!((stored.n_rows, index.files[&file].n_rows), (2, 2));
    assert!(laptop.files("results").is_empty(), "something was fetched");
    // A footer is asked for once, and the numbers when they are read.
    let n_reads = memory.with(|inside| inside.reads.len());
    let laptop = laptop.again(&memory);
    let store = laptop.read();
    store.index().unwrap();
    let format_alone = memory.with(|inside| inside.reads.len()) - n_reads;
    assert_eq!(format_alone, 1);
    assert_eq!(store.read_blocks(file).unwrap()[0].1, block("a").observations);
    assert_eq!(laptop.files("results"), [format!("{file}.parquet")]);
    assert_eq!(store.origin(file).unwrap().wall_seconds, 2.5);
    assert!(store.index().unwrap().damaged.is_empty());
    assert!(laptop.files("tmp").is_empty(), "temporary files are left");
}

#[test]
fn outcomes_are_shared_too() {
    let memory = Memory::default();
    let ci = memory.machine();
    let id = Digest::of_bytes(b"outcome");
    let outcome = Outcome { id, cells: Vec::new(), result: serde_json::json!(1.5) };
    ci.location.open_to_write().unwrap().write_outcomes(&[outcome]).unwrap();
    ci.location.share().unwrap();
    let outcomes: Outcomes<f64> = memory.machine().read().outcomes().unwrap();
    assert_eq!(*outcomes.results[&id], 1.5);
    memory.change(&memory.names("jsonl")[0], |bytes| bytes[0] ^= 1);
    let outcomes: Outcomes<f64> = memory.machine().read().outcomes().unwrap();
    assert!(outcomes.results.is_empty() && outcomes.damaged.len() == 1, "{outcomes:?}");
}

/// Changed bytes, fewer bytes, none, the bytes of another object, an object that has gone.
#[test]
fn a_poisoned_object_is_noticed_never_used_and_replaced() {
    let other = {
        let memory = Memory::default();
        let file = memory.machine().compute("other");
        memory.with(|inside| inside.objects[&format!("results/{file}.parquet")].clone())
    };
    let changes: [(&str, Change); 5] = [
        ("a number", Box::new(|bytes| bytes[30] ^= 1)),
        (
            "the footer",
            Box::new(|bytes| {
                let at = bytes.len() - 100;
                bytes[at] ^= 1;
            }),
        ),
        ("half of it", Box::new(|bytes| bytes.truncate(bytes.len() / 2))),
        ("nothing", Box::new(Vec::clear)),
        ("another object", Box::new(move |bytes| bytes.clone_from(&other))),
    ];
    for (what, change) in changes {
        let memory = Memory::default();
        let file = memory.machine().compute("a");
        let name = format!("results/{file}.parquet");
        let good = memory.with(|inside| inside.objects[&name].clone());
        memory.change(&name, |bytes| change(bytes));
        let laptop = memory.machine();
        let store = laptop.read();
        let noticed_at_once = !store.index().unwrap().damaged.is_empty();
        if !noticed_at_once {
            let error = store.read_blocks(file).unwrap_err();
            assert!(matches!(error, StoreError::Damaged { .. }), "{what}: {error}");
        }
        drop(store);
        // The next command knows it without fetching it again, and a run sets it aside.
        let laptop = laptop.again(&memory);
        let store = laptop.read();
        let index = store.index().unwrap();
        assert!(index.blocks.is_empty(), "{what} is used");
        assert_eq!(index.damaged[0].0, PathBuf::from(format!("{URL}/{name}")), "{what}");
        store.quarantine(&index.damaged[0].0).unwrap();
        assert!(memory.names("").contains(&format!("damaged/{file}.parquet")), "{what}");
        assert_eq!(laptop.compute("a"), file);
        assert_eq!(memory.with(|inside| inside.objects[&name].clone()), good, "{what}");
        let third = memory.machine();
        assert_eq!(third.read().read_blocks(file).unwrap()[0].1, block("a").observations);
        assert!(laptop.again(&memory).read().index().unwrap().damaged.is_empty(), "{what}");
    }
}

/// Who computes anew what he has not looked at finds it damaged when he uploads it.
#[test]
fn nothing_is_replaced_in_silence() {
    let memory = Memory::default();
    let laptop = memory.machine();
    let (a, b) = (laptop.compute("a"), laptop.compute("bb"));
    let name = |file| format!("results/{file}.parquet");
    let other = memory.with(|inside| inside.objects[&name(b)].clone());
    memory.change(&name(a), |bytes| *bytes = other);
    let ci = memory.machine();
    assert!(!ci.read().index().unwrap().blocks.contains_key(&block("a").id));
    assert_eq!(ci.compute("a"), a);
    assert_eq!(ci.location.replaced(), [PathBuf::from(format!("{URL}/{}", name(a)))]);
    assert!(memory.names("").contains(&format!("damaged/{a}.parquet")));
    assert_eq!(memory.machine().read().read_blocks(a).unwrap()[0].1, block("a").observations);
    let again = memory.machine();
    again.compute("a");
    assert!(again.location.replaced().is_empty());
}

#[test]
fn an_object_that_was_replaced_meanwhile_is_not_set_aside() {
    let memory = Memory::default();
    let file = memory.machine().compute("a");
    let name = format!("results/{file}.parquet");
    memory.change(&name, |bytes| bytes[30] ^= 1);
    let laptop = memory.machine();
    let store = laptop.read();
    store.index().unwrap();
    store.read_blocks(file).unwrap_err();
    memory.change(&name, |bytes| bytes[30] ^= 1);
    store.quarantine(&PathBuf::from(format!("{URL}/{name}"))).unwrap();
    assert_eq!(store.index().unwrap().blocks.len(), 1);
    store.read_blocks(file).unwrap();
    assert!(!memory.names("").iter().any(|name| name.starts_with("damaged/")));
}

#[test]
fn bytes_that_change_on_their_way_are_fetched_again() {
    let memory = Memory::default();
    let file = memory.machine().compute("a");
    let laptop = memory.machine();
    let store = laptop.read();
    store.index().unwrap();
    memory.with(|inside| inside.noise = 1);
    assert_eq!(store.read_blocks(file).unwrap()[0].1, block("a").observations);
}

#[test]
fn verification_reads_every_object_and_keeps_none() {
    let memory = Memory::default();
    let ci = memory.machine();
    let (a, b) = (ci.compute("a"), ci.compute("bb"));
    let laptop = memory.machine();
    assert!(laptop.read().verify_shared().unwrap().is_empty());
    memory.change(&format!("results/{b}.parquet"), |bytes| bytes[30] ^= 1);
    // Of the machine that made it too, whose copy is good.
    for machine in [&laptop, &ci] {
        let damaged = machine.read().verify_shared().unwrap();
        assert_eq!(damaged.len(), 1);
        assert_eq!(damaged[0].0, PathBuf::from(format!("{URL}/results/{b}.parquet")));
    }
    let index = laptop.read().index().unwrap();
    assert!(index.files.contains_key(&a) && !index.files.contains_key(&b));
    assert!(laptop.files("results").is_empty(), "something was kept");
}

#[test]
fn a_server_that_is_down_costs_no_result() {
    let memory = Memory::default();
    let laptop = memory.machine();
    memory.with(|inside| inside.is_down = true);
    let store = laptop.location.open_to_write().unwrap();
    let file = store.write_blocks(&[block("a")], &provenance()).unwrap();
    store.write_blocks(&[block("bb")], &provenance()).unwrap();
    drop(store);
    match laptop.location.share().unwrap_err() {
        StoreError::NotShared { n_files: 4, source, .. } => {
            assert_eq!(source.kind, FaultKind::Unreachable);
        }
        error => panic!("{error:?}"),
    }
    let error = memory.place(laptop.cache.path().join("cache")).unwrap_err();
    assert!(matches!(error, StoreError::Bucket { .. }), "{error:?}");
    assert_eq!(laptop.read().index().unwrap().blocks.len(), 2);
    memory.with(|inside| inside.is_down = false);
    let laptop = laptop.again(&memory);
    // What is damaged in the cache is not passed on.
    let path = laptop.location.folder().join(format!("results/{file}.parquet"));
    std::fs::write(path, "spoilt").unwrap();
    laptop.location.share().unwrap();
    assert_eq!(memory.names("").len(), 1 + 3);
    assert_eq!(memory.machine().read().index().unwrap().blocks.len(), 1);
}

#[test]
fn what_others_store_meanwhile_arrives() {
    let memory = Memory::default();
    let (ci, laptop) = (memory.machine(), memory.machine());
    let store = laptop.read();
    let mut arrivals = crate::store::Arrivals::since(std::collections::BTreeSet::new());
    assert!(arrivals.look(&store).unwrap().is_empty());
    ci.compute("a");
    store.bucket().unwrap().refresh().unwrap();
    store.bucket().unwrap().read_footers(store.root()).unwrap();
    assert!(arrivals.look(&store).unwrap().contains(&block("a").id));
    assert!(laptop.files("results").is_empty(), "something was fetched");
}

#[test]
fn a_bucket_of_something_else_is_left_alone() {
    let memory = Memory::default();
    let folder = TempDir::new().unwrap();
    let cache = || folder.path().join("cache");
    memory.with(|inside| inside.objects.insert("thesis.pdf".to_owned(), vec![1]));
    assert!(matches!(memory.place(cache()), Err(StoreError::NotAStore { .. })));
    memory
        .with(|inside| inside.objects.insert("FORMAT".to_owned(), b"maruyama store 2\n".to_vec()));
    assert!(matches!(memory.place(cache()), Err(StoreError::Format { .. })));
    let memory = Memory::default();
    memory.place(cache()).unwrap();
    let other = Location::shared("s3://lab/other".to_owned(), Box::new(memory), cache());
    assert!(matches!(other, Err(StoreError::OtherCache { .. })));
}

#[test]
fn without_the_feature_or_with_a_folder_a_message_says_so() {
    let find = |store: &str, cache: Option<&str>| {
        Location::find(std::path::Path::new(store), cache.map(std::path::Path::new))
    };
    assert!(find("store", None).unwrap().url().is_none());
    assert!(matches!(find("store", Some("cache")), Err(StoreError::Address { .. })));
    assert!(matches!(find("s3://", None), Err(StoreError::Address { .. })));
    #[cfg(not(feature = "s3"))]
    assert!(matches!(find("s3://lab/sgd", None), Err(StoreError::NotBuilt { .. })));
}
