//! Input that means harm, or that a wrong program wrote: a clear error, soon, and no panic.

use std::fmt::Write as _;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use crate::entry;
use crate::project::{Project, SMALL, soak};

#[track_caller]
fn refused(text: impl AsRef<[u8]>, message: &str) {
    let project = Project::new();
    project.write("experiments/hostile.yaml", text);
    project.run(["plan"]).code(2).complains(message);
    assert!(!project.path("store").exists());
}

#[test]
fn small_files_cannot_ask_for_much_memory() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        let _ = writeln!(bomb, "a{n}: &a{n} [{aliases}]");
    }
    refused(format!("title: x\n{bomb}"), "over 1048576 nodes");
    refused(format!("title: {}", "[".repeat(100_000)), "hostile.yaml:1:");
    refused(format!("title: {}", "{a: ".repeat(100_000)), "hostile.yaml:1:");
    refused("- ".repeat(100_000), "hostile.yaml:1:");
    refused(format!("title: \"{}", "x".repeat(1 << 22)), "hostile.yaml:1:");
    refused("&a [*a]", "hostile.yaml:1:");
    for grid in [
        "{ linspace: [0.001, 0.1, 10000000] }",
        "{ linspace: [0.001, 0.1, 9223372036854775807] }",
        "[0.1]\n      steps: { range: [1, 10000000] }",
    ] {
        refused(SMALL.replace("[0.1, 0.2] }", &format!("{grid} }}")), "1000000");
    }
    let steps = "      step_size: { linspace: [0.001, 0.1, 3000] }\n      seed: { linspace: [1, 4000, 4000] }";
    let product = SMALL.replace("matrix: { step_size: [0.1, 0.2] }", &format!("matrix:\n{steps}"));
    refused(product, "at most 1000000");
}

#[test]
fn paths_do_not_lead_out_of_the_project() {
    let drawn = "{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }";
    for path in ["/etc/passwd", "../../../../etc/passwd", "data/../../x.csv", "..", "/"] {
        let data = format!("{{ source: table, file: \"{path}\", response: y }}");
        refused(SMALL.replace(drawn, &data), "no path below");
    }
    for (old, new) in [
        ("title: A", "item: ../../out\ntitle: A"),
        ("title: A", "item: /tmp/out\ntitle: A"),
        ("  tails: { of: tails, columns", "  ../tails: { of: tails, columns"),
        ("  spread:", "  \"a/b\":"),
    ] {
        refused(SMALL.replacen(old, new, 1), "hostile.yaml:");
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    for value in
        [".nan", ".inf", "-.inf", "1e999", "-0.0", "0", "1e-999", "\"0.1\"", "0x10", "0.1.2"]
    {
        let text = SMALL.replace("[0.1, 0.2]", &format!("[0.1, {value}]"));
        if value == "0x10" {
            // Sixteen, as the core schema of YAML has it.
            continue;
        }
        refused(text, "step_size");
    }
    let project = Project::small();
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, 4.9e-324]");
    project.edit("small.yaml", "test: \"std > 0\"", "test: \"std >= 0\"");
    project.run(["run"]).code(0);
    for chains in ["0", "-1", "1.5", "9007199254740993", "1e300", "true", "[40]", "{ a: 1 }", ""] {
        refused(SMALL.replace("chains: 40", &format!("chains: {chains}")), "chains");
    }
}

#[test]
fn line_ends_and_marks_make_no_difference_and_other_encodings_are_named() {
    let results = |text: Vec<u8>| {
        let project = Project::new();
        project.write("experiments/small.yaml", text);
        project.reproduce();
        project.results()
    };
    let plain = results(SMALL.into());
    assert_eq!(results(SMALL.replace('\n', "\r\n").into()), plain);
    assert_eq!(results(format!("\u{feff}{SMALL}").into()), plain);
    let utf16: Vec<u8> = SMALL.encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused([&[0xff, 0xfe], &utf16[..]].concat(), "is not UTF-8 text: byte 0");
    refused(
        SMALL.replace("small experiment", "sm\u{e9}ll").replace('é', "\u{0}"),
        "hostile.yaml:1:",
    );
    let mut latin = SMALL.as_bytes().to_vec();
    latin[9] = 0xe9;
    refused(latin, "is not UTF-8 text: byte 9");
    refused("", "empty");
    refused("\u{0}\u{0}\u{0}", "hostile.yaml:");
}

/// A generator of its own, so that the inputs are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    /// A change that an editor, a disk or an attacker could make.
    fn changed(&mut self, bytes: &[u8], words: &[&str]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let end = (at + self.below(24)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let copy = bytes[at..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, copy);
                }
                3 => bytes.truncate(at),
                _ => {
                    let word = words[self.below(words.len())];
                    bytes.splice(at..end, word.bytes());
                }
            }
        }
        bytes
    }
}

const WORDS: &[&str] = &[
    "&a ",
    "*a",
    "<<: ",
    "!!binary ",
    "? ",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "|",
    ">",
    "\n",
    "\t",
    "\"",
    "'",
    "#",
    "%YAML",
    "---",
    "...",
    "\r",
    "\u{feff}",
    "\u{0}",
    "é",
    ".nan",
    "-.inf",
    "1e309",
    "-1",
    "null",
    "~",
    "matrix:",
    "include:",
    "exclude:",
    "reduce:",
    "observe:",
    "linspace:",
];

/// Gives `n` changed copies of `sound` to `read`, which says whether it takes them, and counts the
/// ones that it takes.
fn n_taken(
    (sound, words): (&[Vec<u8>], &[&str]),
    (seed, n): (u64, usize),
    read: fn(&[u8]) -> bool,
) -> usize {
    let mut random = Random(seed);
    let mut n_taken = 0;
    for round in 0..n {
        let original = &sound[random.below(sound.len())];
        let changed = random.changed(original, words);
        let taken = catch_unwind(|| read(&changed));
        let text = || String::from_utf8_lossy(&changed).into_owned();
        n_taken += usize::from(taken.unwrap_or_else(|_| panic!("round {round}: {}", text())));
    }
    n_taken
}

/// Three hundred changed manifests, or a hundred thousand for `make soak`, are read to the end.
#[test]
fn no_manifest_makes_the_parser_panic() {
    let n = soak(300, 100_000);
    let sound = [SMALL.as_bytes().to_vec()];
    let n_read = n_taken((&sound, WORDS), (0x9e37_79b9_7f4a_7c15, n), entry::manifest);
    assert!(n_read > n / 100 && n_read < n, "{n_read} of {n} are manifests");
}

/// The same of manifests as they are in use: all shipped ones, in turn.
#[test]
fn no_shipped_manifest_makes_the_parser_panic_once_it_is_changed() {
    let sound: Vec<Vec<u8>> = manifests("experiments".as_ref())
        .iter()
        .map(|path| fs::read(path).expect("a manifest"))
        .collect();
    assert!(sound.len() > 20, "{} manifests", sound.len());
    let n = soak(100, 10_000);
    let n_read = n_taken((&sound, WORDS), (0xbf58_476d_1ce4_e5b9, n), entry::manifest);
    assert!(n_read < n, "{n_read} of {n} are manifests");
}

/// The manifests below `folder`, in the order of their paths.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of manifests") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(manifests(&path));
        } else if path.extension().is_some_and(|end| end == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn no_file_makes_the_reader_of_columns_panic() {
    let project = Project::small();
    project.reproduce();
    let sound: Vec<Vec<u8>> = project
        .list("store/results", "parquet")
        .iter()
        .map(|file| fs::read(project.path(file)).expect("a results file"))
        .collect();
    let n = soak(300, 100_000);
    let words = ["PAR1", "\u{0}", "\u{7f}"];
    let n_read = n_taken((&sound, &words), (0xd1b5_4a32_d192_ed03, n), entry::parquet);
    assert!(n_read < n / 2, "{n_read} of {n} files are read");
}

#[test]
fn no_text_makes_the_readers_of_tables_panic() {
    let sound = [
        b"a,b,y\n1,0,1\n0,1,2\n1,1,2.5\n0.5,0,1\n".to_vec(),
        b"\xef\xbb\xbf\"a, b\",y\r\n1e300,-0.0\r\n2,\"3\"\r\n,NaN\r\n".to_vec(),
    ];
    let words =
        [",", "\"", "\"\"", "\n", "\r", ",y", "nan", "inf", "1e999", "\u{feff}", "\u{0}", "-", " "];
    let n = soak(3_000, 100_000);
    let n_read = n_taken((&sound, &words), (0x94d0_49bb_1331_11eb, n), entry::csv);
    assert!(n_read > n / 100 && n_read < n, "{n_read} of {n} are tables");
}
