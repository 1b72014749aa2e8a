//! The sections of the page of keys: what a mapping is for, and an example of it.

/// One mapping of a manifest.
pub(crate) struct Section {
    pub title: &'static str,
    /// Its definition in the schema; empty for the manifest itself.
    pub definition: &'static str,
    pub text: &'static str,
    /// Text of a manifest, or of some of its sections.
    pub example: &'static str,
}

/// The sections, in the order of the page.
pub(crate) const SECTIONS: &[Section] = &[
    Section {
        title: "Manifest",
        definition: "",
        text: "The file itself.",
        example: "\
title: Spread of SGD
paper: { arxiv: \"2402.01382\", where: Section 4 }
about: How wide the law of the iterates is.
data: { X: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 } }
simulate:
  runs: { model: sgd, data: X, steps: 20, chains: 40, matrix: { step_size: [0.1, 0.2] } }
analyse:
  spread: { estimate: moments, of: runs }
tables:
  spread: { of: spread, columns: [step_size, n, std] }",
    },
    Section {
        title: "Paper",
        definition: "paper",
        text: "The publication; items are filed under it in the ledger.",
        example: "paper: { arxiv: \"2402.01382\", where: \"Section 4, Table 2\" }",
    },
    Section {
        title: "Data set",
        definition: "data_set",
        text: "An entry of `data`: `source` and the parameters of that \
               [data source](parts.md#data-sources).",
        example: "\
data:
  X: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1, scale: none }",
    },
    Section {
        title: "Sweep",
        definition: "sweep",
        text: "An entry of `simulate`: [keys of cells](#keys-of-cells), which all its cells have, \
               and these.",
        example: "\
simulate:
  runs:
    model: sgd
    data: X
    chains: 40
    steps: 20
    matrix: { step_size: [0.05, 0.1, 0.2], batch_size: [1, 4] }
    when: [{ if: { batch_size: 4 }, set: { sampling: without_replacement } }]",
    },
    Section {
        title: "Matrix",
        definition: "matrix",
        text: "Axes by [keys of cells](#keys-of-cells), each a list of values or a \
               [range](#range), and these.",
        example: "\
simulate:
  runs:
    model: sgd
    data: X
    chains: 40
    matrix:
      step_size: { logspace: [0.01, 0.1, 3] }
      zip: { batch_size: [1, 4], steps: [40, 10] }
      exclude: [{ step_size: 0.1, batch_size: 4 }]
      include: [{ step_size: 0.2, batch_size: 8, steps: 5 }]",
    },
    Section {
        title: "Range",
        definition: "range",
        text: "An axis as equally spaced points; one of these keys.",
        example: "\
simulate:
  runs: { model: sgd, data: X, steps: 20, chains: 40, step_size: 0.1, matrix: { seed: { range: [1, 4] } } }",
    },
    Section {
        title: "Analysis",
        definition: "analysis",
        text: "An entry of `analyse`: these and the parameters of the [estimator](parts.md#estimators).",
        example: "\
analyse:
  spread: { estimate: moments, of: runs, observable: q1 }",
    },
    Section {
        title: "Filter",
        definition: "filter",
        text: "Rows of an analysis: columns, each with the value that it has, or a list of them.",
        example: "\
tables:
  large: { of: tails, where: { step_size: [0.1, 0.2] }, columns: [step_size, hill] }",
    },
    Section {
        title: "Reference",
        definition: "reference",
        text: "An entry of the list `reference`: published numbers, which `maruyama check` compares \
               with ours.",
        example: "\
reference:
  - { of: tails, kind: paper, source: Table 2, values: { hill: 2.9 } }",
    },
    Section {
        title: "Table",
        definition: "table",
        text: "An entry of `tables`.",
        example: "\
tables:
  tails: { of: tails, caption: Tail indices., columns: [n, { show: hill, as: Hill, digits: 3 }] }",
    },
    Section {
        title: "Figure",
        definition: "figure",
        text: "An entry of `figures`.",
        example: "\
figures:
  tails: { caption: Tail indices., panels: [{ plot: curves, of: tails, x: step_size, y: hill }] }",
    },
    Section {
        title: "Panel",
        definition: "panel",
        text: "A panel of a figure: these and the parameters of the [plot](parts.md#plots).",
        example: "\
figures:
  tails: { panels: [{ plot: columns, of: tails, x: step_size, y: [hill, nu], title: Index }] }",
    },
    Section {
        title: "Claim",
        definition: "claim",
        text: "An entry of the list `claims`: a statement and the test that decides it.",
        example: "\
claims:
  - id: light-tail
    statement: The tail index is above two.
    source: { where: Section 4, status: derived }
    of: tails
    test: \"hill > 2\"
    over: every
    evidence: [n, hill]
    expect: reproduced",
    },
    Section {
        title: "Profile",
        definition: "profile",
        text: "An entry of `profiles`: the same file on another scale, chosen by `--profile`.",
        example: "\
profiles:
  smoke: { simulate: { runs: { chains: 20 } }, analyse: { tails: { fraction: 0.1 } } }",
    },
];
